package report

import (
	"slices"

	"handoffd/workflows"
)

// WithoutAccounts is the report without the lists behind its figures.
func WithoutAccounts(r workflows.Report) workflows.Report {
	r.Figures = slices.Clone(r.Figures)
	for i := range r.Figures {
		r.Figures[i].Entries = nil
	}
	return r
}
