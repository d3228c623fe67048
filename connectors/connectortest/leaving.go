package connectortest

import (
	"time"

	"handoffd/connectors"
)

func leavingChecks() []check {
	return []check{
		{name: "a deleted record is reported", run: deletes},
		{name: "a merge leads to the survivor", control: true, run: merges},
		{name: "a survivor that is deleted before it was read takes the merged ids along", control: true, run: mergedThenDeleted},
		{name: "leaving and entering the scope is reported", setup: Setup{Scoped: true}, run: scope},
		{name: "a first load tells of records out of scope", setup: Setup{Scoped: true}, run: outOfScopeAtOnce},
	}
}

func deletes(p *play) {
	stays, goes := p.account("stays"), p.account("goes")
	person := p.contact("goes", stays)
	p.org.Pass(time.Hour)
	m, contacts := p.loaded(connectors.Account), p.loaded(connectors.Contact)
	p.must(p.org.Delete(connectors.Account, goes))
	p.must(p.org.Delete(connectors.Contact, person))
	p.org.Pass(time.Minute)
	m.until("a deleted account", func() bool { return m.gone[goes].Deleted })
	contacts.until("a deleted contact", func() bool { return contacts.gone[person].Deleted })
	if r := m.gone[goes]; r.MergedInto != "" || len(r.Fields) > 0 {
		p.t.Errorf("a deleted record has a survivor %q and %d fields", r.MergedInto, len(r.Fields))
	}
	p.same(m)
	p.same(contacts)
}

func merges(p *play) {
	first, second, third := p.account("first"), p.account("second"), p.account("third")
	person := p.contact("moves along", second)
	p.org.Pass(time.Hour)
	m, contacts := p.loaded(connectors.Account), p.loaded(connectors.Contact)
	survivor, err := p.control.Merge(connectors.Account, first, second)
	p.must(err)
	p.ids[connectors.Account] = append(p.ids[connectors.Account], survivor)
	p.org.Pass(time.Minute)
	m.until("a merge", func() bool { return m.leadsTo(second, survivor) && len(p.differences(m)) == 0 })
	if first != survivor && !m.leadsTo(first, survivor) {
		p.t.Errorf("nothing leads from %s to the survivor %s", first, survivor)
	}
	if _, ok := m.rows[third]; !ok {
		p.t.Errorf("a record that had no part in the merge is gone")
	}
	contacts.until("the contact of the merged account", func() bool {
		got := contacts.rows[person].Accounts
		return len(got) > 0 && got[0] == survivor
	})
	// A write to the old id reaches the survivor, or says that it is gone.
	r := p.write(p.update("to-merged", second, p.words.Note, connectors.TextValue("for the survivor")))
	switch {
	case r.Outcome == connectors.Done && r.ID == survivor:
		if got := p.stands(connectors.Account, survivor)[p.words.Note]; got != "for the survivor" {
			p.t.Errorf("written to the survivor, which holds %q", got)
		}
	case r.Outcome == connectors.Failed && connectors.ClassOf(r.Err) == connectors.Gone:
	default:
		p.t.Errorf("writing to a merged id: %s with %q, %v; want done on %s, or failed as gone", r.Outcome, r.ID, r.Err, survivor)
	}
}

// mergedThenDeleted: between two reads a merge, and the end of its survivor.
func mergedThenDeleted(p *play) {
	first, second := p.account("first"), p.account("second")
	p.org.Pass(time.Hour)
	m := p.loaded(connectors.Account)
	survivor, err := p.control.Merge(connectors.Account, first, second)
	p.must(err)
	p.org.Pass(time.Minute)
	p.must(p.org.Delete(connectors.Account, survivor))
	p.org.Pass(time.Minute)
	m.until("the end of both", func() bool { return len(p.differences(m)) == 0 })
	p.same(m)
}

// leadsTo tells whether the reader was told that old lives on in survivor.
func (m *mirror) leadsTo(old, survivor string) bool {
	if m.gone[old].MergedInto == survivor {
		return true
	}
	for _, alias := range m.rows[survivor].Aliases {
		if alias == old {
			return true
		}
	}
	return false
}

// outside makes an account that the scope leaves out.
func (p *play) outside(note string) (id, name string) {
	p.t.Helper()
	fields := p.fields(note)
	fields[p.words.Scope] = connectors.TextValue(p.words.Out)
	return p.create(connectors.Account, fields), fields[p.words.Name].Text()
}

// known looks whether a record out of scope came with what it is named by, and
// with nothing else.
func (p *play) known(m *mirror, id, name string) {
	p.t.Helper()
	r := m.outside[id]
	if got := r.Fields[p.words.Name]; got.Text() != name || len(r.Fields) != 1 || len(r.Accounts) > 0 || len(r.History) > 0 {
		p.t.Errorf("%s is out of scope and came with %v, accounts %v; want its name %q alone", id, r.Fields, r.Accounts, name)
	}
	if r.Modified.IsZero() {
		p.t.Errorf("%s is out of scope and has no stamp", id)
	}
}

// outOfScopeAtOnce: who is out of scope is known from the first load on, so
// that its twin in the other CRM can be left out as well.
func outOfScopeAtOnce(p *play) {
	if p.words.Scope == "" {
		p.notHere("no field for the scope")
		return
	}
	names := map[string]string{}
	for i := range p.many(p.bench.LoadPage + 5) {
		if i%2 == 0 {
			p.account("in")
			continue
		}
		id, name := p.outside("out")
		names[id] = name
	}
	p.org.Pass(time.Hour)
	m := p.loaded(connectors.Account)
	for id, name := range names {
		p.known(m, id, name)
	}
	if len(m.outside) < len(names) || len(m.outside) > len(names) && !p.bench.Real {
		p.t.Errorf("%d records out of scope came, want %d", len(m.outside), len(names))
	}
	p.same(m)
	late, name := p.outside("new")
	p.org.Pass(time.Minute)
	m.until("a new record out of scope", func() bool { _, ok := m.outside[late]; return ok })
	p.known(m, late, name)
}

func scope(p *play) {
	if p.words.Scope == "" {
		p.notHere("no field for the scope")
		return
	}
	in := p.account("in")
	out, _ := p.outside("out")
	p.org.Pass(time.Hour)
	m := p.mirror(connectors.Account)
	m.until("the account in scope", func() bool { _, ok := m.rows[in]; return ok })
	if _, ok := m.rows[out]; ok {
		p.t.Errorf("an account out of scope was delivered as if it were in it")
	}
	set := func(id, value string) {
		p.must(p.org.Change(connectors.Account, id, map[string]connectors.Value{p.words.Scope: connectors.TextValue(value)}))
	}
	set(in, p.words.Out)
	set(out, p.words.In)
	p.org.Pass(time.Minute)
	m.until("leaving the scope", func() bool { _, ok := m.outside[in]; return ok })
	m.until("entering the scope", func() bool { _, ok := m.rows[out]; return ok })
	set(in, p.words.In)
	p.org.Pass(time.Minute)
	m.until("coming back into the scope", func() bool { _, ok := m.rows[in]; return ok })
	p.same(m)
}
