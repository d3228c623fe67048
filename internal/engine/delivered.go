package engine

import (
	"encoding/json"
	"fmt"

	"handoffd/connectors"
	"handoffd/mapping"
)

// verdict is what a CRM said about an update, for the account that it is of.
type verdict struct {
	ref     connectors.Ref
	sent    map[string]connectors.Value
	guarded bool
	outcome connectors.Outcome
	dropped []string // fields that were refused while the rest was taken
	current map[string]connectors.Value
}

// hear notes what became of an update's fields.
func (d *delivery) hear(r OutboxRow, ref connectors.Ref, result connectors.Result) {
	if r.Kind != string(connectors.Update) {
		return
	}
	v := verdict{ref: ref, outcome: result.Outcome, current: result.Current}
	for _, e := range result.Dropped {
		v.dropped = append(v.dropped, nameIn(fieldsOf(r), e.Field))
	}
	switch result.Outcome {
	case connectors.Done, connectors.Existed, connectors.Conflicted:
	case connectors.Failed:
		switch connectors.ClassOf(result.Err) {
		case connectors.ParkRecord, connectors.ParkField, connectors.Gone:
		default:
			return // it is tried again
		}
	default:
		return
	}
	var w connectors.Write
	if err := json.Unmarshal(r.Payload, &w); err != nil {
		return // parked already, as what cannot be read
	}
	v.sent, v.guarded = w.Fields, len(w.Expect) > 0
	if v.matters() {
		d.told = append(d.told, v)
	}
}

// matters tells whether the account must know. A write that went through as a
// whole says nothing new where only one side may change the field.
func (v *verdict) matters() bool {
	return v.guarded || len(v.dropped) > 0 || v.outcome == connectors.Failed || v.outcome == connectors.Conflicted
}

// tell takes what the CRM said into the accounts (I4): a refused value waits
// for the next real change, and where the record had changed in between, its
// present values are weighed anew by the next decision.
func (d *delivery) tell(tx Tx) error {
	if len(d.told) == 0 {
		return nil
	}
	b := d.engine.batch(tx)
	refs := make([]connectors.Ref, len(d.told))
	for i := range d.told {
		refs[i] = d.told[i].ref
	}
	links, err := tx.Links(refs)
	if err != nil {
		return err
	}
	ids := make([]string, 0, len(links))
	for ref, id := range links {
		b.byRef[ref] = id
		ids = append(ids, id)
	}
	if err := b.load(ids); err != nil {
		return err
	}
	for i := range d.told {
		if en := b.find(d.told[i].ref); en != nil {
			b.take(en, &d.told[i])
		}
	}
	if err := b.save(); err != nil {
		return fmt.Errorf("taking in results: %w", err)
	}
	return nil
}

func (b *batch) take(en *entry, v *verdict) {
	side := mapping.SideOf(v.ref.System)
	if view := en.account.Views[side]; view == nil || view.ID != v.ref.ID {
		return // the record was merged away since
	}
	switch {
	case v.outcome == connectors.Conflicted:
		for _, p := range b.mapping.Conflicted(en.account, side, v.sent, v.current, b.now) {
			b.problems = append(b.problems, ProblemRow{Ref: p.Ref, Field: p.Field, Vendor: p.Vendor, Value: p.Value, Reason: p.Reason, Since: b.now})
		}
		b.touch(en)
	case v.outcome == connectors.Failed:
		if b.mapping.Refused(en.account, side, v.sent) {
			b.keep(en)
		}
	default:
		b.took(en, side, v)
	}
}

// took: the CRM has the values, except those that it dropped.
func (b *batch) took(en *entry, side mapping.Side, v *verdict) {
	landed, dropped := map[string]connectors.Value{}, map[string]connectors.Value{}
	for name, value := range v.sent {
		landed[name] = value
	}
	for _, name := range v.dropped {
		if value, ok := v.sent[name]; ok {
			dropped[name] = value
			delete(landed, name)
		}
	}
	changed, due := b.mapping.Landed(en.account, side, landed)
	if b.mapping.Refused(en.account, side, dropped) || changed {
		b.keep(en)
	}
	if due {
		b.touch(en)
	}
}
