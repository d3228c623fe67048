// Package doctor finds out whether a config can run in the two CRMs that it
// names, before the daemon finds out on people's records. It asks through the
// connectors and judges by itself; nothing is written.
//
//   - doctor.go is the whole examination and its Report.
//   - gather.go asks the CRMs; what cannot be asked is a finding and hides
//     nothing else.
//   - fields.go and pairs.go judge the mapped fields by mapping.Fits, which
//     knows what goes into which field; choices.go lists an enum's texts.
//   - rules.go tells what admins demand of values.
//   - scope.go judges where clauses, match rules and signals; conditions.go
//     reads a SOQL condition as far as that needs.
//   - people.go judges fallbacks and managers, pools.go who takes turns, owners.go the accounts' owners;
//     tasks.go what handoffs need,
//     automations.go what runs when handoffd writes, channels.go how people are told.
//   - budget.go counts the calls of an idle and of a busy day.
//   - print.go shows a Report as a table.
package doctor

import (
	"context"
	"time"

	"handoffd/connectors"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
	"handoffd/mapping"
	"handoffd/workflows"
)

// Status is a finding's weight.
type Status string

// The statuses. A Fail keeps some part of the config from working; a Warn is
// something that ops people should know and may accept.
const (
	OK   Status = "ok"
	Warn Status = "warn"
	Fail Status = "fail"
)

// Finding is the result of one check.
type Finding struct {
	Status Status `json:"status"`
	// Where is the CRM's field, or the config's key.
	Where string `json:"where"`
	What  string `json:"what"`
	Fix   string `json:"fix,omitempty"`
}

// Report is the result of an examination.
type Report struct {
	At       time.Time `json:"at"`
	Findings []Finding `json:"findings"`
	Budget   []Budget  `json:"budget"`
	// Notes say what could not be looked at and is left to a person.
	Notes []string `json:"notes,omitempty"`
}

// Count returns how many findings have the status.
func (r Report) Count(s Status) int {
	n := 0
	for _, f := range r.Findings {
		if f.Status == s {
			n++
		}
	}
	return n
}

// Failed tells whether some part of the config cannot work.
func (r Report) Failed() bool { return r.Count(Fail) > 0 }

// Polling is how often a connector asks.
type Polling struct{ PollEvery, SettleEvery time.Duration }

// Options is what is examined. All fields but Channels are required.
type Options struct {
	Connectors []connectors.Connector
	Policy     *workflows.Policy
	Polling    map[connectors.System]Polling
	// TaskKey names the unique field of tasks per CRM, AccountKey that of
	// accounts, which matters where mapping.create makes them.
	TaskKey, AccountKey map[connectors.System]string
	Clock               clock.Clock
	// Channels are what people are told on besides the CRMs.
	Channels []engine.Channel
}

// examination is an examination under way.
type examination struct {
	Options
	mapping *mapping.Mapping
	sites   map[connectors.System]*site
	report  Report
}

// Examine checks everything that can be checked and reports all of it: one
// check that fails never hides the others.
func Examine(ctx context.Context, o Options) Report {
	e := &examination{Options: o, mapping: o.Policy.Mapping, sites: map[connectors.System]*site{}}
	e.report.At = o.Clock.Now()
	for _, c := range o.Connectors {
		e.sites[c.System()] = e.visit(ctx, c)
	}
	for _, check := range []func(){e.signIns, e.objects, e.fields, e.rules, e.amounts, e.scopes, e.signals, e.people, e.owners, e.pools, e.audiences, e.tasks, e.rights, e.automations, e.budgets} {
		check()
	}
	e.channels(ctx)
	return e.report
}

func (e *examination) add(s Status, where, what, fix string) {
	e.report.Findings = append(e.report.Findings, Finding{Status: s, Where: where, What: what, Fix: fix})
}

// each calls f for every CRM that could be signed in to, in the order in which
// reports name them.
func (e *examination) each(f func(*site)) {
	for _, system := range connectors.Systems() {
		if s := e.sites[system]; s != nil && s.signedIn == nil {
			f(s)
		}
	}
}
