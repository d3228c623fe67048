package workflows_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/workflows"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// TestSummary freezes the page that sales reads, as text and as HTML.
func TestSummary(t *testing.T) {
	t.Parallel()
	contacts := []workflows.Contact{
		{Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: "8"}, Name: "Old Hand", Email: "old@acme.example", Modified: monday},
		{Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: "7"}, Name: "Dana Buyer", Title: "VP Operations", Email: "dana@acme.example", Modified: monday.Add(-time.Hour)},
	}
	tests := []struct {
		name     string
		contacts []workflows.Contact
		build    func(*story)
	}{
		{"intent", contacts, func(s *story) {
			s.hubspot(monday, with("intent_score=82", "fit_score=8.5", "domain=acme.example", "intent_at=2026-11-01T00:00:00Z", "hubspot_owner_id=901")...)
			s.point("visits", monday.Add(-24*time.Hour), 3)
		}},
		{"inbound_missing", nil, func(s *story) {
			s.hubspot(monday, "name=<script>alert(1)</script>\n- fake item:", "hubspot_owner_id=901").point("demo_form", monday.Add(-time.Hour), 1)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(policy(t, policyText))
			tt.build(s)
			in := s.input(monday, workflows.Life{})
			d := s.p.Evaluate(in)
			plan, ok, err := s.p.Plan(in, d, s.p.Trace(in, d), users, nil, tt.contacts)
			if err != nil || !ok {
				t.Fatalf("plan: %v %v", ok, err)
			}
			golden(t, "testdata/summary_"+tt.name+".txt", plan.Subject+"\ndue "+plan.Day+"\n\n"+plan.Summary)
			golden(t, "testdata/summary_"+tt.name+".html", plan.HTML+"\n")
			if strings.Contains(plan.HTML, "<script") {
				t.Error("a script came through")
			}
		})
	}
}

func TestSubjectFitsTheTask(t *testing.T) {
	t.Parallel()
	got := workflows.Subject(workflows.Intent, workflows.SDR, strings.Repeat("ä", 300))
	if n := len([]rune(got)); n != 255 || !strings.HasSuffix(got, "…") {
		t.Errorf("%d characters: %q", n, got)
	}
	if got := workflows.Subject(workflows.Intent, workflows.SDR, "Acme"); got != "SDR outreach: Acme" {
		t.Errorf("got %q", got)
	}
}

func TestBadTemplateIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"{{.Nope}}", "{{", "{{range .Signals}}"} {
		if _, err := workflows.ParseDossier(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}
