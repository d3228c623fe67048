package dashboard

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	w := newHouse().get(t, "/healthz")
	want(t, w, http.StatusOK)
	if got := w.Body.String(); got != "ok\n" {
		t.Errorf("the answer is %q", got)
	}

	h := newHouse()
	h.store.err = errors.New("reading cursors: database disk image\nis malformed")
	w = h.get(t, "/healthz")
	want(t, w, http.StatusServiceUnavailable)
	if got := w.Body.String(); got != "the store cannot be read: reading cursors: database disk image is malformed\n" {
		t.Errorf("the answer is %q, and not one line with the reason", got)
	}
}

func TestHealthDoesNotDependOnTheEngine(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.source.err = errors.New("no policy")
	want(t, h.get(t, "/healthz"), http.StatusOK)
	h.options.Engine = func() Source { return nil }
	want(t, h.get(t, "/healthz"), http.StatusOK)
}

func TestAStoreThatHangsIsReported(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.store.hangs = true
	w := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		defer close(done)
		r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
		r.Host = "localhost"
		New(h.options).ServeHTTP(w, r)
	}()
	if err := h.clock.BlockUntil(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(patience)
	<-done
	want(t, w, http.StatusServiceUnavailable, "deadline exceeded")
}

func TestReady(t *testing.T) {
	t.Parallel()
	row := func(loaded bool) engine.CursorRow { return engine.CursorRow{Loaded: loaded} }
	cursors := func(account, contact bool) map[connectors.Object]engine.CursorRow {
		return map[connectors.Object]engine.CursorRow{connectors.Account: row(account), connectors.Contact: row(contact)}
	}
	both := map[connectors.System][]connectors.Object{
		connectors.Salesforce: {connectors.Account, connectors.Contact},
		connectors.HubSpot:    {connectors.Account, connectors.Contact, connectors.Task},
	}
	for _, c := range []struct {
		name    string
		cursors map[connectors.System]map[connectors.Object]engine.CursorRow
		objects map[connectors.System][]connectors.Object
		code    int
		body    string
	}{
		{"an empty store", nil, nil, 503, "still to be loaded: salesforce account; hubspot account\n"},
		{
			"one side only", map[connectors.System]map[connectors.Object]engine.CursorRow{connectors.Salesforce: cursors(true, true)},
			nil, 503, "still to be loaded: hubspot account\n",
		},
		{
			"a load under way", map[connectors.System]map[connectors.Object]engine.CursorRow{connectors.Salesforce: cursors(true, false), connectors.HubSpot: cursors(true, true)},
			nil, 503, "still to be loaded: salesforce contact\n",
		},
		{
			"an object that was never read", map[connectors.System]map[connectors.Object]engine.CursorRow{connectors.Salesforce: cursors(true, false), connectors.HubSpot: cursors(true, true)},
			both, 503, "still to be loaded: salesforce contact; hubspot task\n",
		},
		{
			"an object that is read no more",
			map[connectors.System]map[connectors.Object]engine.CursorRow{connectors.Salesforce: cursors(true, false), connectors.HubSpot: cursors(true, true)},
			map[connectors.System][]connectors.Object{connectors.Salesforce: {connectors.Account}, connectors.HubSpot: {connectors.Account}},
			200, "ready\n",
		},
		{
			"all loaded", map[connectors.System]map[connectors.Object]engine.CursorRow{connectors.Salesforce: cursors(true, true), connectors.HubSpot: cursors(true, true)},
			nil, 200, "ready\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse()
			h.store.cursors = c.cursors
			if c.objects != nil {
				h.options.Objects = func() map[connectors.System][]connectors.Object { return c.objects }
			}
			w := h.get(t, "/readyz")
			if w.Code != c.code || w.Body.String() != c.body {
				t.Errorf("%d %q, want %d %q", w.Code, w.Body, c.code, c.body)
			}
		})
	}
}

func TestNotReady(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.options.Engine = func() Source { return nil }
	want(t, h.get(t, "/readyz"), http.StatusServiceUnavailable, "still starting")

	h = newHouse()
	h.store.err = errors.New("database is closed")
	want(t, h.get(t, "/readyz"), http.StatusServiceUnavailable, "database is closed")
}

// TestReadyTellsWhatToLookAt: a hold is no reason to restart anything, but
// whoever looks at the health sees it.
func TestReadyTellsWhatToLookAt(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.source.summary.Hold = &engine.HoldRow{Since: noon, Reason: "30 accounts at once are more than hold.above 25", Accounts: make([]string, 30)}
	h.source.summary.Review = "the policy's review is overdue since 2026-11-01"
	want(t, h.get(t, "/readyz"), http.StatusOK, "ready; 30 handoffs are held", "handoffd release", "overdue since 2026-11-01")
	want(t, h.get(t, "/"), http.StatusOK, "30 handoffs are held", "overdue since 2026-11-01")
}
