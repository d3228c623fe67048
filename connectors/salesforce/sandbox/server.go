package sandbox

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"handoffd/connectors/salesforce/sandbox/org"
	"handoffd/internal/clock"
)

// Options shape a Server. The zero value is a working one.
type Options struct {
	// Clock is the sandbox's time; the wall clock if nil. A *clock.Fake can
	// be moved from outside, any other one through /_sandbox/clock.
	Clock clock.Clock
	// OrgID is the 18-character organization id, made up if empty.
	OrgID string
	// OrgName is what the Organization row is called.
	OrgName string
	// Currency is the ISO code of the org's only currency, USD if empty.
	Currency string
	// DailyLimit is the API allowance per rolling 24 hours, 100,000 if 0.
	DailyLimit int
	// Logger takes one debug record per request; none if nil.
	Logger *slog.Logger
	// APIVersions are those that the org offers; 31.0 to 68.0 if empty, which
	// is what Salesforce supports (REST API Developer Guide, "API End-of-Life
	// Policy").
	APIVersions []string
}

// Field is a custom field to add to an object.
type Field = org.Field

// Option is one value of a picklist field.
type Option = org.Option

// Server is the sandbox. It is safe for concurrent use.
type Server struct {
	clock    movable
	org      *org.Org
	currency string
	log      *slog.Logger
	versions []string
	requests atomic.Int64

	mu        sync.Mutex // guards what follows
	baseURL   string
	apps      map[string]App
	passwords map[string]string // by username, for SOAP login
	sessions  map[string]*session
	cursors   map[string]*cursor
	jobs      []*job
	usage     usage
	faults    faultList
	ledger    ledger
	alerts    []SentAlert
	counter   int
}

// New makes a sandbox with the standard objects and one integration user,
// integration@sandbox.example. It panics only if its own schema is broken,
// which a test excludes.
func New(opts Options) *Server {
	c := makeMovable(opts.Clock)
	if opts.OrgID == "" {
		opts.OrgID = org.FormatID("00DHf0000000001")
	}
	if opts.OrgName == "" {
		opts.OrgName = "Sandbox"
	}
	if opts.Currency == "" {
		opts.Currency = "USD"
	}
	if opts.DailyLimit == 0 {
		opts.DailyLimit = 100_000
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if len(opts.APIVersions) == 0 {
		for v := 31; v <= 68; v++ {
			opts.APIVersions = append(opts.APIVersions, fmt.Sprintf("%d.0", v))
		}
	}
	data, err := org.New(org.FormatID(opts.OrgID), opts.OrgName, c.Now)
	if err != nil {
		panic(err)
	}
	return &Server{
		clock: c, org: data, currency: opts.Currency, log: opts.Logger, versions: opts.APIVersions,
		apps: map[string]App{}, passwords: map[string]string{}, sessions: map[string]*session{}, cursors: map[string]*cursor{},
		usage: usage{limit: opts.DailyLimit}, ledger: newLedger(),
	}
}

// SetBaseURL sets the instance_url of token replies, without a slash at the
// end. Until then it is taken from the Host of the request.
func (s *Server) SetBaseURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.baseURL = strings.TrimSuffix(url, "/")
}

// Now is the sandbox's time.
func (s *Server) Now() time.Time { return s.clock.Now() }

func (s *Server) base(r *http.Request) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.baseURL != "" {
		return s.baseURL
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// next counts up and makes names for things that need one.
func (s *Server) next() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counter++
	return s.counter
}
