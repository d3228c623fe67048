package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/mapping"
)

func peopled(t *testing.T, master, owners string) *mapping.Mapping {
	t.Helper()
	return compile(t, "account:\n  sdr: {type: owner, hubspot: sdr, salesforce: SDR__c, "+master+"}\n"+owners).With(mapping.NewPeople(map[connectors.System][]connectors.User{
		connectors.Salesforce: {{ID: "A", Email: "ann@x.example", Active: true}, {ID: "B", Email: "bob@x.example", Active: true}},
		connectors.HubSpot:    {{ID: "1", Email: "ann@x.example", Active: true}, {ID: "9", Email: "eve@x.example", Active: true}},
	}))
}

// TestChooseOurOwn: the choice is handoffd's value, and each CRM gets its own
// id of the person.
func TestChooseOurOwn(t *testing.T) {
	t.Parallel()
	m := peopled(t, "from: handoffd", "")
	f := m.Field("sdr")
	a := m.NewAccount("x")
	m.Apply(a, salesforce(noon, map[string]connectors.Value{"SDR__c": text("B")}))
	m.Apply(a, hubspot(noon, map[string]connectors.Value{"sdr": text("9")}))
	expectWrites(t, m, a) // nobody was chosen: what stands there stays
	if writes, problems := m.Choose(a, f, mapping.SalesforceSide, "A"); len(writes)+len(problems) != 0 {
		t.Errorf("%v %v, want it left to Outgoing", writes, problems)
	}
	expectWrites(t, m, a, mapping.FieldWrite{Slot: f.Slot, Side: mapping.SalesforceSide, Value: text("A")}, mapping.FieldWrite{Slot: f.Slot, Side: mapping.HubSpotSide, Value: text("1")})
	send(m, a)
	m.Apply(a, salesforce(noon.Add(1), map[string]connectors.Value{"SDR__c": text("A")}))
	m.Apply(a, hubspot(noon.Add(1), map[string]connectors.Value{"sdr": text("1")}))
	expectWrites(t, m, a)
	m.Choose(a, f, mapping.SalesforceSide, "B") // whom HubSpot does not know
	writes, problems := m.Outgoing(a)
	if len(writes) != 1 || writes[0].Side != mapping.SalesforceSide || len(problems) != 1 || !strings.Contains(problems[0].Reason, "no counterpart in hubspot") {
		t.Errorf("writes %+v, problems %+v", writes, problems)
	}
}

// TestChooseSynced: both sides are written at once, and only where it is due.
func TestChooseSynced(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		salesforce, hubspot string
		want                string
	}{
		"neither has it":  {"B", "9", "salesforce A hubspot 1"},
		"one has it":      {"A", "9", "hubspot 1"},
		"both have it":    {"A", "1", ""},
		"nothing there":   {"", "", "salesforce A hubspot 1"},
		"one record only": {"", "-", "salesforce A"},
	} {
		m := peopled(t, "sync: newest", "")
		f := m.Field("sdr")
		a := m.NewAccount("x")
		m.Apply(a, salesforce(noon, map[string]connectors.Value{"SDR__c": text(tt.salesforce)}))
		if tt.hubspot != "-" {
			m.Apply(a, hubspot(noon, map[string]connectors.Value{"sdr": text(tt.hubspot)}))
		}
		m.Agree(a, allRead)
		writes, problems := m.Choose(a, f, mapping.HubSpotSide, "1")
		var got []string
		for _, w := range writes {
			got = append(got, string(w.Side.System())+" "+w.Vendor.Text())
			if !w.Guard {
				t.Errorf("%s: %+v is not compared before writing", name, w)
			}
			m.MarkSent(a, w)
		}
		if strings.Join(got, " ") != tt.want || len(problems) != 0 {
			t.Errorf("%s: %q, %v, want %q", name, got, problems, tt.want)
		}
		expectWrites(t, m, a) // on their way
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	o := peopled(t, "from: handoffd", "owners: {same: {ann@x.example: Ann.Lee@x.example}}\n").Owners
	for given, want := range map[string][]string{
		"ANN@x.example":     {"ann@x.example", "ann.lee@x.example"},
		"ann.lee@x.example": {"ann.lee@x.example", "ann@x.example"},
		"bob@x.example":     {"bob@x.example"},
	} {
		if diff := cmp.Diff(want, o.Addresses(given)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", given, diff)
		}
		if person := map[bool]string{true: "ann@x.example", false: "bob@x.example"}[len(want) == 2]; o.Person(given) != person {
			t.Errorf("%s is %s, want %s", given, o.Person(given), person)
		}
	}
}
