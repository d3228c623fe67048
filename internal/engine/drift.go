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
	gone, err := e.gone(tx, links, state.Since)
	if err != nil || len(gone) == 0 || state.Reason != reloadScope {
		return len(gone), err
	}
	b := e.batch(tx)
	if err := b.load(accountsOf(gone)); err != nil {
		return 0, err
	}
	for _, l := range gone {
		en := b.entries[l.Account]
		v := en.account.Views[mapping.SideOf(l.Ref.System)]
		b.mapping.Apply(en.account, connectors.Record{Ref: l.Ref, Modified: v.Modified, OutOfScope: true})
		b.touch(en)
		if err := b.leave(en); err != nil {
			return 0, err
		}
	}
	return len(gone), b.decide(b.touchedIDs())
}

// gone are those of the links whose records we hold as they were before the
// reload: not an old id, not known to be away, and not newer.
func (e *Engine) gone(tx Tx, links []Link, since time.Time) (gone []Link, err error) {
	_, m := e.rules()
	rows, err := tx.Accounts(accountsOf(links))
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		row, ok := rows[l.Account]
		if !ok {
			continue
		}
		a, err := m.DecodeOnly(row.ID, row.Doc, nil)
		if err != nil {
			return nil, err
		}
		v := a.Views[mapping.SideOf(l.Ref.System)]
		if v != nil && v.ID == l.Ref.ID && !v.Deleted && !v.OutOfScope && !v.Created.After(since) && !v.Modified.After(since) {
			gone = append(gone, l)
		}
	}
	return gone, nil
}

func accountsOf(links []Link) []string {
	ids := make([]string, len(links))
	for i, l := range links {
		ids[i] = l.Account
	}
	return ids
}
