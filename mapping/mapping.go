// Package mapping turns what two CRMs hold into one common account, and back.
// It is pure: values and times go in, values come out.
//
//   - compile.go reads the mapping section of the config into a Mapping.
//   - apply.go lays a vendor's record over one side of an account (door 2).
//   - merge.go says which side's value counts (door 3).
//   - sync.go judges fields that both sides may change; observe.go tells our
//     own writes' echoes from other people's changes.
//   - outgoing.go says what must be written so that both sides agree, and
//     result.go takes in what became of it; create.go says what a record
//     holds that is to be made.
//   - transform.go, multi.go, people.go: what a value is in each CRM.
//   - fits.go and fitwords.go judge whether a CRM's field takes what the
//     mapping brings, by the table of fittable.go and the shapes of fitshape.go.
//   - signals.go reads behaviour: counters, events, levels.
//   - match.go says which two records are one account, by domain.go and
//     company.go, with the lists of lists.go.
//   - codec.go stores an account as text.
package mapping

import (
	"fmt"
	"slices"

	"handoffd/connectors"
	"handoffd/internal/expression"
)

// Mapping is the compiled mapping section. It is immutable once bound.
type Mapping struct {
	Fields  []Field
	Signals []Signal
	Rules   []MatchRule
	// Scope: which accounts the mapping is about.
	SalesforceWhere string
	HubSpotWhere    []Filter
	// Create: which accounts get a record in a CRM that has none.
	Create [sides]Creation
	// CreatePerRound is how many records one round makes in a CRM at most.
	CreatePerRound int
	// Owners says who is whom where an owner is carried to the other CRM.
	Owners Owners
	people *People
	byName map[string]int
}

// Filter is one condition of a HubSpot where clause.
type Filter struct {
	Property string
	Operator string
	Value    string
	Values   []string
}

// The fields that every account has; a mapping may map them otherwise.
const (
	NameField   = "name"
	DomainField = "domain"
	OwnerField  = "owner"
)

// Field returns the field of that name, nil if there is none.
func (m *Mapping) Field(name string) *Field {
	i, ok := m.byName[name]
	if !ok {
		return nil
	}
	return &m.Fields[i]
}

// Signal returns the signal of that name, nil if there is none.
func (m *Mapping) Signal(name string) *Signal {
	for i := range m.Signals {
		if m.Signals[i].Name == name {
			return &m.Signals[i]
		}
	}
	return nil
}

// Where returns a side's where clause as a text to compare, "" for none.
func (m *Mapping) Where(side Side) string {
	if side == SalesforceSide {
		return m.SalesforceWhere
	}
	if len(m.HubSpotWhere) == 0 {
		return ""
	}
	return fmt.Sprintf("%q", m.HubSpotWhere)
}

// Text returns a field's merged value as text, "" if it has none.
func (m *Mapping) Text(a *Account, name string) string {
	f := m.Field(name)
	if f == nil {
		return ""
	}
	v, _ := m.Value(a, f.Slot)
	if v.IsNull() {
		return ""
	}
	return v.String()
}

// Names returns fields and signals as names for rules. Signals' slots follow
// the fields'.
func (m *Mapping) Names() map[string]expression.Name {
	names := make(map[string]expression.Name, len(m.Fields)+len(m.Signals))
	for _, f := range m.Fields {
		names[f.Name] = expression.Name{Type: f.Type.expressionType(), Slot: f.Slot}
	}
	for _, s := range m.Signals {
		names[s.Name] = expression.Name{Type: expression.Signal, Slot: len(m.Fields) + s.Slot}
	}
	return names
}

// Select lists what has to be read from one side.
func (m *Mapping) Select(side Side) connectors.Selection {
	sel := selection{fields: map[connectors.Object][]string{}, history: map[connectors.Object][]string{}}
	for i := range m.Fields {
		f := &m.Fields[i]
		sel.add(connectors.Account, f.Vendor[side], f.Master == SyncNewest && side == HubSpotSide)
		sel.add(connectors.Account, f.UpdatedAt[side], false)
		if t := f.From[side]; t != nil {
			for _, name := range t.props {
				sel.add(connectors.Account, name, false)
			}
		}
	}
	optional := map[connectors.Object][]string{}
	for _, r := range m.Rules {
		for _, name := range []string{r.Property[side], r.Country[side]} {
			if name != "" && !slices.Contains(sel.fields[connectors.Account], name) {
				// HubSpot's Salesforce integration may never have been
				// connected; then the next rule finds the partner.
				optional[connectors.Account] = append(optional[connectors.Account], name)
			}
			sel.add(connectors.Account, name, false)
		}
	}
	for i := range m.Signals {
		s := &m.Signals[i]
		if src := s.Source(side); src != nil {
			sel.source(src, s.History)
		}
	}
	return connectors.Selection{Fields: sel.fields, History: sel.history, Optional: optional, Outside: m.outside(side)}
}

type selection struct {
	fields, history map[connectors.Object][]string
}

func (s *selection) add(o connectors.Object, name string, history bool) {
	if name == "" {
		return
	}
	s.fields[o] = appendOnce(s.fields[o], name)
	if history {
		s.history[o] = appendOnce(s.history[o], name)
	}
}

// source adds what a signal needs of every kind of record that it is read from.
func (s *selection) source(src *Source, history bool) {
	for _, o := range src.Objects {
		s.add(o, src.Property, history)
		for _, p := range src.WhenProps {
			s.add(o, p, history)
		}
		if src.Subject {
			s.add(o, subjectOf(src.Side.System(), o), false)
			s.add(o, ownerOf(src.Side.System()), false)
		}
	}
}

func appendOnce(list []string, s string) []string {
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}

// SetLifecycle gives the fields with `values: lifecycle` their texts: one per
// state and CRM. It is called once, before the mapping is used.
func (m *Mapping) SetLifecycle(texts map[string][2]string) {
	for i := range m.Fields {
		if m.Fields[i].Lifecycle {
			m.Fields[i].Values = texts
			m.Fields[i].buildReverse()
			m.Fields[i].mark = m.Fields[i].fingerprint()
		}
	}
}

// buildReverse indexes the enum's texts. Where two common values share one
// text, the alphabetically first stands for it.
func (f *Field) buildReverse() {
	for _, side := range Sides() {
		f.reverse[side] = make(map[string]string, len(f.Values))
		for _, common := range sortedNames(f.Values) {
			if _, taken := f.reverse[side][f.Values[common][side]]; !taken {
				f.reverse[side][f.Values[common][side]] = common
			}
		}
	}
}
