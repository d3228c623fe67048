package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// postbox is a channel in memory.
type postbox struct {
	name    workflows.Channel
	repeats bool
	sent    []engine.Message
	// answer, if set, decides the fate of a message before it is taken.
	answer func(engine.Message) *connectors.Result
}

func (p *postbox) Name() workflows.Channel { return p.name }
func (p *postbox) Repeats() bool           { return p.repeats }
func (p *postbox) Send(_ context.Context, m engine.Message) connectors.Result {
	if p.answer != nil {
		if r := p.answer(m); r != nil {
			return *r
		}
	}
	p.sent = append(p.sent, m)
	return connectors.Result{Key: m.Key, Outcome: connectors.Done}
}

func (p *postbox) titles() (out []string) {
	for _, m := range p.sent {
		out = append(out, m.Title)
	}
	return out
}

// channelled is a house with all channels.
type channelled struct {
	*house
	email, slack, webhook *postbox
}

func withChannels(t *testing.T, policy string) *channelled {
	t.Helper()
	h := &channelled{
		house: newHouse(t), email: &postbox{name: workflows.ByEmail, repeats: true},
		slack: &postbox{name: workflows.BySlack}, webhook: &postbox{name: workflows.ByWebhook, repeats: true},
	}
	h.channels = []engine.Channel{h.email, h.slack, h.webhook}
	h.policy = policyText + policy
	h.restart()
	return h
}

func (h *channelled) announce(key string, urgent bool, to ...workflows.Audience) {
	h.t.Helper()
	if err := h.engine.Announce(h.t.Context(), "test", workflows.Notice{Key: key, Urgent: urgent, To: to, Title: "Title " + key, Body: "Body " + key}); err != nil {
		h.t.Fatal(err)
	}
}

func TestTellingOnEveryChannel(t *testing.T) {
	t.Parallel()
	h := withChannels(t, "alerts: {manager: [crm, email, slack, webhook]}\n")
	h.pair(1, "85")
	h.once()
	h.restart()
	h.once()
	if len(h.sf.alerts) != 1 || len(h.email.sent) != 1 || len(h.slack.sent) != 1 || len(h.webhook.sent) != 1 {
		t.Fatalf("told %d in the CRM, %d by e-mail, %d in slack, %d by webhook; want 1 each", len(h.sf.alerts), len(h.email.sent), len(h.slack.sent), len(h.webhook.sent))
	}
	m := h.email.sent[0]
	if m.To != "boss@acme.example" || m.Title != "Handed to sales: Acme 1" || m.Body != h.sf.alerts[0].Body || m.Record.ID != sfID(1) {
		t.Errorf("mail %+v", m)
	}
	if s := h.slack.sent[0]; s.To != "" || s.Audience[0] != workflows.ToManager || s.Key == m.Key {
		t.Errorf("slack %+v", s)
	}
}

// TestToldOnce: one person in two audiences gets one notice, and a notice of
// the same key is not told again.
func TestToldOnce(t *testing.T) {
	t.Parallel()
	h := withChannels(t, "alerts: {marketing: [email, slack], heads: [email, slack], people: {marketing: [mops@acme.example, vp@acme.example], heads: VP@acme.example}}\n")
	for range 2 {
		h.announce("a", false, workflows.ToMarketing, workflows.ToHeads)
		h.once()
	}
	if len(h.email.sent) != 2 || len(h.slack.sent) != 1 {
		t.Errorf("%d mails to two people and %d posts to one place", len(h.email.sent), len(h.slack.sent))
	}
	h.announce("b", false, workflows.ToHeads)
	if h.once(); len(h.email.sent) != 3 {
		t.Errorf("%d mails, want one more for another notice", len(h.email.sent))
	}
}

// TestPeopleWithoutAnAccount: who is no user of a CRM is told by e-mail, and
// where nothing reaches them a person can see it.
func TestPeopleWithoutAnAccount(t *testing.T) {
	t.Parallel()
	people := "alerts: {marketing: crm, people: {marketing: [ann@acme.example, mops@acme.example]}}\ntasks_in: hubspot\n"
	h := withChannels(t, people)
	h.once() // reads the users
	h.announce("a", false, workflows.ToMarketing)
	h.once()
	if len(h.hs.alerts) != 1 || h.hs.alerts[0].UserID != "1" || len(h.email.sent) != 1 || h.email.sent[0].To != "mops@acme.example" {
		t.Fatalf("told %+v in hubspot and %+v by e-mail", h.hs.alerts, h.email.sent)
	}
	h.channels = nil
	h.restart()
	h.announce("b", false, workflows.ToMarketing)
	h.once()
	problems := parkedReasons(t, h.house)
	if len(h.hs.alerts) != 2 || len(problems) != 1 || !strings.Contains(problems[0], "channels.email is not set up") || strings.Contains(problems[0], "@") {
		t.Errorf("%d alerts, problems %q", len(h.hs.alerts), problems)
	}
	h.channels = []engine.Channel{h.email}
	h.restart()
	h.announce("b2", false, workflows.ToMarketing)
	if h.once(); len(parkedReasons(t, h.house)) != 0 || len(h.email.sent) != 2 {
		t.Errorf("%d mails, problems %q, want them settled", len(h.email.sent), parkedReasons(t, h.house))
	}
	h.channels = nil
	h.policy = strings.ReplaceAll(h.policy, "tasks_in: hubspot", "tasks_in: salesforce")
	h.restart()
	h.announce("c", false, workflows.ToMarketing)
	if h.once(); len(h.sf.alerts) != 2 || h.sf.alerts[1].Email != "mops@acme.example" {
		t.Errorf("salesforce, which sends mail to any address, was told %+v", h.sf.alerts)
	}
}

func parkedReasons(t *testing.T, h *house) (out []string) {
	t.Helper()
	err := h.store.View(t.Context(), func(tx engine.Tx) error {
		rows, err := tx.Problems()
		for _, r := range rows {
			out = append(out, r.Field+": "+r.Reason)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestQuietHoursHold: at night only what is urgent is told; the rest comes in
// the morning, once.
func TestQuietHoursHold(t *testing.T) {
	t.Parallel()
	h := withChannels(t, "calendar: {zone: America/New_York}\nalerts: {manager: [crm, email], quiet_hours: \"20:00-07:00\"}\n")
	h.pair(1, "10")
	h.once()
	h.clock.Set(time.Date(2026, 11, 4, 2, 0, 0, 0, time.UTC)) // 21:00 in New York
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "85"})
	if s := h.once(); s.Handoffs != 1 || h.sf.count(connectors.CreateTask) != 1 {
		t.Fatalf("summary %+v, want the handoff at once", s)
	}
	h.announce("fire", true, workflows.ToManager)
	h.once()
	if got := h.email.titles(); !slices.Equal(got, []string{"Title fire"}) || len(h.sf.alerts) != 1 {
		t.Fatalf("told at night: %v, %+v", got, h.sf.alerts)
	}
	h.restart()
	h.clock.Set(time.Date(2026, 11, 4, 11, 59, 0, 0, time.UTC))
	if h.once(); len(h.email.sent) != 1 {
		t.Fatal("told before the end of the quiet hours")
	}
	h.clock.Set(time.Date(2026, 11, 4, 12, 0, 0, 0, time.UTC))
	h.once()
	h.once()
	if got := h.email.titles(); len(got) != 2 || got[1] != "Handed to sales: Acme 1" || len(h.sf.alerts) != 2 {
		t.Errorf("told in the morning: %v, %+v", got, h.sf.alerts)
	}
}

// TestStormBecomesADigest: nothing of a storm is lost, and it is told in one
// digest per person and channel.
func TestStormBecomesADigest(t *testing.T) {
	t.Parallel()
	h := withChannels(t, "alerts: {manager: [crm, email], storm: 3 per hour}\n")
	h.clock.Set(time.Date(2026, 11, 2, 15, 20, 0, 0, time.UTC))
	for n := range 5 {
		h.pair(n, "85")
	}
	h.once()
	h.clock.Advance(10 * time.Minute)
	for n := 5; n < 8; n++ {
		h.pair(n, "85")
	}
	if s := h.once(); s.Handoffs != 8 || len(h.email.sent) != 3 || len(h.sf.alerts) != 3 {
		t.Fatalf("%d handoffs, %d mails, %d alerts; want 8, 3 and 3", s.Handoffs, len(h.email.sent), len(h.sf.alerts))
	}
	h.restart()
	h.clock.Set(time.Date(2026, 11, 2, 16, 0, 0, 0, time.UTC))
	h.once()
	h.once()
	if len(h.email.sent) != 4 || len(h.sf.alerts) != 4 {
		t.Fatalf("%d mails and %d alerts, want one digest more each", len(h.email.sent), len(h.sf.alerts))
	}
	all := strings.Join(h.email.titles(), "\n") + h.email.sent[3].Body
	for n := range 8 {
		if title := fmt.Sprintf("Handed to sales: Acme %d", n); strings.Count(all, title) != 1 {
			t.Errorf("%q was told %d times", title, strings.Count(all, title))
		}
	}
	if d := h.email.sent[3]; d.Kind != "digest" || d.Title != "5 more notices of the last hour" || d.Body != h.sf.alerts[3].Body {
		t.Errorf("digest %+v", d)
	}
	h.clock.Advance(40 * time.Minute)
	h.announce("later", false, workflows.ToManager)
	if h.once(); len(h.email.sent) != 5 {
		t.Error("the storm is over, but a notice was held back")
	}
}

// TestOneChannelDown: what one channel does not take keeps nothing else from
// going out, and goes out itself when the channel is back.
func TestOneChannelDown(t *testing.T) {
	t.Parallel()
	for _, class := range []connectors.Class{connectors.Retry, connectors.Stop, connectors.UnknownOutcome} {
		t.Run(string(class), func(t *testing.T) {
			t.Parallel()
			h := withChannels(t, "alerts: {manager: [crm, email, slack]}\n")
			tries := 0
			h.email.answer = func(m engine.Message) *connectors.Result {
				tries++
				outcome := connectors.Failed
				if class == connectors.UnknownOutcome {
					outcome = connectors.Unsure
				}
				return &connectors.Result{Key: m.Key, Outcome: outcome, Err: &connectors.Error{System: "email", Class: class, Message: "down"}}
			}
			for n := range 6 {
				h.pair(n, "85")
			}
			err := h.engine.Once(t.Context())
			if err == nil || !strings.Contains(err.Error(), "email: ") || !strings.Contains(err.Error(), ": down") {
				t.Errorf("error %v", err)
			}
			if h.sf.count(connectors.CreateTask) != 6 || len(h.sf.alerts) != 6 || len(h.slack.sent) != 6 {
				t.Fatalf("%d tasks, %d alerts, %d posts; want 6 of each", h.sf.count(connectors.CreateTask), len(h.sf.alerts), len(h.slack.sent))
			}
			if tries > 3 {
				t.Errorf("a channel that is down was tried %d times in one round", tries)
			}
			h.email.answer = nil
			for range 30 {
				h.clock.Advance(5 * time.Minute)
				h.once()
			}
			if len(h.email.sent) != 6 {
				t.Errorf("%d mails after it came back, want 6", len(h.email.sent))
			}
		})
	}
}

// TestRecipientsRefused parks those and keeps none of the others waiting.
func TestRecipientsRefused(t *testing.T) {
	t.Parallel()
	h := withChannels(t, "alerts: {heads: email, people: {heads: [gone@acme.example, gone2@acme.example, gone3@acme.example, vp@acme.example]}}\n")
	h.email.answer = func(m engine.Message) *connectors.Result {
		if strings.HasPrefix(m.To, "gone") {
			return &connectors.Result{Outcome: connectors.Failed, Err: &connectors.Error{System: "email", Class: connectors.ParkRecord, Message: "no such person"}}
		}
		return nil
	}
	h.announce("a", false, workflows.ToHeads)
	h.once()
	if p := parkedReasons(t, h.house); len(h.email.sent) != 1 || len(p) != 3 || !strings.Contains(p[0], "no such person") {
		t.Errorf("%d mails, problems %q", len(h.email.sent), p)
	}
}

// TestMergeBeforeTheMorning: what waits for the end of the quiet hours is told
// once, also when the account's record was merged into another meanwhile.
func TestMergeBeforeTheMorning(t *testing.T) {
	t.Parallel()
	h := withChannels(t, "tasks_in: hubspot\nalerts: {manager: [crm, email], quiet_hours: \"20:00-07:00\"}\n")
	h.hs.users = append(h.hs.users, connectors.User{ID: "9", Name: "Boss", Email: "boss@acme.example", Active: true})
	h.pair(1, "10")
	h.hs.put(connectors.Account, "1", nil, map[string]string{"hubspot_owner_id": "1"})
	h.once()
	h.clock.Set(time.Date(2026, 11, 3, 22, 0, 0, 0, time.UTC))
	h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "85"})
	if s := h.once(); s.Handoffs != 1 {
		t.Fatalf("summary %+v, want a handoff", s)
	}
	h.hs.merged("77", "1", nil)
	h.once()
	h.clock.Set(time.Date(2026, 11, 4, 7, 0, 0, 0, time.UTC))
	h.once()
	h.once()
	if len(h.hs.alerts) != 1 || h.hs.alerts[0].Account.ID != "77" || len(h.email.sent) != 1 {
		t.Errorf("told %+v in hubspot and %d mails, want one each, the first about the surviving record", h.hs.alerts, len(h.email.sent))
	}
}

// TestRequestWithoutACompanyIsTold: nobody owns it, so the manager of all is
// told, at once and once.
func TestRequestWithoutACompanyIsTold(t *testing.T) {
	t.Parallel()
	h := withChannels(t, "alerts: {manager: [crm, email], quiet_hours: \"00:00-23:59\"}\n")
	h.mapping += "  demo: {hubspot: contact.demo_at, kind: event}\n"
	h.policy = strings.Replace(h.policy, "handoffs:\n", "handoffs:\n  demo: {type: inbound, to: ae, when: 'count(demo, \"1d\") >= 1'}\n", 1)
	h.restart()
	h.once()
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Contact, "71", nil, map[string]string{"demo_at": h.clock.Now().Add(-time.Minute).Format(time.RFC3339), "email": "dana@x.example"})
	for range 3 {
		h.once()
		h.clock.Advance(time.Minute)
	}
	if len(h.email.sent) != 1 || h.email.sent[0].Title != "A request without a company" || h.email.sent[0].To != "boss@acme.example" || len(h.sf.alerts) != 1 {
		t.Errorf("told %+v by e-mail and %+v in the CRM, want the manager once on both", h.email.sent, h.sf.alerts)
	}
}
