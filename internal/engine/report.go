package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"handoffd/workflows"
)

// lookBack is how long before a period handoffs are looked at: half a year
// until they close, and those that are open for longer.
const lookBack = 400 * 24 * time.Hour

// reportGrace is how long after a month's end what happened in it may still come
// in. Then its report is frozen.
const reportGrace = 7 * 24 * time.Hour

// MonthReport is the report of the month that a time falls into, with the
// month before beside it. A month that is over for long enough is frozen: it
// says the same for ever.
func MonthReport(ctx context.Context, s Store, p *workflows.Policy, at, now time.Time) (r workflows.Report, err error) {
	local := at.In(p.Calendar.Location())
	this, before := month(p, local.Year(), local.Month()), month(p, local.Year(), local.Month()-1)
	r, err = monthly(ctx, s, p, this, now)
	if err != nil {
		return r, err
	}
	last, err := monthly(ctx, s, p, before, now)
	if err != nil {
		return r, err
	}
	if !last.Empty() {
		r.Compare(last)
	}
	return r, nil
}

// PeriodReport is the report of any stretch of time, with the one before of
// the same length beside it. It is not kept.
func PeriodReport(ctx context.Context, s Store, p *workflows.Policy, name string, from, to, now time.Time) (r workflows.Report, err error) {
	err = s.View(ctx, func(tx Tx) error {
		in, err := sheetOf(tx, p, name, from, to, now)
		if err != nil {
			return err
		}
		r = p.Report(in)
		in, err = sheetOf(tx, p, "", from.Add(from.Sub(to)), from, now)
		if last := p.Report(in); err == nil && !last.Empty() {
			r.Compare(last)
		}
		return err
	})
	if err != nil {
		return r, fmt.Errorf("making the report of %s: %w", name, err)
	}
	return r, nil
}

// monthly is one month's report, without comparison.
func monthly(ctx context.Context, s Store, p *workflows.Policy, from, now time.Time) (r workflows.Report, err error) {
	key, to := monthKey(from), from.AddDate(0, 1, 0)
	frozen := false
	err = s.View(ctx, func(tx Tx) error {
		doc, err := tx.FrozenReport(key)
		if err != nil {
			return err
		}
		if frozen = doc != nil; frozen {
			return json.Unmarshal(doc, &r)
		}
		in, err := sheetOf(tx, p, from.Format("January 2006"), from, to, now)
		r = p.Report(in)
		return err
	})
	if err == nil && !frozen && !now.Before(to.Add(reportGrace)) && !r.Empty() {
		r.Frozen = true
		err = s.Update(ctx, func(tx Tx) error {
			doc, err := json.Marshal(r)
			if err != nil {
				return err
			}
			return tx.FreezeReport(key, now, doc)
		})
	}
	if err != nil {
		return r, fmt.Errorf("making the report of %s: %w", key, err)
	}
	return r, nil
}

// sheetOf gathers what a report is made of, in a few queries.
func sheetOf(tx Tx, p *workflows.Policy, name string, from, to, now time.Time) (in workflows.Sheet, err error) {
	in = workflows.Sheet{Name: name, From: from, To: to, Now: now}
	since := from.Add(-lookBack)
	rows, err := tx.Handoffs(since)
	if err != nil {
		return in, err
	}
	owners := map[string]map[workflows.Stage]string{}
	err = tx.StageOwners(since, func(handoff, stage, owner string) {
		if owners[handoff] == nil {
			owners[handoff] = map[workflows.Stage]string{}
		}
		if st := workflows.Stage(stage); owners[handoff][st] == "" {
			owners[handoff][st] = owner
		}
	})
	if err != nil {
		return in, err
	}
	ids := make([]string, 0, len(rows))
	for _, h := range rows {
		ids = append(ids, h.Account)
	}
	accounts, err := tx.Accounts(ids)
	if err != nil {
		return in, err
	}
	for i := range rows {
		h, err := handedOf(p, &rows[i], owners[rows[i].ID])
		if err != nil {
			return in, err
		}
		if h.Name = accounts[h.Account].Name; h.Name == "" {
			h.Name = h.Account
		}
		if h.Story != nil && rows[i].Rule != ruleAdopted && rows[i].Outcome != outcomeMerged {
			in.Handed = append(in.Handed, h)
		}
	}
	if in.Answers, err = answersOf(tx, from, to); err != nil {
		return in, err
	}
	lastDay := p.Calendar.LocalDay(to.Add(-time.Nanosecond))
	if today := p.Calendar.LocalDay(now); today < lastDay {
		lastDay = today
	}
	in.Gauge, err = gaugeIn(tx, p.Calendar.LocalDay(from), lastDay)
	return in, err
}

func handedOf(p *workflows.Policy, h *HandoffRow, owners map[workflows.Stage]string) (workflows.Measured, error) {
	story, err := h.Episode()
	out := workflows.Measured{
		ID: h.ID, Account: h.Account, Owners: owners, Story: story, Closed: h.Closed, Documented: h.Hash != "",
		SignalAt: h.SignalAt, MetAt: h.MetAt, Queued: h.Queued,
	}
	if story != nil {
		out.Policy = p.Label(story.Version, h.Policy)
	}
	return out, err
}

// freezeReports keeps the report of last month as soon as nothing more of it
// can come in, whether anybody asks for it or not.
func (e *Engine) freezeReports(ctx context.Context, now time.Time) error {
	policy, _ := e.rules()
	local := now.In(policy.Calendar.Location())
	last, over := month(policy, local.Year(), local.Month()-1), month(policy, local.Year(), local.Month())
	if now.Before(over.Add(reportGrace)) {
		return nil
	}
	kept := false
	err := e.store.View(ctx, func(tx Tx) error {
		doc, err := tx.FrozenReport(monthKey(last))
		kept = doc != nil
		return err
	})
	if err != nil || kept {
		return err
	}
	_, err = monthly(ctx, e.store, policy, last, now)
	return err
}

// monthKey names the month that begins then.
func monthKey(from time.Time) string { return from.Format("2006-01") }
