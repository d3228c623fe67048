package engine

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"

	"handoffd/connectors"
	"handoffd/mapping"
)

// settingTaken is the print of what a CRM says of the mapped fields, kept for
// as long as it refuses something.
const settingTaken = "taken/"

// retryRefused tries again what a CRM refused, once its schema has changed: a
// new option, a longer text, a right that was given. The schema is asked for
// only while something stands refused.
func (e *Engine) retryRefused(ctx context.Context, system connectors.System) error {
	var refused []connectors.Ref
	err := e.store.View(ctx, func(tx Tx) (err error) {
		refused, err = refusedRecords(tx, system)
		return err
	})
	if err != nil || len(refused) == 0 {
		return err
	}
	schema, err := e.connectors[system].Describe(ctx, connectors.Account)
	if err != nil {
		return fmt.Errorf("reading the fields of %s: %w", system, err)
	}
	_, m := e.rules()
	now := schemaPrint(schema, Selection(m, system).Fields[connectors.Account])
	return e.store.Update(ctx, func(tx Tx) error {
		have, err := tx.Setting(settingTaken + string(system))
		if err != nil || have == now {
			return err
		}
		if err := tx.PutSetting(settingTaken+string(system), now); err != nil || have == "" {
			return err
		}
		return e.batch(tx).tryAgain(refused)
	})
}

// refusedRecords are the accounts' records of which a CRM refused something.
func refusedRecords(tx Tx, system connectors.System) (refs []connectors.Ref, err error) {
	problems, err := tx.Problems()
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		if p.Ref.System == system && p.Ref.Object == writeObject {
			refs = append(refs, connectors.Ref{System: system, Object: connectors.Account, ID: p.Ref.ID})
		}
	}
	return slices.Compact(refs), nil
}

// schemaPrint tells whether anything about the named fields has changed.
func schemaPrint(s connectors.Schema, names []string) string {
	h := fnv.New64a()
	names = slices.Clone(names)
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(h, "%q%+v", name, s.Fields[name])
	}
	return strconv.FormatUint(h.Sum64(), 16)
}

// tryAgain forgets what was refused on these records and decides them anew.
func (b *batch) tryAgain(refs []connectors.Ref) error {
	links, err := b.tx.Links(refs)
	if err != nil {
		return err
	}
	ids := make([]string, 0, len(links))
	for _, id := range links {
		ids = append(ids, id)
	}
	if err := b.load(ids); err != nil {
		return err
	}
	for ref, id := range links {
		if en := b.entries[id]; en != nil && b.mapping.RetryRefused(en.account, mapping.SideOf(ref.System)) {
			b.touch(en)
		}
	}
	return b.save()
}
