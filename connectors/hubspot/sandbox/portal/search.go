package portal

import (
	"cmp"
	"slices"
	"strings"
)

// The limits of a search (CRM API, Search, Limits).
const (
	MaxSearchPage      = 200
	MaxSearchReach     = 10000
	MaxFilterGroups    = 5
	MaxFiltersPerGroup = 6
	MaxFilters         = 18
)

// Query is a search.
type Query struct {
	Groups [][]Filter // OR of ANDs; none matches everything
	Text   string     // free text
	// Sort names a property; Descending turns it round. Without it the
	// oldest record comes first.
	Sort       string
	Descending bool
	Offset     int
	Limit      int
	Properties []string
}

// Found is what a search gives.
type Found struct {
	Total   int
	Records []Record
}

// Search looks for live records as its index knows them, which is IndexLag
// behind the truth.
func (p *Portal) Search(t *ObjectType, q Query) (Found, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	p.settle(tb)
	groups := make([]*plan, 0, len(q.Groups))
	for _, filters := range q.Groups {
		g, err := p.compile(tb, filters)
		if err != nil {
			return Found{}, err
		}
		groups = append(groups, g)
	}
	if len(groups) == 0 {
		groups = append(groups, &plan{})
	}
	byID := q.Sort == "hs_object_id" && !p.set.TextOrderedIDs
	hits := p.collect(tb, groups, strings.ToLower(strings.TrimSpace(q.Text)), byID)
	if err := p.sortHits(tb, hits, q); err != nil {
		return Found{}, err
	}
	found := Found{Total: len(hits), Records: []Record{}}
	for _, pos := range hits[min(q.Offset, len(hits)):min(q.Offset+q.Limit, len(hits))] {
		r := tb.rows[pos]
		found.Records = append(found.Records, p.view(tb, r, r.seen, View{Properties: q.Properties}))
	}
	return found, nil
}

// collect gathers the rows that match any group, each once.
func (p *Portal) collect(t *table, groups []*plan, text string, byID bool) []int32 {
	var hits []int32
	for i, g := range groups {
		keep := func(pos int32) {
			r := t.rows[pos]
			if r.seen == nil || r.seen.archived != 0 || !g.match(p, t, r) {
				return
			}
			for _, earlier := range groups[:i] {
				if earlier.match(p, t, r) {
					return
				}
			}
			if text == "" || p.containsText(t, r, text) {
				hits = append(hits, pos)
			}
		}
		g.scan(p, t, byID, keep)
	}
	return hits
}

// containsText looks for every word of a query in the default searchable
// properties.
func (p *Portal) containsText(t *table, r *row, text string) bool {
	for _, word := range strings.Fields(text) {
		if !slices.ContainsFunc(t.def.Searchable, func(name string) bool {
			slot, known := t.slots[name]
			val, _ := t.value(p, r, r.seen, slot)
			return known && strings.Contains(strings.ToLower(val), word)
		}) {
			return false
		}
	}
	return true
}

func (p *Portal) sortHits(t *table, hits []int32, q Query) error {
	order := func(a, b int32) int {
		return cmp.Or(cmp.Compare(t.rows[a].created, t.rows[b].created), cmp.Compare(a, b))
	}
	if q.Sort != "" {
		if t.prop(q.Sort) == nil {
			return Invalid("Property %q does not exist", q.Sort)
		}
		by, turn := p.comparison(t, q.Sort), 1
		if q.Descending {
			turn = -1
		}
		order = func(a, b int32) int { return cmp.Or(turn*by(a, b), cmp.Compare(a, b)) }
	}
	if !slices.IsSortedFunc(hits, order) {
		slices.SortFunc(hits, order)
	}
	return nil
}

// comparison orders rows by a property; rows without a value come last.
func (p *Portal) comparison(t *table, name string) func(a, b int32) int {
	switch {
	case name == "hs_object_id" && p.set.TextOrderedIDs:
		return func(a, b int32) int { return strings.Compare(t.rows[a].idText(), t.rows[b].idText()) }
	case name == "hs_object_id":
		return func(a, b int32) int { return cmp.Compare(t.rows[a].id, t.rows[b].id) }
	case name == t.def.Modified:
		return func(a, b int32) int { return cmp.Compare(t.modified[a], t.modified[b]) }
	case name == t.def.Created || name == "hs_createdate":
		return func(a, b int32) int { return cmp.Compare(t.rows[a].created, t.rows[b].created) }
	}
	slot, prop := t.slots[name], t.prop(name)
	return func(a, b int32) int {
		x, _ := t.value(p, t.rows[a], t.rows[a].seen, slot)
		y, _ := t.value(p, t.rows[b], t.rows[b].seen, slot)
		switch {
		case x == "" || y == "":
			return cmp.Compare(len(y), len(x))
		case prop.Type == "number":
			return cmp.Compare(number(x), number(y))
		default:
			return strings.Compare(strings.ToLower(x), strings.ToLower(y))
		}
	}
}
