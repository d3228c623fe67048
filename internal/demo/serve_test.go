package demo

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"handoffd/internal/clock"
	"handoffd/internal/demo/world"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		address string
		remote  bool
		open    bool // refused as open to others
		bad     bool
	}{
		"loopback":             {address: "127.0.0.1:0"},
		"all of 127":           {address: "127.8.8.8:80"},
		"loopback of IPv6":     {address: "[::1]:0"},
		"by name":              {address: "localhost:8001"},
		"everywhere":           {address: "0.0.0.0:8001", open: true},
		"everywhere by nobody": {address: ":8001", open: true},
		"the network":          {address: "192.168.1.5:8001", open: true},
		"another name":         {address: "crm.example:8001", open: true},
		"allowed":              {address: "0.0.0.0:8001", remote: true},
		"no port":              {address: "127.0.0.1", bad: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, a := range []Addresses{
				{Salesforce: test.address, HubSpot: "127.0.0.1:0", Remote: test.remote},
				{Salesforce: "127.0.0.1:0", HubSpot: test.address, Remote: test.remote},
			} {
				err := a.Check()
				var open *RemoteError
				if errors.As(err, &open) != test.open || (err != nil) != (test.open || test.bad) {
					t.Errorf("%+v: %v", a, err)
				}
			}
		})
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	key, err := testKey()
	try(t, err)
	w, err := world.New(world.Options{Clock: clock.NewFake(monday()), Key: key})
	try(t, err)
	quiet := slog.New(slog.DiscardHandler)
	s, err := Serve(t.Context(), w, Addresses{Salesforce: "127.0.0.1:0", HubSpot: "127.0.0.1:0"}, quiet)
	try(t, err)
	for url, want := range map[string]string{
		s.SalesforceURL + "/services/data": `"version"`, s.HubSpotURL + "/crm/v3/owners": "INVALID_AUTHENTICATION",
	} {
		reply, err := http.Get(url)
		try(t, err)
		body, err := io.ReadAll(reply.Body)
		try(t, errors.Join(err, reply.Body.Close()))
		if !strings.Contains(string(body), want) {
			t.Errorf("%s answers %s", url, body)
		}
	}
	taken := strings.TrimPrefix(s.SalesforceURL, "http://")
	if _, err := Serve(t.Context(), w, Addresses{Salesforce: "127.0.0.1:0", HubSpot: taken}, quiet); err == nil {
		t.Error("two sandboxes listen on one address")
	}
	if _, err := Serve(t.Context(), w, Addresses{Salesforce: "0.0.0.0:0", HubSpot: "127.0.0.1:0"}, quiet); err == nil {
		t.Error("a sandbox listens everywhere")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	try(t, s.Wait(ctx))
	try(t, s.Close())
	if _, err := net.Dial("tcp", taken); err == nil {
		t.Error("it still listens")
	}
}

func TestReachable(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"0.0.0.0:81": "127.0.0.1:81", "[::]:82": "127.0.0.1:82", "127.0.0.1:83": "127.0.0.1:83", "[::1]:84": "[::1]:84",
	} {
		a, err := net.ResolveTCPAddr("tcp", address)
		try(t, err)
		if got := reachable(a); got != want {
			t.Errorf("%s is reached by %s", address, got)
		}
	}
}
