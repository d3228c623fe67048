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

// WithoutPassings is the backtest without the accounts behind its numbers.
func WithoutPassings(b workflows.BacktestReport) workflows.BacktestReport {
	b.Real, b.Replayed = b.Real.WithoutAccounts(), b.Replayed.WithoutAccounts()
	if b.Comparison != nil {
		c := *b.Comparison
		c.Old, c.New, c.List = c.Old.WithoutAccounts(), c.New.WithoutAccounts(), nil
		b.Comparison = &c
	}
	return b
}
