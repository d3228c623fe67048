package engine

import (
	"encoding/json"
	"fmt"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// turn lets ready accounts through, best first, and finds out why the others
// have to wait: limits, the weekly delivery, a hold, or nobody to give them
// to. It counts as it goes, in one transaction, so a limit is never exceeded.
type turn struct {
	b      *batch
	ready  []candidate
	users  workflows.Users
	before []workflows.Handed
	volume *workflows.Volume
	// hold stands, nil for none; released are let through all the same.
	hold     *HoldRow
	released map[string]bool

	waiting []waiting
	went    map[workflows.Type]candidate // the last of each type
}

// waiting is a ready account that did not go.
type waiting struct {
	candidate
	wait workflows.Wait
}

func (c candidate) intent() bool { return c.decision.Rule.Type == workflows.Intent }

// turn prepares a pass over the ready accounts.
func (b *batch) turn(ready []candidate, users workflows.Users) (*turn, error) {
	t := &turn{b: b, ready: ready, users: users}
	since := b.policy.Volume(b.now, nil).Since()
	if back := b.now.Add(-b.policy.Hold.LooksBack()); back.Before(since) {
		since = back
	}
	if len(ready) == 0 {
		return t, nil
	}
	rows, err := b.tx.HandedOff(since)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		// What was found in the CRMs was not handed off by us, and of two
		// handoffs of accounts that are one now, one counts.
		if r.Rule != ruleAdopted && r.Outcome != outcomeMerged {
			t.before = append(t.before, t.handed(r))
		}
	}
	return t, nil
}

func (t *turn) handed(r HandedRow) workflows.Handed {
	owner := workflows.OwnerKey(r.System, connectorsUser(t.users[r.System], r.OwnerID))
	return workflows.Handed{At: r.Opened, Type: workflows.Type(r.Type), Segment: r.Segment, Owner: owner}
}

// run asks do to hand off each account whose turn has come; do tells whether
// it did. It may be run several times: each counts from the beginning.
func (t *turn) run(do func(candidate, workflows.Plan, bool) (bool, error)) error {
	t.volume = t.b.policy.Volume(t.b.now, t.before)
	t.waiting, t.went = nil, map[workflows.Type]candidate{}
	t.b.given = nil // what a look has given away was not given
	for _, c := range t.ready {
		w, err := t.one(c, do)
		if err != nil {
			return err
		}
		if w != nil {
			t.waiting = append(t.waiting, waiting{c, *w})
		}
	}
	t.places()
	return nil
}

// one hands off one account, or says why it waits.
func (t *turn) one(c candidate, do func(candidate, workflows.Plan, bool) (bool, error)) (*workflows.Wait, error) {
	if c.entry.row.Dirty {
		return nil, nil // the sweep decides it first: it may find its partner, or a case
	}
	if c.intent() && t.b.engine.mayHearMore(c.entry.life.Met, t.b.now) {
		return nil, nil
	}
	if w := t.queued(c); w != nil {
		return w, nil
	}
	plan, ok, passed, err := t.plan(c)
	if err != nil {
		return nil, err
	}
	if passed != nil && (!ok || plan.By == workflows.ByFallback) {
		return t.limited(passed), nil // the pool has room again later; the fallback is for what nobody can take
	}
	if ok && c.intent() {
		key := workflows.OwnerKey(plan.Side.System(), plan.Owner)
		if full := t.volume.OwnerFull(key, plan.Owner.Name); full != nil {
			return t.limited(full), nil
		}
		if t.hold != nil && !t.released[c.entry.row.ID] {
			t.count(c, plan) // as if it went, so that the hold names those that would go
			return &workflows.Wait{Kind: workflows.WaitsForRelease, Reason: "held: " + t.hold.Reason + "; `handoffd release` lets them go"}, nil
		}
	}
	done, err := do(c, plan, ok)
	if err != nil {
		return nil, err
	}
	if !done {
		return &workflows.Wait{Kind: workflows.WaitsForOwner, Reason: "nobody to give it to: " + plan.WhyText()}, nil
	}
	t.count(c, plan)
	t.went[c.decision.Rule.Type] = c
	return nil, nil
}

// plan lays out an account's handoff. Of a pool, those who have reached a limit
// or their capacity are passed over; passed is that of one of them.
func (t *turn) plan(c candidate) (plan workflows.Plan, ok bool, passed *workflows.Full, err error) {
	load, err := t.b.workload()
	if err != nil {
		return plan, false, nil, err
	}
	if c.intent() {
		load.Limit = func(system connectors.System, u connectors.User) string {
			full := t.volume.OwnerFull(workflows.OwnerKey(system, u), u.Name)
			if full == nil {
				return ""
			}
			passed = full
			return full.Text
		}
		defer func() { load.Limit = nil }()
	}
	plan, ok, err = t.b.plan(c, t.users)
	if full := plan.Full; full != nil && c.intent() && (passed == nil || full.End.Before(passed.End)) {
		passed = full
	}
	return plan, ok, passed, err
}

// queued says why an account's turn has not come. Only intent accounts wait.
func (t *turn) queued(c candidate) *workflows.Wait {
	if !c.intent() {
		return nil
	}
	if full := t.volume.Full(c.decision.Segment); full != nil {
		return t.limited(full)
	}
	p := t.b.policy
	if at := p.Delivers(c.entry.life, t.b.now); at.After(t.b.now) {
		return &workflows.Wait{
			Kind: workflows.WaitsForDelivery, Until: at.UTC(),
			Reason: fmt.Sprintf("the weekly delivery, %s (%s)", p.Deliver, p.Calendar.LocalDay(at)),
		}
	}
	return nil
}

func (t *turn) limited(full *workflows.Full) *workflows.Wait {
	return &workflows.Wait{Kind: workflows.WaitsForLimit, Reason: full.Text, Until: t.b.policy.DeliveryAfter(full.End).UTC(), Ends: full.End.UTC()}
}

func (t *turn) count(c candidate, plan workflows.Plan) {
	t.volume.Add(workflows.Handed{
		At: t.b.now, Type: c.decision.Rule.Type, Segment: c.decision.Segment,
		Owner: workflows.OwnerKey(plan.Side.System(), plan.Owner),
	})
}

// places numbers the intent accounts that wait.
func (t *turn) places() {
	of := 0
	for _, w := range t.waiting {
		if w.intent() {
			of++
		}
	}
	place := 0
	for i := range t.waiting {
		w := &t.waiting[i]
		if w.intent() {
			place++
			w.wait.Place, w.wait.Of = place, of
			w.wait.Ranks(w.rank, t.b.policy.RankText(w.rank))
		}
	}
}

// settle keeps why accounts wait and when they are to be looked at again, and
// tells people of what is late or too much.
func (t *turn) settle() error {
	for i := range t.waiting {
		if err := t.b.stay(&t.waiting[i]); err != nil {
			return err
		}
	}
	if err := t.overCap(); err != nil {
		return err
	}
	return t.growth()
}

// stay keeps one account's wait, if anything about it has changed.
func (b *batch) stay(w *waiting) error {
	en := w.entry
	before, err := json.Marshal(en.life)
	if err != nil {
		return fmt.Errorf("encoding the life of account %s: %w", en.row.ID, err)
	}
	en.life.Stay(w.wait, b.now)
	by := b.policy.HandOffBy(en.life)
	if !by.IsZero() && !b.now.Before(by) && !en.life.Late {
		en.life.Late = true
		if err := b.tellLate(w, by); err != nil {
			return err
		}
	}
	// A time that has come, and that no sweep has looked at yet, stays for it.
	due := earliest(en.row.Due, nextOf(b.now, w.decision.Due, w.wait.Until, by))
	after, err := json.Marshal(en.life)
	if err != nil {
		return fmt.Errorf("encoding the life of account %s: %w", en.row.ID, err)
	}
	if string(before) != string(after) || !due.Equal(en.row.Due) {
		en.row.Due = due
		b.keep(en)
	}
	return nil
}

// nextOf is the earliest of the times after now, zero if there is none.
func nextOf(now time.Time, times ...time.Time) time.Time {
	var next time.Time
	for _, at := range times {
		if at.After(now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// timed adds to a handoff's row what its delays are computed from, and ends
// the account's wait.
func (b *batch) timed(h HandoffRow, c candidate) HandoffRow {
	l := &c.entry.life
	h.Segment, h.SignalAt, h.MetAt = c.decision.Segment, l.Signal, l.Met
	h.Queued = l.Go(b.now)
	return h
}

// tellLate tells marketing and the heads that an account was not handed off
// within the service level.
func (b *batch) tellLate(w *waiting, by time.Time) error {
	en := w.entry
	name := mapping.Clip(b.mapping.Text(en.account, mapping.NameField), 200)
	return b.tellOthers(en, fmt.Sprintf("%s/ready/%d", en.row.ID, en.life.Met.Unix()), workflows.Notice{
		Key: "late/", To: []workflows.Audience{workflows.ToMarketing, workflows.ToHeads}, Due: by,
		Title: "Not handed off in time: " + name,
		Body: fmt.Sprintf("%s has met the criteria since %s and was to be handed off within %s. It %s",
			name, b.policy.Calendar.LocalDay(en.life.Met), b.policy.SLA.HandOff, w.wait),
	})
}

// tellAll lays out a notice that is about no account, and logs it.
func (b *batch) tellAll(base string, n workflows.Notice) error {
	b.engine.log.Warn("notice", "key", base+"/"+n.Key, "title", n.Title)
	return b.notifyAll(base, n)
}

// tellOthers lays out a notice for people who are no owner, and logs it.
func (b *batch) tellOthers(en *entry, base string, n workflows.Notice) error {
	b.engine.log.Warn("notice", "key", base+"/"+n.Key, "title", n.Title)
	for _, side := range mapping.Sides() {
		if _, ok := en.account.Ref(side); ok {
			return b.notify(en, base, addressee{side: side}, n)
		}
	}
	return nil
}
