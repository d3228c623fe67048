package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"handoffd/workflows"
)

// Beside writes two reports side by side: the figures that there are, with what
// they rest on, no wider than a terminal.
func Beside(w io.Writer, a, b workflows.Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	section := ""
	for _, f := range a.Figures {
		g := b.Figure(f.Measure)
		if g == nil || f.Unknown != "" && g.Unknown != "" {
			continue
		}
		if f.Section != section {
			section = f.Section
			fmt.Fprintf(t, "\n%s\t%s\t%s\t%s\n", strings.ToUpper(section), strings.ToUpper(a.Name), strings.ToUpper(b.Name), "TARGET")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", f.Title, brief(f), brief(*g), or(g.Target, "-"))
	}
	return t.Flush()
}

// Value is a figure's value in words, "-" if there is none.
func Value(f workflows.Figure) string { return value(f.Kind, f.Value) }

// brief is a figure's value with what it rests on, in few words.
func brief(f workflows.Figure) string {
	switch {
	case f.Kind == workflows.Count:
		return value(f.Kind, f.Value)
	case f.Value == nil && f.Early > 0 && f.Kind == workflows.Share:
		return fmt.Sprintf("- (too early; %d of %d so far)", f.EarlyHits, f.Early)
	case f.Value == nil:
		return "-"
	case f.Kind == workflows.Time:
		return fmt.Sprintf("%s (%d)", value(f.Kind, f.Value), f.N)
	}
	return fmt.Sprintf("%s (%d of %d)", value(f.Kind, f.Value), f.Hits, f.N)
}
