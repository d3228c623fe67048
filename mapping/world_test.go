package mapping_test

import (
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// allRead: both CRMs have been read since whatever happened.
var allRead = mapping.Horizon{{Read: noon.AddDate(99, 0, 0)}, {Read: noon.AddDate(99, 0, 0)}}

// crmSide is one CRM as far as one field of one record goes: it holds a value,
// makes something of its own of what it is sent, and may refuse it.
type crmSide struct {
	side    mapping.Side
	value   string
	stamp   time.Time
	history []connectors.Version
	makes   func(string) string
	refuses func(string) bool
	pages   []connectors.Record // what readers may still get to see
}

// world is two CRMs with one synced field, and handoffd's account of it.
type world struct {
	t      testing.TB
	m      *mapping.Mapping
	a      *mapping.Account
	sides  [2]*crmSide
	clock  time.Time
	queue  []mapping.FieldWrite
	fights int
}

func newWorld(t testing.TB, m *mapping.Mapping) *world {
	w := &world{t: t, m: m, a: m.NewAccount("x"), clock: noon}
	for _, s := range mapping.Sides() {
		w.sides[s] = &crmSide{side: s, makes: func(s string) string { return s }, refuses: func(string) bool { return false }}
		w.sides[s].put(w, "")
	}
	return w
}

func (w *world) field() *mapping.Field { return w.m.Field("field") }

// put sets the value as a person does.
func (c *crmSide) put(w *world, value string) {
	w.clock = w.clock.Add(time.Minute)
	c.value, c.stamp = c.makes(value), w.clock
	c.history = append(c.history, connectors.Version{Value: connectors.TextValue(c.value), At: w.clock})
	c.pages = append(c.pages, c.record(w))
}

func (c *crmSide) record(w *world) connectors.Record {
	name := w.field().Vendor[c.side]
	r := connectors.Record{
		Ref:      connectors.Ref{System: c.side.System(), Object: connectors.Account, ID: "1"},
		Modified: c.stamp, Fields: map[string]connectors.Value{name: connectors.TextValue(c.value)},
	}
	if c.side == mapping.HubSpotSide && w.field().Master == mapping.SyncNewest {
		r.History = map[string][]connectors.Version{name: append([]connectors.Version(nil), c.history...)}
	}
	return r
}

// read shows handoffd the record as it is now, or as it was n changes ago.
func (w *world) read(s mapping.Side, late int) {
	pages := w.sides[s].pages
	w.m.Apply(w.a, pages[max(0, len(pages)-1-late)])
	w.recode()
}

// recode stores the account and reads it back, as the engine does.
func (w *world) recode() {
	data, err := w.m.Encode(w.a)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.a, err = w.m.Decode("x", data); err != nil {
		w.t.Fatal(err)
	}
}

// decide queues what is to be written and returns how much that is.
func (w *world) decide() int {
	w.m.Agree(w.a, allRead)
	writes, problems := w.m.Outgoing(w.a)
	if len(problems) > 0 {
		w.t.Fatalf("problems: %+v", problems)
	}
	n := 0
	for _, write := range writes {
		if w.m.Fields[write.Slot].Name != "field" {
			continue
		}
		if write.Conflict {
			w.fights++
		}
		w.m.MarkSent(w.a, write)
		w.queue = append(w.queue, write)
		n++
	}
	w.recode()
	return n
}

// deliver sends what is queued: compared first where the field has two
// masters, refused, or taken.
func (w *world) deliver() {
	for _, write := range w.queue {
		c := w.sides[write.Side]
		name := w.field().Vendor[write.Side]
		sent := map[string]connectors.Value{name: write.Vendor}
		now := map[string]connectors.Value{name: connectors.TextValue(c.value)}
		value := write.Vendor.Text()
		switch {
		case write.Guard && c.value != write.Expect.Text() && c.value != value:
			w.clock = w.clock.Add(time.Minute)
			w.m.Conflicted(w.a, write.Side, sent, now, w.clock)
		case c.refuses(value):
			w.m.Refused(w.a, write.Side, sent)
		default:
			if c.makes(value) != c.value {
				c.put(w, value)
			}
			w.m.Landed(w.a, write.Side, sent)
		}
		w.recode()
	}
	w.queue = nil
}

// cycle is one round of the daemon; it returns the number of writes.
func (w *world) cycle() int {
	for _, s := range mapping.Sides() {
		w.read(s, 0)
	}
	n := w.decide()
	w.deliver()
	return n
}

// settle lets the daemon come to rest: some cycles may write, the ones after
// them must not (I5).
func (w *world) settle(t interface{ Fatalf(string, ...any) }, cycles int) {
	w.deliver()
	for i := range cycles + 4 {
		if n := w.cycle(); n > 0 && i >= cycles {
			t.Fatalf("cycle %d still writes: %q and %q", i+1, w.sides[0].value, w.sides[1].value)
		}
	}
}

func fieldMapping(t testing.TB, rest string) *mapping.Mapping {
	return compile(t, strings.Replace(`
account:
  field: {type: text, hubspot: field, salesforce: Field__c, REST}
`, "REST", rest, 1))
}
