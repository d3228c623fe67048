package demo

import (
	"fmt"
	"io"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/report"
)

// Printer shows a play to a sales manager, part by part.
type Printer struct {
	page  page
	shown bool // the example
}

// NewPrinter returns a Printer that writes to w; bold if w is a terminal.
func NewPrinter(w io.Writer, bold bool) *Printer { return &Printer{page: page{w: w, bold: bold}} }

// Show prints a part that has ended. It is what Options.Show wants.
func (p *Printer) Show(part Part, r *Report) error {
	switch part {
	case PartDayOne:
		p.dayOne(r.DayOne)
	case PartRelease:
		p.release(r)
	case PartChapter:
		p.chapter(r)
	default:
		p.months(r)
		p.verdict(r)
	}
	return p.page.err
}

func (p *Printer) dayOne(d DayOne) {
	p.page.heading(d.At.Format("2 January 2006") + ", day one: handoffd reads, matches and decides, and writes nothing")
	p.page.fact("read", "%s", perSystem(d.Read, "records"))
	p.page.fact("accounts", "%d, %d of them in both CRMs", d.Accounts, d.Matched)
	p.page.fact("decided", "%s", decisions(d.Decisions))
	written := "nothing"
	if d.Writes > 0 {
		written = fmt.Sprint(d.Writes)
	}
	p.page.fact("written", "%s (%s)", written, d.Reason)
	p.page.fact("deliver", "%s, to SDRs; who asks for a demo goes to an AE at once", d.Deliver)
	p.page.fact("planned", "%d handoffs, if it were allowed to:", len(d.Planned))
	rows := make([][]string, len(d.Planned))
	for i, h := range d.Planned {
		why := strings.TrimPrefix(strings.Join(h.Why, "; "), "intent: ")
		if h.Blocked != "" {
			why += "; blocked: " + h.Blocked
		}
		rows[i] = []string{h.Name, h.Owner, systemName(h.System), why}
	}
	p.page.table([]int{24, 14, 10}, 2, []string{"ACCOUNT", "TO", "IN", "WHY"}, rows)
}

func (p *Printer) release(r *Report) {
	p.page.heading("`handoffd release`: from here on it writes")
	p.page.fact("handed off", "%d of the %d planned; %d wait", r.Release.Handoffs, len(r.DayOne.Planned), r.Release.Queued)
	p.page.fact("written", "%s", kinds(r.Release.Kinds))
}

// named is how many accounts of an event are named.
const named = 5

func (p *Printer) chapter(r *Report) {
	c := r.Chapters[len(r.Chapters)-1]
	p.page.heading(safe(c.Title, width))
	for _, e := range c.Events {
		p.list(e.What, e.Accounts)
	}
	if len(c.Waiting) > 0 {
		p.list("in the queue", c.Waiting)
	}
	if c.Told > 0 {
		p.page.fact("alerts", "%d, to owners, managers and heads", c.Told)
	}
	if r.Example != nil && !p.shown {
		p.shown = true
		p.example(r.Example)
	}
}

// list shows how many accounts, and names the first.
func (p *Printer) list(what string, accounts []string) {
	names, more := accounts, ""
	if len(names) > named {
		names, more = names[:named], fmt.Sprintf(" and %d more", len(names)-named)
	}
	p.page.fact(what, "%d: %s%s", len(accounts), strings.Join(names, ", "), more)
}

func (p *Printer) example(e *Example) {
	p.page.heading("One of them, as it stands in the CRMs: " + safe(e.Account, 50))
	p.page.fact("task", "%s, for %s, due %s, %s", safe(e.Task.Subject, 3*width), safe(e.Task.Owner, 40), e.Task.Due, e.Task.Status)
	for _, system := range connectors.Systems() {
		var fields []string
		for _, f := range e.Fields {
			if f.System == system {
				fields = append(fields, f.Field+" = "+f.Value)
			}
		}
		p.page.fact(systemName(system), "%s", strings.Join(fields, ", "))
	}
	if e.Manager != nil {
		p.page.fact("manager", "%s was told by %s: %s", safe(e.Manager.To, 40), e.Manager.Way, safe(e.Manager.Title, 120))
	}
	p.page.fact("summary", "as it stands on the task:")
	p.page.text(e.Task.Body)
}

// firstContact is what sales found too slow.
const firstContact = "signal_to_first_touch"

// months shows both reports side by side, and what lay between them.
func (p *Printer) months(r *Report) {
	p.page.heading("`handoffd report` of both months")
	if len(r.Months) != 2 {
		return
	}
	a, b := r.Months[0], r.Months[1]
	p.page.fact("marketing", "changed deliver: from %s to %s", r.Change.From, r.Change.To)
	if was, is := a.Figure(firstContact), b.Figure(firstContact); was != nil && is != nil {
		p.page.fact("first contact", "%s after the signal in %s, %s in %s; sales wanted 2 days", report.Value(*was), a.Name, report.Value(*is), b.Name)
	}
	if p.page.err == nil {
		p.page.err = report.Beside(p.page.w, a, b)
	}
}

func (p *Printer) verdict(r *Report) {
	p.page.heading("Checked against the CRMs")
	if r.OK() {
		p.page.line("%d expectations, all met; %d days in %d rounds.", r.Expectations, int(r.Played.Hours()/24), r.Rounds)
		return
	}
	p.page.line("%d of %d expectations were not met:", len(r.Failures), r.Expectations)
	for _, f := range r.Failures {
		p.page.fact("", "- %s", safe(f, 3*width))
	}
}
