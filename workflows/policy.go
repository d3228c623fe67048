package workflows

import (
	"slices"
	"text/template"
	"time"

	"handoffd/connectors"
	"handoffd/internal/expression"
	"handoffd/mapping"
	"handoffd/workflows/calendar"
)

// Type is one of the three kinds of handoff.
type Type string

// The types, strongest first.
const (
	Inbound      Type = "inbound"
	Relationship Type = "relationship"
	Intent       Type = "intent"
)

// strength orders types: when several match, the strongest wins.
func (t Type) strength() int {
	switch t {
	case Inbound:
		return 0
	case Relationship:
		return 1
	default:
		return 2
	}
}

// Stage is who works a handoff.
type Stage string

// The stages. Each has exactly one task.
const (
	SDR Stage = "sdr"
	AE  Stage = "ae"
)

// Policy is the compiled workflows section. It is immutable.
type Policy struct {
	Version  int
	Hash     string
	Mapping  *mapping.Mapping
	Calendar *calendar.Calendar
	// Calendars are those of teams that work at other times: the promises of
	// a stage are kept by the calendar of its owner.
	Calendars []TeamCalendar
	Handoffs  []Handoff // strongest first
	Segments  []Segment
	Rises     Rises
	Routing   map[Stage]Routing
	// Absent lists when people of the pools are away, by person.
	Absent  map[string][]Absence
	TasksIn TasksIn
	// OwnedInBoth is where the task is of an account that is owned in both
	// CRMs, if it is made where the account is owned.
	OwnedInBoth mapping.Side
	Managers    map[string]string
	Status      map[State][2]string // per mapping.Side
	SLA         SLA
	// Lifecycle holds the numbers of an account's life.
	Lifecycle Lifecycle
	Alerts    Alerts
	Digests   []Digest
	Signed    SignOff
	Dossier   *template.Template
	Approach  map[Type]string
	NextStep  map[Stage]string
	// ByIndustry, in lower case, and BySignal add to the approach; Marketing
	// is what marketing does meanwhile.
	ByIndustry, BySignal map[string]string
	Marketing            map[Type]string
	// Order ranks the accounts of one cycle, best first; nil for first come.
	Order   *expression.Program
	Limits  Limits
	Deliver Delivery
	Hold    Hold
	// MQA and Status name the fields that carry the result, "" for none.
	MQAField, StatusField string
	// window is the longest look back of any rule.
	// Create holds, per CRM, the rule of mapping.create; nil makes nothing.
	Create [2]*Criteria

	window  time.Duration
	windows []windowUse
	uses    []use
	// tells are the uses that say something of the buyer, see tellsOf.
	tells []use

	// Survey is the address at which sales is asked whether what it gets is
	// qualified, "" for none.
	Survey string
	// Targets are what the report's measures are held against, by name.
	Targets map[string]Target

	transitions []Transition
}

// use is a field or signal that some rule reads.
type use struct {
	name string
	slot int
}

// Handoff is one rule that hands accounts to sales.
type Handoff struct {
	Name     string
	Type     Type
	To       Stage
	Gate     *Criteria // nil for none
	When     *Criteria
	Segments map[string]*Criteria
	// NurturedFor, by segment and "" for none, is how long marketing must
	// have nurtured an account before this handoff.
	NurturedFor map[string]time.Duration
	// CallWithin is when the discovery call must have been held, 24 hours
	// for inbound; zero Span for the general first-touch deadline.
	CallWithin calendar.Span
}

// Segment is a group of accounts with criteria of its own. The first that
// matches applies.
type Segment struct {
	Name string
	When *Criteria
}

// TasksIn says in which CRM the task is made.
type TasksIn string

// The choices of tasks_in.
const (
	WhereOwned        TasksIn = "where_owned"
	TasksInSalesforce TasksIn = "salesforce"
	TasksInHubSpot    TasksIn = "hubspot"
)

// SLA holds the service levels.
type SLA struct {
	HandOff, Assign, Acknowledge, AcknowledgeManager, FirstTouch, FirstTouchLatest, Report, Return calendar.Span
	// Nurture is how often marketing is in touch with an account at least, and
	// Scores how old a score may be for which the mapping says nothing.
	Nurture Rhythm
	Scores  time.Duration
}

// Window is the longest look back of any rule: how much history an evaluation
// needs. Level histories are needed from the last ended episode on.
func (p *Policy) Window() time.Duration { return p.window }

// StatusTexts returns the status texts per state and side, for enum fields
// with `values: lifecycle`.
func (p *Policy) StatusTexts() map[string][2]string {
	texts := make(map[string][2]string, len(p.Status))
	for s, t := range p.Status {
		texts[string(s)] = t
	}
	return texts
}

// Users are the people of both CRMs.
type Users map[connectors.System][]connectors.User

// Before tells whether t is the stronger type.
func (t Type) Before(other Type) bool { return t.strength() < other.strength() }

// Asks tells whether a signal is part of what an inbound or relationship
// handoff waits for: a person's request.
func (p *Policy) Asks(signal string) bool {
	for i := range p.Handoffs {
		if p.Handoffs[i].Type == Intent {
			continue
		}
		for _, program := range p.Handoffs[i].When.programs() {
			if slices.Contains(program.Names(), signal) {
				return true
			}
		}
	}
	return false
}
