package scenario

import (
	"time"

	"handoffd/workflows"
)

// Result is how a scenario went.
type Result struct {
	File string `json:"file"`
	Name string `json:"name"`
	// Checks counts what was expected, Failures what was not so.
	Checks   int       `json:"checks"`
	Failures []Failure `json:"failures"`
	// Error says why it was not played: mistakes in the files, or what the
	// stage lacks. "" if it was.
	Error string `json:"error,omitempty"`
	// Played is how much time the story takes, Rounds how often the daemon
	// did all that was due.
	Played time.Duration `json:"-"`
	Rounds int           `json:"rounds"`
	Story  []Line        `json:"story,omitempty"`
	// Steps are the transitions that accounts made.
	Steps []workflows.Step `json:"-"`
}

// Passed tells whether all went as expected.
func (r *Result) Passed() bool { return len(r.Failures) == 0 && r.Error == "" }

// NotPlayed is the result of a file that could not be played, and why.
func NotPlayed(file, why string) *Result {
	return &Result{File: file, Name: file, Failures: []Failure{}, Error: why}
}

// Failure is something that was not as expected, or could not be done.
type Failure struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
	// At is the moment, Written how the file says it.
	At       time.Time `json:"at"`
	Written  string    `json:"written"`
	What     string    `json:"what"`
	Expected string    `json:"expected"`
	Seen     string    `json:"seen"`
	// Why is the last decision, clause by clause.
	Why []string `json:"why,omitempty"`
}
