package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// Sweep decides the accounts whose time has come: those that changed while no
// decision was possible, and those for which time alone may change it. On its
// first run with both CRMs loaded it matches them first. The last chunk acts.
func (e *Engine) Sweep(ctx context.Context) error { return e.sweep(ctx, sight{both: true}) }

func (e *Engine) sweep(ctx context.Context, seen sight) error {
	ready, err := e.prepareSweep(ctx)
	if err != nil || !ready {
		return errors.Join(err, e.noteStanding(ctx))
	}
	for more := true; more; {
		err := e.store.Update(ctx, func(tx Tx) error {
			rows, err := tx.AccountsToDecide(e.clock.Now(), chunk)
			if err != nil {
				return err
			}
			more = len(rows) == chunk
			b := e.batch(tx)
			ids, err := b.openAll(rows)
			if err != nil {
				return err
			}
			if err := b.match(ids); err != nil {
				return err
			}
			// Matching may have joined these with accounts of later chunks.
			b.sight = seen
			if err := b.decide(b.alsoTouched(ids)); err != nil || more {
				return err
			}
			return e.act(tx, seen)
		})
		if err != nil {
			return fmt.Errorf("deciding: %w", err)
		}
	}
	return e.noteStanding(ctx)
}

func (e *Engine) prepareSweep(ctx context.Context) (ready bool, err error) {
	var loaded bool
	var waits string
	err = e.store.View(ctx, func(tx Tx) error {
		if loaded, err = e.loaded(tx); err != nil || !loaded {
			return err
		}
		if ready, err = e.complete(tx); err != nil {
			return err
		}
		waits, err = e.identifying(tx)
		return err
	})
	if err != nil || !loaded || waits != "" || ready {
		return ready && waits == "", err
	}
	return true, e.matchAll(ctx)
}

// decide evaluates accounts (door 4), logs what is new about the decisions
// (I6), and plans the field writes that bring both CRMs into agreement.
func (b *batch) decide(ids []string) error {
	histories, err := b.histories(ids)
	if err != nil {
		return err
	}
	activities, err := b.activities(ids)
	if err != nil {
		return err
	}
	mode, err := b.engine.mode(b.tx)
	if err != nil {
		return err
	}
	cases, err := b.openCases(ids)
	if err != nil {
		return err
	}
	var log []DecisionRow
	for _, id := range ids {
		en := b.entries[id]
		if en == nil {
			continue
		}
		if err := b.adopt(en); err != nil {
			return err
		}
		en.row.Dirty = false
		bereaved, err := b.bereave(en)
		if err != nil {
			return err
		}
		rows, err := b.evaluate(en, histories[id], activities[id], cases[id], mode.Live)
		if err != nil {
			return err
		}
		log = append(log, rows...)
		en.row.Due = earliest(en.row.Due, bereaved)
		b.keep(en)
		if !mode.Live {
			continue
		}
		if err := b.syncFields(en); err != nil {
			return err
		}
	}
	if err := b.tx.AddDecisions(log); err != nil {
		return err
	}
	if err := b.offer(ids, histories, cases); err != nil {
		return err
	}
	return b.save()
}

// evaluate judges an account by the criteria and lets it live on; handing it
// over is act's. It returns what is new for the log. Without leave to write, an
// account only joins or leaves the queue.
func (b *batch) evaluate(en *entry, history workflows.History, activities []mapping.SalesActivity, open string, live bool) ([]DecisionRow, error) {
	in := workflows.Input{Account: en.account, Life: en.life, History: history, Now: b.now, Case: open}
	d := b.policy.Evaluate(in)
	en.row.Outcome, en.row.Due = string(d.Outcome), d.Due
	var log []DecisionRow
	if d.Print != en.life.Logged {
		en.life.Logged = d.Print
		trace := b.policy.Trace(in, d)
		row, err := decisionRow(en.row.ID, trace)
		if err != nil {
			return nil, err
		}
		b.engine.log.Debug("decided", "account", en.row.ID, "outcome", d.Outcome, "reason", trace.Reason)
		log = append(log, row)
	}
	if live && d.Outcome != workflows.OutOfScope && d.Outcome != workflows.Gone {
		steps, err := b.live(en, in, d, activities, len(log) > 0)
		if err != nil {
			return nil, err
		}
		log = append(log, steps...)
	} else {
		b.queue(en, in, d)
	}
	b.policy.Settle(&en.life, in, d)
	b.judged(en, in, d)
	return log, nil
}

// queue lets an account join or leave the queue, and do nothing else.
func (b *batch) queue(en *entry, in workflows.Input, d workflows.Decision) {
	from, wanted := b.policy.Wanted(in, d)
	if !wanted && from.After(b.now) {
		en.row.Due = earliest(en.row.Due, from)
	}
	joins := d.Outcome == workflows.HandOff && wanted
	switch {
	case joins && en.life.State == workflows.Nurture:
		en.life.State, en.life.Since = workflows.Ready, b.now
	case !joins && en.life.State == workflows.Ready:
		back := workflows.Nurture
		if en.life.From != "" {
			back = en.life.From
		}
		en.life.State, en.life.Since, en.life.From = back, b.now, ""
	}
}

func decisionRow(account string, t workflows.Trace) (DecisionRow, error) {
	data, err := json.Marshal(t)
	if err != nil {
		return DecisionRow{}, fmt.Errorf("encoding decision of account %s: %w", account, err)
	}
	return DecisionRow{Account: account, At: t.At, Policy: t.Hash, Outcome: string(t.Outcome), Reason: t.Reason, Trace: data}, nil
}

// histories reads the points of many accounts in one query: as far back as the
// longest window, and for levels as far as is kept.
func (b *batch) histories(ids []string) (map[string]workflows.History, error) {
	var refs []connectors.Ref
	for _, id := range ids {
		if en := b.entries[id]; en != nil {
			refs = append(refs, homes(en.account)...)
		}
	}
	since := b.now.Add(-max(b.policy.Window(), keepLevels))
	points, err := b.tx.Points(refs, since)
	if err != nil {
		return nil, err
	}
	out := make(map[string]workflows.History, len(ids))
	for _, id := range ids {
		en := b.entries[id]
		if en == nil {
			continue
		}
		var all []mapping.Point
		for _, ref := range homes(en.account) {
			all = append(all, b.own(en.account, points[ref])...)
		}
		if len(all) > 0 {
			out[id] = workflows.NewHistory(all)
		}
	}
	return out, nil
}

// keepLevels is how far back levels are looked at: a rise is judged against
// the end of the last handoff, which may be a while ago.
const keepLevels = 400 * 24 * time.Hour

// adopt takes over what stands in the CRMs when an account is decided for the
// first time: a status that says sales has it is believed (I13).
func (b *batch) adopt(en *entry) error {
	if en.life.State != "" || !en.account.InScope() {
		return nil // of an account out of scope it is not known what it says
	}
	en.life.State, en.life.Since, en.life.Nurtured = workflows.Nurture, b.now, b.now
	for _, v := range en.account.Views { // marketing has had it for as long as a CRM has
		if v != nil && !v.Created.IsZero() && v.Created.Before(en.life.Nurtured) {
			en.life.Nurtured = v.Created
		}
	}
	for _, name := range []string{b.policy.MQAField, b.policy.StatusField} {
		f := b.mapping.Field(name)
		if f == nil {
			continue
		}
		for _, side := range mapping.Sides() {
			v := b.seenOn(en.account, side, f.Slot)
			if says := !v.IsNull() && (f.Type != mapping.Bool || v.Bool()); says {
				en.account.Own[f.Slot] = v
				break
			}
		}
	}
	state := b.adoptedState(en.account)
	if state == "" {
		return nil
	}
	en.life.State = state
	if !state.Open() {
		return nil
	}
	en.life.Episode++
	h := HandoffRow{
		ID: handoffID(en), Account: en.row.ID, Rule: ruleAdopted, Type: string(workflows.Intent), Stage: string(workflows.SDR),
		Policy: b.policy.Hash, Opened: b.now, Reasons: []string{"found in the CRM with this status"},
	}
	en.life.Open = b.adopted(en, h)
	return b.putHandoff(h, en.life.Open)
}

func (b *batch) seenOn(a *mapping.Account, side mapping.Side, slot int) connectors.Value {
	v := a.Views[side]
	if v == nil || v.Deleted || slot >= len(v.Cells) {
		return connectors.Value{}
	}
	return v.Cells[slot].Seen
}

// adoptedState is what the CRMs' own values say about an account, "" for
// nothing.
func (b *batch) adoptedState(a *mapping.Account) workflows.State {
	if f := b.mapping.Field(b.policy.StatusField); f != nil && !a.Own[f.Slot].IsNull() {
		return workflows.State(a.Own[f.Slot].Text())
	}
	if f := b.mapping.Field(b.policy.MQAField); f != nil && a.Own[f.Slot].Bool() {
		return workflows.HandedOff
	}
	return ""
}

func handoffID(en *entry) string { return fmt.Sprintf("%s/%d", en.row.ID, en.life.Episode) }
