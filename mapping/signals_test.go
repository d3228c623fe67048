package mapping_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
)

const signalFields = `
account:
  target: {type: bool, hubspot: target}
signals:
  visits:   {hubspot: contact.visits, kind: counter}
  lead:     {hubspot: contact.lead_score, kind: level, rollup: max}
  meetings: {salesforce: meeting.StartDateTime, hubspot: meeting.hs_meeting_start_time, kind: event, when: {hubspot: 'hs_meeting_outcome == "COMPLETED"'}}
  calls:    {salesforce: task.CompletedDateTime, kind: event, when: 'TaskSubtype == "Call"'}
  any_sf:   {salesforce: activity.CreatedDate, kind: event}
  won:      {salesforce: opportunity.CloseDate, kind: event, when: 'StageName == "Closed Won"'}
`

// points is a store of points that holds what Extract gives, as the engine does.
type points map[string]mapping.Point

func (p points) take(found mapping.Extracted) {
	for _, g := range found.Grown {
		p[g.Home+"|"+g.Signal+"|"+g.Source+"|"+g.At.String()] = g.Point
	}
}

func (p points) sums() map[string]float64 {
	sums := map[string]float64{}
	for _, key := range slices.Sorted(maps.Keys(p)) {
		if v := p[key].Value; v != 0 {
			sums[key] = v
		}
	}
	return sums
}

// TestCountersInAnyOrder: whichever order a contact's states are read in, and
// however often each, the growth of every account at every time is the same.
func TestCountersInAnyOrder(t *testing.T) {
	t.Parallel()
	m := compile(t, signalFields)
	rapid.Check(t, func(rt *rapid.T) {
		type state struct {
			minute int
			value  int
			home   string
		}
		states := rapid.SliceOfNDistinct(rapid.Custom(func(rt *rapid.T) state {
			return state{
				rapid.IntRange(0, 30).Draw(rt, "minute"), rapid.IntRange(0, 12).Draw(rt, "value"),
				rapid.SampledFrom([]string{"", "1", "2"}).Draw(rt, "home"),
			}
		}), 1, 8, func(s state) int { return s.minute }).Draw(rt, "states")
		run := func(reads []state) map[string]float64 {
			ledger, kept, known := mapping.NewLedger(nil), points{}, map[time.Time]mapping.CounterReading{}
			for _, s := range reads {
				r := connectors.Record{
					Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: "7"}, Modified: noon.Add(time.Duration(s.minute) * time.Minute),
					Fields: map[string]connectors.Value{"visits": text(fmt.Sprint(s.value))},
				}
				kept.take(m.Extract(r, s.home, ledger))
				ledger = reloaded(known, ledger) // each page has a ledger of its own
			}
			return kept.sums()
		}
		inOrder := slices.SortedFunc(slices.Values(states), func(a, b state) int { return a.minute - b.minute })
		shuffled := rapid.Permutation(states).Draw(rt, "order")
		again := append(slices.Clone(shuffled), rapid.SliceOf(rapid.SampledFrom(states)).Draw(rt, "again")...)
		if diff := cmp.Diff(run(inOrder), run(again)); diff != "" {
			rt.Errorf("-in order +as read:\n%s", diff)
		}
	})
}

// reloaded is the ledger of the next page: what was read, as the store keeps it.
func reloaded(known map[time.Time]mapping.CounterReading, l *mapping.Ledger) *mapping.Ledger {
	for _, r := range l.Added() {
		known[r.At] = r
	}
	return mapping.NewLedger(slices.Collect(maps.Values(known)))
}

func TestCounterMovesAndLateReads(t *testing.T) {
	t.Parallel()
	m := compile(t, signalFields)
	type read struct {
		minute int
		value  string
		home   string
	}
	for name, c := range map[string]struct {
		reads   []read
		settled int
		want    map[string]float64 // by home
	}{
		"a contact who joins brings no past":     {[]read{{1, "50", ""}, {2, "50", "1"}, {3, "53", "1"}}, -1, map[string]float64{"1": 3}},
		"one who moves takes later growth along": {[]read{{1, "5", "1"}, {2, "7", "1"}, {3, "8", "2"}, {4, "9", "2"}}, -1, map[string]float64{"1": 2, "2": 1}},
		"and nothing comes twice when he moves back": {
			[]read{{1, "5", "1"}, {2, "7", "2"}, {3, "9", "2"}, {4, "9", "1"}, {5, "10", "1"}}, -1, map[string]float64{"1": 1, "2": 2},
		},
		"a fall is a reset":                      {[]read{{1, "40", "1"}, {2, "2", "1"}, {3, "4", "1"}}, -1, map[string]float64{"1": 2}},
		"one stamp, two values: the higher":      {[]read{{1, "5", "1"}, {2, "6", "1"}, {2, "8", "1"}, {2, "7", "1"}}, -1, map[string]float64{"1": 3}},
		"a late read between two changes no sum": {[]read{{1, "5", "1"}, {5, "9", "1"}, {3, "8", "1"}}, -1, map[string]float64{"1": 4}},
		"a late read from before what is kept":   {[]read{{5, "9", "1"}, {6, "10", "1"}, {1, "2", "1"}}, 4, map[string]float64{"1": 1}},
		"an old stamp in order still counts":     {[]read{{1, "5", "1"}, {2, "9", "1"}}, 60, map[string]float64{"1": 4}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ledger, kept := mapping.NewLedger(nil), points{}
			if c.settled >= 0 {
				ledger.Settled = noon.Add(time.Duration(c.settled) * time.Minute)
			}
			homes := map[string]float64{}
			for _, x := range c.reads {
				r := connectors.Record{
					Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: "7"}, Modified: noon.Add(time.Duration(x.minute) * time.Minute),
					Fields: map[string]connectors.Value{"visits": text(x.value)},
				}
				kept.take(m.Extract(r, x.home, ledger))
			}
			for key, v := range kept.sums() {
				homes[key[:1]] += v
			}
			if diff := cmp.Diff(c.want, homes); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestLevelsFollowTheContact(t *testing.T) {
	t.Parallel()
	m := compile(t, signalFields)
	ledger := mapping.NewLedger(nil)
	var got []string
	for i, x := range []struct{ value, home string }{{"10", "1"}, {"10", "1"}, {"30", "1"}, {"30", "2"}} {
		r := connectors.Record{
			Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: "7"}, Modified: noon.Add(time.Duration(i) * time.Minute),
			Fields: map[string]connectors.Value{"lead_score": text(x.value)},
		}
		for _, g := range m.Extract(r, x.home, ledger).Grown {
			got = append(got, fmt.Sprintf("%d: %s=%g", i, g.Home, g.Value))
		}
	}
	if diff := cmp.Diff([]string{"0: 1=10", "2: 1=30", "3: 1=0", "3: 2=30"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestActivitySignals(t *testing.T) {
	t.Parallel()
	m := compile(t, signalFields)
	extract := func(system connectors.System, o connectors.Object, fields map[string]connectors.Value) []mapping.Point {
		return m.Extract(connectors.Record{Ref: connectors.Ref{System: system, Object: o, ID: "9"}, Modified: noon, Fields: fields}, "1", mapping.NewLedger(nil)).Points
	}
	start := text("2026-11-02T10:00:00Z")
	for name, c := range map[string]struct {
		got  []mapping.Point
		want []string
	}{
		"a salesforce meeting": {extract(connectors.Salesforce, connectors.Meeting, map[string]connectors.Value{"StartDateTime": start, "Subject": text("Demo")}), []string{"meetings Demo"}},
		"a held meeting":       {extract(connectors.HubSpot, connectors.Meeting, map[string]connectors.Value{"hs_meeting_start_time": start, "hs_meeting_title": text("Demo"), "hs_meeting_outcome": text("COMPLETED")}), []string{"meetings Demo"}},
		"a no-show":            {extract(connectors.HubSpot, connectors.Meeting, map[string]connectors.Value{"hs_meeting_start_time": start, "hs_meeting_outcome": text("NO_SHOW")}), nil},
		"a logged call":        {extract(connectors.Salesforce, connectors.Task, map[string]connectors.Value{"CompletedDateTime": start, "TaskSubtype": text("Call"), "CreatedDate": start}), []string{"calls Call", "any_sf "}},
		"a won deal":           {extract(connectors.Salesforce, connectors.Opportunity, map[string]connectors.Value{"CloseDate": text("2026-10-30"), "StageName": text("Closed Won")}), []string{"won Closed Won"}},
		"an open deal":         {extract(connectors.Salesforce, connectors.Opportunity, map[string]connectors.Value{"CloseDate": text("2026-12-30"), "StageName": text("Proposal")}), nil},
		"another task":         {extract(connectors.Salesforce, connectors.Task, map[string]connectors.Value{"CompletedDateTime": start, "TaskSubtype": text("Task"), "CreatedDate": start}), []string{"any_sf "}},
	} {
		var got []string
		for _, p := range c.got {
			got = append(got, p.Signal+" "+p.Label)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
	sel := m.Select(mapping.HubSpotSide)
	if diff := cmp.Diff([]string{"hs_meeting_start_time", "hs_meeting_outcome", "hs_meeting_title", "hubspot_owner_id"}, sel.Fields[connectors.Meeting]); diff != "" {
		t.Errorf("selection: -want +got:\n%s", diff)
	}
}

func TestMirroredActivitiesCountOnce(t *testing.T) {
	t.Parallel()
	at := func(seconds int, source, label string) mapping.Point {
		return mapping.Point{Signal: "meetings", Source: source, At: noon.Add(time.Duration(seconds) * time.Second), Value: 1, Label: label}
	}
	by := func(owner string, p mapping.Point) mapping.Point {
		p.Owner = owner
		return p
	}
	for name, c := range map[string]struct {
		points []mapping.Point
		want   int
	}{
		"a copy a moment later":    {[]mapping.Point{at(0, "salesforce/meeting/1", "Demo"), at(40, "hubspot/meeting/2", "demo")}, 1},
		"a copy a moment earlier":  {[]mapping.Point{at(0, "hubspot/meeting/2", ""), at(40, "salesforce/meeting/1", "Demo")}, 1},
		"another kind in there":    {[]mapping.Point{at(0, "salesforce/task/1", "Call"), at(0, "hubspot/call/2", "Call")}, 1},
		"too far apart":            {[]mapping.Point{at(0, "salesforce/meeting/1", "Demo"), at(301, "hubspot/meeting/2", "Demo")}, 2},
		"late, and no subject":     {[]mapping.Point{at(0, "salesforce/meeting/1", "Demo"), at(61, "hubspot/meeting/2", "")}, 2},
		"another kind":             {[]mapping.Point{at(0, "salesforce/task/1", "Demo"), at(0, "hubspot/meeting/2", "Demo")}, 2},
		"a subject with a mark":    {[]mapping.Point{at(0, "salesforce/task/1", "Email: >> RE: Your quote, revised"), at(50, "hubspot/email/2", "Your quote - revised")}, 1},
		"a subject that was cut":   {[]mapping.Point{at(0, "salesforce/task/1", "Email: Your quote for…"), at(50, "hubspot/email/2", "Your quote for everything that you asked")}, 1},
		"a mark is all they share": {[]mapping.Point{at(0, "salesforce/task/1", "Call: Ann"), at(0, "hubspot/call/2", "Call: Bob")}, 2},
		"one owner":                {[]mapping.Point{by("ann@x", at(0, "salesforce/task/1", "Call")), by("ann@x", at(9, "hubspot/call/2", "Call"))}, 1},
		"two owners":               {[]mapping.Point{by("ann@x", at(0, "salesforce/task/1", "Call")), by("bob@x", at(9, "hubspot/call/2", "Call"))}, 2},
		"an owner nobody knows":    {[]mapping.Point{by("ann@x", at(0, "salesforce/task/1", "Call")), at(9, "hubspot/call/2", "Call")}, 1},
		"the nearest is the copy":  {[]mapping.Point{at(0, "salesforce/task/1", "Call"), at(200, "salesforce/task/2", "Call"), at(201, "hubspot/call/3", "Call"), at(499, "hubspot/call/4", "Call")}, 3},
		"other subjects":           {[]mapping.Point{at(0, "salesforce/meeting/1", "Demo"), at(0, "hubspot/meeting/2", "Pricing")}, 2},
		"two in one CRM":           {[]mapping.Point{at(0, "salesforce/meeting/1", "Demo"), at(0, "salesforce/meeting/2", "Demo")}, 2},
		"one copy for one":         {[]mapping.Point{at(0, "salesforce/meeting/1", ""), at(1, "hubspot/meeting/2", ""), at(2, "hubspot/meeting/3", "")}, 2},
		"levels are no copies":     {[]mapping.Point{at(0, "salesforce/account/1", ""), at(0, "hubspot/account/2", "")}, 2},
	} {
		if got := len(mapping.Once(c.points)); got != c.want {
			t.Errorf("%s: %d counted, want %d", name, got, c.want)
		}
	}
}

func TestSignalMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		`{salesforce: call.X, kind: event}`:                                            1, // no calls in Salesforce
		`{hubspot: call.hs_timestamp, kind: event}`:                                    0,
		`{salesforce: contact.A, hubspot: contact.b, kind: event}`:                     1,
		`{salesforce: activity.A, hubspot: activity.b, kind: event}`:                   0,
		`{hubspot: contact.x, kind: level, rollup: mean}`:                              1,
		`{hubspot: contact.x, kind: level, rollup: any, when: 'a == ""'}`:              1,
		`{hubspot: contact.x, kind: counter, history: true}`:                           1,
		`{hubspot: activity.b, salesforce: activity.A, kind: event, when: 'x == "a"'}`: 1,
	} {
		var c yamlpos.Collector
		mapping.Compile(yamlpos.Parse("m.yaml", []byte("account: {a: {type: bool, hubspot: a}}\nsignals:\n  s: "+text+"\n"), &c).Root(), &c)
		if got := len(c.Problems()); got != want {
			t.Errorf("%s: %d problems, want %d: %v", text, got, want, c.Problems())
		}
	}
}
