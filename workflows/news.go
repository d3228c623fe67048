package workflows

import (
	"fmt"
	"strings"
	"time"
)

// news is when the last of the facts happened that the met criteria of a
// decision rest on: a level that rose, something that the buyer did, a field
// that got another value, or joining the list where a rise is asked for. After
// a handoff it is never zero.
func (p *Policy) news(in Input, d Decision) (at time.Time) {
	w := p.world(in)
	for _, program := range d.Rule.criteria(d.Segment).programs() {
		if v := program.Eval(w); v.IsNull() || !v.Bool() {
			continue
		}
		for _, name := range tell(program) {
			at = later(at, p.newsOf(in, name))
		}
		if strings.Contains(program.Source, "rises(") {
			at = later(at, w.joined())
		}
	}
	if at.IsZero() {
		return in.Life.Ended // what nobody did, such as no visit in a month, is no news
	}
	return at
}

// OldNews says why an account that meets the criteria is not ready: what they
// rest on has led to a handoff already; "" if that is not so.
func (p *Policy) OldNews(life Life, facts Facts) string {
	t := turn{policy: p, life: life, facts: facts}
	if facts.Outcome != HandOff || life.State.Open() || life.State == Ready || !t.stale() {
		return ""
	}
	return fmt.Sprintf("what the criteria rest on has led to a handoff already: the last news is of %s, and the handoff ended on %s", t.day(facts.News), t.day(life.Ended))
}

// newsOf is when a level rose last, a signal last came, or a field of another
// kind got its value.
func (p *Policy) newsOf(in Input, name string) (at time.Time) {
	f, before := p.Mapping.Field(name), 0.0
	for _, pt := range in.History[name] {
		if pt.At.After(in.Now) {
			break
		}
		if f == nil || pt.Value > before {
			at = pt.At
		}
		before = pt.Value
	}
	if f != nil && at.IsZero() {
		if _, origin := p.Mapping.Value(in.Account, f.Slot); !origin.At.After(in.Now) {
			return origin.At
		}
	}
	return at
}

// Wanted tells whether an account that a decision hands off may go by what was
// before: sales may want it no sooner than a day, which from tells, and what
// has led to a handoff leads to no second one.
func (p *Policy) Wanted(in Input, d Decision) (from time.Time, ok bool) {
	if d.Outcome != HandOff || d.Rule.Type != Intent {
		return time.Time{}, true
	}
	t := turn{policy: p, life: in.Life, facts: Facts{Now: in.Now, Outcome: d.Outcome, Type: Intent, NotBefore: p.notBefore(in.Account), News: p.news(in, d)}}
	return t.facts.NotBefore, !t.stale() && !t.heldBack()
}
