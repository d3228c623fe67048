package demo

import (
	"fmt"
	"strings"

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

func sum[K comparable](counts map[K]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}
