package workflows_test

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

var fullMapping = strings.Replace(mappingText, "signals:\n", `  industry:        {type: text, hubspot: industry, salesforce: Industry}
  crm_notes:       {type: text, salesforce: Description}
  technology:      {type: text, hubspot: web_technologies}
  news:            {type: text, hubspot: news}
  decision_makers: {type: text, salesforce: Deciders__c}
signals:
  referral:     {hubspot: contact.referral_at, kind: event}
`, 1)

var fullPolicy = strings.Replace(policyText, "limits:", `  referred: {type: relationship, to: ae, when: 'count(referral, "7d") >= 1'}
summary:
  approach:
    intent: Ask for a call.
    industries: {Software: "Software: bring the API guide."}
    signals: {visits: Refer to the pages that they read., intent_score: They compare vendors now.}
  marketing: {intent: Sends the guide and no campaigns.}
limits:`, 1)

var seller = []mapping.SalesActivity{
	{Ref: connectors.Ref{System: connectors.Salesforce, Object: connectors.Task, ID: "1"}, Kind: connectors.Call, Subject: "Left a\nvoicemail", OwnerID: "005", Done: true, Created: monday.Add(-3 * days), At: monday.Add(-3 * days)},
	{Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Email, ID: "2"}, Kind: connectors.Email, Subject: "Re: pricing", Inbound: true, Done: true, Created: monday.Add(-2 * days), At: monday.Add(-2 * days)},
	{Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Email, ID: "3"}, Kind: connectors.Email, Subject: "Newsletter", Automated: true, Done: true, Created: monday.Add(-days), At: monday.Add(-days)},
	{Ref: connectors.Ref{System: connectors.Salesforce, Object: connectors.Task, ID: "4"}, Kind: connectors.Task, Subject: "yet to do", OwnerID: "005", Created: monday.Add(-days)},
	{Ref: connectors.Ref{System: connectors.Salesforce, Object: connectors.Opportunity, ID: "5"}, Kind: connectors.Opportunity, Subject: "Acme 2025", Done: true, Created: monday.Add(-90 * days), At: monday.Add(-80 * days)},
}

// TestSummaryPerTypeAndStage freezes what each of them reads.
func TestSummaryPerTypeAndStage(t *testing.T) {
	t.Parallel()
	contacts := []workflows.Contact{{Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: "7"}, Name: "Dana Buyer", Title: "VP Operations", Email: "dana@acme.example", Modified: monday}}
	known := func(s *story) {
		s.hubspot(monday, with("intent_score=82", "fit_score=8.5", "domain=acme.example", "intent_at=2026-11-01T00:00:00Z", "hubspot_owner_id=901", "industry=software", "web_technologies=Kafka, Postgres", "news=Series B in October")...)
		s.salesforce(monday, "Name=Acme", "OwnerId=005000000000001AAA", "Description=Met at the fair.\nWhat marketing does:\nnothing", "Deciders__c=Dana Buyer (VP), Ned Nay (CFO)")
		s.point("visits", monday.Add(-days), 3)
	}
	open := &workflows.Episode{Rule: "intent", Type: workflows.Intent, Handed: monday.Add(-5 * days), Responded: monday.Add(-time.Hour), Response: "the buyer replied", Signals: []string{"Intent score rose to 82 on 2026-10-28 (70 or more counts)"}, Stages: []workflows.StageStory{{Stage: workflows.SDR, At: monday.Add(-5 * days)}}}
	tests := []struct {
		name  string
		stage workflows.Stage
		life  workflows.Life
		build func(*story)
	}{
		{"sdr_full", workflows.SDR, workflows.Life{}, known},
		{"ae_escalated", workflows.AE, workflows.Life{State: workflows.Engaged, Open: open}, known},
		{"ae_escalated_later", workflows.AE, workflows.Life{State: workflows.Engaged, Open: open}, func(s *story) { s.hubspot(monday, with("hubspot_owner_id=901")...) }},
		{"relationship_off_list", workflows.AE, workflows.Life{}, func(s *story) {
			s.hubspot(monday, "name=Bolt", "hubspot_owner_id=901").point("referral", monday.Add(-time.Hour), 1)
		}},
		{"inbound_no_fit", workflows.AE, workflows.Life{}, func(s *story) {
			s.hubspot(monday, "name=Core", "account_fit=false", "hs_is_target_account=true", "hubspot_owner_id=901").point("demo_form", monday.Add(-time.Hour), 1)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(policyOver(t, fullMapping, fullPolicy))
			tt.build(s)
			in := s.input(monday, tt.life)
			in.Sales = seller
			plan := planned(t, s.p, in, tt.stage, contacts)
			golden(t, "testdata/summary_"+tt.name+".txt", plan.Subject+"\n\n"+plan.Summary)
			golden(t, "testdata/summary_"+tt.name+".html", plan.HTML+"\n")
		})
	}
}

// planned is the plan of a decision, or of the stage that follows.
func planned(t *testing.T, p *workflows.Policy, in workflows.Input, stage workflows.Stage, contacts []workflows.Contact) workflows.Plan {
	t.Helper()
	d := p.Evaluate(in)
	trace := p.Trace(in, d)
	var plan workflows.Plan
	var ok bool
	var err error
	if in.Life.Open != nil {
		plan, ok, err = p.PlanStage(in, trace, []string{"intent: rises(intent_score, 70) (intent_score = 82)"}, stage, users, nil, contacts)
	} else {
		plan, ok, err = p.Plan(in, d, trace, users, nil, contacts)
	}
	if err != nil || !ok {
		t.Fatalf("plan: %v %v", ok, err)
	}
	return plan
}

// TestSummaryFitsBothCRMs: whatever the CRMs hold, no summary is too long, and
// what was left out is told.
func TestSummaryFitsBothCRMs(t *testing.T) {
	t.Parallel()
	long := func(n int, s string) string { return strings.Repeat(s, n) }
	for name, c := range map[string]struct {
		contacts, activities int
		text                 string
		template             string
		want                 []string
	}{
		"little":           {1, 1, "text", "", nil},
		"many people":      {500, 5, "text", "", []string{"- (489 more)"}},
		"many activities":  {2, 500, "text", "", []string{"- (490 more)"}},
		"long texts":       {2, 2, long(20000, "notes "), "", []string{"more characters)"}},
		"much to escape":   {30, 30, long(9000, `<"&'>`), "", []string{"more characters)"}},
		"rare characters":  {30, 30, long(20000, "😀"), "", []string{"more characters)"}},
		"a long template":  {1, 1, "text", "{{.Account}}" + long(90000, "x"), []string{"more characters)"}},
		"escaped template": {1, 1, "text", "{{.Account}}" + long(15000, "<&"), []string{"more characters)"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := fullPolicy
			if c.template != "" {
				text = strings.Replace(text, "summary:\n", "summary:\n  template: \""+c.template+"\"\n", 1)
			}
			s := newStory(policyOver(t, fullMapping, text))
			s.hubspot(monday, with("intent_score=82", "intent_at=2026-11-01T00:00:00Z", "hubspot_owner_id=901", "web_technologies="+c.text, "news="+c.text)...)
			s.salesforce(monday, "Name=Acme", "Description="+c.text, "Deciders__c="+c.text)
			var people []workflows.Contact
			for i := range c.contacts {
				people = append(people, workflows.Contact{Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: fmt.Sprint(i)}, Name: c.text, Email: fmt.Sprint(i, "@acme.example")})
			}
			in := s.input(monday, workflows.Life{})
			for i := range c.activities {
				at := monday.Add(-time.Duration(i+1) * time.Hour)
				in.Sales = append(in.Sales, mapping.SalesActivity{Ref: connectors.Ref{System: connectors.Salesforce, Object: connectors.Task, ID: fmt.Sprint(i)}, Kind: connectors.Call, Subject: fmt.Sprint(i, c.text), Done: true, OwnerID: "1", At: at, Created: at})
			}
			plan := planned(t, s.p, in, workflows.SDR, people)
			if n, m := len(utf16.Encode([]rune(plan.Summary))), len(utf16.Encode([]rune(plan.HTML))); n > workflows.MaxSummary || m > workflows.MaxHTML {
				t.Errorf("%d characters of text, %d of HTML", n, m)
			}
			for _, want := range c.want {
				if !strings.Contains(plan.Summary, want) {
					t.Errorf("%q is not told:\n%.1500s", want, plan.Summary)
				}
			}
			if len(c.want) == 0 && strings.Contains(plan.Summary, "more") && strings.Contains(plan.Summary, "more characters") {
				t.Errorf("shortened for nothing:\n%s", plan.Summary)
			}
		})
	}
}

var ours = regexp.MustCompile(`</?(p|ul|li|strong)>`)

// FuzzHTML: no text makes markup. Without our own tags, the HTML is the text.
func FuzzHTML(f *testing.F) {
	for _, s := range []string{"a:\n- b\n- c\nd", "<script>alert(1)</script>", "- <img src=x onerror=alert(1)>", "&lt;p&gt;", "\x00\xff<", "</ul></p>:", "- \n:\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		markup := workflows.HTML(text)
		bare := ours.ReplaceAllString(markup, "\n")
		if strings.ContainsAny(bare, `<>"'`) {
			t.Fatalf("%q makes markup: %q", text, markup)
		}
		flat := func(s string) string {
			s = strings.ReplaceAll("\n"+s, "\n- ", "\n")
			return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' }), "\n")
		}
		items := strings.Join(strings.FieldsFunc(html.UnescapeString(bare), func(r rune) bool { return r == '\n' }), "\n")
		if want := flat(text); !strings.Contains(text, "&") && items != want {
			t.Fatalf("%q became %q, want %q", text, items, want)
		}

		for _, tag := range []string{"ul", "li", "p", "strong"} {
			if strings.Count(markup, "<"+tag+">") != strings.Count(markup, "</"+tag+">") {
				t.Fatalf("unbalanced %s in %q", tag, markup)
			}
		}
	})
}
