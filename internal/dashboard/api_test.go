package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/internal/engine"
)

func decode[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("the type is %q", got)
	}
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("decoding %s: %v", w.Body, err)
	}
	return v
}

func TestStatusIsTheSummary(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.source.summary.Mode = engine.Mode{Reason: "paused since noon"}
	h.source.summary.Planned = []engine.PlannedHandoff{{Account: "sf-1", Name: "Initech"}}
	w := h.get(t, "/api/status")
	want(t, w, http.StatusOK)
	if diff := cmp.Diff(h.source.summary, decode[engine.Summary](t, w)); diff != "" {
		t.Error(diff)
	}
}

func TestHandoffs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, query string
		ids         []string
	}{
		{"30 days, newest first", "", []string{"sf-1/1", "sf-2/1"}},
		{"since long ago", "?since=2026-01-01T00:00:00Z", []string{"sf-1/1", "sf-2/1", "sf-9/1"}},
		{"in another zone, the instant itself included", "?since=2026-11-15T14:00:00%2B02:00", []string{"sf-1/1"}},
		{"since tomorrow", "?since=2026-11-21T00:00:00Z", []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newHouse().get(t, "/api/handoffs"+c.query)
			want(t, w, http.StatusOK)
			ids := []string{}
			for _, row := range decode[[]handoff](t, w) {
				ids = append(ids, row.ID)
			}
			if diff := cmp.Diff(c.ids, ids); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(w.Body.String(), "null") {
				t.Errorf("a list is null: %s", w.Body)
			}
			if len(c.ids) == 0 && strings.TrimSpace(w.Body.String()) != "[]" {
				t.Errorf("no handoffs are %s, not an empty list", w.Body)
			}
		})
	}
}

func TestHandoffTellsAllButTheSummary(t *testing.T) {
	t.Parallel()
	w := newHouse().get(t, "/api/handoffs?since=2026-11-15T12:00:00Z")
	want(t, w, http.StatusOK)
	got := decode[[]map[string]any](t, w)
	expected := []map[string]any{{
		"id": "sf-1/1", "account": "sf-1", "name": "Initech", "state": "handed_off", "rule": "intent", "type": "intent", "stage": "sdr", "policy": "abc",
		"opened": "2026-11-15T12:00:00Z", "system": "salesforce", "owner_id": "005", "owner": "Sam Sdr", "due": noon.Add(-time.Hour).Format(time.RFC3339),
		"reasons": []any{"intent: rises(intent_score, 70)"}, "summary_sha256": "f00d",
	}}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Error(diff)
	}
}

func TestABadSinceIsRefused(t *testing.T) {
	t.Parallel()
	for _, since := range []string{"yesterday", "2026-11-01", "1700000000", "%3Cscript%3E"} {
		w := newHouse().get(t, "/api/handoffs?since="+since)
		want(t, w, http.StatusBadRequest, "2026-10-01T00:00:00Z")
		if strings.Contains(w.Body.String(), "script") {
			t.Error("the answer repeats what was asked")
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	w := newHouse().get(t, "/api/problems")
	want(t, w, http.StatusOK)
	expected := []problem{
		{System: "hubspot", Object: "account", ID: "77", Field: "value", Value: "lots", Reason: `text "lots" where a number is expected`, Since: noon},
		{System: "hubspot", Object: "contact", ID: "88", Field: "visits", Reason: withheld, Since: noon},
	}
	if diff := cmp.Diff(expected, decode[[]problem](t, w)); diff != "" {
		t.Error(diff)
	}

	h := newHouse()
	h.store.problems = nil
	if got := strings.TrimSpace(h.get(t, "/api/problems").Body.String()); got != "[]" {
		t.Errorf("no problems are %s", got)
	}
}

func TestNoContactIsShownAnywhere(t *testing.T) {
	t.Parallel()
	for _, path := range paths {
		if body := newHouse().get(t, path).Body.String(); strings.Contains(strings.ToLower(body), "peter") {
			t.Errorf("%s shows a contact:\n%s", path, body)
		}
	}
}

func TestAFailureIsLoggedAndNotTold(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/api/status", "/api/problems", "/api/handoffs"} {
		h := newHouse()
		h.source.err = errors.New("opening /var/lib/secret-place")
		h.store.err = h.source.err
		w := h.get(t, path)
		want(t, w, http.StatusServiceUnavailable, "its log says why")
		if strings.Contains(w.Body.String(), "secret-place") {
			t.Errorf("%s tells: %s", path, w.Body)
		}
		if got := h.log.String(); !strings.Contains(got, "secret-place") || !strings.Contains(got, "path="+path) {
			t.Errorf("%s logged %q", path, got)
		}
	}
}

func TestACallerWhoLeavesIsNoFailure(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.store.hangs = true
	gone, leave := context.WithCancel(t.Context())
	leave()
	h.ask(t, http.MethodGet, "/api/problems", func(r *http.Request) { *r = *r.WithContext(gone) })
	if h.log.Len() > 0 {
		t.Errorf("logged: %s", h.log)
	}
}

func TestStatusWhileStarting(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.options.Engine = func() Source { return nil }
	w := h.get(t, "/api/status")
	want(t, w, http.StatusServiceUnavailable, "still starting")
	if h.log.Len() > 0 {
		t.Errorf("starting is logged as a failure: %s", h.log)
	}
}
