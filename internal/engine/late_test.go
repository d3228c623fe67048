package engine_test

import (
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// TestALatePageBringsNothingBack: a page from before a record was deleted or
// merged away may be read after that.
func TestALatePageBringsNothingBack(t *testing.T) {
	t.Parallel()
	for _, into := range []string{"", sfID(2)} {
		h := newHouse(t)
		h.pair(1, "90")
		h.salesforce(2, "twin.example")
		h.once()
		old := h.sf.rows[connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: sfID(1)}]
		h.clock.Advance(time.Hour)
		h.sf.remove(sfID(1), into)
		h.once()
		h.clock.Advance(time.Minute)
		h.sf.log = append(h.sf.log, old)
		h.once()
		writes := len(h.sf.writes)
		h.clock.Advance(time.Minute)
		h.hs.put(connectors.Account, "1", nil, map[string]string{"score": "20"})
		h.once()
		for _, w := range h.sf.writes[writes:] {
			if w.Ref.ID == sfID(1) {
				t.Errorf("into %q: written to a record that is gone: %+v", into, w)
			}
		}
		look(t, h, func(tx engine.Tx) error {
			rows, err := tx.FindAccounts(sfID(1))
			if into == "" && (len(rows) != 1 || rows[0].Both) {
				t.Errorf("accounts %+v, want one without a living Salesforce record", rows)
			}
			if gone, survivor := h.account(h.sf, sfID(1)), h.account(h.sf, sfID(2)); into != "" && gone != survivor {
				t.Errorf("the old id leads to %s, the survivor is %s", gone, survivor)
			}
			return err
		})
		h.clock.Advance(time.Minute) // and out of the bin, in truth
		h.sf.restore(sfID(1))
		h.once()
		if gone, survivor := h.account(h.sf, sfID(1)), h.account(h.sf, sfID(2)); gone == survivor {
			t.Errorf("into %q: both records lead to %s after it came back", into, gone)
		}
		_ = h.store.Close()
	}
}
