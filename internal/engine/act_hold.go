package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"handoffd/workflows"
)

// The settings of the guard.
const (
	settingHold         = "held"
	settingHoldReleased = "held_released"
)

// HoldRow is a hold that stands: more intent accounts at once than the policy
// lets through without a person's look (I11).
type HoldRow struct {
	Since  time.Time `json:"since,omitzero"`
	Reason string    `json:"reason,omitempty"`
	// Accounts are those that would go.
	Accounts []string `json:"accounts,omitempty"`
}

// StandingHold returns the hold that stands, nil for none.
func StandingHold(ctx context.Context, s Store) (h *HoldRow, err error) {
	err = s.View(ctx, func(tx Tx) error {
		h, err = HoldIn(tx)
		return err
	})
	return h, err
}

// HoldIn is StandingHold in a transaction.
func HoldIn(tx Tx) (*HoldRow, error) {
	var h HoldRow
	if err := getSetting(tx, settingHold, &h); err != nil || h.Reason == "" {
		return nil, err
	}
	return &h, nil
}

// String says it in one line.
func (h HoldRow) String() string {
	return fmt.Sprintf("%d handoffs are held since %s UTC: %s; look at them with `handoffd plan`, then `handoffd release`",
		len(h.Accounts), h.Since.UTC().Format(time.DateTime), h.Reason)
}

// look finds out whether this turn is held. A hold stands until a release, or
// until none of its accounts is ready any more; what comes while it stands
// joins it. A plan that waits for its first release is not held: the release
// covers what it shows.
func (t *turn) look() error {
	b := t.b
	t.hold, t.released = nil, nil
	standing, err := HoldIn(b.tx)
	if err != nil {
		return err
	}
	first, err := b.tx.Setting(settingReleased)
	if err != nil || first == "" && !b.engine.goLive || b.policy.Hold == (workflows.Hold{}) {
		return err
	}
	if t.released, err = t.stillReady(); err != nil {
		return err
	}
	asked, stands := 0, false
	for _, c := range t.ready {
		if c.intent() && !t.released[c.entry.row.ID] {
			asked++
			stands = stands || standing != nil && slices.Contains(standing.Accounts, c.entry.row.ID)
		}
	}
	if !stands && !b.policy.Hold.May(asked) {
		return nil
	}
	going, err := t.wouldGo()
	if err != nil {
		return err
	}
	switch why := b.policy.Hold.Exceeds(len(going), t.before, b.now); {
	case stands:
		t.hold = &HoldRow{Since: standing.Since, Reason: standing.Reason, Accounts: t.join(going, standing.Accounts)}
	case why != "":
		t.hold = &HoldRow{Since: b.now, Reason: why, Accounts: going}
	}
	return nil
}

// stillReady are the released accounts that have not gone yet.
func (t *turn) stillReady() (map[string]bool, error) {
	var ids []string
	if err := getSetting(t.b.tx, settingHoldReleased, &ids); err != nil || len(ids) == 0 {
		return nil, err
	}
	out := map[string]bool{}
	for _, c := range t.ready {
		if slices.Contains(ids, c.entry.row.ID) {
			out[c.entry.row.ID] = true
		}
	}
	return out, nil
}

// wouldGo lists the intent accounts that this turn would hand off without a
// hold and that nobody has released, best first.
func (t *turn) wouldGo() (ids []string, err error) {
	err = t.run(func(c candidate, plan workflows.Plan, ok bool) (bool, error) {
		if ok {
			t.b.given.Take(plan.Assignment) // the next one sees it, as it will
		}
		if id := c.entry.row.ID; ok && c.intent() && !t.released[id] {
			ids = append(ids, id)
		}
		return ok, nil
	})
	return ids, err
}

// join adds the accounts held before that are still ready.
func (t *turn) join(going, before []string) []string {
	for _, c := range t.ready {
		if id := c.entry.row.ID; c.intent() && slices.Contains(before, id) && !slices.Contains(going, id) {
			going = append(going, id)
		}
	}
	return going
}

// guard is look, and keeps what it found; people are told once of each hold.
func (t *turn) guard() error {
	b := t.b
	if err := t.look(); err != nil {
		return err
	}
	if err := t.keepReleased(); err != nil {
		return err
	}
	standing, err := HoldIn(b.tx)
	switch {
	case err != nil:
		return err
	case t.hold == nil && standing == nil:
		return nil
	case t.hold == nil:
		b.engine.log.Info("the hold is over: none of its accounts is ready any more")
		return b.tx.PutSetting(settingHold, "")
	case standing != nil && slices.Equal(standing.Accounts, t.hold.Accounts):
		return nil
	}
	if err := putSetting(b.tx, settingHold, t.hold); err != nil || standing != nil {
		return err
	}
	return t.tellHeld()
}

// keepReleased forgets released accounts that have gone, or that are no longer
// ready: when they come again they are new.
func (t *turn) keepReleased() error {
	var have []string
	if err := getSetting(t.b.tx, settingHoldReleased, &have); err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(have), func(id string) bool { return !t.released[id] })
	switch {
	case len(left) == len(have):
		return nil
	case len(left) == 0:
		return t.b.tx.PutSetting(settingHoldReleased, "")
	}
	return putSetting(t.b.tx, settingHoldReleased, left)
}

func (t *turn) tellHeld() error {
	return t.b.tellAll(fmt.Sprintf("held/%d", t.hold.Since.Unix()), workflows.Notice{
		Key: "held/", Urgent: true, To: []workflows.Audience{workflows.ToMarketing, workflows.ToHeads},
		Title: fmt.Sprintf("%d handoffs are held", len(t.hold.Accounts)), Body: t.hold.String(),
	})
}

// releaseHeld lets through what is held now; in a store that was never
// released, all that is ready: what the plan showed.
func releaseHeld(tx Tx, first bool) error {
	standing, err := HoldIn(tx)
	if err != nil {
		return err
	}
	var ids []string
	switch {
	case standing != nil:
		ids = standing.Accounts
	case first:
		rows, err := tx.AccountsInState(string(workflows.Ready))
		if err != nil {
			return err
		}
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var have []string
	if err := getSetting(tx, settingHoldReleased, &have); err != nil {
		return err
	}
	for _, id := range have {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if err := tx.PutSetting(settingHold, ""); err != nil {
		return err
	}
	return putSetting(tx, settingHoldReleased, ids)
}
