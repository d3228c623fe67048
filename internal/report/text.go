package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"handoffd/workflows"
)

// Text writes the whole report for a terminal.
func Text(w io.Writer, r workflows.Report) error {
	fmt.Fprintf(w, "%s: %s, %s; policy %s\n%s\n", r.Name, span(r), maturity(r), r.Policy, headline(r))
	if r.Queue != nil {
		fmt.Fprintf(w, "Waiting in the queue: %d\n", *r.Queue)
	}
	if err := figures(w, r); err != nil {
		return err
	}
	for _, by := range workflows.GroupedBy() {
		if err := groups(w, r, by); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, "\nThe accounts behind a figure: handoffd report --list MEASURE; all figures per owner, rule, ...: --by owner")
	return err
}

func figures(w io.Writer, r workflows.Report) error {
	return table(w, r.Figures)
}

func table(w io.Writer, list []workflows.Figure) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	section := ""
	for _, f := range list {
		if f.Section != section {
			section = f.Section
			fmt.Fprintf(t, "\n%s\nMEASURE\tVALUE\tTARGET\tSTANDING\tBEFORE\tOF\n", strings.ToUpper(section))
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", f.Measure, value(f.Kind, f.Value), or(f.Target, "-"), or(string(f.Standing), "-"), before(f), outOf(f))
	}
	return t.Flush()
}

func groups(w io.Writer, r workflows.Report, by string) error {
	found := GroupsBy(r, by)
	if len(found) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\nPER %s\t%s\n", strings.ToUpper(by), strings.Join(columns(), "\t"))
	for _, g := range found {
		fmt.Fprintf(t, "%s\t%s\n", clean(g.Value, 60), strings.Join(cells(g), "\t"))
	}
	return t.Flush()
}

// List writes the accounts behind one figure.
func List(w io.Writer, r workflows.Report, f workflows.Figure) error {
	fmt.Fprintf(w, "%s, %s: %s", f.Measure, r.Name, value(f.Kind, f.Value))
	if text := outOf(f); text != "" {
		fmt.Fprintf(w, " (%s)", text)
	}
	if n := len(f.Entries); f.Kind == workflows.Share && n > 0 && n < f.N+f.Early {
		fmt.Fprintf(w, "; listed are the %d that %s", n, map[bool]string{true: "count", false: "miss it"}[f.Entries[0].Hit])
	}
	fmt.Fprintln(w)
	if len(f.Entries) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ACCOUNT\tNAME\tOWNER\tHANDED OFF\tCOUNTS\tDETAIL")
	for _, e := range f.Entries {
		handed := "-"
		if !e.Handed.IsZero() {
			handed = e.Handed.In(r.From.Location()).Format("2006-01-02 15:04")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", or(e.Account, "-"), clean(e.Name, 40), clean(or(e.Owner, "-"), 30), handed, counts(f, e), clean(e.Detail, 100))
	}
	return t.Flush()
}

// counts says how an account counts for a figure.
func counts(f workflows.Figure, e workflows.Entry) string {
	switch {
	case f.Kind == workflows.Time && e.Early:
		return "not yet"
	case f.Kind == workflows.Time:
		return value(f.Kind, &e.Days)
	case e.Early && e.Hit:
		return "too early (yes so far)"
	case e.Early:
		return "too early"
	case e.Hit:
		return "yes"
	}
	return "no"
}
