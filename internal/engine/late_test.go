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

// TestALatePageBringsNoActivityBack: what sales did and was deleted stays gone,
// and what was taken out of the bin is not deleted by a late page.
func TestALatePageBringsNoActivityBack(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]string{"with a signal": demoSignal, "without": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.mapping += signal
			h.sf.objects = []connectors.Object{connectors.Task}
			h.restart()
			h.pair(1, "10")
			ref := connectors.Ref{System: connectors.Salesforce, Object: connectors.Task, ID: "00T1"}
			h.sf.put(ref.Object, ref.ID, []string{sfID(1)}, map[string]string{"CompletedDateTime": h.stamp(), "Subject": "Called", "Status": "Completed", "IsClosed": "true", "OwnerId": "005000000000001AAA"})
			h.later()
			alive := h.sf.rows[ref]
			h.clock.Advance(time.Hour)
			gone := connectors.Record{Ref: ref, Deleted: true, Modified: h.clock.Now()}
			h.sf.log = append(h.sf.log, gone)
			h.later()
			h.sf.log = append(h.sf.log, alive)
			h.later()
			known := func() (n int) {
				look(t, h, func(tx engine.Tx) error {
					found, err := tx.SalesRecords([]connectors.Ref{ref})
					n = len(found)
					return err
				})
				return n
			}
			if n := known(); n != 0 {
				t.Errorf("%d activities are known after a late page, want none", n)
			}
			h.sf.put(ref.Object, ref.ID, nil, nil) // out of the bin
			h.later()
			h.sf.log = append(h.sf.log, gone)
			h.later()
			if n := known(); n != 1 {
				t.Errorf("%d activities are known after it came back, want it", n)
			}
		})
	}
}

const demoSignal = "  calls: {salesforce: task.CompletedDateTime, kind: event}\n"
