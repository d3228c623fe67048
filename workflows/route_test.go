package workflows_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/workflows"
)

// staff are users of HubSpot: active ones by letter, and two who are not.
var staff = workflows.Users{connectors.HubSpot: {
	{ID: "1", Name: "Ann", Email: "ann@acme.example", Active: true},
	{ID: "2", Name: "Bob", Email: "bob@acme.example", Active: true},
	{ID: "3", Name: "Cyd", Email: "cyd@acme.example", Active: true},
	{ID: "4", Name: "Dee", Email: "dee@acme.example"},
	{ID: "5", Name: "Queue", Email: "queue@acme.example", Active: true, Queue: true},
	{ID: "6", Name: "Lead", Email: "lead@acme.example", Active: true},
}}

// routed is a policy with this under routing.sdr.
func routed(t testing.TB, routing string) *workflows.Policy {
	t.Helper()
	text := strings.Replace(policyText, "sdr: {fallback: lead@acme.example}", "sdr: {"+routing+"}", 1)
	return policy(t, text+"pools: {team: [ann@acme.example, bob@acme.example, cyd@acme.example]}\n")
}

func TestRouteByPool(t *testing.T) {
	t.Parallel()
	const ab = "pool: [ann@acme.example, bob@acme.example]"
	tests := []struct {
		name    string
		routing string
		account []string
		exclude []string
		owner   string
		why     []string
	}{
		{"the owner goes first", "pool: team", []string{"hubspot_owner_id=2"}, nil, "Bob", []string{"the account's owner"}},
		{"without an owner, the pool", "pool: team", nil, nil, "Ann", []string{"the account has no owner", "next in turn in the pool team, before Bob, Cyd"}},
		{"the pool goes first", "to: [pool, owner], pool: team", []string{"hubspot_owner_id=2"}, nil, "Ann", []string{"next in turn in the pool team, before Bob, Cyd"}},
		{"the pool alone", "to: pool, " + ab, []string{"hubspot_owner_id=2"}, nil, "Ann", []string{"next in turn in the pool routing.sdr, before Bob"}},
		{"an address in capitals", "to: pool, pool: [ANN@acme.example]", nil, nil, "Ann", []string{"the only one of the pool routing.sdr who can take it"}},
		{"inactive, a queue, unknown", "to: pool, pool: [dee@acme.example, queue@acme.example, eve@acme.example, bob@acme.example]", nil, nil, "Bob", []string{
			"dee@acme.example of the pool routing.sdr is inactive", "queue@acme.example of the pool routing.sdr is a queue",
			"eve@acme.example of the pool routing.sdr is no user of hubspot", "the only one of the pool routing.sdr who can take it",
		}},
		{"an owner who is away", "pool: [{email: ann@acme.example, absent: [{from: 2026-11-01, to: 2026-11-05}]}, bob@acme.example]", []string{"hubspot_owner_id=1"}, nil, "Bob", []string{
			"the account's owner Ann is absent until 2026-11-05", "ann@acme.example of the pool routing.sdr is absent until 2026-11-05",
			"the only one of the pool routing.sdr who can take it",
		}},
		{"in the territory", "to: pool, pool: [{email: ann@acme.example, territory: value < 1000}, {email: bob@acme.example, territory: value >= 1000}]", []string{"acv=1000"}, nil, "Bob", []string{
			"ann@acme.example of the pool routing.sdr does not have it in the territory: value < 1000", "the only one of the pool routing.sdr who can take it",
		}},
		{"a territory that cannot be told", "to: pool, fallback: lead@acme.example, pool: [{email: ann@acme.example, territory: {any: [value < 1000, fit]}}]", []string{"acv="}, nil, "Lead", []string{
			"ann@acme.example of the pool routing.sdr cannot be told to have it in the territory: value is missing; fit is missing",
			"the fallback, since nobody else can take it",
		}},
		{"one of two is enough for any", "to: pool, pool: [{email: ann@acme.example, territory: {any: [value < 1000, fit]}}]", []string{"acv=1"}, nil, "Ann", []string{"the only one of the pool routing.sdr who can take it"}},
		{"who had it gets it no more", ab, []string{"hubspot_owner_id=1"}, []string{"ann@acme.example"}, "Bob", []string{
			"the account's owner Ann has had it already", "ann@acme.example of the pool routing.sdr has had it already",
			"the only one of the pool routing.sdr who can take it",
		}},
		{"by the id in the CRM", ab, []string{"hubspot_owner_id=1"}, []string{"1"}, "Bob", []string{
			"the account's owner Ann has had it already", "ann@acme.example of the pool routing.sdr has had it already",
			"the only one of the pool routing.sdr who can take it",
		}},
		{"nobody", "to: pool, fallback: dee@acme.example, pool: [dee@acme.example]", nil, nil, "", []string{
			"dee@acme.example of the pool routing.sdr is inactive", "the fallback dee@acme.example is inactive in hubspot",
		}},
		{"an owner whom the CRM does not know", "pool: [bob@acme.example]", []string{"hubspot_owner_id=99"}, nil, "Bob", []string{
			"the account's owner 99 is not known", "the only one of the pool routing.sdr who can take it",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(routed(t, tt.routing)).hubspot(monday, append([]string{"name=x"}, tt.account...)...)
			as, ok := s.p.Route(workflows.RouteRequest{Input: s.input(monday, workflows.Life{}), Stage: workflows.SDR, Users: staff, Exclude: tt.exclude})
			if ok != (tt.owner != "") || as.Owner.Name != tt.owner {
				t.Errorf("owner %q, %v, want %q", as.Owner.Name, ok, tt.owner)
			}
			if diff := cmp.Diff(tt.why, as.Why); diff != "" {
				t.Errorf("why (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAbsenceCountsDaysOfTheZone, the first and the last included.
func TestAbsenceCountsDaysOfTheZone(t *testing.T) {
	t.Parallel()
	p := routed(t, "to: pool, pool: [{email: ann@acme.example, absent: [{from: 2026-11-03, to: 2026-11-04}, {from: 2026-11-04, to: 2026-11-04}]}]")
	s := newStory(p).hubspot(monday, "name=x")
	for at, away := range map[string]bool{ // New York is five hours behind
		"2026-11-03T04:59:59Z": false, "2026-11-03T05:00:00Z": true, "2026-11-05T04:59:59Z": true, "2026-11-05T05:00:00Z": false,
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		_, ok := p.Route(workflows.RouteRequest{Input: s.input(now, workflows.Life{}), Stage: workflows.SDR, Users: staff})
		if ok == away {
			t.Errorf("%s: available %v", at, ok)
		}
	}
}

// TestCapacityByPeriod counts in the team's calendar: its days, its weeks from
// Monday on, its months.
func TestCapacityByPeriod(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	now := at("2026-11-04T17:00:00Z") // a Wednesday, noon in New York
	for _, tt := range []struct {
		capacity, given string
		full            bool
	}{
		{"per_day: 1", "2026-11-04T05:00:00Z", true}, {"per_day: 1", "2026-11-04T04:59:59Z", false},
		{"per_week: 1", "2026-11-02T05:00:00Z", true}, {"per_week: 1", "2026-11-02T04:59:59Z", false},
		{"per_month: 1", "2026-11-01T04:00:00Z", true}, {"per_month: 1", "2026-11-01T03:59:59Z", false}, // before the clocks change
		{"per_day: 2", "2026-11-04T16:00:00Z", false}, {"per_day: 2, per_month: 1", "2026-11-04T16:00:00Z", true},
	} {
		p := routed(t, "to: pool, pool: [{email: Ann@acme.example, capacity: {"+tt.capacity+"}}]")
		given := at(tt.given)
		load := workflows.NewLoad(nil)
		if since, counted := p.Since(now); !counted || since.After(given) && tt.full {
			t.Errorf("%s: asked since %v, %v: too late for %v", tt.capacity, since, counted, given)
		}
		p.Count(load, "ann@acme.example", given, now)
		s := newStory(p).hubspot(monday, "name=x")
		as, ok := p.Route(workflows.RouteRequest{Input: s.input(now, workflows.Life{}), Stage: workflows.SDR, Users: staff, Load: load})
		if ok == tt.full {
			t.Errorf("%s, given at %s: %v, %q", tt.capacity, tt.given, ok, as.Why)
		}
	}
	if _, counted := routed(t, "pool: team").Since(now); counted {
		t.Error("what was given is asked for, though no capacity is limited")
	}
}

// TestWhoIsAskedFirst: an SDR field that a CRM keeps goes before the owner, one
// that is ours does not.
func TestWhoIsAskedFirst(t *testing.T) {
	t.Parallel()
	for master, want := range map[string]string{"from: hubspot": "Cyd", "sync: newest": "Cyd", "from: handoffd": "Bob"} {
		field := "account:\n  sdr: {type: owner, hubspot: sdr, salesforce: SDR__c, " + master + "}\n"
		p := policyOver(t, strings.Replace(mappingText, "account:\n", field, 1), policyText)
		s := newStory(p).hubspot(monday, "name=x", "hubspot_owner_id=2", "sdr=3")
		as, _ := p.Route(workflows.RouteRequest{Input: s.input(monday, workflows.Life{}), Stage: workflows.SDR, Users: staff})
		if as.Owner.Name != want {
			t.Errorf("%s: %s, want %s", master, as.Owner.Name, want)
		}
		if writes := p.Routing[workflows.SDR].WriteTo == "sdr"; writes == (master == "from: hubspot") {
			t.Errorf("%s: the choice is written: %v", master, writes)
		}
	}
}

// TestOnePersonTwoAddresses is found by either, and counted as one.
func TestOnePersonTwoAddresses(t *testing.T) {
	t.Parallel()
	for _, email := range []string{"ann@sf.example", "ann@acme.example"} {
		p := policyOver(t, mappingText+"owners: {same: {ann@sf.example: ann@acme.example}}\n",
			strings.Replace(policyText, "sdr: {fallback: lead@acme.example}", "sdr: {to: pool, pool: [{email: "+email+", capacity: {per_day: 2}}]}", 1))
		load := workflows.NewLoad(nil)
		s := newStory(p).hubspot(monday, "name=x")
		for i, want := range []bool{true, true, false} {
			as, ok := p.Route(workflows.RouteRequest{Input: s.input(monday, workflows.Life{}), Stage: workflows.SDR, Users: staff, Load: load})
			if ok != want || ok && (as.Person != "ann@sf.example" || as.Owner.ID != "1") {
				t.Fatalf("%s, the %d. time: %q (%s), %v", email, i+1, as.Person, as.Owner.ID, as.Why)
			}
			if ok {
				load.Take(as)
			}
		}
	}
}

// turns plays n assignments to a pool; free tells who can take the i-th.
func turns(p *workflows.Policy, n int, free func(i int, email string) bool) (got map[string]int, worst float64) {
	load, got := workflows.NewLoad(nil), map[string]int{}
	a := p.Mapping.NewAccount("hs-1")
	p.Mapping.Apply(a, record(connectors.HubSpot, "11", monday, []string{"name=x"}))
	members, total := p.Routing[workflows.SDR].Pool.Members, 0.0
	for _, m := range members {
		total += m.Weight
	}
	for i := range n {
		users := workflows.Users{}
		for k, m := range members {
			users[connectors.HubSpot] = append(users[connectors.HubSpot], connectors.User{ID: fmt.Sprint(k + 1), Name: m.Email, Email: m.Email, Active: free(i, m.Email)})
		}
		as, ok := p.Route(workflows.RouteRequest{Input: workflows.Input{Account: a, Now: monday}, Stage: workflows.SDR, Users: users, Load: load})
		if !ok {
			continue
		}
		load.Take(as)
		got[as.Person]++
		for _, m := range members {
			worst = max(worst, math.Abs(float64(got[m.Email])-float64(i+1)*m.Weight/total))
		}
	}
	return got, worst
}

// poolOf is a policy with a pool of these weights.
func poolOf(t testing.TB, weights []int) *workflows.Policy {
	members := make([]string, len(weights))
	for i, w := range weights {
		members[i] = fmt.Sprintf("{email: p%d@acme.example, weight: %d}", i, w)
	}
	return routed(t, "to: pool, pool: ["+strings.Join(members, ", ")+"]")
}

// TestTurnsAreFair: over any number of assignments each member who can always
// take one is within one of their weighted share.
func TestTurnsAreFair(t *testing.T) {
	t.Parallel()
	// The simpler rule of giving to whom most is owed fails here.
	if _, worst := turns(poolOf(t, []int{100, 1, 1, 10, 10, 1, 10, 1, 10, 100, 10, 10, 10, 1, 10}), 120, func(int, string) bool { return true }); worst > 1+1e-6 {
		t.Fatalf("someone is %v from their share", worst)
	}
	rapid.Check(t, func(r *rapid.T) {
		weights := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(1, 9), rapid.IntRange(1, 1000)), 1, 12).Draw(r, "weights")
		n := rapid.IntRange(1, 200).Draw(r, "assignments")
		_, worst := turns(poolOf(t, weights), n, func(int, string) bool { return true })
		if worst > 1+1e-6 {
			r.Fatalf("someone is %v from their share", worst)
		}
	})
}

// TestNobodyIsFlooded: who joins late, or comes back, gets no more than their
// share of what comes from then on, and one.
func TestNobodyIsFlooded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		weights := rapid.SliceOfN(rapid.IntRange(1, 9), 2, 6).Draw(r, "weights")
		before, after := rapid.IntRange(0, 100).Draw(r, "before"), rapid.IntRange(1, 60).Draw(r, "after")
		total := 0
		for _, w := range weights {
			total += w
		}
		got, _ := turns(poolOf(t, weights), before+after, func(i int, email string) bool { return i >= before || email != "p0@acme.example" })
		share := float64(after*weights[0]) / float64(total)
		if n := float64(got["p0@acme.example"]); n > share+1+1e-6 || n < share-2 {
			r.Fatalf("%v of the last %d accounts, the share is %v", n, after, share)
		}
	})
}

// TestTurnsGoRound: with equal weights it is the plain round robin in the order
// of the list; where two are due at once, whoever waits longer goes first.
func TestTurnsGoRound(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		weights []int
		want    string
	}{{[]int{1, 1, 1}, "p0 p1 p2 p0 p1 p2 p0"}, {[]int{5, 1, 1}, "p0 p0 p0 p1 p0 p2 p0"}, {[]int{2, 1, 1}, "p0 p1 p2 p0 p0 p1 p2"}} {
		p := poolOf(t, tt.weights)
		var order []string
		prev := map[string]int{}
		for n := 1; n <= 7; n++ {
			got, _ := turns(p, n, func(int, string) bool { return true })
			for person, count := range got {
				if count > prev[person] {
					order = append(order, person[:2])
				}
			}
			prev = got
		}
		if got := strings.Join(order, " "); got != tt.want {
			t.Errorf("%v: turns %s, want %s", tt.weights, got, tt.want)
		}
	}
}
