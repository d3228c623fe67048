package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"handoffd/internal/engine"
	"handoffd/internal/yamlpos"
	"handoffd/workflows"
)

// expectReport compares figures of the present month's report, so far, and the
// accounts that `handoffd report --list` names behind them.
func (r *reader) expectReport(e *expectation, n yamlpos.Node) {
	var names []string
	for _, m := range workflows.Measures() {
		names = append(names, m.Name)
	}
	for key, value := range n.Map(names...).All() {
		measure := key.Raw()
		if value.Kind() == yamlpos.Scalar {
			r.expectFigure(e, measure, value, value.Raw(), r.valued(value), figureWords)
			continue
		}
		m := value.Map("is", "yes", "no")
		for of, v := range m.All() {
			switch of.Raw() {
			case "is":
				r.expectFigure(e, measure, v, v.Raw(), r.valued(v), figureWords)
			case "yes", "no":
				r.expectListed(e, measure, v, of.Raw() == "yes")
			}
		}
	}
}

// expectListed expects the accounts that count in one way, in any order.
func (r *reader) expectListed(e *expectation, measure string, n yamlpos.Node, hit bool) {
	var want []string
	for _, item := range n.ListOrOne() {
		if a := r.account(item); a.key != "" {
			want = append(want, a.name)
		}
	}
	slices.Sort(want)
	text := strings.Join(want, ", ")
	r.expectFigure(e, measure, n, text, func(seen string) bool { return seen == text }, func(f *workflows.Figure) string {
		var found []string
		for _, x := range f.Entries {
			if x.Hit == hit && !x.Early {
				found = append(found, x.Name)
			}
		}
		slices.Sort(found)
		return strings.Join(found, ", ")
	})
}

func (r *reader) expectFigure(e *expectation, measure string, n yamlpos.Node, words string, want matcher, of func(*workflows.Figure) string) {
	e.add(nil, n, words, func(ctx context.Context, p *player) (string, bool, error) {
		now := p.clock.Now()
		report, err := engine.MonthReport(ctx, p.daemon.Store, p.daemon.Config.Policy, now, now)
		if err != nil {
			return "", false, err
		}
		f := report.Figure(measure)
		if f == nil {
			return "the report does not have it", false, nil
		}
		seen := of(f)
		return seen, want(seen), nil
	})
}

// figureWords is a figure as a scenario writes it: "3 of 4", "2.5 days of 3".
func figureWords(f *workflows.Figure) string {
	text := fmt.Sprintf("%d of %d", f.Hits, f.N)
	switch {
	case f.Unknown != "":
		return f.Unknown
	case f.Kind == workflows.Time && f.Value == nil:
		text = "none"
	case f.Kind == workflows.Time:
		text = fmt.Sprintf("%.1f days of %d", *f.Value, f.N)
	}
	if f.Early > 0 {
		text += fmt.Sprintf(", %d of %d so far", f.EarlyHits, f.Early)
	}
	return text
}
