package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"handoffd/internal/engine"
	"handoffd/workflows"
)

const digestPolicy = `
alerts: {heads: [email, slack], people: {heads: vp@acme.example}, quiet_hours: "00:00-23:00", storm: 1 per hour}
digest: {weekly: {day: mon, at: "08:00", to: heads}, monthly: {day: 1, to: heads}}
`

func TestDigests(t *testing.T) {
	t.Parallel()
	h := withChannels(t, digestPolicy)
	var periods []workflows.Period
	fail := errors.New("no figures yet")
	h.report = func(_ context.Context, p workflows.Period) (engine.Report, error) {
		periods = append(periods, p)
		return engine.Report{Title: p.Name, Text: "text", HTML: "<p>text</p>"}, fail
	}
	h.restart()
	h.once() // Monday, 15:00
	if len(periods) != 0 {
		t.Fatalf("a new digest began at once: %v", periods)
	}
	h.clock.Set(time.Date(2026, 11, 9, 8, 0, 0, 0, time.UTC))
	if err := h.engine.SendReports(t.Context()); !errors.Is(err, fail) {
		t.Fatalf("error %v", err)
	}
	fail = nil
	h.restart()
	h.once()
	h.once()
	if len(h.email.sent) != 1 || len(h.slack.sent) != 1 {
		t.Fatalf("%d mails, %d posts; want one each, whatever the hour", len(h.email.sent), len(h.slack.sent))
	}
	m := h.email.sent[0]
	if m.Kind != "report" || m.HTML != "<p>text</p>" || m.Title != "weekly" || !strings.HasPrefix(m.Key, "report/weekly/2026-11-09T08:00Z") {
		t.Errorf("mail %+v", m)
	}
	if p := periods[1]; !p.From.Equal(h.clock.Now().AddDate(0, 0, -7)) || !p.To.Equal(h.clock.Now()) {
		t.Errorf("period %+v", p)
	}
	h.clock.Set(time.Date(2026, 12, 3, 8, 0, 0, 0, time.UTC)) // after a stop of three weeks
	h.once()
	h.once()
	if got := h.email.titles(); len(got) != 3 || !h.email.sent[1].At.Equal(h.clock.Now()) {
		t.Errorf("after a long stop came %v, want the latest weekly and the monthly one", got)
	}
	if key := h.email.sent[1].Key; !strings.Contains(key, "2026-11-30") {
		t.Errorf("the weekly one is of %s, want the latest", key)
	}
}

// TestDigestMoved: another day in the config begins with the next one.
func TestDigestMoved(t *testing.T) {
	t.Parallel()
	h := withChannels(t, digestPolicy)
	h.report = func(_ context.Context, p workflows.Period) (engine.Report, error) {
		return engine.Report{Title: p.Name}, nil
	}
	h.restart()
	h.once()
	h.policy = strings.ReplaceAll(h.policy, "day: mon", "day: wed")
	h.clock.Set(time.Date(2026, 11, 9, 9, 0, 0, 0, time.UTC))
	h.restart()
	if h.once(); len(h.email.sent) != 0 {
		t.Error("the digest came on the day of the old config")
	}
	h.clock.Set(time.Date(2026, 11, 11, 8, 0, 0, 0, time.UTC))
	if h.once(); len(h.email.sent) != 1 {
		t.Error("the digest did not come on its new day")
	}
}

// TestNoDigestWhilePlanning: a store that only plans tells nobody.
func TestNoDigestWhilePlanning(t *testing.T) {
	t.Parallel()
	h := withChannels(t, digestPolicy)
	asked := 0
	h.report = func(context.Context, workflows.Period) (engine.Report, error) { asked++; return engine.Report{}, nil }
	h.goLive = false
	h.restart()
	h.once()
	h.clock.Advance(8 * 24 * time.Hour)
	if h.once(); asked != 0 || len(h.email.sent) != 0 {
		t.Errorf("%d reports made, %d sent", asked, len(h.email.sent))
	}
}

func TestSendReport(t *testing.T) {
	t.Parallel()
	h := withChannels(t, digestPolicy)
	for range 2 {
		if err := h.engine.SendReport(t.Context(), "report/by-hand", "Title", "Text", "", workflows.ToHeads); err != nil {
			t.Fatal(err)
		}
		h.once()
	}
	if len(h.email.sent) != 1 || len(h.slack.sent) != 1 || h.slack.sent[0].Body != "Text" {
		t.Errorf("%d mails, %+v", len(h.email.sent), h.slack.sent)
	}
}
