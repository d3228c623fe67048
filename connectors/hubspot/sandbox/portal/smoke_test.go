package portal

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

func TestSmokeScale(t *testing.T) {
	start := time.Now()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	p, err := New(Config{Now: func() time.Time { now = now.Add(time.Millisecond); return now }, ID: 1, UIDomain: "app.hubspot.com"})
	if err != nil { t.Fatal(err) }
	fmt.Println("new", time.Since(start))
	start = time.Now()
	var m0, m1 runtime.MemStats
	runtime.GC(); runtime.ReadMemStats(&m0)
	for i := range 100000 {
		c, err := p.Insert("companies", map[string]string{"name": fmt.Sprintf("Company %d", i), "domain": fmt.Sprintf("c%d.example", i), "industry": "ACCOUNTING", "annualrevenue": "1000000", "hs_is_target_account": "true"})
		if err != nil { t.Fatal(err) }
		if _, err := p.Insert("contacts", map[string]string{"email": fmt.Sprintf("a%d@c%d.example", i, i), "firstname": "A", "lastname": fmt.Sprint(i), "hs_analytics_num_visits": "2"}, NewAssociation{To: c, Object: "companies"}); err != nil { t.Fatal(err) }
	}
	fmt.Println("insert", time.Since(start))
	runtime.GC(); runtime.ReadMemStats(&m1)
	fmt.Println("MB", (m1.HeapAlloc-m0.HeapAlloc)>>20)
	ct, _ := p.Type("companies")
	q := func(name string, q Query) {
		s := time.Now(); f, err := p.Search(ct, q)
		fmt.Println(name, f.Total, len(f.Records), err, time.Since(s))
	}
	q("all by id", Query{Sort: "hs_object_id", Limit: 200})
	q("all by id2", Query{Sort: "hs_object_id", Limit: 200})
	ms := func(d time.Duration) string { return fmt.Sprint(now.Add(d).UnixMilli()) }
	win := Filter{Property: "hs_lastmodifieddate", Operator: "GTE", Value: ms(-10*time.Second), HasValue: true}
	q("window", Query{Groups: [][]Filter{{win}}, Sort: "hs_object_id", Limit: 200})
	q("window+id", Query{Groups: [][]Filter{{win, {Property: "hs_object_id", Operator: "GT", Value: "407300000000", HasValue: true}}}, Sort: "hs_object_id", Limit: 200})
	q("domain", Query{Groups: [][]Filter{{{Property: "domain", Operator: "EQ", Value: "c500.example", HasValue: true}}}, Limit: 200})
	q("name token", Query{Groups: [][]Filter{{{Property: "name", Operator: "CONTAINS_TOKEN", Value: "500", HasValue: true}}}, Limit: 200})
	q("visits", Query{Groups: [][]Filter{{{Property: "hs_analytics_num_visits", Operator: "GTE", Value: "2", HasValue: true}}}, Limit: 200})
	q("all default", Query{Limit: 200})
	s := time.Now(); pg, err := p.List(ct, "", 100, false, View{}); fmt.Println("list", len(pg.Records), pg.Next, err, time.Since(s))
	s = time.Now(); pg, err = p.List(ct, pg.Next, 100, false, View{}); fmt.Println("list", len(pg.Records), pg.Next, err, time.Since(s))
	v, _ := p.Values("companies", pg.Records[0].ID); fmt.Println(v)
}
