package hubspot

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

// follower reads as the engine does: it keeps the cursor only as text and
// starts from it anew on every page.
type follower struct {
	client  *Client
	index   *index
	cursor  connectors.Cursor
	known   map[string]string // the name that came last, by id
	rows    int
	deleted []string
	loaded  bool
	through time.Time
	behind  bool // it said so once
}

// fataler is what rapid's tests and Go's own have in common.
type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

// round reads until no page waits.
func (f *follower) round(t fataler) {
	t.Helper()
	began := f.index.clock.Now()
	for range 5000 {
		pages, err := f.client.Read(context.Background(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: f.cursor}})
		if err != nil {
			t.Fatalf("reading: %v", err)
		}
		p := pages[0]
		if p.Err != nil {
			t.Fatalf("reading page: %v", p.Err)
		}
		for _, r := range p.Records {
			if r.Deleted {
				f.deleted = append(f.deleted, r.Ref.ID)
				continue
			}
			f.rows++
			f.known[r.Ref.ID] = r.Fields["name"].Text()
		}
		f.cursor, f.through = p.Next, p.Through
		f.loaded = f.loaded || p.Loaded
		if !p.More {
			f.keepsItsWord(t, f.through)
			if !p.Behind && f.index.lag == 0 {
				f.keepsItsWord(t, began)
			}
			f.behind = f.behind || p.Behind
			return
		}
	}
	t.Fatalf("reading does not come to an end; cursor %s", f.cursor)
}

// keepsItsWord: all that changed before Page.Through has come, and unless the
// reader says that it is behind, all from before the round.
func (f *follower) keepsItsWord(t fataler, through time.Time) {
	t.Helper()
	for id, least := range f.index.before(through) {
		if got, _ := strconv.Atoi(strings.TrimPrefix(f.known[id], "version ")); got < least {
			t.Fatalf("all before %s should be there: %s has %q, want version %d", through, id, f.known[id], least)
		}
	}
}

func follow(t fataler, x *index) *follower {
	t.Helper()
	client, err := New(Config{
		BaseURL: "https://api.hubspot.test", Auth: Auth{Token: "pat"}, Clock: x.clock, HTTP: transport.Handler(x),
		BurstPerTenSeconds: 1_000_000_000, SearchPerSecond: 1_000_000_000,
		Selection: connectors.Selection{Fields: map[connectors.Object][]string{connectors.Account: {"name"}}},
	})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return &follower{client: client, index: x, known: make(map[string]string)}
}

// TestNothingIsLost is the law of reading (design, "Reading without losing a
// change"): whatever order search uses for ids, however much its index lags,
// however short its pages are, and whoever edits between two pages, once all is quiet every row's last
// change has been delivered.
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
		fake.Advance(time.Duration(1+dice.IntN(400)) * time.Second)
		instant := dice.IntN(2) == 0
		for i := range dice.IntN(rows + 1) {
			at := fake.Now()
			if !instant {
				at = at.Add(-time.Duration(i) * 3 * time.Millisecond)
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

// TestFilterThatComparesTexts: the sort is by number, so every page looks
// right, but "GT 999" as a text leaves out 1000 and the rest.
func TestFilterThatComparesTexts(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(start).AutoAdvance()
	x := newIndex(fake)
	x.textFilter = true
	f := follow(t, x)
	f.round(t)
	for i := range 301 {
		x.touch(strconv.Itoa(800+i), fake.Now().Add(time.Duration(i)*time.Millisecond))
	}
	for range 3 {
		fake.Advance(10 * time.Minute)
		f.round(t)
	}
	if diff := cmp.Diff(x.truth(), f.known); diff != "" {
		t.Errorf("known (-portal +reader):\n%s", diff)
	}
}

// TestBulkEditIsReadOnce counts calls: a bulk edit must not be read more
// than once, whether the reader meets it at once or later.
func TestBulkEditIsReadOnce(t *testing.T) {
	t.Parallel()
	const rows = 20_000
	for _, tc := range []struct {
		name string
		wait time.Duration
	}{{"met at once", 0}, {"met later", time.Hour}} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			fake := clock.NewFake(start).AutoAdvance()
			x := newIndex(fake)
			x.touch("1", start.Add(-time.Hour))
			f := follow(t, x)
			f.round(t)
			fake.Advance(30 * time.Minute)
			f.round(t)
			for i := range rows {
				x.touch(strconv.Itoa(1_000_000+i), fake.Now().Add(-time.Duration(i%60_000)*time.Millisecond))
			}
			x.searches, f.rows = 0, 0
			fake.Advance(tc.wait)
			const polls = 20
			for range polls {
				f.round(t)
				fake.Advance(30 * time.Second)
			}
			if len(f.known) != rows+1 || f.behind != (tc.wait == 0) {
				t.Errorf("%d rows are known, want %d; said to be behind: %t", len(f.known), rows+1, f.behind)
			}
			if most := rows/searchPage*105/100 + polls; x.searches > most {
				t.Errorf("%d searches, want at most %d", x.searches, most)
			}
		})
	}
}

// TestOneInstantBeyondReach: more rows than search can reach, all of the same
// millisecond, in a portal that orders ids as texts.
func TestOneInstantBeyondReach(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(start).AutoAdvance()
	x := newIndex(fake)
	x.textSort = true
	f := follow(t, x)
	f.round(t)
	fake.Advance(10 * time.Minute)
	at := fake.Now()
	for i := range searchReach + 500 {
		x.touch(strconv.Itoa(9_000+i), at)
	}
	for range 12 {
		fake.Advance(time.Minute)
		f.round(t)
	}
	if len(f.known) != searchReach+500 {
		t.Errorf("%d rows are known, want %d", len(f.known), searchReach+500)
	}
	if x.most >= searchReach {
		t.Errorf("search was paged up to %d, beyond its reach", x.most)
	}
	if x.lists < (searchReach+500)/listPage {
		t.Errorf("%d list calls: the list was not read", x.lists)
	}
}

// TestIdleDay counts what a quiet portal costs.
func TestIdleDay(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(start).AutoAdvance()
	x := newIndex(fake)
	for i := range 50 {
		x.touch(strconv.Itoa(100+i), start.Add(-time.Hour))
	}
	f := follow(t, x)
	f.round(t)
	f.rows, x.searches, x.lists = 0, 0, 0
	polls := 0
	for end := fake.Now().Add(24 * time.Hour); fake.Now().Before(end); fake.Advance(30 * time.Second) {
		f.round(t)
		polls++
	}
	if f.rows != 0 {
		t.Errorf("%d rows came although nothing changed", f.rows)
	}
	if most := polls + 24*12 + 5; x.searches > most {
		t.Errorf("%d searches for %d polls, want at most %d", x.searches, polls, most)
	}
	if most := 24*12 + 5; x.lists > most {
		t.Errorf("%d sweeps, want at most %d", x.lists, most)
	}
}

// TestChangeComesOnce: a change goes out with the fast pass, and neither the
// next ones nor the settled pass send it again.
func TestChangeComesOnce(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(start).AutoAdvance()
	x := newIndex(fake)
	x.touch("7", start.Add(-time.Hour))
	f := follow(t, x)
	f.round(t)
	fake.Advance(20 * time.Minute)
	f.round(t)
	f.rows = 0
	x.touch("7", fake.Now())
	f.round(t)
	if f.rows != 1 {
		t.Fatalf("the change came %d times at once", f.rows)
	}
	for range 40 {
		fake.Advance(30 * time.Second)
		f.round(t)
	}
	if f.rows != 1 {
		t.Errorf("the change came %d times", f.rows)
	}
	x.touch("7", fake.Now())
	f.round(t)
	x.touch("7", fake.Now()) // the clock has not moved
	f.round(t)
	if f.rows != 3 {
		t.Errorf("two changes of one millisecond: %d rows came in all, want 3", f.rows)
	}
}

func TestThroughIsTheSettledEdge(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(start).AutoAdvance()
	x := newIndex(fake)
	f := follow(t, x)
	f.round(t)
	fake.Advance(time.Hour)
	f.round(t)
	if want := fake.Now().Add(-DefaultIndexLag).Truncate(time.Millisecond); !f.through.Equal(want) {
		t.Errorf("through %v, want %v", f.through, want)
	}
	fake.Advance(time.Minute) // no settled pass is due
	before := f.through
	f.round(t)
	if !f.through.Equal(before) {
		t.Errorf("through moved to %v without a settled pass", f.through)
	}
}

func TestArchivedRowsComeOnce(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(start).AutoAdvance()
	x := newIndex(fake)
	for i := range 5 {
		x.touch(strconv.Itoa(i+1), start.Add(-time.Hour))
	}
	x.archive("5", start.Add(-30*time.Minute)) // before the first load
	f := follow(t, x)
	f.round(t)
	fake.Advance(20 * time.Minute)
	x.archive("2", fake.Now())
	for range 30 {
		fake.Advance(time.Minute)
		f.round(t)
	}
	if diff := cmp.Diff([]string{"2"}, f.deleted); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
}

func TestClockBehindTheEdge(t *testing.T) {
	t.Parallel()
	client, _ := converse(t, nil, turn{want: "GET /crm/properties/2026-09/companies", reply: properties("name")})
	low := start.Add(time.Hour).UnixMilli()
	cursor := connectors.Cursor(fmt.Sprintf(`{"v":1,"low":%d}`, low))
	pages, err := client.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: cursor}})
	if err != nil {
		t.Fatal(err)
	}
	if got := connectors.ClassOf(pages[0].Err); got != connectors.Restart || pages[0].Next != cursor {
		t.Errorf("class %q, next %q; want restart and the cursor unchanged", got, pages[0].Next)
	}
}

func TestBadCursor(t *testing.T) {
	t.Parallel()
	for _, cursor := range []connectors.Cursor{
		`{"v":99}`, `not JSON`, `[]`, `{"v":1,"pass":{"kind":"fast"}}`, `{"v":1,"pass":{"kind":"odd"}}`,
		`{"v":1,"pass":{"kind":"settled","windows":[{"from":5,"to":4}]}}`,
	} {
		client, _ := converse(t, nil)
		pages, err := client.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: cursor}})
		if err != nil {
			t.Fatal(err)
		}
		if got := connectors.ClassOf(pages[0].Err); got != connectors.Restart {
			t.Errorf("cursor %q: class %q, want restart", cursor, got)
		}
	}
}

// FuzzCursor: a cursor from anywhere is refused or read from, and the reading
// comes to an end.
func FuzzCursor(f *testing.F) {
	f.Add(``)
	f.Add(`{"v":1,"low":1,"pass":{"kind":"sweep","after":"x"}}`)
	f.Add(`{"v":1,"pass":{"kind":"settled","windows":[{"from":0,"to":9,"mode":"offset","after":"y"}]}}`)
	f.Add(string(changesCursor()))
	f.Fuzz(func(t *testing.T, text string) {
		x := newIndex(clock.NewFake(start).AutoAdvance())
		for i := range 3 {
			x.touch(strconv.Itoa(i+1), start.Add(-time.Minute))
		}
		client := follow(t, x).client
		cursor := connectors.Cursor(text)
		for range 200 {
			pages, err := client.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: cursor}})
			if err != nil || pages[0].Err != nil || !pages[0].More {
				return
			}
			cursor = pages[0].Next
		}
		t.Errorf("%q leads to no end", text)
	})
}
