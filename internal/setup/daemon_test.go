package setup_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd"
	"handoffd/connectors"
	hubspot "handoffd/connectors/hubspot/sandbox"
	salesforce "handoffd/connectors/salesforce/sandbox"
	"handoffd/internal/app"
	"handoffd/internal/doctor"
	"handoffd/internal/engine"
	"handoffd/internal/yamlpos"
)

// These tests let the daemon run on what setup has made.

// once lets a new process work until nothing is left, a minute after the last.
func (r *rig) once() (summary engine.Summary) {
	r.t.Helper()
	r.daemon(func(d *app.Daemon) {
		if err := d.Engine.Once(r.t.Context()); err != nil {
			r.t.Fatal(err)
		}
		var err error
		if summary, err = d.Engine.Summary(r.t.Context()); err != nil {
			r.t.Fatal(err)
		}
	})
	r.clock.Advance(time.Minute)
	return summary
}

func (r *rig) daemon(do func(*app.Daemon)) {
	r.t.Helper()
	d, err := app.Open(r.t.Context(), r.config, &yamlpos.Collector{}, r.env())
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			r.t.Error(err)
		}
	}()
	do(d)
}

// problems lists what is parked as people see it, without the record.
func (r *rig) problems() (list []string) {
	r.t.Helper()
	r.daemon(func(d *app.Daemon) {
		if err := d.Store.View(r.t.Context(), func(tx engine.Tx) error {
			rows, err := tx.Problems()
			for _, p := range rows {
				list = append(list, p.Vendor+" = "+p.Value+": "+p.Reason)
			}
			return err
		}); err != nil {
			r.t.Fatal(err)
		}
	})
	return list
}

func (r *rig) pair(name string, properties map[string]string) (account, company string) {
	r.t.Helper()
	account, err := r.org.Insert("Account", map[string]any{"Name": name, "Website": name + ".example"})
	if err != nil {
		r.t.Fatal(err)
	}
	return account, r.company(name, properties)
}

func (r *rig) company(name string, properties map[string]string) string {
	r.t.Helper()
	all := map[string]string{"name": name, "domain": name + ".example"}
	for property, value := range properties {
		all[property] = value
	}
	company, err := r.portal.Insert("companies", all)
	if err != nil {
		r.t.Fatal(err)
	}
	return company
}

// TestNumbersAreNotRounded: a number that the Salesforce field would round is
// parked with the reason, the record's other fields go, nothing is sent for it
// as long as nothing changes (I3, I5), and a value that fits settles it. Where
// the mapping says that digits go, they go.
func TestNumbersAreNotRounded(t *testing.T) {
	t.Parallel()
	r := newRig(t, hubspot.Options{}, [2]string{"salesforce: Intent_Score__c, from: hubspot,", "salesforce: Intent_Score__c, from: hubspot, read: {hubspot: 'round(value, 2)'},"})
	r.config.Policy.Signed.Present = "" // the policy is another
	r.notificationByHand()
	r.run(true)
	account, company := r.pair("globex", map[string]string{"fit_score": "7.125", "sales_rating": "4.3333", "intent_score": "66.125", "account_fit": "true"})
	r.once()
	r.once()
	r.holds(account, map[string]string{"Account_Fit__c": "true", "Intent_Score__c": "66.13", "Fit_Score__c": "", "Sales_Rating__c": ""})
	want := []string{
		"Fit_Score__c = 7.125: salesforce account " + account + " field Fit_Score__c: writing value: the number has 3 decimals and the field keeps 2",
		"Sales_Rating__c = 4.3333: salesforce account " + account + " field Sales_Rating__c: writing value: the number has 4 decimals and the field keeps 2",
	}
	got := r.problems()
	for i := range got {
		got[i], _, _ = strings.Cut(got[i], ": Salesforce would round")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	for range 2 {
		if s := r.once(); s.Writes[connectors.Salesforce]+s.Writes[connectors.HubSpot] != 0 {
			t.Errorf("at rest: %+v", s)
		}
	}
	if err := r.portal.Set("companies", company, map[string]string{"fit_score": "7.12", "sales_rating": "4.3"}); err != nil {
		t.Fatal(err)
	}
	r.once()
	r.once()
	r.holds(account, map[string]string{"Fit_Score__c": "7.12", "Sales_Rating__c": "4.3"})
	if left := r.problems(); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

// holds compares fields of a Salesforce record.
func (r *rig) holds(id string, want map[string]string) {
	r.t.Helper()
	fields, _ := r.org.Get(id)
	for name, value := range want {
		if fields[name] != value {
			r.t.Errorf("%s is %q, want %q", name, fields[name], value)
		}
	}
}

// TestCreatedOnce: where mapping.create makes records, setup makes the key that
// keeps them apart, doctor sees it, a number that the field would round is left
// out of the new record, and a lost reply makes no second one.
func TestCreatedOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, hubspot.Options{}, creating("salesforce: target_account, per_round: 1")...)
	r.notificationByHand()
	r.run(true)
	r.keyed("Account.handoffd_Key__c")
	for _, name := range []string{"one", "two"} {
		r.company(name, map[string]string{"hs_is_target_account": "true", "fit_score": "7.125"})
	}
	if _, err := r.org.AddFault(salesforce.Fault{Action: "drop_after", Method: "POST", Path: "composite/sobjects"}); err != nil {
		t.Fatal(err)
	}
	r.daemon(func(d *app.Daemon) { _ = d.Engine.Once(t.Context()) }) // the reply is lost
	r.clock.Advance(15 * time.Minute)
	r.once()
	r.once()
	r.once()
	_, rows, err := r.org.Query("SELECT Name, handoffd_Key__c, Fit_Score__c, Target_Account__c FROM Account ORDER BY Name", false)
	if err != nil || len(rows) != 2 || rows[0][1] == "" || rows[0][1] == rows[1][1] || rows[0][2] != "" || rows[0][3] != "true" {
		t.Errorf("accounts %v, %v", rows, err)
	}
	if s := r.once(); s.Writes[connectors.Salesforce]+s.Writes[connectors.HubSpot] != 0 || s.Matched != 2 {
		t.Errorf("at rest: %+v", s)
	}
}

// creating edits the example so that it makes records.
func creating(rule string) [][2]string {
	edits := [][2]string{{"  match:\n", "  create: {" + rule + "}\n  match:\n"}}
	for _, hash := range regexp.MustCompile(`, hash: "[0-9a-f]*"`).FindAllString(string(handoffd.ExampleConfig), -1) {
		edits = append(edits, [2]string{hash, ""}) // the policy is another
	}
	return edits
}

// keyed: setup has made the key, doctor finds it and nothing to complain of,
// and there is nothing left to be made.
func (r *rig) keyed(field string) {
	r.t.Helper()
	told := 0
	for _, f := range r.examine().Findings {
		if f.Status != doctor.OK {
			r.t.Errorf("%+v", f)
		}
		if strings.Contains(f.What, "made once") && strings.Contains(f.Where, field) {
			told++
		}
	}
	if told != 1 {
		r.t.Errorf("doctor speaks of %s %d times", field, told)
	}
	r.appliesNothing()
}

// TestCompanyCreatedOnce is the same the other way.
func TestCompanyCreatedOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, hubspot.Options{}, creating("hubspot: true")...)
	r.notificationByHand()
	r.run(true)
	r.keyed("companies.handoffd_key")
	if _, err := r.org.Insert("Account", map[string]any{"Name": "solo", "Website": "solo.example"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.portal.AddFault(hubspot.Fault{Kind: hubspot.DropAfter, Path: "companies/batch/create"}); err != nil {
		t.Fatal(err)
	}
	r.daemon(func(d *app.Daemon) { _ = d.Engine.Once(t.Context()) }) // the reply is lost
	r.clock.Advance(15 * time.Minute)
	r.once()
	r.once()
	ids := r.portal.IDs("companies")
	if len(ids) != 1 {
		t.Fatalf("companies %v", ids)
	}
	if values, _ := r.portal.Get("companies", ids[0]); values["name"] != "solo" || !strings.HasSuffix(values["handoffd_key"], "/create/hubspot") {
		t.Errorf("company %v", values)
	}
	if s := r.once(); s.Writes[connectors.Salesforce]+s.Writes[connectors.HubSpot] != 0 || s.Matched != 1 {
		t.Errorf("at rest: %+v", s)
	}
}
