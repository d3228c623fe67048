package portal

import (
	"fmt"
	"strconv"
	"testing"
	"time"
)

func seeded(b *testing.B, n int) (*Portal, *time.Time) {
	p, now := newPortal(b, Settings{})
	for i := range n {
		*now = now.Add(time.Millisecond)
		company, err := p.Insert("companies", map[string]string{"name": "Company " + strconv.Itoa(i), "domain": fmt.Sprintf("c%d.example", i)})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Insert("contacts", map[string]string{"email": fmt.Sprintf("a@c%d.example", i)}, NewAssociation{To: company, Object: "companies"}); err != nil {
			b.Fatal(err)
		}
	}
	return p, now
}

// BenchmarkInsert measures one company with one contact.
func BenchmarkInsert(b *testing.B) {
	b.ReportAllocs()
	seeded(b, b.N)
}

// BenchmarkSearch measures the searches that a poller sends, over 100,000
// companies.
func BenchmarkSearch(b *testing.B) {
	p, now := seeded(b, 100_000)
	def := p.tables[companies].def
	one := func(property, operator, value string) Filter {
		return Filter{Property: property, Operator: operator, Value: value, HasValue: true}
	}
	recent := one("hs_lastmodifieddate", "GTE", strconv.FormatInt(now.Add(-time.Second).UnixMilli(), 10))
	for name, q := range map[string]Query{
		"window":       {Groups: [][]Filter{{recent}}, Sort: "hs_object_id", Limit: 200},
		"window after": {Groups: [][]Filter{{recent, one("hs_object_id", "GT", "407000000000")}}, Sort: "hs_object_id", Limit: 200},
		"domain":       {Groups: [][]Filter{{one("domain", "EQ", "c77.example")}}, Limit: 10},
		"everything":   {Sort: "hs_object_id", Limit: 200},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := p.Search(def, q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
