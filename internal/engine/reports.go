package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"handoffd/workflows"
)

// Report is what a digest says.
type Report struct {
	Title, Text string
	// HTML is the same with its form; it must be safe to show.
	HTML string
}

// Reporter makes the report of a period.
type Reporter func(ctx context.Context, period workflows.Period) (Report, error)

// settingDigest keeps when a digest is due next.
const settingDigest = "digest_due/"

// digestDue is a stored due time, with what it was computed from.
type digestDue struct {
	Spec string    `json:"spec"`
	Due  time.Time `json:"due"`
}

// SendReports sends the digests that are due, each once: the due time is kept
// in the store. After a long stop only the latest one is sent.
func (e *Engine) SendReports(ctx context.Context) error {
	if e.report == nil {
		return nil
	}
	var errs []error
	policy, _ := e.rules()
	for _, d := range policy.Digests {
		if err := e.sendDigest(ctx, policy, d); err != nil {
			errs = append(errs, fmt.Errorf("sending the %s digest: %w", d.Name, err))
		}
	}
	return errors.Join(errs...)
}

func (e *Engine) sendDigest(ctx context.Context, policy *workflows.Policy, d workflows.Digest) error {
	now := e.clock.Now()
	due, err := e.digestDue(ctx, policy, d, now)
	if err != nil || due.IsZero() || due.After(now) {
		return err
	}
	period := policy.DigestPeriod(d, policy.LatestDigest(d, due, now))
	report, err := e.report(ctx, period)
	if err != nil {
		return err
	}
	return e.store.Update(ctx, func(tx Tx) error {
		if err := e.layReport(tx, period.Key(), report, d.To); err != nil {
			return err
		}
		return putSetting(tx, settingDigest+d.Name, digestDue{d.Spec(), policy.NextDigest(d, now)})
	})
}

// digestDue reads when a digest is due. A new one, or one whose time was
// changed, begins with the next date. Nothing is due while only planning.
func (e *Engine) digestDue(ctx context.Context, policy *workflows.Policy, d workflows.Digest, now time.Time) (due time.Time, err error) {
	var kept digestDue
	var mode Mode
	err = e.store.View(ctx, func(tx Tx) error {
		if mode, err = e.mode(tx); err != nil {
			return err
		}
		return getSetting(tx, settingDigest+d.Name, &kept)
	})
	if err != nil || !mode.Live || kept.Spec == d.Spec() {
		if !mode.Live {
			return time.Time{}, err
		}
		return kept.Due, err
	}
	return time.Time{}, e.store.Update(ctx, func(tx Tx) error {
		return putSetting(tx, settingDigest+d.Name, digestDue{d.Spec(), policy.NextDigest(d, now)})
	})
}

// SendReport lays a report into the outbox for the audiences, on all of their
// channels, once per key. It waits neither for quiet hours nor in a storm.
func (e *Engine) SendReport(ctx context.Context, key, title, text, html string, to ...workflows.Audience) error {
	err := e.store.Update(ctx, func(tx Tx) error {
		return e.layReport(tx, key, Report{Title: title, Text: text, HTML: html}, to)
	})
	if err != nil {
		return fmt.Errorf("sending report %s: %w", key, err)
	}
	return nil
}

func (e *Engine) layReport(tx Tx, key string, r Report, to []workflows.Audience) error {
	b := e.batch(tx)
	t := b.announcement(key, workflows.Notice{To: to, Title: r.Title, Body: r.Text, Urgent: true})
	t.kind, t.priority, t.html = kindReport, PriorityReport, r.HTML
	if err := t.run(); err != nil {
		return err
	}
	return b.save()
}
