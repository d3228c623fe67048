package main

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestPrintExplained freezes what people read, with text of the CRMs that tries
// to play with their terminal.
func TestPrintExplained(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 4, 15, 0, 0, 0, time.UTC)
	for name, x := range map[string]*engine.Explained{"explain_before": before(at), "explain_nurture": nurtured(at), "explain_handoff": handed(at)} {
		var b strings.Builder
		if err := printExplained(&b, x, zone); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(b.String(), "\x1b\r\u202e") {
			t.Errorf("%s: control characters came through: %q", name, b.String())
		}
		file := "testdata/" + name + ".txt"
		if *update {
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

// before is a time at which nothing had been decided.
func before(at time.Time) *engine.Explained {
	return &engine.Explained{
		ID: "sf-003", Name: "Crest", At: at, Decided: at, FromLog: true, Outcome: "not_decided", Reason: "nothing had been decided about it so far",
		Replay: "nothing to make again", Waits: []string{"both CRMs were being read"},
	}
}

func nurtured(at time.Time) *engine.Explained {
	score := workflows.ValueStanding{Name: "intent_score", Value: connectors.FloatValue(66), Source: "hubspot", At: at.Add(-30 * time.Hour)}
	visits := workflows.ValueStanding{Name: `count(visits, "7d")`, Value: connectors.FloatValue(2), Source: "hubspot", At: at.Add(-3 * time.Hour)}
	return &engine.Explained{
		ID: "sf-001", Name: "Acme \x1b[31mred\r\n\u202eevil", Domain: "acme.example", At: at, Decided: at, State: "nurture", Since: at.Add(-100 * time.Hour),
		Outcome: "not_qualified", Reason: "criteria not met: rises(intent_score, 70) (intent_score = 66)", Policy: 3, Replay: "agrees", Logged: "the same as the last logged decision",
		Standing: workflows.Standing{
			Segments: []workflows.SegmentStanding{{Segment: "enterprise", Result: "no", Seen: []workflows.ValueStanding{{Name: "value", Value: connectors.FloatValue(50000), Source: "hubspot", At: at.Add(-time.Hour)}}}},
			Rules: []workflows.RuleStanding{{
				Rule: "intent", Type: workflows.Intent, To: workflows.SDR, Result: "no",
				Gate: []workflows.ClauseStanding{{Clause: "fit", Result: "undecided", Seen: []workflows.ValueStanding{{Name: "fit", Why: "fit is missing"}}}},
				When: []workflows.ClauseStanding{{Clause: "rises(intent_score, 70)", Result: "no", Seen: []workflows.ValueStanding{score}}, {Clause: `count(visits, "7d") >= 3`, Result: "no", Seen: []workflows.ValueStanding{visits}}},
				Ways: []workflows.Way{
					{{Need: "to be known: fit is missing"}, {Need: "intent_score +4"}},
					{{Need: "to be known: fit is missing"}, {Need: "1 more visits in 7 days", Until: at.Add(50 * time.Hour)}},
				},
			}},
		},
		Ahead: []workflows.Ahead{{At: at.Add(60 * time.Hour), What: "intent_score goes stale unless it is confirmed"}},
		Waits: []string{"sales asked for no new intent handoff before 2026-11-20"},
	}
}

func handed(at time.Time) *engine.Explained {
	handed := at.Add(-30 * time.Hour)
	return &engine.Explained{
		ID: "sf-002", Name: "Bolt", At: at, Decided: at.Add(-time.Hour), FromLog: true, State: "working", Since: at.Add(-2 * time.Hour),
		Outcome: "in_hand", Reason: "sales has the account (working)", Matched: []string{"demo", "intent"}, Policy: 3, Replay: "agrees",
		Standing: workflows.Standing{Winner: "demo", Rules: []workflows.RuleStanding{{Rule: "demo", Type: workflows.Inbound, To: workflows.AE, Result: "yes", When: []workflows.ClauseStanding{{Clause: `count(demo, "1d") >= 1`, Result: "yes"}}}}},
		Handoff: &engine.ExplainedHandoff{
			ID: "sf-002/1", Rule: "intent", Type: "intent", Stage: "sdr", Opened: handed, Reasons: []string{"intent: \x1b]0;title\a"},
			Summaries: []engine.FrozenSummary{{Stage: "sdr", At: handed, Hash: "c97bb55b", Intact: true}, {Stage: "ae", At: at, Hash: "5bd1e995"}},
			Assigned:  []engine.ExplainedChoice{{At: handed, Stage: "sdr", Owner: "Ann\n", Why: []string{"the account's owner is inactive", "next in turn"}}},
			Story:     &workflows.Episode{Touches: 1, FirstTouch: at.Add(-2 * time.Hour)},
			Clocks: []engine.ExplainedClock{
				{Name: "sdr/acknowledge", From: handed, Due: handed.Add(24 * time.Hour), Met: at.Add(-2 * time.Hour), State: "met late", Told: handed.Add(24 * time.Hour)},
				{Name: "sdr/first_touch", From: handed, Due: at.Add(24 * time.Hour), Met: at.Add(-2 * time.Hour), State: "met"},
			},
		},
		Ahead:    []workflows.Ahead{{At: at.Add(24 * time.Hour), What: "the clock report/1 runs out, and is told to: owner"}},
		Steps:    []engine.ExplainedStep{{At: at.Add(-2 * time.Hour), Step: workflows.Step{Name: "acknowledged", From: workflows.HandedOff, To: workflows.Working, Why: "first touch on 2026-11-04"}, Replay: "agrees"}},
		Handoffs: []engine.EndedHandoff{{ID: "sf-002/0", Rule: "intent", Opened: at.Add(-900 * time.Hour), Closed: at.Add(-800 * time.Hour), Outcome: "returned: no\nbudget"}},
	}
}

func TestInstant(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("x", -5*3600)
	now := time.Date(2026, 11, 4, 15, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"2026-11-02": "2026-11-03T04:59:59Z", "2026-11-04": "2026-11-04T15:00:00Z", "2026-11-02 10:00": "2026-11-02T15:00:00Z",
		"2026-11-02T10:00:00Z": "2026-11-02T10:00:00Z", "2026-11-02 10:00:05": "2026-11-02T15:00:05Z",
	} {
		got, err := instant(text, zone, now)
		if err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s: %s, %v, want %s", text, got.UTC(), err, want)
		}
	}
	for _, text := range []string{"2026-11-05", "2026-11-04T16:00:00Z", "yesterday", "2026-13-01"} {
		if got, err := instant(text, zone, now); err == nil {
			t.Errorf("%s was read as %s", text, got)
		}
	}
	if got, err := instant("", zone, now); err != nil || !got.IsZero() {
		t.Errorf("nothing: %s, %v", got, err)
	}
}
