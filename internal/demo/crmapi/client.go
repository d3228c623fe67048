// Package crmapi talks to the two CRMs over the vendors' own APIs with plain
// requests and none of the connectors' code: what it finds is evidence, and
// what it does is what people and other tools do.
//
//   - client.go sends requests and signs in.
//   - read.go reads rows, records and owners.
package crmapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"handoffd/connectors"
)

// Client calls both CRMs. It is not safe for concurrent use.
type Client struct {
	HTTP map[connectors.System]*http.Client
	URL  map[connectors.System]string
	// HubSpotToken does not end.
	HubSpotToken string
	// Wait, if set, is called when a CRM says that it was asked too often,
	// before the request is sent again.
	Wait func(ctx context.Context) error
	// SignIn opens a Salesforce session for a user ("" for whoever the client
	// is made for) and returns its token.
	SignIn func(ctx context.Context, user string) (token string, err error)

	sessions map[string]string // Salesforce tokens by user
}

// RefusedError is a reply that is no success.
type RefusedError struct {
	System       connectors.System
	Method, Path string
	Status       int
	Body         string
}

// Error shows what was asked and what the vendor said.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("asking %s for %s %s: HTTP %d: %s", e.System, e.Method, e.Path, e.Status, e.Body)
}

const (
	// largestReply bounds what is read of one reply, quoted what is shown of a
	// refusal.
	largestReply = 32 << 20
	quoted       = 500
)

// patience is how often a request is sent again that was one too many.
const patience = 100

// Call sends one request and decodes the reply's JSON into v, if v is not nil.
// A body is sent as a form if it is one, else as JSON.
func (c *Client) Call(ctx context.Context, system connectors.System, method, path, token string, body, v any) error {
	for attempt := 0; ; attempt++ {
		err := c.once(ctx, system, method, path, token, body, v)
		var refused *RefusedError
		if c.Wait == nil || attempt == patience || !errors.As(err, &refused) || refused.Status != http.StatusTooManyRequests {
			return err
		}
		if err := c.Wait(ctx); err != nil {
			return err
		}
	}
}

func (c *Client) once(ctx context.Context, system connectors.System, method, path, token string, body, v any) error {
	r, err := c.request(ctx, system, method, path, token, body)
	if err != nil {
		return fmt.Errorf("making request: %w", err)
	}
	reply, err := c.HTTP[system].Do(r)
	if err != nil {
		return fmt.Errorf("asking %s: %w", system, err)
	}
	defer func() { _ = reply.Body.Close() }() // only read from
	data, err := io.ReadAll(io.LimitReader(reply.Body, largestReply))
	if err != nil {
		return fmt.Errorf("reading from %s: %w", system, err)
	}
	if reply.StatusCode/100 != 2 {
		return &RefusedError{System: system, Method: method, Path: path, Status: reply.StatusCode, Body: string(data[:min(len(data), quoted)])}
	}
	if v == nil || len(data) == 0 {
		return nil
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("reading from %s: %w", system, err)
	}
	return nil
}

func (c *Client) request(ctx context.Context, system connectors.System, method, path, token string, body any) (*http.Request, error) {
	var payload io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case url.Values:
		payload, kind = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	default:
		data, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		payload = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.URL[system]+path, payload)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", kind)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r, nil
}

// HubSpot calls HubSpot.
func (c *Client) HubSpot(ctx context.Context, method, path string, body, v any) error {
	return c.Call(ctx, connectors.HubSpot, method, path, c.HubSpotToken, body, v)
}

// Salesforce calls Salesforce as a user, signed in. A session that has ended is
// opened anew, once.
func (c *Client) Salesforce(ctx context.Context, user, method, path string, body, v any) error {
	for attempt := 0; ; attempt++ {
		token, err := c.session(ctx, user)
		if err != nil {
			return err
		}
		err = c.Call(ctx, connectors.Salesforce, method, path, token, body, v)
		var refused *RefusedError
		if !errors.As(err, &refused) || refused.Status != http.StatusUnauthorized || attempt > 0 {
			return err
		}
		delete(c.sessions, user)
	}
}

func (c *Client) session(ctx context.Context, user string) (string, error) {
	if token := c.sessions[user]; token != "" {
		return token, nil
	}
	token, err := c.SignIn(ctx, user)
	if err != nil {
		return "", fmt.Errorf("signing in to salesforce: %w", err)
	}
	if c.sessions == nil {
		c.sessions = map[string]string{}
	}
	c.sessions[user] = token
	return token, nil
}

// ClientCredentials is a SignIn by the flow of that name: always as the app's
// own user.
func (c *Client) ClientCredentials(id, secret string) func(context.Context, string) (string, error) {
	return func(ctx context.Context, _ string) (string, error) {
		var reply struct {
			AccessToken string `json:"access_token"`
		}
		err := c.Call(ctx, connectors.Salesforce, http.MethodPost, "/services/oauth2/token", "", url.Values{
			"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret},
		}, &reply)
		return reply.AccessToken, err
	}
}
