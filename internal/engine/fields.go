package engine

import (
	"encoding/json"
	"errors"
	"fmt"

	"handoffd/connectors"
	"handoffd/mapping"
)

// syncFields plans the writes that bring both CRMs to the merged values. While
// one CRM's page is at hand, only what handoffd itself has to say is written: of
// the other CRM an older state may be known, and what two people changed is not
// to depend on whose page was read first. The rest waits for the sweep, and for
// both CRMs to have been read since either changed (horizon.go).
func (b *batch) syncFields(en *entry) error {
	m, err := b.withPeople()
	if err != nil {
		return err
	}
	read, err := b.horizon()
	if err != nil {
		return err
	}
	en.account.Hold(b.now)
	if b.both {
		m.Agree(en.account, read)
	}
	b.relent(en, m)
	writes, problems := m.Outgoing(en.account)
	writes = b.ripeOnly(en, writes, read)
	b.resettle(en, problems)
	for _, p := range problems {
		b.problems = append(b.problems, ProblemRow{Ref: p.Ref, Field: p.Field, Vendor: p.Vendor, Value: p.Value, Reason: p.Reason, Since: b.now})
	}
	var errs []error
	for _, side := range mapping.Sides() {
		plain, guarded, priority := b.split(en, side, writes)
		errs = append(errs, b.enqueueUpdate(en, side, plain, false, priority), b.enqueueUpdate(en, side, guarded, true, PriorityField))
	}
	return errors.Join(errs...)
}

// ripeOnly leaves the writes that carry a value from one CRM to the other for
// when both have been read.
func (b *batch) ripeOnly(en *entry, writes []mapping.FieldWrite, read mapping.Horizon) (ripe []mapping.FieldWrite) {
	for _, w := range writes {
		if b.mapping.Fields[w.Slot].Master == mapping.FromHandoffd || b.both && read.Settled(en.account, w.Slot) {
			ripe = append(ripe, w)
		}
	}
	if len(ripe) < len(writes) || b.mapping.Apart(en.account) {
		en.row.Due = earliest(en.row.Due, b.now.Add(b.patience(read)))
	}
	return ripe
}

// split parts a side's field writes into those that handoffd masters or
// carries from one master, and those that two sides may change and that are
// checked again just before writing (I4).
func (b *batch) split(en *entry, side mapping.Side, writes []mapping.FieldWrite) (plain, guarded []mapping.FieldWrite, priority int) {
	priority = PriorityField
	for _, w := range writes {
		if w.Side != side {
			continue
		}
		if w.Guard {
			guarded = append(guarded, w)
			continue
		}
		if b.mapping.Fields[w.Slot].Master == mapping.FromHandoffd {
			priority = PriorityStatus
		}
		plain = append(plain, w)
	}
	return plain, guarded, priority
}

// enqueueUpdate puts field writes for one record into the outbox as one row.
func (b *batch) enqueueUpdate(en *entry, side mapping.Side, writes []mapping.FieldWrite, guarded bool, priority int) error {
	ref, ok := en.account.Ref(side)
	if !ok || len(writes) == 0 {
		return nil
	}
	en.life.Writes++
	w := connectors.Write{
		Key: fmt.Sprintf("%s/fields/%s/%d", en.row.ID, side.System(), en.life.Writes), Op: connectors.Update, Ref: ref,
		Fields: map[string]connectors.Value{},
	}
	for _, fw := range writes {
		name := b.mapping.Fields[fw.Slot].Vendor[side]
		w.Fields[name] = fw.Vendor
		if guarded {
			if w.Expect == nil {
				w.Expect = map[string]connectors.Value{}
			}
			w.Expect[name] = fw.Expect
		}
		if fw.Conflict || fw.PutBack {
			b.contest(en, fw)
		}
		b.mapping.MarkSent(en.account, fw)
	}
	data, err := json.Marshal(w)
	if err != nil {
		return fmt.Errorf("encoding update of %s: %w", ref, err)
	}
	b.keep(en)
	_, err = b.tx.Enqueue([]OutboxRow{{
		Key: w.Key, Account: en.row.ID, System: side.System(), Kind: string(w.Op), Priority: priority,
		Payload: data, State: OutboxPending, Created: b.now,
	}})
	return err
}
