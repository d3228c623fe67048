package engine

import (
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// accountsRead is how far the account records of a CRM have been read, by our
// own clock. A read that takes several pages may last over a restart, so when
// it began is kept too.
type accountsRead struct {
	Through time.Time `json:"through,omitzero"`
	Began   time.Time `json:"began,omitzero"`
}

func settingRead(system connectors.System) string { return "accounts_read/" + string(system) }

// noteRead notes with a page how far the accounts are read: with the last one
// everything is known that was changed before the read began.
func (e *Engine) noteRead(tx Tx, system connectors.System, page connectors.Page, began time.Time) error {
	if page.Object != connectors.Account {
		return nil
	}
	var read accountsRead
	if err := getSetting(tx, settingRead(system), &read); err != nil {
		return err
	}
	if read.Began.IsZero() || read.Began.After(began) {
		read.Began = began
	}
	if page.More {
		return putSetting(tx, settingRead(system), read)
	}
	before := read.Through
	read.Through, read.Began = read.Began, time.Time{}
	if page.Behind {
		read.Through = before // some changes were left for later
	}
	if err := putSetting(tx, settingRead(system), read); err != nil {
		return err
	}
	if now := e.clock.Now(); !before.IsZero() && now.Sub(before) > e.away() && read.Through.After(before) {
		return tx.Hasten(now, now.Add(awayWait)) // it is back: what waited for it goes on
	}
	return nil
}

// sight says what the accounts of a batch may be decided by.
type sight struct {
	// both: no page of one CRM is at hand, of whose other one an older state
	// may be known.
	both bool
	// ranFrom is when a run began that reads both CRMs, one after the other, and
	// decides then: if it did, both count as read now. Zero for none.
	ranFrom time.Time
}

// horizon is how far both CRMs have been read. While one CRM's page is at hand
// it is unknown, and so it is after the clock was set back, until the next poll.
func (b *batch) horizon() (read mapping.Horizon, err error) {
	if !b.both {
		return read, nil
	}
	if b.read != nil {
		return *b.read, nil
	}
	for _, s := range mapping.Sides() {
		var one accountsRead
		if err := getSetting(b.tx, settingRead(s.System()), &one); err != nil {
			return read, err
		}
		cursors, err := b.tx.Cursors(s.System())
		if err != nil {
			return read, err
		}
		if !one.Through.After(b.now) {
			read[s].Read = one.Through
		}
		read[s].Edge = cursors[connectors.Account].Through
	}
	if sf, hs := &read[mapping.SalesforceSide].Read, &read[mapping.HubSpotSide].Read; !b.ranFrom.IsZero() && !sf.Before(b.ranFrom) && !hs.Before(b.ranFrom) {
		*sf, *hs = b.now, b.now
	}
	b.read = &read
	return read, nil
}

// awayWait is how long what waits for a CRM that cannot be read is left alone;
// when it can be read again, all of that is looked at.
const awayWait = 5 * time.Minute

// away is how old the last read of a CRM is that cannot be read at present.
func (e *Engine) away() time.Duration { return max(3*e.bothRead, awayWait) }

// patience is how long until what waits for both CRMs is looked at again.
func (b *batch) patience(read mapping.Horizon) time.Duration {
	if !b.both {
		return b.engine.bothRead
	}
	for _, s := range mapping.Sides() {
		if b.now.Sub(read[s].Read) > b.engine.away() {
			return awayWait
		}
	}
	return max(b.engine.bothRead, rereadWait)
}

// rereadWait is how soon what waits is looked at again where nothing says how
// often the CRMs are read.
const rereadWait = 30 * time.Second
