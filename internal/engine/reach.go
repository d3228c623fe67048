package engine

import (
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// reachBack notes the first of the events that happened after the CRM was
// read the time before: they could not be judged any earlier, so the next
// decision looks back to them, however long the outage was. What is older
// (the past of a contact who joins an account) gets no such grace. The account
// may be known only by a later page.
func (b *batch) reachBack(home connectors.Ref, en *entry, points []mapping.Point) {
	if b.through.IsZero() {
		return
	}
	for _, p := range points {
		if p.At.Before(b.through) || p.At.After(b.now) {
			continue
		}
		if en == nil {
			b.reaches = append(b.reaches, ReachRow{Home: home, At: p.At})
			continue
		}
		reach(&en.life, p.At)
	}
}

// reach lets the next decision look back to a time at least.
func reach(life *workflows.Life, at time.Time) {
	if !at.IsZero() && (life.Reach.IsZero() || at.Before(life.Reach)) {
		life.Reach = at
	}
}

// judged ends the reach: what was read late has been judged. One that is ready,
// or waits for a person, is judged once more. Without the reach the verdict may
// be another, then or later: that is looked at in its time.
func (b *batch) judged(en *entry, in workflows.Input, d workflows.Decision) {
	if d.Outcome == workflows.HandOff || in.Case != "" || en.life.Reach.IsZero() {
		return
	}
	en.life.Reach = time.Time{}
	was := in.Life.State
	in.Life = en.life
	next := b.policy.Evaluate(in)
	en.row.Due = earliest(en.row.Due, next.Due)
	if was == en.life.State && !next.Same(d) {
		en.row.Due = b.now
	}
}

// saveLinks writes the links that this batch has made. An account takes up the
// events of its new records that wait to be judged.
func (b *batch) saveLinks() error {
	if err := b.tx.PutLinks(b.links); err != nil {
		return err
	}
	refs := make([]connectors.Ref, len(b.links))
	for i, l := range b.links {
		refs[i] = l.Ref
	}
	b.links = nil
	rows, err := b.tx.TakeReaches(refs)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if en := b.find(r.Home); en != nil {
			reach(&en.life, r.At)
			b.touch(en)
		}
	}
	return nil
}
