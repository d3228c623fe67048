package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/workflows"
)

// Poll reads from one CRM until no page is left (door 1), committing every
// page before the next is asked for (I1). An object that cannot be read does
// not stop the others; its error is returned at the end.
func (e *Engine) Poll(ctx context.Context, system connectors.System) error {
	if err := e.known(ctx, system); err != nil {
		return err
	}
	err := e.poll(ctx, system)
	return errors.Join(err, e.keepSpending(ctx, system))
}

func (e *Engine) poll(ctx context.Context, system connectors.System) error {
	ready, err := e.readPages(ctx, system)
	if !ready {
		return err
	}
	return errors.Join(err, e.handOver(ctx, system))
}

// readPages reads and commits page by page. It tells whether accounts wait for
// their turn.
func (e *Engine) readPages(ctx context.Context, system connectors.System) (ready bool, err error) {
	defer e.beginReading(system)()
	c := e.connectors[system]
	open, began := c.Objects(), e.clock.Now()
	var errs []error
	for len(open) > 0 {
		requests, err := e.requests(ctx, system, open)
		if err != nil {
			return ready, err
		}
		pages, err := c.Read(ctx, requests)
		if err != nil {
			return ready, errors.Join(append(errs, fmt.Errorf("reading from %s: %w", system, err))...)
		}
		open = unasked(open, requests)
		for _, page := range pages {
			if page.Err != nil {
				err := fmt.Errorf("reading %s from %s: %w", page.Object, system, page.Err)
				errs = append(errs, errors.Join(err, e.restart(ctx, system, page)))
				continue
			}
			some, err := e.commit(ctx, system, page, began)
			if err != nil {
				return ready, errors.Join(append(errs, fmt.Errorf("committing %s from %s: %w", page.Object, system, err))...)
			}
			ready = ready || some
			if page.More {
				open = append(open, page.Object)
			}
		}
	}
	return ready, errors.Join(errs...)
}

// handOver lets the accounts go that this poll made ready (door 5). It waits
// for all kinds of record: a score stands on the account and a request on its
// contact, and the stronger of two that came together is to win. After a crash
// before it, the next sweep does the same.
func (e *Engine) handOver(ctx context.Context, system connectors.System) error {
	if err := e.store.Update(ctx, func(tx Tx) error { return e.act(tx, sight{}) }); err != nil {
		return fmt.Errorf("handing off after reading %s: %w", system, err)
	}
	return nil
}

// requests asks each object for what comes after its cursor. While the
// accounts' first load runs, nothing else is read: the rest refers to them.
func (e *Engine) requests(ctx context.Context, system connectors.System, open []connectors.Object) (out []connectors.ReadRequest, err error) {
	err = e.store.View(ctx, func(tx Tx) error {
		cursors, err := tx.Cursors(system)
		if err != nil {
			return err
		}
		for _, o := range open {
			out = append(out, connectors.ReadRequest{Object: o, Cursor: cursors[o].Cursor})
			if o == connectors.Account && !cursors[o].Loaded {
				out = []connectors.ReadRequest{{Object: o, Cursor: cursors[o].Cursor}}
				return nil
			}
		}
		return nil
	})
	return out, err
}

// unasked lists the objects that the requests leave for later.
func unasked(open []connectors.Object, requests []connectors.ReadRequest) (rest []connectors.Object) {
	for _, o := range open {
		if !slices.ContainsFunc(requests, func(r connectors.ReadRequest) bool { return r.Object == o }) {
			rest = append(rest, o)
		}
	}
	return rest
}

// commit takes a page through the doors in one transaction: records, signals,
// problems, decisions and the cursor stand or fall together. It tells whether
// accounts of the page wait for their turn; began is when this poll began.
func (e *Engine) commit(ctx context.Context, system connectors.System, page connectors.Page, began time.Time) (ready bool, err error) {
	err = e.store.Update(ctx, func(tx Tx) error {
		cursors, err := tx.Cursors(system)
		if err != nil {
			return err
		}
		b := e.batch(tx)
		b.through = cursors[page.Object].Through
		if err := b.ingest(page); err != nil {
			return err
		}
		if err := b.saveRelated(); err != nil {
			return err
		}
		err = tx.PutCursor(CursorRow{
			System: system, Object: page.Object, Cursor: page.Next, Through: page.Through,
			Loaded: page.Loaded || cursors[page.Object].Loaded, Changed: e.clock.Now(),
		})
		if err != nil {
			return err
		}
		if err := e.noteRead(tx, system, page, began); err != nil {
			return err
		}
		e.tally.add(func(t *tally) { t.read[system] += len(page.Records); t.changed += len(b.touched) })
		ready, err = e.settle(tx, b)
		return err
	})
	return ready, err
}

// restart drops a cursor that is no longer good: the next poll loads the
// object again, which changes nothing that is known already.
func (e *Engine) restart(ctx context.Context, system connectors.System, page connectors.Page) error {
	if connectors.ClassOf(page.Err) != connectors.Restart {
		return nil
	}
	e.log.Warn("reading starts anew", "system", system, "object", page.Object, "reason", page.Err)
	return e.store.Update(ctx, func(tx Tx) error {
		cursors, err := tx.Cursors(system)
		if err != nil {
			return err
		}
		row := cursors[page.Object]
		if err := e.abandon(tx, row); err != nil {
			return err
		}
		row.System, row.Object, row.Cursor, row.Changed = system, page.Object, "", e.clock.Now()
		return tx.PutCursor(row)
	})
}

// settle decides the accounts of a page in its own transaction, once the store
// knows enough to decide at all. Accounts whose partner is yet to be looked for,
// and what time alone changes, are left to the sweep.
func (e *Engine) settle(tx Tx, b *batch) (ready bool, err error) {
	matched, err := e.complete(tx)
	if err != nil {
		return false, err
	}
	if !matched {
		return false, b.save()
	}
	if err := b.pendNeighbours(); err != nil {
		return false, err
	}
	if why, err := e.identifying(tx); err != nil || why != "" {
		return false, errors.Join(err, b.save())
	}
	if err := b.decide(b.settledIDs()); err != nil {
		return false, err
	}
	return b.anyReady(), nil
}

// anyReady tells whether an account of the batch waits for its turn.
func (b *batch) anyReady() bool {
	for id := range b.touched {
		if en := b.entries[id]; en != nil && en.life.State == workflows.Ready {
			return true
		}
	}
	return false
}

// complete tells whether both first loads and the matching are done (I13).
func (e *Engine) complete(tx Tx) (bool, error) {
	matched, err := tx.Setting(settingMatched)
	return matched != "", err
}

// loaded tells whether every object of every CRM has been read once.
func (e *Engine) loaded(tx Tx) (bool, error) {
	for _, system := range e.order {
		cursors, err := tx.Cursors(system)
		if err != nil {
			return false, err
		}
		for _, o := range e.connectors[system].Objects() {
			if !cursors[o].Loaded {
				return false, nil
			}
		}
	}
	return true, nil
}
