package engine

import (
	"context"
	"fmt"
	"slices"

	"handoffd/connectors"
)

// settingAbandoned lists the cursors of a CRM that were dropped and may still
// hold work there, such as a bulk query job.
const settingAbandoned = "abandoned/"

// abandoned is a cursor that nobody will read from any more.
type abandoned struct {
	Object connectors.Object `json:"object"`
	Cursor connectors.Cursor `json:"cursor"`
}

// dropCursor forgets how far an object, or its reload, has been read.
func (e *Engine) dropCursor(tx Tx, row CursorRow) error {
	if row.Object == "" {
		return nil // there is none
	}
	if err := tx.DeleteCursor(row.System, row.Object); err != nil {
		return err
	}
	return e.abandon(tx, row)
}

// abandon notes a cursor that is dropped in this transaction. What it holds is
// ended after the commit; the note outlives a crash in between.
func (e *Engine) abandon(tx Tx, row CursorRow) error {
	if _, holds := e.connectors[row.System].(connectors.Abandoner); !holds || row.Cursor == "" {
		return nil
	}
	key := settingAbandoned + string(row.System)
	var list []abandoned
	if err := getSetting(tx, key, &list); err != nil {
		return err
	}
	return putSetting(tx, key, append(list, abandoned{Object: reloadedObject(row.Object), Cursor: row.Cursor}))
}

// dropUnread drops what is under way of objects that the mapping does not read
// any more. A cursor of changes stays: it goes on where it is if the object
// comes back. So does the wish to read everything once more.
func (e *Engine) dropUnread(tx Tx, system connectors.System) error {
	cursors, err := tx.Cursors(system)
	if err != nil {
		return err
	}
	read := e.connectors[system].Objects()
	for _, row := range cursors {
		o := reloadedObject(row.Object)
		if slices.Contains(read, o) || o == row.Object && row.Loaded {
			continue
		}
		if err := e.dropCursor(tx, row); err != nil {
			return err
		}
	}
	return nil
}

// endAbandoned ends what dropped cursors still hold at a CRM. It is tried
// again only where that may help; vendors clear such work by themselves in the
// end, and reading does not wait for it.
func (e *Engine) endAbandoned(ctx context.Context, system connectors.System) error {
	c, ok := e.connectors[system].(connectors.Abandoner)
	if !ok {
		return nil
	}
	key := settingAbandoned + string(system)
	var list []abandoned
	err := e.store.View(ctx, func(tx Tx) error { return getSetting(tx, key, &list) })
	if err != nil || len(list) == 0 {
		return err
	}
	var ended []abandoned
	for _, a := range list {
		err := c.Abandon(ctx, a.Object, a.Cursor)
		if class := connectors.ClassOf(err); ctx.Err() != nil || class == connectors.Retry || class == connectors.Reauth {
			e.log.Debug("what a dropped cursor holds is ended later", "system", system, "object", a.Object, "error", err)
			continue
		}
		if err != nil {
			e.log.Warn("what a dropped cursor holds could not be ended; the vendor clears it in time", "system", system, "object", a.Object, "error", err)
		}
		ended = append(ended, a)
	}
	return e.forgetAbandoned(ctx, key, ended)
}

// forgetAbandoned takes what has ended off the list.
func (e *Engine) forgetAbandoned(ctx context.Context, key string, ended []abandoned) error {
	if len(ended) == 0 {
		return nil
	}
	err := e.store.Update(ctx, func(tx Tx) error {
		var list []abandoned
		if err := getSetting(tx, key, &list); err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(a abandoned) bool { return slices.Contains(ended, a) })
		if len(list) == 0 {
			return tx.PutSetting(key, "")
		}
		return putSetting(tx, key, list)
	})
	if err != nil {
		return fmt.Errorf("noting that dropped cursors hold nothing any more: %w", err)
	}
	return nil
}
