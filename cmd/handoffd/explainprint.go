package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"handoffd/internal/engine"
	"handoffd/workflows"
)

// explainer prints what was explained. All text of the CRMs goes through safe.
type explainer struct {
	w    io.Writer
	x    *engine.Explained
	zone *time.Location
	err  error
}

func printExplained(w io.Writer, x *engine.Explained, zone *time.Location) error {
	p := explainer{w: w, x: x, zone: zone}
	p.head()
	p.segments()
	for i := range x.Standing.Rules {
		p.rule(&x.Standing.Rules[i])
	}
	p.list("WAITS", x.Waits)
	p.handoff()
	p.ahead()
	p.steps()
	return p.err
}

func (p *explainer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// table prints rows in columns.
func (p *explainer) table(rows [][]string) {
	if p.err != nil {
		return
	}
	t := tabwriter.NewWriter(p.w, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(t, strings.TrimRight(strings.Join(r, "\t"), "\t"))
	}
	p.err = t.Flush()
}

func (p *explainer) head() {
	x := p.x
	if x.State == "" {
		p.table([][]string{{safe(x.Name, 60), safe(x.Domain, 60), x.ID}, {"decision", x.Outcome, safe(x.Reason, 400)}, {"at", p.when(x.At)}})
		return
	}
	rows := [][]string{
		{safe(x.Name, 60), safe(x.Domain, 60), x.ID},
		{"state", x.State, "since " + p.when(x.Since)},
		{"decision", x.Outcome, safe(x.Reason, 400)},
	}
	made := "made now, " + p.when(x.Decided)
	if x.FromLog {
		made = fmt.Sprintf("from the log of %s, as it stood on %s", p.when(x.Decided), p.when(x.At))
	}
	rows = append(rows, []string{"decided", made}, []string{"policy", fmt.Sprintf("version %d", x.Policy)}, []string{"replay", x.Replay})
	if x.Logged != "" {
		rows = append(rows, []string{"log", x.Logged})
	}
	winner := "no rule is met"
	if x.Standing.Winner != "" {
		winner = x.Standing.Winner + " would win"
		if len(x.Matched) > 1 {
			winner += ", of " + strings.Join(x.Matched, ", ")
		}
		if x.Outcome == string(workflows.InHand) {
			why, _, _ := strings.Cut(x.Reason, " (")
			winner += ", but " + why
		}
	}
	p.table(append(rows, []string{"winner", winner}))
}

func (p *explainer) segments() {
	if len(p.x.Standing.Segments) == 0 {
		return
	}
	p.printf("\nSEGMENTS, the first that matches applies\n")
	var rows [][]string
	for _, s := range p.x.Standing.Segments {
		rows = append(rows, append([]string{"  " + s.Segment, s.Result}, p.seen(s.Seen)...))
	}
	p.table(rows)
}

func (p *explainer) rule(r *workflows.RuleStanding) {
	of := ""
	if r.Segment != "" {
		of = ", criteria of segment " + r.Segment
	}
	p.printf("\nRULE %s (%s, to %s%s): %s\n", r.Rule, r.Type, r.To, of, r.Result)
	var rows [][]string
	for _, part := range []struct {
		name    string
		clauses []workflows.ClauseStanding
	}{{"gate", r.Gate}, {"when", r.When}} {
		for _, c := range part.clauses {
			rows = append(rows, append([]string{"  " + part.name, c.Result, c.Clause}, p.seen(c.Seen)...))
		}
	}
	p.table(rows)
	if r.Rests {
		p.printf("  rests after a deal: only what a buyer or customer asks for counts\n")
	}
	for i, way := range r.Ways {
		lead := map[bool]string{true: "  needs ", false: "  or    "}[i == 0]
		p.printf("%s%s\n", lead, p.way(way))
	}
}

func (p *explainer) way(way workflows.Way) string {
	parts := make([]string, len(way))
	for i, g := range way {
		parts[i] = safe(g.Need, 200)
		if !g.Until.IsZero() {
			parts[i] += ", by " + p.day(g.Until)
		}
		if !g.From.IsZero() {
			parts[i] += ": on " + p.day(g.From)
		}
	}
	return strings.Join(parts, "; and ")
}

// seen shows values with source and age.
func (p *explainer) seen(values []workflows.ValueStanding) []string {
	var what, from []string
	for _, v := range values {
		text := v.Name + " = " + safe(shownValue(v), 60)
		if v.Why != "" {
			text += " (" + safe(v.Why, 120) + ")"
		}
		what = append(what, text)
		source := v.Source
		if !v.At.IsZero() {
			source = strings.TrimSpace(source + " " + age(p.x.Decided.Sub(v.At)) + " before")
		}
		if source != "" {
			from = append(from, source)
		}
	}
	return []string{strings.Join(what, ", "), strings.Join(from, ", ")}
}

func shownValue(v workflows.ValueStanding) string {
	if v.Value.IsNull() {
		return "?"
	}
	return v.Value.String()
}

// age shows how long ago something was, in its largest unit.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "under a minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	default:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
}

func (p *explainer) list(head string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.printf("\n%s\n", head)
	for _, l := range lines {
		p.printf("  %s\n", safe(l, 400))
	}
}

func (p *explainer) handoff() {
	h := p.x.Handoff
	if h == nil {
		return
	}
	p.printf("\nHANDOFF %s by %s (%s), stage %s, since %s\n", h.ID, h.Rule, h.Type, h.Stage, p.when(h.Opened))
	for _, r := range h.Reasons {
		p.printf("  reason    %s\n", safe(r, 300))
	}
	for _, page := range h.Summaries {
		p.printf("  summary   %s\n", frozenPage(page, p.when(page.At)))
	}
	for _, a := range h.Assigned {
		p.printf("  assigned  %s stage to %s on %s: %s\n", a.Stage, safe(a.Owner, 60), p.when(a.At), safe(strings.Join(a.Why, "; "), 400))
	}
	p.printf("  touches   %d, the first %s; response %s %s\n", h.Story.Touches, p.when(h.Story.FirstTouch), p.when(h.Story.Responded), safe(h.Story.Response, 100))
	if len(h.Clocks) == 0 {
		return
	}
	rows := [][]string{{"  CLOCK", "STATE", "FROM", "DUE", "MET", "TOLD"}}
	for _, c := range h.Clocks {
		rows = append(rows, []string{"  " + c.Name, c.State, p.when(c.From), p.when(c.Due), p.when(c.Met), p.when(c.Told)})
	}
	p.table(rows)
}

func (p *explainer) ahead() {
	if len(p.x.Ahead) == 0 {
		return
	}
	p.printf("\nNEXT, if nothing else happens\n")
	var rows [][]string
	for _, a := range p.x.Ahead {
		rows = append(rows, []string{"  " + p.when(a.At), safe(a.What, 300)})
	}
	p.table(rows)
}

func (p *explainer) steps() {
	var rows [][]string
	for _, s := range p.x.Steps {
		rows = append(rows, []string{"  " + p.when(s.At), string(s.From) + " -> " + string(s.To), s.Name, safe(s.Why, 200), "replay " + s.Replay})
	}
	for _, h := range p.x.Handoffs {
		rows = append(rows, []string{"  " + p.when(h.Closed), "handoff " + h.ID + " ended", h.Rule, safe(h.Outcome, 200), "opened " + p.when(h.Opened)})
	}
	if len(rows) == 0 {
		return
	}
	p.printf("\nSTEPS TAKEN, newest first\n")
	p.table(rows)
}

// when shows a time in the team's zone, "-" for none.
func (p *explainer) when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(p.zone).Format("2006-01-02 15:04 MST")
}

func (p *explainer) day(t time.Time) string { return t.In(p.zone).Format("Mon 2 Jan 2006 15:04 MST") }
