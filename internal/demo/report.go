package demo

import "handoffd/connectors"

// Report is what a play found out. All of it was read from the CRMs and from
// the daemon's store.
type Report struct {
	Accounts Accounts  `json:"accounts"`
	Cycles   []Cycle   `json:"cycles"`
	Planned  []Handoff `json:"planned"`
	// Decisions counts the accounts by the last decision about each, on day
	// one and at the end.
	DayOne    map[string]int `json:"decisions_on_day_one"`
	Decisions map[string]int `json:"decisions"`
	Moves     []Move         `json:"moves"`
	Handoffs  []Handoff      `json:"handoffs"`
	Example   *Example       `json:"example"`
	Alerts    []Alert        `json:"alerts"`
	Parked    []Parked       `json:"parked"`
	Cases     []Case         `json:"match_cases"`
	Waiting   []Waiting      `json:"waiting"`
	// Allowance is what each CRM says is left of the day's calls.
	Allowance map[connectors.System]Allowance `json:"allowance"`
	// Addresses are where sandboxes and dashboard stay up, if they do.
	Addresses *Addressed `json:"addresses,omitempty"`
	// Expectations is how many were checked, Failures those not met.
	Expectations int      `json:"expectations"`
	Failures     []string `json:"failures"`
}

// Accounts counts what the daemon has read.
type Accounts struct {
	Total   int `json:"total"`
	Matched int `json:"matched"`
	// OutOfScope are those that the where clause leaves out; they are not
	// among the others.
	OutOfScope int `json:"out_of_scope"`
	// Records counts the accounts' records per CRM, Contacts the people.
	Records  map[connectors.System]int `json:"records"`
	Contacts map[connectors.System]int `json:"contacts"`
}

// Handoff is one account that went, or would go, to sales.
type Handoff struct {
	Account string            `json:"account"` // the daemon's id
	Name    string            `json:"name"`
	Rule    string            `json:"rule"`
	Stage   string            `json:"stage,omitempty"`
	System  connectors.System `json:"system"`
	Owner   string            `json:"owner"`
	Due     string            `json:"due"`
	// Why lists the criteria that held with the values that they saw.
	Why []string `json:"why"`
	// Words are the same as its task in the CRM words them.
	Words []string `json:"why_in_words,omitempty"`
	// Act is the act in which it was made, TaskID the task in System.
	Act     string `json:"act,omitempty"`
	TaskID  string `json:"task_id,omitempty"`
	Blocked string `json:"blocked,omitempty"`
}

// Move is something that buyers or marketing did, and what came of it.
type Move struct {
	Account   string `json:"account"`
	What      string `json:"what"`
	HandedOff bool   `json:"handed_off"`
	// Why says what the last decision about the account was.
	Why string `json:"why"`
}

// Example is one handoff as it stands in the CRMs.
type Example struct {
	Account string    `json:"account"`
	Task    Task      `json:"task"`
	Fields  []Shown   `json:"fields"`
	Manager *Alert    `json:"manager,omitempty"`
	Note    *NoteSeen `json:"note,omitempty"`
}

// Task is a task as the CRM shows it.
type Task struct {
	System   connectors.System `json:"system"`
	ID       string            `json:"id"`
	Account  string            `json:"account"` // the CRM's id
	Subject  string            `json:"subject"`
	Owner    string            `json:"owner"`
	Status   string            `json:"status"`
	Priority string            `json:"priority"`
	Due      string            `json:"due"`
	Contact  string            `json:"contact,omitempty"`
	Body     string            `json:"body"`
	// Key is handoffd's own, where the CRM has a field for it.
	Key string `json:"key,omitempty"`
}

// NoteSeen is a note as HubSpot shows it.
type NoteSeen struct {
	ID   string `json:"id"`
	Body string `json:"body"`
}

// Shown is one field of a record as its CRM shows it.
type Shown struct {
	System connectors.System `json:"system"`
	Record string            `json:"record"`
	Field  string            `json:"field"`
	Value  string            `json:"value"`
}

// Alert is what a manager was told.
type Alert struct {
	To      string            `json:"to"`
	System  connectors.System `json:"system"`
	Way     string            `json:"way"` // notification, e-mail or task
	Title   string            `json:"title"`
	Body    string            `json:"body"`
	Account string            `json:"account"` // the CRM's id
}

// Parked is a record or value that was set aside for a person.
type Parked struct {
	Record string `json:"record"`
	Name   string `json:"name,omitempty"`
	Field  string `json:"field,omitempty"`
	Value  string `json:"value,omitempty"`
	Reason string `json:"reason"`
}

// Case is a match that a person has to decide.
type Case struct {
	ID     string   `json:"id"`
	Rule   string   `json:"rule"`
	Key    string   `json:"key"`
	Names  []string `json:"names"`
	Reason string   `json:"reason"`
}

// Waiting are accounts about which there is no verdict for the same reason.
type Waiting struct {
	Reason   string   `json:"reason"`
	Accounts []string `json:"accounts"`
}

// Allowance is how much of a day's calls is used.
type Allowance struct {
	Used  int `json:"used"`
	Limit int `json:"limit"`
}

// Addressed are addresses to look at.
type Addressed struct {
	Salesforce string `json:"salesforce"`
	HubSpot    string `json:"hubspot"`
	Dashboard  string `json:"dashboard"`
}

// OK tells whether every expectation was met.
func (r *Report) OK() bool { return len(r.Failures) == 0 }
