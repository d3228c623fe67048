package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"handoffd/internal/engine"
	"handoffd/internal/store"
)

// What is done in one Update is there as a whole, or not at all.
func ExampleStore_Update() {
	dir, err := os.MkdirTemp("", "handoffd")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx := context.Background()
	s, err := store.Open(ctx, filepath.Join(dir, "handoffd.db"), store.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()

	err = s.Update(ctx, func(tx engine.Tx) error {
		if err := tx.PutAccounts([]engine.AccountRow{{ID: "sf-001", Name: "Acme", State: "handed_off"}}); err != nil {
			return err
		}
		return tx.PutHandoff(engine.HandoffRow{ID: "sf-001/1", Account: "sf-001", Rule: "intent"})
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = s.View(ctx, func(tx engine.Tx) error {
		found, err := tx.FindAccounts("acme")
		if err != nil || len(found) == 0 {
			return err
		}
		h, err := tx.OpenHandoff(found[0].ID)
		if err != nil || h == nil {
			return err
		}
		fmt.Println(found[0].Name, "has the handoff", h.ID)
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: Acme has the handoff sf-001/1
}
