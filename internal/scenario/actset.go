package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
)

// set reads fields that somebody, or a tool, changes.
func (r *reader) set(n yamlpos.Node) (out []step) {
	m := n.FreeMap()
	by, in := r.person(m.Get("by")), r.system(m.Get("in"))
	for key, value := range m.All() {
		if key.Raw() == "by" || key.Raw() == "in" {
			continue
		}
		a := r.account(key)
		if a.key == "" {
			continue
		}
		// What belongs to the account as such is no field.
		skip := []string{"owner", "contacts", "salesforce", "hubspot"}
		fm := value.Map(append(skip, r.fieldNames()...)...)
		fields := r.fields(a, fm, skip, in)
		if owner := r.person(fm.Get("owner")); owner != nil {
			for _, system := range a.in {
				if in == "" || in == system {
					put(fields, system, ownerField(system), owner)
				}
			}
		}
		here := step{do: setAct(a, fields, by), pos: key.Pos(), words: "set: " + a.key}
		if len(fields) > 0 {
			out = append(out, here)
		}
		for name, cn := range fm.Get("contacts").FreeMap().All() {
			if c := r.contact(a, name); c != nil {
				set := map[connectors.System]map[string]any{}
				r.vendorFields(set, cn.Map("salesforce", "hubspot"), connectors.Contact)
				here.do, here.pos = setContact(a, c, set, by), name.Pos()
				out = append(out, here)
			}
		}
	}
	return out
}

func ownerField(system connectors.System) string {
	if system == connectors.HubSpot {
		return "hubspot_owner_id"
	}
	return "OwnerId"
}

func setAct(a *account, fields map[connectors.System]map[string]any, by *person) act {
	return func(ctx context.Context, p *player) (string, error) {
		var words []string
		for _, system := range systemsOf() {
			set := fields[system]
			if len(set) == 0 {
				continue
			}
			if !a.stands(system) {
				return "", fmt.Errorf("setting %s: it does not stand in %s", a.key, system)
			}
			if err := p.update(ctx, system, connectors.Account, a.ids[system], set, by); err != nil {
				return "", err
			}
			words = append(words, said("%s in %s", listed(set), systemName(system)))
		}
		return said("%s%s: %s", a.key, byWords(by), strings.Join(words, "; ")), nil
	}
}

func setContact(a *account, c *contact, fields map[connectors.System]map[string]any, by *person) act {
	return func(ctx context.Context, p *player) (string, error) {
		var words []string
		for _, system := range systemsOf() {
			if len(fields[system]) == 0 {
				continue
			}
			if err := p.update(ctx, system, connectors.Contact, c.ids[system], fields[system], by); err != nil {
				return "", err
			}
			words = append(words, said("%s in %s", listed(fields[system]), systemName(system)))
		}
		return said("%s of %s%s: %s", c.key, a.key, byWords(by), strings.Join(words, "; ")), nil
	}
}

func byWords(by *person) string {
	if by == nil {
		return ""
	}
	return " by " + by.key
}

// listed shows values; stamps that follow from others are left out.
func listed(fields map[string]any) string {
	var words []string
	for _, name := range sortedKeys(fields) {
		switch v := fields[name].(type) {
		case now:
			continue
		case *person:
			words = append(words, name+" = "+v.key)
		case nil:
			words = append(words, name+" emptied")
		default:
			words = append(words, fmt.Sprintf("%s = %v", name, v))
		}
	}
	return strings.Join(words, ", ")
}

func systemName(s connectors.System) string {
	switch s {
	case connectors.Salesforce:
		return "Salesforce"
	case connectors.HubSpot:
		return "HubSpot"
	}
	return string(s) // another channel
}

// confirm is a scoring tool that confirms its scores without changing them; or
// whoever keeps the one field that is named.
func (r *reader) confirm(m *yamlpos.Map) act {
	accounts := r.scenario.accounts
	if n := m.Get("confirm"); n.Raw() != "all" {
		accounts = nil
		for _, item := range n.ListOrOne() {
			accounts = append(accounts, r.account(item))
		}
	}
	only := r.text(m.Get("field"))
	if only != "" && r.config.Mapping.Field(only) == nil {
		r.unknown(m.Get("field"), "field", r.fieldNames())
		return nil
	}
	stamps := map[connectors.System][]string{}
	for i := range r.config.Mapping.Fields {
		if only != "" && r.config.Mapping.Fields[i].Name != only {
			continue
		}
		for side, name := range r.config.Mapping.Fields[i].UpdatedAt {
			if system := systemsOf()[side]; name != "" && !slices.Contains(stamps[system], name) {
				stamps[system] = append(stamps[system], name)
			}
		}
	}
	if len(stamps) == 0 {
		m.Get("confirm").Errorf(yamlpos.CheckValue, "confirm: no field of the mapping has updated_at")
	}
	return func(ctx context.Context, p *player) (string, error) {
		n := 0
		for _, a := range accounts {
			for _, system := range systemsOf() {
				set := map[string]any{}
				for _, name := range stamps[system] {
					set[name] = now{}
				}
				if len(set) == 0 || !a.stands(system) {
					continue
				}
				n++
				if err := p.update(ctx, system, connectors.Account, a.ids[system], set, nil); err != nil {
					return "", err
				}
			}
		}
		return said("scores are confirmed for %d records", n), nil
	}
}
