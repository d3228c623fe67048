package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// tokenLife is how long an access token lasts (HubSpot changelog, upcoming
// expiration of OAuth access tokens is changing).
const tokenLife = 1800 * time.Second

// oauthError is the error of the OAuth endpoints: RFC 6749's fields beside the
// older ones.
type oauthError struct {
	Error         string `json:"error,omitempty"`
	Description   string `json:"error_description,omitempty"`
	Status        string `json:"status"`
	Message       string `json:"message"`
	CorrelationID string `json:"correlationId"`
}

func (c *call) oauthRefuse(status int, code, old, message string) (reply, error) {
	e := oauthError{Status: old, Message: message, CorrelationID: c.id}
	if c.version != "v1" {
		e.Error, e.Description = code, message
	}
	return reply{status: status, body: e, noLimit: true}, nil
}

// form reads the parameters of an OAuth call: from the body only, except that
// v1 also takes them from the query (OAuth v1 migration guide).
func (c *call) form() (url.Values, error) {
	kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" && !(c.version == "v1" && len(c.body) == 0) {
		return nil, &refusal{status: http.StatusUnsupportedMediaType, body: errorBody{Message: "HTTP 415 Unsupported Media Type"}}
	}
	values, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, portal.Invalid("Invalid form body")
	}
	if c.version == "v1" {
		for name, list := range c.query {
			if values.Get(name) == "" {
				values[name] = list
			}
		}
	}
	return values, nil
}

// token is POST /oauth/{version}/token.
func (s *Server) token(c *call) (reply, error) {
	f, err := c.form()
	if err != nil {
		return reply{}, err
	}
	s.vault.mu.Lock()
	defer s.vault.mu.Unlock()
	app := s.vault.apps[f.Get("client_id")]
	if app == nil {
		return c.oauthRefuse(http.StatusBadRequest, "invalid_client", "BAD_CLIENT_ID", "missing or unknown client id")
	}
	if f.Get("client_secret") != app.ClientSecret {
		return c.oauthRefuse(http.StatusBadRequest, "invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret")
	}
	switch f.Get("grant_type") {
	case "refresh_token":
		if f.Get("refresh_token") == "" || f.Get("refresh_token") != app.RefreshToken {
			return c.oauthRefuse(http.StatusBadRequest, "invalid_grant", "BAD_REFRESH_TOKEN", "missing or invalid refresh token")
		}
	case "authorization_code":
		if app.Code == "" || f.Get("code") != app.Code {
			return c.oauthRefuse(http.StatusBadRequest, "invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code")
		}
		if app.RedirectURI != "" && f.Get("redirect_uri") != app.RedirectURI {
			return c.oauthRefuse(http.StatusBadRequest, "invalid_grant", "BAD_REDIRECT_URI", "missing or invalid redirect uri")
		}
		app.Code = ""
	case "client_credentials":
		if c.version == "v1" {
			return c.oauthRefuse(http.StatusBadRequest, "unsupported_grant_type", "BAD_GRANT_TYPE", "missing or unknown grant type")
		}
	default:
		return c.oauthRefuse(http.StatusBadRequest, "unsupported_grant_type", "BAD_GRANT_TYPE", "missing or unknown grant type")
	}
	return s.issue(c, app, f), nil
}

// issue makes an access token; the vault is locked.
func (s *Server) issue(c *call, app *App, f url.Values) reply {
	v := s.vault
	v.made++
	sum := sha256.Sum256([]byte(fmt.Sprintf("%s/%s/%d", app.ClientID, app.ClientSecret, v.made)))
	g := &grant{
		token: "C" + base64.RawURLEncoding.EncodeToString(sum[:]) + "AAE", oauth: true, kind: "oauth",
		app: fmt.Sprintf("oauth:%d", app.AppID), appID: app.AppID, client: app,
		scopes: app.Scopes, all: app.Scopes == nil, expires: s.clock.Now().Add(tokenLife),
	}
	v.grants[g.token] = g
	body := struct {
		TokenType    string   `json:"token_type"`
		TokenUse     string   `json:"token_use"`
		RefreshToken string   `json:"refresh_token,omitempty"`
		AccessToken  string   `json:"access_token"`
		HubID        int64    `json:"hub_id"`
		Scopes       []string `json:"scopes"`
		ExpiresIn    int      `json:"expires_in"`
	}{"bearer", "access_token", app.RefreshToken, g.token, s.opts.PortalID, s.scopesOf(g), int(tokenLife.Seconds())}
	if f.Get("grant_type") == "client_credentials" {
		body.TokenUse, body.RefreshToken = "client_credentials", ""
	}
	return reply{status: http.StatusOK, noLimit: true, body: body}
}

// scopesOf lists a grant's scopes by name.
func (s *Server) scopesOf(g *grant) []string {
	if !g.all {
		return append([]string{"oauth"}, g.scopes...)
	}
	list := []string{"oauth"}
	for _, object := range []string{"contacts", "companies", "deals"} {
		list = append(list, "crm.objects."+object+".read", "crm.objects."+object+".write",
			"crm.schemas."+object+".read", "crm.schemas."+object+".write")
	}
	return append(list, "crm.objects.owners.read", "crm.objects.users.read", "tickets", "automation")
}

// tokenInfo is what introspection, or the older read of a token, tells of it.
type tokenInfo struct {
	Active    bool     `json:"active,omitempty"`
	Token     string   `json:"token"`
	TokenUse  string   `json:"token_use,omitempty"`
	TokenType string   `json:"token_type"`
	User      string   `json:"user,omitempty"`
	UserID    int64    `json:"user_id"`
	HubDomain string   `json:"hub_domain"`
	HubID     int64    `json:"hub_id"`
	AppID     int64    `json:"app_id"`
	ClientID  string   `json:"client_id,omitempty"`
	Scopes    []string `json:"scopes"`
	ExpiresIn int      `json:"expires_in,omitempty"`

	*accessInfo // of an access token alone
}

type accessInfo struct {
	Private bool        `json:"is_private_distribution"`
	Signed  signedToken `json:"signed_access_token"`
}

// signedToken is the token as HubSpot's own services hand it on (OpenAPI,
// SignedAccessToken); what stands in it is own.
type signedToken struct {
	ExpiresAt         int64  `json:"expiresAt"`
	Scopes            string `json:"scopes"`
	HubID             int64  `json:"hubId"`
	UserID            int64  `json:"userId"`
	AppID             int64  `json:"appId"`
	Signature         string `json:"signature"`
	ScopeGroups       string `json:"scopeToScopeGroupPks"`
	NewSignature      string `json:"newSignature"`
	Hublet            string `json:"hublet"`
	TrialScopes       string `json:"trialScopes"`
	TrialScopeGroups  string `json:"trialScopeToScopeGroupPks"`
	UserLevel         bool   `json:"isUserLevel"`
	InstallingUserID  int64  `json:"installingUserId"`
	ServiceAccount    bool   `json:"isServiceAccount"`
	PrivateDistribute bool   `json:"isPrivateDistribution"`
	Audience          string `json:"audience"`
	InstallID         string `json:"appInstallId"`
}

func (s *Server) accessInfo(g *grant) *accessInfo {
	return &accessInfo{Signed: signedToken{
		ExpiresAt: g.expires.UnixMilli(), Scopes: "AAEAAQ==", HubID: s.opts.PortalID, UserID: 9586504, AppID: g.appID,
		Signature: "sandbox", ScopeGroups: "AAAAAQ==", NewSignature: "sandbox", Hublet: "na1", InstallingUserID: 9586504,
		Audience: "PUBLIC", InstallID: "1",
	}}
}

// introspect is POST /oauth/{version}/token/introspect.
func (s *Server) introspect(c *call) (reply, error) {
	f, err := c.form()
	if err != nil {
		return reply{}, err
	}
	s.vault.mu.Lock()
	defer s.vault.mu.Unlock()
	app := s.vault.apps[f.Get("client_id")]
	if app == nil || f.Get("client_secret") != app.ClientSecret {
		return c.oauthRefuse(http.StatusBadRequest, "invalid_client", "BAD_CLIENT_ID", "missing or unknown client id")
	}
	token := f.Get("token")
	info := tokenInfo{Active: true, Token: token, TokenType: "bearer", HubDomain: "sandbox.example", HubID: s.opts.PortalID, UserID: 9586504, AppID: app.AppID, ClientID: app.ClientID}
	if token == app.RefreshToken && token != "" {
		info.TokenUse, info.Scopes = "refresh_token", s.scopesOf(&grant{scopes: app.Scopes, all: app.Scopes == nil})
		return reply{status: http.StatusOK, noLimit: true, body: info}, nil
	}
	g := s.vault.grants[token]
	if g == nil || g.client != app || g.revoked || !s.clock.Now().Before(g.expires) {
		return reply{status: http.StatusOK, noLimit: true, body: map[string]bool{"active": false}}, nil
	}
	info.TokenUse, info.Scopes = "access_token", s.scopesOf(g)
	info.ExpiresIn, info.accessInfo = int(g.expires.Sub(s.clock.Now()).Seconds()), s.accessInfo(g)
	return reply{status: http.StatusOK, noLimit: true, body: info}, nil
}

// revoke is POST /oauth/{version}/token/revoke.
func (s *Server) revoke(c *call) (reply, error) {
	f, err := c.form()
	if err != nil {
		return reply{}, err
	}
	s.vault.mu.Lock()
	defer s.vault.mu.Unlock()
	app := s.vault.apps[f.Get("client_id")]
	if app == nil || f.Get("client_secret") != app.ClientSecret {
		return c.oauthRefuse(http.StatusBadRequest, "invalid_client", "BAD_CLIENT_ID", "missing or unknown client id")
	}
	if f.Get("token") == app.RefreshToken {
		app.RefreshToken = ""
	}
	for _, g := range s.vault.grants {
		if g.client == app && (g.token == f.Get("token") || app.RefreshToken == "") {
			g.revoked = true
		}
	}
	return reply{status: http.StatusNoContent, noLimit: true}, nil
}

// accessTokenInfo is GET /oauth/v1/access-tokens/{token}.
func (s *Server) accessTokenInfo(c *call) (reply, error) {
	s.vault.mu.Lock()
	defer s.vault.mu.Unlock()
	now := s.clock.Now()
	g := s.vault.grants[c.params[0]]
	if g == nil || g.revoked || !g.oauth || !now.Before(g.expires) {
		return c.oauthRefuse(http.StatusNotFound, "invalid_token", "NOT_FOUND", "unknown or expired access token")
	}
	return reply{status: http.StatusOK, noLimit: true, body: tokenInfo{
		Token: g.token, TokenType: "access", User: "integration@sandbox.example", HubDomain: "sandbox.example",
		HubID: s.opts.PortalID, UserID: 9586504, AppID: g.appID, Scopes: s.scopesOf(g), ExpiresIn: int(g.expires.Sub(now).Seconds()),
		accessInfo: s.accessInfo(g),
	}}, nil
}

// refreshTokenInfo is GET /oauth/v1/refresh-tokens/{token}.
func (s *Server) refreshTokenInfo(c *call) (reply, error) {
	s.vault.mu.Lock()
	defer s.vault.mu.Unlock()
	for _, app := range s.vault.apps {
		if app.RefreshToken != "" && app.RefreshToken == c.params[0] {
			return reply{status: http.StatusOK, noLimit: true, body: map[string]any{
				"token": app.RefreshToken, "user": "integration@sandbox.example", "hub_domain": "sandbox.example",
				"scopes": s.scopesOf(&grant{scopes: app.Scopes, all: app.Scopes == nil}), "hub_id": s.opts.PortalID,
				"client_id": app.ClientID, "user_id": 9586504, "token_type": "refresh",
			}}, nil
		}
	}
	return c.oauthRefuse(http.StatusNotFound, "invalid_token", "NOT_FOUND", "unknown refresh token")
}

// deleteRefreshToken is DELETE /oauth/v1/refresh-tokens/{token}: the app is
// uninstalled.
func (s *Server) deleteRefreshToken(c *call) (reply, error) {
	s.vault.mu.Lock()
	defer s.vault.mu.Unlock()
	for _, app := range s.vault.apps {
		if app.RefreshToken == c.params[0] && strings.TrimSpace(app.RefreshToken) != "" {
			app.RefreshToken = ""
		}
	}
	return reply{status: http.StatusNoContent, noLimit: true}, nil
}
