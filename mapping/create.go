package mapping

import (
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
)

// Creation is the policy for accounts that a CRM does not have: nothing is
// made there unless it is On, and then where the rule When holds, or always.
type Creation struct {
	On   bool
	When yamlpos.Node // absent: always
}

// createPerRound is how many records one round makes in a CRM, unless the
// mapping says: a rule that says more than was meant is seen before it has
// filled the CRM (I11).
const (
	createPerRound     = 50
	createMostPerRound = 1000 // what the CRMs take in one call
)

// creation reads the policy. Its rules are compiled with the workflows', whose
// names and functions they share.
func (k *compiler) creation(n yamlpos.Node) {
	k.m.CreatePerRound = createPerRound
	m := n.Map(append(systems(), "per_round")...)
	m.Get("per_round").IntIn(&k.m.CreatePerRound, 1, createMostPerRound)
	for _, s := range Sides() {
		name := string(s.System())
		if !m.Has(name) {
			continue
		}
		rule := m.Get(name)
		switch strings.TrimSpace(rule.Raw()) {
		case "false":
		case "true":
			k.m.Create[s].On = true
		default:
			k.m.Create[s] = Creation{On: true, When: rule}
		}
	}
}

// Newborn is what a record of this account would hold in a CRM that has none:
// its name, its domain, and every field that flows there. What has no form
// there is a Problem, and the record is made without it.
func (m *Mapping) Newborn(a *Account, side Side) (map[string]connectors.Value, []Problem) {
	fields := map[string]connectors.Value{}
	var problems []Problem
	source, ok := a.Ref(side.Other())
	if !ok || a.Views[side] != nil {
		return fields, nil
	}
	put := func(f *Field, shown string, v connectors.Value, err error) {
		switch {
		case err != nil:
			problems = append(problems, Problem{Ref: source, Field: f.Name, Vendor: f.Vendor[side], Value: Clip(shown, 80), Reason: err.Error()})
		case !v.IsNull():
			fields[f.Vendor[side]] = v
		}
	}
	for _, name := range []string{NameField, DomainField} {
		f := m.Field(name)
		if text := m.known(a, f, side); text != "" && f.Vendor[side] != "" {
			v, err := f.Write(side, connectors.TextValue(text))
			put(f, text, v, err)
		}
	}
	// An empty record of that side is laid beside the account for the time of
	// the question: what it lacks is what would be written.
	blank := &View{Cells: make([]Cell, len(m.Fields))}
	for i := range blank.Cells {
		blank.Cells[i].At = unread
	}
	a.Views[side] = blank
	defer func() { a.Views[side] = nil }()
	for i := range m.Fields {
		f := &m.Fields[i]
		if f.Master == ReadOnly {
			continue
		}
		w, due, err := m.outgoing(a, f, side)
		if due && err == nil {
			w.Guard = false // nothing is there to be compared
			err = f.prepare(&w)
		}
		if due || err != nil {
			put(f, w.Value.String(), w.Vendor, err)
		}
	}
	return fields, problems
}

// unread stamps the cells of a record that is still to be made.
var unread = time.Unix(0, 0).UTC()

// known is the account's name or domain as the other CRM takes it: HubSpot
// keeps a domain, Salesforce the address of a site.
func (m *Mapping) known(a *Account, f *Field, side Side) string {
	text := strings.TrimSpace(m.Text(a, f.Name))
	if f.Name == DomainField && side == HubSpotSide {
		return Domain(text)
	}
	return text
}

// Born gives the account the record that was made for it, with what was sent
// to it: that comes back as an echo, and is nobody's change (I4, I5).
func (m *Mapping) Born(a *Account, side Side, id string, sent map[string]connectors.Value) {
	read := m.NewAccount(a.ID)
	ref := connectors.Ref{System: side.System(), Object: connectors.Account, ID: id}
	m.Apply(read, connectors.Record{Ref: ref, Fields: sent})
	view := &View{ID: id, Cells: make([]Cell, len(m.Fields))}
	a.Views[side] = view
	for i := range m.Fields {
		f := &m.Fields[i]
		value := read.Views[side].Cells[i].Seen
		if f.Master == ReadOnly || value.IsNull() {
			continue
		}
		here, there := &view.Cells[i], a.cell(side.Other(), i)
		here.send(value, false)
		here.Landed = true
		if !f.Master.synced() {
			continue
		}
		here.account()
		if there != nil && m.agreesWith(f, side, value, there.Seen) {
			there.account()
		}
	}
}

// agreesWith tells whether what was sent to the side is what the other one
// holds now; if it has changed since, that change is still to travel.
func (m *Mapping) agreesWith(f *Field, side Side, sent, other connectors.Value) bool {
	if side == SalesforceSide {
		return m.same(f, sent, other)
	}
	return m.same(f, other, sent)
}
