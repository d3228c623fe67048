package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/expression"
	"handoffd/workflows/calendar"
)

// Trace is why a decision came out as it did: every clause of every rule with
// the values that it saw and where they came from. It is what the decision
// log keeps (I6).
type Trace struct {
	// Account is whose decision it was: the log of an account that was joined
	// with another is in the other's since.
	Account string    `json:"account,omitempty"`
	Policy  int       `json:"policy"`
	Hash    string    `json:"hash"`
	At      time.Time `json:"at"`
	State   State     `json:"state"`
	// Since is when the account had entered it.
	Since time.Time `json:"since,omitzero"`
	// From is the state before ready that its rules still depend on.
	From State `json:"from,omitempty"`
	// Reach is how far back windows of events reached beyond their length.
	Reach time.Time `json:"reach,omitzero"`
	// Told is when sales was told of another request: see Life.Told.
	Told time.Time `json:"told,omitzero"`
	// Queued is since when the account was ready for an intent handoff: its
	// windows reach back for no longer than they are.
	Queued time.Time `json:"queued,omitzero"`
	// NotBefore is the day that sales asked to wait for, Signal when the last
	// intent signal had come, and Due when time alone may change the decision.
	NotBefore time.Time `json:"not_before,omitzero"`
	Signal    time.Time `json:"signal,omitzero"`
	Due       time.Time `json:"due,omitzero"`
	// Used is when the last handoff ended: what happened before counts for no
	// new one.
	Used time.Time `json:"used,omitzero"`
	// Nurtured is since when marketing has nurtured the account.
	Nurtured time.Time `json:"nurtured,omitzero"`
	InScope  bool      `json:"in_scope"`
	// Gone: no record of the account was left.
	Gone bool `json:"gone,omitempty"`
	// LeftOut are the CRMs whose record the where clause leaves out.
	LeftOut []connectors.System `json:"left_out,omitempty"`
	// Case is the open match case that the account waits for.
	Case    string           `json:"case,omitempty"`
	Outcome Outcome          `json:"outcome"`
	Segment string           `json:"segment,omitempty"`
	Rule    string           `json:"rule,omitempty"`
	Matched []string         `json:"matched,omitempty"`
	Reason  string           `json:"reason"`
	Rules   []RuleTrace      `json:"rules,omitempty"`
	Values  map[string]Value `json:"values,omitempty"`
	// Segmenting are the segments' clauses where they could not be decided.
	Segmenting []expression.Clause `json:"segmenting,omitempty"`
	// Behind names the fields and signals that a function call looks at.
	Behind map[string][]string `json:"behind,omitempty"`
	// Life is set where the outcome is Moved.
	Life *LifeTrace `json:"life,omitempty"`
}

// Value is a value that a rule saw, with its source.
type Value struct {
	Value  connectors.Value `json:"value"`
	Source string           `json:"source,omitempty"`
	At     time.Time        `json:"at,omitzero"`
	// Why tells why there is no value: missing or stale.
	Why string `json:"why,omitempty"`
}

// RuleTrace is one rule's part.
type RuleTrace struct {
	Rule    string              `json:"rule"`
	Result  connectors.Value    `json:"result"`
	Gate    []expression.Clause `json:"gate,omitempty"`
	When    []expression.Clause `json:"when"`
	Segment string              `json:"segment,omitempty"`
	// NotBefore is when nurtured_for is over, zero for no such condition.
	NotBefore time.Time `json:"not_before,omitzero"`
	// Rests: after a deal, this rule hands nothing off.
	Rests bool `json:"rests,omitempty"`
}

// Trace explains the decision that Evaluate makes of the same input.
func (p *Policy) Trace(in Input, d Decision) Trace {
	w := p.world(in)
	t := Trace{
		Account: in.Account.ID, Policy: p.Version, Hash: p.Hash, At: in.Now, State: in.Life.State, From: in.Life.From, Reach: in.Life.Reach, Told: in.Life.Told, Used: in.Life.Ended, Nurtured: in.Life.Nurtured, InScope: in.Account.InScope(),
		Gone: in.Account.Gone(), LeftOut: in.Account.LeftOut(), Case: in.Case, Outcome: d.Outcome, Segment: d.Segment, Values: map[string]Value{}, Behind: map[string][]string{},
		Since: in.Life.Since, Queued: w.queued, NotBefore: p.notBefore(in.Account), Signal: p.lastSignal(in), Due: d.Due,
	}
	if d.Rule != nil {
		t.Rule = d.Rule.Name
	}
	for _, m := range d.Matched {
		t.Matched = append(t.Matched, m.Name)
	}
	eval := func(c *Criteria) connectors.Value { return c.Eval(w) }
	segments := p.possible(eval)
	for i := range p.Segments {
		clauses := p.clauses(p.Segments[i].When, w, &t)
		if slices.ContainsFunc(p.Handoffs, func(h Handoff) bool { return h.differs(segments) }) {
			t.Segmenting = append(t.Segmenting, clauses...)
		}
	}
	segment := d.Segment
	if len(segments) == 1 { // known also where the decision did not ask
		segment = segments[0]
	}
	for i := range p.Handoffs {
		h := &p.Handoffs[i]
		r := RuleTrace{
			Rule: h.Name, Result: h.met(segments, eval), NotBefore: h.earliest(segments, in.Life.Nurtured),
			Rests: !h.startsFrom(in.Life.origin()),
		}
		if h.due(segments, eval, in.Life.Nurtured, in.Now).IsNull() {
			r.Result = connectors.Value{}
		}
		if _, special := h.Segments[segment]; special {
			r.Segment = segment
		}
		r.Gate = p.clauses(h.Gate, w, &t)
		r.When = p.clauses(h.criteria(segment), w, &t)
		for _, s := range segments { // what the other possible segments would ask for
			p.clauses(h.criteria(s), w, &t)
		}
		t.Rules = append(t.Rules, r)
	}
	t.Reason = t.reason(p.Calendar)
	return t
}

// clauses traces a tree's leaves and notes the values and their sources.
func (p *Policy) clauses(c *Criteria, w *world, t *Trace) []expression.Clause {
	var out []expression.Clause
	for _, program := range c.programs() {
		_, clauses := program.Trace(w)
		out = append(out, clauses...)
		for _, a := range program.Atoms() {
			if _, done := t.Values[a.Text]; done {
				continue
			}
			t.Values[a.Text] = p.seen(a, w)
			if len(a.Names) != 1 || a.Names[0] != a.Text {
				t.Behind[a.Text] = a.Names
				p.behind(a.Names, w, t)
			}
		}
	}
	return out
}

// behind notes the fields that a call looks at: rises(x, 70) saw x.
func (p *Policy) behind(names []string, w *world, t *Trace) {
	for _, name := range names {
		f := p.Mapping.Field(name)
		if f == nil {
			continue
		}
		if _, done := t.Values[name]; done {
			continue
		}
		v := Value{Value: w.Lookup(f.Slot)}
		if _, origin := p.Mapping.Value(w.account, f.Slot); !origin.Own {
			v.Source, v.At = string(origin.Side.System()), origin.At
		}
		t.Values[name] = v
	}
}

func (p *Policy) seen(a expression.Atom, w *world) Value {
	v := Value{Value: a.Value(w)}
	for _, name := range a.Names {
		if f := p.Mapping.Field(name); f != nil {
			raw, origin := p.Mapping.Value(w.account, f.Slot)
			if !origin.Own {
				v.Source, v.At = string(origin.Side.System()), origin.At
			} else {
				v.Source = "handoffd"
			}
			until, limited := p.Mapping.Fresh(w.account, f.Slot)
			switch {
			case p.Mapping.Misfit(w.account, f.Slot):
				v.Why = name + " holds a value that does not fit (see problems)"
			case raw.IsNull():
				v.Why = name + " is missing"
			case limited && !w.now.Before(until):
				v.Why = fmt.Sprintf("%s is stale: last confirmed %s", name, p.Calendar.LocalDay(until.Add(-f.FreshFor)))
			}
			continue
		}
		if s := p.Mapping.Signal(name); s != nil {
			v.Source = s.Systems()
			if s.Unknown(w.account) {
				v.Why = fmt.Sprintf("%s is unknown: the account has no %s record", name, s.Systems())
			}
		}
	}
	return v
}

// reason puts the outcome in one line.
func (t *Trace) reason(c *calendar.Calendar) string {
	switch t.Outcome {
	case HandOff:
		return t.Rule + ": " + t.passed()
	case Waiting:
		if t.Case != "" {
			return "match case open: see handoffd cases (" + t.Case + ")"
		}
		return "waiting for data: " + t.missing()
	case InHand:
		if t.State == Returned || t.State == Disputed {
			return "its handoff is not over yet (" + string(t.State) + ")"
		}
		return "sales has the account (" + string(t.State) + ")"
	case OutOfScope:
		return "left out by where: the " + t.whose() + " record is out of scope"
	case Gone:
		return "no record of the account is left"
	default:
		return "criteria not met: " + t.failed(c)
	}
}

// whose names the CRMs whose record the where clause leaves out.
func (t *Trace) whose() string {
	names := make([]string, len(t.LeftOut))
	for i, s := range t.LeftOut {
		names[i] = string(s)
	}
	return strings.Join(names, " and the ")
}

func (t *Trace) passed() string {
	for _, r := range t.Rules {
		if r.Rule != t.Rule {
			continue
		}
		return t.join(r.When, true)
	}
	return ""
}

func (t *Trace) failed(c *calendar.Calendar) string {
	for i := len(t.Rules) - 1; i >= 0; i-- { // the weakest rule is the one that most accounts are measured by
		r := t.Rules[i]
		switch {
		case r.Result.Bool() && r.Rests:
			return r.Rule + " hands nothing off after a deal"
		case r.Result.Bool() && r.NotBefore.After(t.At):
			return r.Rule + " needs the account to be nurtured until " + c.LocalDay(r.NotBefore)
		}
		if text := t.join(r.Gate, false); text != "" {
			return text
		}
		if text := t.join(r.When, false); text != "" {
			return text
		}
	}
	return "no rule matched"
}

func (t *Trace) missing() string {
	seen := map[string]bool{}
	text := ""
	for _, r := range t.Rules {
		if !r.Result.IsNull() {
			continue
		}
		for _, c := range slices.Concat(r.Gate, r.When, t.Segmenting) {
			if !c.Result.IsNull() {
				continue
			}
			for _, s := range c.Seen {
				why := t.Values[s.Atom].Why
				if why == "" || seen[why] {
					continue
				}
				seen[why] = true
				if text != "" {
					text += "; "
				}
				text += why
			}
		}
	}
	return text
}

// join lists the clauses that came out so, with what they saw.
func (t *Trace) join(clauses []expression.Clause, result bool) string {
	var parts []string
	for _, c := range clauses {
		if v := c.Holds(); v.IsNull() || v.Bool() != result {
			continue
		}
		text := c.Says()
		for _, s := range c.Seen {
			if s.Atom != c.Text {
				text += fmt.Sprintf(" (%s = %s)", s.Atom, s.Value)
				continue
			}
			for _, name := range t.Behind[s.Atom] { // a yes/no call: what it looked at
				if v, ok := t.Values[name]; ok {
					text += fmt.Sprintf(" (%s = %s)", name, v.Value)
				}
			}
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}
