package report

import (
	"fmt"
	"io"
	"strings"

	"handoffd/workflows"
)

// By writes all figures of one kind of group, each group with its service
// levels and clocks, and the period before. What nobody of a group counts for
// is left out.
func By(w io.Writer, r workflows.Report, by string) error {
	fmt.Fprintf(w, "%s: %s, %s; policy %s\n", r.Name, span(r), maturity(r), r.Policy)
	for _, g := range GroupsBy(r, by) {
		fmt.Fprintf(w, "\n=== %s %s\n", strings.ToUpper(by), clean(g.Value, 100))
		var counted []workflows.Figure
		for _, f := range g.Figures {
			if f.N > 0 || f.Early > 0 {
				counted = append(counted, f)
			}
		}
		if err := table(w, counted); err != nil {
			return err
		}
	}
	return nil
}
