package world_test

import (
	"strconv"
	"testing"
	"time"
	"unicode/utf8"

	"handoffd/internal/demo/world"
	"handoffd/mapping"
)

// count runs a SOQL COUNT().
func count(t *testing.T, w *world.World, condition string) int {
	t.Helper()
	_, rows, err := w.Salesforce.Query("SELECT Id FROM "+condition, false)
	if err != nil {
		t.Fatal(err)
	}
	return len(rows)
}

// companies lists HubSpot's companies by id.
func companies(w *world.World) map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, id := range w.HubSpot.IDs("companies") {
		out[id], _ = w.HubSpot.Get("companies", id)
	}
	return out
}

func TestDemoTargetList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Demo)
	inSalesforce := map[string]bool{} // by registered domain
	_, rows, err := w.Salesforce.Query("SELECT Website FROM Account WHERE Target_Account__c = true AND Type != 'Partner' AND Do_Not_Contact__c = false", false)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		d := mapping.Domain(row[0])
		if d == "" || inSalesforce[d] {
			t.Errorf("website %q names no company of its own", row[0])
		}
		inSalesforce[d] = true
	}
	both, onlyHubSpot, ambiguous := 0, 0, 0
	seen := map[string]int{}
	for _, c := range companies(w) {
		if c["hs_is_target_account"] != "true" || c["do_not_contact"] == "true" {
			continue
		}
		seen[c["domain"]]++
		if inSalesforce[c["domain"]] {
			both++
		} else {
			onlyHubSpot++
		}
	}
	for _, n := range seen {
		if n > 1 {
			ambiguous += n
		}
	}
	// Two namesakes share one Salesforce account, and none can be matched.
	both, onlyHubSpot = both-ambiguous, onlyHubSpot+ambiguous
	onlySalesforce := len(inSalesforce) - both
	if both != 120 || onlyHubSpot != 50 || onlySalesforce != 30 || ambiguous != 2 {
		t.Errorf("target list: %d in both, %d in HubSpot only, %d in Salesforce only, %d ambiguous", both, onlyHubSpot, onlySalesforce, ambiguous)
	}
}

func TestDemoOddities(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Demo)
	if n := utf8.RuneCountInString(world.LongName()); n != 255 {
		t.Errorf("the long name has %d characters", n)
	}
	for name, condition := range map[string]string{
		"partners":             "Account WHERE Type = 'Partner'",
		"not to be contacted":  "Account WHERE Do_Not_Contact__c = true",
		"owner has left":       "Account WHERE Owner.IsActive = false",
		"long name":            "Account WHERE Name LIKE 'Lime and Long Alley%'",
		"open opportunities":   "Opportunity WHERE IsClosed = false",
		"closed opportunities": "Opportunity WHERE IsClosed = true",
		"tasks":                "Task WHERE IsClosed = false",
		"status set before":    "Account WHERE MQA_Status__c = 'Sales working'",
	} {
		if count(t, w, condition) == 0 {
			t.Errorf("%s: Salesforce has none", name)
		}
	}
	stale, linked, nobody, lonely, shut := 0, 0, 0, 0, 0
	for id, c := range companies(w) {
		at, err := time.Parse(time.RFC3339Nano, c["intent_score_updated_at"])
		if err == nil && w.Began.Sub(at) > 20*24*time.Hour {
			stale++
		}
		if c["salesforceaccountid"] != "" {
			linked++
			if _, ok := w.Salesforce.Get(c["salesforceaccountid"]); !ok {
				t.Errorf("%s is linked to an account that is not there", c["name"])
			}
		}
		if c["hubspot_owner_id"] == "" {
			nobody++
		}
		if people, err := w.HubSpot.Associated("companies", id, "contacts"); err != nil || len(people) == 0 {
			lonely++
		}
		if n, err := strconv.ParseFloat(c["intent_score"], 64); err == nil && n >= 70 && c["account_fit"] != "true" {
			shut++
		}
	}
	if stale != 1 || linked < 10 || nobody != 1 || lonely < 5 || shut < 2 {
		t.Errorf("stale %d, linked %d, without owner %d, without contacts %d, high score without fit %d", stale, linked, nobody, lonely, shut)
	}
}

func TestDemoCast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Demo)
	for _, test := range []struct {
		name                string
		salesforce, hubspot bool
		contacts            int
	}{
		{world.LinkedByID, true, true, 2}, {world.NoContacts, true, true, 0}, {world.Hostile, false, true, 1},
		{world.SalesOnly, true, false, 1}, {world.Quoted, true, true, 1}, {world.LongName(), true, true, 1},
		{world.TwoPeople, true, true, 2}, {world.Reader, false, true, 1}, {world.TwoNamesake, false, true, 1},
	} {
		a, ok := w.Account(test.name)
		if !ok {
			t.Errorf("%.30s is not there", test.name)
			continue
		}
		if (a.SalesforceID != "") != test.salesforce || (a.HubSpotID != "") != test.hubspot || len(a.Contacts) < test.contacts {
			t.Errorf("%.30s stands as %+v", test.name, a)
		}
		if fields, ok := w.Salesforce.Get(a.SalesforceID); test.salesforce && (!ok || fields["Name"] != test.name) {
			t.Errorf("Salesforce calls %.30s %q", test.name, fields["Name"])
		}
		if values, ok := w.HubSpot.Get("companies", a.HubSpotID); test.hubspot && (!ok || values["name"] != test.name) {
			t.Errorf("HubSpot calls %.30s %q", test.name, values["name"])
		}
	}
	if _, ok := w.Account("Nobody"); ok {
		t.Error("an account that was never seeded is found")
	}
}
