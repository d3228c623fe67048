package connectortest

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"handoffd/connectors"
)

const lawName = "law: after any history, from any checkpoint, the reader holds what the org holds"

// law plays random histories. Between acts in the org the reader reads on,
// loses a page, starts in a new process, or falls back to an earlier
// checkpoint, as after a restore from a backup. Two promises are checked: at
// every rest, whatever changed before Page.Through is held as it was then or
// newer; and in the end the reader's mirror equals the org.
func law(t *testing.T, b Bench) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		left := &[]string{}
		p := begin(rt, b, "law", left, Setup{})
		defer p.end()
		for range rapid.IntRange(0, 6).Draw(rt, "records at the start") {
			p.account("at the start")
		}
		p.org.Pass(time.Hour)
		h := &history{play: p, rt: rt, edited: make(map[string]edit)}
		h.readers = []*mirror{p.mirror(connectors.Account), p.mirror(connectors.Contact)}
		h.keep()
		acts := rapid.SliceOfN(rapid.SampledFrom([]string{
			"create", "contact", "edit", "edit", "edit", "edit all", "delete", "merge", "read", "read", "read", "page", "page",
			"lost page", "restart", "fall back", "trouble", "wait",
		}), 8, 40).Draw(rt, "acts")
		for i, act := range acts {
			h.act(act, i)
		}
		p.control.Calm()
		for range p.rounds() {
			p.org.Pass(settleTime)
			for _, m := range h.readers {
				m.catchUp()
			}
		}
		for _, m := range h.readers {
			p.same(m)
		}
	})
}

// edit is the last note that somebody gave a record.
type edit struct {
	note string
	at   time.Time
}

type history struct {
	*play
	rt      *rapid.T
	readers []*mirror
	kept    [][]*mirror
	edited  map[string]edit
}

// keep makes a checkpoint.
func (h *history) keep() {
	var all []*mirror
	for _, m := range h.readers {
		all = append(all, m.clone())
	}
	h.kept = append(h.kept, all)
}

// living draws a record that stands in the org, "" if there is none.
func (h *history) living(o connectors.Object, label string) string {
	var alive []string
	for _, id := range h.ids[o] {
		if h.stands(o, id) != nil {
			alive = append(alive, id)
		}
	}
	if len(alive) == 0 {
		return ""
	}
	return rapid.SampledFrom(alive).Draw(h.rt, label)
}

func (h *history) act(act string, i int) {
	h.org.Pass(time.Duration(rapid.IntRange(0, 90_000).Draw(h.rt, "milliseconds")) * time.Millisecond)
	id := h.living(connectors.Account, "account")
	switch act {
	case "create":
		h.edit(h.account("new"), fmt.Sprint("new ", i))
	case "contact":
		if id != "" {
			h.contact(fmt.Sprint("person ", i), id)
		}
	case "edit":
		h.edit(id, fmt.Sprint("edit ", i))
	case "edit all":
		for _, id := range h.ids[connectors.Account] {
			if h.stands(connectors.Account, id) != nil {
				h.edit(id, fmt.Sprint("all ", i))
			}
		}
	case "delete":
		h.remove(id)
	case "merge":
		h.merge(id, h.living(connectors.Account, "other"))
	default:
		h.read(act)
	}
}

func (h *history) edit(id, note string) {
	if id != "" {
		h.note(id, note)
		h.edited[id] = edit{note, h.org.Now()}
	}
}

func (h *history) remove(id string) {
	if person := h.living(connectors.Contact, "person"); person != "" && rapid.Bool().Draw(h.rt, "a person") {
		h.must(h.org.Delete(connectors.Contact, person))
		return
	}
	if id != "" {
		h.must(h.org.Delete(connectors.Account, id))
		delete(h.edited, id)
	}
}

func (h *history) merge(id, other string) {
	if id == "" || id == other {
		return
	}
	survivor, err := h.control.Merge(connectors.Account, id, other)
	h.must(err)
	if survivor != id {
		h.ids[connectors.Account] = append(h.ids[connectors.Account], survivor)
	}
	delete(h.edited, id)
	delete(h.edited, other)
}

func (h *history) read(act string) {
	switch act {
	case "read":
		h.catchUp()
		h.keep()
	case "page":
		for _, m := range h.readers {
			_ = m.step() // a failure leaves the cursor; the next read goes on
		}
		h.keep()
	case "lost page":
		for _, m := range h.readers {
			_ = m.clone().step()
		}
	case "restart":
		for _, m := range h.readers {
			m.c = h.connect(Setup{})
		}
	case "fall back":
		for i, m := range rapid.SampledFrom(h.kept).Draw(h.rt, "checkpoint") {
			c := h.readers[i].c
			h.readers[i] = m.clone()
			h.readers[i].c = c
		}
	case "trouble":
		kind := rapid.SampledFrom(append(wireKinds(), Throttled)).Draw(h.rt, "kind")
		h.trouble(kind, Reads, rapid.IntRange(1, 5).Draw(h.rt, "count"))
	case "wait":
		h.org.Pass(2 * settleTime)
	}
}

// catchUp reads to a rest, unless a trouble ends it, and checks Through.
func (h *history) catchUp() {
	for _, m := range h.readers {
		for range endless {
			if err := m.step(); err != nil {
				if connectors.ClassOf(err) == "" {
					h.rt.Fatalf("reading %s: %v", m.object, err)
				}
				break
			}
			if !m.more {
				h.through(m)
				break
			}
		}
	}
}

// through: every edit before Page.Through has arrived.
func (h *history) through(m *mirror) {
	if m.object != connectors.Account || m.through.IsZero() || !m.loaded {
		return
	}
	for id, e := range h.edited {
		if !e.at.Before(m.through) {
			continue
		}
		if got := m.rows[id].Fields[h.words.Note]; got.Text() != e.note {
			h.rt.Fatalf("%s was set to %q at %s; the reader says that all before %s is there, and has %q", id, e.note, e.at, m.through, got)
		}
	}
}
