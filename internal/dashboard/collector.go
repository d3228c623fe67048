package dashboard

import (
	"context"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// metrics holds the description of every metric that a Summary gives.
type metrics struct {
	source func() Source

	up, live                                       *prometheus.Desc
	accounts, matched, waiting, queued, decided    *prometheus.Desc
	outside, cases                                 *prometheus.Desc
	parked, pending, held, planned, drift          *prometheus.Desc
	read, changed, handoffs, alerts, writes, kinds *prometheus.Desc
	calls                                          *prometheus.Desc
	waits, late, onHold, growing, review           *prometheus.Desc
}

// Collector returns the metrics of the engine that source gives at each
// scrape. Gauges tell how things stand in the store; counters start at zero
// with each engine, so also after a reload. If there is no engine or it cannot
// be read, handoffd_up is 0 and nothing else is told.
func Collector(source func() Source) prometheus.Collector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("handoffd_"+name, help, labels, nil)
	}
	return &metrics{
		source:   source,
		up:       desc("up", "1 if the daemon's state could be read at this scrape, else 0."),
		live:     desc("live", "1 if writes are made, 0 if the daemon only plans or is paused."),
		accounts: desc("accounts", "Accounts known and in scope."),
		outside:  desc("accounts_out_of_scope", "Accounts that the mapping's where clauses leave out."),
		cases:    desc("match_cases_open", "Matches that wait for a person to decide them: handoffd cases."),
		matched:  desc("accounts_matched", "Accounts that have a record in both CRMs."),
		waiting:  desc("accounts_waiting", "Accounts whose decision waits: for data that is missing or stale, or for an open match case."),
		queued:   desc("accounts_queued", "Accounts that are ready and wait for their turn to be handed off."),
		decided:  desc("accounts_decided", "Accounts by the outcome of their last decision; undecided if there was none.", "outcome"),
		parked:   desc("problems_parked", "Values, records and writes that are parked until somebody changes something."),
		pending:  desc("pending_writes", "Writes and alerts that are still to be delivered."),
		held:     desc("held_writes", "Those of the pending writes that a CRM does not take before somebody acts, by system.", "system"),
		planned:  desc("planned_handoffs", "Handoffs that would be made if writes were; 0 while they are."),
		drift:    desc("drift_records", "Account records that the last comparison with a CRM found missed or gone, by system.", "system", "kind"),
		read:     desc("records_read_total", "Records read, by system.", "system"),
		changed:  desc("accounts_changed_total", "Accounts that a page of changes touched."),
		handoffs: desc("handoffs_total", "Accounts handed off to sales."),
		alerts:   desc("alerts_total", "Alerts sent."),
		writes:   desc("writes_total", "Writes and alerts that a CRM confirmed, by system.", "system"),
		kinds:    desc("writes_by_kind_total", "The same writes by kind: update, create_task, create_note, alert.", "kind"),
		waits:    desc("accounts_queued_for", "Ready accounts by what they wait for: limit, delivery, held, owner.", "reason"),
		late:     desc("accounts_late", "Ready accounts that were not handed off within the service level."),
		onHold:   desc("handoffs_held", "Handoffs that are held until handoffd release."),
		growing:  desc("queue_growing", "1 if the queue has grown for several periods in a row, else 0."),
		review:   desc("policy_review_overdue", "1 if the policy's review is overdue, else 0."),
		calls:    desc("api_calls_total", "Requests sent, by system and endpoint.", "system", "endpoint"),
	}
}

// Describe sends the description of every metric.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		m.up, m.live, m.accounts, m.outside, m.cases, m.matched, m.waiting, m.queued, m.decided, m.parked, m.pending, m.held, m.planned, m.drift,
		m.read, m.changed, m.handoffs, m.alerts, m.writes, m.kinds, m.calls, m.waits, m.late, m.onHold, m.growing, m.review,
	} {
		ch <- d
	}
}

// Collect asks the engine. The interface brings no context; the scrape's
// caller has no way to give up earlier than the store.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	source := m.source()
	if source == nil {
		gauge(ch, m.up, 0)
		return
	}
	s, err := source.Summary(context.Background())
	if err != nil {
		// /healthz and /api/status say why; half a Summary would look like a loss.
		gauge(ch, m.up, 0)
		return
	}
	gauge(ch, m.up, 1)
	m.gauges(ch, s)
	m.counters(ch, s)
}

func (m *metrics) gauges(ch chan<- prometheus.Metric, s engine.Summary) {
	live := 0
	if s.Live {
		live = 1
	}
	gauge(ch, m.live, live)
	gauge(ch, m.accounts, s.Accounts)
	gauge(ch, m.outside, s.OutOfScope)
	gauge(ch, m.cases, s.Cases)
	gauge(ch, m.matched, s.Matched)
	gauge(ch, m.waiting, s.Waiting)
	gauge(ch, m.queued, s.Queued)
	gauge(ch, m.parked, s.Parked)
	gauge(ch, m.pending, s.Pending)
	held := map[connectors.System]int{connectors.Salesforce: 0, connectors.HubSpot: 0}
	for _, h := range s.Held {
		held[h.System] += h.Count
	}
	for system, n := range held {
		gauge(ch, m.held, n, string(system))
	}
	planned := 0
	for _, p := range s.Planned {
		if p.Waits == "" {
			planned++
		}
	}
	gauge(ch, m.planned, planned)
	m.governance(ch, s.Governance)
	for system, d := range s.Drift {
		gauge(ch, m.drift, d.Missed, string(system), "missed")
		gauge(ch, m.drift, d.Gone, string(system), "gone")
	}
	for outcome, n := range s.Decisions {
		if outcome == "" {
			outcome = "undecided"
		}
		gauge(ch, m.decided, n, outcome)
	}
}

func (m *metrics) governance(ch chan<- prometheus.Metric, g engine.Governance) {
	flag := func(text string) int {
		if text == "" {
			return 0
		}
		return 1
	}
	held := 0
	if g.Hold != nil {
		held = len(g.Hold.Accounts)
	}
	gauge(ch, m.late, g.Late)
	gauge(ch, m.onHold, held)
	gauge(ch, m.growing, flag(g.QueueGrows))
	gauge(ch, m.review, flag(g.Review))
	for reason, n := range g.Waits {
		gauge(ch, m.waits, n, reason)
	}
}

func (m *metrics) counters(ch chan<- prometheus.Metric, s engine.Summary) {
	counter(ch, m.changed, s.Changed)
	counter(ch, m.handoffs, s.Handoffs)
	counter(ch, m.alerts, s.Alerts)
	for system, n := range s.Read {
		counter(ch, m.read, n, string(system))
	}
	for system, n := range s.Writes {
		counter(ch, m.writes, n, string(system))
	}
	for kind, n := range s.Kinds {
		counter(ch, m.kinds, n, kind)
	}
	for key, n := range s.Endpoints {
		system, endpoint, _ := strings.Cut(key, " ")
		counter(ch, m.calls, n, system, endpoint)
	}
}

func gauge(ch chan<- prometheus.Metric, d *prometheus.Desc, n int, labels ...string) {
	send(ch, d, prometheus.GaugeValue, float64(n), labels)
}

func counter[N int | int64](ch chan<- prometheus.Metric, d *prometheus.Desc, n N, labels ...string) {
	send(ch, d, prometheus.CounterValue, float64(n), labels)
}

// send hands a metric that cannot be shown, because a label is no UTF-8, to
// the registry as an error.
func send(ch chan<- prometheus.Metric, d *prometheus.Desc, kind prometheus.ValueType, v float64, labels []string) {
	metric, err := prometheus.NewConstMetric(d, kind, v, labels...)
	if err != nil {
		metric = prometheus.NewInvalidMetric(d, err)
	}
	ch <- metric
}
