package engine

import (
	"encoding/json"
	"fmt"
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// current takes out of an update that is tried again the fields that a later
// update of the same record carries: whatever became of that one, it is the
// newer wish, and an old value must not come after a new one. It tells whether
// anything is left to send.
func current(tx Tx, r *OutboxRow) (bool, error) {
	if r.Kind != string(connectors.Update) || r.Attempts < 2 {
		return true, nil
	}
	var w connectors.Write
	if err := json.Unmarshal(r.Payload, &w); err != nil {
		return true, nil // parked by the delivery, which says so
	}
	rows, err := tx.Outbox(r.Account)
	if err != nil {
		return false, err
	}
	before := len(w.Fields)
	for _, later := range rows {
		if later.Seq <= r.Seq || later.System != r.System || later.Kind != r.Kind {
			continue
		}
		var newer connectors.Write
		if json.Unmarshal(later.Payload, &newer) != nil || newer.Ref != w.Ref {
			continue
		}
		for name := range newer.Fields {
			delete(w.Fields, name)
			delete(w.Expect, name)
		}
	}
	if len(w.Fields) == before {
		return true, nil
	}
	if r.Payload, err = json.Marshal(w); err != nil {
		return false, fmt.Errorf("encoding update %s: %w", r.Key, err)
	}
	return len(w.Fields) > 0, nil
}

// forNothing tells whether a task or note that is tried again is of a handoff
// that has been closed since: while it was not known whether it was made, it
// could not be taken back.
func forNothing(tx Tx, r OutboxRow) (bool, error) {
	if r.Kind == kindCreateAccount {
		return false, nil // it is of no handoff
	}
	if r.State != OutboxPending || r.Attempts < 2 || isAlert(r.Kind) || r.Kind == string(connectors.Update) {
		return false, nil
	}
	h, err := tx.OpenHandoff(r.Account)
	return h == nil || !strings.HasPrefix(r.Key, h.ID+"/"), err
}

// overtaken takes the status out of what waits to be written where a person
// has set another one since: after an outage, the old one would come after
// that, and look like somebody's.
func (b *batch) overtaken(en *entry, facts workflows.Facts) error {
	f := b.mapping.Field(b.policy.StatusField)
	if facts.Moved == "" || f == nil {
		return nil
	}
	side := mapping.SideOf(facts.MovedIn)
	ref, _ := en.account.Ref(side)
	rows, err := b.tx.Outbox(en.row.ID)
	if err != nil {
		return err
	}
	var over, less []OutboxRow
	for _, r := range rows {
		var w connectors.Write
		if r.State != OutboxPending || r.Kind != string(connectors.Update) || json.Unmarshal(r.Payload, &w) != nil || w.Ref != ref {
			continue
		}
		if _, has := w.Fields[f.Vendor[side]]; !has {
			continue
		}
		if delete(w.Fields, f.Vendor[side]); len(w.Fields) == 0 {
			r.State, r.Held, r.Error = OutboxDone, "", "not written: a person has set another status since"
			over = append(over, r)
			continue
		}
		if r.Payload, err = json.Marshal(w); err != nil {
			return fmt.Errorf("encoding update %s: %w", r.Key, err)
		}
		less = append(less, r)
	}
	if err := b.tx.PutPayloads(less); err != nil {
		return err
	}
	return b.tx.PutOutbox(over)
}
