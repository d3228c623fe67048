package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"handoffd/internal/clock"
	"handoffd/internal/engine"
)

// noon is when the tests' clocks stand.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func openAt(t testing.TB, path string, opts Options) *Store {
	t.Helper()
	if opts.Clock == nil {
		opts.Clock = clock.NewFake(noon)
	}
	s, err := Open(context.Background(), path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// openTest opens a new store.
func openTest(t testing.TB) *Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "handoffd.db"), Options{})
}

func update(t testing.TB, s *Store, f func(tx engine.Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, s *Store, f func(tx engine.Tx) error) {
	t.Helper()
	if err := s.View(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}
