package world

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"runtime"
	"testing"
	"time"

	"handoffd/internal/clock"
)

func TestScale(t *testing.T) {
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	for _, seed := range []string{"empty", "demo", "1000", "100000"} {
		var m0, m1 runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m0)
		start := time.Now()
		w, err := New(Options{Clock: clock.NewFake(time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)), Seed: seed, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		d := time.Since(start)
		runtime.GC()
		runtime.ReadMemStats(&m1)
		fmt.Println(seed, d, (m1.HeapAlloc-m0.HeapAlloc)>>20, "MB", w.HubSpot.Count("companies"), w.HubSpot.Count("contacts"), w.Ready)
	}
}
