package hubspot

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"handoffd/internal/clock"
)

// settledReader is a follower of an index with n settled rows, 1 to n.
func settledReader(t *testing.T, n int, shape func(*index)) (*index, *follower, *clock.Fake) {
	t.Helper()
	fake := clock.NewFake(start).AutoAdvance()
	x := newIndex(fake)
	if shape != nil {
		shape(x)
	}
	for i := range n {
		x.touch(strconv.Itoa(i+1), start.Add(-time.Hour))
	}
	f := follow(t, x)
	f.round(t)
	fake.Advance(time.Hour)
	f.round(t)
	return x, f, fake
}

// TestThroughWaitsForRowsThatChangeAgain: row 1 changes, and before every
// search once more, so that it is in no window that ends in the past.
func TestThroughWaitsForRowsThatChangeAgain(t *testing.T) {
	t.Parallel()
	for _, textIDs := range []bool{false, true} {
		t.Run(fmt.Sprint("text ids ", textIDs), func(t *testing.T) {
			t.Parallel()
			x, f, fake := settledReader(t, 3, func(x *index) { x.textSort, x.textFilter = textIDs, textIDs })
			edited := fake.Now()
			x.touch("1", edited)
			x.touch("2", edited)
			fake.Advance(10 * time.Minute)
			x.between = func() {
				fake.Advance(time.Millisecond)
				x.touch("1", fake.Now())
			}
			f.round(t)
			if f.known["1"] == contentOf(1) || !f.through.After(edited) {
				t.Errorf("after one round the reader has %q, all before %s; want the edit of %s", f.known["1"], f.through, edited)
			}
		})
	}
}

// TestRowsThatChangeAgainInOneInstant: more rows than a page change within one
// millisecond, and those that change again while they are paged come too.
func TestRowsThatChangeAgainInOneInstant(t *testing.T) {
	t.Parallel()
	x, f, fake := settledReader(t, 3*searchPage, func(x *index) { x.textSort, x.textFilter = true, true })
	at := fake.Now()
	for id := range x.truth() {
		x.touch(id, at)
	}
	n := 0
	x.between = func() {
		fake.Advance(time.Millisecond)
		n++
		x.touch(strconv.Itoa(n), fake.Now())
	}
	f.round(t)
	x.between = nil
	missing := 0
	for id := range x.truth() {
		if f.known[id] == contentOf(1) {
			missing++
		}
	}
	if missing > 0 {
		t.Errorf("%d of %d changed rows did not come with the first fast pass", missing, 3*searchPage)
	}
}

// TestBulkEditsWithoutEnd: more rows than a fast pass carries change each
// minute, row 1 always among them. Through waits, but not for ever.
func TestBulkEditsWithoutEnd(t *testing.T) {
	t.Parallel()
	for _, turns := range []int{1, 3} { // all rows at once, or by turns
		t.Run(fmt.Sprint("turns ", turns), func(t *testing.T) {
			t.Parallel()
			endlessEdits(t, turns)
		})
	}
}

func endlessEdits(t *testing.T, turns int) {
	t.Helper()
	const many = bulk + 2*searchPage
	x, f, fake := settledReader(t, many*turns, nil)
	edited, last := fake.Now(), f.through
	for minute := range 2 * int(patience/time.Minute) {
		x.touch("1", fake.Now())
		for i := range many {
			x.touch(strconv.Itoa(minute%turns*many+i+1), fake.Now())
		}
		fake.Advance(time.Minute)
		f.round(t) // checks Through against what came
		if f.through.Before(last) {
			t.Fatalf("minute %d: through went back from %s to %s", minute, last, f.through)
		}
		last = f.through
	}
	if !last.After(edited) {
		t.Errorf("in twice the time that the reader has patience for, it came to %s; want the edit of %s", last, edited)
	}
}
