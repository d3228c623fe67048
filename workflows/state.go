package workflows

import "time"

// State is where an account stands between marketing and sales.
type State string

// The states of an account's life.
const (
	Nurture     State = "nurture"
	Ready       State = "ready"
	HandedOff   State = "handed_off"
	Working     State = "working"
	Engaged     State = "engaged"
	Opportunity State = "opportunity"
	InProgress  State = "in_progress"
	Returned    State = "returned"
	Declined    State = "declined"
	Hibernation State = "hibernation"
	Disputed    State = "disputed"
	Won         State = "won"
	Lost        State = "lost"
)

// States lists them in the order of a life.
func States() []State {
	return []State{Nurture, Ready, HandedOff, Working, Engaged, Opportunity, InProgress, Returned, Declined, Hibernation, Disputed, Won, Lost}
}

// DefaultStatus returns the status texts that a team gets without naming its
// own. An account that waits in the queue shows sales nothing.
func DefaultStatus() map[State]string {
	return map[State]string{
		Nurture:     "Marketing nurture",
		Ready:       "Marketing nurture",
		HandedOff:   "Ready for sales",
		Working:     "Sales working",
		Engaged:     "Sales engaged",
		Opportunity: "Opportunity",
		InProgress:  "Sales development in progress",
		Returned:    "SDR declined",
		Declined:    "Declined by sales, nurture mode",
		Hibernation: "Hibernation",
		Disputed:    "Disputed",
		Won:         "Won",
		Lost:        "Lost",
	}
}

// Open tells whether sales has an account in this state, or is still asked
// about it: no new handoff is made then.
func (s State) Open() bool {
	switch s {
	case HandedOff, Working, Engaged, Opportunity, InProgress, Returned, Disputed:
		return true
	}
	return false
}

// WithSales tells whether sales works on an account in this state: MQA is yes,
// and marketing holds back.
func (s State) WithSales() bool { return s.Open() && s != Returned }

// Life is what the workflow remembers of one account between decisions.
type Life struct {
	State State `json:"state"`
	// Since is when the account entered State.
	Since time.Time `json:"since,omitzero"`
	// Episode counts the account's handoffs.
	Episode int `json:"episode,omitempty"`
	// Open is the handoff that is under way, nil for none.
	Open *Episode `json:"open,omitempty"`
	// Nurtured is since when marketing has nurtured the account.
	Nurtured time.Time `json:"nurtured,omitzero"`
	// From is the state that an account in ready or opportunity came from, if
	// it was not nurture.
	From State `json:"from,omitempty"`
	// Deal is when the opportunity was created that put it into opportunity.
	Deal time.Time `json:"deal,omitzero"`
	// Moved is when a person moved it by hand last: what happened before that
	// moves it nowhere else.
	Moved time.Time `json:"moved,omitzero"`
	// Marketed is when marketing was in touch last, TooSoon the times at which
	// it wrote to a declined account within a month of that.
	Marketed time.Time   `json:"marketed,omitzero"`
	TooSoon  []time.Time `json:"too_soon,omitempty"`
	// Told is when sales was told of another inbound request.
	Told time.Time `json:"told,omitzero"`
	// Asked is the request for content that marketing has been told of.
	Asked time.Time `json:"asked,omitzero"`
	// Ended is when the last handoff ended: what happened before it has been
	// used and counts for no new one.
	Ended time.Time `json:"ended,omitzero"`
	// Reach is when the first event happened that could not be read before
	// the present decision, because its CRM could not be read: windows of
	// events reach back to it, so that an outage loses none.
	Reach time.Time `json:"reach,omitzero"`
	// Met is when the criteria were first met of the time in which the
	// account is ready, Signal the time of the fact that made them true, and
	// MetAs the type of the rule. Zero while it is not ready.
	Met    time.Time `json:"met,omitzero"`
	Signal time.Time `json:"signal,omitzero"`
	MetAs  Type      `json:"met_as,omitempty"`
	// Queued says why it waits, nil if it does not or nobody has looked yet.
	Queued *Wait `json:"queued,omitempty"`
	// Waited is the time in the queue before Queued began.
	Waited time.Duration `json:"waited,omitempty"`
	// Passed: deliveries before it are over, because a limit kept it back.
	Passed time.Time `json:"passed,omitzero"`
	// Late: that the service level is missed has been told.
	Late bool `json:"late,omitempty"`
	// Logged identifies the last logged decision, so that an unchanged one
	// is not logged again.
	Logged uint64 `json:"logged,omitempty"`
	// Writes counts the field writes made for the account, for their keys.
	Writes int `json:"writes,omitempty"`
}
