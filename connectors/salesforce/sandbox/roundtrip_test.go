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

func (r *rig) send(ctx context.Context, method, path, body string) (string, error) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, "https://acme.my.salesforce.com"+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Transport: r.s}).Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ctx := context.Background()
	if body, err := r.send(ctx, "POST", v+"/sobjects/Account", `{"Name":"x"}`); err != nil || !strings.Contains(body, `"success":true`) {
		t.Errorf("%s, %v", body, err)
	}
	for _, action := range []string{"drop_before", "drop_after", "truncated_body"} {
		r.fault(`{"action":"` + action + `"}`)
		if body, err := r.send(ctx, "GET", v+"/limits", ""); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %s, %v", action, body, err)
		}
	}
	r.fault(`{"action":"latency","delay":"1m"}`)
	ctx, cancel := r.clock.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := r.send(ctx, "POST", v+"/sobjects/Account", `{"Name":"late"}`)
		done <- err
	}()
	if err := r.clock.BlockUntil(context.Background(), 2); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(30 * time.Second)
	if err := <-done; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a call past its deadline: %v", err)
	}
	if got := r.column("SELECT Id FROM Account", "Id"); len(got) != 1 {
		t.Errorf("a dropped call wrote: %v", got)
	}
}

// Readers, writers and the control plane at once: for the race detector.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.account("Acme")
	var wg sync.WaitGroup
	run := func(f func(i int)) {
		wg.Go(func() {
			for i := range 40 {
				f(i)
			}
		})
	}
	run(func(i int) {
		r.do("PATCH", v+"/sobjects/Account/"+id, fmt.Sprintf(`{"Site":"%d"}`, i))
	})
	run(func(i int) { r.do("POST", v+"/sobjects/Contact", `{"LastName":"x","AccountId":"`+id+`"}`) })
	for range 2 {
		run(func(int) {
			r.query("SELECT Id, Account.Name, Account.Owner.Name FROM Contact WHERE SystemModstamp >= 2026-11-23T00:00:00Z ORDER BY SystemModstamp, Id")
		})
	}
	run(func(int) { r.do("GET", v+"/sobjects/Account/describe", "") })
	run(func(int) { r.do("GET", "/_sandbox/calls", ""); r.s.Alerts(); r.s.Usage() })
	run(func(int) { r.do("POST", "/_sandbox/clock", `{"advance":"1s"}`) })
	run(func(i int) {
		if i%10 == 0 {
			_ = r.s.AddField("Account", Field{Name: fmt.Sprintf("F%d__c", i), Type: "string"})
		}
		r.fault(`{"action":"latency","delay":"1ns","path":"/nothing"}`)
	})
	wg.Wait()
	if got := r.column("SELECT Site FROM Account", "Site"); got[0] != "39" {
		t.Errorf("the last write is %v", got)
	}
	if n := len(r.column("SELECT Id FROM Contact", "Id")); n != 40 {
		t.Errorf("%d contacts", n)
	}
}
