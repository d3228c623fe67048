package workflows

import (
	"sort"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// Logged is what a backtest needs of a logged decision. It is read from the
// same JSON as a Trace.
type Logged struct {
	At       time.Time `json:"at"`
	State    State     `json:"state"`
	Used     time.Time `json:"used"`
	Nurtured time.Time `json:"nurtured"`
	InScope  bool      `json:"in_scope"`
	Gone     bool      `json:"gone"`
	Case     string    `json:"case"`
	Outcome  Outcome   `json:"outcome"`
	Values   map[string]struct {
		Value connectors.Value `json:"value"`
	} `json:"values"`
	Life *struct {
		Facts struct {
			NotBefore time.Time `json:"not_before"`
		} `json:"facts"`
		Steps []Step `json:"steps"`
	} `json:"life"`
}

// Real is a handoff that was made.
type Real struct {
	Measured
	// Opened is when it was made.
	Opened time.Time
	// Adopted: it was found in the CRMs, so nobody knows when it began.
	Adopted bool
}

// ended is from when on what happened counts for a new handoff.
func (r *Real) ended() time.Time {
	s := r.Story
	if s != nil && s.Won.IsZero() && s.Lost.IsZero() && !s.Returned.IsZero() {
		return s.Returned
	}
	return r.Closed
}

// ruled tells whether a rule made it.
func (r *Real) ruled() bool { return !r.Adopted && r.Story.Rule != byHand }

// over tells whether sales had given it back, or was done with it, at a time.
func (r *Real) over(at time.Time) bool { return !r.Closed.IsZero() && !r.Closed.After(at) }

// known is a value from a time on.
type known struct {
	at    time.Time
	value connectors.Value
}

// moment is how an account stood from a time on, as far as the log tells.
type moment struct {
	at        time.Time
	state     State
	open      bool // rules may be asked: in scope, not gone, no case
	used      time.Time
	nurtured  time.Time
	notBefore time.Time
}

// Past is what is known of one account's past: all that a backtest replays.
type Past struct {
	ID, Name string
	account  *mapping.Account
	history  History
	fields   map[string][]known // as the log saw them
	moments  []moment
	real     []Real
}

// Remember lays out an account's past. log is of that account, oldest first;
// so are its handoffs. account is as it is now.
func (p *Policy) Remember(account *mapping.Account, name string, history History, log []Logged, handed []Real) *Past {
	past := &Past{ID: account.ID, Name: name, account: present(account), history: history, fields: map[string][]known{}, real: handed}
	for i := range log {
		past.learn(p, &log[i])
	}
	return past
}

// present is the account with all records that it ever had: whether they were
// there is told by the log.
func present(a *mapping.Account) *mapping.Account {
	out := *a
	for side, v := range out.Views {
		if v != nil {
			view := *v
			view.Deleted, view.OutOfScope = false, false
			out.Views[side] = &view
		}
	}
	return &out
}

// learn takes in one decision of the log.
func (past *Past) learn(p *Policy, l *Logged) {
	at := l.At.Truncate(time.Microsecond) // as all that it is compared with was stored
	now := moment{at: at, state: l.State, open: l.InScope && !l.Gone && l.Case == "", used: l.Used, nurtured: l.Nurtured}
	if n := len(past.moments); n > 0 {
		before := past.moments[n-1]
		now.notBefore = before.notBefore
		if l.Life != nil { // it tells of steps, and of little else
			now.open, now.used, now.nurtured = before.open, before.used, before.nurtured
		}
	}
	if l.Life != nil {
		now.notBefore = l.Life.Facts.NotBefore
		if n := len(l.Life.Steps); n > 0 {
			now.state = l.Life.Steps[n-1].To
		}
	}
	past.moments = append(past.moments, now)
	for name, v := range l.Values {
		if p.Mapping.Field(name) == nil {
			continue
		}
		list := past.fields[name]
		if len(list) == 0 || list[len(list)-1].value != v.Value {
			past.fields[name] = append(list, known{at, v.Value})
		}
	}
}

// born is when the account was decided first, as far as the log goes back.
func (past *Past) born() time.Time {
	if len(past.moments) == 0 {
		return time.Time{}
	}
	return past.moments[0].at
}

// at is how the account stood at a time.
func (past *Past) at(t time.Time) moment {
	i := sort.Search(len(past.moments), func(i int) bool { return past.moments[i].at.After(t) })
	if i == 0 {
		return moment{}
	}
	return past.moments[i-1]
}

// OnTarget tells whether an account is on the target account list now.
func (p *Policy) OnTarget(a *mapping.Account) bool {
	return p.Mapping.Field(FieldTarget) != nil && a.InScope() && !p.offTarget(a)
}
