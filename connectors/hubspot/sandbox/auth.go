package sandbox

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// The kinds of Token.
const (
	ServiceKey = "service_key"
	PrivateApp = "private_app"
)

// Token is a credential that does not expire.
type Token struct {
	// Value goes behind "Bearer ".
	Value string
	// Scopes granted; nil means all.
	Scopes []string
	// Kind is ServiceKey or PrivateApp (default).
	Kind string
	// AppID shows in hs_object_source_id (default made up).
	AppID int64
}

// App is an OAuth app that the account has installed.
type App struct {
	ClientID, ClientSecret string
	RefreshToken           string
	// Code, if set, can be exchanged once for the first tokens.
	Code, RedirectURI string
	// Scopes granted; nil means all.
	Scopes []string
	AppID  int64
}

// grant is what a bearer token stands for.
type grant struct {
	token   string
	app     string // rate-limit bucket
	appID   int64
	kind    string
	oauth   bool
	scopes  []string
	all     bool
	expires time.Time // zero: never
	revoked bool
	client  *App
}

func (g *grant) has(scope string) bool { return g.all || slices.Contains(g.scopes, scope) }

// vault holds the credentials.
type vault struct {
	mu        sync.Mutex
	grants    map[string]*grant
	apps      map[string]*App // by client id
	wellForm  *regexp.Regexp
	made      int
	nextAppID int64
}

func newVault() *vault {
	return &vault{
		grants: map[string]*grant{}, apps: map[string]*App{}, nextAppID: 18221010,
		wellForm: regexp.MustCompile(`^(pat-[a-z]{2,5}\d*-[0-9a-fA-F-]{20,}|[A-Za-z0-9_-]{20,}={0,2})$`),
	}
}

func (v *vault) appID(id int64) int64 {
	if id != 0 {
		return id
	}
	v.nextAppID++
	return v.nextAppID
}

func (v *vault) addToken(t Token) {
	v.mu.Lock()
	defer v.mu.Unlock()
	id := v.appID(t.AppID)
	v.grants[t.Value] = &grant{
		token: t.Value, app: fmt.Sprintf("private:%d", id), appID: id, kind: orDefault(t.Kind, PrivateApp),
		scopes: t.Scopes, all: t.Scopes == nil,
	}
}

func (v *vault) addApp(a App) {
	v.mu.Lock()
	defer v.mu.Unlock()
	a.AppID = v.appID(a.AppID)
	v.apps[a.ClientID] = &a
}

// check finds the grant behind an Authorization header.
func (v *vault) check(header string, now time.Time, lenient bool) (*grant, error) {
	_, token, ok := cutBearer(header)
	if !ok {
		return nil, unauthenticated()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	g := v.grants[token]
	switch {
	case g == nil && !lenient && !v.wellForm.MatchString(token):
		return nil, &refusal{status: 530, raw: "error code: 1016", kind: "text/plain; charset=UTF-8"}
	case g == nil || g.revoked:
		return nil, unauthenticated()
	case !g.expires.IsZero() && !now.Before(g.expires):
		return nil, expired(g.expires, now)
	}
	return g, nil
}

func unauthenticated() *portal.Error {
	return &portal.Error{
		Status: http.StatusUnauthorized, Category: "INVALID_AUTHENTICATION",
		Message: "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
	}
}

func expired(at, now time.Time) *portal.Error {
	return &portal.Error{
		Status: http.StatusUnauthorized, Category: "EXPIRED_AUTHENTICATION",
		Message: fmt.Sprintf("The OAuth token used to make this call expired %d second(s) ago.", int(now.Sub(at).Seconds())),
		Context: map[string][]string{"expire time": {portal.FormatTime(at.UnixMilli())}},
	}
}

// missingScopes is the 403 of a token that lacks every scope of a list. The
// scopes stand in the context of errors[], not at the top (Using object APIs,
// Error handling).
func missingScopes(scopes []string) *portal.Error {
	const page = "https://developers.hubspot.com/scopes"
	return &portal.Error{
		Status: http.StatusForbidden, Category: "MISSING_SCOPES",
		Message: "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: " + page + ".",
		Errors: []portal.ErrorDetail{{
			Message: "One or more of the following scopes are required.",
			Context: map[string][]string{"requiredGranularScopes": scopes},
		}},
		Links: map[string]string{"scopes": page},
	}
}

// allow checks that the grant has one of the scopes; none asks for nothing.
func (g *grant) allow(scopes []string) error {
	if g.all || len(scopes) == 0 || slices.ContainsFunc(scopes, g.has) {
		return nil
	}
	return missingScopes(scopes)
}

// expire ends the token at once, as the expired_token fault asks.
func (v *vault) expire(token string, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if g := v.grants[token]; g != nil && g.oauth {
		g.expires = now
	}
}

// cutBearer splits an Authorization header.
func cutBearer(header string) (scheme, token string, ok bool) {
	scheme, token, _ = strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	return scheme, token, strings.EqualFold(scheme, "Bearer") && token != ""
}
