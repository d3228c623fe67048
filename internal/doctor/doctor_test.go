package doctor_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	hubspot "handoffd/connectors/hubspot/sandbox"
	salesforce "handoffd/connectors/salesforce/sandbox"
	"handoffd/internal/doctor"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, r doctor.Report) {
	t.Helper()
	var got bytes.Buffer
	if err := r.Print(&got); err != nil {
		t.Fatal(err)
	}
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestHealthy(t *testing.T) {
	t.Parallel()
	r := newRig(t).people().fields()
	report := r.examine()
	if report.Failed() || report.Count(doctor.Warn) > 0 || report.Count(doctor.OK) < 50 {
		t.Errorf("%d ok, %d warn, %d fail", report.Count(doctor.OK), report.Count(doctor.Warn), report.Count(doctor.Fail))
	}
	golden(t, "healthy.txt", report)
}

// Many things are wrong at once, and all of them are told.
func TestBroken(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.person("manager@acme.example", true)
	r.person("sdr.lead@acme.example", false)
	for _, f := range exampleFields() {
		switch f.Name {
		case "Target_Account__c":
			f.Name = "Target_Acount__c" // misspelt
		case "Account_Fit__c":
			f.Type, f.Length = "string", 10
		case "Fit_Score__c":
			f.Precision, f.Scale = 3, 2 // 10 needs two digits before the point
		case "Intent_Score__c":
			f.Precision, f.Scale = 3, 0
		case "MQA_Status__c":
			f.Values = append(f.Values[2:], salesforce.Option{Value: "Ready for Sales"}, salesforce.Option{Value: "Marketing nurture", Inactive: true})
		case "MQA__c":
			f.Hidden = true
		}
		r.field("Account", f)
	}
	r.field("Task", salesforce.Field{Name: "Reason__c", Type: "string", Length: 20, Required: true})
	for _, p := range exampleProperties() {
		switch p.Name {
		case "intent_score":
			p.Type = "date"
		case "salesforceaccountid", "do_not_contact":
			continue
		case "mqa":
			p.Modification.ReadOnlyValue = true
		case "mqa_status":
			p.Options = p.Options[1:]
		}
		r.property("companies", p)
	}
	r.token = "pat-na1-99999999-2222-3333-4444-555555555555"
	r.portal.AddToken(hubspot.Token{Value: r.token, Scopes: []string{"crm.objects.companies.read", "crm.objects.companies.write", "crm.objects.contacts.read", "crm.objects.owners.read"}})
	r.edit = append(r.edit, [2]string{"poll_every: 60s", "poll_every: 5s"}, [2]string{"daily_calls: 20%  ", "daily_calls: 3000 "})
	report := r.examine()
	if report.Count(doctor.Fail) < 12 {
		t.Errorf("only %d failures", report.Count(doctor.Fail))
	}
	golden(t, "broken.txt", report)
}

// People of a pool are looked for in both CRMs, by all of their addresses.
func TestPools(t *testing.T) {
	t.Parallel()
	r := newRig(t).people().fields()
	r.person("ann@acme.example", true)
	r.person("dee@acme.example", false)
	r.portal.AddOwner(hubspot.Owner{Email: "bob.lee@acme.example", FirstName: "Bob", LastName: "Lee"})
	r.edit = append(r.edit,
		[2]string{"sdr: {fallback: sdr.lead@acme.example}", "sdr: {fallback: sdr.lead@acme.example, pool: [ann@acme.example, bob@acme.example, dee@acme.example]}"},
		[2]string{"ae: {fallback: ae.lead@acme.example}", "ae: {fallback: ae.lead@acme.example, pool: team}\n  pools: {team: [eve@acme.example]}"},
		[2]string{"  signals:\n", "  owners: {same: {bob@acme.example: bob.lee@acme.example}}\n  signals:\n"},
	)
	want := map[string]doctor.Status{
		"workflows.routing.sdr.pool ann@acme.example is ann Person in salesforce; ann@acme.example is ann Person in hubspot":                    doctor.OK,
		"workflows.routing.sdr.pool bob@acme.example is no user of salesforce; bob.lee@acme.example is Bob Lee in hubspot: passed over there":   doctor.OK,
		"workflows.routing.sdr.pool dee@acme.example is inactive in salesforce; dee@acme.example is inactive in hubspot: never gets an account": doctor.Warn,
		"workflows.pools.team eve@acme.example is no user of salesforce; eve@acme.example is no user of hubspot: never gets an account":         doctor.Warn,
	}
	got := map[string]doctor.Status{}
	for _, f := range r.examine().Findings {
		if strings.Contains(f.Where, "pool") {
			got[f.Where+" "+f.What] = f.Status
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// One CRM that does not let us in hides nothing of the other.
func TestNoSignIn(t *testing.T) {
	t.Parallel()
	r := newRig(t).people().fields()
	r.token = "pat-na1-00000000-2222-3333-4444-555555555555"
	report := r.examine()
	failed, salesforceRows := 0, 0
	for _, f := range report.Findings {
		if f.Status == doctor.Fail {
			failed++
			if f.Where != "hubspot" || f.Fix == "" {
				t.Errorf("%+v", f)
			}
		}
		if strings.HasPrefix(f.Where, string(connectors.Salesforce)) {
			salesforceRows++
		}
	}
	if failed != 1 || salesforceRows < 20 {
		t.Errorf("%d failed, %d findings on Salesforce", failed, salesforceRows)
	}
}

// Examining writes nothing.
func TestExamineWritesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t).people().fields()
	r.examine()
	if n := len(r.org.Calls().Records); n > 0 {
		t.Errorf("%d records written in Salesforce", n)
	}
	if n := len(r.portal.Calls().Records); n > 0 {
		t.Errorf("%d records written in HubSpot", n)
	}
}
