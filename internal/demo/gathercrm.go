package demo

import (
	"context"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// gatherAlerts lists what managers were told: in Salesforce by notifications
// and e-mails, of which the sandbox keeps a list since no API shows them; in
// HubSpot by tasks.
func (s *Stage) gatherAlerts(ctx context.Context, found *evidence) error {
	people := map[string]string{}
	for _, p := range s.World.People {
		people[p.SalesforceID] = p.First + " " + p.Last
	}
	for _, a := range s.World.Salesforce.Alerts() {
		way := "e-mail"
		if a.Action == "customNotificationAction" {
			way = "notification"
		}
		to := make([]string, len(a.Recipients))
		for i, id := range a.Recipients {
			if to[i] = people[id]; to[i] == "" {
				to[i] = id
			}
		}
		s.report.Alerts = append(s.report.Alerts, Alert{
			To: strings.Join(to, ", "), System: connectors.Salesforce, Way: way, Title: a.Title, Body: a.Body, Account: a.TargetID,
		})
	}
	return s.Daemon.Store.View(ctx, func(tx engine.Tx) error {
		writes, err := tx.Outbox("")
		for _, w := range writes {
			t, ok := found.tasks[w.System][w.Result]
			if w.Kind == "alert" && w.System == connectors.HubSpot && ok {
				s.report.Alerts = append(s.report.Alerts, Alert{
					To: t.Owner, System: w.System, Way: "task", Title: t.Subject, Body: t.Body, Account: t.Account,
				})
			}
		}
		return err
	})
}

// gatherExample takes the handoff that shows most: of an account that stands
// in both CRMs, by several criteria, with a contact to call.
func (s *Stage) gatherExample(ctx context.Context, found *evidence) error {
	return s.view(ctx, func(_ engine.Tx, accounts map[string]known) error {
		best := -1
		for i, h := range s.report.Handoffs {
			if best < 0 || shows(h, accounts[h.Account], found) > shows(s.report.Handoffs[best], accounts[s.report.Handoffs[best].Account], found) {
				best = i
			}
		}
		if best < 0 {
			return nil
		}
		h := s.report.Handoffs[best]
		k := accounts[h.Account]
		e := &Example{Account: h.Name, Task: found.tasks[h.System][h.TaskID]}
		for _, system := range connectors.Systems() {
			e.Fields = append(e.Fields, found.fields[system][k.refs[system].ID]...)
		}
		for i := range s.report.Alerts {
			if s.report.Alerts[i].Account == k.refs[s.report.Alerts[i].System].ID {
				e.Manager = &s.report.Alerts[i]
			}
		}
		if note, ok := found.notes[k.refs[connectors.HubSpot].ID]; ok {
			e.Note = &note
		}
		s.report.Example = e
		return nil
	})
}

// shows ranks handoffs by how much there is to see.
func shows(h Handoff, k known, found *evidence) int {
	n := 2*len(k.refs) + 2*len(h.Why)
	if found.tasks[h.System][h.TaskID].Contact != "" {
		n++
	}
	return n
}
