package engine_test

import (
	"errors"
	"testing"
)

// TestCrashInAMerge fails each transaction in turn while two accounts with
// open handoffs become one, and starts again (I2, I7).
func TestCrashInAMerge(t *testing.T) {
	t.Parallel()
	for failAt := 1; ; failAt++ {
		h := newHouse(t)
		h.pair(1, "90")
		h.pair(2, "95")
		h.once()
		h.hs.merged("50", "1", nil)
		h.hs.alias("50", "2")
		h.sf.remove(sfID(2), sfID(1))
		broken := &brokenStore{Store: h.store, failAt: failAt}
		h.make(broken)
		err := h.engine.Once(t.Context())
		if broken.n >= failAt && !errors.Is(err, errDisk) {
			t.Fatalf("transaction %d: error %v, want the disk's", failAt, err)
		}
		h.restart()
		h.later()
		s := h.later()
		open := 0
		for _, r := range openHandoffs(t, h) {
			if r.Closed.IsZero() {
				open++
			}
		}
		if s.Accounts != 1 || s.Matched != 1 || s.Cases != 0 || open != 1 || s.Pending != 0 {
			t.Errorf("transaction %d: %+v, %d open handoffs, cases %+v", failAt, s, open, h.cases())
		}
		_ = h.store.Close()
		if broken.n < failAt {
			return // every one has failed once
		}
	}
}
