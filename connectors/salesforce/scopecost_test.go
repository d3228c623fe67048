package salesforce_test

import (
	"fmt"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/connectortest"
	"handoffd/connectors/salesforce"
)

// TestCostOfScope: that rows out of scope are told of as well costs no more
// than their pages, in a first load and in reading changes. Both parts of a
// first load are small enough for REST here.
func TestCostOfScope(t *testing.T) {
	t.Parallel()
	n := costRows()
	o, err := newSandboxOrg(true)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, n)
	for i := range ids {
		fields := map[string]any{"Name": fmt.Sprint("Account ", i), "Type": "Prospect"}
		if i%5 == 0 {
			fields["Type"] = "Other"
		}
		if ids[i], err = o.org.Insert("Account", fields); err != nil {
			t.Fatal(err)
		}
	}
	o.clock.Advance(time.Hour)
	c := scopedClient(t, o)
	f := connectortest.Follow(c)
	if err := f.Rest(t.Context(), connectors.Account); err != nil {
		t.Fatal(err)
	}
	most := int64(float64(n)/2000*1.05) + 5
	t.Logf("first load of %d accounts, a fifth of them out of scope: %d calls, the least possible %d", f.Records, bill(c), n/2000)
	if f.Records != n || bill(c) > most {
		t.Errorf("the first load brought %d records for %d calls, want %d for at most %d", f.Records, bill(c), n, most)
	}
	for i, id := range ids {
		if err := o.org.Update(id, map[string]any{"Note__c": fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
		if i%1000 == 0 {
			o.clock.Advance(time.Second)
		}
	}
	o.clock.Advance(90 * time.Second)
	before, records := bill(c), f.Records
	if err := f.Rest(t.Context(), connectors.Account); err != nil {
		t.Fatal(err)
	}
	cost, most := bill(c)-before, max(int64(float64(n)/2000*1.05), int64(n/2000+2))
	t.Logf("%d changed accounts: %d calls, the least possible %d", f.Records-records, cost, n/2000)
	if f.Records-records != n || cost > most {
		t.Errorf("%d records for %d calls, want %d for at most %d", f.Records-records, cost, n, most)
	}
}

// scopedClient leaves out partners, and reads by REST whatever their number.
func scopedClient(t testing.TB, o *sandboxOrg) *salesforce.Client {
	t.Helper()
	c, err := salesforce.New(salesforce.Config{
		LoginURL: "http://salesforce.test", Auth: salesforce.Auth{ClientCredentials: &salesforce.ClientCredentials{ClientID: "app", ClientSecret: sandboxSecret}},
		Selection: connectors.Selection{
			Fields:  map[connectors.Object][]string{connectors.Account: {"Name", "Note__c", "Value__c", "MQA__c"}},
			Outside: map[connectors.Object][]string{connectors.Account: {"Name"}},
		},
		Where: "Type != 'Other'", BulkAbove: 1_000_000, Clock: o.clock, HTTP: o.wire,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
