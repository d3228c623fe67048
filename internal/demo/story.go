package demo

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"handoffd/internal/engine"
	"handoffd/internal/report"
	"handoffd/internal/scenario"
	"handoffd/workflows"
)

//go:embed months.yaml
var months []byte

// storyFile is how the story is called where something of it goes wrong.
const storyFile = "internal/demo/months.yaml"

// Options shape a play.
type Options struct {
	Logger *slog.Logger
	// Show, unless nil, is told of every part as it ends, with the report so
	// far.
	Show func(part Part, r *Report) error
	// Keep, unless nil: at the end time goes on by itself, with web pages,
	// until ctx ends. It is told the addresses first.
	Keep func(r *Report) error
	// Story is played instead of the two months.
	Story []byte
}

// Part is what a play is shown in.
type Part string

// The parts of a play.
const (
	PartDayOne  Part = "day one"
	PartRelease Part = "release"
	PartChapter Part = "chapter"
	PartEnd     Part = "end"
)

// play collects the report while the scenario is played.
type play struct {
	options Options
	report  *Report
	// began is when the daemon first ran, since when the present chapter
	// began, deliver what the rules said on day one.
	began, since time.Time
	deliver      string
}

// Play plays the two months. An error means that the play could not go on;
// expectations that were not met are in the report.
func Play(ctx context.Context, o Options) (*Report, error) {
	p := &play{options: o, report: &Report{Failures: []string{}}}
	if o.Story == nil {
		p.options.Story = months
	}
	result, problems, err := scenario.Play(ctx, storyFile, scenario.Options{Source: p.options.Story, Watch: p.watch, Logger: o.Logger})
	switch {
	case err != nil:
		return nil, fmt.Errorf("playing the two months: %w", err)
	case result == nil:
		return nil, fmt.Errorf("reading the story of the two months: %w", problems.Err())
	}
	return p.report, nil
}

// watch gathers what a moment shows.
func (p *play) watch(ctx context.Context, m scenario.Moment) error {
	switch m.Point {
	case scenario.DayOne:
		return p.after(PartDayOne, p.dayOne(ctx, m))
	case scenario.Release:
		return p.after(PartRelease, p.released(ctx, m))
	case scenario.Noted:
		return p.after(PartChapter, p.chapter(ctx, m))
	}
	if err := p.after(PartEnd, p.conclude(ctx, m)); err != nil || p.options.Keep == nil {
		return err
	}
	return keep(ctx, m, p.options.Logger, func(a Addressed) error {
		p.report.Addresses = &a
		return p.options.Keep(p.report)
	})
}

// after shows a part that has been gathered.
func (p *play) after(part Part, err error) error {
	if err != nil || p.options.Show == nil {
		return err
	}
	return p.options.Show(part, p.report)
}

// dayOne is what the daemon read and would do, before anything was written.
func (p *play) dayOne(ctx context.Context, m scenario.Moment) error {
	s, err := m.Daemon.Engine.Summary(ctx)
	if err != nil {
		return err
	}
	p.began, p.since, p.deliver = m.At, m.At, m.Daemon.Config.Policy.Deliver.String()
	p.report.DayOne = DayOne{
		At: p.local(m, m.At), Read: s.Read, Accounts: s.Accounts, Matched: s.Matched, Decisions: s.Decisions,
		Writes: sum(s.Writes), Reason: s.Reason, Deliver: p.deliver, Planned: []Planned{},
	}
	for _, h := range s.Planned {
		p.report.DayOne.Planned = append(p.report.DayOne.Planned, Planned{Name: h.Name, Owner: h.Owner, System: h.System, Why: h.Reasons, Blocked: h.Blocked, Waits: h.Waits})
	}
	return nil
}

// released is what became of the plan.
func (p *play) released(ctx context.Context, m scenario.Moment) error {
	s, err := m.Daemon.Engine.Summary(ctx)
	p.report.Release = Release{Handoffs: s.Handoffs, Queued: s.Queued, Kinds: s.Kinds}
	return err
}

// conclude makes the months' reports, as `handoffd report` does.
func (p *play) conclude(ctx context.Context, m scenario.Moment) error {
	policy := m.Daemon.Config.Policy
	last := p.local(m, m.At.Add(-time.Hour))
	for _, at := range []time.Time{p.local(m, p.began), last} {
		r, err := engine.MonthReport(ctx, m.Daemon.Store, policy, at, m.At)
		if err != nil {
			return err
		}
		p.report.Months = append(p.report.Months, report.WithoutAccounts(r))
	}
	p.report.Change = Change{From: p.deliver, To: policy.Deliver.String()}
	s, err := m.Daemon.Engine.Summary(ctx)
	if err != nil {
		return err
	}
	p.expect(s.Pending == 0, "every write has been delivered: %d are pending", s.Pending)
	p.expect(s.Parked == 0, "nothing is parked: %d values are", s.Parked)
	p.report.Played, p.report.Rounds = m.At.Sub(p.began), m.Result.Rounds
	p.report.Expectations += m.Result.Checks
	for _, f := range m.Result.Failures {
		p.report.Failures = append(p.report.Failures, fmt.Sprintf("%s:%d: %s: expected %s, seen %s", storyFile, f.Line, f.What, f.Expected, f.Seen))
	}
	return nil
}

// expect counts an expectation, and notes one that was not met.
func (p *play) expect(met bool, format string, args ...any) {
	p.report.Expectations++
	if !met {
		p.report.Failures = append(p.report.Failures, fmt.Sprintf(format, args...))
	}
}

// local is a time in the team's zone.
func (p *play) local(m scenario.Moment, t time.Time) time.Time {
	return t.In(m.Daemon.Config.Policy.Calendar.Location())
}

// keep lets the daemon run on in real time, with its web pages, and the
// sandboxes listen.
func keep(ctx context.Context, m scenario.Moment, log *slog.Logger, show func(Addressed) error) (err error) {
	servers, err := Serve(ctx, m.World, Addresses{Salesforce: "127.0.0.1:0", HubSpot: "127.0.0.1:0"}, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.Close()) }()
	m.GoOn()
	m.Daemon.Config.Listen = "127.0.0.1:0"
	web, err := m.Daemon.Serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, web.Close()) }()
	if err := show(Addressed{Salesforce: servers.SalesforceURL, HubSpot: servers.HubSpotURL, Dashboard: web.URL}); err != nil {
		return err
	}
	m.Daemon.Run(ctx, nil)
	return nil
}

// Figure finds a month's figure, nil if there is none.
func (r *Report) Figure(month int, measure string) *workflows.Figure {
	if month >= len(r.Months) {
		return nil
	}
	return r.Months[month].Figure(measure)
}
