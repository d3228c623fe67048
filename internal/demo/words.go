package demo

import (
	"fmt"
	"strings"

	"handoffd/connectors"
	"handoffd/workflows"
)

// perSystem lists counts per CRM: "12 records in Salesforce, 3 in HubSpot".
func perSystem(counts map[connectors.System]int, noun string) string {
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
		{workflows.InHand, "are with sales already"}, {workflows.OutOfScope, "are out of scope"},
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
	for _, k := range []struct{ kind, words string }{
		{string(connectors.CreateTask), "tasks"}, {string(connectors.CreateNote), "notes"}, {"alert", "alerts"}, {string(connectors.Update), "updates of accounts"},
	} {
		if n := counts[k.kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, k.words))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}
