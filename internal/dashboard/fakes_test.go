package dashboard

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
)

var _ Source = (*engine.Engine)(nil)

// noon is when every test happens.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// fakeSource answers with a Summary made by hand.
type fakeSource struct {
	summary engine.Summary
	err     error
}

func (f *fakeSource) Summary(context.Context) (engine.Summary, error) { return f.summary, f.err }

func (f *fakeSource) Attention(context.Context) ([]string, error) {
	return f.summary.Attention(), f.err
}

// fakeStore holds rows made by hand. Its Tx panics on everything that is not
// listed below, so that a test sees any attempt to write.
type fakeStore struct {
	accounts map[string]engine.AccountRow
	handoffs []engine.HandoffRow
	problems []engine.ProblemRow
	cases    []engine.MatchCase
	cursors  map[connectors.System]map[connectors.Object]engine.CursorRow
	held     []engine.HeldRow
	err      error
	hangs    bool
}

func (s *fakeStore) Update(context.Context, func(engine.Tx) error) error {
	return errors.New("the dashboard must not write")
}

func (s *fakeStore) View(ctx context.Context, f func(engine.Tx) error) error {
	if s.hangs {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	if s.err != nil {
		return s.err
	}
	return f(fakeTx{store: s})
}

type fakeTx struct {
	engine.Tx
	store *fakeStore
}

func (t fakeTx) Accounts(ids []string) (map[string]engine.AccountRow, error) {
	found := map[string]engine.AccountRow{}
	for _, id := range ids {
		if row, ok := t.store.accounts[id]; ok {
			found[id] = row
		}
	}
	return found, nil
}

func (t fakeTx) HeldWrites() ([]engine.HeldRow, error) { return t.store.held, nil }

func (t fakeTx) Handoffs(since time.Time) ([]engine.HandoffRow, error) {
	var found []engine.HandoffRow
	for _, h := range t.store.handoffs {
		if !h.Opened.Before(since) {
			found = append(found, h)
		}
	}
	return found, nil
}

func (t fakeTx) Cases(string) ([]engine.MatchCase, error) { return t.store.cases, nil }

func (t fakeTx) Problems() ([]engine.ProblemRow, error) { return t.store.problems, nil }

func (t fakeTx) Cursors(system connectors.System) (map[connectors.Object]engine.CursorRow, error) {
	return t.store.cursors[system], nil
}

// house is a dashboard over fakes.
type house struct {
	source  *fakeSource
	store   *fakeStore
	clock   *clock.Fake
	log     *strings.Builder
	options Options
}

// newHouse returns a live daemon with one handoff that is late, one that is
// closed, an old one, and a problem on a contact and on an account.
func newHouse() *house {
	loaded := map[connectors.Object]engine.CursorRow{
		connectors.Account: {Object: connectors.Account, Loaded: true, Through: noon.Add(-time.Minute), Changed: noon},
		connectors.Contact: {Object: connectors.Contact, Loaded: true},
	}
	h := &house{
		source: &fakeSource{summary: engine.Summary{Mode: engine.Mode{Live: true}, Accounts: 200, Matched: 180, Queued: 3, Waiting: 7, Pending: 2}},
		store: &fakeStore{
			accounts: map[string]engine.AccountRow{
				"sf-1": {ID: "sf-1", Name: "Initech", State: "handed_off"},
				"sf-2": {ID: "sf-2", Name: "Globex", State: "lost"},
			},
			handoffs: []engine.HandoffRow{
				{ID: "sf-9/1", Account: "sf-9", Rule: "intent", Opened: noon.AddDate(0, 0, -40)},
				{ID: "sf-2/1", Account: "sf-2", Rule: "demo_request", Type: "inbound", Stage: "ae", Opened: noon.AddDate(0, 0, -9), Closed: noon.AddDate(0, 0, -1), Outcome: "lost", Owner: "Ann Ae"},
				{
					ID: "sf-1/1", Account: "sf-1", Rule: "intent", Type: "intent", Stage: "sdr", Policy: "abc", Opened: noon.AddDate(0, 0, -5), System: connectors.Salesforce,
					OwnerID: "005", Owner: "Sam Sdr", Due: noon.Add(-time.Hour), Reasons: []string{"intent: rises(intent_score, 70)"}, Summary: "Primary contact: Peter Gibbons, peter@initech.example", Hash: "f00d",
				},
			},
			problems: []engine.ProblemRow{
				{Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: "77"}, Field: "value", Value: "lots", Reason: `text "lots" where a number is expected`, Since: noon},
				{Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: "88"}, Field: "visits", Value: "peter@initech.example", Reason: `text "peter@initech.example" where a number is expected`, Since: noon},
			},
			cursors: map[connectors.System]map[connectors.Object]engine.CursorRow{connectors.Salesforce: loaded, connectors.HubSpot: loaded},
		},
		clock: clock.NewFake(noon),
		log:   &strings.Builder{},
	}
	h.options = Options{
		Engine: func() Source { return h.source }, Store: h.store, Clock: h.clock, Logger: slog.New(slog.NewTextHandler(h.log, nil)),
		Version: "v1.2.3", Listen: "127.0.0.1:8080",
	}
	return h
}

// ask sends one request to a handler made of the house as it stands.
func (h *house) ask(t *testing.T, method, path string, more ...func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	r.Host = "localhost:8080"
	for _, f := range more {
		f(r)
	}
	w := httptest.NewRecorder()
	New(h.options).ServeHTTP(w, r)
	return w
}

func (h *house) get(t *testing.T, path string) *httptest.ResponseRecorder {
	t.Helper()
	return h.ask(t, http.MethodGet, path)
}

// want checks the code of an answer and that its body holds the texts.
func want(t *testing.T, w *httptest.ResponseRecorder, code int, texts ...string) {
	t.Helper()
	if w.Code != code {
		t.Errorf("code %d, want %d; body: %s", w.Code, code, w.Body)
	}
	for _, text := range texts {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("the answer does not hold %q:\n%s", text, w.Body)
		}
	}
}
