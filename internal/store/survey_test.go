package store

import (
	"testing"
	"time"

	"handoffd/internal/engine"
)

// TestSurveyAnswers: one answer per person and day, the last one written.
func TestSurveyAnswers(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	row := func(who, day string, at time.Time, score int) engine.SurveyRow {
		return engine.SurveyRow{Respondent: who, Day: day, At: at, Score: score}
	}
	first, second := row("a", "2026-11-02", noon, 2), row("b", "2026-11-02", noon.Add(time.Microsecond), 5)
	other := row("a", "2026-11-03", noon.Add(24*time.Hour), 4)
	between := func(what string, from, to time.Time, want ...engine.SurveyRow) {
		t.Helper()
		view(t, s, func(tx engine.Tx) error {
			got, err := tx.Answers(from, to)
			same(t, what, got, want)
			return err
		})
	}
	update(t, s, func(tx engine.Tx) error { return tx.PutAnswers([]engine.SurveyRow{second, first, other}) })
	between("all", noon, noon.Add(48*time.Hour), first, second, other)
	between("without the end", noon.Add(time.Microsecond), other.At, second)
	first.Score = 3
	update(t, s, func(tx engine.Tx) error { return tx.PutAnswers([]engine.SurveyRow{first}) })
	between("said anew", noon, other.At, first, second)
	update(t, s, func(tx engine.Tx) error {
		n, err := tx.EraseAnswers([]string{"a", "nobody"})
		same(t, "erased", n, int64(2))
		return err
	})
	between("erased", noon, noon.Add(48*time.Hour), second)
}
