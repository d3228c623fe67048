package engine

import (
	"encoding/json"
	"fmt"

	"handoffd/connectors"
	"handoffd/mapping"
)

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
