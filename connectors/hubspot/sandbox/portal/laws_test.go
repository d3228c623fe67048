package portal

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func newPortal(t interface{ Fatal(...any) }, s Settings) (*Portal, *time.Time) {
	now := time.Date(2026, 3, 12, 7, 30, 0, 0, time.UTC)
	p, err := New(Config{Now: func() time.Time { return now }, ID: 1, UIDomain: "app.hubspot.com", Settings: s})
	if err != nil {
		t.Fatal(err)
	}
	return p, &now
}

func draw[T any](t *rapid.T, name string, of ...T) T { return rapid.SampledFrom(of).Draw(t, name) }

// churn plays a random history of writes, archives and merges.
func churn(t *rapid.T, p *Portal, now *time.Time) {
	var ids []string
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		*now = now.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "ms")) * time.Millisecond)
		values := map[string]string{
			"name":          draw(t, "name", "Acme North", "acme", "Beta", "Gamma Ltd"),
			"domain":        draw(t, "domain", "a.example", "b.example", "c.example"),
			"annualrevenue": draw(t, "revenue", "", "5", "50", "500"),
			"industry":      draw(t, "industry", "", "BANKING", "ACCOUNTING"),
		}
		switch op := rapid.IntRange(0, 9).Draw(t, "op"); {
		case op < 5 || len(ids) < 2:
			id, err := p.Insert("companies", values)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		case op < 8:
			if err := p.Set("companies", draw(t, "id", ids...), values); err != nil {
				t.Fatal(err)
			}
		case op == 8:
			if err := p.Archive(p.tables[companies].def, draw(t, "id", ids...), Writer{Platform: true}); err != nil {
				t.Fatal(err)
			}
		default:
			rec, err := p.Merge(p.tables[companies].def, draw(t, "id", ids...), draw(t, "other", ids...), Writer{Platform: true})
			if err == nil {
				ids = append(ids, rec.ID)
			}
		}
	}
}

func drawFilter(t *rapid.T, p *Portal, now time.Time) Filter {
	f := Filter{HasValue: true, HasHigh: true, HasValues: true}
	f.Property = draw(t, "property", "name", "domain", "annualrevenue", "industry", "hs_object_id", "hs_lastmodifieddate", "createdate")
	stamp := func(name string) string {
		return strconv.FormatInt(now.UnixMilli()-int64(rapid.IntRange(0, 100).Draw(t, name)), 10)
	}
	value := func(name string) string {
		switch f.Property {
		case "name":
			return draw(t, name, "acme", "beta", "ltd", "ac*")
		case "domain":
			return draw(t, name, "a.example", "B.example", "x")
		case "annualrevenue":
			return draw(t, name, "5", "50.0", "51")
		case "industry":
			return draw(t, name, "BANKING", "ACCOUNTING")
		case "hs_object_id":
			rows := p.tables[companies].rows
			return rows[rapid.IntRange(0, len(rows)-1).Draw(t, name)].idText()
		default:
			return stamp(name)
		}
	}
	f.Operator = draw(t, "operator", Operators()...)
	f.Value, f.High, f.Values = value("value"), value("high"), []string{value("v1"), value("v2")}
	if f.Operator == "HAS_PROPERTY" || f.Operator == "NOT_HAS_PROPERTY" {
		f.Value, f.HasValues = "", false
	}
	return f
}

// However a search finds its candidates, it finds what looking at every row
// would find, also while the index lags behind.
func TestSearchFindsWhatAFullScanFinds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, now := newPortal(t, Settings{
			TextOrderedIDs: rapid.Bool().Draw(t, "text ids"), NEQSkipsUnset: rapid.Bool().Draw(t, "neq"),
			IndexLag: time.Duration(draw(t, "lag", 0, 0, 20)) * time.Millisecond,
		})
		churn(t, p, now)
		tb := p.tables[companies]
		var groups [][]Filter
		for range rapid.IntRange(0, 2).Draw(t, "groups") {
			groups = append(groups, []Filter{drawFilter(t, p, *now), drawFilter(t, p, *now)}[:rapid.IntRange(1, 2).Draw(t, "filters")])
		}
		sort := draw(t, "sort", "", "hs_object_id", "name", "hs_lastmodifieddate")
		found, err := p.Search(tb.def, Query{Groups: groups, Sort: sort, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range found.Records {
			got = append(got, r.ID)
		}
		if want := p.scanAll(t, groups); !slices.Equal(slices.Sorted(slices.Values(got)), want) {
			t.Fatalf("got %v, want %v", slices.Sorted(slices.Values(got)), want)
		}
	})
}

func (p *Portal) scanAll(t *rapid.T, groups [][]Filter) []string {
	tb := p.tables[companies]
	var want []string
	for _, r := range tb.rows {
		if r.seen == nil || r.seen.archived != 0 {
			continue
		}
		match := len(groups) == 0
		for _, filters := range groups {
			g, err := p.compile(tb, filters)
			if err != nil {
				t.Fatal(err)
			}
			match = match || g.match(p, tb, r)
		}
		if match {
			want = append(want, r.idText())
		}
	}
	slices.Sort(want)
	return want
}

// Reading by id keyset inside a window of modified stamps finds every record
// that does not change meanwhile, exactly once.
func TestKeysetReadIsComplete(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, now := newPortal(t, Settings{})
		churn(t, p, now)
		tb := p.tables[companies]
		seen := map[string]bool{}
		last := "0"
		for {
			found, err := p.Search(tb.def, Query{
				Groups: [][]Filter{{{Property: "hs_object_id", Operator: "GT", Value: last, HasValue: true}}},
				Sort:   "hs_object_id", Limit: 7,
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range found.Records {
				if seen[r.ID] {
					t.Fatalf("saw %s twice", r.ID)
				}
				seen[r.ID] = true
				last = r.ID
			}
			if len(found.Records) == found.Total {
				break
			}
		}
		if live := p.IDs("companies"); len(live) != len(seen) {
			t.Fatalf("saw %d of %d", len(seen), len(live))
		}
	})
}

// Whatever is linked, unlinked, merged and archived: links are mutual, a
// contact has at most one primary company and names it, and a company counts
// its contacts right.
func TestAssociationLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, _ := newPortal(t, Settings{})
		var people, firms []string
		for i := range 4 {
			f, _ := p.Insert("companies", map[string]string{"name": "x"})
			c, _ := p.Insert("contacts", map[string]string{"email": fmt.Sprintf("a%d@x.example", i)})
			firms, people = append(firms, f), append(people, c)
		}
		ct, co := p.tables[contacts].def, p.tables[companies].def
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			in := []LinkInput{{FromID: draw(t, "contact", people...), ToID: draw(t, "company", firms...)}}
			switch rapid.IntRange(0, 6).Draw(t, "op") {
			case 0, 1:
				_, _ = p.Link(ct, co, in)
			case 2, 3:
				in[0].Types = []TypeRef{{HubSpotDefined, 1}}
				_, _ = p.Link(ct, co, in)
			case 4:
				p.Unlink(ct, co, in)
			case 5:
				if rec, err := p.Merge(co, in[0].ToID, draw(t, "other", firms...), Writer{Platform: true}); err == nil {
					firms = append(firms, rec.ID)
				}
			default:
				_ = p.Archive(ct, in[0].FromID, Writer{Platform: true})
				_ = p.Restore("contacts", in[0].FromID)
			}
			checkLinks(t, p)
		}
	})
}

func checkLinks(t *rapid.T, p *Portal) {
	for _, c := range p.tables[contacts].rows {
		var primary []string
		if set := c.linksTo(companies); set != nil {
			for _, l := range set.list {
				back := l.row.linkTo(contacts, c.id)
				if back == nil || len(back.refs) != len(l.refs) {
					t.Fatalf("link %d to %d is not mutual", c.id, l.row.id)
				}
				if slices.Contains(l.refs, TypeRef{HubSpotDefined, 1}) {
					primary = append(primary, l.row.idText())
				}
			}
		}
		if len(primary) > 1 {
			t.Fatalf("contact %d has the primary companies %v", c.id, primary)
		}
		if named := p.tables[contacts].text(c.cur, "associatedcompanyid"); len(primary) == 1 && named != primary[0] || len(primary) == 0 && named != "" {
			t.Fatalf("contact %d names %q, primary are %v", c.id, named, primary)
		}
	}
	for _, f := range p.tables[companies].rows {
		if !f.live() {
			continue
		}
		n := 0
		if set := f.linksTo(contacts); set != nil {
			n = len(set.list)
		}
		if counted := p.tables[companies].text(f.cur, "num_associated_contacts"); counted != strconv.Itoa(n) && !(n == 0 && counted == "") {
			t.Fatalf("company %d counts %s of %d contacts", f.id, counted, n)
		}
	}
}
