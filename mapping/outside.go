package mapping

import (
	"slices"

	"handoffd/connectors"
)

// outside lists what is read of records that the where clause leaves out: what
// the match rules compare, and what the account is called. Nothing else of
// them is anybody's business here.
func (m *Mapping) outside(side Side) map[connectors.Object][]string {
	var names []string
	add := func(name string) {
		if name != "" {
			names = appendOnce(names, name)
		}
	}
	for i := range m.Rules {
		add(m.Rules[i].Property[side])
		add(m.Rules[i].Country[side])
	}
	for i := range m.Fields {
		f := &m.Fields[i]
		if !f.names() {
			continue
		}
		add(f.Vendor[side])
		if t := f.From[side]; t != nil {
			for _, prop := range t.props {
				add(prop)
			}
		}
	}
	slices.Sort(names)
	return map[connectors.Object][]string{connectors.Account: names}
}

// names tells whether the field is what people call the account by.
func (f *Field) names() bool { return f.Name == NameField || f.Name == DomainField }

// applyOutside takes up what a record out of scope is called. Values that do
// not fit are nobody's problem: nothing is done with them.
func (m *Mapping) applyOutside(view *View, r connectors.Record, out *Applied) {
	before := view.Modified
	for i := range m.Fields {
		if f := &m.Fields[i]; f.names() {
			m.applyField(f, SideOf(r.Ref.System), view, r, before, out)
		}
	}
	out.Problems = nil
}

// Gone tells whether no record of the account is left in any CRM.
func (a *Account) Gone() bool {
	for _, s := range Sides() {
		if _, alive := a.Ref(s); alive {
			return false
		}
	}
	return true
}

// LeftOut lists the systems whose where clause leaves the account's record out.
func (a *Account) LeftOut() (systems []connectors.System) {
	for _, s := range Sides() {
		if v := a.Views[s]; v != nil && !v.Deleted && v.OutOfScope {
			systems = append(systems, s.System())
		}
	}
	return systems
}
