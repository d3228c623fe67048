package workflows

import (
	"fmt"
	"time"
)

// BacktestReport is what other rules would have given in a period.
type BacktestReport struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Months is the length of the period.
	Months   float64 `json:"months"`
	Policy   string  `json:"policy"`
	Accounts int     `json:"accounts"`
	// Targets is the size of the target account list.
	Targets int    `json:"targets"`
	Target  string `json:"target,omitempty"`
	// Limit is how many intent accounts a month the policy lets through.
	Limit float64 `json:"limit,omitempty"`
	// Real is what really happened, Replayed what the policy gives of the same
	// past: how far apart they are tells how good the replay is.
	Real       Trial       `json:"real"`
	Replayed   Trial       `json:"replayed"`
	Sweeps     []Sweep     `json:"sweeps,omitempty"`
	Comparison *Comparison `json:"comparison,omitempty"`
	// Notes say what the past cannot tell.
	Notes []string `json:"notes"`
}

// Sweep is one number tried with several values.
type Sweep struct {
	Knob    string   `json:"knob"`
	Present float64  `json:"present"`
	Trials  []Trial  `json:"trials"`
	Verdict []string `json:"verdict"`
}

// WithoutAccounts drops the lists.
func (t Trial) WithoutAccounts() Trial {
	t.Passings = nil
	return t
}

// Doubts are what no replay of the past can tell, in words.
func (p *Policy) Doubts() []string {
	return []string{
		"what would have become of accounts that were never really handed off is not known: the rates are those of the others alone, as they stand now",
		"an account counts when its criteria are met: limits, the delivery, holds and owners are not replayed",
		fmt.Sprintf("an account that was never really handed off is taken to be with sales for %d days, and then counts anew", int(p.Stay()/day)),
		"what sales did with an account may have moved its signals; under other rules they would have moved otherwise",
	}
}
