package mapping

import (
	"slices"
	"strings"

	"handoffd/internal/expression"
	"handoffd/internal/yamlpos"
)

func (k *compiler) signals(n yamlpos.Node) {
	for key, value := range n.FreeMap().All() {
		name, ok := k.declare(key)
		if !ok {
			continue
		}
		if k.m.Field(name) != nil {
			key.Errorf(yamlpos.CheckDuplicateKey, "%s is a field of the account already; one name cannot be both", name)
			continue
		}
		s := k.signal(name, value)
		s.key = key
		s.Slot = len(k.m.Signals)
		k.m.Signals = append(k.m.Signals, s)
	}
}

func (k *compiler) signal(name string, n yamlpos.Node) Signal {
	s := Signal{Name: name, Rollup: Sum}
	m := n.Map("salesforce", "hubspot", "kind", "rollup", "history", "when")
	m.Require("kind")
	k.sources(m, &s)
	yamlpos.Enum(m.Get("kind"), &s.Kind, Counter, Event, Level)
	if m.Get("rollup").OK() {
		yamlpos.Enum(m.Get("rollup"), &s.Rollup, Sum, Max, Latest, Any)
	}
	m.Get("history").Bool(&s.History)
	if s.History && s.Source(SalesforceSide) != nil {
		m.Get("history").Errorf(yamlpos.CheckValue, "history is HubSpot's: Salesforce keeps no earlier values that can be read here")
	}
	if s.History && s.Kind != Event {
		m.Get("history").Errorf(yamlpos.CheckValue, "history is for events: the growth of a number is seen from one reading to the next")
	}
	if m.Has("when") {
		if s.Kind != Event && s.Kind != "" {
			m.Get("when").Errorf(yamlpos.CheckValue, "when needs the kind event: a %s has no label to judge", s.Kind)
		}
		k.when(m.Get("when"), &s)
	}
	return s
}

// sources reads where the signal comes from: one CRM, or both for activities,
// which another sync may copy from one to the other.
func (k *compiler) sources(m *yamlpos.Map, s *Signal) {
	for _, side := range Sides() {
		if n := m.Get(string(side.System())); n.OK() {
			if src, ok := k.source(n, side); ok {
				s.Sources = append(s.Sources, src)
			}
		}
	}
	both := m.Has(systems()[0]) && m.Has(systems()[1])
	if !both || len(s.Sources) < 2 || !activities(s.Sources[0].Objects) || !activities(s.Sources[1].Objects) {
		m.RequireOne(systems()...)
		return
	}
	for i := range s.Sources {
		s.Sources[i].Subject = true
	}
}

// when reads one clause, or with two sources one per CRM, since each has its
// own names.
func (k *compiler) when(n yamlpos.Node, s *Signal) {
	compile := func(n yamlpos.Node, src *Source) {
		src.When = expression.CompileNode(n, k.c, scopeOfRecord(&src.WhenProps), expression.Bool)
	}
	if len(s.Sources) < 2 {
		src := &Source{} // checked even where the source is wrong
		if len(s.Sources) == 1 {
			src = &s.Sources[0]
		}
		compile(n, src)
		return
	}
	m := n.Map(systems()...)
	for i := range s.Sources {
		if clause := m.Get(string(s.Sources[i].Side.System())); clause.OK() {
			compile(clause, &s.Sources[i])
		}
	}
}

// source reads "contact.hs_email_open": the kind of record, then its field.
func (k *compiler) source(n yamlpos.Node, side Side) (Source, bool) {
	var text string
	if !n.Text(&text) {
		return Source{}, false
	}
	kind, field, ok := strings.Cut(text, ".")
	if !ok {
		kind, field = "account", text
	}
	objects := objectsOf(side, kind)
	if objects == nil {
		words := sourceWords(side)
		n.Add(yamlpos.Problem{
			Check: yamlpos.CheckValue, Message: "signals of " + string(side.System()) + " are not read from " + `"` + kind + `"`,
			Allowed: words, Nearest: yamlpos.Nearest(kind, words),
		})
		return Source{}, false
	}
	pattern := salesforceName
	if side == HubSpotSide {
		pattern = hubspotName
	}
	if !pattern.MatchString(field) {
		n.Errorf(yamlpos.CheckValue, "%q is not a %s field name", field, side.System())
		return Source{}, false
	}
	return Source{Side: side, Objects: objects, Property: field}, true
}

// WarnUnused warns of signals that no rule names, given the names that the
// rules use: reading them costs calls for nothing.
func (m *Mapping) WarnUnused(used []string, c *yamlpos.Collector) {
	for _, s := range m.Signals {
		if !slices.Contains(used, s.Name) {
			c.Warnf(s.key, "unused-signal", "the signal %s is read but no rule uses it", s.Name)
		}
	}
}
