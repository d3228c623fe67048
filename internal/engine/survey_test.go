package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/internal/engine"
)

// TestImportSurvey: the same file again changes nothing, a corrected answer
// counts instead of the old one, and nobody is named.
func TestImportSurvey(t *testing.T) {
	t.Parallel()
	h := reportHouse(t)
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	list := []engine.SurveyAnswer{
		{Respondent: "Ann@Acme.example", At: at(1, 15), Score: 5},
		{Respondent: " ann@acme.example", At: at(1, 16), Score: 2}, // the same day again: the last one
		{Respondent: "bob@acme.example", At: at(1, 15), Score: 4},
		{Respondent: "cy@acme.example", At: at(1, 15), Score: 3},
	}
	take := func(want engine.SurveyImport) {
		t.Helper()
		got, err := engine.ImportSurvey(t.Context(), h.store, h.compiled(), list)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("import (-want +got):\n%s", diff)
		}
	}
	take(engine.SurveyImport{Added: 3})
	take(engine.SurveyImport{Known: 3})
	figure(t, h.month(h.clock.Now()), "sales_survey", 1, 3)
	list[3].Score = 4
	take(engine.SurveyImport{Changed: 1, Known: 2})
	r := h.month(h.clock.Now())
	f := figure(t, r, "sales_survey", 2, 3)
	figure(t, r, "sales_satisfaction", 0, 0) // kept apart
	for _, e := range f.Entries {
		if strings.Contains(e.Name+e.Account+e.Owner, "acme") {
			t.Errorf("the entry %+v names somebody", e)
		}
	}
	if rows := answersIn(t, h, at(1, 0), at(2, 0)); len(rows) != 3 || strings.Contains(rows[0].Respondent, "@") {
		t.Errorf("kept: %+v", rows)
	}
}

func answersIn(t *testing.T, h *house, from, to time.Time) (rows []engine.SurveyRow) {
	t.Helper()
	look(t, h, func(tx engine.Tx) (err error) {
		rows, err = tx.Answers(from, to)
		return err
	})
	return rows
}

// TestSurveyForgets: who is forgotten is in no survey, then or later.
func TestSurveyForgets(t *testing.T) {
	t.Parallel()
	h := reportHouse(t)
	at := h.clock.Now().Add(-time.Hour)
	list := []engine.SurveyAnswer{{Respondent: "ann@acme.example", At: at, Score: 5}, {Respondent: "bob@acme.example", At: at, Score: 1}}
	take := func() engine.SurveyImport {
		t.Helper()
		got, err := engine.ImportSurvey(t.Context(), h.store, h.compiled(), list)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	take()
	done, err := engine.Forget(t.Context(), h.store, "Ann@acme.example", h.clock.Now())
	if err != nil || done.Redacted != 1 {
		t.Errorf("forgotten %+v, %v", done, err)
	}
	figure(t, h.month(h.clock.Now()), "sales_survey", 0, 1)
	if got := take(); got.Forgotten != 1 || got.Known != 1 || got.Added != 0 {
		t.Errorf("read again: %+v", got)
	}
	figure(t, h.month(h.clock.Now()), "sales_survey", 0, 1)
}

// TestSurveyOfAFrozenMonth says that the report stays as it is.
func TestSurveyOfAFrozenMonth(t *testing.T) {
	t.Parallel()
	h := reportHouse(t)
	november := h.clock.Now()
	h.clock.Set(time.Date(2026, 12, 8, 0, 0, 0, 0, time.UTC))
	h.once()
	list := []engine.SurveyAnswer{{Respondent: "a", At: november, Score: 5}, {Respondent: "a", At: h.clock.Now(), Score: 5}}
	got, err := engine.ImportSurvey(t.Context(), h.store, h.compiled(), list)
	if diff := cmp.Diff(engine.SurveyImport{Added: 2, Frozen: []string{"2026-11"}}, got); diff != "" || err != nil {
		t.Errorf("import (-want +got):\n%s, %v", diff, err)
	}
	figure(t, h.month(november), "sales_survey", 0, 0)
	figure(t, h.month(h.clock.Now()), "sales_survey", 1, 1)
}
