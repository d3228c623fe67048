package workflows

import "handoffd/connectors"

// Replay decides anew from a logged trace alone, without the account. It gives
// the logged outcome, or the log or the policy is not what it claims (I6).
func (p *Policy) Replay(t Trace) (Outcome, string) {
	switch {
	case !t.InScope:
		return OutOfScope, ""
	case t.State.Open():
		return InHand, ""
	}
	atom := func(text string) connectors.Value { return t.Values[text].Value }
	segment := ""
	for _, s := range p.Segments {
		if s.When.replay(atom).Bool() {
			segment = s.Name
			break
		}
	}
	undecided := false
	for i := range p.Handoffs {
		h := &p.Handoffs[i]
		gate := connectors.BoolValue(true)
		if h.Gate != nil {
			gate = h.Gate.replay(atom)
		}
		if !gate.IsNull() && !gate.Bool() {
			continue
		}
		when := h.criteria(segment).replay(atom)
		switch {
		case !when.IsNull() && !when.Bool():
		case gate.IsNull() || when.IsNull():
			undecided = true
		default:
			return HandOff, h.Name
		}
	}
	if undecided {
		return Waiting, ""
	}
	return NotQualified, ""
}
