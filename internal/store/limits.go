package store

import (
	"database/sql"
	"time"

	"handoffd/internal/engine"
)

const handedOffSince = `
SELECT opened, rule, type, coalesce(segment, ''), system, owner_id, outcome FROM handoffs WHERE opened >= $1 ORDER BY opened, id`

// HandedOff lists the handoffs opened at or after since, oldest first.
func (t *Tx) HandedOff(since time.Time) ([]engine.HandedRow, error) {
	var found []engine.HandedRow
	err := t.query("reading what was handed off", handedOffSince, func(rows *sql.Rows) error {
		var h engine.HandedRow
		var opened int64
		err := rows.Scan(&opened, &h.Rule, &h.Type, &h.Segment, (*string)(&h.System), &h.OwnerID, &h.Outcome)
		h.Opened = timeOf(opened)
		found = append(found, h)
		return err
	}, micros(since))
	return found, err
}

// textOrNull stores "" as NULL.
func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// times reads the columns of a handoff's times, as textOrNull, nullable and
// microseconds wrote them.
type times struct {
	segment           sql.NullString
	signal, met, wait sql.NullInt64
}

func (c times) row() engine.HandoffTimes {
	return engine.HandoffTimes{
		Segment: c.segment.String, SignalAt: timeOrZero(c.signal), MetAt: timeOrZero(c.met),
		Queued: time.Duration(c.wait.Int64) * time.Microsecond,
	}
}
