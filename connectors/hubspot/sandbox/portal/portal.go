package portal

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Settings are the choices where portals differ, or where HubSpot's behaviour
// is not confirmed by its documentation or a recording. The zero value is the
// stricter, more awkward choice throughout.
type Settings struct {
	// IndexLag is how long a write stays invisible to search.
	IndexLag time.Duration `json:"-"`
	// TextOrderedIDs: search compares and sorts hs_object_id as text.
	TextOrderedIDs bool `json:"text_ordered_ids"`
	// TaskUniqueProperties: the portal takes custom unique properties on
	// tasks, notes and the other activities.
	TaskUniqueProperties bool `json:"task_unique_properties"`
	// NEQSkipsUnset: NEQ, NOT_IN and NOT_CONTAINS_TOKEN leave out records that
	// have no value.
	NEQSkipsUnset bool `json:"neq_skips_unset"`
	// WholeUpdates: an invalid value in a batch update rejects the whole batch
	// even where every input has its own objectWriteTraceId.
	WholeUpdates bool `json:"whole_updates"`
	// MergeKeepsID: the record that a merge leaves keeps the primary record's
	// id instead of getting a new one (public beta, Primary ID Preservation
	// for Merged Records).
	MergeKeepsID bool `json:"merge_keeps_id"`
	// BackwardLifecycle: lifecyclestage may move backwards.
	BackwardLifecycle bool `json:"backward_lifecycle"`
	// InactiveOwners: records may be assigned to deactivated owners.
	InactiveOwners bool `json:"inactive_owners"`
	// SalesforceIntegration: HubSpot's own integration is connected. Its
	// properties exist and companies cannot be merged. Read at New only.
	SalesforceIntegration bool `json:"salesforce_integration"`
	// MonotonicIDs: later records have larger ids. Read at New only.
	MonotonicIDs bool `json:"monotonic_ids"`
	// RequiredOnCreate lists, per object's plural name, the properties that
	// an admin marked as required on the create form; the API asks for them
	// from version 2026-09 on.
	RequiredOnCreate map[string][]string `json:"required_on_create,omitempty"`
	// HistoryDepth is how many values of a property are remembered; 0 means
	// HubSpot's own 45 for contacts and 20 for everything else.
	HistoryDepth int `json:"history_depth"`
}

// Portal is one HubSpot account. All methods are safe for concurrent use.
type Portal struct {
	mu        sync.Mutex
	now       func() time.Time
	id        string
	uiDomain  string
	set       Settings
	tables    [objectTypes]*table
	check     *checker
	kinds     *associationKinds
	owners    []*Owner
	ownerByID map[string]*Owner
	pipelines [objectTypes][]*Pipeline
	sources   []Source
	writes    func(object, id string)
}

// Config is what New needs.
type Config struct {
	// Now is the portal's clock.
	Now func() time.Time
	// ID is the portal (hub) id.
	ID int64
	// UIDomain is the host of record links: app.hubspot.com, app-eu1....
	UIDomain string
	Settings Settings
	// OnWrite, if set, is told of every record that a write changed or made.
	OnWrite func(object, id string)
}

// New makes an empty portal with the standard objects and properties.
func New(c Config) (*Portal, error) {
	p := &Portal{
		now: c.Now, id: strconv.FormatInt(c.ID, 10), uiDomain: c.UIDomain, set: c.Settings,
		ownerByID: map[string]*Owner{}, writes: c.OnWrite, kinds: newAssociationKinds(),
	}
	p.check = newChecker(p)
	for i, def := range Types() {
		t, err := newTable(def)
		if err != nil {
			return nil, err
		}
		t.monotonic = c.Settings.MonotonicIDs
		p.tables[i] = t
		if c.Settings.SalesforceIntegration {
			for _, prop := range salesforceProperties(def) {
				t.addProperty(prop)
				t.addGroup(prop.GroupName)
			}
			t.addIndex("salesforceaccountid")
		}
	}
	p.pipelines[deals] = dealPipelines()
	p.pipelines[tickets] = ticketPipelines()
	return p, nil
}

// Settings returns the present choices.
func (p *Portal) Settings() Settings {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.set
}

// SetSettings changes the choices that may change at run time.
func (p *Portal) SetSettings(s Settings) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.SalesforceIntegration, s.MonotonicIDs = p.set.SalesforceIntegration, p.set.MonotonicIDs
	p.set = s
}

func (p *Portal) nowMillis() int64 { return p.now().UnixMilli() }

func (p *Portal) table(t *ObjectType) *table { return p.tables[t.index] }

func (p *Portal) historyDepth(t *ObjectType) int {
	switch {
	case p.set.HistoryDepth > 0:
		return p.set.HistoryDepth
	case t.index == contacts:
		return 45
	default:
		return 20
	}
}

// sourceIndex interns s; a portal sees few sources.
func (p *Portal) sourceIndex(s Source) uint16 {
	for i, known := range p.sources {
		if known == s {
			return uint16(i)
		}
	}
	p.sources = append(p.sources, s)
	return uint16(len(p.sources) - 1)
}

func (p *Portal) wrote(t *ObjectType, r *row) {
	if p.writes != nil {
		p.writes(t.Plural, r.idText())
	}
}

// Count returns how many live records an object type has.
func (p *Portal) Count(object string) int {
	t, err := p.Type(object)
	if err != nil {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, r := range p.table(t).rows {
		if r.live() {
			n++
		}
	}
	return n
}

// foldKey is how texts are compared for equality in look-ups.
func foldKey(s string) string { return strings.ToLower(s) }

// Integration is the source that stands for API writes by an app.
func Integration(appID int64) Source {
	return Source{Type: "INTEGRATION", ID: strconv.FormatInt(appID, 10), Label: "INTEGRATION"}
}

// platform is the source of what HubSpot itself writes.
func platform(what string) Source { return Source{Type: what, ID: fmt.Sprintf("sandbox:%s", what)} }
