package connectortest

import (
	"fmt"
	"time"

	"handoffd/connectors"
)

func changeChecks() []check {
	return []check{
		{name: "changes come once", control: true, run: changesOnce},
		{name: "a change and a new record are seen", run: changesSeen},
		{name: "an edit right after a read is not lost", control: true, run: editRightAfterRead},
		{name: "a bulk edit of one instant is read whole", control: true, run: oneInstant},
		{name: "edits while changes are paged are not lost", control: true, run: editsWhilePaging},
		{name: "what is touched again and again comes before Through passes it", control: true, run: touchedAgain},
		{name: "a lost page is read again", run: lostPage},
		{name: "several objects are read in one call, pages in order", run: severalObjects},
	}
}

// loaded is a mirror after its first load, with what was made seen.
func (p *play) loaded(o connectors.Object) *mirror {
	p.t.Helper()
	m := p.mirror(o)
	m.until("the first load", func() bool { return m.loaded && len(p.differences(m)) == 0 })
	return m
}

func changesOnce(p *play) {
	ids := p.accounts(20)
	p.org.Pass(time.Hour)
	m := p.loaded(connectors.Account)
	p.org.Pass(time.Hour)
	m.catchUp()
	p.note(ids[3], "changed")
	p.note(ids[7], "changed")
	p.org.Pass(10 * time.Second)
	seen := make(map[string]int)
	for range p.rounds() {
		m.catchUp()
		for id, n := range m.times {
			seen[id] += n
		}
		p.org.Pass(settleTime)
	}
	if len(seen) != 2 || seen[ids[3]] != 1 || seen[ids[7]] != 1 {
		p.t.Errorf("two changes came as %v", seen)
	}
	p.same(m)
}

func changesSeen(p *play) {
	id := p.account("before")
	p.org.Pass(time.Minute)
	m := p.loaded(connectors.Account)
	p.note(id, "after")
	made := p.account("made later")
	p.org.Pass(time.Minute)
	m.until("a change and a new record", func() bool { return len(p.differences(m)) == 0 })
	if _, ok := m.rows[made]; !ok {
		p.t.Errorf("the new record did not come")
	}
}

// editRightAfterRead edits a record again before the clock of the org has
// moved on: its stamp is the same as that of the edit that was read.
func editRightAfterRead(p *play) {
	id := p.account("before")
	p.org.Pass(time.Hour)
	m := p.loaded(connectors.Account)
	p.org.Pass(time.Hour)
	m.catchUp()
	for i := range 4 {
		p.note(id, fmt.Sprint("edit ", i))
		m.catchUp()
		p.org.Pass(time.Duration(i) * 100 * time.Millisecond)
	}
	p.note(id, "the last edit")
	p.org.Pass(time.Minute)
	m.until("an edit in the same second as a read", func() bool { return len(p.differences(m)) == 0 })
}

// oneInstant changes more records than fit on two pages while the org's clock
// stands still.
func oneInstant(p *play) {
	ids := p.accounts(2*p.bench.ChangePage + 50)
	p.org.Pass(time.Hour)
	m := p.loaded(connectors.Account)
	p.org.Pass(time.Hour)
	m.catchUp()
	for i, id := range ids {
		p.note(id, fmt.Sprint("bulk ", i))
	}
	p.org.Pass(10 * time.Second)
	m.until("the bulk edit", func() bool { return len(p.differences(m)) == 0 })
	p.same(m)
}

func editsWhilePaging(p *play) {
	ids := p.accounts(2*p.bench.ChangePage + 50)
	p.org.Pass(time.Hour)
	m := p.loaded(connectors.Account)
	p.org.Pass(time.Hour)
	m.catchUp()
	for i, id := range ids {
		p.note(id, fmt.Sprint("first ", i))
		if i%100 == 0 {
			p.org.Pass(time.Second)
		}
	}
	for i := 0; i < 60; i++ {
		if err := m.step(); err != nil {
			p.t.Fatalf("reading: %v", err)
		}
		for j := range 5 {
			p.note(ids[(i*331+j*97)%len(ids)], fmt.Sprint("again ", i, " ", j))
		}
		p.org.Pass(700 * time.Millisecond)
		if !m.more && i > 10 {
			break
		}
	}
	m.until("edits made while paging", func() bool { return len(p.differences(m)) == 0 })
	p.same(m)
}

// touchedAgain edits an account, and then gives it a new contact whenever a
// page is asked for, which moves its stamp where the vendor counts contacts.
// Another edit and a deletion see to it that there are several pages.
func touchedAgain(p *play) {
	ids := p.accounts(3)
	p.org.Pass(time.Hour)
	m := p.loaded(connectors.Account)
	p.org.Pass(time.Hour)
	m.catchUp()
	p.note(ids[0], "the edit")
	at := p.org.Now()
	p.note(ids[1], "another")
	p.must(p.org.Delete(connectors.Account, ids[2]))
	p.org.Pass(2 * settleTime)
	for i := range 40 {
		p.contact(fmt.Sprint("person ", i), ids[0])
		p.org.Pass(50 * time.Millisecond)
		if err := m.step(); err != nil {
			p.t.Fatalf("reading: %v", err)
		}
		if got := m.rows[ids[0]].Fields[p.words.Note].Text(); at.Before(m.through) && got != "the edit" {
			p.t.Fatalf("page %d: the edit of %s is not there, though all before %s should be", i, at, m.through)
		}
		if !m.more {
			p.org.Pass(time.Minute)
		}
	}
	if !at.Before(m.through) {
		p.t.Errorf("Through stays at %s for ever", m.through)
	}
	m.until("the edit", func() bool { return len(p.differences(m)) == 0 })
}

// lostPage reads a page and dies before anything is committed.
func lostPage(p *play) {
	id := p.account("before")
	p.org.Pass(time.Minute)
	m := p.loaded(connectors.Account)
	p.note(id, "after")
	p.org.Pass(time.Minute)
	for range 3 {
		if _, err := p.c.Read(p.t.Context(), []connectors.ReadRequest{m.request()}); err != nil {
			p.t.Fatalf("reading: %v", err)
		}
	}
	m.c = p.connect(Setup{})
	m.until("the change after a lost page", func() bool { return len(p.differences(m)) == 0 })
}

func severalObjects(p *play) {
	account := p.account("one")
	p.contact("one", account)
	p.org.Pass(time.Minute)
	accounts, contacts := p.mirror(connectors.Account), p.mirror(connectors.Contact)
	for range endless {
		pages, err := p.c.Read(p.t.Context(), []connectors.ReadRequest{contacts.request(), accounts.request()})
		if err != nil || len(pages) != 2 {
			p.t.Fatalf("reading both: %d pages, %v", len(pages), err)
		}
		p.must(contacts.take(pages[0]))
		p.must(accounts.take(pages[1]))
		if !accounts.more && !contacts.more {
			break
		}
	}
	if !accounts.loaded || !contacts.loaded {
		p.t.Errorf("loaded: accounts %v, contacts %v", accounts.loaded, contacts.loaded)
	}
	accounts.until("the account", func() bool { return len(p.differences(accounts)) == 0 })
	contacts.until("the contact", func() bool { return len(p.differences(contacts)) == 0 })
}
