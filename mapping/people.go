package mapping

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"

	"handoffd/connectors"
)

// Owners says who is whom in the two CRMs beyond equal e-mail addresses.
type Owners struct {
	// Same are pairs of addresses of one person.
	Same [][sides]string
	// Fallback is who owns in a CRM what belongs to somebody whom it does not
	// know; "" for nobody.
	Fallback [sides]string
}

// People are the users of both CRMs, by which owners are carried over.
type People struct {
	email [sides]map[string]string   // by id
	ids   [sides]map[string][]string // of active people, by e-mail
}

// NewPeople indexes the users of both CRMs.
func NewPeople(users map[connectors.System][]connectors.User) *People {
	p := &People{}
	for _, s := range Sides() {
		p.email[s], p.ids[s] = map[string]string{}, map[string][]string{}
		for _, u := range users[s.System()] {
			email := emailKey(u.Email)
			p.email[s][u.ID] = email
			if u.Active && !u.Queue && email != "" {
				p.ids[s][email] = append(p.ids[s][email], u.ID)
			}
		}
	}
	return p
}

func emailKey(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// With returns the mapping with these people in it.
func (m *Mapping) With(p *People) *Mapping {
	out := *m
	out.people = p
	return &out
}

// Unmatched lists the active people of one CRM who have no counterpart in the
// other, and no fallback stands in for: what they own is not carried there.
func (m *Mapping) Unmatched(from Side, users []connectors.User) []connectors.User {
	var out []connectors.User
	for _, u := range users {
		if !u.Active || u.Queue {
			continue
		}
		if _, err := m.owner(from, u.ID); err != nil {
			out = append(out, u)
		}
	}
	return out
}

// CarriesOwners tells whether any owner is carried to the other CRM, so that
// the people must be known.
func (m *Mapping) CarriesOwners() bool {
	for i := range m.Fields {
		if f := &m.Fields[i]; f.Type == Owner && f.Master != ReadOnly {
			return true
		}
	}
	return false
}

// carry turns a value of one side into what the other side is to hold. That is
// the same value, except for owners, whose ids are each CRM's own, and for
// texts that are too long.
func (m *Mapping) carry(f *Field, from Side, v connectors.Value) (connectors.Value, error) {
	switch {
	case v.IsNull():
		return v, nil
	case f.Type == Owner:
		return m.owner(from, v.Text())
	case f.Length > 0 && characters(v.Text()) > f.Length:
		if f.Truncate {
			return connectors.TextValue(cut(v.Text(), f.Length)), nil
		}
		return v, fmt.Errorf("it has %d characters and the mapping allows %d; shorten it, or let the field say truncate", characters(v.Text()), f.Length)
	}
	return v, nil
}

// owner finds a user's counterpart: by the owners' map, by e-mail, or the
// named fallback.
func (m *Mapping) owner(from Side, id string) (connectors.Value, error) {
	to := from.Other()
	if m.people == nil {
		return connectors.Value{}, errors.New("the users of the two CRMs are not known yet")
	}
	email := m.people.email[from][id]
	for _, pair := range m.Owners.Same {
		if pair[from] == email && email != "" {
			email = pair[to]
			break
		}
	}
	for _, candidate := range []string{email, m.Owners.Fallback[to]} {
		if ids := m.people.ids[to][candidate]; candidate != "" && len(ids) == 1 {
			return connectors.TextValue(ids[0]), nil
		}
	}
	return connectors.Value{}, fmt.Errorf("the %s user %s has no counterpart in %s: no single active user there has that e-mail address; say under owners who it is", from.System(), Clip(id, 40), to.System())
}

// characters counts as the CRMs do: a character outside the basic plane is two.
func characters(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// cut keeps whole characters only.
func cut(s string, most int) string {
	n := 0
	for i, r := range s {
		if n += max(1, utf16.RuneLen(r)); n > most {
			return strings.TrimRight(s[:i], " ")
		}
	}
	return s
}
