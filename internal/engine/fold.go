package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// The outcomes of handoffs that end because of what became of the records.
const (
	outcomeMerged  = "merged"
	outcomeDeleted = "record deleted"
)

// fold lets everything of one account belong to another: records, handoffs,
// decisions, planned writes. The views must have been joined before. An open
// handoff moves along; of two open ones keep's stays and the other is closed
// as merged, so that there is never a second one (I2).
func (b *batch) fold(keep, gone *entry) error {
	if err := b.foldHandoffs(keep, gone); err != nil {
		return err
	}
	for ref, id := range b.byRef {
		if id == gone.row.ID {
			b.byRef[ref] = keep.row.ID
		}
	}
	// Links that this batch has made stand in the store before they are moved.
	if err := b.saveLinks(); err != nil {
		return err
	}
	if err := b.tx.MoveLinks(gone.row.ID, keep.row.ID); err != nil { // old ids of merged records too
		return err
	}
	for _, ref := range homes(keep.account) {
		b.link(ref, keep.row.ID)
	}
	b.touch(keep)
	b.pend(keep)
	delete(b.touched, gone.row.ID)
	delete(b.pending, gone.row.ID)
	delete(b.entries, gone.row.ID)
	b.retry = append(b.retry, keep.row.ID)
	for _, side := range mapping.Sides() {
		b.settled = append(b.settled, settledRecord{ref: routeRef(gone, side.System())})
	}
	return errors.Join(b.noteEnd(gone), b.tx.DeleteAccount(gone.row.ID))
}

// foldHandoffs joins the lives of two accounts.
func (b *batch) foldHandoffs(keep, gone *entry) error {
	mine, err := b.tx.OpenHandoff(keep.row.ID)
	if err != nil {
		return err
	}
	theirs, err := b.tx.OpenHandoff(gone.row.ID)
	if err != nil {
		return err
	}
	if mine != nil && theirs != nil {
		if err := b.closeHandoff(theirs, outcomeMerged); err != nil {
			return err
		}
	}
	reach(&keep.life, gone.life.Reach)
	takesOver := mine == nil && theirs != nil
	if takesOver || gone.life.Episode > 0 && keep.life.Episode == 0 && !keep.life.State.Open() {
		keep.life.State, keep.life.Since, keep.life.Open = gone.life.State, gone.life.Since, gone.life.Open
		b.wearLike(keep, gone)
	}
	if gone.life.State == workflows.Ready && keep.life.State == workflows.Nurture {
		keep.life.State, keep.life.Since = gone.life.State, gone.life.Since
	}
	keep.life.TakeOver(gone.life)
	keep.life.Episode += gone.life.Episode
	keep.life.Writes = max(keep.life.Writes, gone.life.Writes)
	if gone.life.Ended.After(keep.life.Ended) {
		keep.life.Ended = gone.life.Ended
	}
	return b.tx.MoveHistory(gone.row.ID, keep.row.ID)
}

// closeHandoff ends a handoff, and takes back what was planned for it and not
// yet sent, or refused.
func (b *batch) closeHandoff(h *HandoffRow, outcome string) error {
	h.Closed, h.Outcome = b.now, outcome
	if err := b.tx.PutHandoff(*h); err != nil {
		return err
	}
	b.engine.log.Info("handoff closed", "account", h.Account, "handoff", h.ID, "outcome", outcome)
	return b.withdraw(h.Account, func(r OutboxRow) bool { return strings.HasPrefix(r.Key, h.ID+"/") }, "not written: the handoff was closed: "+outcome)
}

// withdraw marks writes of an account that wait, or were refused, as done
// without sending them. The problem of a refused one is over.
func (b *batch) withdraw(account string, which func(OutboxRow) bool, why string) error {
	rows, err := b.tx.Outbox(account)
	if err != nil {
		return err
	}
	var out []OutboxRow
	for _, r := range rows {
		if r.State != OutboxPending && r.State != OutboxParked || !which(r) {
			continue
		}
		if ref := refOf(r); r.State == OutboxParked && r.Kind != string(connectors.Update) && ref.ID != "" {
			b.over = append(b.over, ref)
		}
		r.State, r.Held, r.Error = OutboxDone, "", why
		out = append(out, r)
	}
	return b.tx.PutOutbox(out)
}

// bury ends what is open for an account that has no living record any more.
// What is known of it stays: the record may come back, and then its past has
// been used and makes no second handoff.
func (b *batch) bury(en *entry) error {
	h, err := b.tx.OpenHandoff(en.row.ID)
	if err != nil {
		return err
	}
	if h != nil {
		if err := b.closeHandoff(h, outcomeDeleted); err != nil {
			return err
		}
	}
	if en.life.State == "" || en.life.Episode == 0 {
		return nil
	}
	b.endLife(en)
	return nil
}

// endLife puts an account back to nurture: what happened until now is used up.
func (b *batch) endLife(en *entry) {
	en.life.State, en.life.Since, en.life.Ended, en.life.Open = workflows.Nurture, b.now, b.now, nil
	b.takeOff(en)
}

// takeOff lets the CRMs show that sales no longer has the account, and that
// marketing may go on with it.
func (b *batch) takeOff(en *entry) {
	b.setOwn(en, b.policy.MQAField, connectors.BoolValue(false))
	b.setOwn(en, b.policy.StatusField, connectors.TextValue(string(workflows.Nurture)))
	if f := b.mapping.Field(workflows.FieldPaused); f != nil && en.account.Own[f.Slot].Bool() {
		b.setOwn(en, workflows.FieldPaused, connectors.BoolValue(false))
	}
}

// wearLike lets the CRMs show of one account what they showed of another,
// whose handoff it has taken over.
func (b *batch) wearLike(en, like *entry) {
	for _, name := range []string{b.policy.MQAField, b.policy.StatusField, workflows.FieldPaused} {
		if f := b.mapping.Field(name); f != nil && f.Slot < len(like.account.Own) {
			en.account.Own[f.Slot] = like.account.Own[f.Slot]
		}
	}
}

// retarget lets writes for one record that are not done go to another: those
// that wait, those that were refused, and those of which it is not known yet
// whether they arrived, which are looked for there. Field updates go along only
// where the other is the same record anew: what was to be brought into line on a
// record that was merged away is nothing to the survivor.
func (b *batch) retarget(account string, from, to connectors.Ref, continues bool) error {
	rows, err := b.tx.Outbox(account)
	if err != nil {
		return err
	}
	var changed []OutboxRow
	stale := map[string]bool{}
	for _, r := range rows {
		if r.State == OutboxDone || r.System != from.System {
			continue
		}
		payload, hit, err := redirect(r, from, to)
		switch {
		case err != nil:
			return fmt.Errorf("decoding write %s: %w", r.Key, err)
		case !hit:
		case r.Kind == string(connectors.Update) && !continues:
			stale[r.Key] = r.State == OutboxPending // of one under way the answer is heard
		default:
			r.Payload = payload
			changed = append(changed, r)
		}
	}
	if len(stale) > 0 {
		if err := b.withdraw(account, func(r OutboxRow) bool { return stale[r.Key] }, "not written: the record was merged into "+to.String()); err != nil {
			return err
		}
	}
	return b.tx.PutPayloads(changed)
}

// redirect changes the record that a write or alert is about.
func redirect(r OutboxRow, from, to connectors.Ref) (payload []byte, hit bool, err error) {
	if r.Kind == kindAlert {
		var a connectors.Alert
		if err := json.Unmarshal(r.Payload, &a); err != nil || a.Account != from {
			return nil, false, err
		}
		a.Account = to
		payload, err = json.Marshal(a)
		return payload, true, err
	}
	var w connectors.Write
	if err := json.Unmarshal(r.Payload, &w); err != nil || w.Ref != from {
		return nil, false, err
	}
	w.Ref = to
	payload, err = json.Marshal(w)
	return payload, true, err
}

// uniqueID is the id for a new account of a record: the usual one, or with a
// number where another account has it since records were merged or split.
func (b *batch) uniqueID(ref connectors.Ref) (string, error) {
	for n := 1; ; n++ {
		id := accountID(ref)
		if n > 1 {
			id = fmt.Sprintf("%s-%d", id, n)
		}
		if b.entries[id] != nil {
			continue
		}
		rows, err := b.tx.Accounts([]string{id})
		if err != nil || len(rows) == 0 {
			return id, err
		}
	}
}

// startAfter begins the life of an account that was part of another: its rules
// do not count what the other has been handed off for, and its keys are none
// of those that were used. What its record says of that handoff is over.
func (b *batch) startAfter(en *entry, from workflows.Life) {
	en.life = workflows.Life{State: workflows.Nurture, Since: b.now, Episode: from.Episode, Writes: from.Writes}
	if from.Episode > 0 {
		en.life.Ended = b.now
		b.setOwn(en, workflows.FieldPaused, connectors.BoolValue(true)) // as the record may say
		b.takeOff(en)
	}
}
