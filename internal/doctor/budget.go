package doctor

import (
	"fmt"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// A busy day is this many changed records of each object that is read, and
// this many handoffs, each by itself.
const (
	BusyChanges  = 5000
	BusyHandoffs = 100
)

// Budget is how many calls one connector makes in a day, and how many it may.
type Budget struct {
	System connectors.System `json:"system"`
	// Idle is a day on which nothing changes, Busy one with BusyChanges and
	// BusyHandoffs.
	Idle  int64        `json:"idle"`
	Busy  int64        `json:"busy"`
	Items []BudgetItem `json:"items"`
	// Used and Limit are what the CRM says of the day for all integrations,
	// Share is our part; 0 where it does not tell.
	Used  int64 `json:"used"`
	Share int64 `json:"share"`
	Limit int64 `json:"limit"`
}

// BudgetItem is one kind of call.
type BudgetItem struct {
	What string `json:"what"`
	Idle int64  `json:"idle"`
	Busy int64  `json:"busy"`
}

// The rhythm and sizes of the connectors: queries in one composite call, rows
// of a page, records of a batch, how often field metadata and hard deletes are
// asked for, and how often the engine reads the users.
const (
	day             = 24 * time.Hour
	queriesPerCall  = 5
	salesforcePage  = 2000
	salesforceBatch = 200
	hubspotPage     = 200
	hubspotBatch    = 100
	historyBatch    = 50
	ownersPage      = 100
	describesEvery  = 6 * time.Hour
	deletesEvery    = time.Hour
	usersEvery      = 15 * time.Minute
)

func (b *Budget) add(what string, idle, more int64) {
	b.Items = append(b.Items, BudgetItem{What: what, Idle: idle, Busy: idle + more})
	b.Idle += idle
	b.Busy += idle + more
}

// perDay is how often something happens that is due every d, but only at a
// poll.
func perDay(d, poll time.Duration) int64 {
	if poll > 0 && d > poll {
		d = (d + poll - 1) / poll * poll
	}
	return int64(day / max(d, poll, time.Second))
}

func ceil(a, b int) int64 { return int64((a + b - 1) / b) }

// budgets compares what a day costs with what the connector may spend.
func (e *examination) budgets() {
	e.each(func(s *site) {
		p := e.Polling[s.System()]
		b := Budget{System: s.System(), Used: s.allowance.Used, Share: s.allowance.Share, Limit: s.allowance.Limit}
		if s.System() == connectors.Salesforce {
			e.salesforceCalls(&b, s, p)
		} else {
			e.hubspotCalls(&b, s, p)
		}
		e.report.Budget = append(e.report.Budget, b)
		where, what := fmt.Sprintf("%s calls", s.System()), fmt.Sprintf("an idle day takes %d, a busy one %d", b.Idle, b.Busy)
		switch {
		case b.Share == 0:
			e.add(OK, where, what+"; the CRM does not tell its limit", "")
		case b.Idle > b.Share:
			e.add(Fail, where, fmt.Sprintf("%s; ours are %d", what, b.Share), "poll less often, or raise daily_calls")
		case b.Busy > b.Share:
			e.add(Warn, where, fmt.Sprintf("%s; ours are %d: on a busy day changes arrive late", what, b.Share), "poll less often, or raise daily_calls")
		default:
			e.add(OK, where, fmt.Sprintf("%s; ours are %d; of the %d that all integrations share %d are used", what, b.Share, b.Limit, b.Used), "")
		}
	})
}

// salesforceCalls: with n objects and q queries (one per object, and one for
// the accounts that the where clause leaves out),
//
//	polls       ceil(q/5) at every poll, since five queries ride in one call
//	watermarks  n at every settle_every
//	deletes     n an hour
//	describes   n every 6 hours
//	users       2 every 15 minutes (people, queues)
//
// and on a busy day every changed row is read twice, by the fast and by the
// settled pass, each poll that brings accounts may write to both CRMs, and a
// handoff is a task, an update of the account and an alert.
func (e *examination) salesforceCalls(b *Budget, s *site, p Polling) {
	n := len(s.Objects())
	queries := n
	if e.mapping.SalesforceWhere != "" {
		queries++
	}
	polls := perDay(p.PollEvery, 0)
	pages := 2 * int64(n) * ceil(BusyChanges, salesforcePage)
	b.add("polls", polls*ceil(queries, queriesPerCall), pages)
	b.add("watermarks", int64(n)*perDay(p.SettleEvery, p.PollEvery), 0)
	b.add("hard deletes", int64(n)*perDay(max(deletesEvery, p.SettleEvery), p.PollEvery), 0)
	b.add("field metadata", int64(n)*perDay(describesEvery, p.PollEvery), 0)
	b.add("users and queues", perDay(usersEvery, p.PollEvery)*(ceil(max(len(s.users), 1), salesforcePage)+1), 0)
	b.add("field updates", 0, e.updates(s, salesforceBatch, polls))
	perHandoff := int64(1)
	if e.Policy.TasksIn != workflows.TasksInHubSpot {
		perHandoff += 2
	}
	b.add("handoffs", 0, BusyHandoffs*perHandoff)
}

// hubspotCalls: with n objects,
//
//	polls     n searches at every poll
//	settled   n searches at every settle_every
//	archived  n lists at every settle_every
//	owners    two lists every 15 minutes (active, deactivated)
//
// and on a busy day every changed row is searched twice, its history read in
// batches of 50, and a handoff is an update, a note, a task and an alert, each
// create with three reads before it where the portal has no unique property.
func (e *examination) hubspotCalls(b *Budget, s *site, p Polling) {
	n := len(s.Objects())
	pages := 2 * int64(n) * ceil(BusyChanges, hubspotPage)
	b.add("polls", int64(n)*perDay(p.PollEvery, 0), pages)
	b.add("settled passes", int64(n)*perDay(p.SettleEvery, p.PollEvery), 0)
	b.add("archived records", int64(n)*perDay(p.SettleEvery, p.PollEvery), 0)
	active := 0
	for _, u := range s.users {
		if u.Active {
			active++
		}
	}
	lists := ceil(max(active, 1), ownersPage) + ceil(max(len(s.users)-active, 1), ownersPage)
	b.add("owners", perDay(usersEvery, p.PollEvery)*lists, 0)
	history := int64(0)
	for range engine.Reads(e.Policy, connectors.HubSpot).History {
		history += ceil(BusyChanges, historyBatch)
	}
	b.add("histories", 0, history)
	b.add("field updates", 0, e.updates(s, hubspotBatch, perDay(p.PollEvery, 0)))
	perHandoff := int64(1) + e.createCalls(s, connectors.Note)
	if e.Policy.TasksIn != workflows.TasksInSalesforce {
		perHandoff += 2 * e.createCalls(s, connectors.Task)
	}
	b.add("handoffs", 0, BusyHandoffs*perHandoff)
}

// updates is the most calls that writing fields of changed accounts takes:
// they go out after each poll that brought some, in batches.
func (e *examination) updates(s *site, batch int, polls int64) int64 {
	if len(e.written(s.side)) == 0 {
		return 0
	}
	return max(ceil(BusyChanges, batch), min(polls, BusyChanges))
}

// createCalls is what one task or note costs.
func (e *examination) createCalls(s *site, o connectors.Object) int64 {
	f, ok := Lookup(s.schemas[o], s.System(), e.TaskKey[s.System()])
	if ok && f.Unique {
		return 1
	}
	return 4
}
