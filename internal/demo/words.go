package demo

import (
	"fmt"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/workflows"
)

// perSystem lists counts per CRM: "12 records in Salesforce, 3 in HubSpot".
func perSystem(counts map[connectors.System]int, noun string) string {
	if sum(counts) == 0 {
		return "nothing"
	}
	var parts []string
	for i, system := range connectors.Systems() {
		words := []string{fmt.Sprint(counts[system])}
		if i == 0 && noun != "" {
			words = append(words, noun)
		}
		parts = append(parts, strings.Join(append(words, "in", systemName(system)), " "))
	}
	return strings.Join(parts, ", ")
}

func systemName(s connectors.System) string {
	if s == connectors.HubSpot {
		return "HubSpot"
	}
	return "Salesforce"
}

// decisions puts counts of outcomes into words.
func decisions(counts map[string]int) string {
	var parts []string
	for _, o := range []struct {
		outcome workflows.Outcome
		words   string
	}{
		{workflows.HandOff, "meet the criteria"}, {workflows.NotQualified, "do not"}, {workflows.Waiting, "wait for data"},
		{workflows.InHand, "are with sales already"}, {workflows.OutOfScope, "are out of scope"}, {workflows.Gone, "are deleted"},
	} {
		if n := counts[string(o.outcome)]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o.words))
		}
	}
	return strings.Join(parts, ", ")
}

// kinds puts counts of writes into words.
func kinds(counts map[string]int) string {
	var parts []string
	for _, k := range []struct{ kind, one, many string }{
		{string(connectors.CreateTask), "task", "tasks"}, {string(connectors.CreateNote), "note", "notes"},
		{"alert", "alert", "alerts"}, {string(connectors.Update), "update of an account", "updates of accounts"},
	} {
		switch n := counts[k.kind]; n {
		case 0:
		case 1:
			parts = append(parts, "1 "+k.one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", n, k.many))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// whyNow finds in a summary what its section "Why now" lists, without the
// explanations in brackets; nil if the summary has no such section.
func whyNow(summary string) []string {
	_, rest, _ := strings.Cut(summary, "Why now:\n")
	var out []string
	for line := range strings.Lines(rest) {
		item, ok := strings.CutPrefix(strings.TrimSpace(line), "- ")
		if !ok {
			break
		}
		if short, _, bracket := strings.Cut(item, " ("); bracket && strings.HasSuffix(item, ")") {
			item = short
		}
		out = append(out, item)
	}
	return out
}

// shortDay shows a date without its year; what is no date stays as it is.
func shortDay(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return t.Format("2 Jan")
}
