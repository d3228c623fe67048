package workflows

import (
	"handoffd/connectors"
	"handoffd/mapping"
)

// creation compiles the rules of mapping.create: they are written in the
// mapping, and say what the workflows' rules can say.
func (k *compiler) creation() {
	for _, side := range mapping.Sides() {
		c := k.p.Mapping.Create[side]
		switch {
		case c.On && c.When.OK():
			k.p.Create[side] = k.criteria(c.When)
		case c.On:
			k.p.Create[side] = &Criteria{All: true} // all of nothing holds
		}
	}
}

// Creates tells whether an account that a CRM does not have is to get a record
// there, and if not, why. What is undecided is not yet (I12).
func (p *Policy) Creates(in Input, side mapping.Side) (wanted bool, why string) {
	rule := p.Create[side]
	if rule == nil {
		return false, "mapping.create makes no records in " + string(side.System())
	}
	switch v := rule.Eval(p.world(in)); {
	case in.Account.Gone():
		return false, "the account is deleted"
	case !in.Account.InScope():
		return false, "where: leaves the account out"
	case in.Case != "":
		return false, "a match case is open: see handoffd cases"
	case v.IsNull():
		return false, "not yet: data that mapping.create." + string(side.System()) + " reads is missing or stale"
	case v != connectors.BoolValue(true):
		return false, "mapping.create." + string(side.System()) + " does not hold"
	}
	return true, ""
}

// CreatesRecords tells whether records are made in any CRM.
func (p *Policy) CreatesRecords() bool {
	return p.Create[mapping.SalesforceSide] != nil || p.Create[mapping.HubSpotSide] != nil
}
