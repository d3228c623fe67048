package mapping

import (
	"handoffd/internal/yamlpos"
)

// rules reads the match section: the ways to find a partner, best first.
func (k *compiler) rules(n yamlpos.Node) {
	if !n.OK() {
		k.m.Rules = defaultRules()
		return
	}
	taken := map[string]bool{}
	for _, item := range n.List() {
		r := k.rule(item)
		r.Name = r.name()
		if taken[r.Name] { // the first of its kind keeps the short name
			r.Name += " (hubspot " + r.Property[HubSpotSide] + ", salesforce " + r.Property[SalesforceSide] + ")"
		}
		if taken[r.Name] {
			item.Errorf(yamlpos.CheckDuplicateKey, "this match rule stands here twice")
			continue
		}
		taken[r.Name] = true
		k.m.Rules = append(k.m.Rules, r)
	}
}

func (k *compiler) rule(item yamlpos.Node) (r MatchRule) {
	m := item.Map("salesforce", "hubspot", "domain", "name")
	switch {
	case m.Has("domain") && m.Has("name"), (m.Has("domain") || m.Has("name")) && (m.Has("salesforce") || m.Has("hubspot")):
		item.Errorf(yamlpos.CheckValue, "a match rule compares one thing: {hubspot, salesforce}, {domain: …} or {name: …}; write a rule for each")
	case m.Has("domain"):
		r.Domain = true
		var subdomains string
		d := m.Get("domain").Map(append(systems(), "subdomains")...)
		d.Require(systems()...)
		k.both(d, &r.Property)
		yamlpos.Enum(d.Get("subdomains"), &subdomains, "drop", "keep")
		r.KeepSubdomain = subdomains == "keep"
	case m.Has("name"):
		d := m.Get("name").Map(append(systems(), "country")...)
		d.Require(append(systems(), "country")...)
		k.both(d, &r.Property)
		country := d.Get("country").Map(systems()...)
		country.Require(systems()...)
		k.both(country, &r.Country)
		if r.Country == [sides]string{} {
			r.Country[SalesforceSide] = "?" // wrong, and reported
		}
	default:
		m.Require(systems()...)
		k.both(m, &r.Property)
	}
	return r
}

// both reads the field's name in each CRM.
func (k *compiler) both(m *yamlpos.Map, dst *[sides]string) {
	for _, s := range Sides() {
		k.vendorName(m.Get(string(s.System())), s, &dst[s])
	}
}

func (r MatchRule) name() string {
	switch {
	case r.Domain && r.KeepSubdomain:
		return "same host"
	case r.Domain:
		return "same domain"
	case r.byName():
		return "same name and country"
	}
	return "hubspot " + r.Property[HubSpotSide] + " = salesforce " + r.Property[SalesforceSide]
}

func defaultRules() []MatchRule {
	rules := []MatchRule{
		{Property: [sides]string{salesforceRecordID, "salesforceaccountid"}},
		{Domain: true, Property: [sides]string{"Website", "domain"}},
	}
	for i := range rules {
		rules[i].Name = rules[i].name()
	}
	return rules
}
