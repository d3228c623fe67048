package demo

import (
	"context"
	"fmt"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// Cycle is what the daemon did in one act: one or more rounds of reading,
// deciding and writing.
type Cycle struct {
	Act      string                    `json:"act"`
	Rounds   int                       `json:"rounds"`
	Live     bool                      `json:"live"`
	Reason   string                    `json:"reason,omitempty"` // why it is not
	Read     map[connectors.System]int `json:"read"`
	Changed  int                       `json:"changed"`
	Handoffs int                       `json:"handoffs"`
	Alerts   int                       `json:"alerts"`
	// Kinds counts the daemon's writes by what they were.
	Kinds map[string]int `json:"writes_by_kind"`
	// Calls and Writes are counted by the CRMs: requests, and records
	// written or alerts sent.
	Calls  map[connectors.System]int `json:"api_calls"`
	Writes map[connectors.System]int `json:"writes"`
}

// ledger is what the CRMs have counted so far.
type ledger struct{ calls, writes map[connectors.System]int }

func (s *Stage) ledger() ledger {
	l := ledger{calls: map[connectors.System]int{}, writes: map[connectors.System]int{}}
	sf := s.World.Salesforce.Calls()
	l.calls[connectors.Salesforce] = sf.Total
	l.writes[connectors.Salesforce] = len(s.World.Salesforce.Alerts())
	for _, w := range sf.Records {
		l.writes[connectors.Salesforce] += w.Inserts + w.Updates + w.Deletes
	}
	hs := s.World.HubSpot.Calls()
	l.calls[connectors.HubSpot] = int(hs.Total)
	for _, w := range hs.Records {
		l.writes[connectors.HubSpot] += int(w.Writes)
	}
	return l
}

// The daemon sees a change with the round after it. Should a CRM show it
// later, another round follows shortly, until it would be a fault.
const (
	roundEvery = 250 * time.Millisecond
	roundsEnd  = 8 * time.Second
)

// cycle lets the daemon do all that is due: at least so many rounds, and more
// until it has made so many handoffs or the time is up.
func (s *Stage) cycle(ctx context.Context, act string, rounds, handoffs int) (Cycle, error) {
	books := s.ledger()
	before, err := s.Daemon.Engine.Summary(ctx)
	if err != nil {
		return Cycle{}, err
	}
	after, n, end := before, 0, s.clock.Now().Add(roundsEnd)
	for n < rounds || after.Handoffs-before.Handoffs < handoffs && s.clock.Now().Before(end) {
		if n > 0 {
			if err := s.clock.Sleep(ctx, roundEvery); err != nil {
				return Cycle{}, err
			}
		}
		n++
		if err := s.Daemon.Engine.Once(ctx); err != nil {
			return Cycle{}, fmt.Errorf("running a round: %w", err)
		}
		if after, err = s.Daemon.Engine.Summary(ctx); err != nil {
			return Cycle{}, err
		}
	}
	c := between(before, after, books, s.ledger())
	c.Act, c.Rounds = act, n
	s.report.Cycles = append(s.report.Cycles, c)
	return c, nil
}

func between(before, after engine.Summary, from, to ledger) Cycle {
	return Cycle{
		Live: after.Live, Reason: after.Reason, Changed: after.Changed - before.Changed,
		Handoffs: after.Handoffs - before.Handoffs, Alerts: after.Alerts - before.Alerts,
		Read: both(after.Read, before.Read), Kinds: less(after.Kinds, before.Kinds),
		Calls: both(to.calls, from.calls), Writes: both(to.writes, from.writes),
	}
}

// both is a minus b for each CRM.
func both(a, b map[connectors.System]int) map[connectors.System]int {
	out := map[connectors.System]int{}
	for _, system := range connectors.Systems() {
		out[system] = a[system] - b[system]
	}
	return out
}

// less is a minus b, without what is the same.
func less(a, b map[string]int) map[string]int {
	out := map[string]int{}
	for k, n := range a {
		if n != b[k] {
			out[k] = n - b[k]
		}
	}
	return out
}
