package salesforce

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

// The defaults of Config.
const (
	DefaultLoginURL     = "https://login.salesforce.com"
	DefaultAPIVersion   = "67.0"
	DefaultSettleEvery  = 5 * time.Minute
	DefaultOverlap      = 2 * time.Minute
	DefaultBulkAbove    = 10000
	DefaultTaskKeyField = "handoffd_Key__c"
	// DefaultAccountKeyField may have the task's name: the object is another.
	DefaultAccountKeyField = "handoffd_Key__c"
)

// Config makes a Client. Auth and Selection are required.
type Config struct {
	// LoginURL is where tokens come from: login.salesforce.com,
	// test.salesforce.com or the org's own My Domain.
	LoginURL string
	// APIVersion is the REST version, such as "67.0". It is pinned: a reply
	// never decides it.
	APIVersion string
	Auth       Auth
	Selection  connectors.Selection
	// Where is a SOQL condition that scopes accounts, without the WHERE.
	Where string
	// SettleEvery is how often, per object, the safe watermark is asked
	// for. Salesforce advises 5 minutes at least (SOAP API Developer Guide,
	// "Polling for Changes").
	SettleEvery time.Duration
	// Overlap is how far behind the watermark the next read begins.
	Overlap time.Duration
	// DailyCalls or DailyShare (0 to 1) is our part of the org's daily API
	// requests; with neither, only the org's own limit holds.
	DailyShare float64
	DailyCalls int64
	// BulkAbove: an object with more rows than this is first loaded by Bulk
	// API 2.0.
	BulkAbove int
	// TaskKeyField is the unique text field on Activity that makes creates
	// idempotent. Where the org has no such field, tasks are looked for
	// before each create instead.
	TaskKeyField string
	// AccountKeyField is the unique text field on Account that does the same
	// for accounts that are made. It is used where the org has it.
	AccountKeyField string
	// NotificationType is the DeveloperName of the CustomNotificationType
	// for alerts; "" means e-mail or a task.
	NotificationType string
	Clock            clock.Clock
	// HTTP sends the requests; nil means a clone of http.DefaultTransport.
	HTTP    http.RoundTripper
	Logger  *slog.Logger
	Observe func(transport.Observation)
}

// Auth is how handoffd signs in: exactly one of the three is set.
type Auth struct {
	JWT               *JWT
	ClientCredentials *ClientCredentials
	Refresh           *Refresh
}

// JWT is the OAuth 2.0 JWT bearer flow: no secret on the wire (Salesforce
// Help, "OAuth 2.0 JWT Bearer Flow").
type JWT struct {
	ClientID   string
	Username   string
	PrivateKey *rsa.PrivateKey
	// Audience is the aud claim; "" means https://test.salesforce.com for a
	// sandbox's login URL and https://login.salesforce.com for any other.
	Audience string
}

// ClientCredentials is the OAuth 2.0 client credentials flow. It works on the
// org's My Domain only.
type ClientCredentials struct{ ClientID, ClientSecret string }

// Refresh is the OAuth 2.0 refresh token flow.
type Refresh struct{ ClientID, ClientSecret, RefreshToken string }

func (c *Config) setDefaults() {
	setDefault(&c.LoginURL, DefaultLoginURL)
	setDefault(&c.APIVersion, DefaultAPIVersion)
	setDefault(&c.SettleEvery, DefaultSettleEvery)
	setDefault(&c.Overlap, DefaultOverlap)
	setDefault(&c.BulkAbove, DefaultBulkAbove)
	setDefault(&c.TaskKeyField, DefaultTaskKeyField)
	setDefault(&c.AccountKeyField, DefaultAccountKeyField)
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.LoginURL = strings.TrimRight(c.LoginURL, "/")
	c.APIVersion = strings.TrimPrefix(c.APIVersion, "v")
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

var (
	versionForm = regexp.MustCompile(`^\d{2,3}\.0$`)
	nameForm    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
	pathForm    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,5}$`)
)

// check finds every mistake that shows without asking Salesforce.
func (c *Config) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	u, err := url.Parse(c.LoginURL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.Path != "" {
		fault("login_url must be like https://login.salesforce.com")
	}
	if !versionForm.MatchString(c.APIVersion) {
		fault("api_version %q must be like 67.0", c.APIVersion)
	}
	if c.DailyShare < 0 || c.DailyShare > 1 || c.DailyCalls < 0 {
		fault("daily_calls must be a number of requests, or a share from 0 to 100 percent")
	}
	if !nameForm.MatchString(c.TaskKeyField) {
		fault("task_key_field %q is no field name", c.TaskKeyField)
	}
	if !nameForm.MatchString(c.AccountKeyField) {
		fault("account_key_field %q is no field name", c.AccountKeyField)
	}
	if c.NotificationType != "" && !nameForm.MatchString(c.NotificationType) {
		fault("notification_type %q is no developer name", c.NotificationType)
	}
	if err := checkCondition(c.Where); err != nil {
		fault("where.salesforce: %w", err)
	}
	faults = append(faults, c.checkSelection()...)
	faults = append(faults, c.Auth.check(u)...)
	return errors.Join(faults...)
}

func (c *Config) checkSelection() []error {
	var faults []error
	for object, fields := range c.Selection.Fields {
		if sobject(object) == "" {
			faults = append(faults, fmt.Errorf("salesforce has no object %q: its logged calls and e-mails are tasks", object))
		}
		for _, field := range fields {
			if !pathForm.MatchString(field) {
				faults = append(faults, fmt.Errorf("%s field %q is no field name", object, field))
			}
		}
	}
	for object, fields := range c.Selection.History {
		if len(fields) > 0 {
			faults = append(faults, fmt.Errorf("%s: earlier values of a field (history) can be read from hubspot only", object))
		}
	}
	return faults
}

func (a Auth) check(login *url.URL) []error {
	set := 0
	var faults []error
	if a.JWT != nil {
		set++
		if a.JWT.ClientID == "" || a.JWT.Username == "" || a.JWT.PrivateKey == nil {
			faults = append(faults, errors.New("auth.jwt needs client_id, username and private_key_file"))
		}
	}
	if a.ClientCredentials != nil {
		set++
		if a.ClientCredentials.ClientID == "" || a.ClientCredentials.ClientSecret == "" {
			faults = append(faults, errors.New("auth.client_credentials needs client_id and client_secret"))
		}
		if host := login; host != nil && (host.Hostname() == "login.salesforce.com" || host.Hostname() == "test.salesforce.com") {
			faults = append(faults, errors.New("auth.client_credentials works on the org's own domain only: set login_url to https://<my domain>.my.salesforce.com"))
		}
	}
	if a.Refresh != nil {
		set++
		if a.Refresh.ClientID == "" || a.Refresh.RefreshToken == "" {
			faults = append(faults, errors.New("auth.refresh needs client_id and refresh_token"))
		}
	}
	if set != 1 {
		faults = append(faults, errors.New("auth needs exactly one of jwt, client_credentials and refresh"))
	}
	return faults
}
