package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func (r *rig) request(ctx context.Context, method, path, body string) *http.Request {
	req, err := http.NewRequestWithContext(ctx, method, "https://api.hubapi.com"+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+testToken)
	req.Header.Set("Content-Type", "application/json")
	return req
}

func TestInProcessTransport(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	client := &http.Client{Transport: r.s.InProcess()}
	resp, err := client.Do(r.request(t.Context(), "POST", v3+"companies", `{"properties":{"name":"Acme"}}`))
	if err != nil || resp.StatusCode != 201 {
		t.Fatalf("create: %v %v", resp, err)
	}
	r.fault(object{"kind": "drop_after"})
	if _, err := client.Do(r.request(t.Context(), "POST", v3+"companies", `{"properties":{"name":"Acme"}}`)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("dropped: %v", err)
	}
	r.fault(object{"kind": "truncated"})
	resp, err = client.Do(r.request(t.Context(), "GET", v3+"companies", ""))
	if err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) || len(data) == 0 {
		t.Errorf("truncated: %q %v", data, err)
	}
	r.fault(object{"kind": "latency", "latency_ms": 60000})
	ctx, cancel := r.clock.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	done := make(chan error)
	go func() {
		_, err := client.Do(r.request(ctx, "GET", v3+"companies", ""))
		done <- err
	}()
	if err := r.clock.BlockUntil(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(5 * time.Second)
	if err := <-done; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("timed out: %v", err)
	}
}

// The race detector reads along here.
func TestManyClientsAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	client := &http.Client{Transport: r.s.InProcess()}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 20 {
				body := fmt.Sprintf(`{"properties":{"email":"a%d-%d@acme.example"}}`, i, j)
				for _, req := range []*http.Request{
					r.request(t.Context(), "POST", v3+"contacts", body),
					r.request(t.Context(), "POST", dated+"contacts/search", `{"query":"acme"}`),
					r.request(t.Context(), "GET", v3+"contacts?limit=5", ""),
					r.request(t.Context(), "GET", "/_sandbox/calls", ""),
				} {
					resp, err := client.Do(req)
					if err != nil || resp.StatusCode >= 300 {
						t.Errorf("%s: %v %v", req.URL, resp, err)
					}
				}
			}
		})
	}
	all.Wait()
	if n := r.s.Count("contacts"); n != 160 {
		t.Errorf("%d contacts", n)
	}
}
