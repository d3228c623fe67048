package engine_test

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

// BenchmarkMemoryOfMillion polls changes of a store with a million accounts,
// and reports the most that Go's heap held and, on Linux, the most that the
// whole process held, SQLite's cache included.
func BenchmarkMemoryOfMillion(b *testing.B) {
	const accounts, changes = 1_000_000, 5_000
	h := newHouse(b)
	h.hs.page, h.sf.page = 500, 500
	h.pair(0, "10")
	h.once()
	h.fill(accounts)
	runtime.GC()
	resetPeak()
	heap := uint64(0)
	var m runtime.MemStats
	round := 0
	for b.Loop() {
		round++
		h.clock.Advance(time.Hour)
		h.hs.trim()
		for n := range changes {
			id := strconv.Itoa(1 + (n*97+round)%accounts)
			h.hs.put(connectors.Account, id, nil, map[string]string{"target": "true", "score": strconv.Itoa(10 + (n+round)%50)})
		}
		h.once()
		runtime.ReadMemStats(&m)
		heap = max(heap, m.HeapSys-m.HeapReleased)
	}
	b.ReportMetric(float64(heap)/1e6, "heap-MB")
	b.ReportMetric(float64(peak())/1e3, "process-MB")
}

// fill puts copies of the house's one account straight into the store.
func (h *house) fill(n int) {
	h.t.Helper()
	m := compileMapping(h.t, mappingText)
	var sample engine.AccountRow
	err := h.store.View(h.t.Context(), func(tx engine.Tx) error {
		rows, err := tx.AccountsAfter("", 1)
		sample = rows[0]
		return err
	})
	const batch = 5000
	for from := 1; from <= n && err == nil; from += batch {
		err = h.store.Update(h.t.Context(), func(tx engine.Tx) error {
			rows, links := make([]engine.AccountRow, batch), make([]engine.Link, 0, 2*batch)
			for i := range rows {
				a, err := m.Decode(fmt.Sprintf("sf-%s", sfID(from+i)), sample.Doc)
				if err != nil {
					return err
				}
				a.Views[mapping.SalesforceSide].ID, a.Views[mapping.HubSpotSide].ID = sfID(from+i), strconv.Itoa(from+i)
				rows[i] = sample
				rows[i].ID, rows[i].Name = a.ID, fmt.Sprintf("Acme %d", from+i)
				if rows[i].Doc, err = m.Encode(a); err != nil {
					return err
				}
				for _, side := range mapping.Sides() {
					ref, _ := a.Ref(side)
					links = append(links, engine.Link{Ref: ref, Account: a.ID})
				}
			}
			if err := tx.PutAccounts(rows); err != nil {
				return err
			}
			return tx.PutLinks(links)
		})
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// resetPeak makes Linux forget the most memory that this process held so far.
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// peak is that, in kilobytes; 0 where the system does not say.
func peak() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kb int
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kb); err == nil {
			return kb
		}
	}
	return 0
}
