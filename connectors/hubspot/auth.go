package hubspot

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"golang.org/x/oauth2"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

// tokenSource makes the credential out of the operator's choice.
func tokenSource(c Config, p paths, base string) transport.TokenSource {
	if c.Auth.OAuth == nil {
		return transport.StaticToken(c.Auth.Token)
	}
	r := &refresher{app: *c.Auth.OAuth, url: base + p.token(), clock: c.Clock, current: c.Auth.OAuth.RefreshToken}
	return transport.NewTokens(c.Clock, 0, r.fetch)
}

// refresher exchanges the refresh token for access tokens by x/oauth2. The
// whole request stands in the form body: paths newer than v1 refuse
// credentials in the query (HubSpot developer docs, "OAuth v3 endpoints").
type refresher struct {
	app   OAuth
	url   string
	clock clock.Clock

	mu      sync.Mutex
	current string
}

func (r *refresher) fetch(ctx context.Context) (*oauth2.Token, error) {
	r.mu.Lock()
	refresh := r.current
	r.mu.Unlock()
	config := oauth2.Config{
		ClientID: r.app.ClientID, ClientSecret: r.app.ClientSecret,
		Endpoint: oauth2.Endpoint{TokenURL: r.url, AuthStyle: oauth2.AuthStyleInParams},
	}
	token, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}).Token()
	if err != nil {
		return nil, r.explain(err)
	}
	r.rotate(refresh, token.RefreshToken)
	return token, nil
}

// rotate keeps a new refresh token. HubSpot is not known to rotate them today
// but says that whatever comes back is the one to keep.
func (r *refresher) rotate(old, fresh string) {
	if fresh == "" || fresh == old {
		return
	}
	r.mu.Lock()
	r.current = fresh
	r.mu.Unlock()
	if r.app.Rotated != nil {
		r.app.Rotated(fresh)
	}
}

// fixForApp tells the admin what to do, by HubSpot's own code or that of
// RFC 6749 (HubSpot changelog, "New OAuth v3 API endpoints and standardized
// error responses").
func fixForApp(code string) string {
	switch code {
	case "BAD_REFRESH_TOKEN", "invalid_grant":
		return "the app was uninstalled, or its access was taken back: install the app in the portal again and set the new refresh_token"
	case "BAD_CLIENT_ID", "BAD_CLIENT_SECRET", "invalid_client":
		return "check client_id and client_secret against the app's Auth page in HubSpot"
	default:
		return "check client_id, client_secret and refresh_token of the HubSpot app, or install the app anew"
	}
}

// explain classifies a refusal of the token endpoint. Its body may hold
// credentials, so only HubSpot's own code for the fault goes on.
func (r *refresher) explain(err error) error {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || refused.Response == nil {
		return err // the chain knows network failures better
	}
	body := readVendorError(refused.Body)
	code := or(refused.ErrorCode, string(body.Status))
	status, header := refused.Response.StatusCode, refused.Response.Header
	e := &connectors.Error{
		System: connectors.HubSpot, Class: connectors.Stop, Status: status, Code: code,
		Message: "signing in was refused", Request: body.CorrelationID,
		Fix: fixForApp(or(string(body.Status), code)),
	}
	now := r.clock.Now()
	switch {
	case status == http.StatusTooManyRequests:
		e.Class, e.Fix, e.RetryAt = connectors.Retry, "", waitBurst.at(now, header, now)
	case status >= http.StatusInternalServerError && status != 530, status == http.StatusRequestTimeout, status == http.StatusLocked:
		e.Class, e.Fix, e.RetryAt = connectors.Retry, "", transport.RetryAfter(header, now)
	case status == 477:
		e.Class, e.Fix, e.RetryAt = connectors.Retry, fixMigration, waitMigration.at(now, header, now)
	}
	return e
}
