package main

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

// printSummary shows a run to a person.
func printSummary(w io.Writer, s engine.Summary) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if !s.Live {
		fmt.Fprintf(t, "nothing is written:\t%s\n", s.Reason)
	}
	if s.Comparing != "" {
		fmt.Fprintf(t, "nothing is decided:\t%s\n", s.Comparing)
	}
	if s.Hold != nil {
		fmt.Fprintf(t, "held:\t%s\n", s.Hold)
	}
	if s.Review != "" {
		fmt.Fprintf(t, "review:\t%s\n", s.Review)
	}
	if s.QueueGrows != "" {
		fmt.Fprintf(t, "queue:\t%s\n", s.QueueGrows)
	}
	fmt.Fprintf(t, "accounts\t%d, of which %d in both CRMs\n", s.Accounts, s.Matched)
	if s.OutOfScope > 0 {
		fmt.Fprintf(t, "left out by where\t%d accounts more\n", s.OutOfScope)
	}
	if s.Cases > 0 {
		fmt.Fprintf(t, "matches\t%d need a person: `handoffd cases`\n", s.Cases)
	}
	fmt.Fprintf(t, "read\t%s, %d changed\n", perSystem(s.Read), s.Changed)
	fmt.Fprintf(t, "decisions\t%s\n", counts(s.Decisions))
	fmt.Fprintf(t, "handed off\t%d, alerts %d\n", s.Handoffs, s.Alerts)
	fmt.Fprintf(t, "written\t%s (%s)\n", perSystem(s.Writes), counts(s.Kinds))
	fmt.Fprintf(t, "API calls\t%s\n", perSystem(s.APICalls))
	fmt.Fprintf(t, "parked\t%d\twaiting for data\t%d\tin the queue\t%d\twrites pending\t%d\n", s.Parked, s.Waiting, s.Queued, s.Pending)
	if len(s.Waits) > 0 || s.Late > 0 {
		fmt.Fprintf(t, "ready and waiting for\t%s; %d late\n", counts(s.Waits), s.Late)
	}
	printCreates(t, s.Creates)
	for _, h := range s.Held {
		fmt.Fprintf(t, "held back\t%s\n", h)
	}
	for _, system := range connectors.Systems() {
		if d, ok := s.Drift[system]; ok {
			fmt.Fprintf(t, "compared with %s\t%d records on %s: %d had been missed, %d are gone\n", system, d.Read, d.At.Format(time.DateOnly), d.Missed, d.Gone)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return printPlanned(w, s.Planned)
}

// printPlanned lists handoffs that would be made.
func printPlanned(w io.Writer, planned []engine.PlannedHandoff) error {
	if len(planned) == 0 {
		return nil
	}
	waiting := 0
	for _, p := range planned {
		if p.Waits != "" {
			waiting++
		}
	}
	also := ""
	if waiting > 0 {
		also = fmt.Sprintf(", %d accounts wait", waiting)
	}
	fmt.Fprintf(w, "\n%d handoffs are planned%s:\n", len(planned)-waiting, also)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ACCOUNT\tRULE\tTASK IN\tOWNER\tDUE\tWHY\tWHY THIS OWNER")
	for _, p := range planned {
		why, assigned := strings.Join(p.Reasons, " | "), strings.Join(p.Assigned, "; ")
		if p.Blocked != "" {
			why, assigned = "blocked: "+p.Blocked, ""
		}
		if p.Waits != "" {
			why, assigned = p.Waits, ""
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", safe(p.Name, 40), p.Rule, p.System, safe(p.Owner, 30), p.Due, safe(why, 160), safe(assigned, 200))
	}
	return t.Flush()
}

// safe makes CRM text fit for a terminal: what does not print is gone, one
// line, and no more than n characters.
func safe(s string, n int) string {
	return mapping.Clip(strings.Join(strings.Fields(s), " "), n-1)
}

func perSystem[N int | int64](m map[connectors.System]N) string {
	parts := make([]string, 0, 2)
	for _, system := range connectors.Systems() {
		parts = append(parts, fmt.Sprintf("%s %d", system, m[system]))
	}
	return strings.Join(parts, ", ")
}

func counts(m map[string]int) string {
	keys := make([]string, 0, len(m))
	for k, n := range m {
		if n > 0 && k != "" {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return "none"
	}
	sort.Strings(keys)
	for i, k := range keys {
		keys[i] = fmt.Sprintf("%s %d", k, m[k])
	}
	return strings.Join(keys, ", ")
}

// printCreates tells which records would be made, or are being made.
func printCreates(w io.Writer, creates []engine.PlannedCreate) {
	for _, c := range creates {
		names := make([]string, len(c.Names))
		for i, name := range c.Names {
			names[i] = safe(name, 40)
		}
		more := ""
		if rest := c.Count - len(names); rest > 0 {
			more = fmt.Sprintf(" and %d more", rest)
		}
		fmt.Fprintf(w, "to be made in %s\t%d accounts, at most %d a round: %s%s\n", c.System, c.Count, c.PerRound, strings.Join(names, ", "), more)
	}
}
