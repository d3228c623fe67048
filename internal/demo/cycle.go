package demo

import (
	"context"
	"fmt"

	"handoffd/connectors"
)

// Cycle is what the daemon did in one round of reading, deciding and writing.
type Cycle struct {
	Act      string                    `json:"act"`
	Live     bool                      `json:"live"`
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

// ledger is what a CRM has counted so far.
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

// cycle lets the daemon do all that is due, once.
func (s *Stage) cycle(ctx context.Context, act string) (Cycle, error) {
	books := s.ledger()
	before, err := s.Daemon.Engine.Summary(ctx)
	if err != nil {
		return Cycle{}, err
	}
	if err := s.Daemon.Engine.Once(ctx); err != nil {
		return Cycle{}, fmt.Errorf("running a cycle: %w", err)
	}
	after, err := s.Daemon.Engine.Summary(ctx)
	if err != nil {
		return Cycle{}, err
	}
	now := s.ledger()
	c := Cycle{
		Act: act, Live: after.Live, Changed: after.Changed - before.Changed, Handoffs: after.Handoffs - before.Handoffs,
		Alerts: after.Alerts - before.Alerts, Read: less(after.Read, before.Read), Kinds: less(after.Kinds, before.Kinds),
		Calls: less(now.calls, books.calls), Writes: less(now.writes, books.writes),
	}
	s.acts = append(s.acts, c)
	return c, nil
}

// less is a minus b, without what is the same.
func less[K comparable](a, b map[K]int) map[K]int {
	out := map[K]int{}
	for k, n := range a {
		if n != b[k] {
			out[k] = n - b[k]
		}
	}
	return out
}
