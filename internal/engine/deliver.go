package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"handoffd/connectors"
)

// deliverBatch is how many outbox rows one round takes: what the vendors take
// in one call, so that urgent rows never wait behind many others.
const deliverBatch = 1000

// settleUnknown is how long after a request of unknown outcome a read that
// finds nothing counts: longer than the vendors work on any request
// (Salesforce: 10 minutes for REST calls, Developer Limits Quick Reference).
const settleUnknown = 11 * time.Minute

// Deliver empties one CRM's outbox as far as it is due (door 6). Every row is
// marked as sending before the request, so that a crash leaves it to be
// resolved by reading and never sent twice (I2).
func (e *Engine) Deliver(ctx context.Context, system connectors.System) error {
	held, err := e.empty(ctx, system)
	return errors.Join(joinHeld(held), err)
}

// empty tells what it could not deliver before somebody acts apart from what
// went wrong otherwise.
func (e *Engine) empty(ctx context.Context, system connectors.System) ([]HeldWrites, error) {
	if err := e.known(ctx, system); err != nil {
		return nil, err
	}
	held, err := e.deliver(ctx, system)
	return held, errors.Join(err, e.keepSpending(ctx, system))
}

func (e *Engine) deliver(ctx context.Context, system connectors.System) (held []HeldWrites, _ error) {
	var errs []error
	_, m := e.rules()
	left := round{creates: m.CreatePerRound}
	for {
		rows, err := e.take(ctx, system, &left)
		if err != nil || len(rows) == 0 {
			return held, errors.Join(append(errs, err)...)
		}
		d := delivery{engine: e, system: system, now: e.clock.Now(), probes: probes(rows)}
		working, done := e.finishing(ctx)
		d.run(working, ctx, rows)
		done()
		// Also when the caller is being stopped: what the CRM has confirmed must
		// not be forgotten.
		if err := d.save(context.WithoutCancel(ctx)); err != nil {
			return held, errors.Join(append(errs, err)...)
		}
		errs = append(errs, d.errs...)
		for _, h := range d.held {
			held = joinInto(held, h)
		}
		// Where a whole round was held, the next would be too; but behind a
		// probe may stand what nobody has tried yet.
		if ctx.Err() != nil || d.stopped || len(d.held) > 0 && !d.delivered && len(d.probes) == 0 {
			return held, errors.Join(errs...)
		}
	}
}

// grace is how long a request under way may go on after the daemon was told
// to stop: cut off, it would leave an unknown outcome behind.
const grace = 6 * time.Second

// finishing returns a context that outlives ctx by the grace.
func (e *Engine) finishing(ctx context.Context) (context.Context, context.CancelFunc) {
	working, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		_ = e.clock.Sleep(working, grace)
		cancel()
	})
	return working, func() { stop(); cancel() }
}

// take marks what is due as sending and returns it in the state in which it
// stood before.
func (e *Engine) take(ctx context.Context, system connectors.System, left *round) (rows []OutboxRow, err error) {
	err = e.store.Update(ctx, func(tx Tx) error {
		mode, err := e.mode(tx)
		if err != nil || !mode.Live {
			return err
		}
		due, err := tx.Deliverable(system, e.clock.Now(), deliverBatch)
		if err != nil {
			return err
		}
		rows = rows[:0]
		var marked []OutboxRow
		probed := map[string]bool{}
		for _, r := range due {
			if r.Kind == kindCreateAccount && r.State == OutboxPending && left.creates <= 0 {
				continue // the next round goes on with it
			}
			if goes, err := e.turnOf(tx, &r, left); err != nil {
				return err
			} else if !goes {
				marked = append(marked, r)
				continue
			}
			r.Attempts++
			if needed, err := current(tx, &r); err != nil {
				return err
			} else if !needed {
				r.State, r.Held, r.Error = OutboxDone, "", "a later update of the record took its place"
				marked = append(marked, r)
				continue
			}
			if closed, err := forNothing(tx, r); err != nil {
				return err
			} else if closed {
				r.State, r.Held, r.Error = OutboxDone, "", "not written: the handoff was closed"
				marked = append(marked, r)
				continue
			}
			if r.Held != "" && probed[r.Held] {
				continue // one of them is tried for all
			}
			probed[r.Held] = true
			if !isAlert(r.Kind) || r.State != OutboxPending { // an alert is marked just before its own request
				marked = append(marked, e.sending(&r))
			}
			rows = append(rows, r)
		}
		return tx.PutOutbox(marked)
	})
	if err != nil {
		return nil, fmt.Errorf("taking writes for %s: %w", system, err)
	}
	return rows, nil
}

// sending stamps a row and returns it as it is marked while under way.
func (e *Engine) sending(r *OutboxRow) OutboxRow {
	if r.State != OutboxPending {
		return *r
	}
	r.Sent = e.clock.Now()
	marked := *r
	marked.State = OutboxSending
	return marked
}

// delivery is one round of writes to one CRM.
type delivery struct {
	engine   *Engine
	system   connectors.System
	now      time.Time
	done     []OutboxRow
	problems []ProblemRow
	settled  []connectors.Ref // records that took something: what else was refused is settled
	errs     []error
	held     []HeldWrites
	probes   map[string]string // why the rows that are tried for others were held, by key
	// delivered: something went through; stopped: nothing may follow.
	delivered, stopped bool
	delayed            int
	told               []verdict
	inRow              int // alerts in a row that were not taken
	born               []birth
}

// run works in one context and begins nothing new once asked ends: what was
// not begun stands as it stood before.
func (d *delivery) run(ctx, asked context.Context, rows []OutboxRow) {
	var fresh []OutboxRow
	var alerts []OutboxRow
	for _, r := range rows {
		switch {
		case r.State != OutboxPending && asked.Err() != nil:
			d.done = append(d.done, r)
		case r.State != OutboxPending:
			d.resolve(ctx, r)
		case isAlert(r.Kind):
			alerts = append(alerts, r)
		default:
			fresh = append(fresh, r)
		}
	}
	if asked.Err() != nil {
		d.done = append(d.done, fresh...)
		return
	}
	d.write(ctx, fresh)
	for i, r := range alerts {
		if d.stopped = d.stopped || d.idle(); d.stopped || asked.Err() != nil {
			return // not begun, so it stands as it stood
		}
		if err := d.alert(ctx, r); err != nil {
			d.errs, d.stopped = append(d.errs, err), true
			return
		}
		if last := d.done[len(d.done)-1]; last.Held != "" {
			d.holdLike(alerts[i+1:], last)
			return
		}
	}
}

// write sends updates and creates together. Updates of one record go as one,
// the later field winning.
func (d *delivery) write(ctx context.Context, rows []OutboxRow) {
	var batch []connectors.Write
	var members [][]OutboxRow
	byRecord := map[connectors.Ref]int{}
	for _, r := range rows {
		var w connectors.Write
		if err := json.Unmarshal(r.Payload, &w); err != nil {
			d.park(r, connectors.Ref{System: d.system}, fmt.Errorf("decoding write %s: %w", r.Key, err))
			continue
		}
		if i, ok := byRecord[w.Ref]; ok && w.Op == connectors.Update && w.Expect == nil {
			for name, v := range w.Fields {
				batch[i].Fields[name] = v
			}
			members[i] = append(members[i], r)
			continue
		}
		if w.Op == connectors.Update && w.Expect == nil {
			byRecord[w.Ref] = len(batch)
		}
		batch = append(batch, w)
		members = append(members, []OutboxRow{r})
	}
	if len(batch) == 0 {
		return
	}
	for i, result := range d.engine.connectors[d.system].Write(ctx, batch) {
		result = d.narrow(ctx, batch[i], result)
		for _, r := range members[i] {
			d.result(r, batch[i].Ref, result)
		}
		d.count(batch[i], result)
	}
}

func (d *delivery) count(w connectors.Write, result connectors.Result) {
	if result.Outcome != connectors.Done && result.Outcome != connectors.Existed {
		return
	}
	d.engine.tally.add(func(t *tally) {
		t.writes[d.system]++
		t.kinds[string(w.Op)]++
	})
}

// result turns a connector's answer into the row's next state.
func (d *delivery) result(r OutboxRow, ref connectors.Ref, result connectors.Result) {
	if r.Kind == kindCreateAccount {
		for _, dropped := range result.Dropped {
			d.problem(ProblemRow{Ref: unborn(r.Account, r.System), Field: dropped.Field}, dropped)
		}
	} else {
		d.drops(r, ref, result.Dropped)
	}
	d.hear(r, ref, result)
	d.bear(r, result)
	r.Held = ""
	switch result.Outcome {
	case connectors.Done, connectors.Existed:
		d.delivered = true
		r.State, r.Result, r.Error = OutboxDone, result.ID, ""
		if !isAlert(r.Kind) && r.Kind != kindCreateAccount {
			d.settled = append(d.settled, ref)
		}
		d.done = append(d.done, r)
	case connectors.Conflicted:
		r.State, r.Error = OutboxDone, "not written: the record had changed; decided anew when it is read"
		d.done = append(d.done, r)
	case connectors.Unsure:
		d.late(r, ref, result.Err)
		r.State, r.NotBefore, r.Error = OutboxUnknown, d.now.Add(unknownWait(r.Attempts)), text(result.Err)
		d.done = append(d.done, r)
	default:
		d.failed(r, ref, result.Err)
	}
}

// unknownWait looks early and then rarely: what is there is found at once.
func unknownWait(attempts int) time.Duration {
	return min(time.Duration(attempts)*30*time.Second, 5*time.Minute)
}

func (d *delivery) failed(r OutboxRow, ref connectors.Ref, err error) {
	var ce *connectors.Error
	class := connectors.Class("")
	if errors.As(err, &ce) {
		class = ce.Class
		if why, ok := holdOf(ce); ok {
			d.hold(r, why, ce.RetryAt)
			return
		}
	}
	switch class {
	case connectors.Gone:
		if r.Kind == string(connectors.Update) {
			// Nothing is left to be brought up to date; the next read says
			// what became of the record.
			r.State, r.Error = OutboxDone, text(err)
			d.done = append(d.done, r)
			return
		}
		d.park(r, ref, err)
		return
	case connectors.ParkRecord, connectors.ParkField:
		d.park(r, ref, err)
		return
	case connectors.UnknownOutcome:
		d.late(r, ref, err)
		r.State, r.NotBefore = OutboxUnknown, d.now.Add(unknownWait(r.Attempts))
	default:
		d.late(r, ref, err)
		r.State, r.NotBefore = OutboxPending, d.now.Add(backoff(r.Attempts))
		if ce != nil && ce.RetryAt.After(r.NotBefore) {
			r.NotBefore = ce.RetryAt
		}
	}
	r.Error = text(err)
	d.done = append(d.done, r)
}

// late says of a write that it is not delivered yet: a line each in the log,
// and one error for the round.
func (d *delivery) late(r OutboxRow, ref connectors.Ref, err error) {
	d.engine.log.Warn("not delivered yet", "ref", ref.String(), "kind", r.Kind, "attempt", r.Attempts, "error", err)
	if d.delayed == 0 {
		d.errs = append(d.errs, fmt.Errorf("writing %s to %s, and perhaps others, is not confirmed: %w", r.Kind, ref, err))
	}
	d.delayed++
}

// backoff doubles from 10 seconds to an hour.
func backoff(attempts int) time.Duration {
	return min(10*time.Second<<min(attempts, 10), time.Hour)
}

func (d *delivery) park(r OutboxRow, ref connectors.Ref, err error) {
	r.State, r.Held, r.Error = OutboxParked, "", text(err)
	d.done = append(d.done, r)
	switch {
	case isAlert(r.Kind):
		d.problem(ProblemRow{Ref: objectOf(ref, alertObject)}, err)
	case r.Kind == kindCreateAccount:
		d.problem(ProblemRow{Ref: unborn(r.Account, r.System), NextTry: d.now.Add(upkeepEvery)}, err) // see Upkeep
	case r.Kind == string(connectors.Update):
		d.refusedFields(r, ref, err)
	default:
		d.problem(ProblemRow{Ref: objectOf(ref, writeObject), Field: createField(r.Kind), NextTry: d.now.Add(upkeepEvery)}, err) // see Upkeep
	}
}

// writeObject keeps what the CRM refused to take apart from what we could not
// read, so that reading a record does not settle it.
const writeObject = connectors.Object("write")

// alertObject keeps alerts apart from both: a later write does not send them.
const alertObject = connectors.Object("alert")

func (d *delivery) problem(p ProblemRow, err error) {
	d.engine.log.Warn("parked write", "ref", p.Ref.String(), "field", p.Field, "error", err)
	d.engine.tally.add(func(t *tally) { t.parked++ })
	p.Vendor, p.Reason, p.Since = p.Field, text(err), d.now
	d.problems = append(d.problems, p)
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// save enters what is known by now of the round, so that it is not known here
// alone any more, and marks what is under way from now on.
func (d *delivery) save(ctx context.Context, marked ...OutboxRow) error {
	err := d.engine.store.Update(ctx, func(tx Tx) error {
		if err := errors.Join(tx.PutOutbox(slices.Concat(d.done, marked)), d.follow(tx), d.christen(tx)); err != nil {
			return err
		}
		if err := errors.Join(d.tell(tx), d.settle(tx)); err != nil {
			return err
		}
		return tx.PutProblems(d.problems)
	})
	if err != nil {
		return fmt.Errorf("recording results of %s: %w", d.system, err)
	}
	d.done, d.problems, d.settled, d.told, d.born = nil, nil, nil, nil, nil
	return nil
}
