package engine_test

import (
	"strconv"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// BenchmarkDoors takes 10,000 changed records through doors 2 to 5 on SQLite:
// map, merge, evaluate, act, commit.
func BenchmarkDoors(b *testing.B) {
	const records = 10000
	h := newHouse(b)
	h.hs.page, h.sf.page = 2000, 2000
	for n := range records {
		h.pair(n, "10")
	}
	h.once()
	b.ReportAllocs()
	round := 0
	for b.Loop() {
		b.StopTimer()
		round++
		h.clock.Advance(time.Hour)
		h.hs.trim()
		for n := range records {
			h.hs.put(connectors.Account, strconv.Itoa(n), nil, map[string]string{"score": strconv.Itoa(10 + (n+round)%50)})
		}
		if err := engine.Pause(b.Context(), h.store, h.clock.Now()); err != nil { // the outbox is not what is measured
			b.Fatal(err)
		}
		b.StartTimer()
		if err := h.engine.Poll(b.Context(), connectors.HubSpot); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(records*round)/b.Elapsed().Seconds(), "records/s")
}
