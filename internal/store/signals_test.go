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

func TestReadings(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	reading := func(record, property string, minute int, value float64) mapping.CounterReading {
		return mapping.CounterReading{
			Key:     mapping.CounterKey{Record: record, Property: property},
			Reading: mapping.Reading{At: noon.Add(time.Duration(minute) * time.Minute), Value: value, Home: "h"},
		}
	}
	key := func(r mapping.CounterReading) engine.ReadingKey {
		return engine.ReadingKey{CounterKey: r.Key, At: r.At}
	}
	first, second, third := reading("c/1", "opens", 1, 1), reading("c/1", "opens", 5, 4), reading("c/1", "opens", 9, 7)
	other := reading("c/1", "clicks", 5, 2)
	update(t, s, func(tx engine.Tx) error {
		return errors.Join(tx.PutReadings([]mapping.CounterReading{third, first, other, reading("c/1", "opens", 5, 3)}), tx.PutReadings([]mapping.CounterReading{second}))
	})
	for name, c := range map[string]struct {
		key  engine.ReadingKey
		want []mapping.CounterReading
	}{
		"before all":    {key(reading("c/1", "opens", 0, 0)), []mapping.CounterReading{first}},
		"at one":        {key(second), []mapping.CounterReading{second, third}},
		"between":       {key(reading("c/1", "opens", 7, 0)), []mapping.CounterReading{second, third}},
		"after all":     {key(reading("c/1", "opens", 10, 0)), []mapping.CounterReading{third}},
		"another":       {key(other), []mapping.CounterReading{other}},
		"never counted": {key(reading("c/2", "opens", 1, 0)), nil},
	} {
		view(t, s, func(tx engine.Tx) error {
			got, err := tx.Readings([]engine.ReadingKey{c.key})
			same(t, name, got, c.want)
			return err
		})
	}
}

// TestPutPoints: what PutPoints brings replaces what stood there.
func TestPutPoints(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	home := hsAccount("1")
	row := func(value float64) []engine.PointRow {
		return []engine.PointRow{{Home: home, Point: mapping.Point{Signal: "visits", Source: "c/1", At: noon, Value: value}}}
	}
	update(t, s, func(tx engine.Tx) error { return errors.Join(tx.PutPoints(row(3)), tx.PutPoints(row(1))) })
	view(t, s, func(tx engine.Tx) error {
		got, err := tx.Points([]connectors.Ref{home}, time.Time{})
		same(t, "points", got, map[connectors.Ref][]mapping.Point{home: {row(1)[0].Point}})
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
