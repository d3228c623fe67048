package scenario

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"handoffd/connectors"
	"handoffd/internal/demo/crmapi"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
)

// What buyers do that the platforms count by themselves.

// needContact finds the contact that a buyer's act needs.
func (r *reader) needContact(a *account, m *yamlpos.Map) *contact {
	c := r.contact(a, m.Get("contact"))
	if c == nil && a.key != "" && !m.Has("contact") {
		m.Node().Errorf(yamlpos.CheckValue, "%s has no contacts who could do this; give it some", a.key)
	}
	return c
}

func (r *reader) visit(m *yamlpos.Map) act {
	a := r.account(m.Get("visit"))
	c, n := r.needContact(a, m), 1
	m.Get("times").IntIn(&n, 1, 1_000_000)
	return func(ctx context.Context, p *player) (string, error) {
		return said("%s of %s visits the site, %d times", contactName(c), a.key, n),
			p.grow(ctx, connectors.HubSpot, connectors.Contact, c.ids[connectors.HubSpot], map[string]int{"hs_analytics_num_visits": n})
	}
}

func (r *reader) form(m *yamlpos.Map) act {
	a := r.account(m.Get("form"))
	c, name := r.needContact(a, m), "Request a demo"
	m.Get("name").Text(&name)
	return func(ctx context.Context, p *player) (string, error) {
		id := c.ids[connectors.HubSpot]
		err := p.platform(ctx, connectors.Contact, id, map[string]any{
			"recent_conversion_date": instant(p.clock.Now()), "recent_conversion_event_name": name,
		})
		if err == nil {
			err = p.grow(ctx, connectors.HubSpot, connectors.Contact, id, map[string]int{"num_conversion_events": 1})
		}
		return said("%s of %s sends the form %q", contactName(c), a.key, name), err
	}
}

// mail is marketing's e-mail to a contact, and what the contact does with it.
func (r *reader) mail(m *yamlpos.Map) act {
	a := r.account(m.Get("mail"))
	c := r.needContact(a, m)
	var sent, opened, clicked int
	m.Get("sent").IntIn(&sent, 0, 1_000_000)
	m.Get("opened").IntIn(&opened, 0, 1_000_000)
	m.Get("clicked").IntIn(&clicked, 0, 1_000_000)
	return func(ctx context.Context, p *player) (string, error) {
		return said("%s of %s gets %d e-mails, opens %d and clicks %d times", contactName(c), a.key, sent, opened, clicked),
			p.grow(ctx, connectors.HubSpot, connectors.Contact, c.ids[connectors.HubSpot],
				map[string]int{"hs_email_delivered": sent, "hs_email_open": opened, "hs_email_click": clicked})
	}
}

// signal is any signal of the mapping: a counter grows, an event happens.
func (r *reader) signal(m *yamlpos.Map) act {
	a, n := r.account(m.Get("signal")), m.Get("name")
	m.Require("name")
	var names []string
	for i := range r.config.Mapping.Signals {
		names = append(names, r.config.Mapping.Signals[i].Name)
	}
	s := r.config.Mapping.Signal(n.Raw())
	if s == nil {
		if n.OK() {
			r.unknown(n, "signal", names)
		}
		return nil
	}
	by, in := 1, r.systemIn(a, m.Get("in"))
	m.Get("by").IntIn(&by, 1, 1_000_000)
	c := r.contact(a, m.Get("contact"))
	for i := range s.Sources {
		src := &s.Sources[i]
		if in != "" && src.Side.System() != in || !slices.Contains(a.in, src.Side.System()) {
			continue
		}
		object := src.Objects[0]
		if object != connectors.Account && object != connectors.Contact || s.Kind == mapping.Level || object == connectors.Contact && c == nil {
			n.Errorf(yamlpos.CheckValue, "signal: %s is read from a %s; let somebody do what makes one", s.Name, object)
			return nil
		}
		return signalAct(a, c, s, src, by)
	}
	n.Errorf(yamlpos.CheckValue, "signal: %s is read in no CRM in which %s stands", s.Name, a.key)
	return nil
}

func signalAct(a *account, c *contact, s *mapping.Signal, src *mapping.Source, by int) act {
	return func(ctx context.Context, p *player) (string, error) {
		system, object := src.Side.System(), src.Objects[0]
		id := a.ids[system]
		if object == connectors.Contact {
			id = c.ids[system]
		}
		if s.Kind == mapping.Counter {
			return said("%s of %s grows by %d", s.Name, a.key, by), p.grow(ctx, system, object, id, map[string]int{src.Property: by})
		}
		return said("%s happens at %s", s.Name, a.key), p.update(ctx, system, object, id, map[string]any{src.Property: now{}}, nil)
	}
}

// grow raises counters of a record.
func (p *player) grow(ctx context.Context, system connectors.System, o connectors.Object, id string, by map[string]int) error {
	if id == "" {
		return fmt.Errorf("raising a counter: the record does not stand in %s", system)
	}
	have, err := p.read(ctx, system, o, id, sortedKeys(by))
	if err != nil {
		return err
	}
	next := map[string]any{}
	for name, n := range by {
		if n == 0 {
			continue
		}
		was, err := strconv.ParseFloat(have[name], 64)
		if err != nil && have[name] != "" {
			return fmt.Errorf("raising %s: %q is no number", name, have[name])
		}
		next[name] = int(was) + n
		if system == connectors.HubSpot {
			next[name] = strconv.Itoa(int(was) + n)
		}
	}
	if len(next) == 0 {
		return nil
	}
	return p.update(ctx, system, o, id, next, nil)
}

// read reads fields of one record, as text; "" for none.
func (p *player) read(ctx context.Context, system connectors.System, o connectors.Object, id string, names []string) (map[string]string, error) {
	out := map[string]string{}
	if system == connectors.HubSpot {
		var record crmapi.Record
		q := url.Values{"properties": names}
		err := p.crm.HubSpot(ctx, http.MethodGet, "/crm/v3/objects/"+objectName(system, o)+"/"+id+"?"+q.Encode(), nil, &record)
		for _, name := range names {
			out[name] = record.Properties[name]
		}
		return out, err
	}
	var row map[string]any
	q := url.Values{"fields": {joined(names)}}
	err := p.crm.Salesforce(ctx, "", http.MethodGet, crmapi.Data+"/sobjects/"+objectName(system, o)+"/"+id+"?"+q.Encode(), nil, &row)
	for _, name := range names {
		out[name] = asText(row[name])
	}
	return out, err
}
