package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

// contact sets a HubSpot contact a minute later; company "" is none.
func (h *house) contact(id, company string, pairs map[string]string) {
	h.clock.Advance(time.Minute)
	ref := connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: id}
	h.hs.mu.Lock()
	r := h.hs.rows[ref]
	r.Accounts = nil
	h.hs.rows[ref] = r
	h.hs.mu.Unlock()
	var accounts []string
	if company != "" {
		accounts = []string{company}
	}
	h.hs.put(connectors.Contact, id, accounts, pairs)
}

// mergeContacts lets a contact go on under a new id, as HubSpot does it.
func (h *house) mergeContacts(id, old string, newFirst bool) {
	h.clock.Advance(time.Minute)
	h.hs.mu.Lock()
	defer h.hs.mu.Unlock()
	r := h.hs.rows[connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: old}]
	gone := connectors.Record{Ref: r.Ref, Deleted: true, MergedInto: id, Modified: h.clock.Now()}
	r.Ref.ID, r.Aliases, r.Modified = id, []string{old}, h.clock.Now()
	h.hs.rows[r.Ref] = r
	if newFirst {
		h.hs.log = append(h.hs.log, r, gone)
	} else {
		h.hs.log = append(h.hs.log, gone, r)
	}
}

// sums adds up a signal's points of HubSpot companies.
func (h *house) sums(signal string, companies ...string) string {
	h.t.Helper()
	var out []string
	err := h.store.View(h.t.Context(), func(tx engine.Tx) error {
		for _, id := range companies {
			home := connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: id}
			points, err := tx.Points([]connectors.Ref{home}, time.Time{})
			if err != nil {
				return err
			}
			sum := 0.0
			for _, p := range points[home] {
				if p.Signal == signal {
					sum += p.Value
				}
			}
			out = append(out, fmt.Sprintf("%s:%v", id, sum))
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return strings.Join(out, " ")
}

// names lists the people of a HubSpot company.
func (h *house) names(id string) (names []string) {
	h.t.Helper()
	home := connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: id}
	err := h.store.View(h.t.Context(), func(tx engine.Tx) error {
		people, err := tx.Contacts([]connectors.Ref{home})
		for _, c := range people[home] {
			names = append(names, c.Ref.ID)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// TestPeopleWhoLeft: who was taken off an account, moved to another, was
// deleted or merged away, is no longer one of its people.
func TestPeopleWhoLeft(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens func(*house)
		want    []string
	}{
		"stays":                      {func(h *house) { h.contact("71", "1", map[string]string{"lastname": "B"}) }, []string{"71", "72"}},
		"taken off":                  {func(h *house) { h.contact("71", "", nil) }, []string{"72"}},
		"moved":                      {func(h *house) { h.contact("71", "2", nil) }, []string{"72"}},
		"taken off and back":         {func(h *house) { h.contact("71", "", nil); h.later(); h.contact("71", "1", nil) }, []string{"71", "72"}},
		"merged, new one first":      {func(h *house) { h.mergeContacts("99", "71", true) }, []string{"72", "99"}},
		"merged, the old ones first": {func(h *house) { h.mergeContacts("99", "71", false) }, []string{"72", "99"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := demoHouse(t)
			h.pair(1, "10")
			h.pair(2, "10")
			h.contact("71", "1", map[string]string{"lastname": "A"})
			h.contact("72", "1", map[string]string{"lastname": "Z"})
			h.once()
			c.happens(h)
			h.once()
			if diff := cmp.Diff(c.want, h.names("1")); diff != "" {
				t.Errorf("people (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAnEventCountsOnce: whatever becomes of the contact or the activity that
// it was read from.
func TestAnEventCountsOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens func(*house)
		want    string
	}{
		"read again":    {func(h *house) { h.contact("71", "1", map[string]string{"lastname": "B"}) }, "1:1 2:0"},
		"asks again":    {func(h *house) { h.contact("71", "1", map[string]string{"demo_at": h.stamp()}) }, "1:2 2:0"},
		"merged":        {func(h *house) { h.mergeContacts("99", "71", true) }, "1:1 2:0"},
		"merged, late":  {func(h *house) { h.mergeContacts("99", "71", false) }, "1:1 2:0"},
		"merged, later": {func(h *house) { h.mergeContacts("99", "71", true); h.later(); h.contact("99", "1", nil) }, "1:1 2:0"},
		"moved":         {func(h *house) { h.contact("71", "2", nil) }, "1:1 2:0"},
		"moved, read again": {func(h *house) {
			h.contact("71", "2", nil)
			h.later()
			h.contact("71", "2", map[string]string{"lastname": "B"})
		}, "1:1 2:0"},
		"moved by way of none": {func(h *house) { h.contact("71", "", nil); h.later(); h.contact("71", "2", nil) }, "1:1 2:0"},
		"moved and asks": {func(h *house) {
			h.contact("71", "2", nil)
			h.later()
			h.contact("71", "2", map[string]string{"demo_at": h.stamp()})
		}, "1:1 2:1"},
		"moved and merged": {func(h *house) { h.contact("71", "2", nil); h.later(); h.mergeContacts("99", "71", true) }, "1:1 2:0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := demoHouse(t)
			h.pair(1, "10")
			h.pair(2, "10")
			h.once()
			h.clock.Advance(time.Hour)
			h.contact("71", "1", map[string]string{"demo_at": h.stamp(), "lastname": "A"})
			h.once()
			c.happens(h)
			h.once()
			if got := h.sums("demo", "1", "2"); got != c.want {
				t.Errorf("demo requests %s, want %s", got, c.want)
			}
		})
	}
}

func (h *house) stamp() string { return h.clock.Now().UTC().Format(time.RFC3339) }

// TestActivityIsReplaced: an activity is one event, at the time and on the
// account that it says last; one that was deleted is none.
func TestActivityIsReplaced(t *testing.T) {
	t.Parallel()
	task := connectors.Ref{System: connectors.Salesforce, Object: connectors.Task, ID: "00T1"}
	for name, c := range map[string]struct {
		happens func(*house, connectors.Record)
		want    int
	}{
		"corrected": {func(h *house, r connectors.Record) {
			h.clock.Advance(time.Minute)
			h.sf.put(connectors.Task, "00T1", nil, map[string]string{"CompletedDateTime": h.stamp()})
		}, 1},
		"corrected, then a late page": {func(h *house, r connectors.Record) {
			h.clock.Advance(time.Minute)
			h.sf.put(connectors.Task, "00T1", nil, map[string]string{"CompletedDateTime": h.stamp()})
			h.sf.log = append(h.sf.log, r)
		}, 1},
		"deleted": {func(h *house, r connectors.Record) {
			h.sf.log = append(h.sf.log, connectors.Record{Ref: task, Deleted: true, Modified: h.clock.Now().Add(time.Minute)})
		}, 0},
		"deleted, then a late page": {func(h *house, r connectors.Record) {
			h.sf.log = append(h.sf.log, connectors.Record{Ref: task, Deleted: true, Modified: h.clock.Now().Add(time.Minute)}, r)
		}, 0},
		"on a merged account, then corrected": {func(h *house, r connectors.Record) {
			h.salesforce(2, "twin.example")
			h.once()
			h.sf.remove(sfID(1), sfID(2))
			h.later()
			r.Accounts, r.Modified = []string{sfID(2)}, h.clock.Now()
			r.Fields = map[string]connectors.Value{"CompletedDateTime": connectors.TextValue(h.stamp())}
			h.sf.log = append(h.sf.log, r)
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := demoHouse(t)
			h.pair(1, "10")
			h.once()
			h.clock.Advance(time.Hour)
			h.sf.put(connectors.Task, "00T1", []string{sfID(1)}, map[string]string{"CompletedDateTime": h.stamp()})
			h.once()
			c.happens(h, h.sf.rows[task])
			h.once()
			n := 0
			look(t, h, func(tx engine.Tx) error {
				for _, id := range []string{sfID(1), sfID(2)} {
					home := connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: id}
					points, err := tx.Points([]connectors.Ref{home}, time.Time{})
					if err != nil {
						return err
					}
					n += len(points[home])
				}
				return nil
			})
			if n != c.want {
				t.Errorf("%d meetings, want %d", n, c.want)
			}
		})
	}
}

// TestGrowthSurvivesCompanyMerges: a counter goes on growing on the survivor.
func TestGrowthSurvivesCompanyMerges(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	h.once()
	for _, visits := range []string{"10", "12"} {
		h.contact("71", "1", map[string]string{"visits": visits})
		h.once()
	}
	h.clock.Advance(time.Minute)
	h.hs.merged("50", "1", nil)
	h.once()
	h.contact("71", "50", map[string]string{"visits": "17"})
	h.once()
	if got := h.sums("visits", "1", "50"); got != "1:0 50:7" {
		t.Errorf("visits %s, want all seven on the survivor", got)
	}
}

// TestMergeKeepsWhatWasElsewhere: a contact who asked for a demo at one company
// and went to another is merged there with a second one. The request stays with
// the first company, also if both are told to be gone before the survivor is.
func TestMergeKeepsWhatWasElsewhere(t *testing.T) {
	t.Parallel()
	h := demoHouse(t)
	h.hs.page = 1
	h.hubspot("11", "one.example", "10")
	h.hubspot("12", "two.example", "10")
	ref := func(id string) connectors.Ref {
		return connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: id}
	}
	h.once()
	step := func(f func()) {
		h.clock.Advance(time.Minute)
		f()
	}
	step(func() { h.contact("1", "11", map[string]string{"demo_at": h.stamp()}) })
	h.once()
	step(func() { h.contact("1", "12", nil) })
	step(func() { h.contact("2", "12", nil) })
	step(func() {
		r := h.hs.rows[ref("1")]
		r.Ref, r.Aliases, r.Modified = ref("3"), []string{"1", "2"}, h.clock.Now()
		h.hs.rows[r.Ref] = r
		for _, old := range []string{"2", "1"} {
			h.hs.log = append(h.hs.log, connectors.Record{Ref: ref(old), Deleted: true, MergedInto: "3", Modified: r.Modified})
		}
		h.hs.log = append(h.hs.log, r)
	})
	h.once()
	look(t, h, func(tx engine.Tx) error {
		for id, want := range map[string]int{"11": 1, "12": 0} {
			home := connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: id}
			points, err := tx.Points([]connectors.Ref{home}, time.Time{})
			asked := slices.DeleteFunc(points[home], func(p mapping.Point) bool { return p.Signal != "demo" })
			if err != nil || len(asked) != want {
				t.Errorf("%s has %+v, %v, want %d", id, asked, err, want)
			}
		}
		return nil
	})
}
