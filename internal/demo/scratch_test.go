package demo

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"handoffd/internal/clock"
	"handoffd/internal/engine"
)

func TestScratch(t *testing.T) {
	ctx := context.Background()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	c := clock.NewFake(time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)).AutoAdvance()
	s, err := Open(ctx, Options{Clock: c, Logger: log, Folder: t.TempDir(), InProcess: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	x, err := s.cycle(ctx, "plan")
	fmt.Printf("%+v %v\n", x, err)
	sum, _ := s.Daemon.Engine.Summary(ctx)
	fmt.Println(sum.Accounts, sum.Matched, sum.Decisions, len(sum.Planned), sum.Parked, sum.Waiting)
	for _, p := range sum.Planned {
		fmt.Printf("%.40s %s %s %s %s %v %s\n", p.Name, p.Rule, p.System, p.Owner, p.Due, p.Reasons, p.Blocked)
	}
	engine.Release(ctx, s.Daemon.Store, c.Now())
	for i := range 4 {
		x, err = s.cycle(ctx, fmt.Sprint("cycle", i))
		fmt.Printf("%v %+v %v\n", c.Now(), x, err)
		c.Advance(2 * time.Second)
	}
}
