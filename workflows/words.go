package workflows

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/expression"
	"handoffd/workflows/calendar"
)

// signalWords puts the clauses that held into words with numbers and windows,
// for people who never see a rule.
func (p *Policy) signalWords(t Trace) []string {
	var out []string
	seen := map[string]bool{}
	for _, r := range t.Rules {
		for _, c := range r.When {
			if !c.Holds().Bool() || seen[c.Says()] {
				continue
			}
			seen[c.Says()] = true
			out = append(out, p.clauseWords(c, t))
		}
	}
	return out
}

// clauseWords turns one clause into a line. What it knows no words for is
// shown as the rule has it, with the values.
func (p *Policy) clauseWords(c expression.Clause, t Trace) string {
	if len(c.Seen) == 1 {
		atom := c.Seen[0]
		function, _, isCall := strings.Cut(atom.Atom, "(")
		names := t.Behind[atom.Atom]
		switch {
		case isCall && function == "rises" && len(names) == 1 && !c.Not:
			return p.risesWords(names[0], t) + " (" + threshold(atom.Atom) + " or more counts)"
		case isCall && (function == "count" || function == "sum") && len(names) == 1:
			return fmt.Sprintf("%s in the last %s: %s%s", noun(names[0]), window(atom.Atom), atom.Value, needed(c, ""))
		case isCall && function == "rate" && len(names) == 2:
			return fmt.Sprintf("%s per %s in the last %s: %.0f %%%s", noun(names[0]), strings.ToLower(noun(names[1])), window(atom.Atom), atom.Value.Float()*100, needed(c, "%"))
		}
	}
	values := make([]string, len(c.Seen))
	for i, s := range c.Seen {
		values[i] = fmt.Sprintf("%s = %s", s.Atom, s.Value)
	}
	return c.Says() + "  [" + strings.Join(values, ", ") + "]"
}

func (p *Policy) risesWords(name string, t Trace) string {
	v := t.Values[name]
	words := fmt.Sprintf("%s rose to %s", noun(name), v.Value)
	if !v.At.IsZero() {
		words += " on " + v.At.In(p.Calendar.Location()).Format(time.DateOnly)
	}
	return words
}

// noun shows a name as people write it: Intent score.
func noun(name string) string {
	s := strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(s[:1]) + s[1:]
}

func needed(c expression.Clause, unit string) string {
	if c.Bound == nil || c.Bound.Limit.Kind() != connectors.Number {
		return ""
	}
	limit, operator := c.Bound.Limit.Float(), c.Bound.Operator
	if c.Not {
		operator = map[string]string{">=": "<", ">": "<=", "<=": ">", "<": ">=", "==": "!="}[operator]
	}
	if unit == "%" {
		return fmt.Sprintf(" (needed: %s %.0f %%)", sign(operator), limit*100)
	}
	return fmt.Sprintf(" (needed: %s %g)", sign(operator), limit)
}

func sign(operator string) string {
	switch operator {
	case ">=":
		return "at least"
	case ">":
		return "more than"
	case "<=":
		return "at most"
	case "<":
		return "less than"
	case "!=":
		return "any number but"
	}
	return "exactly"
}

var (
	quoted = regexp.MustCompile(`"([^"]*)"`)
	last   = regexp.MustCompile(`,\s*([0-9.]+)\s*\)$`)
)

func threshold(atom string) string {
	if m := last.FindStringSubmatch(atom); m != nil {
		return m[1]
	}
	return "the threshold"
}

// window shows a call's window: 7 days, 24 hours.
func window(atom string) string {
	m := quoted.FindStringSubmatch(atom)
	if m == nil {
		return "time"
	}
	span, err := calendar.ParseSpan(m[1])
	switch hours := span.Elapsed.Hours(); {
	case err != nil:
		return m[1]
	case hours == 24:
		return "day"
	case hours > 24 && span.Elapsed%(24*time.Hour) == 0:
		return fmt.Sprintf("%.0f days", hours/24)
	case span.Elapsed%time.Hour == 0:
		return fmt.Sprintf("%.0f hours", hours)
	default:
		return m[1]
	}
}
