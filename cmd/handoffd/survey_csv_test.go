package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func surveyOf(order string) surveyFormat {
	zone, _ := time.LoadLocation("America/New_York")
	return surveyFormat{
		respondent: "respondent", date: "date", answer: "answer", order: order, zone: zone,
		now: time.Date(2026, 11, 22, 12, 0, 0, 0, zone),
	}
}

// What survey tools export is read, whatever its columns, order and dates.
func TestReadSurvey(t *testing.T) {
	t.Parallel()
	midnight := "2026-11-03 00:00 EST"
	for _, c := range []struct{ name, order, head, line, want string }{
		{"plain", "ymd", "respondent,date,answer", "ann@acme.example,2026-11-03,5", midnight + " 5"},
		{"a mark, other columns, other case", "ymd", "\ufeffID,Answer,DATE,Respondent", "7,Agree,2026-11-03,ann@acme.example", midnight + " 4"},
		{"semicolons", "dmy", "respondent;date;answer", "ann@acme.example;3.11.2026;yes", midnight + " 5"},
		{"a form's time stamp", "ymd", "respondent,date,answer", "ann@acme.example,2026/11/03 4:30:00 PM GMT+1,Strongly disagree", midnight + " 1"},
		{"American", "mdy", "respondent,date,answer", "ann@acme.example,11/3/26 16:30,no", midnight + " 1"},
		{"a full time", "dmy", "respondent,date,answer", "ann@acme.example,2026-11-03T23:30:00-08:00,neutral", "2026-11-04 02:30 EST 3"},
	} {
		list, err := surveyOf(c.order).read("x.csv", strings.NewReader(c.head+"\n"+c.line+"\n"))
		if err != nil || len(list) != 1 {
			t.Errorf("%s: %v, %v", c.name, list, err)
			continue
		}
		got := fmt.Sprintf("%s %d", list[0].At.In(surveyOf("").zone).Format("2006-01-02 15:04 MST"), list[0].Score)
		if got != c.want || list[0].Respondent != "ann@acme.example" {
			t.Errorf("%s: %s of %s, want %s", c.name, got, list[0].Respondent, c.want)
		}
	}
}

// Every line's mistake is named, and nobody who answered.
func TestSurveyMistakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, order, text, want string }{
		{"no column", "ymd", "who,date,answer\n", "x.csv:1: the column respondent is missing; name the right one with --respondent"},
		{"empty", "ymd", "", "x.csv:1: reading the names of the columns"},
		{"nobody", "ymd", "respondent,date,answer\n,2026-11-03,5\n", "x.csv:2: it is not said who answered"},
		{"no such day", "ymd", "respondent,date,answer\nann,2026-02-30,5\n", `x.csv:2: "2026-02-30" is no date in the order ymd`},
		{"another order", "ymd", "respondent,date,answer\nann,31/10/2026,5\n", `"31/10/2026" is no date in the order ymd`},
		{"yet to come", "ymd", "respondent,date,answer\nann,2026-11-23,5\n", `"2026-11-23" is yet to come`},
		{"no answer", "ymd", "respondent,date,answer\nann,2026-11-03,6\nann,2026-11-03\n", `x.csv:3: "" is no answer`},
		{"broken", "ymd", "respondent,date,answer\n\"ann,2026-11-03,6\n", "x.csv: parse error on line 2"},
		{"no such order", "ydm", "respondent,date,answer\n", "--dates is ymd, mdy or dmy"},
	} {
		list, err := surveyOf(c.order).read("x.csv", strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "ann") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if len(list) > 0 && c.name != "no answer" {
			t.Errorf("%s: read %+v", c.name, list)
		}
	}
}

// FuzzSurvey: whatever a file holds, it is read or refused, and an answer that
// is read is one.
func FuzzSurvey(f *testing.F) {
	f.Add("respondent,date,answer\nann,2026-11-03,5\n", "ymd")
	f.Add("a;respondent;date;answer\n1;ann;3.11.26;agree\n", "dmy")
	f.Add("respondent,date,answer\nann,2026-11-03T10:00:00Z,yes\n", "mdy")
	f.Fuzz(func(t *testing.T, text, order string) {
		list, err := surveyOf(order).read("x.csv", strings.NewReader(text))
		if err != nil {
			return
		}
		for _, a := range list {
			if a.Respondent == "" || a.Score < 1 || a.Score > 5 || a.At.IsZero() || a.At.After(surveyOf("").now) {
				t.Errorf("read %+v", a)
			}
		}
	})
}
