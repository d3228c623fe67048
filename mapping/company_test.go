package mapping_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/mapping"
)

func TestCompanyName(t *testing.T) {
	t.Parallel()
	same := [][]string{
		{"Acme", "ACME, Inc.", "The Acme Company", "Acme Co., Ltd.", "acme incorporated", "Acme Corp /DE/", "ACME INC/NY", "Acme (The)"},
		{"Müller & Söhne GmbH & Co. KG", "MULLER AND SOHNE", "Müller+Söhne"},
		{"A. O. Smith", "A.O. Smith Corp", "A O SMITH CORP"},
		{"Novo Nordisk A/S", "Novo Nordisk"},
		{"Ромашка", "ООО «Ромашка»"},
		{"华为技术有限公司", "华为技术"},
		{"Øresund Straße ApS", "oresund strasse"},
	}
	seen := map[string]string{}
	for _, names := range same {
		want := mapping.CompanyName(names[0])
		if other, taken := seen[want]; taken || want == "" {
			t.Errorf("%q and %q are both %q", names[0], other, want)
		}
		seen[want] = names[0]
		for _, name := range names {
			if got := mapping.CompanyName(name); got != want {
				t.Errorf("%q is %q, but %q is %q", name, got, names[0], want)
			}
		}
	}
	for name, want := range map[string]string{"Limited": "limited", "AG": "ag", "": "", "?!": "", "AC/DC": "ac dc", "Level Up": "level up", "Baden Spa": "baden spa"} {
		if got := mapping.CompanyName(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestCountry(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"US": "US", "usa": "US", "U.S.A.": "US", "United States": "US", "United States of America": "US", "Deutschland": "DE", "germany": "DE", "DEU": "DE",
		"UK": "GB", "Great Britain": "GB", "Österreich": "AT", "Türkiye": "TR", "Turkey": "TR", "": "", "Atlantis": "atlantis", "Côte d’Ivoire": "CI",
	} {
		if got := mapping.Country(in); got != want {
			t.Errorf("Country(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHost(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://www.shop.acme.co.uk/x": "shop.acme.co.uk", "shop.acme.com": "shop.acme.com", "acme.com": "acme.com", "www.gmail.com": "",
		"mail.gmail.com": "", "acme.github.io": "", "acme.myshopify.com": "", "https://www.facebook.com/acme": "", "sites.google.com/view/acme": "",
		"google.com": "google.com", "acme.uk.com": "acme.uk.com", "mailto:ann@acme.com": "acme.com",
	} {
		if got := mapping.Host(in); got != want {
			t.Errorf("Host(%q) = %q, want %q", in, got, want)
		}
	}
}

const matchRules = `
match:
  - {hubspot: salesforceaccountid, salesforce: Id}
  - {domain: {hubspot: domain, salesforce: Website, subdomains: keep}}
  - {domain: {hubspot: domain, salesforce: Website}}
  - {domain: {hubspot: email, salesforce: Email__c}}
  - {name: {hubspot: name, salesforce: Name, country: {hubspot: country, salesforce: BillingCountry}}}
account:
  fit: {type: bool, hubspot: account_fit, salesforce: Account_Fit__c, from: hubspot}
`

func TestKeys(t *testing.T) {
	t.Parallel()
	m := compile(t, matchRules)
	got := m.Keys(hubspot(noon, map[string]connectors.Value{
		"salesforceaccountid": text("001D000000IRFma"), "domain": text("eu.acme.com"), "email": text("info@acme.org"), "name": text("Acme Ltd"), "country": text("UK"),
	}))
	want := map[string]string{
		"hubspot salesforceaccountid = salesforce Id": "001D000000IRFmaIAH", "same host": "eu.acme.com", "same domain": "acme.com",
		"same domain (hubspot email, salesforce Email__c)": "acme.org", "same name and country": "acme | GB",
	}
	for rule, key := range want {
		if got[rule] != key {
			t.Errorf("%s: %q, want %q", rule, got[rule], key)
		}
	}
	if len(got) != len(want) {
		t.Errorf("keys %v", got)
	}
	for _, wanted := range []string{"country", "email", "salesforceaccountid"} {
		found := false
		for _, f := range m.Select(mapping.HubSpotSide).Fields[connectors.Account] {
			found = found || f == wanted
		}
		if !found {
			t.Errorf("%s is not read", wanted)
		}
	}
	if no := m.Keys(hubspot(noon, map[string]connectors.Value{"name": text("Acme Ltd")})); len(no) != 0 {
		t.Errorf("a name without a country gives %v", no)
	}
}

// Folding is stable: what is folded stays as it is, whatever was typed.
func TestFoldingTwiceIsFoldingOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		if once := mapping.Country(s); mapping.Country(once) != once {
			t.Errorf("country %q", once)
		}
		if once := mapping.Domain(s); mapping.Domain(once) != once {
			t.Errorf("domain %q", once)
		}
		if once := mapping.Host(s); mapping.Host(once) != once || mapping.Domain(once) != mapping.Domain(s) {
			t.Errorf("host %q", once)
		}
	})
}

func FuzzDomain(f *testing.F) {
	for _, s := range []string{"https://www.Acme.com/en?x=1", "info@acme.com", "[::1]:80", "bücher.example", "..", "//", "a@b@c.de"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := mapping.Domain(s)
		if d != "" && (!strings.Contains(d, ".") || d != strings.ToLower(d) || strings.ContainsAny(d, "/@:? ")) {
			t.Errorf("Domain(%q) = %q", s, d)
		}
	})
}

func BenchmarkDomain(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		mapping.Domain("https://www.acme.co.uk/en?x=1")
	}
}

func BenchmarkCompanyName(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		mapping.CompanyName("Müller & Söhne Holding GmbH & Co. KG")
	}
}
