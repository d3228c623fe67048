package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// check compares every handoff with what stands in the CRMs: exactly one task
// with the right subject, on the right account, of the right owner, due on the
// right day; and the account's MQA fields in every CRM that it stands in.
func (s *Stage) check(ctx context.Context, found *evidence) error {
	n := found.summaries()
	s.expect(n == len(s.report.Handoffs), fmt.Sprintf("%d tasks of handoffs stand in the CRMs", len(s.report.Handoffs)), "%d do", n)
	return s.view(ctx, func(_ engine.Tx, accounts map[string]known) error {
		for i, h := range s.report.Handoffs {
			s.report.Handoffs[i].Words = whyNow(found.tasks[h.System][h.TaskID].Body)
			s.checkTask(h, accounts[h.Account], found)
			s.checkFields(h, accounts[h.Account], found)
		}
		return nil
	})
}

func (s *Stage) checkTask(h Handoff, k known, found *evidence) {
	stage, rule := workflows.Stage(h.Stage), workflows.Type("")
	for _, r := range s.Daemon.Config.Policy.Handoffs {
		if r.Name == h.Rule {
			rule = r.Type
		}
	}
	want := Task{
		System: h.System, ID: h.TaskID, Account: k.refs[h.System].ID, Owner: h.Owner,
		Subject: workflows.Subject(rule, stage, h.Name),
	}
	var same []string
	for id, t := range found.tasks[h.System] {
		if t.Account == want.Account && t.Subject == want.Subject {
			same = append(same, id)
		}
	}
	if len(same) != 1 || same[0] != h.TaskID {
		s.expect(false, fmt.Sprintf("%s has one task, %s", h.Name, h.TaskID), "%s holds %d: %s", h.System, len(same), strings.Join(same, ", "))
		return
	}
	got := found.tasks[h.System][h.TaskID]
	s.expect(got.Owner == want.Owner, fmt.Sprintf("the task of %s belongs to %s", h.Name, want.Owner), "it belongs to %s", got.Owner)
	s.expect(s.dueDay(got) == h.Due, fmt.Sprintf("the task of %s is due on %s", h.Name, h.Due), "it is due on %s", s.dueDay(got))
	s.expect(strings.HasPrefix(got.Body, summaryBegins), fmt.Sprintf("the task of %s holds the summary", h.Name), "it begins with %.40q", got.Body)
}

// dueDay is the day in the team's zone on which a task is due: Salesforce keeps
// a date, HubSpot an instant.
func (s *Stage) dueDay(t Task) string {
	at, err := time.Parse(time.RFC3339Nano, t.Due)
	if err != nil {
		return t.Due
	}
	return s.Daemon.Config.Policy.Calendar.LocalDay(at)
}

// summaries counts the tasks that hold a handoff's summary.
func (e *evidence) summaries() int {
	n := 0
	for _, tasks := range e.tasks {
		for _, t := range tasks {
			if strings.HasPrefix(t.Body, summaryBegins) {
				n++
			}
		}
	}
	return n
}

// summaryBegins is how the default summary begins.
const summaryBegins = "Account: "

// checkFields expects the texts that the policy gives to a handed-off account.
func (s *Stage) checkFields(h Handoff, k known, found *evidence) {
	texts := s.Daemon.Config.Policy.StatusTexts()[string(workflows.HandedOff)]
	for i, system := range connectors.Systems() {
		ref, ok := k.refs[system]
		if !ok {
			continue
		}
		fields := found.fields[system][ref.ID]
		got := ""
		if len(fields) == 2 && fields[0].Value == "true" {
			got = fields[1].Value
		}
		s.expect(got == texts[i], fmt.Sprintf("%s shows %s as %q", system, h.Name, texts[i]), "it shows %q", got)
	}
}
