package dashboard

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/engine"
)

// exposed is what a registry shows, without help texts and types.
func exposed(t *testing.T, reg *prometheus.Registry) []string {
	t.Helper()
	w := httptest.NewRecorder()
	promhttp.HandlerFor(reg, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	want(t, w, http.StatusOK)
	var lines []string
	for line := range strings.Lines(w.Body.String()) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func TestCollector(t *testing.T) {
	t.Parallel()
	source := &fakeSource{summary: engine.Summary{
		Mode: engine.Mode{Live: true}, Accounts: 200, Matched: 180, Changed: 42, Handoffs: 18, Alerts: 5, Parked: 3, Cases: 6, OutOfScope: 8, Waiting: 7, Queued: 4, Pending: 2,
		Read:      map[connectors.System]int{connectors.Salesforce: 1000, connectors.HubSpot: 2000},
		Decisions: map[string]int{"waiting": 7, "hand_off": 4, "": 9},
		Writes:    map[connectors.System]int{connectors.Salesforce: 30, connectors.HubSpot: 31},
		Kinds:     map[string]int{"create_task": 18, "update": 38, "alert": 5},
		Endpoints: map[string]int64{"salesforce composite/sobjects": 12, "hubspot tasks/batch/create": 1 << 40},
		Planned:   []engine.PlannedHandoff{{}, {}, {Waits: "waits: a limit"}},
		Drift:     map[connectors.System]engine.Drift{connectors.HubSpot: {Missed: 2, Gone: 1}},
		Governance: engine.Governance{
			Late: 1, Waits: map[string]int{"limit": 3, "held": 1}, Hold: &engine.HoldRow{Accounts: []string{"a"}}, QueueGrows: "it grows", Review: "overdue",
		},
		Held: []engine.HeldWrites{{System: connectors.HubSpot, Count: 2}, {System: connectors.HubSpot, Count: 1}},
	}}
	reg := prometheus.NewPedanticRegistry()
	reg.MustRegister(Collector(func() Source { return source }))
	expected := []string{
		`handoffd_accounts 200`,
		`handoffd_accounts_changed_total 42`,
		`handoffd_accounts_decided{outcome="hand_off"} 4`,
		`handoffd_accounts_decided{outcome="undecided"} 9`,
		`handoffd_accounts_decided{outcome="waiting"} 7`,
		`handoffd_accounts_late 1`,
		`handoffd_accounts_matched 180`,
		`handoffd_accounts_out_of_scope 8`,
		`handoffd_accounts_queued 4`,
		`handoffd_accounts_queued_for{reason="held"} 1`,
		`handoffd_accounts_queued_for{reason="limit"} 3`,
		`handoffd_accounts_waiting 7`,
		`handoffd_alerts_total 5`,
		`handoffd_api_calls_total{endpoint="composite/sobjects",system="salesforce"} 12`,
		`handoffd_api_calls_total{endpoint="tasks/batch/create",system="hubspot"} 1.099511627776e+12`,
		`handoffd_drift_records{kind="gone",system="hubspot"} 1`,
		`handoffd_drift_records{kind="missed",system="hubspot"} 2`,
		`handoffd_handoffs_held 1`,
		`handoffd_handoffs_total 18`,
		`handoffd_held_writes{system="hubspot"} 3`,
		`handoffd_held_writes{system="salesforce"} 0`,
		`handoffd_live 1`,
		`handoffd_match_cases_open 6`,
		`handoffd_pending_writes 2`,
		`handoffd_planned_handoffs 2`,
		`handoffd_policy_review_overdue 1`,
		`handoffd_problems_parked 3`,
		`handoffd_queue_growing 1`,
		`handoffd_records_read_total{system="hubspot"} 2000`,
		`handoffd_records_read_total{system="salesforce"} 1000`,
		`handoffd_up 1`,
		`handoffd_writes_by_kind_total{kind="alert"} 5`,
		`handoffd_writes_by_kind_total{kind="create_task"} 18`,
		`handoffd_writes_by_kind_total{kind="update"} 38`,
		`handoffd_writes_total{system="hubspot"} 31`,
		`handoffd_writes_total{system="salesforce"} 30`,
	}
	if diff := cmp.Diff(expected, exposed(t, reg)); diff != "" {
		t.Error(diff)
	}
}

func TestCollectorWithoutState(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		source func() Source
	}{
		{"no engine", func() Source { return nil }},
		{"a store that fails", func() Source {
			return &fakeSource{summary: engine.Summary{Handoffs: 3}, err: errors.New("database is locked")}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			reg := prometheus.NewPedanticRegistry()
			reg.MustRegister(Collector(c.source))
			if diff := cmp.Diff([]string{"handoffd_up 0"}, exposed(t, reg)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCollectorFollowsAReload(t *testing.T) {
	t.Parallel()
	current := &fakeSource{summary: engine.Summary{Handoffs: 18}}
	reg := prometheus.NewPedanticRegistry()
	reg.MustRegister(Collector(func() Source { return current }))
	if got := exposed(t, reg); !strings.Contains(strings.Join(got, "\n"), "handoffd_handoffs_total 18") {
		t.Errorf("before: %q", got)
	}
	current = &fakeSource{summary: engine.Summary{Handoffs: 1}}
	if got := exposed(t, reg); !strings.Contains(strings.Join(got, "\n"), "handoffd_handoffs_total 1\n") {
		t.Errorf("after: %q", got)
	}
}

func TestALabelThatIsNoTextCostsOnlyItsMetric(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.source.summary.Kinds = map[string]int{"\xff": 1}
	h.source.summary.Endpoints = map[string]int64{"hubspot search": 9}
	want(t, h.get(t, "/metrics"), http.StatusOK, "handoffd_accounts 200", `handoffd_api_calls_total{endpoint="search",system="hubspot"} 9`)
	if got := h.log.String(); !strings.Contains(got, "UTF-8") || strings.Contains(got, "panic") {
		t.Errorf("the log does not say what is missing: %q", h.log)
	}
}

func TestMetricsPage(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.options.Registry = prometheus.NewRegistry()
	h.get(t, "/metrics") // a second handler on the same registry is no conflict
	Observe(h.options.Registry)(transport.Observation{System: connectors.HubSpot, Endpoint: "companies/search", Status: 200, Duration: time.Second})
	want(t, h.get(t, "/metrics"), http.StatusOK, "# HELP handoffd_accounts Accounts known and in scope.", "# TYPE handoffd_handoffs_total counter", "handoffd_accounts 200",
		`version="v1.2.3"`, "go_goroutines ", "process_start_time_seconds ", "handoffd_api_request_seconds_count")
	if h.log.Len() > 0 {
		t.Errorf("logged: %s", h.log)
	}
}

func TestObserve(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewPedanticRegistry()
	one, two := Observe(reg), Observe(reg)
	one(transport.Observation{System: connectors.Salesforce, Endpoint: "query", Status: 200, Duration: 300 * time.Millisecond})
	two(transport.Observation{System: connectors.Salesforce, Endpoint: "query", Status: 204, Duration: 2 * time.Second})
	one(transport.Observation{System: connectors.Salesforce, Endpoint: "query", Status: 503, Duration: 10 * time.Minute})
	one(transport.Observation{System: connectors.HubSpot, Endpoint: "tasks/batch/create", Status: 0, Duration: time.Minute})
	var got []string
	for _, line := range exposed(t, reg) {
		if !strings.Contains(line, "_bucket") || strings.Contains(line, `le="0.5"`) {
			got = append(got, strings.TrimPrefix(line, "handoffd_api_request_seconds"))
		}
	}
	expected := []string{
		`_bucket{endpoint="query",status="2xx",system="salesforce",le="0.5"} 1`,
		`_sum{endpoint="query",status="2xx",system="salesforce"} 2.3`,
		`_count{endpoint="query",status="2xx",system="salesforce"} 2`,
		`_bucket{endpoint="query",status="5xx",system="salesforce",le="0.5"} 0`,
		`_sum{endpoint="query",status="5xx",system="salesforce"} 600`,
		`_count{endpoint="query",status="5xx",system="salesforce"} 1`,
		`_bucket{endpoint="tasks/batch/create",status="none",system="hubspot",le="0.5"} 0`,
		`_sum{endpoint="tasks/batch/create",status="none",system="hubspot"} 60`,
		`_count{endpoint="tasks/batch/create",status="none",system="hubspot"} 1`,
	}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Error(diff)
	}
}

func TestObserveRefusesAForeignMetric(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	reg.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "handoffd_api_request_seconds"}))
	defer func() {
		if recover() == nil {
			t.Error("two metrics of one name are taken")
		}
	}()
	Observe(reg)
}

func TestStatusClass(t *testing.T) {
	t.Parallel()
	for status, class := range map[int]string{-1: "none", 0: "none", 99: "none", 100: "1xx", 204: "2xx", 304: "3xx", 429: "4xx", 599: "5xx", 600: "none"} {
		if got := statusClass(status); got != class {
			t.Errorf("%d is %s, want %s", status, got, class)
		}
	}
}

// slowSource answers when it is let go.
type slowSource struct {
	asked, release chan struct{}
}

func (s slowSource) Summary(context.Context) (engine.Summary, error) {
	s.asked <- struct{}{}
	<-s.release
	return engine.Summary{}, nil
}

func TestScrapesDoNotPileUp(t *testing.T) {
	t.Parallel()
	h := newHouse()
	source := slowSource{asked: make(chan struct{}), release: make(chan struct{})}
	h.options.Engine = func() Source { return source }
	handler := New(h.options)
	scrape := func() *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.Host = "localhost"
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	done := make(chan int)
	for range scrapes {
		go func() { done <- scrape().Code }()
	}
	for range scrapes {
		<-source.asked
	}
	refused := make(chan int)
	go func() { refused <- scrape().Code }()
	select {
	case code := <-refused:
		if code != http.StatusServiceUnavailable {
			t.Errorf("one scrape too many got %d", code)
		}
	case <-source.asked:
		t.Fatal("one scrape too many asked the engine")
	}
	close(source.release)
	for range scrapes {
		if code := <-done; code != http.StatusOK {
			t.Errorf("a slow scrape got %d", code)
		}
	}
}

func (slowSource) Attention(context.Context) ([]string, error) { return nil, nil }
