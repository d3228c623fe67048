package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

func TestTokensSingleFlight(t *testing.T) {
	t.Parallel()
	var fetched atomic.Int32
	release := make(chan struct{})
	tokens := transport.NewTokens(clock.NewFake(start), 0, func(context.Context) (*oauth2.Token, error) {
		<-release
		return &oauth2.Token{AccessToken: strconv.Itoa(int(fetched.Add(1)))}, nil
	})
	// The one who starts the fetch goes away; the others still get the token.
	impatient, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := tokens.Token(impatient)
		gone <- err
	}()
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("impatient caller got %v", err)
	}
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			token, err := tokens.Token(t.Context())
			if err != nil || token.AccessToken != "1" {
				t.Errorf("token %v, err %v", token, err)
			}
		})
	}
	close(release)
	wait.Wait()
	tokens.Invalidate("some older token")
	if token, _ := tokens.Token(t.Context()); token.AccessToken != "1" {
		t.Error("a stale refusal dropped a good token")
	}
	tokens.Invalidate("1")
	if token, _ := tokens.Token(t.Context()); token.AccessToken != "2" {
		t.Error("a refused token was given out again")
	}
}

func TestTokensEarlyRefreshOnTheClock(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(start)
	n := 0
	tokens := transport.NewTokens(fake, time.Minute, func(context.Context) (*oauth2.Token, error) {
		n++
		return &oauth2.Token{AccessToken: strconv.Itoa(n), ExpiresIn: 1800, Expiry: time.Unix(1, 0)}, nil
	})
	for _, step := range []struct {
		after time.Duration
		want  string
	}{{0, "1"}, {28 * time.Minute, "1"}, {29 * time.Minute, "2"}, {57 * time.Minute, "2"}, {58 * time.Minute, "3"}} {
		fake.Set(start.Add(step.after))
		if token, _ := tokens.Token(t.Context()); token.AccessToken != step.want {
			t.Errorf("after %s: token %s, want %s", step.after, token.AccessToken, step.want)
		}
	}
}

// TestTokenFetchGoesThroughTheBase adapts a real x/oauth2 source.
func TestTokenFetchGoesThroughTheBase(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(start).AutoAdvance()
	config := clientcredentials.Config{
		ClientID: "id", ClientSecret: "hush", TokenURL: "https://login.invalid/token", AuthStyle: oauth2.AuthStyleInParams,
	}
	failures := 1
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/token" {
			if failures--; failures >= 0 {
				panic(http.ErrAbortHandler)
			}
			_, _ = io.WriteString(w, `{"access_token":"abc","expires_in":1800}`)
			return
		}
		if r.Header.Get("Authorization") != "Bearer abc" {
			w.WriteHeader(401)
		}
	})
	c := transport.New(transport.Options{
		System: connectors.HubSpot, Base: transport.Handler(h), Clock: fake, Classify: byChain,
		Tokens: transport.NewTokens(fake, 0, transport.Source(config.TokenSource)),
	})
	_, seen := send(t, c, transport.Call{Endpoint: "e"}, "POST", "b")
	if seen.Err != nil || seen.Attempts != 1 {
		t.Fatalf("%+v", seen)
	}
	calls := c.Calls()
	if len(calls) != 2 || calls[1].Endpoint != "oauth2/token" || calls[1].Count != 2 {
		t.Errorf("calls = %+v", calls)
	}
	if seen.Err != nil && strings.Contains(seen.Err.Error(), "hush") {
		t.Error("secret in error")
	}
}

func TestTokenErrorsKeepTheirClass(t *testing.T) {
	t.Parallel()
	refused := &connectors.Error{Class: connectors.Stop, Code: "invalid_grant", Fix: "approve the user"}
	c, fake := newChain(t, func(http.ResponseWriter, *http.Request) { t.Error("sent without a credential") }, nil)
	_ = c
	c = transport.New(transport.Options{
		Clock: fake, Classify: byChain,
		Tokens: transport.NewTokens(fake, 0, func(context.Context) (*oauth2.Token, error) { return nil, refused }),
	})
	_, seen := send(t, c, transport.Call{Endpoint: "e"}, "GET", "")
	if seen.Err == nil || seen.Err.Class != connectors.Stop || seen.Err.Fix != "approve the user" || seen.Attempts != 0 {
		t.Errorf("%+v", seen)
	}
}
