package store

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

func TestCounters(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	key := func(record, property string) mapping.CounterKey {
		return mapping.CounterKey{Record: record, Property: property}
	}
	update(t, s, func(tx engine.Tx) error {
		return tx.PutCounters(map[mapping.CounterKey]float64{key("c/1", "opens"): 1, key("c/1", "clicks"): 2, key("c/2", "opens"): 3})
	})
	update(t, s, func(tx engine.Tx) error {
		return tx.PutCounters(map[mapping.CounterKey]float64{key("c/1", "opens"): 10.25})
	})
	view(t, s, func(tx engine.Tx) error {
		got, err := tx.Counters([]mapping.CounterKey{key("c/1", "opens"), key("c/2", "opens"), key("c/2", "clicks"), key("c/3", "opens"), key("c/1", "opens")})
		same(t, "counters", got, map[mapping.CounterKey]float64{key("c/1", "opens"): 10.25, key("c/2", "opens"): 3})
		return err
	})
}

func TestPoints(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	home, twin, other := hsAccount("1"), sfAccount("1"), hsAccount("2")
	point := func(signal, source string, at time.Time, value float64) mapping.Point {
		return mapping.Point{Signal: signal, Source: source, At: at, Value: value, Label: "l"}
	}
	early, late := noon.Add(-48*time.Hour), noon.Add(time.Microsecond)
	old := point("visits", "c/1", early, 1)
	first, second, third := point("demo", "c/1", noon, 1), point("visits", "c/1", noon, 2), point("visits", "c/2", noon, 4)
	last := point("visits", "c/1", late, 8)
	rows := []engine.PointRow{
		{Home: home, Point: last}, {Home: home, Point: third}, {Home: home, Point: old}, {Home: home, Point: second}, {Home: home, Point: first},
		{Home: twin, Point: second}, {Home: other, Point: old},
	}
	add := func(rows []engine.PointRow) (n int) {
		update(t, s, func(tx engine.Tx) (err error) {
			n, err = tx.AddPoints(rows)
			return err
		})
		return n
	}
	same(t, "new at first", add(rows), len(rows))
	changed := second
	changed.Value = 99
	same(t, "new the second time", add(append(rows, engine.PointRow{Home: home, Point: changed})), 0)
	view(t, s, func(tx engine.Tx) error {
		got, err := tx.Points([]connectors.Ref{other, home, twin, home, hsAccount("absent"), hsContact("1")}, noon)
		same(t, "since noon", got, map[connectors.Ref][]mapping.Point{home: {first, second, third, last}, twin: {second}})
		all, allErr := tx.Points([]connectors.Ref{home}, time.Time{})
		same(t, "since ever", all, map[connectors.Ref][]mapping.Point{home: {old, first, second, third, last}})
		return errors.Join(err, allErr)
	})
}

func TestPointsOfManyHomes(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	var rows []engine.PointRow
	var homes []connectors.Ref
	want := map[connectors.Ref][]mapping.Point{}
	for i := range listChunk + 7 {
		home := hsAccount(fmt.Sprint(i))
		p := mapping.Point{Signal: "visits", Source: home.String(), At: noon.Add(time.Duration(i)), Value: float64(i)}
		p.At = p.At.Truncate(time.Microsecond)
		rows, homes = append(rows, engine.PointRow{Home: home, Point: p}), append(homes, home)
		want[home] = []mapping.Point{p}
	}
	update(t, s, func(tx engine.Tx) error {
		_, err := tx.AddPoints(rows)
		return err
	})
	view(t, s, func(tx engine.Tx) error {
		got, err := tx.Points(homes, noon)
		same(t, "points", got, want)
		return err
	})
}

func TestPointsRefuse(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	for name, p := range map[string]engine.PointRow{
		"a contact's":               {Home: hsContact("1")},
		"nobody's":                  {Home: hsAccount("")},
		"a value that is no number": {Home: hsAccount("1"), Point: mapping.Point{Value: math.NaN()}},
	} {
		err := s.Update(t.Context(), func(tx engine.Tx) error {
			_, err := tx.AddPoints([]engine.PointRow{p})
			return err
		})
		if err == nil {
			t.Errorf("a point was taken: %s", name)
		}
	}
}
