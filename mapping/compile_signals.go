package mapping

import (
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/expression"
	"handoffd/internal/yamlpos"
)

// sources are the kinds of record that signals come from, by the word in front
// of the dot.
var sources = map[string]connectors.Object{
	"account": connectors.Account,
	"contact": connectors.Contact,
}

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
	s := Signal{Name: name}
	m := n.Map("salesforce", "hubspot", "kind", "rollup", "history", "when")
	m.Require("kind")
	switch m.RequireOne(systems()...) {
	case string(connectors.Salesforce):
		k.source(m.Get("salesforce"), SalesforceSide, &s)
	case string(connectors.HubSpot):
		k.source(m.Get("hubspot"), HubSpotSide, &s)
	}
	yamlpos.Enum(m.Get("kind"), &s.Kind, Counter, Event)
	k.rollup(m.Get("rollup"), &s)
	m.Get("history").Bool(&s.History)
	if s.History && s.Side == SalesforceSide {
		m.Get("history").Errorf(yamlpos.CheckValue, "history is HubSpot's: Salesforce keeps no earlier values that can be read here")
	}
	if m.Has("when") {
		if s.Kind == Counter {
			m.Get("when").Errorf(yamlpos.CheckValue, "when needs the kind event: a counter has no label to judge")
		}
		s.When = expression.CompileNode(m.Get("when"), k.c, scopeOfRecord(&s.WhenProps), expression.Bool)
	}
	return s
}

// rollup: a counter's growth is summed over the contacts, events are counted;
// other ways of rolling up do not fit growth.
func (k *compiler) rollup(n yamlpos.Node, s *Signal) {
	var word string
	if n.OK() && yamlpos.Enum(n, &word, "sum") && s.Kind == Event {
		n.Errorf(yamlpos.CheckValue, "rollup is for counters; events are counted one by one")
	}
}

// source reads "contact.hs_email_open": the kind of record, then its field.
func (k *compiler) source(n yamlpos.Node, side Side, s *Signal) {
	s.Side = side
	var text string
	if !n.Text(&text) {
		return
	}
	kind, field, ok := strings.Cut(text, ".")
	if !ok {
		kind, field = "account", text
	}
	object, known := sources[kind]
	if !known {
		words := sortedNames(sources)
		n.Add(yamlpos.Problem{
			Check: yamlpos.CheckValue, Message: "signals are read from an account or a contact, not from " + `"` + kind + `"`,
			Allowed: words, Nearest: yamlpos.Nearest(kind, words),
		})
		return
	}
	pattern := salesforceName
	if side == HubSpotSide {
		pattern = hubspotName
	}
	if !pattern.MatchString(field) {
		n.Errorf(yamlpos.CheckValue, "%q is not a %s field name", field, side.System())
		return
	}
	s.Object, s.Property = object, field
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
