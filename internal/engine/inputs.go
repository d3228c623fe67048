package engine

import (
	"encoding/json"
	"fmt"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// resetInputs empties the fields by which people tell something about one
// handoff, when the next begins: the same word again would else be no change,
// and could not be told from the old one.
func (b *batch) resetInputs(en *entry) error {
	for _, side := range mapping.Sides() {
		ref, ok := en.account.Ref(side)
		if !ok {
			continue
		}
		fields := map[string]connectors.Value{}
		for _, name := range workflows.Inputs() {
			f := b.mapping.Field(name)
			if f == nil || f.Vendor[side] == "" || f.Master == mapping.FromHandoffd {
				continue
			}
			seen := b.seenOn(en.account, side, f.Slot)
			if seen.IsNull() || f.Type == mapping.Bool && !seen.Bool() {
				continue
			}
			empty := connectors.Value{}
			if f.Type == mapping.Bool {
				empty = connectors.BoolValue(false)
			}
			value, err := f.Write(side, empty)
			if err != nil {
				return fmt.Errorf("emptying %s of %s: %w", name, ref, err)
			}
			fields[f.Vendor[side]] = value
		}
		if len(fields) == 0 {
			continue
		}
		w := connectors.Write{Key: handoffID(en) + "/reset/" + string(ref.System), Op: connectors.Update, Ref: ref, Fields: fields}
		data, err := json.Marshal(w)
		if err != nil {
			return fmt.Errorf("encoding %s: %w", w.Key, err)
		}
		if _, err := b.tx.Enqueue([]OutboxRow{{
			Key: w.Key, Account: en.row.ID, System: ref.System, Kind: string(w.Op), Priority: PriorityStatus,
			Payload: data, State: OutboxPending, Created: b.now,
		}}); err != nil {
			return err
		}
	}
	return nil
}
