// Package engine is handoffd's heart: a record walks through six doors.
//
//   - poll.go reads one page of changes since the cursor (door 1).
//   - ingest*.go map a page's records into accounts and merge the two CRMs'
//     views of them (doors 2 and 3); match.go finds which belong together.
//   - signals.go takes up behaviour; reload.go and drift.go read everything once
//     more beside the changes; upkeep.go does what is due once a day.
//   - decide.go evaluates accounts (door 4).
//   - act.go turns decisions into handoffs and field writes, in the
//     transaction that commits account, decision, outbox and cursor (door 5).
//   - deliver.go writes back: it empties the outbox (door 6); alerts.go and
//     resolve.go are what is special about alerts and unknown outcomes.
//   - notify.go tells people something, on the CRMs and on channels (channels.go);
//     storm.go makes one digest of too much, reports.go sends reports.
//
// forget.go erases a person, show.go shows an account.
//
// It declares the interfaces that it needs (store.go) and knows no vendor, no
// SQL and no HTTP.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"handoffd/connectors"
	"handoffd/internal/clock"
	"handoffd/mapping"
	"handoffd/workflows"
)

// Options is what an Engine is made of.
type Options struct {
	Store      Store
	Connectors []connectors.Connector
	Policy     *workflows.Policy
	Clock      clock.Clock
	Logger     *slog.Logger
	// GoLive: the config says that this store may write without a release.
	GoLive bool
	// PlanOnly: decide and show, whatever the store says.
	PlanOnly bool
	// ReconcileEvery is how often everything is read anew and compared, 0
	// for never.
	ReconcileEvery time.Duration
	// BothRead is how long it takes until both CRMs have surely been read once
	// more: changes of fields are compared that much later, so that what two
	// people changed at one time is judged together.
	BothRead time.Duration
	// Retention is how long rows are kept, by table; a store that can prune
	// is told once a day.
	Retention map[string]time.Duration
	// Channels are the ways to tell people something outside of the CRMs.
	Channels []Channel
	// Report makes the digests that the policy asks for; nil: none are sent.
	Report Reporter
}

// Engine moves records through the doors. Its methods are safe for concurrent
// use.
type Engine struct {
	store      Store
	connectors map[connectors.System]connectors.Connector
	channels   map[workflows.Channel]Channel
	report     Reporter
	order      []connectors.System
	clock      clock.Clock
	log        *slog.Logger
	goLive     bool
	planOnly   bool
	policy     *workflows.Policy
	tally      tally

	mu        sync.Mutex
	signedIn  map[connectors.System]bool // by the id that the store is bound to
	refused   map[connectors.System]refusal
	spent     map[connectors.System]string // as it was kept last
	reconcile time.Duration
	retention map[string]time.Duration
	bothRead  time.Duration
	looked    lookedAt
	reading   map[connectors.System]time.Time // since when a poll is under way
}

// New returns an Engine. Nothing is read or written yet.
func New(o Options) *Engine {
	e := &Engine{
		store: o.Store, connectors: map[connectors.System]connectors.Connector{}, clock: o.Clock,
		log: o.Logger, goLive: o.GoLive, planOnly: o.PlanOnly, policy: o.Policy, tally: newTally(), signedIn: map[connectors.System]bool{}, refused: map[connectors.System]refusal{}, spent: map[connectors.System]string{},
		reconcile: o.ReconcileEvery, retention: o.Retention, bothRead: o.BothRead, channels: map[workflows.Channel]Channel{}, report: o.Report,
		reading: map[connectors.System]time.Time{},
	}
	for _, c := range o.Channels {
		e.channels[c.Name()] = c
	}
	for _, c := range o.Connectors {
		e.connectors[c.System()] = c
		e.order = append(e.order, c.System())
	}
	return e
}

// rules returns the policy and its mapping.
func (e *Engine) rules() (*workflows.Policy, *mapping.Mapping) { return e.policy, e.policy.Mapping }

// The settings that the engine keeps in the store.
const (
	settingReleased = "released"
	settingPaused   = "paused"
	settingMatched  = "matched"
	settingUsersAt  = "users_read_at/"
	settingOrg      = "org/"
	settingPolicy   = "policy_hash"
)

// ForeignOrgError says that the store belongs to another org or portal.
type ForeignOrgError struct {
	System    connectors.System
	Have, Got string
}

// Error names both.
func (e *ForeignOrgError) Error() string {
	return fmt.Sprintf("%s: this store belongs to org %s, but the credential signs in to %s; use another store file, or the right credential", e.System, e.Have, e.Got)
}

// Start signs in to every CRM and checks that the store belongs to these orgs
// (I13). A new store is bound to them. A changed policy marks every account. A
// CRM that cannot be signed in to is reported and left alone until it can: the
// identities are those of the others.
func (e *Engine) Start(ctx context.Context) ([]connectors.Identity, error) {
	var ids []connectors.Identity
	var errs []error
	for _, system := range e.order {
		if err := e.restoreSpending(ctx, system); err != nil {
			return nil, err
		}
		id, err := e.signIn(ctx, system)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		ids = append(ids, id)
	}
	policy, m := e.rules()
	e.warnOfCurrencies(m, ids)
	errs = append(errs, e.store.Update(ctx, func(tx Tx) error {
		return errors.Join(e.orphans(tx), e.renew(tx, policy.Hash), e.retryHeld(tx), e.recordSigned(tx), e.noteStandingIn(tx))
	}))
	return ids, errors.Join(errs...)
}

// signIn identifies one CRM and holds it against what the store is bound to.
func (e *Engine) signIn(ctx context.Context, system connectors.System) (connectors.Identity, error) {
	id, err := e.connectors[system].Identify(ctx)
	if err != nil {
		err = fmt.Errorf("signing in to %s: %w", system, err)
	} else {
		err = e.store.Update(ctx, func(tx Tx) error { return bind(tx, id) })
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.signedIn[system], e.refused[system] = err == nil, refusal{at: e.clock.Now(), err: err}
	return id, err
}

// known makes sure that a CRM is the one that the store belongs to, before
// anything is read from it or written to it.
func (e *Engine) known(ctx context.Context, system connectors.System) error {
	e.mu.Lock()
	done, last := e.signedIn[system], e.refused[system]
	e.mu.Unlock()
	switch {
	case done:
		return nil
	case last.err != nil && e.clock.Now().Sub(last.at) < signInEvery:
		return last.err
	}
	_, err := e.signIn(ctx, system)
	return err
}

// refusal is a sign-in that failed.
type refusal struct {
	at  time.Time
	err error
}

// signInEvery is how often a CRM is tried that could not be signed in to: each
// try has its own retries already.
const signInEvery = 20 * time.Second

// bind records which org the store belongs to, and refuses another.
func bind(tx Tx, id connectors.Identity) error {
	key := settingOrg + string(id.System)
	have, err := tx.Setting(key)
	switch {
	case err != nil:
		return err
	case have == "":
		return tx.PutSetting(key, id.OrgID)
	case have != id.OrgID:
		return &ForeignOrgError{System: id.System, Have: have, Got: id.OrgID}
	}
	return nil
}

// renew decides every account anew when the policy is not the last one, and
// tries again what was parked under the old one. What the mapping reads
// besides what it used to is loaded for all records.
func (e *Engine) renew(tx Tx, hash string) error {
	have, err := tx.Setting(settingPolicy)
	if err != nil {
		return err
	}
	changed := have != "" && have != hash
	if changed {
		if err := tx.MarkAllDirty(); err != nil {
			return err
		}
		if err := tx.RetryAllParked(e.clock.Now()); err != nil {
			return err
		}
	}
	if err := e.planReloads(tx, changed); err != nil || have == hash {
		return err
	}
	return tx.PutSetting(settingPolicy, hash)
}

// Mode says what the engine may do, and why.
type Mode struct {
	Live   bool   `json:"live"`
	Reason string `json:"reason,omitempty"`
}

// Mode tells whether writes are made.
func (e *Engine) Mode(ctx context.Context) (m Mode, err error) {
	err = e.store.View(ctx, func(tx Tx) error {
		m, err = e.mode(tx)
		return err
	})
	return m, err
}

func (e *Engine) mode(tx Tx) (Mode, error) {
	paused, err := tx.Setting(settingPaused)
	if err != nil {
		return Mode{}, err
	}
	released, err := tx.Setting(settingReleased)
	if err != nil {
		return Mode{}, err
	}
	fault, err := e.signFault(tx)
	if err != nil {
		return Mode{}, err
	}
	switch {
	case e.planOnly:
		return Mode{Reason: "this is a plan"}, nil
	case paused != "":
		return Mode{Reason: "paused since " + paused + "; `handoffd resume` goes on"}, nil
	case fault != "":
		return Mode{Reason: fault + "; it only plans until `handoffd policy sign`"}, nil
	case !e.goLive && released == "":
		return Mode{Reason: "a new store only plans; `handoffd release` lets it write (or go_live: true)"}, nil
	}
	return Mode{Live: true}, nil
}
