package store

import (
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// TestReaches: the earliest stays, and is given out once.
func TestReaches(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error {
		for _, at := range []time.Time{noon, noon.Add(-time.Hour), noon.Add(time.Hour)} {
			if err := tx.PutReaches([]engine.ReachRow{{Home: hsAccount("1"), At: at}, {Home: sfAccount("1"), At: noon}}); err != nil {
				return err
			}
		}
		return nil
	})
	update(t, s, func(tx engine.Tx) error {
		got, err := tx.TakeReaches([]connectors.Ref{hsAccount("1"), hsAccount("2")})
		same(t, "first", got, []engine.ReachRow{{Home: hsAccount("1"), At: noon.Add(-time.Hour)}})
		return err
	})
	update(t, s, func(tx engine.Tx) error {
		got, err := tx.TakeReaches([]connectors.Ref{hsAccount("1"), sfAccount("1")})
		same(t, "second", got, []engine.ReachRow{{Home: sfAccount("1"), At: noon}})
		return err
	})
}
