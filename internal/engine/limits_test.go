package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// inbound is a second rule for the tests of what never waits.
const inbound = "\nhandoffs:\n  call: {type: inbound, to: ae, when: 'count(visits, \"1d\") >= 1'}"

// limited starts a house whose policy is changed: the limits line, and lines
// that are added.
func limited(t *testing.T, limits string, more ...string) *house {
	t.Helper()
	h := newHouse(t)
	h.policy = strings.Replace(policyText, "limits: {order: score}", limits, 1)
	for _, m := range more {
		if m == inbound {
			h.policy = strings.Replace(h.policy, "\nhandoffs:", inbound, 1)
			continue
		}
		h.policy += m + "\n"
	}
	h.restart()
	return h
}

// handedOff lists who was handed off, in the order of the handoffs' ids.
func handedOff(t *testing.T, h *house) []string {
	t.Helper()
	var names []string
	for n := range 40 {
		if h.sf.field(sfID(n), "MQA__c") == "true" {
			names = append(names, strconv.Itoa(n))
		}
	}
	return names
}

func life(t *testing.T, h *house, n int) (l workflows.Life, due time.Time) {
	t.Helper()
	err := h.store.View(t.Context(), func(tx engine.Tx) error {
		rows, err := tx.Accounts([]string{"sf-" + sfID(n)})
		if err != nil {
			return err
		}
		row := rows["sf-"+sfID(n)]
		due = row.Due
		return json.Unmarshal(row.Life, &l)
	})
	if err != nil {
		t.Fatal(err)
	}
	return l, due
}

func want[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: -want +got\n%s", what, diff)
	}
}

func TestAQueueSaysWhyItWaits(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score * 10, per_month: 2, per_week: 5}")
	for n, score := range []string{"71", "95", "80", "90"} {
		h.pair(n, score)
	}
	s := h.once()
	want(t, "handed off", handedOff(t, h), []string{"1", "3"})
	want(t, "waits", s.Waits, map[string]int{"limit": 2})
	shown, _, err := engine.Show(t.Context(), h.store, compileMapping(t, mappingText), sfID(0))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "shown", shown.Waits, "waits: per_month limit 2 reached (2 of 2), position 2 of 2 by score * 10 = 710")
	_, due := life(t, h, 0)
	want(t, "due", due, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	planned, err := h.engine.Planned(t.Context())
	if err != nil || len(planned) != 2 || planned[0].Waits != "waits: per_month limit 2 reached (2 of 2), position 1 of 2 by score * 10 = 800" {
		t.Errorf("planned %+v, %v", planned, err)
	}
}

// TestFirstStaysFirst: on equal rank who waits longest goes first, and between
// those the id decides.
func TestFirstStaysFirst(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score, per_day: 1}")
	h.pair(9, "80")
	h.once()
	h.clock.Advance(time.Minute)
	h.pair(8, "80")
	h.once()
	h.clock.Advance(time.Minute)
	h.pair(3, "80")
	h.pair(2, "80")
	h.once()
	for day, wanted := range [][]string{{"9"}, {"8", "9"}, {"2", "8", "9"}, {"2", "3", "8", "9"}} {
		want(t, fmt.Sprint("day ", day), handedOff(t, h), wanted)
		h.clock.Advance(24 * time.Hour)
		h.restart()
		h.once()
	}
}

func TestWeekBeginsOnMondayInTheTeamsZone(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score, per_week: 1}", "calendar: {zone: America/New_York}")
	h.pair(1, "90")
	h.pair(2, "80")
	h.once()
	h.clock.Set(time.Date(2026, 11, 9, 4, 59, 59, 0, time.UTC)) // Sunday night in New York
	h.once()
	want(t, "on Sunday", handedOff(t, h), []string{"1"})
	h.clock.Advance(time.Second)
	h.once()
	want(t, "on Monday", handedOff(t, h), []string{"1", "2"})
}

// TestAFullOwnerDoesNotStopOthers: the owner to whom the account would go
// decides; one person in both CRMs is one.
func TestAFullOwnerDoesNotStopOthers(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score, owner: {per_week: 2}}")
	h.sf.users = append(h.sf.users, connectors.User{ID: "005000000000002AAA", Name: "Bob", Email: "bob@acme.example", Active: true})
	for n := range 4 {
		h.pair(n, strconv.Itoa(90+n))
	}
	h.sf.put(connectors.Account, sfID(0), nil, map[string]string{"OwnerId": "005000000000002AAA"})
	h.hs.put(connectors.Account, "77", nil, map[string]string{"name": "Only here", "domain": "only.example", "target": "true", "score": "99", "hubspot_owner_id": "1"})
	h.restart()
	s := h.once()
	want(t, "handed off", handedOff(t, h), []string{"0", "3"}) // and 77, which is Ann's by HubSpot
	want(t, "handoffs", s.Handoffs, 3)
	l, _ := life(t, h, 1)
	if l.Queued == nil || l.Queued.Reason != "owner Ann: per_week limit 2 reached (2 of 2)" {
		t.Errorf("waits %+v", l.Queued)
	}
}

func TestSegmentLimit(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score, per_month: 3, segments: {top: {per_month: 1}}}", "segments: {top: score >= 90}")
	for n, score := range []string{"95", "96", "75", "76", "77"} {
		h.pair(n, score)
	}
	h.once()
	want(t, "handed off", handedOff(t, h), []string{"1", "3", "4"})
	l, _ := life(t, h, 0)
	want(t, "reason", l.Queued.Reason, "segment top: per_month limit 1 reached (1 of 1)")
	want(t, "row", openHandoffs(t, h)[0].Segment, "top")
}

// TestExactUnderConcurrentSweeps: many sweeps of two engines at once exceed no
// limit and take the best.
func TestExactUnderConcurrentSweeps(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score, per_month: 7, owner: {per_day: 5}}", "hold: off")
	h.sf.users = append(h.sf.users, connectors.User{ID: "005000000000002AAA", Name: "Bob", Email: "bob@acme.example", Active: true})
	for n := range 20 {
		h.pair(n, strconv.Itoa(99-n))
		if n%2 == 1 {
			h.sf.put(connectors.Account, sfID(n), nil, map[string]string{"OwnerId": "005000000000002AAA"})
		}
	}
	if err := engine.Pause(t.Context(), h.store, h.clock.Now()); err != nil {
		t.Fatal(err)
	}
	h.once()
	if err := engine.Resume(t.Context(), h.store); err != nil {
		t.Fatal(err)
	}
	first := h.engine
	h.make(h.store)
	var wg sync.WaitGroup
	errs := make(chan error, 16)
	for i := range 16 {
		e := []*engine.Engine{first, h.engine}[i%2]
		wg.Go(func() { errs <- e.Sweep(t.Context()) })
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	h.once()
	want(t, "handed off", handedOff(t, h), []string{"0", "1", "2", "3", "4", "5", "6"})
	want(t, "rows", len(openHandoffs(t, h)), 7)
}

// TestMergedHandoffsCountOnce: two that turn out to be one account leave room
// for another.
func TestMergedHandoffsCountOnce(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score, per_month: 2}")
	h.pair(1, "90")
	h.pair(2, "80")
	h.pair(3, "75")
	h.once()
	want(t, "handed off", handedOff(t, h), []string{"1", "2"})
	h.clock.Advance(time.Hour)
	h.sf.merged(sfID(1), sfID(2), nil)
	h.hs.merged("1", "2", nil)
	h.once()
	h.once()
	want(t, "after the merge", handedOff(t, h)[len(handedOff(t, h))-1], "3")
}

// TestHandOffWithinTheServiceLevel: an account that nobody can take is told of
// once, 48 hours after its criteria were met; time in the queue does not count.
func TestHandOffWithinTheServiceLevel(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score, per_day: 1}")
	var log bytes.Buffer
	h.log = slog.NewTextHandler(&log, nil)
	h.restart()
	met := h.clock.Now()
	h.pair(1, "80")
	h.pair(2, "75")
	h.pair(3, "90")
	for n := range 2 {
		h.sf.put(connectors.Account, sfID(n+1), nil, map[string]string{"OwnerId": "005000000000077AAA"}) // nobody
	}
	h.once()
	_, due := life(t, h, 2)
	want(t, "the day's limit is reached: the clock stands", due, time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC))
	h.clock.Set(time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC))
	h.once()
	_, due = life(t, h, 2)
	queued := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC).Sub(met)
	want(t, "due", due, met.Add(48*time.Hour+queued))
	h.clock.Set(due.Add(-time.Second))
	want(t, "late before", h.once().Late, 0)
	for range 3 {
		h.clock.Advance(time.Second)
		want(t, "late", h.once().Late, 2)
		h.restart()
	}
	if n := strings.Count(log.String(), "Not handed off in time"); n != 2 {
		t.Errorf("told %d times of 2 accounts:\n%s", n, log.String())
	}
}

// TestACapOnInboundOnlyAlerts, once per period.
func TestACapOnInboundOnlyAlerts(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score, per_day: 1, inbound: {per_day: 1}}", inbound)
	var log bytes.Buffer
	h.log = slog.NewTextHandler(&log, nil)
	h.restart()
	for n := range 4 {
		h.pair(n, "10")
		h.hs.put(connectors.Contact, strconv.Itoa(70+n), []string{strconv.Itoa(n)}, map[string]string{"visits": "0"})
	}
	h.once()
	for n := range 4 {
		h.clock.Advance(time.Minute)
		h.hs.put(connectors.Contact, strconv.Itoa(70+n), nil, map[string]string{"visits": "2"})
		h.once()
	}
	want(t, "handed off", handedOff(t, h), []string{"0", "1", "2", "3"})
	if n := strings.Count(log.String(), "More inbound handoffs than expected"); n != 1 {
		t.Errorf("told %d times:\n%s", n, log.String())
	}
}

// TestAStrongerTypeLeavesTheQueue and its own clock begins.
func TestAStrongerTypeLeavesTheQueue(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score}", inbound, "deliver: weekly")
	h.pair(1, "80")
	h.hs.put(connectors.Contact, "71", []string{"1"}, map[string]string{"visits": "0"})
	h.once()
	h.clock.Advance(72 * time.Hour)
	h.hs.put(connectors.Contact, "71", nil, map[string]string{"visits": "1"})
	h.once()
	row := openHandoffs(t, h)[0]
	if row.Type != "inbound" || row.Queued != 0 || !row.MetAt.Equal(h.clock.Now()) || len(row.Reasons) != 2 {
		t.Errorf("handoff %+v, want an inbound one met just now, with both reasons", row)
	}
}

// TestAQueueThatGrows for three periods in a row asks for stricter criteria.
func TestAQueueThatGrows(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score, per_day: 1}", "hold: off")
	for day := range 4 {
		if s := h.summary(); s.QueueGrows != "" {
			t.Fatalf("day %d: %s", day, s.QueueGrows)
		}
		for n := range 3 {
			h.pair(day*3+n, "80")
		}
		h.once()
		h.clock.Advance(24 * time.Hour)
	}
	if s := h.once(); !strings.Contains(s.QueueGrows, "grown for 3 days in a row") {
		t.Errorf("growth %q", s.QueueGrows)
	}
	for range 3 {
		h.clock.Advance(24 * time.Hour)
		h.once()
	}
	if s := h.summary(); s.QueueGrows != "" {
		t.Errorf("it shrinks, but: %s", s.QueueGrows)
	}
}

// countingStore counts how often limits are counted.
type countingStore struct {
	engine.Store
	n *int
}

type countingTx struct {
	engine.Tx
	n *int
}

func (s countingStore) Update(ctx context.Context, f func(engine.Tx) error) error {
	return s.Store.Update(ctx, func(tx engine.Tx) error { return f(countingTx{tx, s.n}) })
}

func (t countingTx) HandedOff(since time.Time) ([]engine.HandedRow, error) {
	*t.n++
	return t.Tx.HandedOff(since)
}

// TestALongQueueRests between looks, but not when a better account comes, a
// period ends or a minute is over.
func TestALongQueueRests(t *testing.T) {
	t.Parallel()
	h := limited(t, "limits: {order: score, per_day: 1}", "hold: off")
	looks := 0
	h.make(countingStore{h.store, &looks})
	h.sf.page, h.hs.page = 500, 500
	for n := range 110 {
		h.pair(n+100, "75")
	}
	h.pair(1, "99")
	h.once()
	h.once()
	before := looks
	for range 5 {
		h.clock.Advance(time.Second)
		h.once()
	}
	want(t, "looks at rest", looks-before, 0)
	h.clock.Advance(time.Minute)
	h.once()
	want(t, "looks after a minute", looks-before > 0, true)

	h.pair(2, "98")
	h.pair(3, "97")
	s := h.once()
	want(t, "the first day", handedOff(t, h), []string{"1"})
	want(t, "the queue", s.Queued, 112)
	l, _ := life(t, h, 3)
	want(t, "its place", [2]int{l.Queued.Place, l.Queued.Of}, [2]int{2, 112})
	h.clock.Set(time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC))
	h.once()
	want(t, "the second day", handedOff(t, h), []string{"1", "2"})
}
