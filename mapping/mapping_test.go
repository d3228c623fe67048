package mapping_test

import (
	"os"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
)

const fields = `
match:
  - {hubspot: salesforceaccountid, salesforce: Id}
  - {domain: {hubspot: domain, salesforce: Website}}
account:
  fit:          {type: bool, hubspot: account_fit, salesforce: Account_Fit__c, from: hubspot}
  intent_score: {type: number, range: [0, 100], hubspot: intent_score, salesforce: Intent_Score__c, from: hubspot, fresh_for: 8d, updated_at: {hubspot: intent_score_updated_at}}
  value:        {type: money, hubspot: estimated_acv, salesforce: Estimated_ACV__c, sync: newest}
  tier:         {type: enum, hubspot: tier, salesforce: Tier__c, sync: prefer_salesforce, values: {gold: {hubspot: tier_1, salesforce: Gold}, silver: {hubspot: tier_2, salesforce: Silver}}}
  renewal:      {type: date, hubspot: renewal, salesforce: Renewal__c, from: salesforce}
  mqa:          {type: bool, hubspot: mqa, salesforce: MQA__c, from: handoffd}
signals:
  visits: {hubspot: contact.hs_analytics_num_visits, kind: counter, rollup: sum}
  demo:   {hubspot: contact.recent_conversion_date, kind: event, history: true, when: 'recent_conversion_event_name matches "(?i)demo"'}
`

func compile(t testing.TB, source string) *mapping.Mapping {
	t.Helper()
	var c yamlpos.Collector
	file := yamlpos.Parse("test.yaml", []byte(source), &c)
	if file == nil {
		_ = c.Print(os.Stderr)
		t.Fatal("the YAML does not parse")
	}
	m := mapping.Compile(file.Root(), &c)
	if c.Failed() {
		_ = c.Print(os.Stderr)
		t.Fatal("the mapping does not compile")
	}
	return m
}

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

func text(s string) connectors.Value { return connectors.TextValue(s) }

func num(f float64) connectors.Value { return connectors.FloatValue(f) }

func hubspot(at time.Time, fields map[string]connectors.Value) connectors.Record {
	return connectors.Record{Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: "11"}, Modified: at, Fields: fields}
}

func salesforce(at time.Time, fields map[string]connectors.Value) connectors.Record {
	return connectors.Record{Ref: connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: "001000000000001AAA"}, Modified: at, Fields: fields}
}

func value(m *mapping.Mapping, a *mapping.Account, field string) connectors.Value {
	v, _ := m.Value(a, m.Field(field).Slot)
	return v
}

func TestReadParksWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, field, vendor string
		raw                 connectors.Value
		want                connectors.Value
		reason              string
	}{
		{"bool text", "fit", "account_fit", text("true"), connectors.BoolValue(true), ""},
		{"empty bool is nothing", "fit", "account_fit", text(""), connectors.Value{}, ""},
		{"number for a bool", "fit", "account_fit", num(1), connectors.Value{}, `number "1" where yes/no is expected`},
		{"number text for a bool", "fit", "account_fit", text("1"), connectors.Value{}, `text "1" where yes/no is expected`},
		{"number", "intent_score", "intent_score", text("72.50"), num(72.5), ""},
		{"out of range", "intent_score", "intent_score", text("170"), connectors.Value{}, "170 is outside the range 0 to 100"},
		{"not a number", "intent_score", "intent_score", text("72,5"), connectors.Value{}, `text "72,5" where a number is expected`},
		{"enum", "tier", "tier", text("tier_1"), text("gold"), ""},
		{"enum without a mapping", "tier", "tier", text("tier_3"), connectors.Value{}, `"tier_3" is none of the mapped values`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := compile(t, fields)
			a := m.NewAccount("x")
			applied := m.Apply(a, hubspot(noon, map[string]connectors.Value{tt.vendor: tt.raw, "name": text("Acme")}))
			if got := value(m, a, tt.field); got != tt.want {
				t.Errorf("value = %v, want %v", got, tt.want)
			}
			reason := ""
			for _, p := range applied.Problems {
				reason = p.Reason
			}
			if reason != tt.reason {
				t.Errorf("reason = %q, want %q", reason, tt.reason)
			}
			if got := m.Text(a, "name"); got != "Acme" {
				t.Errorf("the rest of the record did not go on: name = %q", got)
			}
		})
	}
}

func TestMoneyIsExact(t *testing.T) {
	t.Parallel()
	m := compile(t, fields)
	a := m.NewAccount("x")
	m.Apply(a, hubspot(noon, map[string]connectors.Value{"estimated_acv": text("12345678901234.55")}))
	m.Apply(a, salesforce(noon.Add(-time.Hour), map[string]connectors.Value{"Estimated_ACV__c": {}}))
	writes, _ := m.Outgoing(a)
	if len(writes) != 1 || writes[0].Vendor.Text() != "12345678901234.55" {
		t.Errorf("writes = %+v, want the exact amount to Salesforce", writes)
	}
}

func TestOneMaster(t *testing.T) {
	t.Parallel()
	m := compile(t, fields)
	a := m.NewAccount("x")
	m.Apply(a, hubspot(noon, map[string]connectors.Value{"account_fit": text("true")}))
	m.Apply(a, salesforce(noon, map[string]connectors.Value{"Account_Fit__c": connectors.BoolValue(false)}))
	expectWrites(t, m, a, mapping.FieldWrite{Side: mapping.SalesforceSide, Value: connectors.BoolValue(true)})

	send(m, a)
	expectWrites(t, m, a) // on its way: not written twice
	m.Apply(a, salesforce(noon.Add(time.Minute), map[string]connectors.Value{"Account_Fit__c": connectors.BoolValue(true)}))
	expectWrites(t, m, a) // its echo has no effect (I5)

	m.Apply(a, salesforce(noon.Add(time.Hour), map[string]connectors.Value{"Account_Fit__c": connectors.BoolValue(false)}))
	expectWrites(t, m, a, mapping.FieldWrite{Side: mapping.SalesforceSide, Value: connectors.BoolValue(true)}) // put back
}

func TestNormalisedEchoIsAtRest(t *testing.T) {
	t.Parallel()
	m := compile(t, fields)
	a := m.NewAccount("x")
	m.Apply(a, hubspot(noon, map[string]connectors.Value{"intent_score": text("72.55")}))
	m.Apply(a, salesforce(noon, map[string]connectors.Value{"Intent_Score__c": num(0)}))
	send(m, a)
	m.Apply(a, salesforce(noon.Add(time.Minute), map[string]connectors.Value{"Intent_Score__c": num(72.6)})) // the org keeps one decimal
	expectWrites(t, m, a)
	m.Apply(a, hubspot(noon.Add(time.Hour), map[string]connectors.Value{"intent_score": text("80")}))
	expectWrites(t, m, a, mapping.FieldWrite{Side: mapping.SalesforceSide, Value: num(80)})
}

func TestSyncTravelsBothWays(t *testing.T) {
	t.Parallel()
	m := compile(t, fields)
	a := m.NewAccount("x")
	both := func(hs string, sf float64, at time.Time) {
		m.Apply(a, hubspot(at, map[string]connectors.Value{"estimated_acv": text(hs)}))
		m.Apply(a, salesforce(at, map[string]connectors.Value{"Estimated_ACV__c": num(sf)}))
	}
	both("100", 100, noon)
	expectWrites(t, m, a)

	m.Apply(a, salesforce(noon.Add(time.Hour), map[string]connectors.Value{"Estimated_ACV__c": num(200)}))
	expectWrites(t, m, a, mapping.FieldWrite{Side: mapping.HubSpotSide, Value: num(200)})
	send(m, a)
	m.Apply(a, hubspot(noon.Add(61*time.Minute), map[string]connectors.Value{"estimated_acv": text("200")}))
	expectWrites(t, m, a)

	m.Apply(a, hubspot(noon.Add(2*time.Hour), map[string]connectors.Value{"estimated_acv": text("300")}))
	expectWrites(t, m, a, mapping.FieldWrite{Side: mapping.SalesforceSide, Value: num(300)})
}

func TestSyncConflictFollowsThePolicy(t *testing.T) {
	t.Parallel()
	m := compile(t, fields)
	a := m.NewAccount("x")
	m.Apply(a, hubspot(noon, map[string]connectors.Value{"tier": text("tier_1")}))
	m.Apply(a, salesforce(noon.Add(-time.Hour), map[string]connectors.Value{"Tier__c": text("Silver")}))
	writes, _ := m.Outgoing(a)
	if len(writes) != 1 || writes[0].Side != mapping.HubSpotSide || writes[0].Vendor != text("tier_2") || !writes[0].Conflict {
		t.Errorf("writes = %+v, want Salesforce's value to win with a conflict", writes)
	}
}

func TestFreshness(t *testing.T) {
	t.Parallel()
	m := compile(t, fields)
	slot := m.Field("intent_score").Slot
	a := m.NewAccount("x")
	record := func(at time.Time, score, confirmed string) {
		m.Apply(a, hubspot(at, map[string]connectors.Value{"intent_score": text(score), "intent_score_updated_at": text(confirmed)}))
	}
	record(noon, "50", "2026-10-01T00:00:00Z")
	if until, ok := m.Fresh(a, slot); !ok || until.After(noon) {
		t.Errorf("fresh until %v: an old confirmation must not count, however new the record", until)
	}
	record(noon.Add(time.Hour), "75", "2026-10-01T00:00:00Z")
	if until, _ := m.Fresh(a, slot); !until.Equal(noon.Add(time.Hour + 8*24*time.Hour)) {
		t.Errorf("fresh until %v: a change that we saw is a confirmation", until)
	}
	record(noon.Add(2*time.Hour), "75", "2026-11-02T13:30:00Z")
	if until, _ := m.Fresh(a, slot); !until.Equal(time.Date(2026, 11, 10, 13, 30, 0, 0, time.UTC)) {
		t.Errorf("fresh until %v, want eight days after the confirmation", until)
	}
}

func TestSignals(t *testing.T) {
	t.Parallel()
	m := compile(t, fields)
	ledger := mapping.NewLedger(nil)
	read := func(at time.Time, fields map[string]connectors.Value, history map[string][]connectors.Version) []mapping.Point {
		r := connectors.Record{Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: "7"}, Modified: at, Fields: fields, History: history}
		found := m.Extract(r, "1", ledger)
		if len(found.Problems) > 0 {
			t.Errorf("problems: %v", found.Problems)
		}
		points := found.Points
		for _, g := range found.Grown {
			points = append(points, g.Point)
		}
		return points
	}
	visits := func(n string) map[string]connectors.Value {
		return map[string]connectors.Value{"hs_analytics_num_visits": text(n)}
	}
	for i, step := range []struct {
		value string
		want  float64
	}{{"40", 0}, {"43", 3}, {"43", 0}, {"2", 0}, {"4", 2}} {
		got := 0.0
		for _, p := range read(noon.Add(time.Duration(i)*time.Hour), visits(step.value), nil) {
			got += p.Value
		}
		if got != step.want {
			t.Errorf("visits %s: growth %v, want %v", step.value, got, step.want)
		}
	}
	version := func(v string, at time.Time) connectors.Version { return connectors.Version{Value: text(v), At: at} }
	points := read(noon, map[string]connectors.Value{
		"recent_conversion_date": text("2026-11-02T11:00:00Z"), "recent_conversion_event_name": text("Newsletter"),
	}, map[string][]connectors.Version{
		"recent_conversion_date":       {version("2026-10-30T09:00:00Z", noon.Add(-72*time.Hour)), version("2026-11-02T11:00:00Z", noon.Add(-time.Hour))},
		"recent_conversion_event_name": {version("Request a Demo", noon.Add(-72*time.Hour)), version("Newsletter", noon.Add(-time.Hour))},
	})
	if len(points) != 1 || points[0].Label != "Request a Demo" || !points[0].At.Equal(time.Date(2026, 10, 30, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("points = %+v, want the overwritten demo request alone", points)
	}
}

func TestEncodeDecode(t *testing.T) {
	t.Parallel()
	m := compile(t, fields)
	a := m.NewAccount("x")
	m.Apply(a, hubspot(noon, map[string]connectors.Value{"account_fit": text("true"), "estimated_acv": text("0.10"), "name": text(`A "quoted" <name>`)}))
	m.Apply(a, salesforce(noon, map[string]connectors.Value{"Account_Fit__c": connectors.BoolValue(false), "Renewal__c": text("2027-01-31")}))
	a.Own[m.Field("mqa").Slot] = connectors.BoolValue(true)
	send(m, a)
	first, err := m.Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.Decode("x", first)
	if err != nil {
		t.Fatal(err)
	}
	second, err := m.Encode(b)
	if err != nil {
		t.Fatal(err)
	}
	if string(first) != string(second) {
		t.Errorf("not the same after decoding:\n%s\n%s", first, second)
	}
	for _, f := range m.Fields {
		if value(m, a, f.Name) != value(m, b, f.Name) {
			t.Errorf("%s: %v became %v", f.Name, value(m, a, f.Name), value(m, b, f.Name))
		}
	}
}

func TestDomain(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"https://www.Acme.com/en?x=1": "acme.com", "acme.co.uk": "acme.co.uk", "http://shop.acme.co.uk:8080": "acme.co.uk",
		"//acme.com": "acme.com", "info@acme.com": "acme.com", "Bücher.example": "xn--bcher-kva.example", "acme.com.": "acme.com",
		"gmail.com": "", "10.0.0.1": "", "[::1]:80": "", "localhost": "", "co.uk": "", "not a domain": "", "": "",
	}
	for in, want := range tests {
		if got := mapping.Domain(in); got != want {
			t.Errorf("Domain(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSalesforceID(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"001D000000IRFma": "001D000000IRFmaIAH", "001D000000IRFmaIAH": "001D000000IRFmaIAH", "short": "short",
	} {
		if got := mapping.SalesforceID(in); got != want {
			t.Errorf("SalesforceID(%q) = %q, want %q", in, got, want)
		}
	}
}

// send marks everything that is outgoing as sent.
func send(m *mapping.Mapping, a *mapping.Account) {
	writes, _ := m.Outgoing(a)
	for _, w := range writes {
		m.MarkSent(a, w)
	}
}

// expectWrites compares sides and values of what is outgoing.
func expectWrites(t *testing.T, m *mapping.Mapping, a *mapping.Account, want ...mapping.FieldWrite) {
	t.Helper()
	got, problems := m.Outgoing(a)
	if len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
	if len(got) != len(want) {
		t.Fatalf("outgoing = %+v, want %+v", got, want)
	}
	for i := range got {
		if got[i].Side != want[i].Side || got[i].Value != want[i].Value {
			t.Errorf("outgoing %d = %v to %v, want %v to %v", i, got[i].Value, got[i].Side, want[i].Value, want[i].Side)
		}
	}
}

// TestCounterThatWasEmpty counts from zero: the first visits of a contact that
// we saw before he had any are visits of this week.
func TestCounterThatWasEmpty(t *testing.T) {
	t.Parallel()
	m := compile(t, fields)
	for name, empty := range map[string]connectors.Value{"null": {}, "empty text": text("")} {
		ledger, got := mapping.NewLedger(nil), 0.0
		for i, v := range []connectors.Value{empty, text("5")} {
			r := connectors.Record{
				Ref:      connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: "7"},
				Modified: noon.Add(time.Duration(i) * time.Hour), Fields: map[string]connectors.Value{"hs_analytics_num_visits": v},
			}
			for _, g := range m.Extract(r, "1", ledger).Grown {
				got += g.Value
			}
		}
		if got != 5 {
			t.Errorf("%s: growth %v, want 5", name, got)
		}
	}
}
