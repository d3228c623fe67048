package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"handoffd/internal/clock"
	"handoffd/internal/engine"
)

// Whatever way a transaction does not end well, nothing of it stays and the
// next one finds the store in order (I7).
func TestUpdateLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	put := func(tx engine.Tx) error {
		if err := tx.PutSetting("a", "1"); err != nil {
			return err
		}
		return tx.PutAccounts([]engine.AccountRow{{ID: "x"}})
	}
	tests := []struct {
		name string
		f    func(tx engine.Tx, cancel func()) error
		want error
	}{
		{"an error", func(tx engine.Tx, _ func()) error { return errors.Join(put(tx), boom) }, boom},
		{"a panic", func(tx engine.Tx, _ func()) error {
			if err := put(tx); err != nil {
				return err
			}
			panic(boom)
		}, boom},
		{"the end of the context", func(tx engine.Tx, cancel func()) error {
			err := put(tx)
			cancel()
			return err
		}, context.Canceled},
		{"a statement after the end of the context", func(tx engine.Tx, cancel func()) error {
			err := put(tx)
			cancel()
			return errors.Join(err, tx.PutSetting("b", "2"))
		}, context.Canceled},
		{"a fault that the caller swallows", func(tx engine.Tx, _ func()) error {
			if err := put(tx); err != nil {
				return err
			}
			_, _ = tx.Enqueue([]engine.OutboxRow{{Key: "k", State: "no such state"}})
			_ = tx.PutSetting("b", "2")
			return nil
		}, nil},
		{"a link to nowhere", func(tx engine.Tx, _ func()) error {
			return errors.Join(put(tx), tx.PutLinks([]engine.Link{{Ref: sfAccount("1"), Account: "nowhere"}}))
		}, ErrDangling},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := openTest(t)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			err := catch(func() error {
				return s.Update(ctx, func(tx engine.Tx) error { return tt.f(tx, cancel) })
			})
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			wantSetting(t, s, "a", "")
			wantSetting(t, s, "b", "")
			update(t, s, func(tx engine.Tx) error {
				rows, err := tx.Accounts([]string{"x"})
				if len(rows) != 0 {
					t.Error("an account stayed")
				}
				return errors.Join(err, tx.PutSetting("a", "3"))
			})
			wantSetting(t, s, "a", "3")
		})
	}
}

// catch turns a panic with an error into that error.
func catch(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(error)
		}
	}()
	return f()
}

func TestTxIsOverAfterItsFunction(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	var kept engine.Tx
	update(t, s, func(tx engine.Tx) error {
		kept = tx
		return nil
	})
	if err := kept.PutSetting("a", "1"); !errors.Is(err, ErrClosed) {
		t.Errorf("writing gives %v, want %v", err, ErrClosed)
	}
	if _, err := kept.Setting("a"); !errors.Is(err, ErrClosed) {
		t.Errorf("reading gives %v, want %v", err, ErrClosed)
	}
}

func TestContextThatHasEnded(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	cause := errors.New("shutting down")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	called := false
	f := func(tx engine.Tx) error {
		called = true
		_, err := tx.Setting("a")
		return err
	}
	for name, run := range map[string]func(context.Context, func(engine.Tx) error) error{"Update": s.Update, "View": s.View} {
		if err := run(ctx, f); !errors.Is(err, cause) {
			t.Errorf("%s gives %v, want %v (called: %t)", name, err, cause, called)
		}
	}
}

// A deadline on a clock that is moved by hand ends a transaction as well.
func TestDeadlineOfFakeClock(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(noon)
	s := openTest(t)
	ctx, cancel := fake.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := s.Update(ctx, func(tx engine.Tx) error {
		err := tx.PutSetting("a", "1")
		fake.Advance(time.Hour)
		return err
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
	}
	wantSetting(t, s, "a", "")
}

// An Update that waits for another one gives up when its context ends.
func TestUpdateWaitsInLine(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error {
		ctx, cancel := context.WithCancel(context.Background())
		waiting := make(chan error)
		go func() { waiting <- s.Update(ctx, func(engine.Tx) error { return nil }) }()
		cancel()
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("the second Update gives %v, want %v", err, context.Canceled)
		}
		return tx.PutSetting("a", "1")
	})
	wantSetting(t, s, "a", "1")
}

// Readers see one state from begin to end, and are not kept waiting.
func TestReadersBesideAWriter(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error { return tx.PutSetting("a", "old") })
	readA := func(tx engine.Tx) string {
		v, err := tx.Setting("a")
		if err != nil {
			t.Error(err)
		}
		return v
	}
	view(t, s, func(before engine.Tx) error {
		if got := readA(before); got != "old" {
			t.Errorf("before the write: %q", got)
		}
		update(t, s, func(tx engine.Tx) error {
			if err := tx.PutSetting("a", "new"); err != nil {
				return err
			}
			if got := readA(tx); got != "new" {
				t.Errorf("the writer sees %q of its own", got)
			}
			view(t, s, func(during engine.Tx) error {
				if got := readA(during); got != "old" {
					t.Errorf("during the write: %q", got)
				}
				return nil
			})
			return nil
		})
		if got := readA(before); got != "old" {
			t.Errorf("a view that was begun before the write sees %q", got)
		}
		view(t, s, func(after engine.Tx) error {
			if got := readA(after); got != "new" {
				t.Errorf("after the write: %q", got)
			}
			return nil
		})
		return nil
	})
}

func TestManyReadersDuringWrites(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	const writes, goroutines = 50, 8
	errs := make(chan error)
	for range goroutines {
		go func() {
			errs <- func() error {
				for range writes {
					// Both rows are written together, so they must agree.
					err := s.View(context.Background(), func(tx engine.Tx) error {
						a, err := tx.Setting("a")
						if err != nil {
							return err
						}
						b, err := tx.Setting("b")
						if a != b {
							err = errors.Join(err, errors.New("half a transaction was read: "+a+", "+b))
						}
						return err
					})
					if err != nil {
						return err
					}
				}
				return nil
			}()
		}()
	}
	for i := range writes {
		value := string(rune('A' + i%26))
		update(t, s, func(tx engine.Tx) error {
			return errors.Join(tx.PutSetting("a", value), tx.PutSetting("b", value))
		})
	}
	for range goroutines {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
