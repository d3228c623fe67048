package workflows

import (
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/internal/expression"
	"handoffd/mapping"
)

// Standing is how an account stands against the rules: what `explain` shows of
// a decision. It is made of the decision's trace, so that it tells of what was
// decided and of nothing else.
type Standing struct {
	Segments []SegmentStanding `json:"segments,omitempty"`
	Rules    []RuleStanding    `json:"rules"`
	// Winner is the rule that is met and would win, "" for none; while sales
	// has the account it hands nothing off.
	Winner string `json:"winner,omitempty"`
}

// SegmentStanding is whether an account is in a segment.
type SegmentStanding struct {
	Segment string `json:"segment"`
	Result  string `json:"result"`
	// Seen are the values that it depends on.
	Seen []ValueStanding `json:"seen"`
}

// RuleStanding is one rule.
type RuleStanding struct {
	Rule   string `json:"rule"`
	Type   Type   `json:"type"`
	To     Stage  `json:"to"`
	Result string `json:"result"` // yes, no, or undecided
	// Segment is whose criteria these are, "" for the rule's own.
	Segment string           `json:"segment,omitempty"`
	Gate    []ClauseStanding `json:"gate,omitempty"`
	When    []ClauseStanding `json:"when"`
	// NotBefore is when nurtured_for is over, if it is not.
	NotBefore time.Time `json:"not_before,omitzero"`
	// Rests: after a deal, this rule hands nothing off.
	Rests bool `json:"rests,omitempty"`
	// Ways are how it could come to be met, the shortest first.
	Ways []Way `json:"ways,omitempty"`
}

// ClauseStanding is one clause with what it saw.
type ClauseStanding struct {
	Clause string          `json:"clause"`
	Result string          `json:"result"`
	Seen   []ValueStanding `json:"seen,omitempty"`
}

// ValueStanding is a value with its source.
type ValueStanding struct {
	Name   string           `json:"name"`
	Value  connectors.Value `json:"value"`
	Source string           `json:"source,omitempty"`
	// At is when the value was set, or the last event that counts happened.
	At time.Time `json:"at,omitzero"`
	// Why tells why there is no value.
	Why string `json:"why,omitempty"`
}

// Stand explains a trace. The history, nil if it is not known, only adds until
// when events count.
func (p *Policy) Stand(t Trace, a *mapping.Account, history History) Standing {
	r := ruler{policy: p, trace: &t}
	if history != nil {
		r.world = p.world(Input{Account: a, History: history, Now: t.At, Life: Life{State: t.State, Ended: t.Used, Reach: t.Reach, Told: t.Told}})
		r.world.queued = t.Queued
	}
	out := Standing{}
	eval := func(c *Criteria) connectors.Value {
		return c.replay(func(text string) connectors.Value { return t.Values[text].Value })
	}
	for i := range p.Segments {
		out.Segments = append(out.Segments, r.segment(&p.Segments[i], eval))
	}
	for i := range p.Handoffs {
		h := &p.Handoffs[i]
		at := slices.IndexFunc(t.Rules, func(rt RuleTrace) bool { return rt.Rule == h.Name })
		if at < 0 { // the log is of other rules than these
			continue
		}
		rule := r.rule(h, t.Rules[at])
		if rule.Result == yes && !rule.Rests && len(rule.Ways) == 0 && out.Winner == "" {
			out.Winner = rule.Rule
		}
		out.Rules = append(out.Rules, rule)
	}
	return out
}

func (r *ruler) segment(s *Segment, eval evaluator) SegmentStanding {
	out := SegmentStanding{Segment: s.Name, Result: verdict(eval(s.When))}
	for _, program := range s.When.programs() {
		for _, atom := range program.Atoms() {
			out.Seen = append(out.Seen, r.value(atom.Text))
		}
	}
	return out
}

func (r *ruler) rule(h *Handoff, t RuleTrace) RuleStanding {
	out := RuleStanding{
		Rule: h.Name, Type: h.Type, To: h.To, Result: verdict(t.Result), Segment: t.Segment,
		Gate: r.clauses(t.Gate), When: r.clauses(t.When), Rests: t.Rests || !h.startsFrom(r.trace.State),
	}
	ways := shortest(join([][]Way{r.ways(h.Gate, t.Gate), r.ways(h.criteria(t.Segment), t.When)}, true))
	met := len(ways) > 0 && len(ways[0]) == 0
	if t.NotBefore.After(r.trace.At) {
		out.NotBefore = t.NotBefore
		wait := Gap{Clause: "nurtured_for", Need: "nurtured for long enough", From: t.NotBefore}
		for i := range ways {
			ways[i] = append(slices.Clip(ways[i]), wait)
		}
	}
	if out.Result == undecided && met { // the possible segments disagree
		ways = []Way{{Gap{Clause: "segments", Need: "to be known: the account's segment"}}}
	}
	if len(ways) > 0 && len(ways[0]) > 0 {
		out.Ways = ways
	}
	return out
}

func (r *ruler) clauses(list []expression.Clause) []ClauseStanding {
	out := make([]ClauseStanding, 0, len(list))
	for _, c := range list {
		s := ClauseStanding{Clause: c.Says(), Result: verdict(c.Holds())}
		for _, seen := range c.Seen {
			if names := r.trace.Behind[seen.Atom]; seen.Atom == c.Text && len(names) > 0 { // a yes/no call: what it looked at
				for _, name := range names {
					s.Seen = append(s.Seen, r.value(name))
				}
				continue
			}
			s.Seen = append(s.Seen, r.value(seen.Atom))
		}
		out = append(out, s)
	}
	return out
}

// value is what the trace saw of an atom; for signals, when it happened last.
func (r *ruler) value(name string) ValueStanding {
	v := r.trace.Values[name]
	out := ValueStanding{Name: name, Value: v.Value, Source: v.Source, At: v.At, Why: v.Why}
	if r.world == nil || !out.At.IsZero() {
		return out
	}
	for _, behind := range r.trace.Behind[name] {
		s := r.policy.Mapping.Signal(behind)
		if s == nil {
			continue
		}
		for _, p := range r.world.history[r.slot(s)] {
			if p.Value != 0 && !p.At.After(r.world.now) {
				out.At = latest(out.At, p.At)
			}
		}
	}
	return out
}

const (
	yes       = "yes"
	undecided = "undecided"
)

// verdict shows a three-valued result.
func verdict(v connectors.Value) string {
	switch {
	case v.IsNull():
		return undecided
	case v.Bool():
		return yes
	default:
		return "no"
	}
}
