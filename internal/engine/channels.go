package engine

import (
	"context"
	"errors"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/workflows"
)

// Message is what a channel brings to one addressee. It is frozen when it is
// decided upon, so that a second try says the same.
type Message struct {
	// Key is handoffd's own, unique for ever: receivers know a message that
	// comes twice by it.
	Key  string `json:"key"`
	Kind string `json:"kind"` // alert, digest or report
	// To is the address of the person, "" where all of a channel arrives in
	// one place.
	To string `json:"to,omitempty"`
	// Audience is whom the message is for.
	Audience []workflows.Audience `json:"audience,omitempty"`
	Title    string               `json:"title"`
	Body     string               `json:"body"`
	// HTML is the body with its form, where it has one; safe to show.
	HTML string `json:"html,omitempty"`
	// Account is handoffd's id, Record the CRM's; empty for messages that
	// are about no account.
	Account string         `json:"account_id,omitempty"`
	Record  connectors.Ref `json:"record,omitzero"`
	Urgent  bool           `json:"urgent,omitempty"`
	Due     time.Time      `json:"due,omitzero"`
	At      time.Time      `json:"at"`
}

// Channel is a way to tell people something outside of the CRMs.
type Channel interface {
	Name() workflows.Channel
	// Send brings the message to its addressee. The classes of its errors
	// mean what they mean for a CRM.
	Send(ctx context.Context, m Message) connectors.Result
	// Repeats tells whether receivers know a message that comes twice by its
	// key, so that one of unknown outcome may be sent again.
	Repeats() bool
}

// kindDigest is an outbox row that carries what a storm of alerts held back.
const kindDigest = "digest"

// kindReport is an outbox row that carries a report.
const kindReport = "report"

// isAlert tells rows that tell people something from writes to records.
func isAlert(kind string) bool { return kind == kindAlert || kind == kindDigest || kind == kindReport }

// Tells tells whether the row is there to tell people something.
func (r *OutboxRow) Tells() bool { return isAlert(r.Kind) }

// IsDigest tells whether it carries what a storm of alerts held back.
func (r *OutboxRow) IsDigest() bool { return r.Kind == kindDigest }

// InDigest tells whether it went out as a part of a digest, and not by itself.
func (r *OutboxRow) InDigest() bool {
	return r.Kind == kindAlert && r.State == OutboxDone && strings.HasPrefix(r.Result, kindDigest+"/")
}

// DeliverChannel empties what waits for one channel, as far as it is due.
func (e *Engine) DeliverChannel(ctx context.Context, name workflows.Channel) error {
	held, err := e.deliver(ctx, connectors.System(name))
	return errors.Join(err, joinHeld(held))
}

// orphans says what waits for a channel that is no longer set up.
func (e *Engine) orphans(tx Tx) error {
	waiting, err := tx.OutboxWaiting()
	if err != nil {
		return err
	}
	for _, name := range workflows.Channels() {
		if n := waiting[connectors.System(name)]; n > 0 && e.channels[name] == nil {
			e.log.Warn("notices wait for a channel that is not set up", "channel", name, "waiting", n)
		}
	}
	return nil
}

// Channels lists the channels that are set up.
func (e *Engine) Channels() []workflows.Channel {
	var names []workflows.Channel
	for _, name := range workflows.Channels() {
		if e.channels[name] != nil {
			names = append(names, name)
		}
	}
	return names
}
