package workflows

import (
	"cmp"
	"slices"
	"time"
)

// Comparison holds two policies against each other, account by account.
type Comparison struct {
	Old Trial `json:"old"`
	New Trial `json:"new"`
	// Both, OnlyOld and OnlyNew count accounts.
	Both    int `json:"both"`
	OnlyOld int `json:"only_old"`
	OnlyNew int `json:"only_new"`
	// List names them, those that differ first.
	List []Compared `json:"accounts,omitempty"`
}

// Compared is one account under both policies.
type Compared struct {
	Account string `json:"account"`
	Name    string `json:"name"`
	In      string `json:"in"` // both, only old, only new
	// Old and New are when it would have been handed off first, and OldRule
	// and NewRule why.
	Old     time.Time `json:"old,omitzero"`
	New     time.Time `json:"new,omitzero"`
	OldRule string    `json:"old_rule,omitempty"`
	NewRule string    `json:"new_rule,omitempty"`
	// Became is what really became of it, "" if it never was handed off.
	Became string `json:"became,omitempty"`
}

// The sides of a comparison.
const (
	InBoth  = "both"
	OnlyOld = "only old"
	OnlyNew = "only new"
)

// CompareTrials compares them account by account.
func CompareTrials(old, changed Trial) Comparison {
	out := Comparison{Old: old, New: changed}
	at := map[string]int{}
	find := func(one *Passing) *Compared {
		i, ok := at[one.Account]
		if !ok {
			i = len(out.List)
			at[one.Account] = i
			out.List = append(out.List, Compared{Account: one.Account, Name: one.Name})
		}
		c := &out.List[i]
		if c.Became == "" && one.Real != nil {
			c.Became = one.Real.became()
		}
		return c
	}
	for i := range old.Passings {
		one := &old.Passings[i]
		if c := find(one); c.Old.IsZero() {
			c.Old, c.OldRule = one.At, one.Rule
		}
	}
	for i := range changed.Passings {
		one := &changed.Passings[i]
		if c := find(one); c.New.IsZero() {
			c.New, c.NewRule = one.At, one.Rule
		}
	}
	for i := range out.List {
		c := &out.List[i]
		switch {
		case c.New.IsZero():
			c.In = OnlyOld
			out.OnlyOld++
		case c.Old.IsZero():
			c.In = OnlyNew
			out.OnlyNew++
		default:
			c.In = InBoth
			out.Both++
		}
	}
	order := map[string]int{OnlyOld: 0, OnlyNew: 1, InBoth: 2}
	slices.SortStableFunc(out.List, func(a, b Compared) int {
		return cmp.Or(order[a.In]-order[b.In], first(a.Old, a.New).Compare(first(b.Old, b.New)), cmp.Compare(a.Account, b.Account))
	})
	return out
}

// became is how a handoff stands, in a word.
func (r *Real) became() string {
	s := r.Story
	switch {
	case r.Adopted:
		return "with sales already"
	case !s.Won.IsZero():
		return "won"
	case !s.Lost.IsZero():
		return "lost"
	case !s.Opportunity.IsZero():
		return "opportunity"
	case r.back() != nil || !s.Returned.IsZero():
		return "returned"
	case !s.Responded.IsZero():
		return "responsive"
	case !s.FirstTouch.IsZero():
		return "worked"
	}
	return "not worked"
}

// Became says what really became of an account that would have gone, "" if it
// was never handed off.
func (one *Passing) Became() string {
	if one.Real == nil {
		return ""
	}
	return one.Real.became()
}
