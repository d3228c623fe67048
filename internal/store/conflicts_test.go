package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/internal/engine"
)

func TestConflicts(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	at := time.Date(2026, 11, 2, 15, 0, 0, 123000, time.UTC)
	first := engine.ConflictRow{Account: "sf-1", Field: "value", At: at, Salesforce: "1", HubSpot: "", Winner: "salesforce", Policy: "sync: newest", Reason: "tie"}
	later := engine.ConflictRow{Account: "sf-1", Field: "value", At: at.Add(time.Hour), Salesforce: "2", HubSpot: "3", Winner: "hubspot", Policy: "sync: newest"}
	other := engine.ConflictRow{Account: "sf-2", Field: "tier", At: at.Add(time.Minute), Winner: "handoffd", Policy: "from: handoffd"}
	update(t, s, func(tx engine.Tx) error {
		if err := tx.AddConflicts(nil); err != nil {
			return err
		}
		return tx.AddConflicts([]engine.ConflictRow{first, later, other, first})
	})
	for _, tt := range []struct {
		account string
		limit   int
		want    []engine.ConflictRow
	}{
		{"sf-1", 10, []engine.ConflictRow{later, first}},
		{"", 10, []engine.ConflictRow{later, other, first}},
		{"", 1, []engine.ConflictRow{later}},
		{"none", 10, nil},
		{"", 0, nil},
	} {
		var got []engine.ConflictRow
		view(t, s, func(tx engine.Tx) (err error) {
			got, err = tx.Conflicts(tt.account, tt.limit)
			return err
		})
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q, %d: -want +got:\n%s", tt.account, tt.limit, diff)
		}
	}
}
