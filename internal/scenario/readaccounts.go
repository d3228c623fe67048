package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
)

// accountKeys are the keys of an account that are no fields.
func accountKeys() []string {
	return []string{"in", "name", "domain", "owner", "linked", "later", "copies", "contacts", "salesforce", "hubspot"}
}

// contactKeys are the keys of a contact that are no signals.
func contactKeys() []string { return []string{"name", "title", "email", "salesforce", "hubspot"} }

func (r *reader) accounts(n yamlpos.Node) {
	for key, value := range n.FreeMap().All() {
		if slices.Contains(reservedAccounts(), key.Raw()) {
			key.Errorf(yamlpos.CheckValue, "an account cannot be called %q: the word means something else in the timeline", key.Raw())
			continue
		}
		m := value.Map(append(accountKeys(), r.fieldNames()...)...)
		if copies := 0; m.Get("copies").IntIn(&copies, 1, mostCopies) {
			r.copies(key.Raw(), copies, m)
			continue
		}
		r.accountOf(r.newAccount(key.Raw()), m)
	}
}

func (r *reader) newAccount(key string) *account {
	a := &account{
		key: key, name: titled(strings.ReplaceAll(key, "_", " ")), in: systemsOf(), linked: true,
		ids: map[connectors.System]string{},
	}
	a.domain = strings.ToLower(strings.NewReplacer("_", "-", " ", "-").Replace(a.key)) + ".example"
	r.scenario.accounts = append(r.scenario.accounts, a)
	return a
}

// mostCopies keeps a slip from filling the memory.
const mostCopies = 10_000

// copies reads an account that stands so many times, each with a number behind
// its key, name and domain.
func (r *reader) copies(key string, n int, m *yamlpos.Map) {
	for _, unique := range []string{"name", "domain"} {
		if m.Has(unique) {
			m.Get(unique).Errorf(yamlpos.CheckValue, "%s: the copies cannot share it; leave it out", m.Get(unique).Path())
		}
	}
	before := len(r.c.Problems())
	for i := 1; i <= n; i++ {
		a := r.newAccount(fmt.Sprintf("%s_%d", key, i))
		if len(r.c.Problems()) == before { // a mistake is named once
			r.accountOf(a, m)
		}
	}
}

// reservedAccounts stand beside the accounts' names in `set` and `expect`, or
// for all of them.
func reservedAccounts() []string { return []string{"counts", "report", "by", "in", "all"} }

func (r *reader) accountOf(a *account, m *yamlpos.Map) {
	m.Get("name").Text(&a.name)
	m.Get("domain").Text(&a.domain)
	m.Get("linked").Bool(&a.linked)
	m.Get("later").Bool(&a.later)
	if in := m.Get("in"); in.OK() {
		var systems []connectors.System
		for _, item := range in.ListOrOne() {
			if s := r.system(item); s != "" && !slices.Contains(systems, s) {
				systems = append(systems, s)
			}
		}
		if len(systems) > 0 {
			a.in = systems
			slices.SortFunc(a.in, func(x, y connectors.System) int { return int(mapping.SideOf(x)) - int(mapping.SideOf(y)) })
		}
	}
	a.owner = r.person(m.Get("owner"))
	a.fields = r.fields(a, m, accountKeys(), everywhere)
	for key, value := range m.Get("contacts").FreeMap().All() {
		a.contacts = append(a.contacts, r.contactOf(a, key.Raw(), value))
	}
}

func (r *reader) contactOf(a *account, key string, n yamlpos.Node) *contact {
	c := &contact{key: key, ids: map[connectors.System]string{}, fields: map[connectors.System]map[string]any{}}
	m := n.Map(append(contactKeys(), r.contactSignals()...)...)
	full := key
	m.Get("name").Text(&full)
	c.first, c.last = split(titled(strings.ReplaceAll(full, "_", " ")))
	c.email = strings.ToLower(strings.ReplaceAll(key, " ", ".")) + "@" + a.domain
	m.Get("title").Text(&c.title)
	m.Get("email").Text(&c.email)
	r.vendorFields(c.fields, m, connectors.Contact)
	for _, name := range r.contactSignals() {
		if v := m.Get(name); v.OK() {
			s := r.config.Mapping.Signal(name)
			count := 0
			v.IntIn(&count, 0, 1_000_000_000)
			for i := range s.Sources {
				src := &s.Sources[i]
				put(c.fields, src.Side.System(), src.Property, v.Raw())
			}
		}
	}
	return c
}

// contactSignals are the counters that are read from contacts.
func (r *reader) contactSignals() []string {
	var out []string
	for i := range r.config.Mapping.Signals {
		s := &r.config.Mapping.Signals[i]
		if s.Kind != mapping.Counter {
			continue
		}
		for j := range s.Sources {
			if slices.Contains(s.Sources[j].Objects, connectors.Contact) && !slices.Contains(out, s.Name) {
				out = append(out, s.Name)
			}
		}
	}
	return out
}

// fieldNames are the fields of the common account.
func (r *reader) fieldNames() []string {
	var out []string
	for i := range r.config.Mapping.Fields {
		if name := r.config.Mapping.Fields[i].Name; !slices.Contains(accountKeys(), name) {
			out = append(out, name)
		}
	}
	return out
}

// put sets a value of one CRM.
func put(fields map[connectors.System]map[string]any, system connectors.System, name string, v any) {
	if fields[system] == nil {
		fields[system] = map[string]any{}
	}
	fields[system][name] = v
}

// sortedKeys lists a map's keys.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
