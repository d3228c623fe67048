package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// oauthError is the object that the token endpoint answers with HTTP 400
// (Salesforce Help, "OAuth 2.0 Authorization Errors").
type oauthError struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func oauthRefused(code, description string) reply {
	return answer(http.StatusBadRequest, oauthError{code, description})
}

// tokenReply is what a successful grant answers. Neither the JWT bearer flow
// nor client credentials give a refresh token or expires_in.
type tokenReply struct {
	AccessToken string `json:"access_token"`
	Signature   string `json:"signature,omitempty"`
	Scope       string `json:"scope,omitempty"`
	InstanceURL string `json:"instance_url"`
	ID          string `json:"id"`
	TokenType   string `json:"token_type"`
	IssuedAt    string `json:"issued_at,omitempty"`
}

// token serves POST /services/oauth2/token.
func (s *Server) token(r *http.Request, body []byte) reply {
	if r.Method != http.MethodPost {
		return oauthRefused("invalid_request", "must use HTTP POST")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return oauthRefused("invalid_request", "the request must be form encoded")
	}
	if id, secret, ok := r.BasicAuth(); ok && form.Get("client_id") == "" {
		form.Set("client_id", id)
		form.Set("client_secret", secret)
	}
	switch form.Get("grant_type") {
	case "":
		return oauthRefused("invalid_request", "grant_type is required")
	case jwtBearer:
		return s.grantJWT(r, form.Get("assertion"))
	case "client_credentials":
		return s.grantClient(r, form)
	case "refresh_token":
		return s.grantRefresh(r, form)
	case "password":
		return oauthRefused("invalid_grant", "authentication failure")
	}
	return oauthRefused("unsupported_grant_type", "grant type not supported")
}

// app checks client_id and client_secret.
func (s *Server) app(form url.Values) (App, *reply) {
	s.mu.Lock()
	app, ok := s.apps[form.Get("client_id")]
	s.mu.Unlock()
	var r reply
	switch {
	case !ok:
		r = oauthRefused("invalid_client_id", "client identifier invalid")
	case app.ClientSecret == "" || subtle.ConstantTimeCompare([]byte(app.ClientSecret), []byte(form.Get("client_secret"))) != 1:
		r = oauthRefused("invalid_client", "invalid client credentials")
	default:
		return app, nil
	}
	return App{}, &r
}

func (s *Server) grantClient(r *http.Request, form url.Values) reply {
	app, bad := s.app(form)
	if bad != nil {
		return *bad
	}
	if app.Username == "" {
		return oauthRefused("invalid_grant", "no client credentials user enabled")
	}
	return s.grant(r, app.Username)
}

func (s *Server) grantRefresh(r *http.Request, form url.Values) reply {
	app, bad := s.app(form)
	if bad != nil {
		return *bad
	}
	if app.RefreshToken == "" || subtle.ConstantTimeCompare([]byte(app.RefreshToken), []byte(form.Get("refresh_token"))) != 1 {
		return oauthRefused("invalid_grant", "expired access/refresh token")
	}
	return s.grant(r, app.Username)
}

// grant opens a session for the user and answers its token.
func (s *Server) grant(r *http.Request, username string) reply {
	s.org.RLock()
	user, active := s.userByName(username)
	s.org.RUnlock()
	switch {
	case user == 0:
		return oauthRefused("invalid_grant", "user hasn't approved this consumer")
	case !active:
		return oauthRefused("inactive_user", "user is inactive")
	}
	return s.issue(r, user)
}

func (s *Server) issue(r *http.Request, user org.ID) reply {
	base := s.base(r)
	t := tokenReply{
		AccessToken: s.open(user), Scope: "api refresh_token", InstanceURL: base,
		ID: base + "/id/" + s.org.ID() + "/" + user.String(), TokenType: "Bearer",
		IssuedAt: strconv.FormatInt(s.clock.Now().UnixMilli(), 10),
	}
	mac := hmac.New(sha256.New, []byte(s.org.ID()))
	mac.Write([]byte(t.ID + t.IssuedAt))
	t.Signature = base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return answer(http.StatusOK, t)
}

// revoke serves /services/oauth2/revoke.
func (s *Server) revoke(r *http.Request, body []byte) reply {
	token := r.URL.Query().Get("token")
	if form, err := url.ParseQuery(string(body)); err == nil && form.Get("token") != "" {
		token = form.Get("token")
	}
	if !s.closeSession(token) {
		return oauthRefused("unsupported_token_type", "this token type is not supported")
	}
	return empty(http.StatusOK)
}
