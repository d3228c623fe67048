package dashboard

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

func TestPage(t *testing.T) {
	t.Parallel()
	w := newHouse().get(t, "/")
	want(t, w, http.StatusOK, "<strong>Live</strong>", "Initech", "Sam Sdr", "2026-11-20 11:00", "late", "closed: lost", "<b>200</b> accounts",
		"Handed off in the last 30 days (2)", "Parked (2)", "hubspot account <code>77</code>", "lots", "handoffd v1.2.3")
	if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("the type is %q", got)
	}
	body := w.Body.String()
	if strings.Index(body, "Initech") > strings.Index(body, "Globex") {
		t.Error("the newest handoff does not come first")
	}
	if n := strings.Count(body, "<small>late</small>"); n != 1 {
		t.Errorf("%d handoffs are late", n)
	}
	for _, unwanted := range []string{"<script", "sf-9", "First load</strong>", "Would be handed off", "<strong>Failed"} {
		if strings.Contains(body, unwanted) {
			t.Errorf("the page holds %q", unwanted)
		}
	}
}

func TestPageSaysWhyNothingIsWritten(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.source.summary.Mode = engine.Mode{Reason: "a new store only plans"}
	h.source.summary.Planned = []engine.PlannedHandoff{
		{Account: "sf-3", Name: "Hooli", Rule: "intent", System: connectors.HubSpot, Owner: "Sam Sdr", Due: "2026-11-25", Reasons: []string{"first reason", "second reason"}},
		{Account: "sf-4", Rule: "intent", Blocked: "nobody is active"},
	}
	h.source.summary.Failures = []string{"f1", "f2", "f3", "f4", "f5", "f6"}
	h.store.cursors = nil
	want(t, h.get(t, "/"), http.StatusOK, "<strong>Nothing is written</strong> a new store only plans", "Would be handed off (2)", "Hooli",
		"first reason<br>second reason", "<b>sf-4</b>", "blocked: nobody is active", "salesforce account; hubspot account", "</strong> f6", "</strong> f2")
	if strings.Contains(h.get(t, "/").Body.String(), "</strong> f1") {
		t.Error("more failures are shown than fit")
	}
}

func TestPageWhileStarting(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.options.Engine = func() Source { return nil }
	want(t, h.get(t, "/"), http.StatusOK, "<strong>Starting</strong>", "Initech")
}

func TestPageSaysHowMuchItLeavesOut(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.source.summary.Mode = engine.Mode{Reason: "paused"}
	h.store.handoffs, h.store.problems = nil, nil
	for i := range 300 {
		id := fmt.Sprintf("sf-%d", i)
		h.store.handoffs = append(h.store.handoffs, engine.HandoffRow{ID: id + "/1", Account: id, Opened: noon})
		h.store.problems = append(h.store.problems, engine.ProblemRow{Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: id}})
		h.store.cases = append(h.store.cases, engine.MatchCase{ID: id})
		h.source.summary.Planned = append(h.source.summary.Planned, engine.PlannedHandoff{Account: id})
	}
	want(t, h.get(t, "/"), http.StatusOK, "last 30 days (300)", "and 100 older", "Parked (300)", "Matches for a person (300)", "<b>300</b> matches for a person", "Would be handed off (300)", "and 200 more", "and 250 more")
	if n := strings.Count(h.get(t, "/").Body.String(), "and 200 more"); n != 2 {
		t.Errorf("%d lists of 3 say that 200 are left out, want 2", n)
	}
}

func TestThePolicyLetsOnlyTheStyleThrough(t *testing.T) {
	t.Parallel()
	w := newHouse().get(t, "/")
	_, rest, _ := strings.Cut(w.Body.String(), "<style>")
	style, _, found := strings.Cut(rest, "</style>")
	if !found || style == "" {
		t.Fatal("the page has no style")
	}
	hash := sha256.Sum256([]byte(style))
	expected := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	if got := w.Header().Get("Content-Security-Policy"); got != expected {
		t.Errorf("the policy is\n%s\nwant\n%s", got, expected)
	}
}

func TestAnEvilNameIsOnlyText(t *testing.T) {
	t.Parallel()
	const evil = `</td></style><script>alert(1)</script><img src=x onerror="alert(2)">`
	w := strange(evil).get(t, "/")
	want(t, w, http.StatusOK, "&lt;script&gt;alert(1)")
	if body := w.Body.String(); strings.Contains(body, "<script") || strings.Contains(body, "<img") {
		t.Errorf("the name became markup:\n%s", body)
	}
	for _, path := range paths[4:7] {
		if body := strange(evil).get(t, path).Body.String(); strings.Contains(body, "<") {
			t.Errorf("%s sends markup:\n%s", path, body)
		}
	}
}

// Whatever stands in the CRMs, the page has the same elements and attributes.
func TestTextNeverBecomesMarkup(t *testing.T) {
	t.Parallel()
	plain := skeleton(t, strange("text").get(t, "/").Body.String())
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`[a-z<>"'&=/{}!\-]{1,30}`),
			rapid.String().Filter(func(s string) bool { return s != "" }),
		).Draw(rt, "text")
		if diff := cmp.Diff(plain, skeleton(t, strange(text).get(t, "/").Body.String())); diff != "" {
			rt.Fatalf("%q changed the page:\n%s", text, diff)
		}
	})
}

// strange is a house in which every text of the CRMs is the given one.
func strange(text string) *house {
	h := newHouse()
	h.store.accounts["sf-1"] = engine.AccountRow{ID: "sf-1", Name: text, State: text}
	h.store.handoffs = []engine.HandoffRow{
		{ID: "sf-1/1", Account: "sf-1", Rule: text, Stage: text, System: connectors.System(text), Owner: text, OwnerID: text, Opened: noon, Reasons: []string{text}},
		{ID: "sf-1/2", Account: "sf-1", Rule: text, Stage: text, System: connectors.System(text), Owner: text, Opened: noon, Closed: noon, Outcome: text},
	}
	h.store.problems = []engine.ProblemRow{{Ref: connectors.Ref{System: connectors.System(text), Object: connectors.Object(text), ID: text}, Field: text, Value: text, Reason: text}}
	h.store.cases = []engine.MatchCase{{ID: text, Rule: text, Key: text, Reason: text, Candidates: []engine.Candidate{
		{Ref: connectors.Ref{System: connectors.System(text), ID: text}, Name: text}, {Ref: connectors.Ref{System: connectors.System(text), ID: text}, Name: text},
	}}}
	h.source.summary.Mode = engine.Mode{Reason: text}
	h.source.summary.Failures = []string{text}
	h.source.summary.Held = []engine.HeldWrites{{System: connectors.System(text), Kinds: map[string]int{text: 1}, Hold: engine.Hold{Reason: text, Fix: text}}}
	h.source.summary.Comparing = text
	h.source.summary.Planned = []engine.PlannedHandoff{{Account: text, Name: text, Rule: text, System: connectors.System(text), Owner: text, Due: text, Reasons: []string{text, text}}, {Name: text, Blocked: text}}
	return h
}

// skeleton lists a page's tags with their attributes, without its text.
func skeleton(t *testing.T, body string) []string {
	t.Helper()
	var out []string
	z := html.NewTokenizer(strings.NewReader(body))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken, html.CommentToken, html.DoctypeToken:
			out = append(out, z.Token().String())
		}
	}
}
