package connectortest

import (
	"errors"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
)

func peopleChecks() []check {
	return []check{
		{name: "it says who it is", run: identifies},
		{name: "users are listed, inactive ones too", run: users},
		{name: "fields are described", run: describes},
		{name: "an alert reaches its person", control: true, run: alerts},
		{name: "an alert that did not work is failed", control: true, run: alertRefused},
		{name: "calls are counted by endpoint", run: countsCalls},
	}
}

func identifies(p *play) {
	first, err := p.c.Identify(p.t.Context())
	if err != nil {
		p.t.Fatalf("identifying: %v", err)
	}
	second, err := p.connect(Setup{}).Identify(p.t.Context())
	if err != nil || first != second {
		p.t.Errorf("two processes see %+v and %+v, %v", first, second, err)
	}
	if first.System != p.c.System() || first.OrgID == "" || first.APIVersion == "" || strings.Count(first.RecordURL, "%s") != 1 {
		p.t.Errorf("identity %+v", first)
	}
	if _, err := time.LoadLocation(first.TimeZone); err != nil {
		p.t.Errorf("time zone: %v", err)
	}
}

func users(p *play) {
	got, err := p.c.Users(p.t.Context())
	if err != nil || len(got) == 0 {
		p.t.Fatalf("%d users, %v", len(got), err)
	}
	byID := make(map[string]connectors.User)
	for _, u := range got {
		if _, twice := byID[u.ID]; twice || u.ID == "" {
			p.t.Errorf("user %q is listed twice or has no id", u.ID)
		}
		byID[u.ID] = u
	}
	if p.control == nil {
		p.notHere("whether inactive users are listed")
		return
	}
	for _, person := range p.control.People() {
		if u, ok := byID[person.ID]; !ok || u.Active != person.Active || u.Email != person.Email {
			p.t.Errorf("%+v is listed as %+v (%v)", person, u, ok)
		}
	}
}

func describes(p *play) {
	schema, err := p.c.Describe(p.t.Context(), connectors.Account)
	if err != nil || schema.Object != connectors.Account || schema.Name == "" {
		p.t.Fatalf("describing accounts: %q %q, %v", schema.Object, schema.Name, err)
	}
	for _, name := range p.words.accountFields() {
		f, ok := schema.Fields[name]
		if !ok || f.Name != name || f.Type == "" || f.Label == "" || !f.Writable {
			p.t.Errorf("field %s: %+v", name, f)
		}
	}
	if f := schema.Fields[p.words.Scope]; p.words.Scope != "" && !slices.ContainsFunc(f.Options, func(o connectors.Option) bool { return o.Value == p.words.Out && o.Active }) {
		p.t.Errorf("the scope's field lists no option %q", p.words.Out)
	}
	if _, err := p.c.Describe(p.t.Context(), connectors.Task); err != nil {
		p.t.Errorf("describing tasks: %v", err)
	}
	var e *connectors.Error
	if _, err := p.c.Describe(p.t.Context(), "spaceship"); !errors.As(err, &e) || e.Class != connectors.Stop {
		p.t.Errorf("describing an object that does not exist: %v, want stop", err)
	}
}

// alert is one for an active user.
func (p *play) alert(name string) connectors.Alert {
	a := connectors.Alert{
		Key: p.key(name), Title: "handoffd test " + name, Body: "Nobody called them since Monday.", Due: p.org.Now().AddDate(0, 0, 1),
	}
	if p.control != nil {
		a.UserID, a.Email = p.active().ID, p.active().Email
	}
	return a
}

func (p *play) told(title string) []Told {
	p.t.Helper()
	all, err := p.control.Told()
	p.must(err)
	return slices.DeleteFunc(all, func(t Told) bool { return t.Title != title })
}

func alerts(p *play) {
	account := p.account("one")
	person := p.active()
	for _, way := range []struct {
		name       string
		user, mail string
		account    string
	}{
		{name: "by id", user: person.ID, account: account},
		{name: "by address", mail: person.Email, account: account},
		{name: "by both, about no account", user: person.ID, mail: person.Email},
	} {
		a := p.alert(way.name)
		a.UserID, a.Email = way.user, way.mail
		if way.account != "" {
			a.Account = p.ref(connectors.Account, way.account)
		}
		r := p.c.Alert(p.t.Context(), a)
		if r.Outcome != connectors.Done || r.Key != a.Key {
			p.t.Errorf("%s: %s %v", way.name, r.Outcome, r.Err)
		}
		got := p.told(a.Title)
		if len(got) != 1 || got[0].To != person.ID && got[0].To != person.Email || !textLike(got[0].Body, a.Body) {
			p.t.Errorf("%s: reached %+v, want %s", way.name, got, person.Email)
		}
	}
	nobody := p.alert("nobody")
	nobody.UserID, nobody.Email = "", ""
	if r := p.c.Alert(p.t.Context(), nobody); r.Outcome != connectors.Failed || connectors.ClassOf(r.Err) == "" {
		p.t.Errorf("an alert to nobody: %s %v", r.Outcome, r.Err)
	}
}

// alertRefused: the vendor's HTTP status says that all is well.
func alertRefused(p *play) {
	p.trouble(AlertRefused, Alerts, -1)
	a := p.alert("refused")
	a.UserID = ""
	r := p.c.Alert(p.t.Context(), a)
	p.control.Calm()
	if r.Outcome != connectors.Failed || connectors.ClassOf(r.Err) == "" || r.Key != a.Key {
		p.t.Errorf("%s %v, want failed", r.Outcome, r.Err)
	}
	if got := p.told(a.Title); len(got) != 0 {
		p.t.Errorf("it reached %+v all the same", got)
	}
}

func countsCalls(p *play) {
	before := p.org.Wire().Requests()
	c := p.connect(Setup{})
	if got := c.Calls(); total(got) != 0 {
		p.t.Errorf("a new connector has made calls: %v", got)
	}
	account := p.account("one")
	p.c = c
	m := p.mirror(connectors.Account)
	m.catchUp()
	p.writeAll([]connectors.Write{p.task(account, "counted"), p.update("counted", account, p.words.Note, connectors.TextValue("counted"))})
	if _, err := c.Users(p.t.Context()); err != nil {
		p.t.Errorf("users: %v", err)
	}
	calls := c.Calls()
	if sent := p.org.Wire().Requests() - before; total(calls) != int64(sent) {
		p.t.Errorf("%d calls are counted, %d requests were sent: %v", total(calls), sent, calls)
	}
	seen := make(map[string]bool)
	for _, call := range calls {
		if call.Endpoint == "" || call.Count <= 0 || seen[call.Endpoint] {
			p.t.Errorf("the count %+v", call)
		}
		seen[call.Endpoint] = true
	}
	if len(seen) < 3 {
		p.t.Errorf("reading, writing and listing users count as %v", calls)
	}
	if a := c.Allowance(); a.Limit < 0 || a.Used < 0 {
		p.t.Errorf("allowance %+v", a)
	}
}

func total(calls []connectors.Calls) int64 {
	var n int64
	for _, c := range calls {
		n += c.Count
	}
	return n
}
