package workflows

import (
	"fmt"
	"slices"
	"time"
)

// Answer is what one person in sales said in a survey. Who it was is not known:
// Respondent only tells two people apart.
type Answer struct {
	Respondent string
	At         time.Time
	// Score is 1 to 5; 4 and 5 agree that the accounts are qualified.
	Score int
}

// surveyed counts the people who answered in the period, each with the last
// thing that they said in it.
func surveyed(s *sheet) Figure {
	last := map[string]Answer{}
	for _, a := range s.Answers {
		if s.in(a.At) && !a.At.Before(last[a.Respondent].At) {
			last[a.Respondent] = a
		}
	}
	f := Figure{N: len(last)}
	for who, a := range last {
		e := Entry{Name: "respondent " + who[:min(len(who), 8)], Hit: a.Score >= agrees}
		e.Detail = fmt.Sprintf("%s: %d of 5", s.day("answered", a.At), a.Score)
		if e.Hit {
			f.Hits++
		}
		f.Entries = append(f.Entries, e)
	}
	slices.SortFunc(f.Entries, func(a, b Entry) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return f
}
