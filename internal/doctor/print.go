package doctor

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"handoffd/mapping"
)

// Print shows the report as a table, what fails last: a terminal scrolls.
func (r Report) Print(w io.Writer) error {
	var b bytes.Buffer
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "STATUS\tWHERE\tWHAT\tFIX")
	for _, status := range []Status{OK, Warn, Fail} {
		for _, f := range r.Findings {
			if f.Status == status {
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", f.Status, line(f.Where), line(f.What), line(f.Fix))
			}
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	r.printBudget(&b)
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", line(n))
	}
	fmt.Fprintf(&b, "\n%d ok, %d warn, %d fail\n", r.Count(OK), r.Count(Warn), r.Count(Fail))
	for text := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(text, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// printBudget shows the calls of a day by kind.
func (r Report) printBudget(w io.Writer) {
	if len(r.Budget) > 0 {
		fmt.Fprintf(w, "\ncalls in a day; a busy one has %d changed records of each object and %d handoffs\n", BusyChanges, BusyHandoffs)
	}
	for _, b := range r.Budget {
		fmt.Fprintf(w, "  %-18s %8s %8s\n", b.System, "idle", "busy")
		for _, i := range b.Items {
			if i.Busy > 0 {
				fmt.Fprintf(w, "    %-16s %8d %8d\n", i.What, i.Idle, i.Busy)
			}
		}
		fmt.Fprintf(w, "    %-16s %8d %8d", "all", b.Idle, b.Busy)
		if b.Limit > 0 {
			fmt.Fprintf(w, "   of %d that are ours, of the CRM's %d", b.Share, b.Limit)
		}
		fmt.Fprint(w, "\n\n")
	}
}

// lineMost is how much of a text is shown.
const lineMost = 600

// line keeps a text on one line and free of what a CRM's text could do to a
// terminal.
func line(s string) string { return mapping.Clip(strings.Join(strings.Fields(s), " "), lineMost) }
