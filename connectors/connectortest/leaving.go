package connectortest

import (
	"time"

	"handoffd/connectors"
)

func leavingChecks() []check {
	return []check{
		{name: "a deleted record is reported", run: deletes},
		{name: "a merge leads to the survivor", control: true, run: merges},
		{name: "leaving and entering the scope is reported", setup: Setup{Scoped: true}, run: scope},
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

func scope(p *play) {
	if p.words.Scope == "" {
		p.notHere("no field for the scope")
		return
	}
	in := p.account("in")
	fields := p.fields("out")
	fields[p.words.Scope] = connectors.TextValue(p.words.Out)
	out := p.create(connectors.Account, fields)
	p.org.Pass(time.Hour)
	m := p.mirror(connectors.Account)
	m.until("the account in scope", func() bool { _, ok := m.rows[in]; return ok })
	if _, ok := m.rows[out]; ok {
		p.t.Errorf("an account out of scope was delivered")
	}
	set := func(id, value string) {
		p.must(p.org.Change(connectors.Account, id, map[string]connectors.Value{p.words.Scope: connectors.TextValue(value)}))
	}
	set(in, p.words.Out)
	set(out, p.words.In)
	p.org.Pass(time.Minute)
	m.until("leaving the scope", func() bool { return m.outside[in] })
	m.until("entering the scope", func() bool { _, ok := m.rows[out]; return ok })
	set(in, p.words.In)
	p.org.Pass(time.Minute)
	m.until("coming back into the scope", func() bool { _, ok := m.rows[in]; return ok })
	p.same(m)
}
