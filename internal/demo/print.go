package demo

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"handoffd/connectors"
)

// Printer shows a play to a sales manager, act by act.
type Printer struct{ page page }

// NewPrinter returns a Printer that writes to w; bold if w is a terminal.
func NewPrinter(w io.Writer, bold bool) *Printer { return &Printer{page{w: w, bold: bold}} }

// Show prints an act that has ended, with what the report says by then; the
// one without a name is the conclusion. It is what Stage.Play calls.
func (p *Printer) Show(act string, r *Report) error {
	switch act {
	case actDayOne:
		p.dayOne(r)
	case actRelease:
		p.release(r)
	case actBuyers:
		p.buyers(r)
	case actRest:
		p.rest(r)
	default:
		p.handoffs(r)
		p.example(r)
		p.alerts(r)
		p.aside(r)
		p.calls(r)
		p.verdict(r)
	}
	return p.page.err
}

func (r *Report) cycle(act string) Cycle {
	for _, c := range r.Cycles {
		if c.Act == act {
			return c
		}
	}
	return Cycle{}
}

func (p *Printer) dayOne(r *Report) {
	c, a := r.cycle(actDayOne), r.Accounts
	p.page.heading("1. Day one: handoffd reads, matches and decides, and writes nothing")
	p.page.fact("read", "%s", perSystem(c.Read, "records"))
	p.page.fact("accounts", "%d: %d in both CRMs, %d in Salesforce only, %d in HubSpot only", a.Total, a.Matched,
		a.Records[connectors.Salesforce]-a.Matched, a.Records[connectors.HubSpot]-a.Matched)
	p.page.fact("left out", "%d accounts more, by the where clause of one CRM or the other", a.OutOfScope)
	p.page.fact("their people", "%s", perSystem(a.Contacts, ""))
	p.page.fact("decided", "%s", decisions(r.DayOne))
	p.page.fact("written", "%s (%s)", perSystem(c.Writes, ""), c.Reason)
	p.page.fact("planned", "%d handoffs, if it were allowed to:", len(r.Planned))
	p.page.line("")
	p.plan(r.Planned)
}

// plan shows what would be handed off.
func (p *Printer) plan(planned []Handoff) {
	rows := make([][]string, len(planned))
	for i, h := range planned {
		why := strings.Join(h.Why, "; ")
		if h.Blocked != "" {
			why = "blocked: " + h.Blocked
		}
		rows[i] = []string{h.Name, h.Owner, systemName(h.System), h.Due, why}
	}
	p.page.table([]int{32, 14, 10, 10}, 3, []string{"ACCOUNT", "TO", "IN", "DUE", "CRITERION: WHAT IT SAW"}, rows)
}

func (p *Printer) release(r *Report) {
	c := r.cycle(actRelease)
	p.page.heading("2. `handoffd release`: what was planned is done")
	p.page.fact("handed off", "%d of the %d planned", c.Handoffs, len(r.Planned))
	p.page.fact("written", "%s", kinds(c.Kinds))
}

func (p *Printer) buyers(r *Report) {
	c := r.cycle(actBuyers)
	p.page.heading("3. Buyers act, and handoffd notices")
	rows := make([][]string, len(r.Moves))
	for i, m := range r.Moves {
		rows[i] = []string{m.Account, "handed off", m.What}
		if !m.HandedOff {
			rows[i][1], rows[i][2] = "stays", m.What+", but: "+m.Why
		}
	}
	p.page.table([]int{18, 10}, 3, []string{"ACCOUNT", "", "WHAT HAPPENS"}, rows)
	p.page.line("")
	p.page.fact("handed off", "%d", c.Handoffs)
	p.page.fact("written", "%s", kinds(c.Kinds))
}

func (p *Printer) rest(r *Report) {
	c := r.cycle(actRest)
	p.page.heading("4. Rest: nobody does anything, and neither does handoffd")
	p.page.fact("read", "%s: its own writes, seen again", perSystem(c.Read, "records"))
	p.page.fact("written", "%s", perSystem(c.Writes, ""))
}

func (p *Printer) handoffs(r *Report) {
	p.page.heading(fmt.Sprintf("Handed off: %d accounts", len(r.Handoffs)))
	rows := make([][]string, len(r.Handoffs))
	for i, h := range r.Handoffs {
		why := strings.Join(h.Words, "; ")
		if why == "" {
			why = strings.Join(h.Why, "; ")
		}
		rows[i] = []string{h.Name, h.Owner + ", " + strings.ToUpper(h.Stage), systemName(h.System), shortDay(h.Due), why}
	}
	p.page.table([]int{22, 17, 10, 6}, 5, []string{"ACCOUNT", "TO", "TASK IN", "DUE", "WHY, AS ITS TASK SAYS"}, rows)
}

func (p *Printer) example(r *Report) {
	e := r.Example
	if e == nil {
		return
	}
	t := e.Task
	p.page.heading("One of them, as it stands in the CRMs: " + safe(e.Account, 50))
	p.page.fact("task", "%s in %s, on account %s", t.ID, systemName(t.System), t.Account)
	p.page.fact("subject", "%s", safe(t.Subject, 3*width))
	p.page.fact("assigned to", "%s, due %s, priority %s, status %s", safe(t.Owner, 40), t.Due, t.Priority, t.Status)
	if t.Contact != "" {
		p.page.fact("contact", "%s", safe(t.Contact, 60))
	}
	for _, f := range e.Fields {
		p.page.fact(systemName(f.System), "%s = %s", f.Field, safe(f.Value, 60))
	}
	if e.Manager != nil {
		p.page.fact("manager", "%s was told by %s in %s: %s", safe(e.Manager.To, 40), e.Manager.Way, systemName(e.Manager.System), safe(e.Manager.Title, 120))
	}
	if e.Note != nil {
		p.page.fact("note", "%s in HubSpot holds the same page", e.Note.ID)
	}
	p.page.fact("summary", "as it stands on the task:")
	p.page.text(t.Body)
}

func (p *Printer) alerts(r *Report) {
	p.page.heading(fmt.Sprintf("Managers were told: %d alerts", len(r.Alerts)))
	type key struct{ to, way string }
	counts := map[key][]string{}
	var order []key
	for _, a := range r.Alerts {
		k := key{a.To, a.Way + " in " + systemName(a.System)}
		if counts[k] == nil {
			order = append(order, k)
		}
		counts[k] = append(counts[k], safe(strings.TrimPrefix(a.Title, "Handed to sales: "), 30))
	}
	rows := make([][]string, len(order))
	for i, k := range order {
		rows[i] = []string{k.to, k.way, strconv.Itoa(len(counts[k])), strings.Join(counts[k], ", ")}
	}
	p.page.table([]int{20, 26, 5}, 5, []string{"MANAGER", "BY", "COUNT", "ABOUT"}, rows)
}

// aside shows what was set aside and what waits.
func (p *Printer) aside(r *Report) {
	p.page.heading(fmt.Sprintf("Parked for a person: %d", len(r.Parked)))
	rows := make([][]string, len(r.Parked))
	for i, x := range r.Parked {
		rows[i] = []string{x.Name, x.Field, x.Value, x.Reason}
	}
	p.page.table([]int{22, 14, 22}, 4, []string{"ACCOUNT", "FIELD", "VALUE", "REASON"}, rows)
	p.cases(r.Cases)
	n := 0
	for _, w := range r.Waiting {
		n += len(w.Accounts)
	}
	p.page.heading(fmt.Sprintf("Waiting, so without a verdict: %d accounts", n))
	rows = nil
	for _, w := range r.Waiting {
		const named = 3
		names, more := w.Accounts, ""
		if len(names) > named {
			names, more = names[:named], fmt.Sprintf(" and %d more", len(w.Accounts)-named)
		}
		rows = append(rows, []string{strconv.Itoa(len(w.Accounts)), strings.Join(names, ", ") + more, strings.TrimPrefix(w.Reason, "waiting for data: ")})
	}
	p.page.table([]int{5, 50}, 3, []string{"COUNT", "ACCOUNTS", "REASON"}, rows)
}

// cases shows the matches that no rule may make.
func (p *Printer) cases(cases []Case) {
	p.page.heading(fmt.Sprintf("Matches for a person, see `handoffd cases`: %d", len(cases)))
	rows := make([][]string, len(cases))
	for i, c := range cases {
		rows[i] = []string{strings.Join(c.Names, ", "), c.Rule + " " + c.Key, c.Reason}
	}
	p.page.table([]int{44, 32}, 3, []string{"ACCOUNTS", "RULE", "REASON"}, rows)
}

func (p *Printer) calls(r *Report) {
	p.page.heading("API calls, as the CRMs counted them")
	var rows [][]string
	for _, c := range r.Cycles {
		row := []string{c.Act}
		for _, system := range connectors.Systems() {
			row = append(row, strconv.Itoa(c.Calls[system]))
		}
		rows = append(rows, append(row, fmt.Sprintf("%d records and alerts", sum(c.Writes))))
	}
	p.page.table([]int{12, 12, 12}, 1, []string{"ACT", "SALESFORCE", "HUBSPOT", "WRITTEN"}, rows)
	var parts []string
	for _, system := range connectors.Systems() {
		a := r.Allowance[system]
		parts = append(parts, fmt.Sprintf("%d of %d in %s", a.Used, a.Limit, systemName(system)))
	}
	p.page.line("")
	p.page.fact("of the day's", "%s, this report's own reading included", strings.Join(parts, ", "))
}

func (p *Printer) verdict(r *Report) {
	p.page.heading("Checked against the CRMs")
	if r.OK() {
		p.page.line("%d expectations, all met: one task for each of %d handoffs, with its summary, owner and", r.Expectations, len(r.Handoffs))
		p.page.line("due date; the same status in every CRM that has the account; nothing written on day one or at rest.")
		return
	}
	p.page.line("%d of %d expectations were not met:", len(r.Failures), r.Expectations)
	for _, f := range r.Failures {
		p.page.fact("", "- %s", safe(f, 3*width))
	}
}
