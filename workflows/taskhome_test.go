package workflows_test

import (
	"testing"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// TestWhereTheOwnerWorks: owned in both CRMs it is Salesforce, or what the
// policy says; an owner who has left, a queue and a machine own nothing.
func TestWhereTheOwnerWorks(t *testing.T) {
	t.Parallel()
	users := workflows.Users{
		connectors.Salesforce: {
			{ID: "1", Email: "ann@acme.example", Active: true}, {ID: "2", Email: "gone@acme.example"},
			{ID: "3", Active: true, Queue: true}, {ID: "4", Email: "bot@acme.example", Active: true},
		},
		connectors.HubSpot: {{ID: "1", Email: "ann@acme.example", Active: true}, {ID: "2", Email: "gone@acme.example"}},
	}
	const sf, hs = mapping.SalesforceSide, mapping.HubSpotSide
	tests := []struct {
		name, rules, sfOwner, hsOwner string
		want                          mapping.Side
	}{
		{"both", "", "1", "1", sf},
		{"both, and HubSpot is preferred", "tasks_in: {owned_in_both: hubspot}", "1", "1", hs},
		{"preferred, and not owned there", "tasks_in: {owned_in_both: hubspot}", "1", "", sf},
		{"the owner in Salesforce has left", "", "2", "1", hs},
		{"a queue", "", "3", "1", hs},
		{"a machine", "lifecycle: {not_sales: [bot@acme.example]}", "4", "1", hs},
		{"nobody anywhere", "", "2", "2", sf},
		{"always there", "tasks_in: salesforce", "2", "1", sf},
		{"always in HubSpot", "tasks_in: hubspot", "1", "", hs},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := policy(t, policyText+tt.rules)
			s := newStory(p).hubspot(monday, "name=x", "hubspot_owner_id="+tt.hsOwner).salesforce(monday, "Name=x", "OwnerId="+tt.sfOwner)
			as, _ := p.Route(workflows.RouteRequest{Input: s.input(monday, workflows.Life{}), Stage: workflows.SDR, Users: users})
			if as.Side != tt.want {
				t.Errorf("the task is in %s, want %s: %q", as.Side.System(), tt.want.System(), as.Why)
			}
		})
	}
}

// TestLimitsOfAPool: who has reached a limit is passed over, and what the pool
// has no room for is told with when it has.
func TestLimitsOfAPool(t *testing.T) {
	t.Parallel()
	p := routed(t, "to: pool, pool: [{email: ann@acme.example, capacity: {per_week: 1}}, {email: bob@acme.example}], fallback: cyd@acme.example")
	load := workflows.NewLoad(nil)
	p.Count(load, "ann@acme.example", monday, monday.Add(hours))
	limit := ""
	load.Limit = func(_ connectors.System, u connectors.User) string {
		if u.Name == limit {
			return "per_day limit 1 reached"
		}
		return ""
	}
	s := newStory(p).hubspot(monday, "name=x")
	for _, step := range []struct{ limit, by, owner string }{{"", workflows.ToPool, "Bob"}, {"Bob", workflows.ByFallback, "Cyd"}} {
		limit = step.limit
		as, ok := p.Route(workflows.RouteRequest{Input: s.input(monday.Add(hours), workflows.Life{}), Stage: workflows.SDR, Users: staff, Load: load})
		if !ok || as.By != step.by || as.Owner.Name != step.owner {
			t.Errorf("limit %q: %s by %s, %q", step.limit, as.Owner.Name, as.By, as.Why)
		}
		if as.Full == nil || as.Full.Text != "ann@acme.example has been given 1 of 1 this week" || p.Calendar.LocalDay(as.Full.End) != "2026-11-09" {
			t.Errorf("full %+v", as.Full)
		}
	}
}
