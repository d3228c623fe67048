package store

import (
	"testing"
	"time"

	"handoffd/internal/engine"
)

func TestGauges(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	put := func(day, doc string) {
		t.Helper()
		update(t, s, func(tx engine.Tx) error { return tx.PutGauge(day, noon, []byte(doc)) })
	}
	last := func(from, to, want string) {
		t.Helper()
		view(t, s, func(tx engine.Tx) error {
			doc, err := tx.LastGauge(from, to)
			same(t, from+" to "+to, string(doc), want)
			return err
		})
	}
	last("2026-10-01", "2026-10-31", "")
	put("2026-10-05", `{"targets":1}`)
	put("2026-10-20", `{"targets":2}`)
	put("2026-10-20", `{"targets":3}`)
	put("2026-11-01", `{"targets":4}`)
	last("2026-10-01", "2026-10-31", `{"targets":3}`)
	last("2026-10-01", "2026-10-19", `{"targets":1}`)
	last("2026-10-20", "2026-10-20", `{"targets":3}`)
	last("2026-10-21", "2026-10-31", "")
}

// TestFrozenReport: the first one stays.
func TestFrozenReport(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error { return tx.FreezeReport("2026-10", noon, []byte(`{"a":1}`)) })
	update(t, s, func(tx engine.Tx) error { return tx.FreezeReport("2026-10", noon, []byte(`{"a":2}`)) })
	view(t, s, func(tx engine.Tx) error {
		doc, err := tx.FrozenReport("2026-10")
		same(t, "frozen", string(doc), `{"a":1}`)
		return err
	})
	view(t, s, func(tx engine.Tx) error {
		doc, err := tx.FrozenReport("2026-11")
		same(t, "not frozen", doc, []byte(nil))
		return err
	})
}

func TestStageOwners(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error {
		for i, r := range []engine.AssignmentRow{
			{Handoff: "a/1", Stage: "sdr", Owner: "Old"}, {Handoff: "a/2", Stage: "sdr", Owner: "Ann"},
			{Handoff: "a/2", Stage: "sdr", Owner: "Bob"}, {Handoff: "a/2", Stage: "ae", Owner: "Cy"},
		} {
			r.At = noon.Add(time.Duration(i) * time.Hour)
			if err := tx.AddAssignment(r); err != nil {
				return err
			}
		}
		return nil
	})
	var got []string
	view(t, s, func(tx engine.Tx) error {
		return tx.StageOwners(noon.Add(time.Minute), func(handoff, stage, owner string) { got = append(got, handoff+" "+stage+" "+owner) })
	})
	same(t, "owners", got, []string{"a/2 sdr Ann", "a/2 sdr Bob", "a/2 ae Cy"})
}
