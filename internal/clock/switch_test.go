package clock_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"handoffd/internal/clock"
)

// A Switch goes as the clock that was put in last.
func TestSwitch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		october := time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)
		fake := clock.NewFake(october).AutoAdvance()
		s := clock.NewSwitch(fake)
		if err := s.Sleep(t.Context(), time.Hour); err != nil || !s.Now().Equal(october.Add(time.Hour)) {
			t.Fatalf("it is %s, %v", s.Now(), err)
		}
		s.To(clock.From(s.Now()))
		before := time.Now()
		if err := s.Sleep(t.Context(), time.Minute); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(before); waited != time.Minute || !s.Now().Equal(october.Add(time.Hour+time.Minute)) || !fake.Now().Equal(october.Add(time.Hour)) {
			t.Errorf("it waited %s, and is %s", waited, s.Now())
		}
		ctx, cancel := s.WithTimeout(t.Context(), time.Second)
		defer cancel()
		<-ctx.Done()
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			t.Error(ctx.Err())
		}
	})
}
