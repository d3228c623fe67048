package connectortest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"handoffd/connectors"
	"handoffd/internal/clock"
)

// longestPass bounds a wait on the wall clock.
const longestPass = 20 * time.Second

// Remote acts in an org by the vendor's own API, for an Org that has no other
// way in. It borrows the access token of the connector under test, so the
// connector must have made a request before.
type Remote struct {
	wire  *Wire
	base  http.RoundTripper
	clock clock.Clock
	made  []connectors.Ref
}

// NewRemote sends by base, past wire.
func NewRemote(base http.RoundTripper, c clock.Clock) *Remote {
	return &Remote{wire: NewWire(base), base: base, clock: c}
}

// Wire is the transport for the connector.
func (r *Remote) Wire() *Wire { return r.wire }

// Now is the time of the clock.
func (r *Remote) Now() time.Time { return r.clock.Now() }

// Pass waits for d, but no longer than 20 seconds.
func (r *Remote) Pass(d time.Duration) {
	_ = r.clock.Sleep(context.Background(), min(d, longestPass)) // nothing ends this context
}

// SignIn makes the connector use its token once.
func (r *Remote) SignIn(c connectors.Connector) error {
	_, err := c.Identify(context.Background())
	if err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	return nil
}

// errNoSuchRecord is what Do says of a 404.
var errNoSuchRecord = errors.New("there is no such record")

// NotFound tells whether an error of Do was a 404.
func NotFound(err error) bool { return errors.Is(err, errNoSuchRecord) }

// Do makes one call: method, path from the host on, body as JSON unless nil,
// the reply's JSON into into unless nil. It never quotes a reply.
func (r *Remote) Do(method, path string, body, into any) error {
	token, host := r.wire.Session()
	if token == "" {
		return errors.New("calling the vendor: nobody has signed in yet")
	}
	var content io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("writing request: %w", err)
		}
		content = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, host+path, content)
	if err != nil {
		return fmt.Errorf("writing request: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	reply, err := r.base.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("calling %s %s: %w", method, request.URL.Path, err)
	}
	defer reply.Body.Close()
	data, err := io.ReadAll(reply.Body)
	switch {
	case reply.StatusCode == http.StatusNotFound:
		return fmt.Errorf("calling %s %s: %w", method, request.URL.Path, errNoSuchRecord)
	case reply.StatusCode/100 != 2:
		return fmt.Errorf("calling %s %s: HTTP %d", method, request.URL.Path, reply.StatusCode)
	case err != nil:
		return fmt.Errorf("reading reply: %w", err)
	case into == nil:
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("reading reply: %w", err)
	}
	return nil
}

// Made notes a record, to be removed at the end.
func (r *Remote) Made(o connectors.Object, id string) {
	r.made = append(r.made, connectors.Ref{Object: o, ID: id})
}

// Remove deletes what was made, the newest first, and before each account
// what stands on it. One that is gone already is no error.
func (r *Remote) Remove(org Org) error {
	var faults []error
	drop := func(o connectors.Object, id string) {
		if err := org.Delete(o, id); err != nil && !NotFound(err) {
			faults = append(faults, err)
		}
	}
	for i := len(r.made) - 1; i >= 0; i-- {
		ref := r.made[i]
		if _, there, err := org.Get(ref.Object, ref.ID); err != nil || !there {
			faults = append(faults, err)
			continue
		}
		if ref.Object == connectors.Account {
			for _, o := range []connectors.Object{connectors.Task, connectors.Note} {
				found, err := org.Activities(o, ref.ID)
				faults = append(faults, err)
				for _, a := range found {
					drop(o, a.ID)
				}
			}
		}
		drop(ref.Object, ref.ID)
	}
	r.made = nil
	return errors.Join(faults...)
}
