package crmapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/demo/crmapi"
)

// client talks to a handler as if it were both CRMs.
func client(h http.HandlerFunc) *crmapi.Client {
	c := &crmapi.Client{
		HTTP: map[connectors.System]*http.Client{}, URL: map[connectors.System]string{},
		SignIn: func(context.Context, string) (string, error) { return "", errors.New("nobody may sign in") },
	}
	for _, system := range connectors.Systems() {
		c.HTTP[system], c.URL[system] = &http.Client{Transport: transport.Handler(h)}, "http://crm.example"
	}
	return c
}

func TestWaits(t *testing.T) {
	t.Parallel()
	asked, waited := 0, 0
	c := client(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 4 {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		fmt.Fprint(w, `{"id":"7"}`)
	})
	var refused *crmapi.RefusedError
	if err := c.HubSpot(t.Context(), http.MethodGet, "/x", nil, nil); !errors.As(err, &refused) || refused.Status != http.StatusTooManyRequests {
		t.Errorf("without Wait: %v", err)
	}
	c.Wait = func(context.Context) error { waited++; return nil }
	var reply struct{ ID string }
	if err := c.HubSpot(t.Context(), http.MethodGet, "/x", nil, &reply); err != nil || reply.ID != "7" || waited != 2 {
		t.Errorf("got %v, %v after %d waits", reply, err, waited)
	}
}

func TestSignsInAnew(t *testing.T) {
	t.Parallel()
	c := client(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer sam-2" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `[{"errorCode":"INVALID_SESSION_ID"}]`)
		}
	})
	n := 0
	c.SignIn = func(_ context.Context, user string) (string, error) {
		n++
		return fmt.Sprintf("%s-%d", user, n), nil
	}
	for range 2 { // the second request needs no new session
		if err := c.Salesforce(t.Context(), "sam", http.MethodGet, "/x", nil, nil); err != nil || n != 2 {
			t.Errorf("got %v after %d sessions", err, n)
		}
	}
	var refused *crmapi.RefusedError
	if err := c.Salesforce(t.Context(), "eve", http.MethodGet, "/x", nil, nil); !errors.As(err, &refused) || n != 4 {
		t.Errorf("a session that is no good twice: %v after %d sessions", err, n)
	}
}
