package doctor

import (
	"fmt"
	"slices"

	"handoffd/connectors"
	"handoffd/mapping"
)

// accountLink is the property by which HubSpot's own Salesforce integration
// names a company's Salesforce account; without that integration there is none.
const accountLink = "salesforceaccountid"

// recordIDs stand for the record's own id in a match rule.
var recordIDs = [...]string{"Id", "hs_object_id"}

// scopes judges the where clauses and the match rules.
func (e *examination) scopes() {
	e.each(func(s *site) {
		if s.System() == connectors.Salesforce {
			for _, c := range Conditions(e.mapping.SalesforceWhere) {
				e.exists(s, c.Field, "the where clause")
			}
		} else {
			for _, f := range e.mapping.HubSpotWhere {
				e.filter(s, f)
			}
		}
		for _, r := range e.mapping.Rules {
			e.rule(s, r)
		}
	})
}

func (e *examination) exists(s *site, name, use string) {
	if f, ok := e.find(s, connectors.Account, name, false); ok {
		e.add(OK, s.place(connectors.Account, name), fmt.Sprintf("%s, for %s", f.Type, use), "")
	}
}

// filter judges one condition on HubSpot's companies. A misspelt property
// would let all of them in, or none.
func (e *examination) filter(s *site, f mapping.Filter) {
	found, ok := e.find(s, connectors.Account, f.Property, false)
	if !ok {
		return
	}
	where := s.place(connectors.Account, f.Property)
	var strange []string
	for _, v := range append([]string{f.Value}, f.Values...) {
		if v != "" && found.Restricted && !slices.ContainsFunc(found.Options, func(o connectors.Option) bool { return o.Value == v }) {
			strange = append(strange, v)
		}
	}
	if len(strange) > 0 {
		e.add(Warn, where, "the where clause compares it with "+mapping.List(strange)+", which is none of its options", "correct the value: options are compared by value, not by label")
		return
	}
	e.add(OK, where, fmt.Sprintf("%s, for the where clause", found.Type), "")
}

func (e *examination) rule(s *site, r mapping.MatchRule) {
	name := r.Property[s.side]
	if slices.Contains(recordIDs[:], name) {
		return
	}
	schema, known := s.schemas[connectors.Account]
	if _, ok := Lookup(schema, s.System(), name); known && !ok && name == accountLink {
		e.add(Warn, s.place(connectors.Account, name), "the portal has no such property, so the rule "+r.Name+" never finds a partner",
			"connect HubSpot's Salesforce integration, which brings it, or leave the rule out")
		return
	}
	e.exists(s, name, "matching: "+r.Name)
}

// signals judges the fields that behaviour is read from.
func (e *examination) signals() {
	for i := range e.mapping.Signals {
		sig := &e.mapping.Signals[i]
		for j := range sig.Sources {
			e.source(sig, &sig.Sources[j])
		}
	}
}

// source judges the fields that one signal is read from in one CRM.
func (e *examination) source(sig *mapping.Signal, src *mapping.Source) {
	s := e.sites[src.Side.System()]
	if s == nil || s.signedIn != nil {
		return
	}
	want := mapping.Number
	if sig.Kind == mapping.Event {
		want = mapping.DateTime
	}
	for _, o := range src.Objects {
		e.readable(s, o, src.Property, want, "the signal "+sig.Name)
		for _, p := range src.WhenProps {
			if f, ok := e.find(s, o, p, false); ok {
				e.add(OK, s.place(o, p), fmt.Sprintf("%s, judged by the signal %s", f.Type, sig.Name), "")
			}
		}
	}
}
