package engine

import (
	"fmt"
	"hash/fnv"
	"time"
)

// A long queue is not judged anew every second. It is looked at when any of
// its accounts changed or is due, when somebody released or held something,
// and at least every restsFor. Short ones are judged every time.
const (
	restsFrom = 100
	restsFor  = time.Minute
)

// lookedAt is the queue as it was looked at last. It only saves work: an
// engine that has not looked yet looks.
type lookedAt struct {
	at   time.Time
	hash uint64
}

// rests tells whether the queue was looked at just now and nothing happened
// since; if not, what to note once it has been looked at.
func (e *Engine) rests(tx Tx, rows []AccountRow) (bool, lookedAt, error) {
	if len(rows) < restsFrom {
		return false, lookedAt{}, nil
	}
	now := e.clock.Now()
	h := fnv.New64a()
	for _, r := range rows {
		if !r.Due.IsZero() && !r.Due.After(now) {
			return false, lookedAt{}, nil
		}
		fmt.Fprintf(h, "%s %d\n", r.ID, r.Changed.UnixNano())
	}
	keys := []string{settingHold, settingHoldReleased, settingReleased}
	for _, system := range e.order {
		keys = append(keys, settingUsersAt+string(system))
	}
	for _, key := range keys {
		value, err := tx.Setting(key)
		if err != nil {
			return false, lookedAt{}, err
		}
		fmt.Fprintf(h, "%s\n", value)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	same := e.looked.hash == h.Sum64() && !now.Before(e.looked.at) && now.Sub(e.looked.at) < restsFor
	return same, lookedAt{at: now, hash: h.Sum64()}, nil
}

// noteLook keeps that the queue has been looked at.
func (e *Engine) noteLook(at lookedAt) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.looked = at
}
