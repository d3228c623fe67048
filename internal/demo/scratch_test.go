package demo

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"handoffd/internal/clock"
)

func TestScratch(t *testing.T) {
	ctx := context.Background()
	c := clock.NewFake(time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)).AutoAdvance()
	s, err := Open(ctx, Options{Clock: c, Logger: slog.New(slog.DiscardHandler), Folder: t.TempDir(), InProcess: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r, err := s.Play(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	NewPrinterAll(r)
	
	fmt.Println(c.Now())
}

func NewPrinterAll(r *Report) {
	p := NewPrinter(os.Stdout, false)
	for _, act := range []string{actDayOne, actRelease, actBuyers, actRest, ""} {
		p.Show(act, r)
	}
}
