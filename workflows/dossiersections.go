package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// flag is what is said of an account that reaches an AE without the gate: the
// buyer asked, fit or not.
func flag(t Type, page Page) string {
	if t == Intent {
		return ""
	}
	var flags []string
	switch page.Fit {
	case "no":
		flags = append(flags, "no fit")
	case "":
		flags = append(flags, "fit unknown")
	}
	if page.Target != "yes" {
		flags = append(flags, "not on the target account list")
	}
	return strings.Join(flags, "; ")
}

// notes is the first of the notes' fields that holds something.
func (p *Policy) notes(a *mapping.Account) string {
	for _, name := range notesFields() {
		if text := longLine(p.Mapping.Text(a, name)); text != "" {
			return text
		}
	}
	return ""
}

// approach is the advice for the type, with what the industry and the signals
// that were seen add to it, one line each.
func (p *Policy) approach(t Type, industry string, trace Trace) string {
	lines := []string{p.Approach[t]}
	if text, ok := p.ByIndustry[strings.ToLower(industry)]; ok {
		lines = append(lines, text)
	}
	told := map[string]bool{}
	for _, name := range trace.behindWhatHeld() {
		if text, ok := p.BySignal[name]; ok && !told[name] {
			told[name] = true
			lines = append(lines, text)
		}
	}
	return strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n")
}

// sinceThen joins the signals that led to the handoff, in words, with those
// that came since: of one that is in both, what was seen then.
func sinceThen(then, now []string) []string {
	about := func(s string) string {
		s, _, _ = strings.Cut(s, ": ")
		s, _, _ = strings.Cut(s, " rose to ")
		return s
	}
	out := slices.Clone(then)
	for _, s := range now {
		if !slices.ContainsFunc(then, func(old string) bool { return about(old) == about(s) }) {
			out = append(out, s)
		}
	}
	return out
}

// behindWhatHeld names the fields and signals of the clauses that held.
func (t *Trace) behindWhatHeld() (names []string) {
	for _, r := range t.Rules {
		for _, c := range r.When {
			if !c.Holds().Bool() {
				continue
			}
			for _, s := range c.Seen {
				if behind := t.Behind[s.Atom]; len(behind) > 0 {
					names = append(names, behind...)
				} else {
					names = append(names, s.Atom)
				}
			}
		}
	}
	return names
}

// deed shows one activity of sales or the buyer, "" for what tells nothing:
// what a machine did, what did not take place, our own tasks.
func deed(a mapping.SalesActivity) (time.Time, string) {
	at, who := a.At, "sales"
	if a.Inbound {
		who = "buyer"
	}
	text := ""
	switch {
	case a.Key != "" || a.Automated || a.Cancelled:
	case a.Kind == connectors.Opportunity:
		at, text = a.Created, "opportunity opened"
		if a.Done && a.Won {
			at, text = a.At, "opportunity won"
		} else if a.Done {
			at, text = a.At, "opportunity lost"
		}
	case !a.Done || at.IsZero():
	default:
		text = string(a.Kind) + " by " + who
	}
	if text != "" && a.Subject != "" {
		text += ": " + oneLine(a.Subject)
	}
	return at, text
}

// longText is how much of a text of the CRM is shown.
const longText = 4000

// longLine puts a longer text on one line: it must not look like a part of the
// page. What is left out is told.
func longLine(s string) string { return clipMore(strings.Join(strings.Fields(s), " "), longText) }

// clipMore cuts a text and says by how much.
func clipMore(s string, n int) string {
	s = mapping.Clip(s, len(s)) // for what does not print
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return fmt.Sprintf("%s… (%d more characters)", string(runes[:n]), len(runes)-n)
}

// few keeps the first lines of a list and says how many there are more.
func few(list []string, n int) []string {
	if len(list) <= n {
		return list
	}
	return append(slices.Clone(list[:n]), fmt.Sprintf("(%d more)", len(list)-n))
}

// people keeps the first people and counts the others.
func (p *Page) people(n int) {
	if len(p.Stakeholders) > n {
		p.MorePeople += len(p.Stakeholders) - n
		p.Stakeholders = p.Stakeholders[:n]
	}
}
