package app

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"

	"handoffd/internal/engine"
	"handoffd/internal/store"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows"
)

// Config is a config file, read and checked.
type Config struct {
	Path       string
	Salesforce SalesforceConfig
	HubSpot    HubSpotConfig
	SQLite     string // path of the store
	Listen     string // address of the web pages, "" for none
	GoLive     bool
	// Retention is how long rows are kept, by table of the store.
	Retention map[string]time.Duration
	// ReconcileEvery is how often everything is read anew and compared.
	ReconcileEvery time.Duration
	// Channels are the ways to tell people something outside of the CRMs.
	Channels ChannelsConfig
	Mapping  *mapping.Mapping
	Policy   *workflows.Policy
	// PolicyPath is the file that the workflows section stands in.
	PolicyPath string
	// signatures is where the policy is signed.
	signatures yamlpos.Node
}

// PollConfig is what both connectors have in common.
type PollConfig struct {
	PollEvery, SettleEvery time.Duration
	// DailyShare is our part of the allowance, 0 to 1; DailyCalls the same
	// as a number. One of them is set.
	DailyShare float64
	DailyCalls int
}

// SalesforceConfig is the connectors.salesforce section. Exactly one way of
// signing in is set.
type SalesforceConfig struct {
	PollConfig
	LoginURL, APIVersion string
	// JWT bearer: ClientID, Username, PrivateKeyFile. Client credentials:
	// ClientID, ClientSecret. Refresh token: those and RefreshToken.
	Auth             string // "jwt", "client_credentials" or "refresh"
	ClientID         yamlpos.Secret
	Username         yamlpos.Secret
	PrivateKeyFile   string
	ClientSecret     yamlpos.Secret
	RefreshToken     yamlpos.Secret
	Audience         string
	NotificationType string
	TaskKeyField     string
	AccountKeyField  string
}

// HubSpotConfig is the connectors.hubspot section.
type HubSpotConfig struct {
	PollConfig
	BaseURL, APIVersion string
	Token               yamlpos.Secret
	OAuth               bool
	ClientID            yamlpos.Secret
	ClientSecret        yamlpos.Secret
	RefreshToken        yamlpos.Secret
	TaskKeyProperty     string
	AccountKeyProperty  string
}

// Load reads and checks a config file and the files that it names. All
// mistakes are in the collector; the Config is usable only if it has no error.
// A file that cannot be read is returned as an error.
func Load(path string) (*Config, *yamlpos.Collector, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("reading config: %w", err)
	}
	config, c := Parse(path, src)
	return config, c, nil
}

// Parse is Load for a text that is at hand. path names it and is where files
// that it names are looked for.
func Parse(path string, src []byte) (*Config, *yamlpos.Collector) {
	c := &yamlpos.Collector{}
	k := reader{c: c, config: &Config{Path: path}}
	file := yamlpos.Parse(path, src, c)
	if file == nil {
		return k.config, c
	}
	top := file.Root().Map("connectors", "store", "http", "go_live", "reconcile_every", "channels", "mapping", "workflows")
	top.Require("connectors", "store", "mapping", "workflows")
	k.connectors(top.Get("connectors"))
	k.store(top.Get("store"))
	k.http(top.Get("http"))
	top.Get("go_live").Bool(&k.config.GoLive)
	k.config.ReconcileEvery = reconcileEvery
	top.Get("reconcile_every").DurationIn(&k.config.ReconcileEvery, 24*time.Hour, 0)
	k.channels(top.Get("channels"))
	text := readPolicyText(src)
	mapNode, _ := k.section(top.Get("mapping"), &text.mapping)
	flowNode, policyPath := k.section(top.Get("workflows"), &text.workflows)
	k.config.PolicyPath = policyPath
	k.config.Mapping = mapping.Compile(mapNode, c)
	k.config.Policy = workflows.Compile(flowNode, k.config.Mapping, text.hash(), c)
	k.config.Policy.Bind()
	k.config.Policy.CheckChannels(k.config.Channels.ready())
	k.config.Policy.Signed.Present = text.signed(k.config.Policy.Names())
	k.signatures(flowNode)
	k.keepsEnough(top.Get("store"))
	return k.config, c
}

type reader struct {
	c      *yamlpos.Collector
	config *Config
}

// section follows a section that names a file of its own, and says which file
// it stands in.
func (k *reader) section(n yamlpos.Node, text **yaml.Node) (yamlpos.Node, string) {
	if n.Kind() != yamlpos.Scalar {
		return n, k.config.Path
	}
	var name string
	if !n.Text(&name) {
		return yamlpos.Node{}, ""
	}
	path := k.path(name)
	src, err := os.ReadFile(path)
	if err != nil {
		n.Errorf(yamlpos.CheckValue, "reading the file of this section: %v", err)
		return yamlpos.Node{}, path
	}
	file := yamlpos.Parse(path, src, k.c)
	if file == nil {
		return yamlpos.Node{}, path
	}
	*text = sectionText(src)
	return file.Root(), path
}

// signatures keeps where the policy is signed and warns of signatures that are
// not of this policy.
func (k *reader) signatures(flow yamlpos.Node) {
	if flow.Kind() != yamlpos.Mapping || k.c.Failed() {
		return // what the rules read is known only of a policy without mistakes
	}
	k.config.signatures = flow.FreeMap().Get(signedOff)
	signProblems(flow, k.config.Policy.Signed)
}

// WarnReview warns of a policy whose review is overdue, or that is signed with
// a date to come.
func (c *Config) WarnReview(now time.Time) {
	for name, s := range map[string]workflows.Signature{Marketing: c.Policy.Signed.Marketing, Sales: c.Policy.Signed.Sales} {
		if s.ToCome(now) {
			c.signatures.FreeMap().Get(name).FreeMap().Get("on").Warnf("signed-off", "the signature of %s is of a day that is yet to come: it only plans until then", name)
		}
	}
	if text := engine.ReviewOverdue(c.Policy.Signed, now); text != "" {
		c.signatures.Warnf("review", "%s", text)
	}
}

// path resolves a path in the config against the config's folder.
func (k *reader) path(name string) string { return resolve(k.config.Path, name) }

func resolve(config, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(config), name)
}

func (k *reader) store(n yamlpos.Node) {
	m := n.Map("sqlite", "retention")
	m.Require("sqlite")
	if m.Get("sqlite").Text(&k.config.SQLite) {
		k.config.SQLite = k.path(k.config.SQLite)
	}
	k.retention(m.Get("retention"))
}

// retention reads how long the rows of each table are kept.
func (k *reader) retention(n yamlpos.Node) {
	m := n.Map(retained...)
	k.config.Retention = map[string]time.Duration{store.PruneReadings: keepReadings}
	for _, table := range retained {
		keep := keepRows
		m.Get(table).DurationIn(&keep, 30*24*time.Hour, 0)
		k.config.Retention[table] = keep
	}
}

// retained are the tables whose rows the config may keep longer or shorter.
var retained = []string{store.PrunePoints, store.PruneDecisions, store.PruneConflicts, store.PruneOutbox}

// The rows that are kept where the config says nothing. Readings of counters
// are needed only as long as one may come late.
const (
	keepRows       = 400 * 24 * time.Hour
	keepReadings   = 30 * 24 * time.Hour
	reconcileEvery = 7 * 24 * time.Hour
)

// keepsEnough reports rules that look further back than points are kept.
func (k *reader) keepsEnough(n yamlpos.Node) {
	if n.Kind() != yamlpos.Mapping {
		return
	}
	points := n.Map("sqlite", "retention").Get("retention").Map(retained...).Get(store.PrunePoints)
	window, kept := k.config.Policy.Window(), k.config.Retention[store.PrunePoints]
	switch {
	case window <= kept:
	case points.OK():
		points.Errorf(yamlpos.CheckValue, "a rule looks back %s, so points must be kept at least that long", yamlpos.FormatDuration(window))
	default:
		n.Errorf(yamlpos.CheckValue, "a rule looks back %s, and points are kept for %s: write retention: {points: %s} here",
			yamlpos.FormatDuration(window), yamlpos.FormatDuration(kept), yamlpos.FormatDuration(window))
	}
}

func (k *reader) http(n yamlpos.Node) {
	m := n.Map("listen")
	n = m.Get("listen")
	if !n.Text(&k.config.Listen) {
		return
	}
	_, port, err := net.SplitHostPort(k.config.Listen)
	if number, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || number > 65535 {
		n.Errorf(yamlpos.CheckValue, "%q is no address to listen on; write host:port, such as 127.0.0.1:8080", k.config.Listen)
	}
}
