package transport

import (
	"encoding/json"
	"time"
)

// spending is the stored form of what a Budget has counted.
type spending struct {
	// Slots are requests by number of slot since the epoch.
	Slots map[int64]int64 `json:"slots"`
	// Resets is when the vendor starts counting anew, unix seconds; 0 for a
	// rolling day.
	Resets int64 `json:"resets,omitempty"`
}

// Spending is what was counted of our own requests, for Restore after a
// restart: without it every start would have a fresh share (I10).
func (b *Budget) Spending(now time.Time) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(now)
	s := spending{Slots: b.spent}
	if b.o.Resets != nil {
		s.Resets = b.resets.Unix()
	}
	data, _ := json.Marshal(s) // numbers only: it cannot fail
	return data
}

// Restore adds what an earlier process counted, as far as it still counts.
func (b *Budget) Restore(now time.Time, data []byte) {
	var s spending
	if json.Unmarshal(data, &s) != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(now)
	if b.o.Resets != nil {
		resets := time.Unix(s.Resets, 0)
		if !now.Before(resets) {
			return // the vendor has started anew
		}
		b.resets = resets.UTC()
	}
	for n, count := range s.Slots {
		if count > 0 {
			b.spent[n] += count
			b.total += count
		}
	}
	b.forget(now)
}
