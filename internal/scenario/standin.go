package scenario

import (
	"context"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// standIn is a channel that brings its messages nowhere: what it was given
// stands in the outbox.
type standIn struct{ name workflows.Channel }

// Name is the channel that it stands for.
func (s standIn) Name() workflows.Channel { return s.name }

// Send takes every message.
func (s standIn) Send(_ context.Context, m engine.Message) connectors.Result {
	return connectors.Result{Key: m.Key, Outcome: connectors.Done, ID: "sent"}
}

// Repeats: nothing is ever unknown here.
func (standIn) Repeats() bool { return true }

// standIns keep a scenario from telling anybody anything.
func standIns() map[workflows.Channel]engine.Channel {
	out := map[workflows.Channel]engine.Channel{}
	for _, name := range workflows.Channels() {
		if name != workflows.ByCRM {
			out[name] = standIn{name}
		}
	}
	return out
}
