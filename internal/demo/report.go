package demo

import (
	"time"

	"handoffd/connectors"
	"handoffd/workflows"
)

// Report is what a play came to. All of it was read from the CRMs and from the
// daemon's store; the months are what `handoffd report` says of them.
type Report struct {
	DayOne   DayOne    `json:"day_one"`
	Release  Release   `json:"release"`
	Chapters []Chapter `json:"chapters"`
	Example  *Example  `json:"example"`
	// Months are the reports, Change what marketing did between them.
	Months []workflows.Report `json:"months"`
	Change Change             `json:"change"`
	// Played is how much time the story takes, Rounds how often the daemon
	// did all that was due.
	Played time.Duration `json:"-"`
	Rounds int           `json:"rounds"`
	// Addresses are where sandboxes and dashboard stay up, if they do.
	Addresses *Addressed `json:"addresses,omitempty"`
	// Expectations is how many were checked, Failures those not met.
	Expectations int      `json:"expectations"`
	Failures     []string `json:"failures"`
}

// DayOne is what the daemon found when it ran for the first time.
type DayOne struct {
	At       time.Time                 `json:"at"`
	Read     map[connectors.System]int `json:"read"`
	Accounts int                       `json:"accounts"`
	Matched  int                       `json:"matched"`
	// Decisions counts the accounts by outcome.
	Decisions map[string]int `json:"decisions"`
	Writes    int            `json:"writes"`
	// Reason says why nothing was written.
	Reason  string    `json:"reason"`
	Deliver string    `json:"deliver"`
	Planned []Planned `json:"planned"`
}

// Planned is a handoff that would be made.
type Planned struct {
	Name    string            `json:"name"`
	Owner   string            `json:"owner"`
	System  connectors.System `json:"system"`
	Why     []string          `json:"why"`
	Blocked string            `json:"blocked,omitempty"`
	// Waits says what keeps it.
	Waits string `json:"waits,omitempty"`
}

// Release is what became of the plan at once.
type Release struct {
	Handoffs int            `json:"handoffs"`
	Queued   int            `json:"queued"`
	Kinds    map[string]int `json:"writes_by_kind"`
}

// Chapter is a stretch of the story: what happened to accounts in it.
type Chapter struct {
	Title  string    `json:"title"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Events []Event   `json:"events"`
	// Waiting are the accounts in the queue at its end.
	Waiting []string `json:"waiting"`
	// Told is how many alerts people got.
	Told int `json:"alerts"`
}

// Event is one kind of thing that happened, and to whom, in order of time.
type Event struct {
	What     string   `json:"what"`
	Accounts []string `json:"accounts"`
}

// Example is one handoff as it stands in the CRMs.
type Example struct {
	Account string  `json:"account"`
	Task    Task    `json:"task"`
	Fields  []Shown `json:"fields"`
	Manager *Alert  `json:"manager,omitempty"`
}

// Task is a task as Salesforce shows it.
type Task struct {
	ID      string `json:"id"`
	Account string `json:"account"` // Salesforce's id
	Subject string `json:"subject"`
	Owner   string `json:"owner"`
	Status  string `json:"status"`
	Due     string `json:"due"`
	Body    string `json:"body"`
}

// Shown is one field of a record as its CRM shows it.
type Shown struct {
	System connectors.System `json:"system"`
	Field  string            `json:"field"`
	Value  string            `json:"value"`
}

// Alert is what a manager was told.
type Alert struct {
	To    string `json:"to"`
	Way   string `json:"way"` // notification or e-mail
	Title string `json:"title"`
}

// Change is what marketing changed between the months.
type Change struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Addressed are addresses to look at.
type Addressed struct {
	Salesforce string `json:"salesforce"`
	HubSpot    string `json:"hubspot"`
	Dashboard  string `json:"dashboard"`
}

// OK tells whether every expectation was met.
func (r *Report) OK() bool { return len(r.Failures) == 0 }
