package demo

import (
	"context"
	"fmt"

	"handoffd/internal/engine"
)

// The acts of the play.
const (
	actDayOne  = "day one"
	actRelease = "release"
	actBuyers  = "buyers act"
	actRest    = "rest"
)

// Play plays all acts and reports what they came to. show, unless nil, is told
// of every act as it ends, with the report so far. An error means that the
// play could not go on; expectations that were not met are in the report.
func (s *Stage) Play(ctx context.Context, show func(act string, r *Report) error) (*Report, error) {
	for _, act := range []struct {
		name string
		play func(context.Context) error
	}{
		{actDayOne, s.dayOne}, {actRelease, s.release}, {actBuyers, s.buyersAct}, {actRest, s.rest}, {"", s.conclude},
	} {
		if err := act.play(ctx); err != nil {
			return s.report, fmt.Errorf("playing %s: %w", act.name, err)
		}
		if show == nil {
			continue
		}
		if err := show(act.name, s.report); err != nil {
			return s.report, err
		}
	}
	return s.report, nil
}

// dayOne lets the daemon read, match and decide. It must write nothing.
func (s *Stage) dayOne(ctx context.Context) error {
	c, err := s.cycle(ctx, actDayOne, 1, 0)
	if err != nil {
		return err
	}
	summary, err := s.Daemon.Engine.Summary(ctx)
	if err != nil {
		return err
	}
	s.report.DayOne = summary.Decisions
	if err := s.gatherAccounts(ctx); err != nil {
		return err
	}
	if err := s.gatherPlanned(ctx, summary.Planned); err != nil {
		return err
	}
	s.expect(sum(c.Writes) == 0, "day one writes nothing", "the CRMs counted %d writes", sum(c.Writes))
	s.expect(len(summary.Planned) == s.World.Ready, fmt.Sprintf("%d handoffs are planned", s.World.Ready), "%d are", len(summary.Planned))
	return nil
}

// release lets the daemon write: what was planned is done.
func (s *Stage) release(ctx context.Context) error {
	if err := engine.Release(ctx, s.Daemon.Store, s.clock.Now()); err != nil {
		return err
	}
	c, err := s.cycle(ctx, actRelease, 1, len(s.report.Planned))
	if err != nil {
		return err
	}
	s.expect(c.Handoffs == len(s.report.Planned), "what was planned is handed off", "%d of %d were", c.Handoffs, len(s.report.Planned))
	return s.gatherHandoffs(ctx, actRelease)
}

// buyersAct lets buyers and marketing do what they do, and the daemon notice.
func (s *Stage) buyersAct(ctx context.Context) error {
	expected := 0
	list := moves()
	for _, m := range list {
		said, err := s.move(ctx, m)
		if err != nil {
			return fmt.Errorf("letting %s act: %w", m.account, err)
		}
		s.report.Moves = append(s.report.Moves, Move{Account: m.account, What: said})
		if m.sells {
			expected++
		}
	}
	if _, err := s.cycle(ctx, actBuyers, 1, expected); err != nil {
		return err
	}
	if err := s.gatherHandoffs(ctx, actBuyers); err != nil {
		return err
	}
	if err := s.gatherMoves(ctx); err != nil {
		return err
	}
	for i, m := range list {
		got := s.report.Moves[i]
		s.expect(got.HandedOff == m.sells, fmt.Sprintf("handing off %s: %t", m.account, m.sells), "%t: %s", got.HandedOff, got.Why)
	}
	s.expect(s.report.made(actBuyers) == expected, fmt.Sprintf("%d accounts are handed off", expected), "%d are", s.report.made(actBuyers))
	return nil
}

// rest lets nobody do anything. The daemon reads its own writes back and must
// write nothing (I5).
func (s *Stage) rest(ctx context.Context) error {
	c, err := s.cycle(ctx, actRest, 2, 0)
	if err != nil {
		return err
	}
	s.expect(sum(c.Writes) == 0, "nothing is written at rest", "the CRMs counted %d writes", sum(c.Writes))
	return nil
}

// conclude gathers how things stand, and compares it with the CRMs.
func (s *Stage) conclude(ctx context.Context) error {
	summary, err := s.Daemon.Engine.Summary(ctx)
	if err != nil {
		return err
	}
	s.report.Decisions = summary.Decisions
	s.expect(summary.Pending == 0, "every write has been delivered", "%d are pending", summary.Pending)
	for _, step := range []func(context.Context) error{s.gatherParked, s.gatherWaiting, s.gatherAllowance} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	found, err := s.crm.evidence(ctx)
	if err != nil {
		return err
	}
	for _, step := range []func(context.Context, *evidence) error{s.gatherAlerts, s.gatherExample, s.check} {
		if err := step(ctx, found); err != nil {
			return err
		}
	}
	return nil
}

// expect counts an expectation, and notes one that was not met.
func (s *Stage) expect(met bool, what, found string, args ...any) {
	s.report.Expectations++
	if !met {
		s.report.Failures = append(s.report.Failures, what+": "+fmt.Sprintf(found, args...))
	}
}

func sum[K comparable](counts map[K]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

// made counts the handoffs of an act.
func (r *Report) made(act string) int {
	n := 0
	for _, h := range r.Handoffs {
		if h.Act == act {
			n++
		}
	}
	return n
}
