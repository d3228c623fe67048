package store

import (
	"errors"
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
		return tx.Erase(person, "forgotten/x")
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

// TestRedactNobodys: what belongs to no account is cleaned with it, and an
// address is no match key any more.
func TestRedactNobodys(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	update(t, s, func(tx engine.Tx) error {
		keys := []engine.MatchKey{{Ref: hsAccount("1"), Rule: "mail", Key: "DANA@x.example"}, {Ref: hsAccount("1"), Rule: "name", Key: "dana fox"}}
		return errors.Join(
			tx.PutKeys(keys), tx.FreezeReport("2026-10", noon, []byte(`{"detail":"Dana Fox has left"}`)), tx.PutGauge("2026-10-05", noon, []byte(`{"what":"dana fox"}`)),
			tx.PutCase(engine.MatchCase{ID: "c", Rule: "mail", Key: "dana@x.example", Reason: "two have dana@x.example", State: engine.CaseOpen, Since: noon, Candidates: []engine.Candidate{{Ref: hsAccount("1")}}}),
		)
	})
	update(t, s, func(tx engine.Tx) error {
		n, err := tx.Redact("", nil, []string{"Dana Fox", "dana@x.example"}, "[erased]")
		same(t, "redacted", n, 3)
		return err
	})
	view(t, s, func(tx engine.Tx) error {
		report, err := tx.FrozenReport("2026-10")
		same(t, "report", string(report), `{"detail":"[erased] has left"}`)
		cases, casesErr := tx.Cases(engine.CaseOpen)
		same(t, "case", []string{cases[0].Key, cases[0].Reason}, []string{"[erased]", "two have [erased]"})
		byMail, mailErr := tx.RecordsByKey("mail", "DANA@x.example", connectors.HubSpot)
		byName, nameErr := tx.RecordsByKey("name", "dana fox", connectors.HubSpot)
		same(t, "found", []int{len(byMail), len(byName)}, []int{0, 1})
		return errors.Join(err, casesErr, mailErr, nameErr)
	})
}
