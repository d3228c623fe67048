package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"handoffd/workflows"
)

// Backtest writes a backtest for a terminal. With lists it names the accounts.
func Backtest(w io.Writer, b workflows.BacktestReport, zone *time.Location, lists bool) error {
	fmt.Fprintf(w, "Replayed %s to %s (%.1f months): %d accounts, %d on the target list; policy %s\n",
		b.From.In(zone).Format(time.DateOnly), b.To.In(zone).Format(time.DateOnly), b.Months, b.Accounts, b.Targets, b.Policy)
	if b.Target != "" {
		fmt.Fprintf(w, "Target: %s\n", b.Target)
	}
	if b.Limit > 0 {
		fmt.Fprintf(w, "Limit: %s intent accounts a month\n", trim(b.Limit))
	}
	rows := []workflows.Trial{b.Real, b.Replayed}
	if b.Comparison != nil {
		rows = append(rows, b.Comparison.New)
	}
	if err := trials(w, "RULES", rows); err != nil {
		return err
	}
	if err := comparison(w, b.Comparison, zone, lists); err != nil {
		return err
	}
	for _, s := range b.Sweeps {
		fmt.Fprintf(w, "\n%s\n", clean(s.Knob, 200))
		if err := trials(w, "VALUE", s.Trials); err != nil {
			return err
		}
		for _, line := range s.Verdict {
			fmt.Fprintf(w, "-> %s\n", line)
		}
	}
	if b.Comparison == nil && lists {
		if err := passings(w, b.Replayed.Passings, zone); err != nil {
			return err
		}
	}
	return notes(w, b)
}

// trials writes a line for each.
func trials(w io.Writer, head string, list []workflows.Trial) error {
	var table strings.Builder
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\n%s\tAT START\tA MONTH\tOF LIST\tREALLY\tWORKED\tRETURNED\tOPPORTUNITY\tWON\t\n", head)
	for _, one := range list {
		label := clean(one.Label, 60)
		if one.Present && one.Value != nil {
			label += " now"
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%d of %d\t%s\t%s\t%s\t%s\t%s\n", label, one.First, monthly(one.PerMonth), value(workflows.Share, one.Rate),
			one.Really, one.First+one.Met, outcome(one, "handoff_quality"), outcome(one, "return_rate"),
			outcome(one, "mqa_to_opportunity"), outcome(one, "mqa_to_close"), one.Standing)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(table.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

func monthly(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f", *v)
}

// outcome is a rate with what it rests on. One that rests on few is marked.
func outcome(t workflows.Trial, measure string) string {
	for _, f := range t.Figures {
		switch {
		case f.Measure != measure:
		case f.N == 0:
			return "-"
		case f.N < workflows.Few:
			return fmt.Sprintf("~%s (%d of %d)", value(f.Kind, f.Value), f.Hits, f.N)
		default:
			return fmt.Sprintf("%s (%d of %d)", value(f.Kind, f.Value), f.Hits, f.N)
		}
	}
	return "-"
}

func comparison(w io.Writer, c *workflows.Comparison, zone *time.Location, lists bool) error {
	if c == nil {
		return nil
	}
	fmt.Fprintf(w, "\nAccounts that would have gone: %d under both, %d only under the policy in force, %d only under the other\n", c.Both, c.OnlyOld, c.OnlyNew)
	if !lists {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nACCOUNT\tNAME\tIN\tIN FORCE\tOTHER\tREALLY")
	for _, one := range c.List {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", one.Account, clean(one.Name, 40), one.In, when(one.Old, one.OldRule, zone), when(one.New, one.NewRule, zone), or(one.Became, "never handed off"))
	}
	return t.Flush()
}

func when(at time.Time, rule string, zone *time.Location) string {
	if at.IsZero() {
		return "-"
	}
	return at.In(zone).Format(time.DateOnly) + " " + clean(rule, 40)
}

func passings(w io.Writer, list []workflows.Passing, zone *time.Location) error {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b workflows.Passing) int { return a.At.Compare(b.At) })
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nACCOUNT\tNAME\tMET\tREALLY")
	for i := range list {
		one := &list[i]
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", one.Account, clean(one.Name, 40), when(one.At, one.Rule, zone), or(one.Became(), "never handed off"))
	}
	return t.Flush()
}

// notes say what is not known, and which rates rest on little.
func notes(w io.Writer, b workflows.BacktestReport) error {
	all := slices.Clone(b.Notes)
	if few(b) {
		all = append(all, fmt.Sprintf("~ rests on fewer than %d handoffs: one more or less moves it by more than 10 points", workflows.Few))
	}
	fmt.Fprintln(w, "\nWhat this rests on")
	for _, note := range all {
		if _, err := fmt.Fprintf(w, "- %s\n", clean(note, 400)); err != nil {
			return err
		}
	}
	return nil
}

func few(b workflows.BacktestReport) bool {
	list := []workflows.Trial{b.Real, b.Replayed}
	if b.Comparison != nil {
		list = append(list, b.Comparison.New)
	}
	for _, s := range b.Sweeps {
		list = append(list, s.Trials...)
	}
	for _, t := range list {
		for _, f := range t.Figures {
			if f.N > 0 && f.N < workflows.Few {
				return true
			}
		}
	}
	return false
}
