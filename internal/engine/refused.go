package engine

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
)

func objectOf(ref connectors.Ref, o connectors.Object) connectors.Ref {
	ref.Object = o
	return ref
}

// createField is what the problem of a parked task or note is listed under.
func createField(kind string) string { return strings.TrimPrefix(kind, "create_") }

// drops parks the fields of a row that the CRM refused while it took the rest.
// Rows of one record are sent together, so not every field is this row's.
func (d *delivery) drops(r OutboxRow, ref connectors.Ref, dropped []*connectors.Error) {
	fields := fieldsOf(r)
	for _, e := range dropped {
		name := nameIn(fields, e.Field)
		if name == "" {
			if r.Kind == string(connectors.Update) {
				continue
			}
			name = e.Field
		}
		d.problem(ProblemRow{Ref: objectOf(ref, writeObject), Field: name, Value: shownValue(fields[name])}, e)
	}
}

// refusedFields parks an update of which nothing was taken: every field that
// has no problem of its own waits for the same reason.
func (d *delivery) refusedFields(r OutboxRow, ref connectors.Ref, err error) {
	at := objectOf(ref, writeObject)
	fields := fieldsOf(r)
	if len(fields) == 0 {
		d.problem(ProblemRow{Ref: at}, err)
		return
	}
	for _, name := range sortedKeys(fields) {
		told := slices.ContainsFunc(d.problems, func(p ProblemRow) bool { return p.Ref == at && strings.EqualFold(p.Field, name) })
		if !told {
			d.problem(ProblemRow{Ref: at, Field: name, Value: shownValue(fields[name])}, err)
		}
	}
}

func fieldsOf(r OutboxRow) map[string]connectors.Value {
	var w connectors.Write
	if json.Unmarshal(r.Payload, &w) != nil {
		return nil // parked as what cannot be read
	}
	return w.Fields
}

// nameIn finds a field as we wrote it: CRMs name it in their own case.
func nameIn(fields map[string]connectors.Value, name string) string {
	for own := range fields {
		if strings.EqualFold(own, name) {
			return own
		}
	}
	return ""
}

func shownValue(v connectors.Value) string {
	if v.IsNull() {
		return ""
	}
	return mapping.Clip(v.String(), 80)
}

// settle ends the problems of records that took something, except for what
// stands refused all the same: another field, a parked task.
func (d *delivery) settle(tx Tx) error {
	b := d.engine.batch(tx)
	b.over = d.settled
	return errors.Join(b.settleOver(), b.saveProblems())
}

func (b *batch) settleOver() error {
	at := make([]connectors.Ref, len(b.over))
	for i, ref := range b.over {
		at[i] = objectOf(ref, writeObject)
	}
	have, err := b.tx.ProblemRefs(at)
	if err != nil {
		return err
	}
	for i, ref := range b.over {
		if !have[at[i]] {
			continue
		}
		if err := b.loadRecords([]connectors.Ref{ref}); err != nil {
			return err
		}
		still, err := b.stillRefused(ref)
		if err != nil {
			return err
		}
		b.settled = append(b.settled, settledRecord{ref: at[i], except: still})
	}
	b.over = nil
	return nil
}

// stillRefused lists what a record does not take, as its problems name it.
func (b *batch) stillRefused(ref connectors.Ref) ([]string, error) {
	en := b.find(ref)
	if en == nil {
		return nil, nil
	}
	side := mapping.SideOf(ref.System)
	still := []string{}
	if v := en.account.Views[side]; v != nil && v.ID == ref.ID {
		still = append(still, b.mapping.RefusedBy(en.account, side)...)
	}
	rows, err := b.tx.Outbox(en.row.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.State == OutboxParked && r.System == ref.System && !isAlert(r.Kind) && r.Kind != string(connectors.Update) {
			still = append(still, createField(r.Kind))
		}
	}
	return still, nil
}

// named is the error of a single field.
func named(err error, field string) *connectors.Error {
	var e *connectors.Error
	if !errors.As(err, &e) {
		return &connectors.Error{Class: connectors.ParkField, Field: field, Err: err}
	}
	clone := *e
	clone.Field = field
	return &clone
}

// relent settles what was refused and is wanted no longer.
func (b *batch) relent(en *entry, m *mapping.Mapping) {
	for _, side := range mapping.Sides() {
		if ref, alive := en.account.Ref(side); alive && m.Relent(en.account, side) {
			b.over = append(b.over, ref)
		}
	}
}

// refOf is the record that a write goes to.
func refOf(r OutboxRow) connectors.Ref {
	var w connectors.Write
	if isAlert(r.Kind) || json.Unmarshal(r.Payload, &w) != nil {
		return connectors.Ref{}
	}
	return w.Ref
}
