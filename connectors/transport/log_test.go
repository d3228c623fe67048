package transport_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

// TestLogNamesTheVendorsRequest: support needs the id, and a failure shows
// without debugging; neither URL, credential nor body is ever there (I8).
func TestLogNamesTheVendorsRequest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status  int
		level   slog.Level
		want    []string
		classed connectors.Class
	}{
		{200, slog.LevelDebug, []string{"level=DEBUG", "endpoint=e", "status=200", "attempts=1", "request=req-1"}, ""},
		{400, slog.LevelInfo, []string{"level=INFO", "status=400", "class=park_record", "request=req-1"}, connectors.ParkRecord},
	} {
		var log bytes.Buffer
		c, _ := newChain(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Request", "req-1")
			w.WriteHeader(tt.status)
			_, _ = io.WriteString(w, `{"name":"Jane Secret"}`)
		}, func(o *transport.Options) {
			o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: tt.level}))
			o.RequestHeader, o.Tokens = "X-Request", transport.StaticToken("t0ken")
		})
		_, seen := send(t, c, transport.Call{Endpoint: "e"}, "POST", "secret body")
		for _, want := range tt.want {
			if !strings.Contains(log.String(), want) {
				t.Errorf("status %d: the log lacks %q: %s", tt.status, want, log.String())
			}
		}
		for _, never := range []string{"secret", "Secret", "t0ken", "example.invalid"} {
			if strings.Contains(log.String(), never) {
				t.Errorf("status %d: the log shows %q: %s", tt.status, never, log.String())
			}
		}
		if tt.classed != "" && (seen.Err == nil || seen.Err.Request != "req-1") {
			t.Errorf("the error does not name the request: %+v", seen.Err)
		}
	}
}

// TestTheCallBoundsItsAttempt: a call's own timeout goes before the chain's,
// on the Clock.
func TestTheCallBoundsItsAttempt(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(start)
	go func() {
		if fake.BlockUntil(t.Context(), 1) == nil {
			fake.Advance(7 * time.Second)
		}
	}()
	c := transport.New(transport.Options{
		Clock: fake, Classify: byChain, Timeout: time.Hour,
		Base: transport.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })),
	})
	_, seen := send(t, c, transport.Call{Endpoint: "e", Timeout: 7 * time.Second, Attempts: 1}, "POST", "")
	if seen.Err == nil || seen.Err.Code != string(transport.FaultTimeout) {
		t.Errorf("after the call's seven seconds: %v", seen.Err)
	}
}

// TestRealignedDay: once the portal's zone is known the day ends there, and
// what was spent before still counts (I10).
func TestRealignedDay(t *testing.T) {
	t.Parallel()
	ends := start.Add(2 * time.Hour)
	budget := transport.NewBudget(transport.BudgetOptions{Calls: 2, Resets: func(time.Time) time.Time { return ends }})
	_ = budget.Spend(start, transport.PriorityHandoff)
	_ = budget.Spend(start, transport.PriorityHandoff)
	ends = start.Add(7 * time.Hour)
	budget.Realign(start)
	if err := budget.Spend(start.Add(3*time.Hour), transport.PriorityHandoff); err == nil || !err.RetryAt.Equal(ends) {
		t.Errorf("after the wrong midnight: %v, want refused until %s", err, ends)
	}
	if err := budget.Spend(ends, transport.PriorityHandoff); err != nil {
		t.Errorf("after the right midnight: %v", err)
	}
}
