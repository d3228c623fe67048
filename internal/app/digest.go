package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"handoffd/internal/engine"
	"handoffd/internal/report"
	"handoffd/workflows"
)

// digest makes a digest of the same report that `handoffd report` shows: the
// weekly one of its week, the monthly one of the last whole month.
func (d *Daemon) digest(ctx context.Context, period workflows.Period) (engine.Report, error) {
	p, now := d.Config.Policy, d.env.Clock.Now()
	var r workflows.Report
	var err error
	if period.Name == workflows.Monthly {
		to := period.To.In(p.Calendar.Location())
		r, err = engine.MonthReport(ctx, d.Store, p, time.Date(to.Year(), to.Month()-1, 1, 0, 0, 0, 0, to.Location()), now)
	} else {
		r, err = engine.PeriodReport(ctx, d.Store, p, period.Name+" digest", period.From, period.To, now)
	}
	if err != nil {
		return engine.Report{}, err
	}
	if period.Name == workflows.Monthly {
		r.Advice = d.advice(ctx, now)
	}
	var text, page strings.Builder
	if err := report.Brief(&text, r, p.Survey); err != nil {
		return engine.Report{}, fmt.Errorf("writing the %s digest: %w", period.Name, err)
	}
	if err := report.HTML(&page, r, false, p.Survey); err != nil {
		return engine.Report{}, err
	}
	return engine.Report{Title: report.Title(r), Text: text.String(), HTML: page.String()}, nil
}

// advice is what the monthly digest proposes where the target is missed. A
// digest goes out without it rather than not at all.
func (d *Daemon) advice(ctx context.Context, now time.Time) string {
	text, err := engine.Advise(ctx, d.Store, d.Config.Policy, engine.AboutTarget, now)
	if err != nil {
		d.env.Logger.Warn("the digest proposes nothing", "error", err)
	}
	return text
}

// reporter makes the digests, unless the outside brings its own.
func (d *Daemon) reporter() engine.Reporter {
	if d.env.Report != nil {
		return d.env.Report
	}
	return d.digest
}
