package connectortest

import (
	"slices"
	"time"

	"handoffd/connectors"
)

func loadingChecks() []check {
	return []check{
		{name: "a first load brings every record once", run: loadOnce},
		{name: "a first load goes on in a new process at every page", run: loadAcrossProcesses},
		{name: "a first load loses nothing to edits on the way", control: true, run: loadUnderEdits},
		{name: "an empty org is loaded at once", control: true, run: loadNothing},
		{name: "contacts name their account", run: contactsNameAccounts},
	}
}

// crowd fills the org with a few pages of accounts.
func (p *play) crowd() []string {
	ids := p.accounts(p.many(2*p.bench.LoadPage + 50))
	p.org.Pass(time.Hour) // changes are stamped by the second, and this is long ago
	return ids
}

func loadOnce(p *play) {
	objects := p.c.Objects()
	if len(objects) == 0 || objects[0] != connectors.Account || !slices.Contains(objects, connectors.Contact) {
		p.t.Errorf("Objects() is %v, want accounts first and contacts", objects)
	}
	ids := p.crowd()
	m := p.mirror(connectors.Account)
	m.catchUp()
	if !m.loaded {
		p.t.Errorf("the first load ended without Loaded")
	}
	p.same(m)
	most := 1
	if p.bench.Real { // nobody can wait there until the records are old
		most = 2
	}
	for _, id := range ids {
		if n := m.times[id]; n < 1 || n > most {
			p.t.Errorf("%s came %d times with nothing changing", id, n)
		}
	}
	m.catchUp()
	for _, id := range ids {
		if m.times[id] != 0 {
			p.t.Fatalf("%s came again although nothing changed", id)
		}
	}
}

// loadAcrossProcesses makes a new connector for every page.
func loadAcrossProcesses(p *play) {
	p.crowd()
	m := p.mirror(connectors.Account)
	sawLoaded := 0
	for range endless {
		m.c = p.connect(Setup{})
		before := m.loaded
		if err := m.step(); err != nil {
			p.t.Fatalf("reading page %d: %v", m.pages, err)
		}
		if m.loaded && !before {
			sawLoaded++
			p.same(m)
		}
		if !m.more {
			break
		}
	}
	if sawLoaded != 1 || m.more {
		p.t.Errorf("Loaded was seen %d times, a page still waits: %v", sawLoaded, m.more)
	}
	p.same(m)
}

// loadUnderEdits changes, adds and deletes records between the pages, those
// that came already and those that are still to come.
func loadUnderEdits(p *play) {
	ids := p.crowd()
	m := p.mirror(connectors.Account)
	for i := 0; i < endless; i++ {
		if err := m.step(); err != nil {
			p.t.Fatalf("reading: %v", err)
		}
		if !m.more {
			break
		}
		if i < 40 {
			p.note(ids[i%len(ids)], "edited early")
			p.note(ids[len(ids)-1-i%len(ids)], "edited late")
			p.account("new while loading")
			p.must(p.org.Delete(connectors.Account, ids[len(ids)/2+i]))
			p.org.Pass(time.Second)
		}
	}
	m.until("the edits made while loading", func() bool { return len(p.differences(m)) == 0 })
	p.same(m)
}

func loadNothing(p *play) {
	for _, o := range []connectors.Object{connectors.Account, connectors.Contact} {
		m := p.mirror(o)
		m.catchUp()
		if !m.loaded || len(m.rows) > 0 {
			p.t.Errorf("%s: loaded %v with %d records", o, m.loaded, len(m.rows))
		}
	}
}

func contactsNameAccounts(p *play) {
	one, two := p.account("one"), p.account("two")
	with, without := p.contact("with", one), p.contact("without")
	p.org.Pass(time.Minute)
	m := p.mirror(connectors.Contact)
	m.until("both contacts", func() bool { return len(p.differences(m)) == 0 })
	if got := m.rows[with].Accounts; len(got) == 0 || got[0] != one {
		p.t.Errorf("the contact's accounts are %v, want %s first", got, one)
	}
	if got := m.rows[without].Accounts; len(got) != 0 {
		p.t.Errorf("a contact without an account has %v", got)
	}
	later := p.contact("later", two)
	p.org.Pass(time.Minute)
	m.until("the new contact", func() bool { _, ok := m.rows[later]; return ok })
	if got := m.rows[later].Accounts; len(got) == 0 || got[0] != two {
		p.t.Errorf("the new contact's accounts are %v, want %s first", got, two)
	}
}
