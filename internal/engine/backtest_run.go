package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"handoffd/workflows"
)

// BacktestRequest says what is to be replayed.
type BacktestRequest struct {
	// From and To bound the period. Without them it is the quarter up to now.
	From, To time.Time
	// Other is a policy to compare with, nil for none. It must have been
	// compiled against the same mapping.
	Other *workflows.Policy
	// Vary are numbers to be tried, of Other if that is given.
	Vary []Vary
	// Band is how many handoffs are wanted; without one it is the policy's.
	Band workflows.Band
	// Keeps is how long the log of decisions is kept, 0 for ever.
	Keeps time.Duration
}

// Vary is one number with the values to try.
type Vary struct {
	Knob   workflows.Knob
	Values []float64
}

// aQuarter is what is replayed where nobody says since when.
const aQuarter = 91 * 24 * time.Hour

// Backtest replays the past of all accounts under other rules. It only reads.
func Backtest(ctx context.Context, s Store, p *workflows.Policy, q BacktestRequest, now time.Time) (out workflows.BacktestReport, err error) {
	span, notes, err := spanOf(ctx, s, q, now)
	if err != nil {
		return out, err
	}
	b := backtest{policy: p, base: p, request: q, policies: []*workflows.Policy{p}}
	if q.Other != nil {
		b.base = q.Other
		b.policies = append(b.policies, q.Other)
	}
	if err := b.turn(); err != nil {
		return out, err
	}
	keep := 1
	if q.Other != nil {
		keep = 2
	}
	r, err := replay(ctx, s, b.policies, keep, span)
	if err != nil {
		return out, err
	}
	b.frame = workflows.Frame{Span: span, Now: now, Targets: r.targets, Band: q.Band}
	if !b.frame.Band.Set {
		b.frame.Band = p.WantedBand()
	}
	if n, err := targetsIn(ctx, s, p, span); err != nil || n > 0 {
		if b.frame.Targets = n; err != nil {
			return out, err
		}
	}
	out = b.report(&r)
	out.Notes = slices.Concat(notes, b.differing(&r), r.lacked.Notes(r.accounts), p.Doubts())
	return out, nil
}

// backtest puts a report together.
type backtest struct {
	policy, base *workflows.Policy
	request      BacktestRequest
	policies     []*workflows.Policy
	values       [][]float64 // by Vary: what is tried, with the present value
	frame        workflows.Frame
}

// turn makes a policy for each value.
func (b *backtest) turn() error {
	for _, v := range b.request.Vary {
		values := append([]float64{v.Knob.Value}, v.Values...)
		slices.Sort(values)
		values = slices.Compact(values)
		b.values = append(b.values, values)
		for _, value := range values {
			turned, err := b.base.Turn(v.Knob, value)
			if err != nil {
				return err
			}
			b.policies = append(b.policies, turned)
		}
	}
	return nil
}

func (b *backtest) report(r *replayed) workflows.BacktestReport {
	f := b.frame
	out := workflows.BacktestReport{
		From: f.From, To: f.To, Months: f.Months(), Policy: b.policy.Label(b.policy.Version, b.policy.Hash), Accounts: r.accounts,
		Targets: f.Targets, Target: f.Band.Text, Limit: b.base.Limits.MonthlyLimit(),
		Real: b.policy.RealTrial(r.real, f),
	}
	f.Limit = b.policy.Limits.MonthlyLimit()
	out.Replayed = b.policy.Trial("the policy in force", r.passings[0], f)
	out.Replayed.Present = true
	f.Limit = out.Limit
	next := 1
	if b.request.Other != nil {
		c := workflows.CompareTrials(out.Replayed, b.base.Trial("the other policy", r.passings[next], f))
		out.Comparison = &c
		next++
	}
	for i, v := range b.request.Vary {
		sweep := workflows.Sweep{Knob: v.Knob.String(), Present: v.Knob.Value}
		for _, value := range b.values[i] {
			t := r.tallies[next].Trial(strconv.FormatFloat(value, 'f', -1, 64), f)
			t.Value, t.Present = &value, value == v.Knob.Value
			sweep.Trials = append(sweep.Trials, t)
			next++
		}
		sweep.Verdict = f.Verdict(sweep.Trials)
		out.Sweeps = append(out.Sweeps, sweep)
	}
	return out
}

// differing tells that the past was made by other rules than those in force.
func (b *backtest) differing(r *replayed) []string {
	own := b.policy.Label(b.policy.Version, b.policy.Hash)
	others := map[string]int{}
	for i := range r.real {
		h := &r.real[i]
		if !h.Adopted && h.Policy != own && !h.Opened.Before(b.frame.From) && !h.Opened.After(b.frame.To) {
			others[h.Policy]++
		}
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(others)) {
		out = append(out, fmt.Sprintf("%d of the real handoffs were made by another policy (%s)", others[name], name))
	}
	return out
}

// spanOf cuts the period to what is known.
func spanOf(ctx context.Context, s Store, q BacktestRequest, now time.Time) (span workflows.Span, notes []string, err error) {
	span = workflows.Span{From: q.From, To: q.To}
	if span.To.IsZero() || span.To.After(now) {
		span.To = now
	}
	asked := !span.From.IsZero()
	if !asked {
		span.From = span.To.Add(-aQuarter)
	}
	var begins time.Time
	err = s.View(ctx, func(tx Tx) error {
		begins, err = tx.FirstDecision()
		return err
	})
	why := "the log of decisions begins on that day"
	if kept := now.Add(-q.Keeps); q.Keeps > 0 && begins.Before(kept) {
		begins, why = kept, "older decisions are not kept (store.retention)"
	}
	switch {
	case err != nil:
		return span, nil, fmt.Errorf("finding the log's beginning: %w", err)
	case begins.IsZero() || !begins.Before(span.To):
		return span, nil, &NothingKnownError{To: span.To}
	case begins.After(span.From):
		span.From, span.Begins = begins, q.Keeps == 0 || begins.After(now.Add(-q.Keeps))
		notes = append(notes, fmt.Sprintf("nothing is known before %s: %s", begins.UTC().Format(time.DateOnly), why))
	}
	if !span.From.Before(span.To) {
		return span, nil, &NothingKnownError{To: span.To}
	}
	if m := span.Months(); m < workflows.EnoughMonths {
		notes = append(notes, fmt.Sprintf("the period is short, %.1f days: what it gives per month is a projection", span.To.Sub(span.From).Hours()/24))
	}
	return span, notes, nil
}

// NothingKnownError says that the log holds no decision of the period.
type NothingKnownError struct {
	To time.Time
}

// Error names the end of the period.
func (e *NothingKnownError) Error() string {
	return "nothing was decided before " + e.To.UTC().Format(time.DateTime) + " UTC, so nothing can be replayed"
}

// targetsIn is the size of the target account list at the last count in the
// span, 0 if it was not counted.
func targetsIn(ctx context.Context, s Store, p *workflows.Policy, span workflows.Span) (n int, err error) {
	err = s.View(ctx, func(tx Tx) error {
		g, err := gaugeIn(tx, p.Calendar.LocalDay(span.From), p.Calendar.LocalDay(span.To))
		if g != nil {
			n = g.Targets
		}
		return err
	})
	return n, err
}
