package dashboard

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page and its style
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
)

// How much the page shows of each list; the numbers above them and the API
// tell the rest.
const (
	shownHandoffs = 200
	shownPlanned  = 100
	shownProblems = 100
	shownCases    = 50
	shownFailures = 5
)

// page is the compiled page and the policy under which browsers show it.
type page struct {
	template *template.Template
	policy   string
}

func newPage() page {
	hash := sha256.Sum256([]byte(pageCSS))
	return page{
		template: template.Must(template.New("page").Funcs(template.FuncMap{"stamp": stamp}).Parse(pageHTML)),
		policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
			"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	}
}

// view is what the page shows.
type view struct {
	Style    template.CSS
	Version  string
	Now      time.Time
	Starting bool
	Summary  engine.Summary
	Missing  string
	Figures  []figure
	Planned  list[engine.PlannedHandoff]
	Handoffs list[handoff]
	Problems list[problem]
	Cases    list[engine.MatchCase]
	Readings []reading
	Failures []string
}

// figure is one number with its name.
type figure struct {
	Value any
	Label string
	Alarm bool // somebody should look at it
}

// list is the part of a list that is shown.
type list[T any] struct {
	Rows  []T
	Total int
}

// Hidden is how many are not shown.
func (l list[T]) Hidden() int { return l.Total - len(l.Rows) }

func first[T any](all []T, n int) list[T] {
	return list[T]{Rows: all[:min(n, len(all))], Total: len(all)}
}

// index shows the page.
func (s *server) index(w http.ResponseWriter, r *http.Request) {
	v, err := s.view(r)
	if err != nil {
		plain(w, http.StatusServiceUnavailable, s.excuse(r, err))
		return
	}
	var out bytes.Buffer
	if err := s.page.template.Execute(&out, v); err != nil {
		s.log.Error("rendering the page", "error", err)
		plain(w, http.StatusInternalServerError, "the page cannot be rendered")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(out.Bytes()) // an error means that the caller has gone
}

// view reads what the page shows.
func (s *server) view(r *http.Request) (view, error) {
	v := view{Style: template.CSS(pageCSS), Version: s.o.Version, Now: s.o.Clock.Now()}
	var err error
	if v.Summary, err = s.summary(r.Context()); errors.Is(err, errStarting) {
		v.Starting = true
	} else if err != nil {
		return v, err
	}
	err = s.o.Store.View(r.Context(), func(tx engine.Tx) error {
		handoffs, err := readHandoffs(tx, v.Now.Add(-month))
		if err != nil {
			return err
		}
		problems, err := readProblems(tx)
		if err != nil {
			return err
		}
		cases, err := tx.Cases(engine.CaseOpen)
		if err != nil {
			return err
		}
		v.Cases = first(cases, shownCases)
		v.Handoffs, v.Problems = first(handoffs, shownHandoffs), first(problems, shownProblems)
		v.Readings, err = s.readings(tx)
		return err
	})
	v.Missing = missing(v.Readings)
	v.Planned = first(v.Summary.Planned, shownPlanned)
	v.Failures = v.Summary.Failures[max(0, len(v.Summary.Failures)-shownFailures):]
	v.Figures = figures(v)
	return v, err
}

func figures(v view) []figure {
	s := v.Summary
	out := []figure{
		{v.Handoffs.Total, "handed off in 30 days", false},
		{s.Queued, "in the queue", false},
		{s.Waiting, "waiting for data", false},
		{v.Problems.Total, "parked", v.Problems.Total > 0},
		{v.Cases.Total, "matches for a person", v.Cases.Total > 0},
		{s.Pending, "writes pending", false},
		{s.Accounts, "accounts", false},
		{s.Matched, "in both CRMs", false},
		{s.OutOfScope, "out of scope", false},
	}
	for _, system := range connectors.Systems() {
		out = append(out, figure{s.APICalls[system], fmt.Sprintf("API calls to %s", system), false})
	}
	return out
}

// stamp shows a time in UTC, to the minute.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.UTC().Format("2006-01-02 15:04")
}
