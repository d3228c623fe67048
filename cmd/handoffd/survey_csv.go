package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"handoffd/internal/engine"
	"handoffd/mapping"
)

// surveyFormat says how a survey's export is to be read.
type surveyFormat struct {
	respondent, date, answer string
	// order is that of a date's numbers: ymd, mdy or dmy.
	order string
	zone  *time.Location
	now   time.Time
}

// maxSurvey bounds a file of answers.
const maxSurvey = 20 << 20

// read reads all answers. Every line's mistake is named, never who answered,
// and with one mistake nothing is done.
func (f surveyFormat) read(name string, r io.Reader) ([]engine.SurveyAnswer, error) {
	if !slices.Contains([]string{"ymd", "mdy", "dmy"}, f.order) {
		return nil, fmt.Errorf("--dates is ymd, mdy or dmy, not %q", mapping.Clip(f.order, 20))
	}
	text, err := io.ReadAll(io.LimitReader(r, maxSurvey+1))
	if err != nil || len(text) > maxSurvey {
		return nil, errors.Join(fmt.Errorf("%s: it cannot be read, or has more than 20 MB", name), err)
	}
	in := sheetReader(bytes.NewReader(text))
	columns, err := f.columns(name, in)
	if err != nil {
		return nil, err
	}
	var out []engine.SurveyAnswer
	var mistakes []error
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, errors.Join(mistakes...)
		}
		if err != nil {
			return nil, errors.Join(append(mistakes, fmt.Errorf("%s: %w", name, err))...)
		}
		line, _ := in.FieldPos(0)
		a, err := f.one(row, columns)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s:%d: %w", name, line, err))
			continue
		}
		out = append(out, a)
	}
}

// columns finds the three columns by the names in the first line.
func (f surveyFormat) columns(name string, in *csv.Reader) (found [3]int, err error) {
	head, err := in.Read()
	if err != nil {
		return found, fmt.Errorf("%s:1: reading the names of the columns: %w", name, err)
	}
	var missing []error
	for i, want := range [][2]string{{f.respondent, "respondent"}, {f.date, "date"}, {f.answer, "answer"}} {
		found[i] = slices.IndexFunc(head, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), strings.TrimSpace(want[0])) })
		if found[i] < 0 {
			missing = append(missing, fmt.Errorf("%s:1: the column %s is missing; name the right one with --%s", name, mapping.Clip(want[0], 80), want[1]))
		}
	}
	return found, errors.Join(missing...)
}

func (f surveyFormat) one(row []string, columns [3]int) (a engine.SurveyAnswer, err error) {
	cell := func(i int) string {
		if i := columns[i]; i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	if a.Respondent = cell(0); a.Respondent == "" {
		return a, errors.New("it is not said who answered: an address, or an id of the answer")
	}
	if a.At, err = f.time(cell(1)); err != nil {
		return a, err
	}
	if a.At.After(f.now) {
		return a, fmt.Errorf("%q is yet to come", mapping.Clip(cell(1), 40))
	}
	a.Score, err = surveyScore(cell(2))
	return a, err
}

// time reads a day, in the team's zone, or a full time. Of a day with a time
// of day that does not say in which zone only the day is taken.
func (f surveyFormat) time(text string) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	wrong := fmt.Errorf("%q is no date in the order %s", mapping.Clip(text, 40), f.order)
	date, _, _ := strings.Cut(strings.ReplaceAll(text, "T", " "), " ")
	parts := strings.FieldsFunc(date, func(c rune) bool { return c == '-' || c == '/' || c == '.' })
	if len(parts) != len(f.order) {
		return time.Time{}, wrong
	}
	var n [3]int
	for i, p := range parts {
		x, err := strconv.Atoi(p)
		if err != nil || x < 0 {
			return time.Time{}, wrong
		}
		n[strings.IndexByte("ymd", f.order[i])] = x
	}
	if n[0] < 100 {
		n[0] += 2000
	}
	at := time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, f.zone)
	if at.Year() != n[0] || int(at.Month()) != n[1] || at.Day() != n[2] {
		return time.Time{}, wrong
	}
	return at, nil
}

// surveyScore reads an answer: 1 to 5, or the usual words.
func surveyScore(text string) (int, error) {
	words := map[string]int{
		"strongly agree": 5, "agree": 4, "neutral": 3, "neither agree nor disagree": 3, "disagree": 2, "strongly disagree": 1,
		"yes": 5, "no": 1, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5,
	}
	if score, ok := words[strings.ToLower(text)]; ok {
		return score, nil
	}
	return 0, fmt.Errorf("%q is no answer: 1 to 5, yes or no, or strongly agree, agree, neutral, disagree, strongly disagree", mapping.Clip(text, 40))
}
