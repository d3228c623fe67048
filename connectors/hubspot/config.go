package hubspot

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

// The defaults of Config.
const (
	DefaultBaseURL         = "https://api.hubapi.com"
	DefaultSettleEvery     = 5 * time.Minute
	DefaultIndexLag        = 2 * time.Minute
	DefaultOverlap         = 5 * time.Minute
	DefaultBurst           = 100 // requests in 10 s, the smallest that HubSpot grants
	DefaultSearchPerSecond = 4   // the portal has 5, shared with every other integration
	DefaultTaskKeyProperty = "handoffd_key"
	// DefaultAccountKeyProperty may have the task's name: the object is another.
	DefaultAccountKeyProperty = "handoffd_key"
)

// Config is what the operator gives. Zero values mean the defaults above;
// Auth and Selection have none.
type Config struct {
	// BaseURL is where the API is; tests and the sandbox have another.
	BaseURL string
	// APIVersion is a date-based version such as "2026-09", or "v3" for the
	// paths from before.
	APIVersion string
	Auth       Auth
	// Selection is what the mapping needs.
	Selection connectors.Selection
	// Where scopes companies: all filters must hold. They are evaluated here
	// on each company and not by HubSpot's search, so that one that leaves
	// the scope is still seen (Record.OutOfScope).
	Where []Filter
	// SettleEvery is how often the settled pass runs, IndexLag how far it
	// stays behind now, since HubSpot's search index lags, and Overlap how
	// far each settled pass reaches back before the end of the one before.
	SettleEvery, IndexLag, Overlap time.Duration
	// DailyShare is our part, 0 to 1, of the portal's daily limit, where
	// HubSpot tells it; DailyCalls, if set, is an absolute number instead.
	DailyShare float64
	DailyCalls int64
	// BurstPerTenSeconds and SearchPerSecond hold our pace.
	BurstPerTenSeconds, SearchPerSecond int
	// TaskKeyProperty is the unique property on tasks and notes that makes a
	// create happen once. It is used where the portal has it, with
	// hasUniqueValue set.
	TaskKeyProperty string
	// AccountKeyProperty is the unique property on companies that does the
	// same for companies that are made.
	AccountKeyProperty string
	// Clock nil is the wall clock, HTTP nil a transport of its own, Logger
	// nil logs nothing, Observe nil measures nothing.
	Clock   clock.Clock
	HTTP    http.RoundTripper
	Logger  *slog.Logger
	Observe func(transport.Observation)
}

// Auth is exactly one of a token that does not end (service key, private app)
// and an OAuth app's refresh token.
type Auth struct {
	Token string
	OAuth *OAuth
}

// OAuth are the credentials of an OAuth app.
type OAuth struct {
	ClientID, ClientSecret, RefreshToken string
	// Rotated, if set, is told of a new refresh token that HubSpot gave in
	// place of RefreshToken, to be kept for the next start.
	Rotated func(refreshToken string)
}

var versionForm = regexp.MustCompile(`^(v3|20\d\d-(0[1-9]|1[0-2])(-beta)?)$`)

// withDefaults fills in what was left out.
func (c Config) withDefaults() Config {
	c.BaseURL = or(c.BaseURL, DefaultBaseURL)
	c.APIVersion = or(c.APIVersion, DefaultVersion)
	c.SettleEvery = or(c.SettleEvery, DefaultSettleEvery)
	c.IndexLag = or(c.IndexLag, DefaultIndexLag)
	c.Overlap = or(c.Overlap, DefaultOverlap)
	c.BurstPerTenSeconds = or(c.BurstPerTenSeconds, DefaultBurst)
	c.SearchPerSecond = or(c.SearchPerSecond, DefaultSearchPerSecond)
	c.TaskKeyProperty = or(c.TaskKeyProperty, DefaultTaskKeyProperty)
	c.AccountKeyProperty = or(c.AccountKeyProperty, DefaultAccountKeyProperty)
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func or[T comparable](given, otherwise T) T {
	var zero T
	if given == zero {
		return otherwise
	}
	return given
}

// validate lists everything that is wrong, without any secret in the text.
func (c Config) validate() error {
	var errs []error
	if u, err := url.Parse(c.BaseURL); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		errs = append(errs, errors.New("base_url: must be an http or https address"))
	}
	if !versionForm.MatchString(c.APIVersion) {
		errs = append(errs, fmt.Errorf("api_version: %q is neither a date such as %s nor %s", c.APIVersion, DefaultVersion, LegacyVersion))
	}
	errs = append(errs, c.Auth.validate())
	for name, d := range map[string]time.Duration{"settle_every": c.SettleEvery, "index lag": c.IndexLag, "overlap": c.Overlap} {
		if d < 0 {
			errs = append(errs, fmt.Errorf("%s: must not be negative", name))
		}
	}
	if c.DailyShare < 0 || c.DailyShare > 1 || c.DailyCalls < 0 {
		errs = append(errs, errors.New("daily_calls: must be a share from 0 to 1 or a number of calls"))
	}
	if c.BurstPerTenSeconds < 0 || c.SearchPerSecond < 0 {
		errs = append(errs, errors.New("pace: must not be negative"))
	}
	for _, f := range c.Where {
		errs = append(errs, f.validate())
	}
	for object := range c.Selection.Fields {
		if _, ok := kindOf(object); !ok {
			errs = append(errs, fmt.Errorf("selection: hubspot has no object %q", object))
		}
	}
	return errors.Join(errs...)
}

func (a Auth) validate() error {
	switch {
	case a.Token == "" && a.OAuth == nil:
		return errors.New("auth: give a token or oauth")
	case a.Token != "" && a.OAuth != nil:
		return errors.New("auth: give either a token or oauth, not both")
	case a.OAuth != nil && (a.OAuth.ClientID == "" || a.OAuth.ClientSecret == "" || a.OAuth.RefreshToken == ""):
		return errors.New("auth: oauth needs client_id, client_secret and refresh_token")
	}
	return nil
}
