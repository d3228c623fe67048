package scenario

import (
	"context"
	"slices"
	"time"

	"handoffd/internal/engine"
	"handoffd/workflows"
)

// The daemon polls every minute or so, all year. Most of these polls read
// nothing new and do nothing, provably: neither CRM has been written to since
// the last one, and nothing that the store keeps has come due. The clock jumps
// over them. It stops for
//   - what people do, and from then on as often as the config polls, until the
//     daemon has seen it and its own writes, and the cursors have settled;
//   - every time at which an account or a write of the outbox is due;
//   - the time at which a digest is due;
//   - every hour while an account waits in the queue, and every midnight, for
//     what depends on the day alone (limits of a month, upkeep);
//   - a step that failed, at first as often as the config polls, then rarely.

// wake decides when the daemon's next round is.
type wake struct {
	poll, settle time.Duration
	quiet        int // rounds since a CRM was written to or a step failed
	failed       int // rounds in a row that failed
	books        [2]int
	at           []time.Time // besides
}

// restRounds is how many rounds without a write follow the last change: what
// it read is decided, and there was nothing to do.
const restRounds = 1

// failing is how much longer than a poll's time a failing CRM is left alone.
const failing = 15 * time.Minute

// usersEvery is how long the daemon may not know of a change of users.
const usersEvery = 15 * time.Minute

func (p *player) newWake() wake {
	c := p.config
	return wake{
		poll:   max(c.Salesforce.PollEvery, c.HubSpot.PollEvery, time.Second),
		settle: max(c.Salesforce.SettleEvery, c.HubSpot.SettleEvery),
	}
}

// stirred notes that people have done something.
func (p *player) stirred() {
	p.wake.quiet, p.wake.failed = 0, 0
	p.wake.books = p.written()
	p.seen = nil
	now := p.clock.Now()
	p.wake.at = append(p.wake.at, now.Add(p.wake.settle+p.wake.poll))
	if p.userChange {
		p.userChange = false
		p.wake.at = append(p.wake.at, now.Add(usersEvery+p.wake.poll))
	}
}

// written counts the records that were written in each CRM.
func (p *player) written() (n [2]int) {
	for _, w := range p.world.Salesforce.Calls().Records {
		n[0] += w.Inserts + w.Updates + w.Deletes
	}
	for _, w := range p.world.HubSpot.Calls().Records {
		n[1] += int(w.Writes)
	}
	return n
}

// round lets the daemon do everything that is due.
func (p *player) round(ctx context.Context) error {
	err := p.daemon.Engine.Once(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	p.seen = nil
	p.result.Rounds++
	p.lastError = err
	books := p.written()
	switch {
	case err != nil:
		p.wake.quiet = 0
		p.wake.failed++
	case books != p.wake.books:
		p.wake.quiet, p.wake.failed = 0, 0
		p.wake.at = append(p.wake.at, p.clock.Now().Add(p.wake.settle+p.wake.poll))
	default:
		p.wake.quiet++
		p.wake.failed = 0
	}
	p.wake.books = books
	now := p.clock.Now()
	p.wake.at = slices.DeleteFunc(p.wake.at, func(t time.Time) bool { return !t.After(now) })
	return p.story.look(ctx, p)
}

// next is when the daemon's next round is.
func (p *player) next(ctx context.Context) (time.Time, error) {
	now := p.clock.Now()
	if p.wake.quiet < restRounds || p.options.EveryPoll {
		wait := p.wake.poll
		if p.wake.failed > 2 {
			wait = min(p.wake.poll<<min(p.wake.failed-2, 10), max(failing, p.wake.poll))
		}
		return now.Add(wait), nil
	}
	local := now.In(p.zone)
	next := time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, p.zone)
	for _, t := range p.wake.at {
		next = sooner(next, t)
	}
	for _, d := range p.config.Policy.Digests {
		next = sooner(next, p.config.Policy.NextDigest(d, now))
	}
	err := p.daemon.Store.View(ctx, func(tx engine.Tx) error {
		if at, ok, err := tx.NextDelivery(); err != nil {
			return err
		} else if ok {
			next = sooner(next, later(at, now.Add(p.wake.poll)))
		}
		return eachAccount(tx, func(row engine.AccountRow) error {
			if row.Dirty {
				next = sooner(next, now.Add(p.wake.poll))
			}
			if !row.Due.IsZero() {
				next = sooner(next, later(row.Due, now.Add(p.wake.poll)))
			}
			if row.State == string(workflows.Ready) {
				next = sooner(next, now.Truncate(time.Hour).Add(time.Hour))
			}
			return nil
		})
	})
	return next, err
}

func sooner(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// eachAccount walks over all accounts of the store.
func eachAccount(tx engine.Tx, f func(engine.AccountRow) error) error {
	const walk = 1000
	for after := ""; ; {
		rows, err := tx.AccountsAfter(after, walk)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := f(row); err != nil {
				return err
			}
		}
		if len(rows) < walk {
			return nil
		}
		after = rows[len(rows)-1].ID
	}
}
