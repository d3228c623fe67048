package store

import (
	"database/sql"
	"time"
)

// micros is how a time is stored. The zero time has a number of its own, so
// it comes back as the zero time.
func micros(t time.Time) int64 { return t.UnixMicro() }

// timeOf reads what micros wrote.
func timeOf(stored int64) time.Time { return time.UnixMicro(stored).UTC() }

// nullable stores the zero time as NULL, for columns where it means "never"
// and whose index must leave it out.
func nullable(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// timeOrZero reads what nullable wrote.
func timeOrZero(stored sql.NullInt64) time.Time {
	if !stored.Valid {
		return time.Time{}
	}
	return timeOf(stored.Int64)
}

// flag stores a bool as 0 or 1, which both databases compare alike.
func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
