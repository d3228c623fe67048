package engine

import (
	"context"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// Drift is what the last comparison with a CRM found: account records that
// reading changes had missed, which are taken up now, and records that we
// hold but the CRM no longer shows.
type Drift struct {
	At     time.Time `json:"at"`
	Read   int       `json:"read"`
	Missed int       `json:"missed"`
	Gone   int       `json:"gone"`
}

func settingDrift(system connectors.System) string { return "drift/" + string(system) }

// driftSlack is how late a change may be read without having been missed.
const driftSlack = 15 * time.Minute

// drift counts on one page of a comparison what had been missed.
type drift struct {
	counts bool
	cutoff time.Time // what changed before it should be known
	missed int
}

func newDrift(state reload, through time.Time) *drift {
	cutoff := state.Since
	if !through.IsZero() && through.Before(cutoff) {
		cutoff = through
	}
	return &drift{counts: state.Reason == reloadCompare, cutoff: cutoff.Add(-driftSlack)}
}

// compare looks at an account record before it is taken up.
func (d *drift) compare(en *entry, r connectors.Record) {
	if d == nil || !d.counts || !r.Modified.Before(d.cutoff) || r.OutOfScope || r.Deleted {
		return
	}
	if en == nil {
		d.missed++
		return
	}
	v := en.account.Views[mapping.SideOf(r.Ref.System)]
	if v == nil || v.Modified.Before(r.Modified) {
		d.missed++
	}
}

// finish ends a reload: what it did not come across is out of scope if the
// where clause has changed, and else counted.
func (e *Engine) finish(ctx context.Context, system connectors.System, o connectors.Object, state reload) error {
	gone := 0
	for last, more := "", o == connectors.Account; more; {
		err := e.store.Update(ctx, func(tx Tx) error {
			links, err := tx.Unseen(system, last, chunk)
			if err != nil {
				return err
			}
			if more = len(links) == chunk; more {
				last = links[len(links)-1].Ref.ID
			}
			n, err := e.unseen(tx, links, state)
			gone += n
			return err
		})
		if err != nil {
			return err
		}
	}
	return e.store.Update(ctx, func(tx Tx) error {
		if o == connectors.Account {
			if state.Reason == reloadCompare {
				found := Drift{At: e.clock.Now(), Read: state.Read, Missed: state.Missed, Gone: gone}
				if err := putSetting(tx, settingDrift(system), found); err != nil {
					return err
				}
			}
			if err := tx.ClearSeen(system); err != nil {
				return err
			}
		}
		if err := tx.DeleteCursor(system, reloadObject(o)); err != nil {
			return err
		}
		e.log.Info("everything was read once more", "system", system, "object", o, "read", state.Read, "missed", state.Missed, "gone", gone)
		return tx.PutSetting(settingReload(system, o), "")
	})
}

// unseen looks at records that a reload did not come across and returns how
// many of them should have been there.
func (e *Engine) unseen(tx Tx, links []Link, state reload) (int, error) {
	b := e.batch(tx)
	ids := make([]string, len(links))
	for i, l := range links {
		ids[i] = l.Account
	}
	if err := b.load(ids); err != nil {
		return 0, err
	}
	gone := 0
	for _, l := range links {
		en := b.entries[l.Account]
		if en == nil {
			continue
		}
		v := en.account.Views[mapping.SideOf(l.Ref.System)]
		if v == nil || v.ID != l.Ref.ID || v.Deleted || v.OutOfScope || v.Created.After(state.Since) || v.Modified.After(state.Since) {
			continue // an old id, known to be away, or newer than the reload
		}
		gone++
		if state.Reason == reloadScope {
			b.mapping.Apply(en.account, connectors.Record{Ref: l.Ref, Modified: v.Modified, OutOfScope: true})
			b.touch(en)
			if err := b.leave(en); err != nil {
				return 0, err
			}
		}
	}
	if len(b.touched) == 0 {
		return gone, nil
	}
	return gone, b.decide(b.touchedIDs())
}
