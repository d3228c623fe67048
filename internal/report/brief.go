package report

import (
	"fmt"
	"io"
	"strings"

	"handoffd/workflows"
)

// Title is the digest's subject line.
func Title(r workflows.Report) string { return "handoffd: " + r.Name + ", " + span(r) }

const question = "Sales, are the accounts that you get qualified?"

// Brief writes the report as a digest: what was handed off, worked and
// converted, then what misses its target, then the rest with a value. survey
// is where sales says what it thinks of the handoffs, "" for nowhere.
func Brief(w io.Writer, r workflows.Report, survey string) error {
	fmt.Fprintf(w, "%s\n", headline(r))
	if r.Queue != nil {
		fmt.Fprintf(w, "Waiting in the queue: %d\n", *r.Queue)
	}
	var missed, fine []string
	for _, f := range r.Figures {
		switch {
		case f.Kind == workflows.Count || f.Value == nil:
		case f.Standing != "" && f.Standing != workflows.Met:
			missed = append(missed, line(f))
		default:
			fine = append(fine, line(f))
		}
	}
	part := func(title string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(w, "\n%s\n%s\n", title, strings.Join(lines, "\n"))
		}
	}
	part("Off target", missed)
	part("Figures", fine)
	if r.Advice != "" {
		part("Proposal", []string{"- " + r.Advice})
	}
	if survey != "" {
		fmt.Fprintf(w, "\n%s %s\n", question, survey)
	}
	_, err := fmt.Fprintln(w, "\nMore: handoffd report; the accounts behind a figure: handoffd report --list MEASURE")
	return err
}

func line(f workflows.Figure) string {
	text := fmt.Sprintf("- %s: %s", f.Title, value(f.Kind, f.Value))
	var notes []string
	if f.Target != "" {
		notes = append(notes, strings.TrimSpace("target "+f.Target+" "+map[workflows.Judgement]string{workflows.Met: "(met)"}[f.Standing]))
	}
	if f.Before != nil && f.Before.Value != nil {
		notes = append(notes, "before "+value(f.Kind, f.Before.Value))
	}
	if of := outOf(f); of != "" {
		notes = append(notes, of)
	}
	if len(notes) > 0 {
		text += " (" + strings.Join(notes, "; ") + ")"
	}
	return text
}
