package store

import (
	"database/sql"
	"time"

	"handoffd/internal/engine"
)

// Whose a handoff is changes when it goes on to another stage, or to somebody
// else; to whom it was given first does not.
const handedOffSince = `
SELECT h.opened, h.rule, h.type, coalesce(h.segment, ''), coalesce(a.system, h.system), coalesce(a.owner_id, h.owner_id), h.outcome
FROM handoffs h LEFT JOIN assignments a ON a.seq = (SELECT min(seq) FROM assignments WHERE handoff = h.id)
WHERE h.opened >= $1 ORDER BY h.opened, h.id`

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
