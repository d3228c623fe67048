package workflows

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Report is what the measures came to in a period.
type Report struct {
	Name string    `json:"name"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Made is when it was computed; Final says that the period is over, and
	// Frozen that its figures do not change any more.
	Made    time.Time `json:"made"`
	Final   bool      `json:"final"`
	Frozen  bool      `json:"frozen"`
	Policy  string    `json:"policy"`
	Figures []Figure  `json:"figures"`
	Groups  []Group   `json:"groups,omitempty"`
	Queue   *int      `json:"queue,omitempty"` // how many waited at the end
	// Advice is which threshold would meet the target, in the monthly digest.
	Advice string `json:"advice,omitempty"`
}

// Figure is one measure's result.
type Figure struct {
	Measure string `json:"measure"`
	Title   string `json:"title"`
	Section string `json:"section"`
	Kind    Kind   `json:"unit"`
	Target  string `json:"target,omitempty"`
	// Standing is empty while there is nothing to judge.
	Standing Judgement `json:"standing,omitempty"`
	// Value is nil if nobody is old enough to count. Median goes with clocks.
	Value  *float64 `json:"value"`
	Median *float64 `json:"median,omitempty"`
	// N is how many count, Hits how many of them are hits. Early are too
	// young, and EarlyHits hits so far.
	N         int `json:"cohort"`
	Hits      int `json:"hits"`
	Early     int `json:"early,omitempty"`
	EarlyHits int `json:"early_hits,omitempty"`
	// Unknown says why it cannot be computed.
	Unknown string  `json:"unknown,omitempty"`
	Before  *Before `json:"before,omitempty"`
	Entries []Entry `json:"accounts,omitempty"`
}

// Before is the same figure one period earlier.
type Before struct {
	Value *float64 `json:"value"`
	N     int      `json:"cohort"`
}

// Group is the figures of a part of the handoffs.
type Group struct {
	By      string   `json:"by"`
	Value   string   `json:"value"`
	Figures []Figure `json:"figures"`
}

// Report computes the figures of a period, from what had happened by its end
// and by now: made later, it says the same.
func (p *Policy) Report(in Sheet) Report {
	s := p.asOf(in)
	r := Report{Name: s.Name, From: s.From, To: s.To, Made: s.Now, Final: !s.Now.Before(s.To), Policy: p.Label(p.Version, p.Hash)}
	groups := map[[2]string]map[string][]Entry{}
	for _, m := range Measures() {
		r.Figures = append(r.Figures, p.figure(s, m, groups))
	}
	if s.Gauge != nil {
		r.Queue = &s.Gauge.Queue
	}
	r.Groups = p.groups(groups)
	return r
}

// Label is how the report calls a policy.
func (p *Policy) Label(version int, hash string) string {
	if version == 0 {
		return hash[:min(len(hash), 8)]
	}
	return fmt.Sprintf("v%d %s", version, hash[:min(len(hash), 8)])
}

func (p *Policy) figure(s *sheet, m Measure, groups map[[2]string]map[string][]Entry) Figure {
	var f Figure
	if m.gauged != nil {
		f = m.gauged(s)
		f.name(m)
		f.missing(m, p)
		f.settle()
	} else {
		var entries []Entry
		for i := range s.Handed {
			entries = append(entries, m.entries(s, &s.Handed[i])...)
		}
		f = sum(m, entries)
		f.missing(m, p)
		spread(groups, m.Name, entries)
	}
	p.judge(&f, s)
	return f
}

// judge holds the figure against its target. A month's rate means nothing
// before the month is over, nor for another length of time.
func (p *Policy) judge(f *Figure, s *sheet) {
	t, ok := p.Targets[f.Measure]
	if !ok {
		return
	}
	f.Target = t.Text
	monthly := s.To.Sub(s.From) >= 27*day && s.To.Sub(s.From) <= 32*day
	if f.Value == nil || f.Measure == "handoff_rate" && (!monthly || s.Now.Before(s.To)) {
		return
	}
	f.Standing = t.Judge(*f.Value)
}

// missing says that the mapping lacks what the measure needs.
func (f *Figure) missing(m Measure, p *Policy) {
	if m.Needs == FieldMarketing && p.knowsContacts() {
		return
	}
	if m.Needs != "" && p.Mapping.Field(m.Needs) == nil {
		f.Unknown, f.Value = "the mapping has no field "+m.Needs, nil
	}
}

func (f *Figure) name(m Measure) {
	f.Measure, f.Title, f.Section, f.Kind = m.Name, m.Title, m.Section, m.Kind
}

// sum makes a figure of its entries.
func sum(m Measure, entries []Entry) Figure {
	f := Figure{Entries: entries}
	f.name(m)
	var days []float64
	for _, e := range entries {
		switch {
		case e.Early:
			f.Early++
			if e.Hit {
				f.EarlyHits++
			}
			continue
		case e.Hit:
			f.Hits++
		}
		f.N++
		days = append(days, e.Days)
	}
	if m.Kind == Time && len(days) > 0 {
		slices.Sort(days)
		total := 0.0
		for _, d := range days {
			total += d
		}
		mean := total / float64(len(days))
		median := (days[(len(days)-1)/2] + days[len(days)/2]) / 2
		f.Value, f.Median = &mean, &median
	}
	f.settle()
	return f
}

func (f *Figure) settle() {
	var v float64
	switch {
	case f.Unknown != "" || f.Kind == Time:
		return
	case f.Kind == Count:
		v = float64(f.Hits)
	case f.N == 0:
		return
	default:
		v = float64(f.Hits) / float64(f.N)
	}
	f.Value = &v
}

// spread sorts entries into the groups that they are broken down by.
func spread(groups map[[2]string]map[string][]Entry, measure string, entries []Entry) {
	for _, e := range entries {
		story := e.of.Story
		keys := [][2]string{
			{"rule", story.Rule}, {"segment", or(story.Segment, "(none)")},
			{"owner", or(e.Owner, "(nobody)")}, {"policy", e.of.Policy},
		}
		for _, c := range story.Criteria {
			keys = append(keys, [2]string{"criterion", c})
		}
		for _, k := range keys {
			if groups[k] == nil {
				groups[k] = map[string][]Entry{}
			}
			groups[k][measure] = append(groups[k][measure], e)
		}
	}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// GroupedBy lists what a report is broken down by.
func GroupedBy() []string { return []string{"rule", "criterion", "segment", "owner", "policy"} }

func (p *Policy) groups(found map[[2]string]map[string][]Entry) []Group {
	keys := slices.SortedFunc(maps.Keys(found), func(a, b [2]string) int {
		if i, j := slices.Index(GroupedBy(), a[0]), slices.Index(GroupedBy(), b[0]); i != j {
			return i - j
		}
		if a[1] < b[1] {
			return -1
		}
		return 1
	})
	var out []Group
	for _, k := range keys {
		g := Group{By: k[0], Value: k[1]}
		for _, m := range Measures() {
			if m.gauged != nil {
				continue
			}
			f := sum(m, found[k][m.Name])
			f.Entries = nil
			if t, ok := p.Targets[m.Name]; ok {
				if f.Target = t.Text; f.Value != nil {
					f.Standing = t.Judge(*f.Value)
				}
			}
			g.Figures = append(g.Figures, f)
		}
		out = append(out, g)
	}
	return out
}

// Compare puts the figures of the period before beside those of the report,
// and of its groups.
func (r *Report) Compare(before Report) {
	compare(r.Figures, before.Figures)
	for _, g := range r.Groups {
		for _, b := range before.Groups {
			if g.By == b.By && g.Value == b.Value {
				compare(g.Figures, b.Figures)
			}
		}
	}
}

func compare(figures, before []Figure) {
	for i := range figures {
		f := &figures[i]
		for _, b := range before {
			if b.Measure == f.Measure && b.Unknown == "" {
				f.Before = &Before{Value: b.Value, N: b.N}
			}
		}
	}
}

// Figure finds a measure's figure, nil if there is none.
func (r *Report) Figure(measure string) *Figure {
	for i := range r.Figures {
		if r.Figures[i].Measure == measure {
			return &r.Figures[i]
		}
	}
	return nil
}

// Empty tells that nothing is known of the period: handoffd did not run.
func (r *Report) Empty() bool {
	f := r.Figure("handed_off")
	return r.Queue == nil && (f == nil || f.Hits == 0)
}
