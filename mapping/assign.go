package mapping

import (
	"fmt"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
)

// OwnerValue is handoffd's own value of an owner field: a user has another id
// in each CRM, so it names the CRM too.
func OwnerValue(side Side, id string) connectors.Value {
	return connectors.TextValue(string(side.System()) + "/" + id)
}

// ownOwner is what one side is to hold for handoffd's own value.
func (m *Mapping) ownOwner(to Side, v connectors.Value) (connectors.Value, error) {
	system, id, ok := strings.Cut(v.Text(), "/")
	if !ok {
		return connectors.Value{}, fmt.Errorf("%q names no user of either CRM", Clip(v.Text(), 40))
	}
	from := SideOf(connectors.System(system))
	if from == to {
		return connectors.TextValue(id), nil
	}
	return m.owner(from, id)
}

// Choose makes a user the value of an owner field. Where handoffd is the
// field's master, Outgoing carries it out. Where both sides may change the
// field, the writes are returned: one for each side, since neither side's
// person has changed anything that would travel.
func (m *Mapping) Choose(a *Account, f *Field, side Side, id string) (writes []FieldWrite, problems []Problem) {
	if f.Master == FromHandoffd {
		a.Own[f.Slot] = OwnerValue(side, id)
		return nil, nil
	}
	for _, to := range Sides() {
		cell := a.cell(to, f.Slot)
		if cell == nil || f.Vendor[to] == "" || a.Views[to].OutOfScope || !f.Master.synced() {
			continue
		}
		w := FieldWrite{Slot: f.Slot, Side: to, Replaces: cell.held(), Guard: true}
		value, err := m.ownOwner(to, OwnerValue(side, id))
		if w.Value = value; err == nil {
			err = f.prepare(&w)
		}
		switch {
		case err != nil:
			ref, _ := a.Ref(to)
			problems = append(problems, Problem{Ref: ref, Field: f.Name, Vendor: f.Vendor[to], Value: Clip(id, 80), Reason: err.Error()})
		case w.Value != w.Replaces:
			writes = append(writes, w)
		}
	}
	return writes, problems
}

// Assignable tells whether routing may write its choice to the field.
func (f *Field) Assignable() bool {
	return f.Type == Owner && (f.Master == FromHandoffd || f.Master.synced() && f.Master != SyncFillBlank)
}

// CheckOwners reports owner fields that handoffd masters though nothing ever
// gives them a value.
func (m *Mapping) CheckOwners(written []string, c *yamlpos.Collector) {
	for i := range m.Fields {
		f := &m.Fields[i]
		if f.Type != Owner || f.Master != FromHandoffd {
			continue
		}
		found := false
		for _, name := range written {
			found = found || name == f.Name
		}
		if !found {
			f.from.Errorf("direction", "%s: handoffd names owners only where routing writes its choice: call the field sdr or ae, name it under write_to of workflows.routing, or take it from one CRM", f.Name)
		}
	}
}

// Person is the address by which somebody is known who may have another one
// in the other CRM: the one of Salesforce.
func (o Owners) Person(email string) string {
	email = emailKey(email)
	for _, pair := range o.Same {
		if pair[HubSpotSide] == email {
			return pair[SalesforceSide]
		}
	}
	return email
}

// Addresses lists the addresses of one person, the given one first.
func (o Owners) Addresses(email string) []string {
	email = emailKey(email)
	out := []string{email}
	for _, pair := range o.Same {
		switch email {
		case pair[SalesforceSide]:
			out = append(out, pair[HubSpotSide])
		case pair[HubSpotSide]:
			out = append(out, pair[SalesforceSide])
		}
	}
	return out
}

// TaskDue is the vendor's field for the deadline of a task with its value:
// Salesforce keeps a day, HubSpot a time.
func TaskDue(side Side, due time.Time, day string) (string, connectors.Value) {
	if side == SalesforceSide {
		return "ActivityDate", connectors.TextValue(day)
	}
	return "hs_timestamp", connectors.TimeValue(due)
}

// OwnerProperty is the vendor's field for the owner of any kind of record.
func OwnerProperty(side Side) string { return builtinOwner()[side] }
