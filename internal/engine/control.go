package engine

import (
	"context"
	"time"
)

// Release lets a new store write from now on (I13), and decides every account
// anew so that what was only planned is done. What is held is let through
// (I11): exactly the accounts that are held now.
func Release(ctx context.Context, s Store, now time.Time) error {
	return s.Update(ctx, func(tx Tx) error {
		have, err := tx.Setting(settingReleased)
		if err != nil {
			return err
		}
		if err := releaseHeld(tx, have == ""); err != nil || have != "" {
			return err
		}
		if err := tx.PutSetting(settingReleased, now.UTC().Format(time.RFC3339)); err != nil {
			return err
		}
		return tx.MarkAllDirty()
	})
}

// Pause stops all writes at once, also those of a daemon that runs.
func Pause(ctx context.Context, s Store, now time.Time) error {
	return s.Update(ctx, func(tx Tx) error { return tx.PutSetting(settingPaused, now.UTC().Format(time.RFC3339)) })
}

// Resume ends a pause.
func Resume(ctx context.Context, s Store) error {
	return s.Update(ctx, func(tx Tx) error {
		if err := tx.PutSetting(settingPaused, ""); err != nil {
			return err
		}
		return tx.MarkAllDirty()
	})
}
