package mapping

import (
	"fmt"
	"sort"
	"strings"

	"handoffd/connectors"
)

// MatchRule is one way to find the partner of a record in the other CRM.
type MatchRule struct {
	// Name shows the rule to people: "hubspot salesforceaccountid = salesforce Id".
	Name     string
	Property [sides]string
	// Domain compares the domains of addresses, with the subdomain if
	// KeepSubdomain.
	Domain, KeepSubdomain bool
	// Country, where set, makes it the rule of company name and country.
	Country [sides]string
}

// RuleTexts are the match rules with all that they compare, to tell whether
// they have changed.
func (m *Mapping) RuleTexts() []string {
	texts := make([]string, len(m.Rules))
	for i, r := range m.Rules {
		texts[i] = fmt.Sprintf("%q %q %q", r.Name, r.Property, r.Country)
	}
	return texts
}

// recordID stands for the record's own id in a rule.
const (
	salesforceRecordID = "Id"
	hubspotRecordID    = "hs_object_id"
)

// byName tells the rule of company name and country.
func (r MatchRule) byName() bool { return r.Country != [sides]string{} }

// ownID tells whether the side's key is the record's own id.
func (r MatchRule) ownID(side Side) bool {
	return side == SalesforceSide && r.Property[side] == salesforceRecordID || side == HubSpotSide && r.Property[side] == hubspotRecordID
}

// NamesID tells whether a key of that side is the id of a record of the other:
// the record itself says which its partner is.
func (r MatchRule) NamesID(side Side) bool {
	return !r.Domain && !r.byName() && r.ownID(side.Other()) && !r.ownID(side)
}

// Key returns what a record is compared by under the rule, "" for nothing.
func (r MatchRule) Key(rec connectors.Record) string {
	side := SideOf(rec.Ref.System)
	if r.ownID(side) {
		return rec.Ref.ID
	}
	text := fieldText(rec, r.Property[side])
	switch {
	case text == "":
		return ""
	case r.Domain && r.KeepSubdomain:
		return Host(text)
	case r.Domain:
		return Domain(text)
	case r.byName():
		name, country := CompanyName(text), Country(fieldText(rec, r.Country[side]))
		if name == "" || country == "" {
			return ""
		}
		return name + " | " + country
	case r.Property[SalesforceSide] == salesforceRecordID && (len(text) == 15 || len(text) == 18):
		return SalesforceID(text)
	}
	return strings.ToLower(text)
}

// fieldText is a field's value without the space around it, "" for none.
func fieldText(rec connectors.Record, name string) string {
	v, ok := rec.Fields[name]
	if !ok || v.IsNull() {
		return ""
	}
	return strings.TrimSpace(v.String())
}

// Keys returns the record's keys by the rule's name, without empty ones. A
// record that is gone has none. One that is out of scope has: what it is
// matched with is out of scope as well.
func (m *Mapping) Keys(rec connectors.Record) map[string]string {
	keys := map[string]string{}
	if rec.Deleted {
		return keys
	}
	for _, r := range m.Rules {
		if key := r.Key(rec); key != "" {
			keys[r.Name] = key
		}
	}
	return keys
}

// SalesforceID brings a 15-character id into its 18-character form, which
// compares without regard to case; anything else is returned as it is. Of an id
// with 18 characters the last three say which letters are capitals, so that one
// that lost its case gets it back.
// Source: Salesforce, "How to convert a 15-character id to 18".
func SalesforceID(id string) string {
	if len(id) == 18 {
		id = recased(id)
	}
	if len(id) != 15 {
		return id
	}
	out := []byte(id)
	for block := range 3 {
		bits := 0
		for i := range 5 {
			if c := id[block*5+i]; c >= 'A' && c <= 'Z' {
				bits |= 1 << i
			}
		}
		out = append(out, caseAlphabet[bits])
	}
	return string(out)
}

// caseAlphabet is what the last three characters of an id are of: each stands
// for which of five letters are capitals.
const caseAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

// recased returns the first 15 of 18 characters, in the case that the last three
// name if these fit.
func recased(id string) string {
	out := []byte(id[:15])
	for block := range 3 {
		bits := strings.IndexByte(caseAlphabet, strings.ToUpper(id[15+block : 16+block])[0])
		if bits < 0 {
			return id[:15]
		}
		for i := range 5 {
			c := &out[block*5+i]
			letter := *c >= 'A' && *c <= 'Z' || *c >= 'a' && *c <= 'z'
			switch capital := bits>>i&1 == 1; {
			case capital && !letter:
				return id[:15] // no such id
			case capital && *c >= 'a':
				*c -= 'a' - 'A'
			case !capital && letter && *c <= 'Z':
				*c += 'a' - 'A'
			}
		}
	}
	return string(out)
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
