package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"handoffd/internal/engine"
)

// pruneBatch is about how many rows one transaction looks at, so that pruning
// never keeps others waiting for long.
const pruneBatch = 2000

// The tables that Prune knows.
const (
	PrunePoints    = "points"
	PruneDecisions = "decisions"
	PruneOutbox    = "outbox"
	PruneReadings  = "readings"
	PruneConflicts = "conflicts"
)

// walk prunes a table in ranges of its leading key. The newest row of its
// kind always stays: it is what still holds.
type walk struct {
	// end finds the key about a batch further; absent near the table's end.
	end string
	// remove deletes what is before $3 from the range after $1 up to $2.
	remove string
}

var (
	// The newest point of a signal from one source is its present level, and
	// without it a window that begins later would not know where it started.
	pointsWalk = walk{
		end: `SELECT home_id FROM points WHERE home_id > $1 ORDER BY home_id LIMIT 1 OFFSET $2`,
		remove: `DELETE FROM points WHERE home_id > $1 AND home_id <= $2 AND at < $3 AND EXISTS (
			SELECT 1 FROM points AS newer
			WHERE newer.home_id = points.home_id AND newer.system = points.system AND newer.at > points.at
			  AND newer.signal = points.signal AND newer.source = points.source)`,
	}
	// Growth is told from the last reading before a time, so the newest of
	// the old ones stays.
	readingsWalk = walk{
		end: `SELECT record FROM readings WHERE record > $1 ORDER BY record LIMIT 1 OFFSET $2`,
		remove: `DELETE FROM readings WHERE record > $1 AND record <= $2 AND at < $3 AND EXISTS (
			SELECT 1 FROM readings AS newer
			WHERE newer.record = readings.record AND newer.property = readings.property AND newer.at > readings.at AND newer.at < $3)`,
	}
	conflictsWalk = walk{
		end:    `SELECT account FROM conflicts WHERE account > $1 ORDER BY account LIMIT 1 OFFSET $2`,
		remove: `DELETE FROM conflicts WHERE account > $1 AND account <= $2 AND at < $3`,
	}
	// The newest decision is why the account stands where it does (I6).
	decisionsWalk = walk{
		end: `SELECT account FROM decisions WHERE account > $1 ORDER BY account LIMIT 1 OFFSET $2`,
		remove: `DELETE FROM decisions WHERE account > $1 AND account <= $2 AND at < $3 AND EXISTS (
			SELECT 1 FROM decisions AS newer
			WHERE newer.account = decisions.account AND (newer.at, newer.seq) > (decisions.at, decisions.seq))`,
	}
)

// lastKey sorts after every key: ids are text of letters and digits, and no
// character is encoded with a byte above f4.
const lastKey = "\U0010FFFF"

// What an account waited for last may be what it waits for now.
var waitsWalk = walk{
	end: `SELECT account FROM waits WHERE account > $1 ORDER BY account LIMIT 1 OFFSET $2`,
	remove: `DELETE FROM waits WHERE account > $1 AND account <= $2 AND at < $3 AND EXISTS (
		SELECT 1 FROM waits AS newer
		WHERE newer.account = waits.account AND (newer.at, newer.seq) > (waits.at, waits.seq))`,
}

const (
	oldDone     = `SELECT seq, key FROM outbox WHERE state = 'done' AND created < $1 AND sent < $1 ORDER BY created LIMIT $2`
	rememberKey = `INSERT INTO outbox_delivered (key) VALUES ($1) ON CONFLICT DO NOTHING`
	forgetRow   = `DELETE FROM outbox WHERE seq = $1`
)

// Prune removes what is older than keep says, per table, and returns how many
// rows went. Tables that keep does not name are left alone. It works in many
// small transactions, so others get their turn, and what was done before an
// error or the end of ctx stays done.
//
//   - PrunePoints: points, except the newest of every signal and source.
//   - PruneReadings: counters' readings, except the newest of the old ones.
//   - PruneDecisions: logged decisions, except every account's newest, and in
//     the same way what accounts waited for.
//   - PruneConflicts: the log of conflicts.
//   - PruneOutbox: done rows. Their keys are remembered, so that what was
//     delivered is never delivered again (I2).
func (s *Store) Prune(ctx context.Context, now time.Time, keep map[string]time.Duration) (map[string]int64, error) {
	for table, d := range keep {
		switch {
		case table != PrunePoints && table != PruneDecisions && table != PruneOutbox && table != PruneReadings && table != PruneConflicts:
			return nil, fmt.Errorf("pruning %s: there is no such table", table)
		case d <= 0:
			return nil, fmt.Errorf("pruning %s: keeping %s would keep nothing", table, d)
		}
	}
	removed := map[string]int64{}
	for _, table := range []string{PrunePoints, PruneReadings, PruneDecisions, PruneConflicts, PruneOutbox} {
		d, wanted := keep[table]
		if !wanted {
			continue
		}
		n, err := s.pruneTable(ctx, table, now.Add(-d))
		removed[table] = n
		if err != nil {
			return removed, fmt.Errorf("pruning %s: %w", table, err)
		}
	}
	return removed, nil
}

func (s *Store) pruneTable(ctx context.Context, table string, before time.Time) (int64, error) {
	switch table {
	case PrunePoints:
		return s.pruneWalk(ctx, pointsWalk, before)
	case PruneReadings:
		return s.pruneWalk(ctx, readingsWalk, before)
	case PruneConflicts:
		return s.pruneWalk(ctx, conflictsWalk, before)
	case PruneDecisions:
		removed, err := s.pruneWalk(ctx, decisionsWalk, before)
		if err != nil {
			return removed, err
		}
		_, err = s.pruneWalk(ctx, waitsWalk, before)
		return removed, err
	default:
		return s.pruneOutbox(ctx, before)
	}
}

func (s *Store) pruneWalk(ctx context.Context, w walk, before time.Time) (removed int64, err error) {
	for last := ""; last != lastKey; {
		end, n := lastKey, int64(0)
		err := s.Update(ctx, func(tx engine.Tx) error {
			t := tx.(*Tx)
			err := t.query("finding the next batch", w.end, func(rows *sql.Rows) error { return rows.Scan(&end) }, last, pruneBatch)
			if err != nil {
				return err
			}
			n, err = t.exec("removing old rows", w.remove, last, end, micros(before))
			return err
		})
		if err != nil {
			return removed, err
		}
		last, removed = end, removed+n
	}
	return removed, nil
}

func (s *Store) pruneOutbox(ctx context.Context, before time.Time) (removed int64, err error) {
	if err := s.pruneAlerts(ctx, before); err != nil {
		return 0, err
	}
	for {
		var seqs []int64
		err := s.Update(ctx, func(tx engine.Tx) error {
			t := tx.(*Tx)
			var keys []string
			err := t.query("finding done rows", oldDone, func(rows *sql.Rows) error {
				var seq int64
				var key string
				err := rows.Scan(&seq, &key)
				seqs, keys = append(seqs, seq), append(keys, key)
				return err
			}, micros(before), pruneBatch)
			if err != nil {
				return err
			}
			if _, err := execEach(t, "remembering keys", rememberKey, keys, func(key string, buf []any) []any { return append(buf, key) }); err != nil {
				return err
			}
			_, err = execEach(t, "removing done rows", forgetRow, seqs, func(seq int64, buf []any) []any { return append(buf, seq) })
			return err
		})
		if err != nil {
			return removed, err
		}
		removed += int64(len(seqs))
		if len(seqs) < pruneBatch {
			return removed, nil
		}
	}
}
