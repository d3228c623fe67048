package channels_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/channels"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
)

// received is a request as a test server got it.
type received struct {
	method, path string
	header       http.Header
	body         []byte
}

// receiver answers every request with a status and keeps it.
func receiver(t *testing.T, status int, header map[string]string, body string) (*httptest.Server, *[]received) {
	t.Helper()
	var got []received
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		got = append(got, received{r.Method, r.URL.Path, r.Header, data})
		for k, v := range header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s, &got
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	s, got := receiver(t, http.StatusAccepted, nil, "")
	c := clock.NewFake(monday())
	w := channels.NewWebhook(channels.WebhookConfig{URL: s.URL + "/in", Secret: "s3cret", Clock: c})
	for range 2 {
		if r := w.Send(t.Context(), message()); r.Outcome != connectors.Done {
			t.Fatalf("result %+v", r)
		}
		c.Advance(time.Hour)
	}
	if len(*got) != 2 {
		t.Fatalf("%d requests", len(*got))
	}
	first, second := (*got)[0], (*got)[1]
	if first.header.Get("webhook-id") == "" || first.header.Get("webhook-id") != second.header.Get("webhook-id") {
		t.Error("a message that came twice has two ids")
	}
	if first.header.Get("webhook-timestamp") != fmt.Sprint(monday().Unix()) || first.header.Get("webhook-signature") == second.header.Get("webhook-signature") {
		t.Error("the signature is not bound to the time of sending")
	}
	for _, r := range *got {
		h := r.header
		if want := channels.Sign("s3cret", h.Get("webhook-id"), h.Get("webhook-timestamp"), r.body); h.Get("webhook-signature") != want {
			t.Errorf("signature %q, want %q", h.Get("webhook-signature"), want)
		}
		var m engine.Message
		if err := json.Unmarshal(r.body, &m); err != nil || m.Key != message().Key || m.Body != message().Body {
			t.Errorf("body %s, %v", r.body, err)
		}
	}
}

// TestSign holds the signature against the example of standardwebhooks.com's
// own libraries.
func TestSign(t *testing.T) {
	t.Parallel()
	got := channels.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
	if channels.Sign("whsec_", "a", "1", nil) == channels.Sign("", "a", "1", nil) {
		t.Error("a secret that only looks like the standard's was taken for empty")
	}
}

func TestWebhookFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		header map[string]string
		class  connectors.Class
		retry  time.Time
	}{
		{http.StatusTooManyRequests, map[string]string{"Retry-After": "90"}, connectors.Retry, monday().Add(90 * time.Second)},
		{http.StatusServiceUnavailable, map[string]string{"Retry-After": "Mon, 02 Nov 2026 16:00:00 GMT"}, connectors.Retry, monday().Add(time.Hour)},
		{http.StatusInternalServerError, nil, connectors.Retry, time.Time{}},
		{http.StatusBadRequest, nil, connectors.ParkRecord, time.Time{}},
		{http.StatusUnauthorized, nil, connectors.Stop, time.Time{}},
		{http.StatusGone, nil, connectors.Stop, time.Time{}},
		{http.StatusFound, map[string]string{"Location": "http://127.0.0.1:1/"}, connectors.Stop, time.Time{}},
	} {
		t.Run(fmt.Sprint(c.status), func(t *testing.T) {
			t.Parallel()
			s, got := receiver(t, c.status, c.header, "boss@acme.example is not welcome")
			w := channels.NewWebhook(channels.WebhookConfig{URL: s.URL + "/token-in-path", Secret: "s3cret", Clock: clock.NewFake(monday())})
			r := w.Send(t.Context(), message())
			if connectors.ClassOf(r.Err) != c.class || len(*got) != 1 {
				t.Fatalf("result %+v after %d requests, want class %s", r, len(*got), c.class)
			}
			if at := retryAt(r.Err); !at.Equal(c.retry) {
				t.Errorf("retry at %v, want %v", at, c.retry)
			}
			secretFree(t, r.Err, "s3cret", "token-in-path", "acme.example")
		})
	}
}

func retryAt(err error) time.Time {
	var e *connectors.Error
	if !errors.As(err, &e) {
		return time.Time{}
	}
	return e.RetryAt
}

func secretFree(t *testing.T, err error, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if err != nil && strings.Contains(err.Error(), s) {
			t.Errorf("the error repeats %q: %v", s, err)
		}
	}
}

func TestWebhookAway(t *testing.T) {
	t.Parallel()
	s, _ := receiver(t, http.StatusOK, nil, "")
	address := s.URL + "/token-in-path"
	s.Close()
	w := channels.NewWebhook(channels.WebhookConfig{URL: address, Secret: "s3cret", Clock: clock.NewFake(monday())})
	r := w.Send(t.Context(), message())
	if connectors.ClassOf(r.Err) != connectors.Retry {
		t.Errorf("result %+v, want it tried again: nothing was sent", r)
	}
	secretFree(t, r.Err, "s3cret", "token-in-path")
	if _, err := w.Probe(t.Context()); connectors.ClassOf(err) != connectors.Stop {
		t.Errorf("probe: %v", err)
	}
}

// TestWebhookSilent: the clock ends a send; what became of it is unknown.
func TestWebhookSilent(t *testing.T) {
	t.Parallel()
	reached, release := make(chan struct{}), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(reached); <-release }))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(release) })
	c := clock.NewFake(monday())
	w := channels.NewWebhook(channels.WebhookConfig{URL: s.URL, Secret: "s", Clock: c})
	result := make(chan connectors.Result)
	go func() { result <- w.Send(t.Context(), message()) }()
	<-reached
	c.Advance(time.Minute)
	if r := <-result; r.Outcome != connectors.Unsure || !w.Repeats() {
		t.Errorf("result %+v, want an unknown outcome that may be repeated", r)
	}
}

func TestProbesTellNobody(t *testing.T) {
	t.Parallel()
	s, got := receiver(t, http.StatusMethodNotAllowed, nil, "")
	w := channels.NewWebhook(channels.WebhookConfig{URL: s.URL, Secret: "s", Clock: clock.NewFake(monday())})
	if _, err := w.Probe(t.Context()); err != nil || (*got)[0].method != http.MethodOptions || len((*got)[0].body) > 0 {
		t.Errorf("probe %v, %+v", err, *got)
	}
	gone, _ := receiver(t, http.StatusNotFound, nil, "")
	w = channels.NewWebhook(channels.WebhookConfig{URL: gone.URL, Secret: "s", Clock: clock.NewFake(monday())})
	if _, err := w.Probe(t.Context()); connectors.ClassOf(err) != connectors.Stop {
		t.Errorf("probe of an address that is not there: %v", err)
	}
}
