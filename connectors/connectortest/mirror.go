package connectortest

import (
	"fmt"
	"maps"
	"time"

	"handoffd/connectors"
)

// endless is where a read that goes on for ever is given up.
const endless = 5000

// mirror is a reader of one object that keeps what it was given, as the
// engine's store would.
type mirror struct {
	p      *play
	c      connectors.Connector
	object connectors.Object

	cursor  connectors.Cursor
	rows    map[string]connectors.Record
	gone    map[string]connectors.Record
	outside map[string]connectors.Record
	// times counts how often each id came with the last catch-up.
	times   map[string]int
	loaded  bool
	more    bool
	through time.Time
	pages   int
}

func (p *play) mirror(o connectors.Object) *mirror {
	return &mirror{
		p: p, c: p.c, object: o, rows: make(map[string]connectors.Record),
		gone: make(map[string]connectors.Record), outside: make(map[string]connectors.Record), times: make(map[string]int),
	}
}

// clone is a checkpoint: what a restore from a backup would bring back.
func (m *mirror) clone() *mirror {
	out := *m
	out.rows, out.gone, out.outside, out.times = maps.Clone(m.rows), maps.Clone(m.gone), maps.Clone(m.outside), maps.Clone(m.times)
	return &out
}

// request asks for the next page.
func (m *mirror) request() connectors.ReadRequest {
	return connectors.ReadRequest{Object: m.object, Cursor: m.cursor}
}

// take keeps a page.
func (m *mirror) take(page connectors.Page) error {
	if page.Object != m.object {
		return fmt.Errorf("the page is of %q, asked for was %q", page.Object, m.object)
	}
	if page.Err != nil {
		if page.Next != m.cursor {
			return fmt.Errorf("a page with an error moved the cursor")
		}
		return page.Err
	}
	for _, r := range page.Records {
		if err := m.keep(r); err != nil {
			return err
		}
	}
	m.cursor, m.more, m.loaded = page.Next, page.More, m.loaded || page.Loaded
	m.pages++
	if page.Through.Before(m.through) && !page.Through.IsZero() {
		return fmt.Errorf("the settled edge went back from %s to %s", m.through, page.Through)
	}
	m.through = page.Through
	if m.cursor == "" {
		return fmt.Errorf("the page has no cursor")
	}
	return nil
}

func (m *mirror) keep(r connectors.Record) error {
	if r.Ref.System != m.c.System() || r.Ref.Object != m.object || r.Ref.ID == "" {
		return fmt.Errorf("a record with the ref %q", r.Ref)
	}
	id := r.Ref.ID
	m.times[id]++
	delete(m.rows, id)
	delete(m.outside, id)
	for _, alias := range r.Aliases {
		if alias != id {
			delete(m.rows, alias)
		}
	}
	switch {
	case r.Deleted:
		m.gone[id] = r
	case r.OutOfScope:
		m.outside[id] = r
	default:
		if r.Modified.IsZero() {
			return fmt.Errorf("%s has no stamp of its last change", r.Ref)
		}
		delete(m.gone, id)
		m.rows[id] = r
	}
	return nil
}

// step reads one page. The error is the read's, or says what is wrong with
// the page.
func (m *mirror) step() error {
	pages, err := m.c.Read(m.p.t.Context(), []connectors.ReadRequest{m.request()})
	if err != nil {
		return err
	}
	if len(pages) != 1 {
		return fmt.Errorf("%d pages for one request", len(pages))
	}
	return m.take(pages[0])
}

// catchUp reads until no page waits.
func (m *mirror) catchUp() {
	m.p.t.Helper()
	m.times = make(map[string]int)
	for range endless {
		if err := m.step(); err != nil {
			m.p.t.Fatalf("reading %s: %v", m.object, err)
		}
		if !m.more {
			return
		}
	}
	m.p.t.Fatalf("reading %s never ends", m.object)
}

// until lets time pass and reads on until it is so, or the vendor's slowest
// way of noticing a change is over.
func (m *mirror) until(what string, so func() bool) {
	m.p.t.Helper()
	for range m.p.rounds() {
		m.catchUp()
		if so() {
			return
		}
		m.p.org.Pass(settleTime)
	}
	m.p.t.Errorf("%s: not seen after %d rounds of %s", what, m.p.rounds(), settleTime)
}
