package workflows_test

import (
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/workflows"
)

// TestWhoItIsComesFirst: an account that meets the criteria is handed off only
// if it is known which records it is, and all of them are in scope.
func TestWhoItIsComesFirst(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		build   func(*story)
		life    workflows.Life
		open    string // match case
		outcome workflows.Outcome
		reason  string
	}{
		{"nothing is in the way", func(*story) {}, workflows.Life{}, "", workflows.HandOff, "intent: "},
		{"an open case", func(*story) {}, workflows.Life{}, "c12", workflows.Waiting, "match case open: see handoffd cases (c12)"},
		{"an open case and sales has it", func(*story) {}, workflows.Life{State: workflows.Working, Episode: 1}, "c12", workflows.InHand, "sales has"},
		{"the other record is left out", func(s *story) {
			s.p.Mapping.Apply(s.a, connectors.Record{Ref: connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: "001"}, Modified: monday, OutOfScope: true})
		}, workflows.Life{}, "", workflows.OutOfScope, "left out by where: the salesforce record is out of scope"},
		{"left out, and in a case", func(s *story) {
			s.p.Mapping.Apply(s.a, connectors.Record{Ref: connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: "001"}, Modified: monday, OutOfScope: true})
		}, workflows.Life{}, "c12", workflows.OutOfScope, "left out by where"},
		{"deleted", func(s *story) {
			s.p.Mapping.Apply(s.a, connectors.Record{Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: "11"}, Modified: monday, Deleted: true})
		}, workflows.Life{}, "", workflows.Gone, "no record of the account is left"},
	}
	prints := map[uint64]string{}
	for _, tt := range tests {
		s := newStory(policy(t, policyText)).hubspot(monday, with("intent_score=90", "intent_at=2026-11-02T12:00:00Z")...)
		tt.build(s)
		in := s.input(monday.Add(time.Minute), tt.life)
		in.Case = tt.open
		d := s.p.Evaluate(in)
		if reason := s.p.Trace(in, d).Reason; d.Outcome != tt.outcome || !strings.HasPrefix(reason, tt.reason) {
			t.Errorf("%s: %s (%s), want %s (%s)", tt.name, d.Outcome, reason, tt.outcome, tt.reason)
		}
		if other, taken := prints[d.Print]; taken {
			t.Errorf("%s has the print of %s", tt.name, other)
		}
		prints[d.Print] = tt.name
		checkReplay(t, s.p, in, d)
	}
}
