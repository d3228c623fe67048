package workflows

import (
	"handoffd/mapping"
)

// The choices of `to` beside the names of owner fields, and how the fallback
// is called where a choice is named.
const (
	ToPool     = "pool"
	ByFallback = "fallback"
)

// Routing says to whom a stage's accounts go.
type Routing struct {
	// To lists the choices in their order: ToPool, or an owner field; nil is
	// the account's owner and then the pool.
	To []string
	// Pool is nil for none.
	Pool *Pool
	// Fallback is the e-mail of whoever gets what no choice finds somebody
	// for; "" leaves it waiting.
	Fallback string
	// WriteTo is the owner field that gets the choice, "" for none.
	WriteTo string
	// Reassign gives the account to somebody else when the owner does not
	// touch it in time.
	Reassign bool
}

func (r Routing) choices() []string {
	switch {
	case r.To != nil:
		return r.To
	case r.Pool != nil:
		return []string{mapping.OwnerField, ToPool}
	default:
		return []string{mapping.OwnerField}
	}
}

// Pool is a group of people who take turns.
type Pool struct {
	Name    string
	Members []Member
}

// Member is one of them.
type Member struct {
	Email  string
	Weight float64
	// Capacity is how much they may be given, zero for any.
	Capacity Capacity
	// Territory says which accounts they take, nil for all.
	Territory *Criteria
}

// Capacity is how many handoffs somebody may be given in the team's calendar
// day, week and month; 0 for any.
type Capacity struct{ Day, Week, Month int }

func (c Capacity) any() bool { return c != Capacity{} }

// Absence is a time away: both days, of the team's zone, are part of it. They
// are ISO dates, so that they compare as text.
type Absence struct{ From, To string }

// counts tells whether some capacity is limited, so that it must be known who
// was given what.
func (p *Policy) counts() bool {
	for _, r := range p.Routing {
		if r.Pool == nil {
			continue
		}
		for _, m := range r.Pool.Members {
			if m.Capacity.any() {
				return true
			}
		}
	}
	return false
}

// HasPools tells whether anybody takes turns.
func (p *Policy) HasPools() bool {
	for _, r := range p.Routing {
		if r.Pool != nil {
			return true
		}
	}
	return false
}
