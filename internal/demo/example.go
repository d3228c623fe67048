package demo

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/demo/crmapi"
	"handoffd/internal/engine"
	"handoffd/internal/scenario"
	"handoffd/mapping"
	"handoffd/workflows"
)

// example reads the handoff to an SDR that says most as it stands in the CRMs,
// over the vendors' own APIs. Without one there is no example yet.
func (p *play) example(ctx context.Context, m scenario.Moment) error {
	var handoff *engine.HandoffRow
	var account *mapping.Account
	err := m.Daemon.Store.View(ctx, func(tx engine.Tx) error {
		rows, err := tx.Handoffs(time.Time{})
		for i := range rows {
			h := &rows[i]
			if h.System == connectors.Salesforce && h.Stage == string(workflows.SDR) && (handoff == nil || len(h.Summary) > len(handoff.Summary)) {
				handoff = h
			}
		}
		if handoff == nil || err != nil {
			return err
		}
		found, err := tx.Accounts([]string{handoff.Account})
		if err == nil {
			account, err = m.Daemon.Config.Mapping.Decode(handoff.Account, found[handoff.Account].Doc)
		}
		return err
	})
	if err != nil || handoff == nil {
		return err
	}
	here, _ := account.Ref(mapping.SalesforceSide)
	there, _ := account.Ref(mapping.HubSpotSide)
	e := &Example{}
	if err := e.salesforce(ctx, m, here.ID); err != nil {
		return err
	}
	if err := e.hubspot(ctx, m, there.ID); err != nil {
		return err
	}
	e.manager(m, here.ID)
	p.expect(e.Task.Subject == workflows.Subject(workflows.Type(handoff.Type), workflows.SDR, e.Account), "the task of %s is called %q", e.Account, e.Task.Subject)
	p.expect(e.Task.Body != "" && e.Manager != nil, "the task of %s has a summary, and the manager knows", e.Account)
	p.report.Example = e
	return nil
}

func (e *Example) salesforce(ctx context.Context, m scenario.Moment, id string) error {
	rows, err := m.CRM.Query(ctx, "SELECT Id, Subject, Description, Status, ActivityDate, Owner.Name, What.Name FROM Task WHERE WhatId = '"+id+"' ORDER BY CreatedDate")
	if err != nil || len(rows) == 0 {
		return fmt.Errorf("reading the task of account %s: %d tasks: %w", id, len(rows), err)
	}
	r := rows[0]
	e.Account = text(r, "What", "Name")
	e.Task = Task{
		ID: text(r, "Id"), Account: id, Subject: text(r, "Subject"), Owner: text(r, "Owner", "Name"), Status: text(r, "Status"),
		Due: text(r, "ActivityDate"), Body: text(r, "Description"),
	}
	rows, err = m.CRM.Query(ctx, "SELECT Name, MQA__c, MQA_Status__c FROM Account WHERE Id = '"+id+"'")
	for _, r := range rows {
		for _, field := range []string{"MQA__c", "MQA_Status__c"} {
			e.Fields = append(e.Fields, Shown{connectors.Salesforce, field, text(r, field)})
		}
		e.Account = text(r, "Name")
	}
	return err
}

func (e *Example) hubspot(ctx context.Context, m scenario.Moment, id string) error {
	if id == "" {
		return nil
	}
	var record crmapi.Record
	err := m.CRM.HubSpot(ctx, http.MethodGet, "/crm/v3/objects/companies/"+id+"?properties=mqa,mqa_status", nil, &record)
	for _, field := range []string{"mqa", "mqa_status"} {
		e.Fields = append(e.Fields, Shown{connectors.HubSpot, field, record.Properties[field]})
	}
	return err
}

// manager finds what Salesforce told somebody about the account. No API shows
// that, so the sandbox keeps a list.
func (e *Example) manager(m scenario.Moment, id string) {
	for _, a := range m.World.Salesforce.Alerts() {
		if a.TargetID != id || e.Manager != nil {
			continue
		}
		to := strings.Join(a.Recipients, ", ")
		for _, person := range m.World.People {
			to = strings.ReplaceAll(to, person.SalesforceID, person.First+" "+person.Last)
		}
		way := "e-mail"
		if a.Action == "customNotificationAction" {
			way = "notification"
		}
		e.Manager = &Alert{To: to, Way: way, Title: a.Title}
	}
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
