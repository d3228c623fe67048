package scenario

import (
	"strings"
	"unicode"

	"handoffd/internal/yamlpos"
)

// people reads the users of both CRMs. Whoever the rules name by address is a
// user as well, whether the scenario says so or not.
func (r *reader) people(n yamlpos.Node) {
	for key, value := range n.FreeMap().All() {
		p := &person{key: key.Raw()}
		if value.Kind() == yamlpos.Mapping {
			r.personOf(p, value)
		} else {
			value.Text(&p.email)
		}
		if p.email != "" && r.hasAddress(p.email) {
			value.Errorf(yamlpos.CheckValue, "%s: another person has the address %s", value.Path(), p.email)
		}
		r.scenario.people = append(r.scenario.people, p.named())
	}
	for _, address := range r.scenario.settings.addresses() {
		if !r.hasAddress(address) {
			key, _, _ := strings.Cut(address, "@")
			r.scenario.people = append(r.scenario.people, (&person{key: key, email: address, implied: true}).named())
		}
	}
	for _, p := range r.scenario.people {
		if p.managerNode.OK() {
			p.manager = r.person(p.managerNode)
		}
		for m, steps := p.manager, 0; m != nil; m, steps = m.manager, steps+1 {
			if m == p || steps > len(r.scenario.people) {
				p.managerNode.Errorf(yamlpos.CheckValue, "%s cannot be the manager of %s: they would report to themselves", p.managerNode.Raw(), p.key)
				p.manager = nil
			}
		}
	}
}

func (r *reader) hasAddress(address string) bool {
	for _, p := range r.scenario.people {
		if strings.EqualFold(p.email, address) {
			return true
		}
	}
	return false
}

func (r *reader) personOf(p *person, n yamlpos.Node) {
	m := n.Map("email", "name", "team", "manager", "active")
	m.Require("email")
	m.Get("email").Text(&p.email)
	m.Get("team").Text(&p.team)
	m.Get("name").Text(&p.fullName)
	active := true
	m.Get("active").Bool(&active)
	p.inactive, p.managerNode = !active, m.Get("manager")
}

// named gives first and last name, out of the address if none is written.
func (p *person) named() *person {
	full := p.fullName
	if full == "" {
		local, _, _ := strings.Cut(p.email, "@")
		full = strings.NewReplacer(".", " ", "_", " ").Replace(local)
	}
	p.first, p.last = split(titled(full))
	return p
}

// split takes a full name apart; the last word is the last name.
func split(full string) (first, last string) {
	full = strings.TrimSpace(full)
	if i := strings.LastIndex(full, " "); i > 0 {
		return full[:i], full[i+1:]
	}
	return "", full
}

// titled writes every word with a capital.
func titled(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		runes := []rune(w)
		runes[0] = unicode.ToUpper(runes[0])
		words[i] = string(runes)
	}
	return strings.Join(words, " ")
}
