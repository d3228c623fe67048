package workflows

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/expression"
	"handoffd/mapping"
	"handoffd/workflows/calendar"
)

// Gap is what one clause lacks.
type Gap struct {
	Clause string `json:"clause"`
	// Need says it for people, without the date: "intent_score +4".
	Need string `json:"need"`
	// By is how much is missing, zero where no number says it.
	By float64 `json:"by,omitempty"`
	// Until is when the oldest event that counts leaves the window: later
	// even more is missing. Zero for no such time.
	Until time.Time `json:"until,omitzero"`
	// From is when waiting alone closes the gap, zero for never.
	From time.Time `json:"from,omitzero"`
}

// Way is one way to pass: all of its gaps must be closed. An empty one passes.
type Way []Gap

// maxWays bounds the ways that are told: nobody reads more.
const maxWays = 6

// ruler measures how far the clauses of one trace are from passing.
type ruler struct {
	policy *Policy
	trace  *Trace
	// world is nil if the history is not known.
	world *world
}

// ways lists how criteria could come to hold, those with the fewest gaps
// first. clauses are those of all its programs, in order.
func (r *ruler) ways(c *Criteria, clauses []expression.Clause) []Way {
	if c == nil {
		return []Way{{}}
	}
	at := 0
	var walk func(*Criteria) []Way
	walk = func(c *Criteria) []Way {
		if c.Program != nil {
			n := c.Program.Shape().Clauses()
			if at+n > len(clauses) { // the log is of other rules than these
				return nil
			}
			own := clauses[at : at+n]
			at += n
			return r.shaped(c.Program.Shape(), own, true)
		}
		parts := make([][]Way, len(c.Items))
		for i, item := range c.Items {
			parts[i] = walk(item)
		}
		return join(parts, c.All)
	}
	return walk(c)
}

// shaped is ways for the clauses of one program, which are to come out as want
// says.
func (r *ruler) shaped(s expression.Shape, clauses []expression.Clause, want bool) []Way {
	switch s.Join {
	case "":
		c := clauses[s.Clause]
		if !c.Result.IsNull() && c.Result.Bool() == want {
			return []Way{{}}
		}
		return []Way{{r.gap(c, want)}}
	case "not":
		return r.shaped(s.Items[0], clauses, !want)
	}
	parts := make([][]Way, len(s.Items))
	for i, item := range s.Items {
		parts[i] = r.shaped(item, clauses, want)
	}
	return join(parts, (s.Join == "and") == want)
}

// join combines the ways of several parts: all of them are needed, or any.
func join(parts [][]Way, all bool) []Way {
	out := []Way{}
	if all {
		out = append(out, Way{})
	}
	for _, ways := range parts {
		if !all {
			out = append(out, ways...)
			continue
		}
		var next []Way
		for _, a := range out {
			for _, b := range ways {
				next = append(next, slices.Concat(a, b))
			}
		}
		out = shortest(next)
	}
	return shortest(out)
}

func shortest(ways []Way) []Way {
	slices.SortStableFunc(ways, func(a, b Way) int { return len(a) - len(b) })
	if len(ways) > 0 && len(ways[0]) == 0 {
		return ways[:1]
	}
	return ways[:min(len(ways), maxWays)]
}

// gap says what one clause lacks.
func (r *ruler) gap(c expression.Clause, want bool) Gap {
	g := Gap{Clause: c.Text}
	if c.Result.IsNull() {
		g.Need = r.unknown(c)
		return g
	}
	if c.Reckoned != nil && c.Reckoned.Have.Kind() == connectors.Number && c.Reckoned.Limit.Kind() == connectors.Number {
		return g.reckoned(c.Reckoned, want)
	}
	if c.Bound != nil && len(c.Seen) == 1 && c.Bound.Limit.Kind() == connectors.Number && isOrder(c.Bound.Operator) {
		return r.bound(g, *c.Bound, c.Seen[0], want)
	}
	if len(c.Seen) == 1 && c.Seen[0].Atom == c.Text {
		atom := c.Seen[0]
		if name, threshold, ok := risesOf(atom.Atom); ok && want {
			return r.rise(g, name, threshold)
		}
		if r.policy.Mapping.Field(atom.Atom) != nil {
			g.Need = fmt.Sprintf("%s must be %s", atom.Atom, map[bool]string{true: "yes", false: "no"}[want])
			return g
		}
	}
	g.Need = "must hold: " + c.Text
	if !want {
		g.Need = "must not hold: " + c.Text
	}
	return g
}

// reckoned measures a comparison of what is computed from several values.
func (g Gap) reckoned(c *expression.Reckoned, want bool) Gap {
	limit, have := c.Limit.Float(), c.Have.Float()
	word := map[bool]string{true: "more", false: "less"}[strings.HasPrefix(c.Operator, ">") == want]
	if strings.HasSuffix(c.Operator, "=") != want { // the limit itself will not do
		word = "and something " + word
	}
	g.By = math.Abs(limit - have)
	g.Need = fmt.Sprintf("%s %s of %s (%s so far)", number(g.By), word, c.Atom, number(have))
	return g
}

func isOrder(operator string) bool {
	return strings.HasPrefix(operator, "<") || strings.HasPrefix(operator, ">")
}

// unknown names the missing or stale values of an undecided clause.
func (r *ruler) unknown(c expression.Clause) string {
	var parts []string
	for _, s := range c.Seen {
		if why := r.trace.Values[s.Atom].Why; why != "" {
			parts = append(parts, "to be known: "+why)
		}
	}
	if len(parts) == 0 {
		return "to be known: " + c.Text
	}
	return strings.Join(parts, "; ")
}

// rise: the level is too low, or it was that high when the last handoff ended.
func (r *ruler) rise(g Gap, name string, threshold float64) Gap {
	v := r.trace.Values[name].Value
	if v.IsNull() || v.Float() >= threshold {
		g.Need = fmt.Sprintf("%s must fall below %s and rise again", name, number(threshold))
		return g
	}
	g.By = threshold - v.Float()
	g.Need = fmt.Sprintf("%s +%s", name, number(g.By))
	return g
}

// bound measures a comparison with a number. want false turns it round.
func (r *ruler) bound(g Gap, b expression.Bound, seen expression.Seen, want bool) Gap {
	limit, have := b.Limit.Float(), seen.Value.Float()
	up := strings.HasPrefix(b.Operator, ">") == want
	reached := strings.HasSuffix(b.Operator, "=") == want // the limit itself will do
	call, names, window := r.call(b.Atom)
	if call == "rate" && len(names) == 2 {
		return r.rate(g, names, window, limit, up, reached)
	}
	g.By = math.Abs(limit - have)
	counted := call == "count" || call == "sum"
	name := b.Atom
	if len(names) == 1 && call != "" {
		name = names[0]
	}
	switch {
	case counted && up:
		g.By = steps(limit-have, reached)
		g.Need = fmt.Sprintf("%s more %s in %s", number(g.By), name, words(window))
		g.Until = r.leaves(name, window, have)
	case counted:
		g.Need = fmt.Sprintf("%s fewer %s in %s", number(steps(have-limit, reached)), name, words(window))
		g.By = steps(have-limit, reached)
	case up && reached:
		g.Need = fmt.Sprintf("%s +%s", name, number(g.By))
	case up:
		g.Need = fmt.Sprintf("%s more than +%s", name, number(g.By))
	case reached:
		g.Need = fmt.Sprintf("%s -%s", name, number(g.By))
	default:
		g.Need = fmt.Sprintf("%s more than -%s", name, number(g.By))
	}
	return g
}

// steps is how many whole events make up a difference.
func steps(difference float64, reached bool) float64 {
	n := math.Ceil(difference)
	if !reached && n == difference {
		n++
	}
	return n
}

// rate is how many more of the part are needed while the whole stays.
func (r *ruler) rate(g Gap, names []string, window time.Duration, limit float64, up, reached bool) Gap {
	part, whole, known := r.total(names[0], window), r.total(names[1], window), false
	if !part.IsNull() && !whole.IsNull() {
		known = true
	}
	switch {
	case !up:
		g.Need = "must not hold: " + g.Clause
	case known && whole.Float() == 0:
		g.Need = fmt.Sprintf("%s in %s, of which there are none", names[1], words(window))
	case known:
		g.By = steps(limit*whole.Float()-part.Float(), reached)
		g.Need = fmt.Sprintf("%s more %s in %s (%s of %s %s so far)", number(g.By), names[0], words(window), number(part.Float()), number(whole.Float()), names[1])
		g.Until = r.leaves(names[0], window, part.Float())
	default:
		g.Need = "must hold: " + g.Clause
	}
	return g
}

// total is a signal's sum in a window, as far as the history is known.
func (r *ruler) total(name string, window time.Duration) connectors.Value {
	s := r.policy.Mapping.Signal(name)
	if s == nil || r.world == nil {
		return connectors.Value{}
	}
	return r.world.sum(r.slot(s), window)
}

func (r *ruler) slot(s *mapping.Signal) int { return len(r.policy.Mapping.Fields) + s.Slot }

// leaves is when the oldest counted event leaves the window, if the history
// still gives what was seen.
func (r *ruler) leaves(name string, window time.Duration, seen float64) time.Time {
	s := r.policy.Mapping.Signal(name)
	if s == nil || s.Rollup != "" && s.Rollup != mapping.Sum || seen == 0 {
		return time.Time{}
	}
	if total := r.total(name, window); total.IsNull() || total.Float() != seen {
		return time.Time{}
	}
	w := r.world
	from := w.now.Add(-window)
	for _, p := range w.history[r.slot(s)] {
		if p.Value != 0 && !p.At.Before(from) && !p.At.After(w.now) && (w.used.IsZero() || p.At.After(w.used)) {
			return p.At.Add(window)
		}
	}
	return time.Time{}
}

// call takes an atom apart: count(visits, "7d") is count of visits in a week.
func (r *ruler) call(atom string) (function string, names []string, window time.Duration) {
	function, _, isCall := strings.Cut(atom, "(")
	if !isCall {
		return "", nil, 0
	}
	if m := quoted.FindStringSubmatch(atom); m != nil {
		if span, err := calendar.ParseSpan(m[1]); err == nil {
			window = span.Elapsed
		}
	}
	return function, r.trace.Behind[atom], window
}

// risesOf takes rises(name, 70) apart.
func risesOf(atom string) (name string, threshold float64, ok bool) {
	inner, found := strings.CutPrefix(atom, "rises(")
	name, rest, cut := strings.Cut(inner, ",")
	if !found || !cut {
		return "", 0, false
	}
	threshold, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(rest, ")")), 64)
	return name, threshold, err == nil
}

// number shows a number without the dust of binary fractions.
func number(f float64) string { return strconv.FormatFloat(math.Round(f*1e6)/1e6, 'f', -1, 64) }

// words shows a window to people.
func words(window time.Duration) string {
	switch day := 24 * time.Hour; {
	case window == day:
		return "a day"
	case window >= day && window%day == 0:
		return fmt.Sprintf("%d days", window/day)
	case window%time.Hour == 0:
		return fmt.Sprintf("%d hours", window/time.Hour)
	default:
		return window.String()
	}
}
