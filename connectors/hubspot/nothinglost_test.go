package hubspot

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"handoffd/internal/clock"
)

// TestNothingIsLost is the law of reading (design, "Reading without losing a
// change"): whatever order search uses for ids, however much its index lags,
// however short its pages are, and whoever edits between two pages, once all is
// quiet every row's last change has been delivered.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.IntRange(0, 900).Draw(rt, "rows")
		play(rt, rapid.Uint64().Draw(rt, "seed"), rows, rapid.Bool().Draw(rt, "text sort"), rapid.Bool().Draw(rt, "text filter"))
	})
}

// TestNothingIsLostInBulk is the same with edits that are too many for a fast
// pass.
func TestNothingIsLostInBulk(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			play(t, seed, 3*bulk/2, seed&1 != 0, seed&2 != 0)
		})
	}
}

// TestNothingIsLostInASecond: one second after the first load, whose Through
// is the moment at which it began, more rows have changed than their usual
// spread lets change in a second. They must not be dated back to before the
// load: a reader cannot have read what was not there.
func TestNothingIsLostInASecond(t *testing.T) {
	t.Parallel()
	play(t, 0xe20874ac9, 507, true, false)
}

// play edits and reads in turn.
func play(t fataler, seed uint64, rows int, textSort, textFilter bool) {
	t.Helper()
	dice := rand.New(rand.NewPCG(seed, 0))
	fake := clock.NewFake(start).AutoAdvance()
	x := newIndex(fake)
	x.textSort, x.textFilter = textSort, textFilter
	x.lag = time.Duration(dice.IntN(111)) * time.Second
	x.short = dice.IntN(2) * dice.IntN(90)
	var ids []string
	for i := range rows {
		id := strconv.Itoa([]int{1, 90, 800, 9_000, 95_000}[dice.IntN(5)] + i)
		ids = append(ids, id)
		x.touch(id, start.Add(-time.Hour))
	}
	f := follow(t, x)
	x.between = func() {
		if rows > 0 && dice.IntN(4) == 0 {
			x.touch(ids[dice.IntN(rows)], fake.Now())
		}
	}
	f.round(t)
	for range 1 + dice.IntN(6) {
		read := fake.Now()
		fake.Advance(time.Duration(1+dice.IntN(400)) * time.Second)
		instant := dice.IntN(2) == 0
		edits := dice.IntN(rows + 1)
		for i := range edits {
			at := fake.Now()
			if !instant {
				at = notBefore(read, at.Add(-time.Duration(edits-i)*3*time.Millisecond))
			}
			x.touch(ids[i], at)
		}
		f.round(t)
	}
	x.between = nil
	for range 3 {
		fake.Advance(10 * time.Minute)
		f.round(t)
	}
	if diff := cmp.Diff(x.truth(), f.known); diff != "" {
		t.Fatalf("known (-portal +reader):\n%s", diff)
	}
}

// notBefore keeps an edit from being older than the reading that did not bring
// it.
func notBefore(read, at time.Time) time.Time {
	if at.Before(read) {
		return read
	}
	return at
}
