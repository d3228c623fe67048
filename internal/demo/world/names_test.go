package world

import (
	"testing"

	"pgregory.net/rapid"

	"handoffd/mapping"
)

func TestNamesDiffer(t *testing.T) {
	t.Parallel()
	n := newNamer()
	seen := map[string]bool{}
	for i := range 100_000 {
		name, _ := n.name(i)
		seen[domainOf(name)] = true
	}
	if len(seen) != 100_000 {
		t.Errorf("100,000 names have %d domains", len(seen))
	}
	short := map[string]bool{}
	for i := range len(stems()) * len(trades()) {
		short[domainOf(shortName(i))] = true
	}
	if len(short) != len(stems())*len(trades()) {
		t.Errorf("%d short names have %d domains", len(stems())*len(trades()), len(short))
	}
	for _, c := range cast() {
		if short[domainOf(c.name)] {
			t.Errorf("a filler may be called %q, as one of the cast is", c.name)
		}
	}
}

// However a domain is typed, the mapping must come back to the same one.
func TestTypedDomainsMatch(t *testing.T) {
	t.Parallel()
	n := newNamer()
	rapid.Check(t, func(t *rapid.T) {
		name, _ := n.name(rapid.IntRange(0, MaxAccounts).Draw(t, "account"))
		domain := domainOf(name)
		if got := mapping.Domain(domain); got != domain {
			t.Fatalf("the domain of %q is %q, and registered as %q", name, domain, got)
		}
		text := typed(domain, rapid.IntRange(0, 11).Draw(t, "way"))
		if got := mapping.Domain(text); got != domain {
			t.Fatalf("%q is %q, not %q", text, got, domain)
		}
	})
}

func TestDomainOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Alder Instruments":                "alder-instruments.example",
		`O'Hara \ Sons "Northern" Freight`: "o-hara-sons-northern-freight.example",
		"  Two  Spaces & more!":            "two-spaces-more.example",
		LongName():                         "lime-and-long-alley-combined-warehousing-and-cold-storage-and-o.example",
	} {
		if got := domainOf(name); got != want {
			t.Errorf("%.40s: %s", name, got)
		}
	}
}
