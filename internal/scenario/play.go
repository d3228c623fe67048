package scenario

import (
	"context"
	"fmt"
	"slices"
	"time"

	"handoffd/internal/engine"
)

// play fills the CRMs, starts a daemon that has never run, and lets time pass.
func (p *player) play(ctx context.Context) error {
	s := p.scenario
	p.story = newStory(p)
	if err := p.seed(ctx); err != nil {
		return fmt.Errorf("filling the CRMs for the scenario: %w", err)
	}
	p.clock.Set(s.Start)
	if err := p.startDaemon(ctx); err != nil {
		return err
	}
	p.wake = p.newWake()
	p.wake.books = p.written()
	if err := p.round(ctx); err != nil {
		return err
	}
	if err := p.watched(ctx, DayOne, ""); err != nil {
		return err
	}
	if s.release {
		if err := engine.Release(ctx, p.daemon.Store, p.clock.Now()); err != nil {
			return err
		}
		if err := p.round(ctx); err != nil {
			return err
		}
		if err := p.watched(ctx, Release, ""); err != nil {
			return err
		}
	}
	p.coming = slices.Clone(s.timeline)
	for len(p.coming) > 0 {
		e := p.coming[0]
		p.coming = p.coming[1:]
		if err := p.until(ctx, e.at); err != nil {
			return err
		}
		if err := p.enter(ctx, e); err != nil {
			return err
		}
		if p.daemon == nil {
			break // it could not be started anew, which is told
		}
	}
	p.result.Played = p.clock.Now().Sub(s.Start)
	p.result.Story = p.story.inOrder()
	if p.daemon == nil {
		return nil
	}
	var err error
	if p.result.Steps, err = p.steps(ctx); err != nil {
		return err
	}
	return p.watched(ctx, Finish, "")
}

// until lets the daemon do what is due, up to a time and including it.
func (p *player) until(ctx context.Context, t time.Time) error {
	for {
		next, err := p.next(ctx)
		if err != nil {
			return err
		}
		if next.After(t) {
			p.clock.Set(t)
			return ctx.Err()
		}
		p.clock.Set(next)
		if err := p.round(ctx); err != nil {
			return err
		}
	}
}

// enter carries out an entry of the timeline.
func (p *player) enter(ctx context.Context, e entry) error {
	if e.note != "" {
		p.story.tell(p.clock.Now(), "note", e.note)
		if err := p.watched(ctx, Noted, e.note); err != nil {
			return err
		}
	}
	for _, s := range e.acts {
		said, err := s.do(ctx, p)
		if err != nil {
			p.result.Checks++
			p.fail(e, Failure{Line: s.pos.Line, Col: s.pos.Col, What: s.words, Seen: err.Error(), Expected: "that it can be done"})
			continue
		}
		p.story.tell(p.clock.Now(), "people", said)
	}
	if len(e.acts) > 0 {
		p.stirred()
	}
	if e.expect != nil {
		return p.check(ctx, e)
	}
	return nil
}

// later lets something happen by itself, before what the file says for that
// moment.
func (p *player) later(t time.Time, a act) {
	i := slices.IndexFunc(p.coming, func(e entry) bool { return !e.at.Before(t) })
	if i < 0 {
		i = len(p.coming)
	}
	p.coming = slices.Insert(p.coming, i, entry{at: t, acts: []step{{do: a}}})
}
