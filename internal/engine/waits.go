package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"handoffd/workflows"
)

// The kinds under which it is noted what kept handoffd as a whole: it was not
// allowed to write, or had not read enough to decide.
const (
	waitsForLeave   workflows.WaitKind = "leave"
	waitsForReading workflows.WaitKind = "reading"
)

// noted is a wait as the log of waits keeps it: with what its place in the
// queue follows from. The place itself moves with others and is not noted.
type noted struct {
	Wait workflows.Wait `json:"wait"`
	// Placed: it is one of those that are numbered.
	Placed bool           `json:"placed,omitempty"`
	Met    time.Time      `json:"met,omitzero"`
	MetAs  workflows.Type `json:"met_as,omitempty"`
	Waited time.Duration  `json:"waited,omitempty"`
}

func (n noted) row(account string, at time.Time) (WaitRow, error) {
	n.Wait.Place, n.Wait.Of = 0, 0
	doc, err := json.Marshal(n)
	if err != nil {
		return WaitRow{}, fmt.Errorf("encoding what account %s waits for: %w", account, err)
	}
	return WaitRow{Account: account, At: at, Kind: string(n.Wait.Kind), Doc: doc}, nil
}

func (r *WaitRow) decode() (n noted, err error) {
	if err := json.Unmarshal(r.Doc, &n); err != nil {
		return n, fmt.Errorf("decoding what account %s waited for: %w", r.Account, err)
	}
	return n, nil
}

// waitOf is what keeps an account now, nil if nothing does.
func waitOf(life workflows.Life) *workflows.Wait {
	if life.State != workflows.Ready {
		return nil
	}
	return life.Queued
}

// noteWait notes what keeps an account, if that is something else than when it
// was read.
func (b *batch) noteWait(en *entry) error {
	now := waitOf(en.life)
	if now.Same(en.waits) {
		return nil
	}
	var n noted
	if now != nil {
		n = noted{Wait: *now, Placed: now.Place > 0, Met: en.life.Met, MetAs: en.life.MetAs, Waited: en.life.Waited}
	}
	row, err := n.row(en.row.ID, b.now)
	if err != nil {
		return err
	}
	en.waits = now
	b.waits = append(b.waits, row)
	return nil
}

// noteEnd notes that nothing keeps an account any more that is none from now on.
func (b *batch) noteEnd(en *entry) error {
	if en.waits == nil {
		return nil
	}
	row, err := noted{}.row(en.row.ID, b.now)
	b.waits = append(b.waits, row)
	return err
}

// keeps says what keeps handoffd as a whole from deciding or writing.
func (e *Engine) keeps(tx Tx) (w workflows.Wait, err error) {
	complete, err := e.complete(tx)
	if err != nil {
		return w, err
	}
	if !complete {
		return workflows.Wait{Kind: waitsForReading, Reason: "both CRMs were being read and compared for the first time: nothing was decided"}, nil
	}
	why, err := e.identifying(tx)
	if err != nil || why != "" {
		return workflows.Wait{Kind: waitsForReading, Reason: why}, err
	}
	mode, err := e.mode(tx)
	if err != nil || mode.Live {
		return w, err
	}
	return workflows.Wait{Kind: waitsForLeave, Reason: mode.Reason}, nil
}

// noteStanding notes what keeps handoffd as a whole, if that has changed.
func (e *Engine) noteStanding(ctx context.Context) error {
	var changed bool
	err := e.store.View(ctx, func(tx Tx) (err error) {
		_, changed, err = e.stands(tx)
		return err
	})
	if err == nil && changed {
		err = e.store.Update(ctx, e.noteStandingIn)
	}
	if err != nil {
		return fmt.Errorf("noting what keeps handoffd: %w", err)
	}
	return nil
}

// noteStandingIn is noteStanding in a transaction.
func (e *Engine) noteStandingIn(tx Tx) error {
	w, changed, err := e.stands(tx)
	if err != nil || !changed {
		return err
	}
	row, err := noted{Wait: w}.row("", e.clock.Now())
	if err != nil {
		return err
	}
	return tx.AddWaits([]WaitRow{row})
}

// stands is what keeps handoffd as a whole, and whether that was not noted yet.
func (e *Engine) stands(tx Tx) (w workflows.Wait, changed bool, err error) {
	if e.planOnly {
		return w, false, nil // what is only tried out keeps nobody
	}
	if w, err = e.keeps(tx); err != nil {
		return w, false, err
	}
	last, err := tx.WaitAt("", e.clock.Now())
	if err != nil || last == nil {
		return w, err == nil, err
	}
	was, err := last.decode()
	return w, was.Wait.Kind != w.Kind || was.Wait.Reason != w.Reason, err
}

// waitThen is what kept a ready account at an earlier time, with its place in
// the queue as it was, nil for nothing.
func (b *batch) waitThen(id string, at time.Time) (*noted, error) {
	row, err := b.tx.WaitAt(id, at)
	if err != nil || row == nil || row.Kind == "" {
		return nil, err
	}
	n, err := row.decode()
	if err != nil || !n.Placed {
		return &n, err
	}
	n.Wait.Place, n.Wait.Of, err = b.placeThen(id, at)
	return &n, err
}

// placeThen numbers the accounts that had a place at a time as a turn does.
func (b *batch) placeThen(id string, at time.Time) (place, of int, err error) {
	rows, err := b.tx.WaitsAt(at)
	if err != nil {
		return 0, 0, err
	}
	var queue []standing
	for _, r := range rows {
		n, err := r.decode()
		if err != nil {
			return 0, 0, err
		}
		if n.Placed {
			queue = append(queue, standing{rank: n.Wait.Score(), met: n.Met, id: r.Account})
		}
	}
	slices.SortFunc(queue, standing.compare)
	return slices.IndexFunc(queue, func(s standing) bool { return s.id == id }) + 1, len(queue), nil
}

// standing is what the order among ready accounts of one type follows from.
type standing struct {
	rank float64
	met  time.Time
	id   string
}

// compare puts the best first, then who waits longest.
func (s standing) compare(other standing) int {
	return cmp.Or(cmp.Compare(other.rank, s.rank), s.met.Compare(other.met), cmp.Compare(s.id, other.id))
}
