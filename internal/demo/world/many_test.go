package world_test

import (
	"testing"

	"handoffd/internal/demo/world"
	"handoffd/mapping"
)

func TestManyAccounts(t *testing.T) {
	t.Parallel()
	const n = 2000
	w := newWorld(t, "2000")
	if have := w.HubSpot.Count("companies"); have != n {
		t.Errorf("HubSpot has %d companies", have)
	}
	if share := float64(w.Ready) / n; share < 0.06 || share > 0.10 {
		t.Errorf("%d of %d meet the criteria", w.Ready, n)
	}
	_, rows, err := w.Salesforce.Query("SELECT Id, Name, Website FROM Account", false)
	if err != nil || len(rows) != n {
		t.Fatalf("Salesforce has %d accounts, %v", len(rows), err)
	}
	ids, domains := map[string]bool{}, map[string]bool{}
	for _, row := range rows {
		ids[row[0]], domains[mapping.Domain(row[2])] = true, true
	}
	if len(domains) != n {
		t.Errorf("%d different domains", len(domains))
	}
	linked := 0
	for id, c := range companies(w) {
		if !domains[c["domain"]] {
			t.Errorf("company %s has the domain %q, which no account has", id, c["domain"])
		}
		if to := c["salesforceaccountid"]; to != "" {
			linked++
			if !ids[to] {
				t.Errorf("company %s is linked to %q", id, to)
			}
		}
	}
	if linked < n/2 || linked == n {
		t.Errorf("%d of %d are linked by id", linked, n)
	}
	if people := w.HubSpot.Count("contacts"); people < n || people > 3*n {
		t.Errorf("%d people in HubSpot", people)
	}
}

func BenchmarkSeed(b *testing.B) {
	key, err := testKey()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := world.New(world.Options{Seed: "1000", Key: key}); err != nil {
			b.Fatal(err)
		}
	}
}
