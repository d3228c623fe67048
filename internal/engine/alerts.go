package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"handoffd/connectors"
	"handoffd/workflows"
)

// alert sends one alert between two entries in the ledger: few receivers have
// a key for alerts, so a crash may leave at most this one in doubt. What became
// of it is entered with the mark of the next, or at the end of the round.
func (d *delivery) alert(ctx context.Context, r OutboxRow) error {
	send, ref, err := d.letter(ctx, r)
	if err != nil {
		d.park(r, ref, err)
		return nil
	}
	if err := d.save(ctx, d.engine.sending(&r)); err != nil {
		return err
	}
	result := send(ctx)
	d.notice(result)
	if result.Outcome == connectors.Done {
		d.engine.tally.add(func(t *tally) {
			t.writes[d.system]++
			t.kinds[kindAlert]++
			t.alerts++
		})
	}
	d.result(r, ref, result)
	return nil
}

// refusedInRow ends the round of a channel that takes nothing: each try would
// wait as long as the last one did.
const refusedInRow = 3

// notice counts how often in a row the channel itself did not work; a message
// that it refuses says nothing about the next.
func (d *delivery) notice(result connectors.Result) {
	switch connectors.ClassOf(result.Err) {
	case connectors.Retry, connectors.UnknownOutcome:
		d.inRow++
	default:
		d.inRow = 0
	}
}

// idle tells whether a channel should be left alone for the rest of the round.
func (d *delivery) idle() bool {
	return d.channel() != nil && d.inRow >= refusedInRow
}

func (d *delivery) channel() Channel { return d.engine.channels[workflows.Channel(d.system)] }

// letter decodes an alert, fills in what a digest carries, and returns how it
// is sent and what it is about.
func (d *delivery) letter(ctx context.Context, r OutboxRow) (func(context.Context) connectors.Result, connectors.Ref, error) {
	if c := d.channel(); c != nil {
		var m Message
		ref := connectors.Ref{System: d.system, Object: alertObject, ID: r.Key}
		err := json.Unmarshal(r.Payload, &m)
		if err == nil && r.Kind == kindDigest {
			m.Title, m.Body, err = d.digest(ctx, r.Key)
		}
		if err != nil {
			return nil, ref, fmt.Errorf("decoding alert %s: %w", r.Key, err)
		}
		return func(ctx context.Context) connectors.Result { return c.Send(ctx, m) }, ref, nil
	}
	var a connectors.Alert
	err := json.Unmarshal(r.Payload, &a)
	if err == nil && r.Kind == kindDigest {
		a.Title, a.Body, err = d.digest(ctx, r.Key)
	}
	if err != nil {
		return nil, connectors.Ref{System: d.system}, fmt.Errorf("decoding alert %s: %w", r.Key, err)
	}
	return func(ctx context.Context) connectors.Result { return d.engine.connectors[d.system].Alert(ctx, a) }, a.Account, nil
}

// mostTries ends the repeating of an alert whose outcome stays unknown: each
// is two attempts, one that finds it unknown and one that sends it.
const mostTries = 20

// unsettled decides about an alert of unknown outcome. Where receivers know it
// again it is sent once more; elsewhere one too few is better than many, and a
// person is told of it.
func (d *delivery) unsettled(ctx context.Context, r OutboxRow) {
	if c := d.channel(); c != nil && c.Repeats() && r.Attempts < mostTries {
		r.State, r.NotBefore = OutboxPending, d.now
		d.done = append(d.done, r)
		return
	}
	var a struct {
		Title   string         `json:"title"`
		Account connectors.Ref `json:"account"`
	}
	_ = json.Unmarshal(r.Payload, &a) // what cannot be read is parked all the same
	if d.channel() != nil {
		a.Account = connectors.Ref{System: d.system, ID: r.Key}
	}
	if r.Kind == kindDigest {
		if title, _, err := d.digest(ctx, r.Key); err == nil {
			a.Title = title
		}
	}
	d.park(r, a.Account, fmt.Errorf("the alert %q may or may not have been sent; it is not repeated", a.Title))
}
