package store

import (
	"database/sql"
	"time"

	"handoffd/internal/engine"
)

const (
	putAnswer = `
INSERT INTO survey_answers (respondent, day, at, score) VALUES ($1, $2, $3, $4)
ON CONFLICT (respondent, day) DO UPDATE SET at = excluded.at, score = excluded.score`
	answers     = `SELECT respondent, day, at, score FROM survey_answers WHERE at >= $1 AND at < $2 ORDER BY at, respondent`
	eraseAnswer = `DELETE FROM survey_answers WHERE respondent = $1`
)

// PutAnswers keeps answers; one of the same person and day is replaced.
func (t *Tx) PutAnswers(rows []engine.SurveyRow) error {
	_, err := execEach(t, "keeping the answers of a survey", putAnswer, rows, func(a engine.SurveyRow, buf []any) []any {
		return append(buf, a.Respondent, a.Day, micros(a.At), a.Score)
	})
	t.force = true // a person asked for it
	return err
}

// Answers lists the answers from one time until before another, oldest first.
func (t *Tx) Answers(from, to time.Time) ([]engine.SurveyRow, error) {
	var found []engine.SurveyRow
	err := t.query("reading the answers of a survey", answers, func(rows *sql.Rows) error {
		var a engine.SurveyRow
		var at int64
		err := rows.Scan(&a.Respondent, &a.Day, &at, &a.Score)
		a.At = timeOf(at)
		found = append(found, a)
		return err
	}, micros(from), micros(to))
	return found, err
}

// EraseAnswers removes all that these people answered.
func (t *Tx) EraseAnswers(respondents []string) (int64, error) {
	return execEach(t, "erasing the answers of a survey", eraseAnswer, respondents, func(who string, buf []any) []any {
		return append(buf, who)
	})
}
