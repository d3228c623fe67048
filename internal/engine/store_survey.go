package engine

import "time"

// SurveyRow is one answer as it is kept: the person as a keyed hash.
type SurveyRow struct {
	Respondent string
	// Day is the day of the team's calendar: one answer counts on each.
	Day   string
	At    time.Time
	Score int
}

// SurveyTx keeps what sales answered in surveys.
type SurveyTx interface {
	// PutAnswers adds answers; one of the same person and day is replaced.
	PutAnswers(rows []SurveyRow) error
	// Answers lists those from one time until before another.
	Answers(from, to time.Time) ([]SurveyRow, error)
	// EraseAnswers removes all that these people answered, and says how many.
	EraseAnswers(respondents []string) (int64, error)
}
