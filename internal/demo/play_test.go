package demo

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/internal/clock"
	"handoffd/internal/demo/world"
	"handoffd/internal/engine"
)

// monday is a working day, in the morning of the example policy's zone.
func monday() time.Time { return time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC) }

// testKey makes one key for all tests of the package.
var testKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// newStage opens a stage whose sandboxes are called in process, on a clock
// that jumps.
func newStage(t *testing.T) *Stage { return newStageOf(t, world.Demo) }

func newStageOf(t *testing.T, seed string) *Stage {
	t.Helper()
	key, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Options{
		Clock: clock.NewFake(monday()).AutoAdvance(), Logger: slog.New(slog.DiscardHandler), Folder: t.TempDir(), InProcess: true, Key: key, Seed: seed,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestPlay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var acts []string
	r, err := s.Play(t.Context(), func(act string, _ *Report) error {
		acts = append(acts, act)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Failures) > 0 {
		t.Errorf("expectations not met:\n%s", strings.Join(r.Failures, "\n"))
	}
	if diff := cmp.Diff([]string{actDayOne, actRelease, actBuyers, actRest, ""}, acts); diff != "" {
		t.Errorf("acts (-want +got):\n%s", diff)
	}
	want := Accounts{
		Total: 208, Matched: 128, OutOfScope: 6,
		Records:  map[connectors.System]int{connectors.Salesforce: 158, connectors.HubSpot: 178},
		Contacts: r.Accounts.Contacts,
	}
	if diff := cmp.Diff(want, r.Accounts); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"hand_off": 12, "waiting": 34, "not_qualified": 160, "in_hand": 2, "out_of_scope": 6}, r.DayOne); diff != "" {
		t.Errorf("day one (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"waiting": 32, "not_qualified": 145, "in_hand": 31, "out_of_scope": 6}, r.Decisions); diff != "" {
		t.Errorf("the end (-want +got):\n%s", diff)
	}
	checkCycles(t, r)
	checkHandoffs(t, r)
}

// checkCycles compares what the CRMs counted with exact numbers.
func checkCycles(t *testing.T, r *Report) {
	t.Helper()
	type numbers struct{ Handoffs, Alerts, Tasks, Notes, Read int }
	got := map[string]numbers{}
	for _, c := range r.Cycles {
		got[c.Act] = numbers{c.Handoffs, c.Alerts, c.Kinds["create_task"], c.Kinds["create_note"], 0}
		if quiet := c.Act == actDayOne || c.Act == actRest; quiet && (sum(c.Writes) > 0 || sum(c.Kinds) > 0) {
			t.Errorf("%s wrote %v, %v", c.Act, c.Writes, c.Kinds)
		}
		if c.Live != (c.Act != actDayOne) {
			t.Errorf("%s: live %t, %s", c.Act, c.Live, c.Reason)
		}
		for _, system := range connectors.Systems() {
			if c.Calls[system] == 0 {
				t.Errorf("%s made no calls to %s", c.Act, system)
			}
		}
	}
	want := map[string]numbers{
		actDayOne: {}, actRelease: {Handoffs: 12, Alerts: 12, Tasks: 12, Notes: 10}, actBuyers: {Handoffs: 6, Alerts: 6, Tasks: 6, Notes: 6}, actRest: {},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cycles (-want +got):\n%s", diff)
	}
	if rest := r.cycle(actRest); sum(rest.Read) == 0 {
		t.Error("at rest the daemon did not read its own writes")
	}
}

func checkHandoffs(t *testing.T, r *Report) {
	t.Helper()
	var names []string
	owners := map[string]string{}
	for _, h := range r.Handoffs {
		names = append(names, h.Name)
		owners[h.Name] = h.Owner
		if len(h.Why) == 0 || len(h.Words) == 0 || h.TaskID == "" {
			t.Errorf("%.30s: why %q, in words %q, task %q", h.Name, h.Why, h.Words, h.TaskID)
		}
	}
	want := []string{
		world.LinkedByID, world.MessyDomain, world.OwnerLeft, world.NoContacts, world.Hostile, world.NoOwner, world.SalesOnly,
		world.JustSeventy, world.Quoted, world.LongName(), world.FormToday, world.FormOffList,
		world.Visitor, world.TwoPeople, world.Requester, world.Rising, world.Reader, world.Enterprise,
	}
	slices.Sort(want)
	slices.Sort(names)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("handed off (-want +got):\n%s", diff)
	}
	for _, name := range []string{world.OwnerLeft, world.NoOwner} {
		if owners[name] != "Robin Ames" {
			t.Errorf("%s went to %s instead of the fallback", name, owners[name])
		}
	}
	if len(r.Alerts) != 18 || r.Example == nil || r.Example.Manager == nil || len(r.Example.Fields) != 4 || !strings.Contains(r.Example.Task.Body, "Why now:") {
		t.Errorf("%d alerts, example %+v", len(r.Alerts), r.Example)
	}
	if len(r.Parked) != 1 || len(r.Cases) != 1 || len(r.Cases[0].Names) != 3 {
		t.Errorf("parked: %+v, cases: %+v", r.Parked, r.Cases)
	}
	for system, a := range r.Allowance {
		if a.Used == 0 || a.Limit <= a.Used {
			t.Errorf("%s: %d of %d calls", system, a.Used, a.Limit)
		}
	}
}

// TestNoticesWhatWentWrong tampers with the CRMs behind the daemon's back.
func TestNoticesWhatWentWrong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		tamper func(t *testing.T, s *Stage, h Handoff, a world.Account)
		want   string
	}{
		{"task gone", func(t *testing.T, s *Stage, h Handoff, _ world.Account) {
			try(t, s.World.Salesforce.Delete(h.TaskID))
		}, "salesforce holds 0"},
		{"second task", func(t *testing.T, s *Stage, h Handoff, a world.Account) {
			_, err := s.World.Salesforce.Insert("Task", map[string]any{"Subject": "SDR outreach: " + h.Name, "WhatId": a.SalesforceID, "Status": "Not Started", "Priority": "High"})
			try(t, err)
		}, "salesforce holds 2"},
		{"another owner", func(t *testing.T, s *Stage, h Handoff, _ world.Account) {
			try(t, s.World.Salesforce.Update(h.TaskID, map[string]any{"OwnerId": s.World.People[0].SalesforceID}))
		}, "it belongs to Morgan Hale"},
		{"another day", func(t *testing.T, s *Stage, h Handoff, _ world.Account) {
			try(t, s.World.Salesforce.Update(h.TaskID, map[string]any{"ActivityDate": "2026-12-24"}))
		}, "it is due on 2026-12-24"},
		{"status lost", func(t *testing.T, s *Stage, _ Handoff, a world.Account) {
			try(t, s.World.HubSpot.Set("companies", a.HubSpotID, map[string]string{"mqa_status": "Won"}))
		}, `it shows "Won"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			try(t, s.dayOne(t.Context()))
			try(t, s.release(t.Context()))
			a, _ := s.World.Account(world.LinkedByID)
			i := slices.IndexFunc(s.report.Handoffs, func(h Handoff) bool { return h.Name == a.Name })
			test.tamper(t, s, s.report.Handoffs[i], a)
			try(t, s.conclude(t.Context()))
			if s.report.OK() || !strings.Contains(strings.Join(s.report.Failures, "\n"), test.want) {
				t.Errorf("failures %q do not tell that %s", s.report.Failures, test.want)
			}
		})
	}
}

// TestNoticesWritesAtRest lets marketing change a field whose other side the
// daemon brings into line: rest is then no rest.
func TestNoticesWritesAtRest(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	try(t, s.dayOne(t.Context()))
	try(t, s.release(t.Context()))
	a, _ := s.World.Account(world.Working)
	try(t, s.World.HubSpot.Set("companies", a.HubSpotID, map[string]string{"fit_score": "2"}))
	try(t, s.rest(t.Context()))
	if len(s.report.Failures) != 1 || !strings.HasPrefix(s.report.Failures[0], "nothing is written at rest") {
		t.Errorf("failures: %q", s.report.Failures)
	}
}

// TestSeedIsReady opens a daemon on numbered seeds: it must plan as many
// handoffs as the seed says.
func TestSeedIsReady(t *testing.T) {
	t.Parallel()
	for _, seed := range []string{"1", "60", "300"} {
		t.Run(seed, func(t *testing.T) {
			t.Parallel()
			s := newStageOf(t, seed)
			if err := s.Daemon.Engine.Once(t.Context()); err != nil {
				t.Fatal(err)
			}
			summary, err := s.Daemon.Engine.Summary(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(summary.Planned) != s.World.Ready || summary.Parked != 0 || summary.Accounts != summary.Matched {
				t.Errorf("%d are planned, %d ready; %d parked; %d of %d matched",
					len(summary.Planned), s.World.Ready, summary.Parked, summary.Matched, summary.Accounts)
			}
		})
	}
}

func try(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestPlayEndsWithContext(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Play(ctx, nil); err == nil {
		t.Error("it played on")
	}
	try(t, s.Daemon.Store.View(t.Context(), func(tx engine.Tx) error {
		rows, err := tx.Handoffs(time.Time{})
		if len(rows) > 0 {
			t.Errorf("%d handoffs", len(rows))
		}
		return err
	}))
}
