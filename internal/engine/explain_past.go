package engine

import (
	"fmt"
	"time"

	"handoffd/workflows"
)

// NotDecidedError says that the log knows no decision as early as that.
type NotDecidedError struct {
	Account string
	At      time.Time
}

// Error names both.
func (e *NotDecidedError) Error() string {
	return fmt.Sprintf("the log has no decision about account %s made at or before %s", e.Account, e.At.UTC().Format(time.DateTime))
}

// explainThen explains the decision that stood at an earlier time, from the log
// alone: what is known now plays no part.
func (b *batch) explainThen(out *Explained, en *entry, history workflows.History, past loggedPast, handoffs []HandoffRow, at time.Time) error {
	if past.decided == nil {
		return &NotDecidedError{Account: en.row.ID, At: at}
	}
	t := past.decided
	out.tell(t, at)
	out.FromLog, out.Replay = true, b.replayed(t)
	out.Standing = b.policy.Stand(*t, en.account, notNil(history))
	life, err := b.lifeThen(past, handoffs, at)
	if err != nil {
		return err
	}
	out.State, out.Since = string(life.State), life.Since
	facts := workflows.Facts{Now: at, Outcome: t.Outcome, Rule: t.Rule, Type: b.typeOf(t.Rule)}
	for _, a := range b.policy.Ahead(life, facts) {
		if a.At.After(at) { // what was known by people then is not in the log
			out.Ahead = append(out.Ahead, a)
		}
	}
	return b.explainHandoffs(out, life, facts, handoffs)
}

func (b *batch) typeOf(rule string) workflows.Type {
	for i := range b.policy.Handoffs {
		if b.policy.Handoffs[i].Name == rule {
			return b.policy.Handoffs[i].Type
		}
	}
	return ""
}

// lifeThen is an account's life at an earlier time: the last transition or
// handoff of the log that was made by then.
func (b *batch) lifeThen(past loggedPast, handoffs []HandoffRow, at time.Time) (workflows.Life, error) {
	t := past.decided
	life := workflows.Life{State: t.State, Since: t.At, Ended: t.Used, Nurtured: t.Nurtured}
	if t.Outcome == workflows.HandOff && !life.State.Open() {
		life.State = workflows.Ready
	}
	moved := time.Time{}
	if m := past.moved; m != nil && !m.At.Before(t.At) {
		life.State, life.Since, moved = m.Life.Steps[len(m.Life.Steps)-1].To, m.At, m.At
	} else if m != nil && m.Life.Steps[len(m.Life.Steps)-1].To == life.State {
		life.Since = m.At
	}
	for _, h := range handoffs {
		if h.Opened.After(at) || !h.Closed.IsZero() && !h.Closed.After(at) {
			continue
		}
		story, err := h.Episode()
		if err != nil {
			return life, err
		}
		if !life.State.Open() && !h.Opened.Before(latestOf(t.At, moved)) {
			life.State = workflows.HandedOff
		}
		if life.State == workflows.HandedOff && !moved.After(h.Opened) {
			life.Since = h.Opened
		}
		life.Open = story.AsOf(at)
	}
	return life, nil
}

func latestOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
