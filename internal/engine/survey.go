package engine

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/workflows"
)

// SurveyAnswer is one line of a survey's export.
type SurveyAnswer struct {
	// Respondent is whatever tells people apart: an address, or an id of the
	// survey tool. It is not kept.
	Respondent string
	At         time.Time
	Score      int
}

// SurveyImport is what an import came to. A person's answers of one day are
// one, the last.
type SurveyImport struct {
	Added   int `json:"added"`
	Changed int `json:"changed"`
	Known   int `json:"known"`
	// Forgotten are answers of people who asked to be forgotten: left out.
	Forgotten int `json:"forgotten"`
	// Frozen are months whose report does not change any more, although new
	// answers fall into them.
	Frozen []string `json:"frozen,omitempty"`
}

// settingSurveyKey keeps the key with which respondents are hashed.
const settingSurveyKey = "survey_key"

// ImportSurvey takes up answers; the same ones again change nothing.
func ImportSurvey(ctx context.Context, s Store, p *workflows.Policy, list []SurveyAnswer) (out SurveyImport, err error) {
	err = s.Update(ctx, func(tx Tx) error {
		out = SurveyImport{}
		key, err := surveyKey(tx)
		if err != nil || len(list) == 0 {
			return err
		}
		if list, out.Forgotten, err = remembered(tx, list); err != nil {
			return err
		}
		rows := surveyRows(key, p, list)
		return out.keep(tx, p, rows)
	})
	if err != nil {
		return SurveyImport{}, fmt.Errorf("importing the answers of a survey: %w", err)
	}
	return out, nil
}

// keep writes what is new, and counts.
func (out *SurveyImport) keep(tx Tx, p *workflows.Policy, rows []SurveyRow) error {
	if len(rows) == 0 {
		return nil
	}
	known, err := tx.Answers(rows[0].At.Add(-24*time.Hour), rows[len(rows)-1].At.Add(24*time.Hour))
	if err != nil {
		return err
	}
	before := map[[2]string]SurveyRow{}
	for _, a := range known {
		before[[2]string{a.Respondent, a.Day}] = a
	}
	var fresh []SurveyRow
	months := map[string]bool{}
	for _, a := range rows {
		old, there := before[[2]string{a.Respondent, a.Day}]
		switch {
		case !there:
			out.Added++
		case old.Score == a.Score && old.At.Equal(a.At):
			out.Known++
			continue
		default:
			out.Changed++
		}
		fresh = append(fresh, a)
		months[a.Day[:len("2006-01")]] = true
	}
	for _, month := range slices.Sorted(maps.Keys(months)) {
		doc, err := tx.FrozenReport(month)
		if err != nil {
			return err
		}
		if doc != nil {
			out.Frozen = append(out.Frozen, month)
		}
	}
	return tx.PutAnswers(fresh)
}

// surveyRows are the answers as they are kept, oldest first: the last one of
// each person and day. Times have the microseconds that the store keeps.
func surveyRows(key string, p *workflows.Policy, list []SurveyAnswer) []SurveyRow {
	last := map[[2]string]SurveyRow{}
	for _, a := range list {
		row := SurveyRow{Respondent: respondent(key, a.Respondent), Day: p.Calendar.LocalDay(a.At), At: a.At.UTC().Truncate(time.Microsecond), Score: a.Score}
		id := [2]string{row.Respondent, row.Day}
		if old, there := last[id]; !there || !row.At.Before(old.At) {
			last[id] = row
		}
	}
	return slices.SortedFunc(maps.Values(last), func(a, b SurveyRow) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.Respondent, b.Respondent)
	})
}

// remembered leaves out those who asked to be forgotten.
func remembered(tx Tx, list []SurveyAnswer) (left []SurveyAnswer, forgotten int, err error) {
	hash := func(a SurveyAnswer) string { return personHashes(connectors.Ref{}, a.Respondent)[1] }
	hashes := make([]string, len(list))
	for i, a := range list {
		hashes[i] = hash(a)
	}
	gone, err := tx.Forgotten(hashes)
	if err != nil {
		return nil, 0, err
	}
	for _, a := range list {
		if gone[hash(a)] {
			forgotten++
			continue
		}
		left = append(left, a)
	}
	return left, forgotten, nil
}

// surveyKey is this store's own key: without it nobody can try addresses on
// the hashes. It is made when it is needed first.
func surveyKey(tx Tx) (key string, err error) {
	if err := getSetting(tx, settingSurveyKey, &key); err != nil || key != "" {
		return key, err
	}
	key = rand.Text()
	return key, putSetting(tx, settingSurveyKey, key)
}

// respondent is how a person is known in the answers.
func respondent(key, who string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(strings.ToLower(strings.TrimSpace(who))))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// forgetAnswers removes what the owners of the addresses answered.
func forgetAnswers(tx Tx, addresses []string) (int, error) {
	var key string
	if err := getSetting(tx, settingSurveyKey, &key); err != nil || key == "" {
		return 0, err
	}
	var who []string
	for _, a := range addresses {
		who = append(who, respondent(key, a))
	}
	n, err := tx.EraseAnswers(who)
	return int(n), err
}

// answersOf are a period's answers as the report counts them.
func answersOf(tx Tx, from, to time.Time) (out []workflows.Answer, err error) {
	rows, err := tx.Answers(from, to)
	for _, a := range rows {
		out = append(out, workflows.Answer{Respondent: a.Respondent, At: a.At, Score: a.Score})
	}
	return out, err
}
