package workflows

import (
	"crypto/sha256"
	_ "embed" // the default template
	"encoding/hex"
	"fmt"
	"html"
	"sort"
	"strings"
	"text/template"
	"time"

	"handoffd/mapping"
)

//go:embed dossier.tmpl
var defaultDossier string

// MaxSummary is the most characters of a summary: what a Salesforce Task's
// Description takes (Object Reference, Task), less room for a line of ours.
// HubSpot takes more.
const MaxSummary = 31000

// MaxHTML is the most characters of its HTML: what a HubSpot note or task
// takes is 65,536 (Engagements API, hs_note_body), less room for a line of
// ours.
const MaxHTML = 65000

// Page is what the summary's template can show. Missing data is "", shown as
// missing and never invented.
type Page struct {
	Account, Domain, Industry    string
	Contact                      *Contact
	Value, FitScore, Fit, Target string
	// Flag is what an AE must know of an account that no criteria of fit have
	// seen: "no fit", "fit unknown", "not on the target account list".
	Flag     string
	Signals  []string
	Activity []string
	// Response is what the buyer answered, for the stage that follows it.
	Response string
	// Notes, DecisionMakers, Technology and News are of the fields of these
	// names, if the mapping has them.
	Notes, DecisionMakers, Technology, News string
	Stakeholders                            []Contact
	// MorePeople is how many are left out of Stakeholders.
	MorePeople                        int
	Reasons                           []string
	Approach, MarketingDoes, NextStep string
	Owner, OwnerWhy, Acknowledge, Due string
	// Call is when a promised discovery call must have been held, "" where
	// none was promised.
	Call              string
	Fields            map[string]string
	Stage, Type, Rule string
}

// ParseDossier compiles a summary template and runs it once on an empty page,
// so that a mistake in it is found when the config is loaded.
func ParseDossier(text string) (*template.Template, error) {
	t, err := template.New("summary").Option("missingkey=error").Funcs(template.FuncMap{
		"or_missing": func(s string) string {
			if s == "" {
				return "(missing)"
			}
			return s
		},
	}).Parse(text)
	if err != nil {
		return nil, fmt.Errorf("reading summary template: %w", err)
	}
	if err := t.Execute(&strings.Builder{}, Page{Contact: &Contact{}}); err != nil {
		return nil, fmt.Errorf("trying summary template: %w", err)
	}
	return t, nil
}

// summary writes the page, and shortens it until both CRMs take it.
func (p *Policy) summary(in Input, t Trace, plan Plan, contacts []Contact) (string, error) {
	page := p.page(in, t, plan, contacts)
	text, err := p.write(&page)
	if err != nil {
		return "", fmt.Errorf("writing summary of %s: %w", in.Account.ID, err)
	}
	if !fitsCRMs(text) {
		if text, err = p.shorten(&page); err != nil {
			return "", fmt.Errorf("shortening summary of %s: %w", in.Account.ID, err)
		}
	}
	return text, nil
}

func (p *Policy) write(page *Page) (string, error) {
	var b strings.Builder
	if err := p.Dossier.Execute(&b, page); err != nil {
		return "", err
	}
	return strings.TrimSpace(b.String()) + "\n", nil
}

func (p *Policy) page(in Input, t Trace, plan Plan, contacts []Contact) Page {
	m, hours := p.Mapping, p.CalendarNamed(plan.Calendar)
	page := Page{
		Account: oneLine(plan.Account), Domain: oneLine(m.Text(in.Account, mapping.DomainField)), Industry: oneLine(m.Text(in.Account, FieldIndustry)),
		Contact: clean(plan.Contact), Value: money(m.Text(in.Account, "value")), FitScore: m.Text(in.Account, "fit_score"),
		Fit: yesNo(m.Text(in.Account, "fit")), Target: yesNo(m.Text(in.Account, TargetField)),
		Notes: p.notes(in.Account), DecisionMakers: longLine(m.Text(in.Account, FieldDecisionMakers)),
		Technology: longLine(m.Text(in.Account, FieldTechnology)), News: longLine(m.Text(in.Account, FieldNews)),
		Reasons: plan.Reasons, Owner: plan.Owner.Name, OwnerWhy: plan.How(),
		Due: dayFormat(hours, plan.Due), Fields: map[string]string{},
		Stage: string(plan.Stage), Type: string(plan.Type), Rule: plan.Rule,
		NextStep: p.NextStep[plan.Stage], MarketingDoes: p.Marketing[plan.Type],
	}
	if !plan.Call.IsZero() {
		page.Call = dayFormat(hours, plan.Call)
	}
	if !p.SLA.Acknowledge.IsZero() {
		page.Acknowledge = dayFormat(hours, hours.Deadline(in.Now, p.SLA.Acknowledge))
	}
	for i := range m.Fields {
		page.Fields[m.Fields[i].Name] = oneLine(m.Text(in.Account, m.Fields[i].Name))
	}
	page.Flag = flag(plan.Type, page)
	page.Signals = p.signalWords(t)
	if e := in.Life.Open; e != nil && len(e.Signals) > 0 { // a later stage: what was seen then, and what came since
		page.Signals = sinceThen(e.Signals, page.Signals)
	}
	if len(page.Signals) == 0 {
		for _, reason := range plan.Reasons {
			if strings.HasPrefix(reason, responseReason) {
				continue // has a line of its own
			}
			page.Signals = append(page.Signals, oneLine(reason))
		}
	}
	if e := in.Life.Open; e != nil && e.Response != "" {
		page.Response = p.answered(e)
	}
	page.Approach = p.approach(plan.Type, page.Industry, t)
	page.Activity = p.activity(in)
	for i := range contacts {
		if c := clean(&contacts[i]); plan.Contact == nil || contacts[i].Ref != plan.Contact.Ref {
			page.Stakeholders = append(page.Stakeholders, *c)
		}
	}
	page.people(listed)
	page.Activity = few(page.Activity, listed)
	return page
}

// listed is how many activities and people are listed.
const listed = 10

// activity lists the latest points of the account's signals and what sales and
// the buyer did, newest first.
func (p *Policy) activity(in Input) []string {
	type entry struct {
		at   time.Time
		text string
	}
	var all []entry
	for _, s := range p.Mapping.Signals {
		for _, pt := range in.History[s.Name] {
			if pt.At.After(in.Now) {
				continue
			}
			text := strings.ReplaceAll(s.Name, "_", " ")
			if s.Kind == mapping.Counter {
				text = fmt.Sprintf("%s +%g", text, pt.Value)
			}
			if pt.Label != "" {
				text += ": " + oneLine(pt.Label)
			}
			all = append(all, entry{pt.At, text})
		}
	}
	for _, a := range mapping.OnceEach(in.Sales) {
		if at, text := deed(a); text != "" && !at.After(in.Now) {
			all = append(all, entry{at, text})
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at.After(all[j].at) })
	out := make([]string, len(all))
	for i, e := range all {
		out[i] = e.at.In(p.Calendar.Location()).Format(time.DateOnly) + "  " + e.text
	}
	return out
}

func clean(c *Contact) *Contact {
	if c == nil {
		return nil
	}
	return &Contact{Ref: c.Ref, Name: oneLine(c.Name), Title: oneLine(c.Title), Email: oneLine(c.Email), Modified: c.Modified}
}

// oneLine keeps hostile text from breaking the page's layout.
func oneLine(s string) string { return mapping.Clip(strings.Join(strings.Fields(s), " "), 300) }

func yesNo(s string) string {
	switch s {
	case "true":
		return "yes"
	case "false":
		return "no"
	}
	return s
}

// money groups the digits of a whole amount; other text stays as it is.
func money(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	digits := strings.TrimPrefix(whole, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return s
	}
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	out := b.String()
	if fraction != "" {
		out += "." + fraction
	}
	if strings.HasPrefix(whole, "-") {
		out = "-" + out
	}
	return out
}

// HTML turns a summary into HTML that holds nothing but what we wrote: every
// character of the text is escaped. A line that ends in a colon is a heading,
// lines that begin with "- " are a list.
func HTML(text string) string {
	var b strings.Builder
	list := false
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		item, isItem := strings.CutPrefix(line, "- ")
		if isItem != list {
			b.WriteString(map[bool]string{true: "<ul>", false: "</ul>"}[isItem])
			list = isItem
		}
		switch {
		case isItem:
			b.WriteString("<li>" + html.EscapeString(item) + "</li>")
		case strings.HasSuffix(line, ":"):
			b.WriteString("<p><strong>" + html.EscapeString(line) + "</strong></p>")
		case line == "":
		default:
			b.WriteString("<p>" + html.EscapeString(line) + "</p>")
		}
	}
	if list {
		b.WriteString("</ul>")
	}
	return b.String()
}

// Hash identifies a frozen summary: SHA-256, in hex.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
