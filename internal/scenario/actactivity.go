package scenario

import (
	"context"
	"time"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
)

// What sales and buyers do with each other, as either CRM keeps it.

func activityKeys() []string {
	return []string{"by", "with", "in", "subject", "outcome", "when", "minutes", "open"}
}

// activity is a call, an e-mail, a meeting or a task of somebody in sales.
type activity struct {
	kind             string
	account          *account
	by               *person
	with             *contact
	in               connectors.System
	subject, outcome string
	when             time.Time // zero for now
	minutes          int
	open             bool
}

func (r *reader) activity(kind string) func(*yamlpos.Map) act {
	return func(m *yamlpos.Map) act {
		x := activity{kind: kind, account: r.account(m.Get(kind)), by: r.person(m.Get("by")), minutes: 15}
		m.Require("by")
		if x.with = r.contact(x.account, m.Get("with")); x.with == nil && m.Has("with") {
			return nil
		}
		x.in = r.systemIn(x.account, m.Get("in"))
		x.subject, x.outcome = r.text(m.Get("subject")), r.text(m.Get("outcome"))
		if x.subject == "" {
			x.subject = titled(kind) + " with " + x.account.name
		}
		if n := m.Get("when"); n.OK() {
			x.when, _ = r.when(n)
		}
		m.Get("minutes").IntIn(&x.minutes, 1, 24*60)
		m.Get("open").Bool(&x.open)
		if n := m.Get("outcome"); n.OK() && kind == "meeting" {
			x.outcome = ""
			yamlpos.Enum(n, &x.outcome, "scheduled", "completed", "rescheduled", "no_show", "canceled")
		}
		return x.do
	}
}

func (x activity) do(ctx context.Context, p *player) (string, error) {
	system, err := p.where(ctx, x.account, x.in)
	if err != nil {
		return "", err
	}
	at := x.when
	if at.IsZero() {
		at = p.clock.Now()
	}
	o, fields := x.hubspot(at)
	if system == connectors.Salesforce {
		o, fields = x.salesforce(at)
	}
	words := said("%s: %s %q in %s", x.by.key, x.kind, x.subject, systemName(system))
	if x.outcome != "" {
		words += ", " + x.outcome
	}
	_, err = p.make(ctx, system, o, fields, x.by, linksOf(x.account, x.with)...)
	return words, err
}

func (x activity) salesforce(at time.Time) (connectors.Object, map[string]any) {
	fields := map[string]any{"Subject": x.subject, "WhatId": x.account.ids[connectors.Salesforce], "OwnerId": x.by}
	if x.with != nil && x.with.ids[connectors.Salesforce] != "" {
		fields["WhoId"] = x.with.ids[connectors.Salesforce]
	}
	if x.kind == "meeting" {
		fields["StartDateTime"], fields["DurationInMinutes"] = instant(at), x.minutes
		if x.outcome != "" {
			fields["Description"] = "Outcome: " + x.outcome
		}
		return connectors.Meeting, fields
	}
	fields["Status"], fields["ActivityDate"] = "Completed", at.Format(time.DateOnly)
	if x.open {
		fields["Status"] = "Not Started"
	}
	switch x.kind {
	case "call":
		fields["TaskSubtype"], fields["CallType"], fields["CallDurationInSeconds"] = "Call", "Outbound", x.minutes*60
		if x.outcome != "" {
			fields["CallDisposition"] = x.outcome
		}
	case "email":
		fields["TaskSubtype"] = "Email"
	}
	return connectors.Task, fields
}

func (x activity) hubspot(at time.Time) (connectors.Object, map[string]any) {
	fields := map[string]any{"hs_timestamp": instant(at), "hubspot_owner_id": x.by}
	switch x.kind {
	case "call":
		fields["hs_call_title"], fields["hs_call_status"], fields["hs_call_direction"] = x.subject, "COMPLETED", "OUTBOUND"
		fields["hs_call_duration"] = x.minutes * 60_000
		if x.outcome != "" {
			fields["hs_call_body"] = "Outcome: " + x.outcome
		}
		if x.open {
			fields["hs_call_status"] = "SCHEDULED"
		}
		return connectors.Call, fields
	case "email":
		fields["hs_email_subject"], fields["hs_email_direction"], fields["hs_email_status"] = x.subject, "EMAIL", "SENT"
		return connectors.Email, fields
	case "meeting":
		fields["hs_meeting_title"] = x.subject
		fields["hs_meeting_start_time"], fields["hs_meeting_end_time"] = instant(at), instant(at.Add(time.Duration(x.minutes)*time.Minute))
		fields["hs_meeting_outcome"] = meetingOutcome(x.outcome)
		return connectors.Meeting, fields
	}
	fields["hs_task_subject"], fields["hs_task_status"] = x.subject, "COMPLETED"
	if x.open {
		fields["hs_task_status"] = "NOT_STARTED"
	}
	return connectors.Task, fields
}

func meetingOutcome(word string) string {
	return map[string]string{
		"": "COMPLETED", "scheduled": "SCHEDULED", "completed": "COMPLETED", "rescheduled": "RESCHEDULED", "no_show": "NO_SHOW", "canceled": "CANCELED",
	}[word]
}

// reply is an e-mail of a buyer. In HubSpot it is an incoming e-mail, in
// Salesforce a completed task of the kind that its mail tools log.
func (r *reader) reply(m *yamlpos.Map) act {
	a := r.account(m.Get("reply"))
	c, in, subject := r.contact(a, m.Get("contact")), r.system(m.Get("in")), r.text(m.Get("subject"))
	if subject == "" {
		subject = "Re: your message"
	}
	return func(ctx context.Context, p *player) (string, error) {
		words := said("%s of %s replies: %q", contactName(c), a.key, subject)
		if in == connectors.Salesforce || in == "" && !a.stands(connectors.HubSpot) {
			fields := map[string]any{
				"Subject": subject, "WhatId": a.ids[connectors.Salesforce], "Status": "Completed", "TaskSubtype": "Email", "CallType": "Inbound",
				"ActivityDate": p.clock.Now().Format(time.DateOnly),
			}
			if c != nil && c.ids[connectors.Salesforce] != "" {
				fields["WhoId"] = c.ids[connectors.Salesforce]
			}
			_, err := p.make(ctx, connectors.Salesforce, connectors.Task, fields, nil)
			return words, err
		}
		at := instant(p.clock.Now())
		fields := map[string]any{"hs_timestamp": at, "hs_email_subject": subject, "hs_email_direction": "INCOMING_EMAIL", "hs_email_status": "SENT"}
		if _, err := p.make(ctx, connectors.HubSpot, connectors.Email, fields, nil, linksOf(a, c)...); err != nil || c == nil {
			return words, err
		}
		return words, p.platform(ctx, connectors.Contact, c.ids[connectors.HubSpot], map[string]any{"hs_sales_email_last_replied": at})
	}
}

// bookMeeting is a buyer who books through a link.
func (r *reader) bookMeeting(m *yamlpos.Map) act {
	a := r.account(m.Get("book_meeting"))
	c, with, in := r.contact(a, m.Get("contact")), r.person(m.Get("with")), r.systemIn(a, m.Get("in"))
	var when time.Time
	if n := m.Get("when"); n.OK() {
		when, _ = r.when(n)
	}
	return func(ctx context.Context, p *player) (string, error) {
		begins := when
		if begins.IsZero() {
			begins = p.clock.Now().Add(24 * time.Hour)
		}
		x := activity{kind: "meeting", account: a, by: with, with: c, subject: "Meeting with " + a.name, outcome: "scheduled", minutes: 30}
		words := said("%s of %s books a meeting for %s", contactName(c), a.key, begins.In(p.zone).Format("Mon 2 Jan 15:04"))
		system := in
		if system == "" {
			system = connectors.HubSpot
			if !a.stands(system) {
				system = connectors.Salesforce
			}
		}
		o, fields := x.hubspot(begins)
		if system == connectors.Salesforce {
			o, fields = x.salesforce(begins)
		}
		if with == nil {
			delete(fields, ownerField(system))
		}
		id, err := p.make(ctx, system, o, fields, nil, linksOf(a, c)...)
		if err == nil && system == connectors.HubSpot { // Salesforce has no field that tells
			err = p.platform(ctx, o, id, map[string]any{"hs_meeting_created_from_link_id": bookingPage})
		}
		if err != nil || c == nil || c.ids[connectors.HubSpot] == "" {
			return words, err
		}
		return words, p.platform(ctx, connectors.Contact, c.ids[connectors.HubSpot], map[string]any{"engagements_last_meeting_booked": instant(p.clock.Now())})
	}
}

// bookingPage is the id of the scheduling page that buyers book through.
const bookingPage = "4711"

func contactName(c *contact) string {
	if c == nil {
		return "somebody"
	}
	return c.key
}
