package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
)

// heldWait is how long a write rests that cannot go through before a person
// has acted.
const heldWait = 5 * time.Minute

// Hold is why a CRM takes none of some writes: nothing is wrong with them, but
// a scope, a permission or an allowance is missing.
type Hold struct {
	Code   string            `json:"code,omitempty"`
	Object connectors.Object `json:"object,omitempty"`
	Reason string            `json:"reason"`
	Fix    string            `json:"fix,omitempty"`
	// Timed: the CRM or our own allowance says from when on it works again;
	// an earlier try is of no use.
	Timed bool `json:"timed,omitempty"`
}

// holdOf tells whether an error is about the environment and not about the
// write itself: what only the operator can put right, and what an allowance
// or a move of the portal delays.
func holdOf(err *connectors.Error) (Hold, bool) {
	timed := err.Class == connectors.Retry && err.Fix != "" && err.Record == ""
	if !timed && err.Class != connectors.Stop && err.Class != connectors.Reauth {
		return Hold{}, false
	}
	plain := *err
	plain.Record, plain.Field, plain.Object, plain.Fix = "", "", "", ""
	reason := strings.TrimPrefix(plain.Error(), string(err.System)+": ")
	if err.Record != "" {
		reason = strings.ReplaceAll(reason, err.Record, "…")
	}
	return Hold{Code: err.Code, Object: err.Object, Reason: reason, Fix: err.Fix, Timed: timed}, true
}

// same: what differs is no more than a number or a name in the CRM's text.
func (h Hold) same(other Hold) bool {
	h.Reason, other.Reason = "", ""
	return h == other
}

// HeldWrites are the writes that one CRM does not take for one reason.
type HeldWrites struct {
	System connectors.System `json:"system"`
	Count  int               `json:"count"`
	Kinds  map[string]int    `json:"writes_by_kind"`
	Hold
	NextTry time.Time `json:"next_try"`
}

// String says it in one line: how many of which kind wait where, why, what to
// do, and until when.
func (h HeldWrites) String() string {
	kinds := make([]string, 0, len(h.Kinds))
	for kind, n := range h.Kinds {
		kinds = append(kinds, fmt.Sprintf("%s %d", kind, n))
	}
	slices.Sort(kinds)
	noun := "writes wait"
	if h.Count == 1 {
		noun = "write waits"
	}
	text := fmt.Sprintf("%s: %d %s (%s): %s", h.System, h.Count, noun, strings.Join(kinds, ", "), h.Reason)
	if h.Fix != "" {
		text += "; to do: " + h.Fix
	}
	text += "; tried again at " + h.NextTry.UTC().Format("2006-01-02 15:04:05") + " UTC"
	if !h.Timed {
		text += " and at every start"
	}
	return text
}

// HeldError says that a CRM does not take some writes until a person acts.
type HeldError struct{ HeldWrites }

// Error is the line of HeldWrites.
func (e *HeldError) Error() string { return e.String() }

// addHeld counts rows into the list.
func addHeld(list []HeldWrites, row HeldRow) []HeldWrites {
	var hold Hold
	if json.Unmarshal([]byte(row.Held), &hold) != nil {
		hold.Reason = row.Held // what we wrote ourselves is never this
	}
	return joinInto(list, HeldWrites{
		System: row.System, Count: row.Count, Kinds: map[string]int{row.Kind: row.Count}, Hold: hold, NextTry: row.NextTry,
	})
}

// joinInto adds writes to the list, to those of the same reason if there are.
func joinInto(list []HeldWrites, more HeldWrites) []HeldWrites {
	i := slices.IndexFunc(list, func(h HeldWrites) bool { return h.System == more.System && h.same(more.Hold) })
	if i < 0 {
		return append(list, more)
	}
	list[i].Count += more.Count
	for kind, n := range more.Kinds {
		list[i].Kinds[kind] += n
	}
	if more.NextTry.Before(list[i].NextTry) {
		list[i].NextTry = more.NextTry
	}
	return list
}

// ReadHeld lists what waits for somebody to act.
func ReadHeld(tx Tx) ([]HeldWrites, error) {
	rows, err := tx.HeldWrites()
	if err != nil {
		return nil, err
	}
	var list []HeldWrites
	for _, row := range rows {
		list = addHeld(list, row)
	}
	return list, nil
}

// stillHeld are the errors of what waits for somebody to act, also when
// nothing of it was due now: as long as it waits, no run is fine.
func (e *Engine) stillHeld(ctx context.Context) error {
	var list []HeldWrites
	err := e.store.View(context.WithoutCancel(ctx), func(tx Tx) (err error) {
		list, err = ReadHeld(tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("reading which writes wait: %w", err)
	}
	return joinHeld(list)
}

func joinHeld(list []HeldWrites) error {
	errs := make([]error, len(list))
	for i, h := range list {
		errs[i] = &HeldError{h}
	}
	return errors.Join(errs...)
}

// retryHeld makes everything due that a person may have put right before this
// start.
func (e *Engine) retryHeld(tx Tx) error {
	if e.planOnly {
		return nil
	}
	rows, err := tx.HeldWrites()
	if err != nil {
		return err
	}
	for _, row := range rows {
		var hold Hold
		if json.Unmarshal([]byte(row.Held), &hold) == nil && hold.Timed {
			continue
		}
		if err := tx.RetryHeld(row.System, row.Held, e.clock.Now()); err != nil {
			return err
		}
	}
	return nil
}

// probes are the rows that are tried for all that were held for the same
// reason: a CRM that still refuses is asked once, not once for each batch.
func probes(rows []OutboxRow) map[string]string {
	var out map[string]string
	for _, r := range rows {
		if r.Held != "" {
			if out == nil {
				out = map[string]string{}
			}
			out[r.Key] = r.Held
		}
	}
	return out
}

// follow lets those that were held for the same reason go the way of their
// probe: due at once if it was taken, else not before it is tried again.
func (d *delivery) follow(tx Tx) error {
	for _, r := range d.done {
		held, probe := d.probes[r.Key]
		var err error
		switch {
		case !probe:
		case r.State == OutboxDone, r.State == OutboxParked:
			err = tx.ReleaseHeld(d.system, held, d.now)
		default:
			err = tx.RetryHeld(d.system, held, r.NotBefore)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// hold lets a row wait for somebody to act; it is told with the others of the
// round in one line.
func (d *delivery) hold(r OutboxRow, why Hold, until time.Time) {
	data, err := json.Marshal(why)
	if err != nil {
		d.errs = append(d.errs, fmt.Errorf("encoding why %s waits: %w", r.Key, err))
	}
	r.State, r.Held, r.Error = OutboxPending, string(data), why.Reason
	if why.Fix != "" {
		r.Error += " (" + why.Fix + ")"
	}
	if r.NotBefore = d.now.Add(heldWait); why.Timed {
		r.NotBefore = d.now.Add(backoff(r.Attempts))
		if until.After(r.NotBefore) {
			r.NotBefore = until
		}
	}
	d.done = append(d.done, r)
	d.held = addHeld(d.held, HeldRow{System: d.system, Kind: r.Kind, Held: r.Held, Count: 1, NextTry: r.NotBefore})
}

// holdLike lets alerts wait that were not begun because the one before them
// was held: the CRM would refuse each of them for the same reason.
func (d *delivery) holdLike(rows []OutboxRow, first OutboxRow) {
	for _, r := range rows {
		r.Held, r.Error, r.NotBefore = first.Held, first.Error, first.NotBefore
		d.done = append(d.done, r)
		d.held = addHeld(d.held, HeldRow{System: d.system, Kind: r.Kind, Held: r.Held, Count: 1, NextTry: r.NotBefore})
	}
}
