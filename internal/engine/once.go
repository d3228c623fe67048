package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/workflows"
)

// usersEvery is how often the people of the CRMs are read anew.
const usersEvery = 15 * time.Minute

// Once does everything that is due now: read, decide, write. It goes on where
// it can; the error joins all that could not be done.
func (e *Engine) Once(ctx context.Context) error {
	var errs []error
	seen := sight{both: true, ranFrom: e.clock.Now()}
	for _, system := range e.order {
		errs = append(errs, e.RefreshUsers(ctx, system), e.Poll(ctx, system))
	}
	errs = append(errs, e.Upkeep(ctx))
	for _, system := range e.order {
		errs = append(errs, e.Reload(ctx, system))
	}
	errs = append(errs, e.hasten(ctx), e.sweep(ctx, seen), e.Gauge(ctx), e.SendReports(ctx))
	for _, system := range e.order {
		_, err := e.empty(ctx, system) // what is held is told below, with what was held before
		errs = append(errs, err)
	}
	for _, name := range e.Channels() {
		_, err := e.deliver(ctx, connectors.System(name))
		errs = append(errs, err)
	}
	err := errors.Join(append(errs, e.stillHeld(ctx))...)
	e.Note("run", err)
	return err
}

// hasten makes due what waits for both CRMs to be read.
func (e *Engine) hasten(ctx context.Context) error {
	if e.bothRead == 0 {
		return nil
	}
	now := e.clock.Now()
	return e.store.Update(ctx, func(tx Tx) error { return tx.Hasten(now, now.Add(e.bothRead)) })
}

// RefreshUsers reads a CRM's people if they were not read lately, and looks
// whether the CRM would now take what it refused before.
func (e *Engine) RefreshUsers(ctx context.Context, system connectors.System) error {
	if err := e.known(ctx, system); err != nil {
		return err
	}
	key := settingUsersAt + string(system)
	var last string
	if err := e.store.View(ctx, func(tx Tx) (err error) {
		last, err = tx.Setting(key)
		return err
	}); err != nil {
		return err
	}
	now := e.clock.Now()
	if at, err := time.Parse(time.RFC3339, last); err == nil && now.Sub(at) < usersEvery && !at.After(now) {
		return nil
	}
	users, err := e.connectors[system].Users(ctx)
	if err != nil {
		return fmt.Errorf("reading the users of %s: %w", system, err)
	}
	err = e.store.Update(ctx, func(tx Tx) error {
		if err := tx.PutUsers(system, users); err != nil {
			return err
		}
		return tx.PutSetting(key, now.Format(time.RFC3339))
	})
	if err != nil {
		return err
	}
	return e.retryRefused(ctx, system)
}

// Summary tells what was done since the engine was made, and how things stand.
func (e *Engine) Summary(ctx context.Context) (Summary, error) {
	s := Summary{
		Read: map[connectors.System]int{}, Writes: map[connectors.System]int{}, Kinds: map[string]int{},
		Drift:    map[connectors.System]Drift{},
		APICalls: map[connectors.System]int64{}, Endpoints: map[string]int64{},
	}
	e.tally.add(func(t *tally) {
		for _, system := range e.order {
			s.Read[system], s.Writes[system] = t.read[system], t.writes[system]
		}
		for kind, n := range t.kinds {
			s.Kinds[kind] = n
		}
		s.Changed, s.Handoffs, s.Alerts = t.changed, t.handoffs, t.alerts
		for _, step := range slices.Sorted(maps.Keys(t.failures)) {
			s.Failures = append(s.Failures, t.failures[step])
		}
	})
	for _, system := range e.order {
		s.APICalls[system] = 0
		for _, c := range e.connectors[system].Calls() {
			s.APICalls[system] += c.Count
			s.Endpoints[string(system)+" "+c.Endpoint] += c.Count
		}
	}
	err := e.store.View(ctx, func(tx Tx) error { return e.standing(tx, &s) })
	if err != nil {
		return s, fmt.Errorf("summing up: %w", err)
	}
	if !s.Live {
		s.Planned, err = e.Planned(ctx)
	}
	return s, err
}

// standing fills in how things stand in the store.
func (e *Engine) standing(tx Tx, s *Summary) error {
	mode, err := e.mode(tx)
	if err != nil {
		return err
	}
	s.Mode = mode
	if s.Comparing, err = e.identifying(tx); err != nil {
		return err
	}
	states, outcomes, err := tx.AccountCounts()
	if err != nil {
		return err
	}
	for state, n := range states {
		s.Accounts += n
		if state == "ready" {
			s.Queued = n
		}
	}
	s.OutOfScope = outcomes[string(workflows.OutOfScope)]
	s.Accounts -= s.OutOfScope
	if s.Governance, err = e.govern(tx); err != nil {
		return err
	}
	s.Decisions = outcomes
	s.Waiting = outcomes["waiting"]
	if s.Parked, err = tx.ProblemCount(); err != nil {
		return err
	}
	for _, system := range e.order {
		var d Drift
		if err := getSetting(tx, settingDrift(system), &d); err != nil {
			return err
		}
		if !d.At.IsZero() {
			s.Drift[system] = d
		}
	}
	if s.Matched, err = tx.MatchedCount(string(workflows.OutOfScope)); err != nil {
		return err
	}
	if s.Cases, err = tx.CaseCount(); err != nil {
		return err
	}
	if s.Held, err = ReadHeld(tx); err != nil {
		return err
	}
	if s.Creates, err = e.creates(tx, NamedCreates); err != nil {
		return err
	}
	waiting, err := tx.OutboxWaiting()
	for _, n := range waiting {
		s.Pending += n
	}
	return err
}

// Plan reads and decides, and returns what would be handed off. Writes nothing
// to a CRM, whatever the mode.
func (e *Engine) Plan(ctx context.Context) ([]PlannedHandoff, error) {
	var errs []error
	for _, system := range e.order {
		errs = append(errs, e.RefreshUsers(ctx, system), e.Poll(ctx, system))
	}
	for _, system := range e.order { // a plan by new rules is a plan of all records
		errs = append(errs, e.Reload(ctx, system))
	}
	errs = append(errs, e.Sweep(ctx))
	planned, err := e.Planned(ctx)
	// The fields of accounts that were decided here are still to be brought
	// into line by the next run.
	errs = append(errs, err, e.store.Update(ctx, Tx.MarkAllDirty))
	return planned, errors.Join(errs...)
}
