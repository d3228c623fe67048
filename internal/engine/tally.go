package engine

import (
	"sync"

	"handoffd/connectors"
)

// tally counts what one engine did since it was made.
type tally struct {
	mu       sync.Mutex
	read     map[connectors.System]int
	changed  int
	handoffs int
	alerts   int
	writes   map[connectors.System]int
	kinds    map[string]int
	parked   int
	// failures are what goes wrong now, by the step that it is in.
	failures map[string]string
}

func newTally() tally {
	return tally{read: map[connectors.System]int{}, writes: map[connectors.System]int{}, kinds: map[string]int{}, failures: map[string]string{}}
}

// Note keeps what went wrong last in a step, for the summary; a nil error
// says that the step works (again).
func (e *Engine) Note(step string, err error) {
	e.tally.add(func(t *tally) {
		delete(t.failures, step)
		if err != nil {
			t.failures[step] = err.Error()
		}
	})
}

func (t *tally) add(f func(*tally)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(t)
}

// Summary is what a run did, in the words of `run --once`.
type Summary struct {
	Mode
	// Comparing says why nothing is decided for now, "" if it is.
	Comparing string `json:"comparing,omitempty"`
	// Accounts are those in scope, Matched those of them with a record in
	// both CRMs; OutOfScope are those that the where clause leaves out.
	Accounts   int                         `json:"accounts"`
	OutOfScope int                         `json:"out_of_scope"`
	Matched    int                         `json:"matched"`
	Cases      int                         `json:"cases"`
	Read       map[connectors.System]int   `json:"read"`
	Changed    int                         `json:"changed"`
	Decisions  map[string]int              `json:"decisions"`
	Handoffs   int                         `json:"handoffs"`
	Alerts     int                         `json:"alerts"`
	Writes     map[connectors.System]int   `json:"writes"`
	Kinds      map[string]int              `json:"writes_by_kind"`
	APICalls   map[connectors.System]int64 `json:"api_calls"`
	Endpoints  map[string]int64            `json:"api_calls_by_endpoint"`
	Parked     int                         `json:"parked"`
	Waiting    int                         `json:"waiting"`
	Queued     int                         `json:"queued"`
	Pending    int                         `json:"pending_writes"`
	Governance
	// Held are those of the pending writes that a CRM does not take before
	// somebody acts.
	Held []HeldWrites `json:"held_writes,omitempty"`
	// Creates are records that are still to be made by mapping.create.
	Creates []PlannedCreate `json:"creates,omitempty"`
	// Drift is what the last comparison of all records found, by system.
	Drift    map[connectors.System]Drift `json:"drift,omitempty"`
	Planned  []PlannedHandoff            `json:"planned,omitempty"`
	Failures []string                    `json:"failures,omitempty"`
}

// PlannedHandoff is a handoff that would be made.
type PlannedHandoff struct {
	Account string            `json:"account"`
	Name    string            `json:"name"`
	Rule    string            `json:"rule"`
	System  connectors.System `json:"system"`
	Owner   string            `json:"owner"`
	Due     string            `json:"due"`
	Reasons []string          `json:"reasons"`
	// Assigned says who was considered as the owner, in order.
	Assigned []string `json:"assigned,omitempty"`
	// Blocked says why it could not be made even if writing were allowed.
	Blocked string `json:"blocked,omitempty"`
	// Waits says why its turn has not come: a limit, the delivery, a hold.
	Waits string `json:"waits,omitempty"`
}
