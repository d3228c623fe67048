package workflows

import "handoffd/connectors"

// Replay decides anew from a logged trace alone, without the account. It gives
// the logged outcome, or the log or the policy is not what it claims (I6).
func (p *Policy) Replay(t Trace) (Outcome, string) {
	switch {
	case t.Gone:
		return Gone, ""
	case !t.InScope:
		return OutOfScope, ""
	case t.State.Open():
		return InHand, ""
	case t.Case != "":
		return Waiting, ""
	}
	eval := func(c *Criteria) connectors.Value {
		return c.replay(func(text string) connectors.Value { return t.Values[text].Value })
	}
	segments := p.possible(eval)
	undecided := false
	for i := range p.Handoffs {
		h := &p.Handoffs[i]
		if !h.startsFrom((Life{State: t.State, From: t.From}).origin()) {
			continue
		}
		v := h.due(segments, eval, t.Nurtured, t.At)
		switch {
		case v.IsNull():
			undecided = true
		case v.Bool():
			return HandOff, h.Name
		}
	}
	if undecided {
		return Waiting, ""
	}
	return NotQualified, ""
}
