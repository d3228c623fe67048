package store

import (
	"testing"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

// Names are taken out in whichever way they were written down, and nothing
// else is touched.
func TestRedact(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	home := hsAccount("1")
	update(t, s, func(tx engine.Tx) error {
		if _, err := tx.Enqueue([]engine.OutboxRow{
			{Key: "k1", Account: "a", Payload: []byte(`{"text":"Call Dana \"D\" O'Hara","html":"\u003cli\u003eDana &#34;D&#34; O&#39;Hara <d&amp;o@x.example>"}`)},
			{Key: "k2", Account: "b", Payload: []byte(`{"text":"Dana \"D\" O'Hara of another account"}`)},
		}); err != nil {
			return err
		}
		if _, err := tx.AddPoints([]engine.PointRow{{Home: home, Point: mapping.Point{Signal: "s", Source: "x", At: noon, Value: 2, Label: `Meeting with DANA "D" O'HARA`}}}); err != nil {
			return err
		}
		naming, err := tx.AccountsNaming([]string{"D&O@x.example", "nobody"})
		if err != nil {
			return err
		}
		same(t, "accounts naming the address", naming, []string{"a"})
		n, err := tx.Redact("a", []connectors.Ref{home}, []string{`Dana "D" O'Hara`, "d&o@x.example", ""}, "[erased]")
		same(t, "redacted", n, 2)
		return err
	})
	view(t, s, func(tx engine.Tx) error {
		rows, err := tx.Outbox("")
		same(t, "payload", string(rows[0].Payload), `{"text":"Call [erased]","html":"\u003cli\u003e[erased] <[erased]>"}`)
		same(t, "another's", string(rows[1].Payload), `{"text":"Dana \"D\" O'Hara of another account"}`)
		points, pointsErr := tx.Points([]connectors.Ref{home}, noon)
		same(t, "point", points[home], []mapping.Point{{Signal: "s", Source: "x", At: noon, Value: 2, Label: "Meeting with [erased]"}})
		if pointsErr != nil {
			return pointsErr
		}
		return err
	})
}

// TestRedactStory: what sales wrote about a handoff may name somebody.
func TestRedactStory(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error {
		h := engine.HandoffRow{ID: "a/1", Account: "a", Opened: noon, Reasons: []string{"x"}, Story: []byte(`{"reason":"Dana has left"}`)}
		if err := tx.PutHandoff(h); err != nil {
			return err
		}
		_, err := tx.Redact("a", nil, []string{"Dana"}, "[erased]")
		return err
	})
	view(t, s, func(tx engine.Tx) error {
		h, err := tx.OpenHandoff("a")
		same(t, "story", string(h.Story), `{"reason":"[erased] has left"}`)
		return err
	})
}

func TestErase(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	person, other := hsContact("71"), hsContact("72")
	row := func(ref connectors.Ref) engine.ContactRow {
		return engine.ContactRow{Ref: ref, Home: hsAccount("1"), Name: "Dana", Email: "dana@x.example", Modified: noon}
	}
	update(t, s, func(tx engine.Tx) error {
		for _, ref := range []connectors.Ref{person, other} {
			key := mapping.CounterKey{Record: ref.String(), Property: "visits"}
			point := mapping.Point{Signal: "demo", Source: ref.String(), At: noon, Value: 1, Label: "pricing"}
			if err := tx.PutReadings([]mapping.CounterReading{{Key: key, Reading: mapping.Reading{At: noon}}}); err != nil {
				return err
			}
			if err := tx.PutPoints([]engine.PointRow{{Home: hsAccount("1"), Point: point}}); err != nil {
				return err
			}
			if err := tx.PutProblems([]engine.ProblemRow{{Ref: ref, Field: "visits", Value: "dana"}}); err != nil {
				return err
			}
		}
		if err := tx.PutContacts([]engine.ContactRow{row(person), row(other)}); err != nil {
			return err
		}
		return tx.Erase(person)
	})
	view(t, s, func(tx engine.Tx) error {
		left, err := tx.People("DANA@x.example")
		same(t, "people", left, []engine.PersonRow{{ContactRow: row(other)}})
		points, _ := tx.Points([]connectors.Ref{hsAccount("1")}, noon)
		labels := []string{points[hsAccount("1")][0].Label, points[hsAccount("1")][1].Label}
		same(t, "labels", labels, []string{"", "pricing"})
		problems, _ := tx.ProblemsOf([]string{"71", "72"})
		same(t, "problems", len(problems), 1)
		readings, _ := tx.Readings([]engine.ReadingKey{{CounterKey: mapping.CounterKey{Record: person.String(), Property: "visits"}, At: noon}})
		same(t, "readings", len(readings), 0)
		return err
	})
}
