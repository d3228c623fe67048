package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// task is a task as it stands in a CRM.
type task struct {
	system                       connectors.System
	id, account, subject, status string
	owner                        string // a person's key, else the vendor's id
	due, body                    string
	done                         bool
	made                         string // when, to put tasks in order
}

// alert is what a person was told.
type alert struct {
	system      connectors.System
	account     string // the vendor's id, "" if it cannot be known
	to          []string
	way         string // notification, email, task, or a channel
	also        string // "email" where one went beside a notification
	title, body string
}

// ways are all by which it was told.
func (a alert) ways() []string {
	if a.also == "" {
		return []string{a.way}
	}
	return []string{a.way, a.also}
}

// sight is what stands in the CRMs of handoffd's work at one moment.
type sight struct {
	tasks  []task
	notes  map[string]int // by HubSpot's id of the company
	alerts []alert
}

// look reads tasks, notes and alerts over the CRMs' APIs.
func (p *player) look(ctx context.Context) (*sight, error) {
	if p.seen != nil {
		return p.seen, nil
	}
	s := &sight{notes: map[string]int{}}
	told, err := p.toldByTask(ctx)
	if err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context, *sight, map[string]bool) error{p.salesforceTasks, p.hubspotTasks, p.hubspotNotes, p.salesforceAlerts, p.sent} {
		if err := step(ctx, s, told); err != nil {
			return nil, fmt.Errorf("looking at the CRMs: %w", err)
		}
	}
	slices.SortStableFunc(s.tasks, func(a, b task) int { return strings.Compare(a.made, b.made) })
	p.seen = s
	return s, nil
}

// toldByTask are the ids of tasks that are alerts.
func (p *player) toldByTask(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	err := p.daemon.Store.View(ctx, func(tx engine.Tx) error {
		rows, err := tx.Outbox("")
		for _, row := range rows {
			if row.Tells() && row.Result != "" {
				out[string(row.System)+"/"+row.Result] = true
			}
		}
		return err
	})
	return out, err
}

// take puts a task where it belongs: what people made is nothing of ours.
func (p *player) take(s *sight, t task, told map[string]bool) {
	switch {
	case p.made[connectors.Ref{System: t.system, Object: connectors.Task, ID: t.id}]:
	case told[string(t.system)+"/"+t.id]:
		s.alerts = append(s.alerts, alert{system: t.system, account: t.account, to: []string{t.owner}, way: "task", title: t.subject, body: t.body})
	default:
		s.tasks = append(s.tasks, t)
	}
}

func (p *player) salesforceTasks(ctx context.Context, s *sight, told map[string]bool) error {
	rows, err := p.crm.Query(ctx, "SELECT Id, Subject, Description, Status, IsClosed, ActivityDate, OwnerId, WhatId, CreatedDate FROM Task ORDER BY CreatedDate, Id")
	for _, r := range rows {
		p.take(s, task{
			system: connectors.Salesforce, id: asText(r["Id"]), account: asText(r["WhatId"]), subject: asText(r["Subject"]), status: asText(r["Status"]),
			owner: p.personByID(connectors.Salesforce, asText(r["OwnerId"])), due: asText(r["ActivityDate"]), body: asText(r["Description"]),
			done: asText(r["IsClosed"]) == "true", made: asText(r["CreatedDate"])[:min(19, len(asText(r["CreatedDate"])))],
		}, told)
	}
	return err
}

func (p *player) hubspotTasks(ctx context.Context, s *sight, told map[string]bool) error {
	records, err := p.crm.List(ctx, "tasks", []string{
		"hs_task_subject", "hs_task_body", "hs_task_status", "hs_timestamp", "hubspot_owner_id", "hs_createdate",
	}, "companies")
	for _, r := range records {
		v := r.Properties
		due := v["hs_timestamp"]
		if at, err := time.Parse(time.RFC3339Nano, due); err == nil {
			due = p.config.Policy.Calendar.LocalDay(at)
		}
		account := ""
		if companies := r.Linked("companies"); len(companies) > 0 {
			account = companies[0]
		}
		p.take(s, task{
			system: connectors.HubSpot, id: r.ID, account: account, subject: v["hs_task_subject"], status: v["hs_task_status"],
			owner: p.personByID(connectors.HubSpot, v["hubspot_owner_id"]), due: due, body: v["hs_task_body"],
			done: v["hs_task_status"] == "COMPLETED", made: v["hs_createdate"][:min(19, len(v["hs_createdate"]))],
		}, told)
	}
	return err
}

func (p *player) hubspotNotes(ctx context.Context, s *sight, _ map[string]bool) error {
	records, err := p.crm.List(ctx, "notes", []string{"hs_timestamp"}, "companies")
	for _, r := range records {
		if p.made[connectors.Ref{System: connectors.HubSpot, Object: connectors.Note, ID: r.ID}] {
			continue
		}
		for _, id := range r.Linked("companies") {
			s.notes[id]++
		}
	}
	return err
}

func (p *player) salesforceAlerts(ctx context.Context, s *sight, _ map[string]bool) error {
	var sent []struct {
		Action     string   `json:"action"`
		Recipients []string `json:"recipients"`
		Title      string   `json:"title"`
		Body       string   `json:"body"`
		TargetID   string   `json:"target_id"`
	}
	if err := p.crm.Call(ctx, connectors.Salesforce, http.MethodGet, "/_sandbox/alerts", "", nil, &sent); err != nil {
		return err
	}
	for _, a := range sent {
		x := alert{system: connectors.Salesforce, account: a.TargetID, way: "email", title: a.Title, body: a.Body}
		if a.Action == "customNotificationAction" {
			x.way = "notification"
		}
		for _, id := range a.Recipients {
			x.to = append(x.to, p.personByID(connectors.Salesforce, id))
		}
		if !s.beside(x) {
			s.alerts = append(s.alerts, x)
		}
	}
	return nil
}

// beside notes an e-mail that tells the same person the same as a notification
// did: that is one alert.
func (s *sight) beside(x alert) bool {
	for i := range s.alerts {
		a := &s.alerts[i]
		if x.way == "email" && a.way == "notification" && a.also == "" && a.title == x.title && slices.Equal(a.to, x.to) {
			a.also = x.way
			return true
		}
	}
	return false
}

// sent are the messages of the channels outside of the CRMs, as the outbox
// says that they were taken.
func (p *player) sent(ctx context.Context, s *sight, _ map[string]bool) error {
	return p.daemon.Store.View(ctx, func(tx engine.Tx) error {
		rows, err := tx.Outbox("")
		for _, row := range rows {
			if slices.Contains(systemsOf(), row.System) || row.State != engine.OutboxDone || row.InDigest() {
				continue
			}
			var m struct {
				To     string         `json:"to"`
				Title  string         `json:"title"`
				Body   string         `json:"body"`
				Record connectors.Ref `json:"record"`
			}
			if err := json.Unmarshal(row.Payload, &m); err != nil {
				return fmt.Errorf("reading what was sent by %s: %w", row.System, err)
			}
			s.alerts = append(s.alerts, alert{
				system: m.Record.System, account: m.Record.ID, to: []string{p.personByID("", either(m.To, string(row.System)))},
				way: string(row.System), title: m.Title, body: m.Body,
			})
		}
		return err
	})
}

// personByID finds the key of a person by the vendor's id or the address.
func (p *player) personByID(system connectors.System, id string) string {
	for _, u := range p.scenario.people {
		if id != "" && (u.id(system) == id || strings.EqualFold(u.email, id)) {
			return u.key
		}
	}
	return id
}

// of tells whether a CRM's record is the account's, or was before a merge or a
// deletion.
func (p *player) of(a *account, system connectors.System, id string) bool {
	return id != "" && (a.ids[system] == id || p.bin[connectors.Ref{System: system, Object: connectors.Account, ID: a.key}] == id)
}

// ourTasks are the tasks that handoffd made for an account, oldest first.
func (p *player) ourTasks(ctx context.Context, a *account) (out []task, err error) {
	s, err := p.look(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range s.tasks {
		if p.of(a, t.system, t.account) {
			out = append(out, t)
		}
	}
	return out, nil
}

// alertsOf are the alerts about an account. An e-mail names its account in the
// title only.
func (s *sight) alertsOf(p *player, a *account) (out []alert) {
	for _, x := range s.alerts {
		if p.of(a, x.system, x.account) || x.account == "" && strings.Contains(x.title, a.name) {
			out = append(out, x)
		}
	}
	return out
}

// asText shows a value of JSON; "" for none.
func asText(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case json.Number:
		return x.String()
	}
	return fmt.Sprint(v)
}

func joined(words []string) string { return strings.Join(words, ",") }
