package workflows

import (
	"time"

	"handoffd/mapping"
)

// Gauge is how all accounts stood on a day: what cannot be told later from the
// handoffs alone.
type Gauge struct {
	Day string    `json:"day"`
	At  time.Time `json:"at"`
	// Targets counts the target account list, Queue who is ready and waits.
	Targets int `json:"targets"`
	Queue   int `json:"queue"`
	// Nurture are target accounts that marketing has to keep in touch with,
	// Neglected how many it has not been in touch with for a month.
	Nurture   int `json:"nurture"`
	Neglected int `json:"neglected"`
	// Declined are accounts that sales gave back for good, which marketing may
	// contact once a month, Crowded those that it contacted sooner again.
	Declined int `json:"declined,omitempty"`
	Crowded  int `json:"crowded,omitempty"`
	// Scored are target accounts, if there are scores at all, Old those whose
	// score is too old to count, or that have none.
	Scored int `json:"scored"`
	Old    int `json:"old"`
	// Late wait for longer than sla.hand_off, time in the queue apart.
	Late []Stale `json:"late,omitempty"`
	// Forgotten, Overdone and Outdated list them, as long as they are kept.
	Forgotten []Stale `json:"forgotten,omitempty"`
	Overdone  []Stale `json:"overdone,omitempty"`
	Outdated  []Stale `json:"outdated,omitempty"`
}

// Stale is an account that something is overdue for, and since when.
type Stale struct {
	Account string    `json:"account"`
	Name    string    `json:"name"`
	Since   time.Time `json:"since,omitzero"`
	What    string    `json:"what"`
}

// offTarget: the mapping knows the target account list, and the account is not
// on it.
func (p *Policy) offTarget(a *mapping.Account) bool {
	f := p.Mapping.Field(FieldTarget)
	if f == nil {
		return false
	}
	v, _ := p.Mapping.Value(a, f.Slot)
	return v.IsNull() || f.Type == mapping.Bool && !v.Bool()
}

// Measured lists the slots of the fields that Measure looks at.
func (p *Policy) Measured() (slots []int) {
	for _, name := range []string{FieldTarget, FieldMarketing} {
		if f := p.Mapping.Field(name); f != nil {
			slots = append(slots, f.Slot)
		}
	}
	for _, u := range p.uses {
		if f := p.Mapping.Field(u.name); f != nil {
			slots = append(slots, f.Slot)
		}
	}
	return slots
}

// MeasuresLife tells whether Measure looks at more of the life of an account in
// this state than the state itself.
func (p *Policy) MeasuresLife(s State) bool { return s == Ready || p.knowsContacts() }

// Measure adds one account to the gauge.
func (p *Policy) Measure(g *Gauge, a *mapping.Account, life Life, name string) {
	if !a.InScope() {
		return
	}
	if life.State == Ready {
		g.Queue++
		if by := p.HandOffBy(life); !by.IsZero() && by.Before(g.At) {
			g.Late = append(g.Late, Stale{Account: a.ID, Name: name, Since: by, What: "was to be handed off"})
		}
	}
	p.measureContacts(g, a, life, name)
	if p.Mapping.Field(FieldTarget) == nil || p.offTarget(a) {
		return
	}
	g.Targets++
	p.measureNurture(g, a, life, name)
	p.measureScores(g, a, name)
}

// measureScores looks at the numbers that the rules read. An account that has
// none of them was never scored.
func (p *Policy) measureScores(g *Gauge, a *mapping.Account, name string) {
	scores, scored := false, false
	var old *Stale
	for _, u := range p.uses {
		f := p.Mapping.Field(u.name)
		if f == nil || f.Type != mapping.Number || f.Master == mapping.FromHandoffd {
			continue
		}
		scores = true
		v, origin := p.Mapping.Value(a, f.Slot)
		if v.IsNull() {
			continue
		}
		scored = true
		age := f.FreshFor
		if age == 0 {
			age = p.SLA.Scores
		}
		at := latest(origin.At, p.Mapping.Confirmed(a, f.Slot))
		if !at.Add(age).After(g.At) && old == nil {
			old = &Stale{Account: a.ID, Name: name, Since: at, What: f.Name}
		}
	}
	if !scores {
		return
	}
	g.Scored++
	if !scored {
		old = &Stale{Account: a.ID, Name: name, What: "score"}
	}
	if old != nil {
		g.Old++
		g.Outdated = append(g.Outdated, *old)
	}
}

func nurtured(s *sheet) Figure {
	return s.stale(func(g *Gauge) (int, int, []Stale) { return g.Nurture, g.Neglected, g.Forgotten })
}

func contactLimit(s *sheet) Figure {
	return s.stale(func(g *Gauge) (int, int, []Stale) { return g.Declined, g.Crowded, g.Overdone })
}

func fresh(s *sheet) Figure {
	return s.stale(func(g *Gauge) (int, int, []Stale) { return g.Scored, g.Old, g.Outdated })
}

// stale is the figure of a stale list: its entries are the accounts that miss.
func (s *sheet) stale(of func(*Gauge) (n, stale int, list []Stale)) Figure {
	if s.Gauge == nil {
		return Figure{Unknown: "the accounts have not been counted yet"}
	}
	n, stale, list := of(s.Gauge)
	return s.listed(Figure{N: n, Hits: n - stale}, list)
}

// Forget drops the lists and keeps the numbers.
func (g *Gauge) Forget() {
	g.Forgotten, g.Overdone, g.Outdated = nil, nil, nil
}

func waitingLate(s *sheet) Figure {
	if s.Gauge == nil {
		return Figure{Unknown: "the accounts have not been counted yet"}
	}
	return s.listed(Figure{N: len(s.Gauge.Late), Hits: len(s.Gauge.Late)}, s.Gauge.Late)
}

// listed adds accounts to a figure.
func (s *sheet) listed(f Figure, list []Stale) Figure {
	for _, a := range list {
		e := Entry{Account: a.Account, Name: a.Name, Detail: a.What + ": never"}
		if !a.Since.IsZero() {
			e.Detail = s.day(a.What+":", a.Since)
		}
		f.Entries = append(f.Entries, e)
	}
	return f
}
