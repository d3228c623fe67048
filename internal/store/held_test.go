package store

import (
	"errors"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

func TestHeldWrites(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	row := func(key, held, state string, next time.Time) engine.OutboxRow {
		return engine.OutboxRow{Key: key, System: connectors.HubSpot, Kind: "create_task", Held: held, State: state, NotBefore: next}
	}
	later := noon.Add(time.Hour)
	enqueueRows(t, s,
		row("a", "scope", engine.OutboxPending, later), row("b", "scope", engine.OutboxSending, noon),
		row("free", "", engine.OutboxPending, noon), row("done", "scope", engine.OutboxDone, noon),
		row("other", "limit", engine.OutboxPending, later))
	list := func() (got []engine.HeldRow) {
		view(t, s, func(tx engine.Tx) (err error) {
			got, err = tx.HeldWrites()
			return err
		})
		return got
	}
	limit := engine.HeldRow{System: connectors.HubSpot, Kind: "create_task", Held: "limit", Count: 1, NextTry: later}
	scope := engine.HeldRow{System: connectors.HubSpot, Kind: "create_task", Held: "scope", Count: 2, NextTry: noon}
	same(t, "held", list(), []engine.HeldRow{limit, scope})

	update(t, s, func(tx engine.Tx) error { return tx.RetryHeld(connectors.HubSpot, "scope", noon) })
	same(t, "due", deliverableKeys(t, s, noon, 9), []string{"a", "b", "free"})
	update(t, s, func(tx engine.Tx) error {
		return tx.PutOutbox([]engine.OutboxRow{row("a", "", engine.OutboxDone, noon), row("b", "", engine.OutboxPending, noon)})
	})
	same(t, "held once delivered", list(), []engine.HeldRow{limit})
	update(t, s, func(tx engine.Tx) error { return tx.ReleaseHeld(connectors.HubSpot, "limit", noon) })
	same(t, "held once released", list(), []engine.HeldRow(nil))
	same(t, "due once released", deliverableKeys(t, s, noon, 9), []string{"b", "free", "other"})
}

// TestMatchedCount counts living pairs, not what was a pair once.
func TestMatchedCount(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error {
		return errors.Join(
			tx.PutAccounts([]engine.AccountRow{{ID: "pair", Both: true}, {ID: "widow"}, {ID: "single"}}),
			tx.PutLinks([]engine.Link{{Ref: sfAccount("1"), Account: "pair"}, {Ref: hsAccount("1"), Account: "pair"}, {Ref: sfAccount("2"), Account: "widow"}, {Ref: hsAccount("2"), Account: "widow"}}),
		)
	})
	view(t, s, func(tx engine.Tx) error {
		n, err := tx.MatchedCount("out_of_scope")
		same(t, "matched", n, 1)
		return err
	})
}
