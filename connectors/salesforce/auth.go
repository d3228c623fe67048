package salesforce

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"handoffd/connectors"
)

// assertionLife is how long a JWT is good for. Salesforce takes about three
// minutes at most; less leaves room for a clock that is a little off.
const assertionLife = 2 * time.Minute

// signIn fetches access tokens by one of the three flows, and remembers where
// the org lives and who we are in it.
type signIn struct {
	cfg Config

	mu       sync.Mutex
	instance *url.URL
	orgID    string
	userID   string
	refresh  string // the refresh token in use, which the org may rotate
}

func newSignIn(cfg Config) *signIn {
	s := &signIn{cfg: cfg}
	if cfg.Auth.Refresh != nil {
		s.refresh = cfg.Auth.Refresh.RefreshToken
	}
	return s
}

// fetch brings a new access token. Its HTTP goes through the client in ctx.
func (s *signIn) fetch(ctx context.Context) (*oauth2.Token, error) {
	source, err := s.source(ctx)
	if err != nil {
		return nil, err
	}
	token, err := source.Token()
	if err != nil {
		return nil, s.explain(err)
	}
	if err := s.remember(token); err != nil {
		return nil, err
	}
	return token, nil
}

func (s *signIn) source(ctx context.Context) (oauth2.TokenSource, error) {
	endpoint := s.cfg.LoginURL + "/services/oauth2/token"
	switch auth := s.cfg.Auth; {
	case auth.JWT != nil:
		assertion, err := s.assertion(auth.JWT)
		if err != nil {
			return nil, err
		}
		// x/oauth2's own JWT source signs by the wall clock; its client
		// credentials source lets us name another grant.
		config := clientcredentials.Config{
			TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInParams,
			EndpointParams: url.Values{
				"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion},
			},
		}
		return config.TokenSource(ctx), nil
	case auth.ClientCredentials != nil:
		config := clientcredentials.Config{
			ClientID: auth.ClientCredentials.ClientID, ClientSecret: auth.ClientCredentials.ClientSecret,
			TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInParams,
		}
		return config.TokenSource(ctx), nil
	default:
		config := oauth2.Config{
			ClientID: auth.Refresh.ClientID, ClientSecret: auth.Refresh.ClientSecret,
			Endpoint: oauth2.Endpoint{TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInParams},
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		return config.TokenSource(ctx, &oauth2.Token{RefreshToken: s.refresh}), nil
	}
}

// assertion signs who we say we are (RFC 7523 with RS256).
func (s *signIn) assertion(j *JWT) (string, error) {
	claims, err := json.Marshal(struct {
		Issuer   string `json:"iss"`
		Subject  string `json:"sub"`
		Audience string `json:"aud"`
		Expires  int64  `json:"exp"`
	}{j.ClientID, j.Username, audience(j.Audience, s.cfg.LoginURL), s.cfg.Clock.Now().Add(assertionLife).Unix()})
	if err != nil {
		return "", fmt.Errorf("writing JWT claims: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + base64.RawURLEncoding.EncodeToString(claims)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, j.PrivateKey, crypto.SHA256, digest[:])
	if err != nil {
		return "", fmt.Errorf("signing JWT: %w", err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// audience is the aud claim: one of two fixed names, never the My Domain.
func audience(configured, login string) string {
	if configured != "" {
		return configured
	}
	u, err := url.Parse(login)
	if err == nil && (u.Hostname() == "test.salesforce.com" || strings.Contains(u.Hostname(), ".sandbox.")) {
		return "https://test.salesforce.com"
	}
	return DefaultLoginURL
}

// remember takes from a token reply where the org lives and who we are.
func (s *signIn) remember(token *oauth2.Token) error {
	text, _ := token.Extra("instance_url").(string)
	instance, err := url.Parse(text)
	if err != nil || instance.Host == "" || (instance.Scheme != "https" && instance.Scheme != "http") {
		return &connectors.Error{
			System: connectors.Salesforce, Class: connectors.Stop, Message: "the token reply names no instance_url",
			Fix: "check that login_url points to Salesforce",
		}
	}
	if instance.Scheme == "http" && strings.HasPrefix(s.cfg.LoginURL, "https:") {
		return &connectors.Error{
			System: connectors.Salesforce, Class: connectors.Stop, Message: "the token reply names an instance_url without TLS",
			Fix: "check that login_url points to Salesforce",
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instance = instance
	identity, _ := token.Extra("id").(string)
	if parts := strings.Split(identity, "/"); len(parts) >= 2 {
		s.orgID, s.userID = lenientID(parts[len(parts)-2]), lenientID(parts[len(parts)-1])
	}
	if token.RefreshToken != "" {
		s.refresh = token.RefreshToken
	}
	return nil
}

// home is the org's own URL, "" before the first sign-in.
func (s *signIn) home() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.instance == nil {
		return ""
	}
	return s.instance.Scheme + "://" + s.instance.Host
}

// user is the integration user's id, "" if the token reply did not tell it.
func (s *signIn) user() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.userID
}

// placeholderHost stands for the org in requests until they are sent: only
// then, after the credential was fetched, is it known where the org lives.
const placeholderHost = "instance.invalid"

// instanceTrip sends requests for the placeholder to the org.
type instanceTrip struct {
	base   http.RoundTripper
	signIn *signIn
}

// RoundTrip sends r, which is the chain's own copy.
func (t instanceTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == placeholderHost {
		t.signIn.mu.Lock()
		instance := t.signIn.instance
		t.signIn.mu.Unlock()
		if instance == nil {
			return nil, fmt.Errorf("sending request: not signed in yet")
		}
		target := *r.URL
		target.Scheme, target.Host = instance.Scheme, instance.Host
		r = r.Clone(r.Context())
		r.URL, r.Host = &target, ""
	}
	return t.base.RoundTrip(r)
}
