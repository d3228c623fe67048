package demo

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"handoffd/internal/clock"
	"handoffd/internal/engine"
)

func TestScratch2(t *testing.T) {
	ctx := context.Background()
	c := clock.NewFake(time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)).AutoAdvance()
	s, err := Open(ctx, Options{Clock: c, Logger: slog.New(slog.DiscardHandler), Folder: t.TempDir(), InProcess: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.cycle(ctx, "plan")
	s.Daemon.Store.View(ctx, func(tx engine.Tx) error {
		rows, _ := tx.AccountsAfter("", 1000)
		for _, r := range rows {
			if r.Outcome == "hand_off" || r.Outcome == "waiting" || r.Outcome == "in_hand" {
				d, _ := tx.Decisions(r.ID, time.Time{}, 1)
				fmt.Printf("%-12s %-9s %.30s: %s\n", r.Outcome, r.State, r.Name, d[0].Reason)
			}
			if r.Name == "Gorse Marine" {
				fmt.Println(string(r.Doc))
			}
		}
		return nil
	})
}
