package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"handoffd/connectors"
	"handoffd/mapping"
)

const typed = `
account:
  yes:    {type: bool, hubspot: x_yes, salesforce: X_yes, sync: newest}
  size:   {type: number, hubspot: x_size, salesforce: X_size, sync: newest}
  amount: {type: money, hubspot: x_amount, salesforce: X_amount, sync: newest}
  words:  {type: text, hubspot: x_words, salesforce: X_words, sync: newest, length: 300}
  whole:  {type: number, hubspot: x_whole, salesforce: X_whole, sync: newest, decimals: 0}
  fine:   {type: number, hubspot: x_fine, salesforce: X_fine, sync: newest, decimals: 4}
  seen:   {type: text, hubspot: x_seen, salesforce: X_seen}
  tier:   {type: enum, hubspot: x_tier, salesforce: X_tier, sync: newest, values: {gold: {hubspot: g, salesforce: Gold}}}
  many:   {type: multi, hubspot: x_many, salesforce: X_many, sync: newest, values: {gold: {hubspot: g, salesforce: Gold}}}
  day:    {type: date, hubspot: x_day, salesforce: X_day, sync: newest}
  moment: {type: datetime, hubspot: x_moment, salesforce: X_moment, sync: newest}
  boss:   {type: owner, hubspot: x_boss, salesforce: X_boss, sync: newest}
  round:  {type: number, hubspot: x_round, salesforce: X_round, from: salesforce, read: {salesforce: 'value * 2'}}
  sort:   {type: enum, hubspot: x_sort, salesforce: X_sort, from: salesforce, read: {salesforce: 'lower(value)'}, values: {gold: {hubspot: g, salesforce: Gold}}}
  coded:  {type: bool, hubspot: x_coded, salesforce: X_coded, sync: newest, read: {salesforce: 'value == "Y"'}, write: {salesforce: 'value ? "Y" : "N"'}}
`

// vendorTypes are all that the CRMs describe; "+" stands for several values.
var vendorTypes = map[mapping.Side][]string{
	mapping.SalesforceSide: {"boolean", "double", "currency", "percent", "int", "string", "textarea", "email", "phone", "url", "picklist", "multipicklist+", "date", "datetime", "time", "reference", "location", "base64"},
	mapping.HubSpotSide:    {"bool", "number", "string", "phone_number", "enumeration", "enumeration+", "date", "datetime", "json"},
}

// fitting lists, per field, the types that it may be written to, "~" those that
// take only some values; every other pair must be refused with a reason.
var fitting = map[string]map[mapping.Side]string{
	"yes":    {mapping.SalesforceSide: "boolean string~ textarea~ phone~ url~ picklist~", mapping.HubSpotSide: "bool string~"},
	"size":   {mapping.SalesforceSide: "double~ currency~ percent~ string~ textarea~ phone~ url~ picklist~", mapping.HubSpotSide: "number string~ enumeration~"},
	"whole":  {mapping.SalesforceSide: "double currency percent int string~ textarea~ phone~ url~ picklist~", mapping.HubSpotSide: "number string~ enumeration~"},
	"amount": {mapping.SalesforceSide: "double currency percent~ string~ textarea~ phone~ url~ picklist~", mapping.HubSpotSide: "number string~ enumeration~"},
	"words":  {mapping.SalesforceSide: "string textarea email~ phone url picklist~ multipicklist+~", mapping.HubSpotSide: "string phone_number~ enumeration~ enumeration+~"},
	"tier":   {mapping.SalesforceSide: "string textarea email~ phone url picklist multipicklist+~", mapping.HubSpotSide: "string phone_number~ enumeration enumeration+~"},
	"many":   {mapping.SalesforceSide: "string textarea phone url picklist~ multipicklist+", mapping.HubSpotSide: "string enumeration~ enumeration+"},
	"day":    {mapping.SalesforceSide: "date string~ textarea~ phone~ url~", mapping.HubSpotSide: "date string~"},
	"moment": {mapping.SalesforceSide: "datetime string~ textarea~ phone~ url~", mapping.HubSpotSide: "datetime string~"},
	"boss":   {mapping.SalesforceSide: "reference", mapping.HubSpotSide: "number~"},
}

// TestEveryPairOfTypes converts without loss, in part, or is refused.
func TestEveryPairOfTypes(t *testing.T) {
	t.Parallel()
	m := compile(t, typed)
	for name, sides := range fitting {
		for side, allowed := range sides {
			for _, kind := range vendorTypes[side] {
				v := connectors.Field{Name: "X", Type: strings.TrimSuffix(kind, "+"), Multi: strings.HasSuffix(kind, "+"), Writable: true, Precision: 18, Scale: 2}
				if v.Type == "int" {
					v.Precision, v.Scale = 0, 0
				}
				if v.Type == "enumeration" {
					v.Options, v.Restricted = []connectors.Option{{Value: "g", Active: true}}, true
				}
				want := mapping.Refused
				switch {
				case strings.Contains(" "+allowed+" ", " "+kind+" "):
					want = mapping.Fitting
				case strings.Contains(" "+allowed+" ", " "+kind+"~ "):
					want = mapping.Partly
				}
				judged := mapping.Fits(m.Field(name), side, v)
				if got := worst(judged); got != want {
					t.Errorf("%s in a %s %s: %v, want level %d", name, side.System(), kind, judged, want)
				}
			}
		}
	}
}

func worst(list []mapping.Verdict) mapping.Degree {
	level := mapping.Fitting
	for _, v := range list {
		level = max(level, v.Level)
	}
	return level
}

func TestFitsSaysWhyNot(t *testing.T) {
	t.Parallel()
	m := compile(t, typed)
	option := func(words ...string) (out []connectors.Option) {
		for _, w := range words {
			out = append(out, connectors.Option{Value: w, Active: true})
		}
		return out
	}
	tests := []struct {
		name, field string
		side        mapping.Side
		v           connectors.Field
		want        string
	}{
		{"read-only", "words", mapping.HubSpotSide, connectors.Field{Type: "string"}, "read-only for this user"},
		{"only read", "seen", mapping.HubSpotSide, connectors.Field{Type: "string"}, ""},
		{"too long", "words", mapping.SalesforceSide, connectors.Field{Type: "string", Length: 255, Writable: true}, "takes 255 characters and the mapping allows 300"},
		{"no such option", "tier", mapping.SalesforceSide, connectors.Field{Type: "picklist", Restricted: true, Options: option("Silver"), Writable: true}, `lacks the options "Gold"`},
		{"inactive option", "tier", mapping.SalesforceSide, connectors.Field{Type: "picklist", Restricted: true, Options: []connectors.Option{{Value: "Gold"}}, Writable: true}, `the options "Gold" are not active`},
		{"option", "tier", mapping.SalesforceSide, connectors.Field{Type: "picklist", Restricted: true, Options: option("Gold"), Writable: true}, ""},
		{"dependent", "tier", mapping.SalesforceSide, connectors.Field{Type: "picklist", Controller: "Country", Writable: true}, "depends on Country"},
		{"checkbox as enumeration", "yes", mapping.HubSpotSide, connectors.Field{Type: "enumeration", Options: option("true", "false"), Writable: true}, ""},
		{"yes and no", "yes", mapping.HubSpotSide, connectors.Field{Type: "enumeration", Restricted: true, Options: option("Yes", "No"), Writable: true}, `none of its options is true or false`},
		{"whole money", "amount", mapping.SalesforceSide, connectors.Field{Type: "currency", Precision: 18, Writable: true}, "keeps 0 decimals"},
		{"expressions", "coded", mapping.SalesforceSide, connectors.Field{Type: "picklist", Writable: true}, ""},
		{"one for several", "many", mapping.HubSpotSide, connectors.Field{Type: "enumeration", Restricted: true, Options: option("g"), Writable: true}, "holds one value"},
		{"checkbox in a list", "yes", mapping.SalesforceSide, connectors.Field{Type: "picklist", Restricted: true, Options: option("true"), Writable: true}, `lacks the options "false"`},
		{"money in whole numbers", "amount", mapping.SalesforceSide, connectors.Field{Type: "int", Writable: true}, "money needs 2"},
		{"more decimals than are kept", "fine", mapping.SalesforceSide, connectors.Field{Type: "double", Precision: 18, Scale: 2, Writable: true}, "it keeps 2 decimals, and the mapping allows 4"},
		{"as many decimals as are kept", "fine", mapping.SalesforceSide, connectors.Field{Type: "double", Precision: 18, Scale: 4, Writable: true}, ""},
		{"money in percent", "amount", mapping.SalesforceSide, connectors.Field{Type: "percent", Precision: 5, Scale: 2, Writable: true}, "a percentage, not an amount"},
		{"expressions and options", "coded", mapping.SalesforceSide, connectors.Field{Type: "picklist", Restricted: true, Options: option("Y", "N"), Writable: true}, ""},
		{"an expression's missing option", "coded", mapping.SalesforceSide, connectors.Field{Type: "picklist", Restricted: true, Options: option("Y"), Writable: true}, `lacks the options "N"`},
		{"a whole address", "coded", mapping.SalesforceSide, connectors.Field{Type: "address", Writable: true}, "cannot be read as text"},
		{"a reference", "coded", mapping.SalesforceSide, connectors.Field{Type: "reference", Writable: true}, "which the write expression gives"},
		{"only read through an expression", "round", mapping.SalesforceSide, connectors.Field{Type: "boolean"}, "cannot be read as number"},
		{"an expression over texts", "sort", mapping.SalesforceSide, connectors.Field{Type: "boolean"}, ""},
		{"long enough", "words", mapping.SalesforceSide, connectors.Field{Type: "textarea", Length: 300, Writable: true}, ""},
		{"dependent, only read", "sort", mapping.SalesforceSide, connectors.Field{Type: "picklist", Controller: "Country"}, ""},
		{"a mapped word too many", "many", mapping.HubSpotSide, connectors.Field{Type: "enumeration", Multi: true, Restricted: true, Options: option("g", "tin"), Writable: true}, `no value is mapped to "tin"`},
		{"owner in a lookup", "boss", mapping.SalesforceSide, connectors.Field{Type: "reference", Writable: true}, ""},
		{"owner in a text", "boss", mapping.SalesforceSide, connectors.Field{Type: "string", Writable: true}, "cannot be written from owner"},
		{"owner in an owner's property", "boss", mapping.HubSpotSide, connectors.Field{Type: "enumeration", Writable: true}, ""},
		{"several for one", "tier", mapping.HubSpotSide, connectors.Field{Type: "enumeration", Multi: true, Writable: true}, "map it as multi"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			judged := mapping.Fits(m.Field(tt.field), tt.side, tt.v)
			if got := fmt.Sprint(judged); len(judged) > 0 && tt.want == "" || !strings.Contains(got, tt.want) {
				t.Errorf("%+v, want %q", judged, tt.want)
			}
		})
	}
}

// TestMulti: the order in which a CRM keeps several words is no difference.
func TestMulti(t *testing.T) {
	t.Parallel()
	m := compile(t, typed)
	f := m.Field("many")
	got, err := f.Read(mapping.HubSpotSide, text(";g; g"))
	if err != nil || got != text("gold") {
		t.Errorf("read %v, %v", got, err)
	}
	if _, err := f.Read(mapping.HubSpotSide, text("g;tin")); err == nil || !strings.Contains(err.Error(), `"tin"`) {
		t.Errorf("error %v, want the word that is not mapped", err)
	}
	out, err := f.Write(mapping.SalesforceSide, text("gold"))
	if err != nil || out != text("Gold") {
		t.Errorf("wrote %v, %v", out, err)
	}
	plain := mapping.Field{Type: mapping.Multi}
	a, _ := plain.Read(mapping.HubSpotSide, text("b;a"))
	b, _ := plain.Read(mapping.SalesforceSide, text("a;b"))
	if a != b || a.IsNull() {
		t.Errorf("%v and %v are the same words", a, b)
	}
	if empty, err := plain.Read(mapping.SalesforceSide, text(";")); err != nil || !empty.IsNull() {
		t.Errorf("%v, %v: no word is nothing", empty, err)
	}
}

// TestOwnersAreCarried by e-mail, then by the owners map, then to the fallback.
func TestOwnersAreCarried(t *testing.T) {
	t.Parallel()
	m := compile(t, `
account:
  boss: {type: owner, hubspot: boss, salesforce: Boss__c, sync: prefer_salesforce}
owners: {same: {bob@sf.example: Bob@hs.example}, fallback: {hubspot: admin@hs.example}}
`).With(mapping.NewPeople(map[connectors.System][]connectors.User{
		connectors.Salesforce: {{ID: "A", Email: "Ann@x.example", Active: true}, {ID: "B", Email: "bob@sf.example", Active: true}, {ID: "C", Email: "cyd@x.example", Active: true}},
		connectors.HubSpot: {
			{ID: "1", Email: "ann@x.example", Active: true}, {ID: "2", Email: "bob@hs.example", Active: true}, {ID: "3", Email: "cyd@x.example"},
			{ID: "9", Email: "admin@hs.example", Active: true}, {ID: "7", Email: "eve@x.example", Active: true},
		},
	}))
	for id, want := range map[string]string{"A": "1", "B": "2", "C": "9", "unknown": "9"} {
		a := m.NewAccount("x")
		m.Apply(a, salesforce(noon, map[string]connectors.Value{"Boss__c": text(id)}))
		m.Apply(a, hubspot(noon, map[string]connectors.Value{"boss": text("")}))
		expectWrites(t, m, a, mapping.FieldWrite{Side: mapping.HubSpotSide, Value: text(want)})
		send(m, a)
		m.Apply(a, hubspot(noon.Add(1), map[string]connectors.Value{"boss": text(want)}))
		expectWrites(t, m, a) // two ids of one person are no difference (I5)
	}
	a := m.NewAccount("x")
	m.Apply(a, salesforce(noon, map[string]connectors.Value{"Boss__c": text("")}))
	m.Apply(a, hubspot(noon, map[string]connectors.Value{"boss": text("7")}))
	if writes, problems := m.Outgoing(a); len(writes) != 0 || len(problems) != 1 || !strings.Contains(problems[0].Reason, "has no counterpart in salesforce") {
		t.Errorf("writes %+v, problems %+v: want a reason, since nobody is named for salesforce", writes, problems)
	}
}

// TestLengths: a text is refused when it is too long, and cut only where the
// field says so.
func TestLengths(t *testing.T) {
	t.Parallel()
	for rest, want := range map[string]string{"length: 5": "", "length: 5, truncate: true": "ab 😀", "length: 9": "ab 😀cde"} {
		m := compile(t, "account:\n  note: {type: text, hubspot: note, salesforce: Note__c, from: hubspot, "+rest+"}\n")
		a := m.NewAccount("x")
		m.Apply(a, hubspot(noon, map[string]connectors.Value{"note": text("ab 😀cde")}))
		m.Apply(a, salesforce(noon, map[string]connectors.Value{"Note__c": text("")}))
		writes, problems := m.Outgoing(a)
		if want == "" {
			if len(writes) != 0 || len(problems) != 1 || !strings.Contains(problems[0].Reason, "8 characters") {
				t.Errorf("%s: writes %+v, problems %+v", rest, writes, problems)
			}
			continue
		}
		if len(writes) != 1 || writes[0].Vendor != text(want) {
			t.Errorf("%s: writes %+v, problems %+v, want %q", rest, writes, problems, want)
		}
	}
}
