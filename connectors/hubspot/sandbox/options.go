package sandbox

import (
	"io"
	"log/slog"
	"time"

	"handoffd/connectors/hubspot/sandbox/portal"
	"handoffd/internal/clock"
)

// Options describes the account to imitate. Zero values mean the defaults
// that stand beside each; where HubSpot's behaviour is unconfirmed the default
// is the stricter one.
type Options struct {
	// Clock is the time of the whole account (default: the wall clock).
	Clock clock.Clock
	// PortalID is the hub id (default 147893286).
	PortalID int64
	// TimeZone decides when the daily limit starts anew (default US/Eastern).
	TimeZone string
	// UIDomain is the host of record links (default app.hubspot.com).
	UIDomain string
	// AccountType is STANDARD, SANDBOX or DEVELOPER_TEST (default STANDARD).
	AccountType string
	// Currency is the company currency (default USD).
	Currency string
	// DailyLimit is for private apps and service keys together (default
	// 650,000: Professional; HubSpot changelog, increasing our API limits).
	DailyLimit int
	// BurstLimit is per private app or service key in 10 seconds (default
	// 190), OAuthBurstLimit per OAuth app (default 110).
	BurstLimit, OAuthBurstLimit int
	// SearchPerSecond is for all searches of the account (default 5).
	SearchPerSecond int
	// SearchBodyLimit is the most characters a search body may have (default
	// 3,000; negative: no limit).
	SearchBodyLimit int
	// URLLimit is the longest request URI in characters (default 16,384).
	URLLimit int
	// AssociationPage is how many associations of one record a batch read
	// gives at once (default 500).
	AssociationPage int
	// IndexLag is how long writes stay invisible to search (default none;
	// may be changed at run time).
	IndexLag time.Duration
	// Enterprise: page-view events can be read; else they answer 403.
	Enterprise bool
	// DatedPlainStatus: dated paths answer mixed batches with the 200 or 201 of
	// their published specification instead of 207.
	DatedPlainStatus bool
	// DatedAssociationErrors: dated association reads report records without
	// associations as errors, as v4 does, instead of leaving them out.
	DatedAssociationErrors bool
	// MalformedToken401: a token that cannot be one gets 401 instead of the
	// edge's 530.
	MalformedToken401 bool

	// The following are explained at portal.Settings.
	TaskUniqueProperties  bool
	TextOrderedIDs        bool
	NEQSkipsUnset         bool
	WholeUpdates          bool
	MergeKeepsID          bool
	BackwardLifecycle     bool
	InactiveOwners        bool
	SalesforceIntegration bool
	MonotonicIDs          bool
	RequiredOnCreate      map[string][]string
	HistoryDepth          int

	// Logger gets one Debug line per request (default: none).
	Logger *slog.Logger
}

// settings are the choices that /_sandbox/settings may change at run time.
type settings struct {
	DailyLimit             int             `json:"daily_limit"`
	BurstLimit             int             `json:"burst_limit"`
	OAuthBurstLimit        int             `json:"oauth_burst_limit"`
	SearchPerSecond        int             `json:"search_per_second"`
	SearchBodyLimit        int             `json:"search_body_limit"`
	URLLimit               int             `json:"url_limit"`
	AssociationPage        int             `json:"association_page"`
	IndexLag               string          `json:"index_lag"` // "90s"
	Enterprise             bool            `json:"enterprise"`
	DatedPlainStatus       bool            `json:"dated_plain_status"`
	DatedAssociationErrors bool            `json:"dated_association_errors"`
	MalformedToken401      bool            `json:"malformed_token_401"`
	Portal                 portal.Settings `json:"portal"`
}

func orDefault[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	o.PortalID = orDefault(o.PortalID, 147893286)
	o.TimeZone = orDefault(o.TimeZone, "US/Eastern")
	o.UIDomain = orDefault(o.UIDomain, "app.hubspot.com")
	o.AccountType = orDefault(o.AccountType, "STANDARD")
	o.Currency = orDefault(o.Currency, "USD")
	o.DailyLimit = orDefault(o.DailyLimit, 650_000)
	o.BurstLimit = orDefault(o.BurstLimit, 190)
	o.OAuthBurstLimit = orDefault(o.OAuthBurstLimit, 110)
	o.SearchPerSecond = orDefault(o.SearchPerSecond, 5)
	o.SearchBodyLimit = orDefault(o.SearchBodyLimit, 3000)
	o.URLLimit = orDefault(o.URLLimit, 16384)
	o.AssociationPage = orDefault(o.AssociationPage, 500)
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return o
}

func (o Options) settings() settings {
	return settings{
		DailyLimit: o.DailyLimit, BurstLimit: o.BurstLimit, OAuthBurstLimit: o.OAuthBurstLimit,
		SearchPerSecond: o.SearchPerSecond, SearchBodyLimit: o.SearchBodyLimit, URLLimit: o.URLLimit,
		AssociationPage: o.AssociationPage, IndexLag: o.IndexLag.String(), Enterprise: o.Enterprise,
		DatedPlainStatus: o.DatedPlainStatus, DatedAssociationErrors: o.DatedAssociationErrors,
		MalformedToken401: o.MalformedToken401, Portal: o.portalSettings(),
	}
}

func (o Options) portalSettings() portal.Settings {
	return portal.Settings{
		IndexLag: o.IndexLag, TextOrderedIDs: o.TextOrderedIDs, TaskUniqueProperties: o.TaskUniqueProperties,
		NEQSkipsUnset: o.NEQSkipsUnset, WholeUpdates: o.WholeUpdates, MergeKeepsID: o.MergeKeepsID, BackwardLifecycle: o.BackwardLifecycle, InactiveOwners: o.InactiveOwners,
		SalesforceIntegration: o.SalesforceIntegration, MonotonicIDs: o.MonotonicIDs,
		RequiredOnCreate: o.RequiredOnCreate, HistoryDepth: o.HistoryDepth,
	}
}
