package workflows_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows"
)

const mappingText = `
account:
  target_account: {type: bool, hubspot: hs_is_target_account, salesforce: Target__c, from: hubspot}
  fit:            {type: bool, hubspot: account_fit, salesforce: Fit__c, from: hubspot}
  fit_score:      {type: number, range: [0, 10], hubspot: fit_score, from: hubspot}
  intent_score:   {type: number, range: [0, 100], hubspot: intent_score, salesforce: Intent__c, from: hubspot, fresh_for: 8d, updated_at: {hubspot: intent_at}}
  value:          {type: money, hubspot: acv, salesforce: ACV__c, sync: newest}
  mqa:            {type: bool, hubspot: mqa, salesforce: MQA__c, from: handoffd}
  mqa_status:     {type: enum, hubspot: mqa_status, salesforce: Status__c, from: handoffd, values: lifecycle}
signals:
  visits:       {hubspot: contact.visits, kind: counter}
  email_sends:  {hubspot: contact.sends, kind: counter}
  email_opens:  {hubspot: contact.opens, kind: counter}
  email_clicks: {hubspot: contact.clicks, kind: counter}
  demo_form:    {hubspot: contact.conversion, kind: event, when: 'conversion_name matches "(?i)demo"'}
`

const policyText = `
version: 3
signed_off: {marketing: {by: VP Marketing, on: 2026-10-01}, sales: {by: VP Sales, on: 2026-10-02}}
review_every: 90d
calendar: {zone: America/New_York, week: mon-fri, hours: "09:00-17:30", holidays: us}
managers: {default: boss@acme.example, west: west@acme.example}
routing: {sdr: {fallback: lead@acme.example}, ae: {fallback: ae@acme.example}}
segments: {enterprise: value >= 250000}
handoffs:
  intent:
    to: sdr
    gate: target_account and fit
    when:
      any:
        - rises(intent_score, 70)
        - count(visits, "7d") >= 3
        - rate(email_opens, email_sends, "30d") >= 0.5 and count(email_clicks, "30d") >= 1
    segments: {enterprise: {when: {all: ['rises(intent_score, 80)', 'count(visits, "30d") >= 6']}}}
  demo_request: {to: ae, when: 'count(demo_form, "1d") >= 1', call_within: 24h}
limits: {order: intent_score * value}
`

// monday is a working day at 10:00 in New York.
var monday = time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC)

func policy(t testing.TB, text string) *workflows.Policy {
	t.Helper()
	return policyOver(t, mappingText, text)
}

func policyOver(t testing.TB, mappingText, text string) *workflows.Policy {
	t.Helper()
	var c yamlpos.Collector
	mf, pf := yamlpos.Parse("mapping.yaml", []byte(mappingText), &c), yamlpos.Parse("policy.yaml", []byte(text), &c)
	if mf == nil || pf == nil {
		_ = c.Print(os.Stderr)
		t.Fatal("the YAML does not parse")
	}
	p := workflows.Compile(pf.Root(), mapping.Compile(mf.Root(), &c), "hash", &c)
	if c.Failed() {
		_ = c.Print(os.Stderr)
		t.Fatal("the policy does not compile")
	}
	p.Bind()
	return p
}

// story builds an account with its history.
type story struct {
	p      *workflows.Policy
	a      *mapping.Account
	points []mapping.Point
}

func newStory(p *workflows.Policy) *story {
	return &story{p: p, a: p.Mapping.NewAccount("hs-1")}
}

// hubspot lays property=value pairs over the account's HubSpot record.
func (s *story) hubspot(at time.Time, pairs ...string) *story {
	s.p.Mapping.Apply(s.a, record(connectors.HubSpot, "11", at, pairs))
	if f := s.p.Mapping.Field("intent_score"); s.a.Views[mapping.HubSpotSide] != nil {
		if v, o := s.p.Mapping.Value(s.a, f.Slot); !v.IsNull() {
			s.point("intent_score", o.At, v.Float())
		}
	}
	return s
}

func (s *story) salesforce(at time.Time, pairs ...string) *story {
	s.p.Mapping.Apply(s.a, record(connectors.Salesforce, "001000000000001AAA", at, pairs))
	return s
}

func record(system connectors.System, id string, at time.Time, pairs []string) connectors.Record {
	r := connectors.Record{Ref: connectors.Ref{System: system, Object: connectors.Account, ID: id}, Modified: at, Fields: map[string]connectors.Value{}}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		r.Fields[name] = connectors.TextValue(value)
	}
	return r
}

func (s *story) point(signal string, at time.Time, value float64) *story {
	s.points = append(s.points, mapping.Point{Signal: signal, Source: "hubspot/contact/7", At: at, Value: value, Label: "Request a demo"})
	return s
}

func (s *story) input(now time.Time, life workflows.Life) workflows.Input {
	return workflows.Input{Account: s.a, Life: life, History: workflows.NewHistory(s.points), Now: now}
}

var onList = []string{"name=Acme", "hs_is_target_account=true", "account_fit=true", "acv=50000"}

func with(pairs ...string) []string { return append(append([]string{}, onList...), pairs...) }

func TestEvaluate(t *testing.T) {
	t.Parallel()
	fresh := "intent_at=2026-11-01T00:00:00Z"
	day := 24 * time.Hour
	tests := []struct {
		name    string
		build   func(*story)
		life    workflows.Life
		outcome workflows.Outcome
		rule    string
	}{
		{"70 counts", func(s *story) { s.hubspot(monday, with("intent_score=70", fresh)...) }, workflows.Life{}, workflows.HandOff, "intent"},
		{"69 does not", func(s *story) { s.hubspot(monday, with("intent_score=69", fresh)...) }, workflows.Life{}, workflows.NotQualified, ""},
		{"off the list", func(s *story) {
			s.hubspot(monday, "hs_is_target_account=false", "account_fit=true", "intent_score=90", fresh)
		}, workflows.Life{}, workflows.NotQualified, ""},
		{"fit unknown", func(s *story) {
			s.hubspot(monday, "hs_is_target_account=true", "account_fit=", "intent_score=90", fresh)
		}, workflows.Life{}, workflows.Waiting, ""},
		{"fit unknown, but criteria not met", func(s *story) {
			s.hubspot(monday, "hs_is_target_account=true", "account_fit=", "intent_score=10", "acv=1", fresh)
		}, workflows.Life{}, workflows.NotQualified, ""},
		{"score missing", func(s *story) { s.hubspot(monday, with("intent_score=")...) }, workflows.Life{}, workflows.Waiting, ""},
		{"score stale", func(s *story) { s.hubspot(monday, with("intent_score=90", "intent_at=2026-10-01T00:00:00Z")...) }, workflows.Life{}, workflows.Waiting, ""},
		{"score stale, but visits settle it", func(s *story) {
			s.hubspot(monday, with("intent_score=90", "intent_at=2026-10-01T00:00:00Z")...).point("visits", monday.Add(-day), 3)
		}, workflows.Life{}, workflows.HandOff, "intent"},
		{"three visits in the week", func(s *story) {
			s.hubspot(monday, with("intent_score=1", fresh)...).point("visits", monday.Add(-6*day), 1).point("visits", monday.Add(-day), 2)
		}, workflows.Life{}, workflows.HandOff, "intent"},
		{"one of them too old", func(s *story) {
			s.hubspot(monday, with("intent_score=1", fresh)...).point("visits", monday.Add(-8*day), 1).point("visits", monday.Add(-day), 2)
		}, workflows.Life{}, workflows.NotQualified, ""},
		{"opens and a click", func(s *story) {
			s.hubspot(monday, with("intent_score=1", fresh)...).point("email_sends", monday.Add(-9*day), 4).point("email_opens", monday.Add(-8*day), 2).point("email_clicks", monday.Add(-8*day), 1)
		}, workflows.Life{}, workflows.HandOff, "intent"},
		{"opens without a click", func(s *story) {
			s.hubspot(monday, with("intent_score=1", fresh)...).point("email_sends", monday.Add(-9*day), 4).point("email_opens", monday.Add(-8*day), 4)
		}, workflows.Life{}, workflows.NotQualified, ""},
		{"enterprise needs more", func(s *story) {
			s.hubspot(monday, with("acv=250000", "intent_score=90", fresh)...)
		}, workflows.Life{}, workflows.NotQualified, ""},
		{"enterprise with more", func(s *story) {
			s.hubspot(monday, with("acv=250000", "intent_score=90", fresh)...).point("visits", monday.Add(-20*day), 6)
		}, workflows.Life{}, workflows.HandOff, "intent"},
		{"value unknown, and the segments disagree", func(s *story) {
			s.hubspot(monday, "hs_is_target_account=true", "account_fit=true", "acv=", "intent_score=72", fresh)
		}, workflows.Life{}, workflows.Waiting, ""},
		{"value unknown, but every segment agrees", func(s *story) {
			s.hubspot(monday, "hs_is_target_account=true", "account_fit=true", "acv=", "intent_score=90", fresh).point("visits", monday.Add(-day), 6)
		}, workflows.Life{}, workflows.HandOff, "intent"},
		{"a demo form goes before intent, and off the list", func(s *story) {
			s.hubspot(monday, with("intent_score=90", fresh)...).point("demo_form", monday.Add(-time.Hour), 1)
		}, workflows.Life{}, workflows.HandOff, "demo_request"},
		{"in hand", func(s *story) { s.hubspot(monday, with("intent_score=90", fresh)...) }, workflows.Life{State: workflows.HandedOff, Episode: 1}, workflows.InHand, ""},
		{"a score that stayed up through the last handoff fires once", func(s *story) {
			s.hubspot(monday.Add(-30*day), with("intent_score=80")...).hubspot(monday, with("intent_score=81", fresh)...)
		}, workflows.Life{State: workflows.Declined, Episode: 1, Ended: monday.Add(-10 * day)}, workflows.NotQualified, ""},
		{"one that fell and rose since fires again", func(s *story) {
			s.hubspot(monday.Add(-30*day), with("intent_score=80")...).hubspot(monday.Add(-5*day), with("intent_score=40")...).hubspot(monday, with("intent_score=75", fresh)...)
		}, workflows.Life{State: workflows.Declined, Episode: 1, Ended: monday.Add(-10 * day)}, workflows.HandOff, "intent"},
		{"one that fell and rose before the end does not", func(s *story) {
			s.hubspot(monday.Add(-30*day), with("intent_score=80")...).hubspot(monday.Add(-20*day), with("intent_score=40")...).hubspot(monday.Add(-15*day), with("intent_score=75", fresh)...)
		}, workflows.Life{State: workflows.Declined, Episode: 1, Ended: monday.Add(-10 * day)}, workflows.NotQualified, ""},
		{"visits from before the end are used up", func(s *story) {
			s.hubspot(monday, with("intent_score=1", fresh)...).point("visits", monday.Add(-5*day), 5).point("visits", monday.Add(-day), 2)
		}, workflows.Life{State: workflows.Declined, Episode: 1, Ended: monday.Add(-3 * day)}, workflows.NotQualified, ""},
		{"Salesforce alone knows no visits", func(s *story) {
			s.salesforce(monday, "Name=Solo", "Target__c=true", "Fit__c=true", "Intent__c=10")
		}, workflows.Life{}, workflows.Waiting, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(policy(t, policyText))
			tt.build(s)
			in := s.input(monday.Add(time.Minute), tt.life)
			d := s.p.Evaluate(in)
			rule := ""
			if d.Rule != nil {
				rule = d.Rule.Name
			}
			if d.Outcome != tt.outcome || rule != tt.rule {
				t.Errorf("got %s %q (%s), want %s %q", d.Outcome, rule, s.p.Trace(in, d).Reason, tt.outcome, tt.rule)
			}
			checkReplay(t, s.p, in, d)
		})
	}
}

// checkReplay writes the trace to a log and decides anew from it alone (I6).
func checkReplay(t *testing.T, p *workflows.Policy, in workflows.Input, d workflows.Decision) {
	t.Helper()
	data, err := json.Marshal(p.Trace(in, d))
	if err != nil {
		t.Fatal(err)
	}
	var logged workflows.Trace
	if err := json.Unmarshal(data, &logged); err != nil {
		t.Fatal(err)
	}
	outcome, rule := p.Replay(logged)
	if outcome != d.Outcome || rule != logged.Rule {
		t.Errorf("replayed from the log: %s %q, decided: %s %q", outcome, rule, d.Outcome, logged.Rule)
	}
}

func TestPrintTellsDecisionsApart(t *testing.T) {
	t.Parallel()
	s := newStory(policy(t, policyText)).hubspot(monday, with("intent_score=50", "intent_at=2026-11-01T00:00:00Z")...)
	first := s.p.Evaluate(s.input(monday, workflows.Life{}))
	again := s.p.Evaluate(s.input(monday.Add(time.Minute), workflows.Life{}))
	if first.Print != again.Print {
		t.Error("the same values at another time give another print")
	}
	s.hubspot(monday, with("intent_score=51", "intent_at=2026-11-01T00:00:00Z")...)
	if other := s.p.Evaluate(s.input(monday, workflows.Life{})); other.Print == first.Print {
		t.Error("another value gives the same print")
	}
	if want := time.Date(2026, 11, 9, 0, 0, 0, 0, time.UTC); !first.Due.Equal(want) {
		t.Errorf("due %v, want %v: when the score goes stale", first.Due, want)
	}
}

var users = workflows.Users{
	connectors.Salesforce: {
		{ID: "005000000000001AAA", Name: "Ann", Email: "ann@acme.example", Active: true, ManagerID: "005000000000003AAA"},
		{ID: "005000000000002AAA", Name: "Bob", Email: "bob@acme.example", Active: false, ManagerID: "005000000000004AAA"},
		{ID: "005000000000003AAA", Name: "Gone boss", Email: "gone@acme.example", Active: false, ManagerID: "005000000000004AAA"},
		{ID: "005000000000004AAA", Name: "Cleo", Email: "cleo@acme.example", Active: true, ManagerID: "005000000000005AAA"},
		{ID: "005000000000005AAA", Name: "Ring", Email: "ring@acme.example", Active: false, ManagerID: "005000000000004AAA"},
		{ID: "005000000000006AAA", Name: "Lead", Email: "LEAD@acme.example", Active: true},
	},
	connectors.HubSpot: {
		{ID: "901", Name: "Ann", Email: "ann@acme.example", Active: true, Teams: []string{"west"}},
		{ID: "902", Name: "West boss", Email: "west@acme.example", Active: true},
		{ID: "903", Name: "Lead", Email: "lead@acme.example", Active: false},
	},
}

func TestRoute(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		build   func(*story)
		owner   string
		manager string
		ok      bool
	}{
		{"Salesforce owner", func(s *story) { s.salesforce(monday, "OwnerId=005000000000001AAA") }, "Ann", "cleo@acme.example", true},
		{"15 characters", func(s *story) { s.salesforce(monday, "OwnerId=005000000000001") }, "Ann", "cleo@acme.example", true},
		{"inactive owner", func(s *story) { s.salesforce(monday, "OwnerId=005000000000002AAA") }, "Lead", "boss@acme.example", true},
		{"HubSpot owner, manager by team", func(s *story) { s.hubspot(monday, "hubspot_owner_id=901") }, "Ann", "west@acme.example", true},
		{"no owner, and the fallback is inactive", func(s *story) { s.hubspot(monday, "name=x") }, "", "", false},
		{"both: Salesforce", func(s *story) {
			s.hubspot(monday, "hubspot_owner_id=901").salesforce(monday, "OwnerId=005000000000001AAA")
		}, "Ann", "cleo@acme.example", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(policy(t, policyText))
			tt.build(s)
			as, ok := s.p.Route(workflows.RouteRequest{Input: s.input(monday, workflows.Life{}), Stage: workflows.SDR, Users: users})
			if ok != tt.ok || as.Owner.Name != tt.owner {
				t.Fatalf("got %q %v, why %v", as.Owner.Name, ok, as.Why)
			}
			if !ok {
				return
			}
			if m, _ := s.p.Manager(as.Side, as.Owner, users); m.Email != tt.manager {
				t.Errorf("manager %q, want %q", m.Email, tt.manager)
			}
		})
	}
}

func TestManagersInARing(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	ring := workflows.Users{connectors.Salesforce: {{ID: "1", ManagerID: "2"}, {ID: "2", ManagerID: "1"}}}
	if m, ok := p.Manager(mapping.SalesforceSide, ring[connectors.Salesforce][0], ring); !ok || m.Email != "boss@acme.example" {
		t.Errorf("got %+v %v, want the default manager", m, ok)
	}
}
