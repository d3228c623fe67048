package workflows

import (
	"slices"
	"sort"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// Lack says what the past does not tell of a field that rules read.
type Lack string

// The lacks.
const (
	// AsNow: nothing is known of its past; it is taken as it is now.
	AsNow Lack = "taken as it is now"
	// AsFirst: its past is known only from some day on; before it is taken as
	// it was then.
	AsFirst Lack = "taken as it was first seen"
)

// recall gives the values that an account's fields had.
type recall struct {
	policy  *Policy
	account *mapping.Account
	tracks  map[int][]known // by slot
	lacks   map[string]Lack
}

// recall finds what is known of the fields that the policy reads, and what is
// not known of them since a time.
func (past *Past) recall(p *Policy, since time.Time) *recall {
	r := &recall{policy: p, account: past.account, tracks: map[int][]known{}, lacks: map[string]Lack{}}
	for _, u := range p.uses {
		if u.slot >= len(p.Mapping.Fields) {
			continue
		}
		track := past.track(&p.Mapping.Fields[u.slot])
		switch {
		case len(track) == 0:
			r.lacks[u.name] = AsNow
			continue
		case track[0].at.After(latest(since, past.born())):
			r.lacks[u.name] = AsFirst
		}
		r.tracks[u.slot] = track
	}
	// Whether it was on the list is told of each, also where no rule asks.
	if f := p.Mapping.Field(FieldTarget); f != nil && r.tracks[f.Slot] == nil {
		r.tracks[f.Slot] = past.track(f)
	}
	return r
}

// track is what the log saw of a field. A number is told by its history before.
func (past *Past) track(f *mapping.Field) []known {
	track := past.fields[f.Name]
	if f.Type != mapping.Number {
		return track
	}
	var before []known
	for _, pt := range past.history[f.Name] {
		if len(track) > 0 && !pt.At.Before(track[0].at) {
			break
		}
		before = append(before, known{pt.At, connectors.FloatValue(pt.Value)})
	}
	return append(before, track...)
}

func (r *recall) value(slot int, at time.Time) connectors.Value {
	track := r.tracks[slot]
	if len(track) == 0 {
		v, _ := r.policy.Mapping.Value(r.account, slot)
		return v
	}
	return track[max(0, r.place(track, at))].value
}

// place is the last entry at or before a time, -1 if there is none.
func (r *recall) place(track []known, at time.Time) int {
	return sort.Search(len(track), func(i int) bool { return track[i].at.After(at) }) - 1
}

// changedTo is when the field became this value by a change that was seen.
func (r *recall) changedTo(slot int, value connectors.Value, at time.Time) time.Time {
	track := r.tracks[slot]
	i := r.place(track, at)
	if i < 1 || track[i].value != value {
		return time.Time{}
	}
	return track[i].at
}

// times are all moments after from and up to to at which a decision of the
// policy may come out otherwise, in order.
func (past *Past) times(p *Policy, r *recall, from, to time.Time) []time.Time {
	var out []time.Time
	add := func(at time.Time) {
		if at.After(from) && !at.After(to) {
			out = append(out, at)
		}
	}
	for _, m := range past.moments {
		add(m.at)
	}
	for _, u := range p.uses {
		for _, pt := range past.history[u.name] {
			add(pt.At)
		}
		for _, k := range r.tracks[u.slot] {
			add(k.at)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}
