package demo

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"strings"

	"handoffd/connectors"
)

// evidence is what stands in the CRMs of the daemon's work.
type evidence struct {
	// tasks are all that there are, by CRM and id.
	tasks map[connectors.System]map[string]Task
	// notes are HubSpot's, by the company that they are on.
	notes map[string]NoteSeen
	// fields are the MQA fields of accounts, by CRM and id.
	fields map[connectors.System]map[string][]Shown
}

// evidence reads tasks, notes and MQA fields over the vendors' APIs.
func (c *crms) evidence(ctx context.Context) (*evidence, error) {
	e := &evidence{
		tasks: map[connectors.System]map[string]Task{connectors.Salesforce: {}, connectors.HubSpot: {}}, notes: map[string]NoteSeen{},
		fields: map[connectors.System]map[string][]Shown{connectors.Salesforce: {}, connectors.HubSpot: {}},
	}
	for _, step := range []func(context.Context, *evidence) error{
		c.salesforceTasks, c.salesforceFields, c.hubspotTasks, c.hubspotNotes, c.hubspotFields,
	} {
		if err := step(ctx, e); err != nil {
			return nil, fmt.Errorf("reading back: %w", err)
		}
	}
	return e, nil
}

func (c *crms) salesforceTasks(ctx context.Context, e *evidence) error {
	rows, err := c.Query(ctx, "SELECT Id, Subject, Description, Status, Priority, ActivityDate, Owner.Name, Who.Name, WhatId, handoffd_Key__c"+
		" FROM Task ORDER BY Id")
	if err != nil {
		return err
	}
	for _, r := range rows {
		t := Task{
			System: connectors.Salesforce, ID: text(r, "Id"), Account: text(r, "WhatId"), Subject: text(r, "Subject"),
			Owner: text(r, "Owner", "Name"), Contact: text(r, "Who", "Name"), Status: text(r, "Status"), Priority: text(r, "Priority"),
			Due: text(r, "ActivityDate"), Body: text(r, "Description"), Key: text(r, "handoffd_Key__c"),
		}
		e.tasks[t.System][t.ID] = t
	}
	return nil
}

func (c *crms) salesforceFields(ctx context.Context, e *evidence) error {
	rows, err := c.Query(ctx, "SELECT Id, MQA__c, MQA_Status__c FROM Account WHERE MQA__c = true")
	if err != nil {
		return err
	}
	for _, r := range rows {
		for _, field := range []string{"MQA__c", "MQA_Status__c"} {
			id := text(r, "Id")
			e.fields[connectors.Salesforce][id] = append(e.fields[connectors.Salesforce][id], Shown{connectors.Salesforce, id, field, text(r, field)})
		}
	}
	return nil
}

func (c *crms) hubspotTasks(ctx context.Context, e *evidence) error {
	owners, err := c.Owners(ctx)
	if err != nil {
		return err
	}
	records, err := c.List(ctx, "tasks", []string{
		"hs_task_subject", "hs_task_body", "hs_task_status", "hs_task_priority", "hs_timestamp", "hubspot_owner_id",
	}, "companies")
	if err != nil {
		return err
	}
	for _, r := range records {
		p := r.Properties
		e.tasks[connectors.HubSpot][r.ID] = Task{
			System: connectors.HubSpot, ID: r.ID, Account: strings.Join(r.Linked("companies"), ","), Subject: p["hs_task_subject"],
			Owner: owners[p["hubspot_owner_id"]], Status: p["hs_task_status"], Priority: p["hs_task_priority"], Due: p["hs_timestamp"], Body: plain(p["hs_task_body"]),
		}
	}
	return nil
}

func (c *crms) hubspotNotes(ctx context.Context, e *evidence) error {
	records, err := c.List(ctx, "notes", []string{"hs_note_body"}, "companies")
	for _, r := range records {
		for _, company := range r.Linked("companies") {
			e.notes[company] = NoteSeen{ID: r.ID, Body: plain(r.Properties["hs_note_body"])}
		}
	}
	return err
}

func (c *crms) hubspotFields(ctx context.Context, e *evidence) error {
	records, err := c.List(ctx, "companies", []string{"mqa", "mqa_status"}, "")
	for _, r := range records {
		if r.Properties["mqa"] != "true" {
			continue
		}
		for _, field := range []string{"mqa", "mqa_status"} {
			e.fields[connectors.HubSpot][r.ID] = append(e.fields[connectors.HubSpot][r.ID], Shown{connectors.HubSpot, r.ID, field, r.Properties[field]})
		}
	}
	return err
}

// allowance asks both vendors how much of the day's calls is used.
func (c *crms) allowance(ctx context.Context) (map[connectors.System]Allowance, error) {
	var limits map[string]struct{ Max, Remaining int }
	if err := c.Salesforce(ctx, "", http.MethodGet, "/services/data/v67.0/limits", nil, &limits); err != nil {
		return nil, err
	}
	var usage struct {
		Results []struct {
			Limit int `json:"usageLimit"`
			Used  int `json:"currentUsage"`
		} `json:"results"`
	}
	if err := c.HubSpot(ctx, http.MethodGet, "/account-info/v3/api-usage/daily/private-apps", nil, &usage); err != nil {
		return nil, err
	}
	daily := limits["DailyApiRequests"]
	out := map[connectors.System]Allowance{connectors.Salesforce: {Used: daily.Max - daily.Remaining, Limit: daily.Max}}
	for _, u := range usage.Results {
		out[connectors.HubSpot] = Allowance{Used: u.Used, Limit: u.Limit}
	}
	return out, nil
}

// text follows a path into a row and returns what is there as text, "" for
// null.
func text(row map[string]any, path ...string) string {
	v := row[path[0]]
	if parent, ok := v.(map[string]any); ok && len(path) > 1 {
		return text(parent, path[1:]...)
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// plain turns a HubSpot body, which is HTML, into lines of text.
func plain(body string) string {
	breaks := strings.NewReplacer("<li>", "- ", "</li>", "\n", "</p>", "\n", "</ul>", "", "<br>", "\n")
	var b strings.Builder
	inside := false
	for _, r := range breaks.Replace(body) {
		switch {
		case r == '<':
			inside = true
		case r == '>' && inside:
			inside = false
		case !inside:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(html.UnescapeString(b.String()))
}
