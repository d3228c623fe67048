package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/workflows"
)

// notDecided is the outcome of an account about which nothing had been decided.
const notDecided = "not_decided"

// NotDecidedError says that nothing is known of a time as early as that.
type NotDecidedError struct {
	Account string
	At      time.Time
}

// Error names both.
func (e *NotDecidedError) Error() string {
	return fmt.Sprintf("the log has no decision about account %s made at or before %s", e.Account, e.At.Format("2006-01-02 15:04:05 MST"))
}

// explainThen explains the decision that stood at an earlier time, from what was
// logged by then: what is known now plays no part.
func (b *batch) explainThen(out *Explained, en *entry, history workflows.History, past loggedPast, handoffs []HandoffRow, at time.Time) error {
	keeps, err := b.keptThen(at)
	if err != nil {
		return err
	}
	if past.decided == nil {
		return b.explainBefore(out, en, keeps, at)
	}
	t := past.decided
	out.tell(t, at)
	out.FromLog, out.Replay = true, b.replayed(t)
	out.Standing = b.policy.Stand(*t, en.account, notNil(history))
	life, err := b.lifeThen(past, handoffs, at)
	if err != nil {
		return err
	}
	wait, err := b.waitThen(en.row.ID, at)
	if err != nil {
		return err
	}
	switch {
	case life.State != workflows.Ready:
	case wait != nil:
		life.Queued, life.Met, life.MetAs, life.Waited = &wait.Wait, wait.Met, wait.MetAs, wait.Waited
	default: // nobody has looked at the queue since
		life.Met, life.MetAs = life.Since, b.typeOf(t.Rule)
	}
	out.State, out.Since = string(life.State), life.Since
	facts := b.factsThen(past, at)
	for _, a := range b.policy.Ahead(life, facts) {
		if a.At.After(at) { // what was known by people then is not in the log
			out.Ahead = append(out.Ahead, a)
		}
	}
	if t.Due.After(at) {
		out.Ahead = append(out.Ahead, workflows.Ahead{At: t.Due, What: timeAlone})
	}
	b.stands(out, life, facts, keeps)
	if err := b.quiet(out, en.row.ID); err != nil {
		return err
	}
	slices.SortStableFunc(out.Ahead, func(x, y workflows.Ahead) int { return x.At.Compare(y.At) })
	return b.explainHandoffs(out, life, facts, handoffs)
}

// timeAlone says that the decision has to be made again then.
const timeAlone = "it is decided again: time alone may change the decision"

// explainBefore tells of a time at which nothing had been decided about the
// account; an error if handoffd was not there yet.
func (b *batch) explainBefore(out *Explained, en *entry, keeps *workflows.Wait, at time.Time) error {
	if keeps == nil {
		return &NotDecidedError{Account: en.row.ID, At: at}
	}
	out.At, out.Decided, out.FromLog = at, at, true
	out.Outcome, out.Reason, out.Replay = notDecided, "nothing had been decided about it so far", "nothing to make again"
	if keeps.Reason != "" {
		out.Waits = append(out.Waits, keeps.Reason)
	}
	return nil
}

// keptThen is what kept handoffd as a whole at an earlier time: nothing, if its
// kind is "". nil if that is not known.
func (b *batch) keptThen(at time.Time) (*workflows.Wait, error) {
	row, err := b.tx.WaitAt("", at)
	if err != nil || row == nil {
		return nil, err
	}
	n, err := row.decode()
	return &n.Wait, err
}

// factsThen are the facts as the log knows them: those of the last decision, or
// of the last transition if that is younger.
func (b *batch) factsThen(past loggedPast, at time.Time) workflows.Facts {
	t := past.decided
	f := workflows.Facts{Now: at, Outcome: t.Outcome, Rule: t.Rule, Type: b.typeOf(t.Rule), NotBefore: t.NotBefore, Signal: t.Signal}
	if m := past.moved; m != nil && m.At.After(t.At) {
		f.NotBefore, f.Signal = m.Life.Facts.NotBefore, m.Life.Facts.Signal
	}
	return f
}

// stands says what stood in the way of a handoff, and when its turn might come.
func (b *batch) stands(out *Explained, life workflows.Life, facts workflows.Facts, keeps *workflows.Wait) {
	if facts.NotBefore.After(facts.Now) {
		out.Waits = append(out.Waits, b.notBefore(facts))
	}
	b.queued(out, life)
	wanted := life.State == workflows.Ready || out.Outcome == string(workflows.HandOff)
	if keeps != nil && keeps.Reason != "" && (wanted || keeps.Kind == waitsForReading) {
		out.Waits = append(out.Waits, keeps.Reason)
	}
	if by := b.policy.HandOffBy(life); !by.IsZero() && by.After(out.At) {
		out.Ahead = append(out.Ahead, workflows.Ahead{At: by, What: "to be handed off by sla.hand_off"})
	}
}

func (b *batch) notBefore(facts workflows.Facts) string {
	return "sales asked for no new intent handoff before " + b.policy.Calendar.LocalDay(facts.NotBefore)
}

// queued says why an account that is ready waits, and until when.
func (b *batch) queued(out *Explained, life workflows.Life) {
	q := life.Queued
	if q == nil || life.State != workflows.Ready {
		return
	}
	out.Waits = append(out.Waits, q.String())
	if q.Until.After(out.At) {
		out.Ahead = append(out.Ahead, workflows.Ahead{At: q.Until, What: "its turn may come: " + q.Reason})
	}
}

// quiet lists the notices that are written and wait for the end of quiet hours.
func (b *batch) quiet(out *Explained, id string) error {
	rows, err := b.tx.QuietAt(id, out.At)
	if err != nil {
		return err
	}
	for _, r := range rows {
		_, name, _ := strings.Cut(r.Key, "/alert/")
		out.Ahead = append(out.Ahead, workflows.Ahead{At: r.At, What: "quiet hours are over: the notice " + name + " is told on " + r.Channel})
	}
	return nil
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
	life := workflows.Life{State: t.State, Since: t.Since, Ended: t.Used, Nurtured: t.Nurtured, From: t.From}
	if life.Since.IsZero() { // a log from before it was kept
		life.Since = t.At
	}
	asked := t.NotBefore.After(t.At) && b.typeOf(t.Rule) == workflows.Intent
	switch ready := t.Outcome == workflows.HandOff && !asked; {
	case t.State.Open() || ready == (t.State == workflows.Ready):
	case ready:
		life.State, life.Since = workflows.Ready, t.At
	default: // back to where it came from
		life.State, life.Since = cmp.Or(t.From, workflows.Nurture), t.At
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
