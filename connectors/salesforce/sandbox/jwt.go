package sandbox

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// assertionLife is the furthest that exp may lie ahead (Salesforce Help,
// "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration", which asks
// for minutes; tools of third parties use five).
const assertionLife = 5 * time.Minute

// milliseconds is where an exp can only be one in milliseconds. Salesforce CLI
// sends such, which the vendor takes for a time far ahead and lets pass.
const milliseconds = 1e11

type claims struct {
	Issuer    string      `json:"iss"`
	Subject   string      `json:"sub"`
	Principal string      `json:"prn"` // the older name; it wins
	Audience  string      `json:"aud"`
	Expires   json.Number `json:"exp"`
}

// grantJWT checks an assertion: the app, its key, the audience, the time and
// the user, in this order.
func (s *Server) grantJWT(r *http.Request, assertion string) reply {
	parts := strings.Split(assertion, ".")
	if assertion == "" || len(parts) != 3 {
		return oauthRefused("invalid_grant", "invalid assertion")
	}
	var header struct {
		Alg string `json:"alg"`
	}
	var c claims
	signature, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[2], "="))
	if err != nil || !decodePart(parts[0], &header) || !decodePart(parts[1], &c) {
		return oauthRefused("invalid_grant", "invalid assertion")
	}
	s.mu.Lock()
	app, ok := s.apps[c.Issuer]
	s.mu.Unlock()
	if !ok {
		return oauthRefused("invalid_client_id", "client identifier invalid")
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if header.Alg != "RS256" || app.PublicKey == nil || rsa.VerifyPKCS1v15(app.PublicKey, crypto.SHA256, sum[:], signature) != nil {
		return oauthRefused("invalid_grant", "invalid assertion")
	}
	if !s.ourAudience(r, c.Audience) {
		return oauthRefused("invalid_grant", "audience is invalid")
	}
	exp, err := c.Expires.Float64()
	left := exp - float64(s.clock.Now().Unix())
	if err != nil || left <= 0 || left > assertionLife.Seconds() && exp < milliseconds {
		return oauthRefused("invalid_grant", "expired authorization code")
	}
	user := c.Subject
	if c.Principal != "" {
		user = c.Principal
	}
	if !strings.EqualFold(user, app.Username) {
		return oauthRefused("invalid_grant", "user hasn't approved this consumer")
	}
	return s.grant(r, user)
}

func decodePart(part string, v any) bool {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
	return err == nil && json.Unmarshal(b, v) == nil
}

func (s *Server) ourAudience(r *http.Request, aud string) bool {
	switch strings.TrimSuffix(aud, "/") {
	case "https://login.salesforce.com", "https://test.salesforce.com", s.base(r):
		return true
	}
	return false
}
