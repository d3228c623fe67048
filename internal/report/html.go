package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"handoffd/workflows"
)

//go:embed page.html
var pageText string

// page is one HTML page: what it shows, in the order in which it shows it.
type page struct {
	Title, Span, Maturity, Policy, Headline string
	Queue                                   *int
	Advice                                  string
	Sections                                []section
	Question, Survey                        string
	Columns                                 []string
	Groups                                  []groupTable
}

type section struct {
	Title   string
	Figures []figureRow
}

type figureRow struct {
	Title, Name, Value, Target, Standing, Before, Of string
	Accounts                                         []accountRow
}

type accountRow struct{ Name, Owner, Counts, Detail string }

type groupTable struct {
	By   string
	Rows []groupRow
}

type groupRow struct {
	Value string
	Cells []string
}

// HTML writes the report as a page without any outside resource or script.
// survey is a link for sales, "" for none. With lists, the accounts behind each figure are there to be unfolded.
func HTML(w io.Writer, r workflows.Report, lists bool, survey string) error {
	t, err := template.New("report").Parse(pageText)
	if err != nil {
		return fmt.Errorf("reading the report's template: %w", err)
	}
	p := page{
		Title: r.Name, Span: span(r), Maturity: maturity(r), Policy: r.Policy, Headline: headline(r), Queue: r.Queue, Advice: r.Advice,
		Question: question, Survey: survey,
		Columns: titles(r), Sections: sections(r, lists),
	}
	for _, by := range workflows.GroupedBy() {
		g := groupTable{By: by}
		for _, one := range GroupsBy(r, by) {
			g.Rows = append(g.Rows, groupRow{clean(one.Value, 120), cells(one)})
		}
		if len(g.Rows) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

func sections(r workflows.Report, lists bool) (out []section) {
	for _, f := range r.Figures {
		if len(out) == 0 || out[len(out)-1].Title != f.Section {
			out = append(out, section{Title: f.Section})
		}
		row := figureRow{
			Title: f.Title, Name: f.Measure, Value: value(f.Kind, f.Value), Target: f.Target, Standing: string(f.Standing),
			Before: before(f), Of: outOf(f),
		}
		for _, e := range f.Entries {
			if lists {
				row.Accounts = append(row.Accounts, accountRow{clean(e.Name, 80), clean(e.Owner, 60), counts(f, e), clean(e.Detail, 120)})
			}
		}
		last := &out[len(out)-1]
		last.Figures = append(last.Figures, row)
	}
	return out
}

func titles(r workflows.Report) (out []string) {
	for _, name := range columns() {
		title := strings.ReplaceAll(name, "_", " ")
		if f := r.Figure(name); f != nil {
			title = f.Title
		}
		out = append(out, title)
	}
	return out
}
