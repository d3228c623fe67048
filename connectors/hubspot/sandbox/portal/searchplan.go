package portal

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// plan is one filter group. scan picks the cheapest way to its candidates:
// ids named outright, an indexed text, an association, a range of ids, a range
// of modified stamps, or all rows. byID asks for the order of ids where that
// costs nothing.
type plan struct {
	tests []test
}

func (g *plan) match(p *Portal, t *table, r *row) bool {
	for i := range g.tests {
		if !g.tests[i].match(p, t, r) {
			return false
		}
	}
	return true
}

func (g *plan) scan(p *Portal, t *table, byID bool, visit func(pos int32)) {
	if list, ok := g.candidates(p, t); ok {
		list = append(list, laggingRows(t)...)
		slices.Sort(list)
		for _, pos := range slices.Compact(list) {
			visit(pos)
		}
		return
	}
	low, high := g.stampRange(p, t)
	if from, to := g.idRange(p, t); to-from < int64(len(t.rows)) && from >= 0 {
		for _, pos := range t.ordered()[from:to] {
			if m := t.modified[pos]; m >= low && m <= high {
				visit(pos)
			}
		}
		return
	}
	if byID {
		for _, pos := range t.ordered() {
			if m := t.modified[pos]; m >= low && m <= high {
				visit(pos)
			}
		}
		return
	}
	for pos, m := range t.modified {
		if m >= low && m <= high {
			visit(int32(pos))
		}
	}
}

// candidates lists the rows that a look-up allows. The look-up maps hold
// current values, so rows whose older state search still sees are added by
// the caller.
func (g *plan) candidates(p *Portal, t *table) ([]int32, bool) {
	for i := range g.tests {
		c := &g.tests[i]
		if c.linked != nil {
			return g.linked(p, t, c)
		}
		values := c.values
		if c.op == "EQ" {
			values = []string{c.text}
		} else if c.op != "IN" {
			continue
		}
		if t.slots["hs_object_id"] == c.slot {
			return byIDs(t, values), true
		}
		if t.index[c.slot] == nil || t.props[c.slot].Type == "enumeration" || t.props[c.slot].Type == "number" {
			continue
		}
		var list []int32
		for _, v := range values {
			list = append(list, t.lookup(c.slot, v)...)
		}
		return list, true
	}
	return nil, false
}

func byIDs(t *table, values []string) []int32 {
	var list []int32
	for _, v := range values {
		if id, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil && t.byID[id] != nil {
			list = append(list, t.byID[id].pos)
		}
	}
	return list
}

func (g *plan) linked(p *Portal, t *table, c *test) ([]int32, bool) {
	var list []int32
	for _, id := range c.linked.ids {
		other := p.tables[c.linked.to].byID[id]
		if other == nil {
			continue
		}
		if set := other.linksTo(t.def.index); set != nil {
			for _, l := range set.list {
				list = append(list, l.row.pos)
			}
		}
	}
	return list, true
}

func laggingRows(t *table) []int32 {
	list := make([]int32, len(t.lag))
	for i, l := range t.lag {
		list[i] = l.row.pos
	}
	return list
}

// stampRange narrows the modified stamps; the unseen rows' stamp is below any.
func (g *plan) stampRange(p *Portal, t *table) (low, high int64) {
	low, high = unseen+1, math.MaxInt64
	for i := range g.tests {
		c := &g.tests[i]
		if c.linked != nil || !c.numeric || t.props[c.slot].Name != t.def.Modified {
			continue
		}
		low, high = c.narrow(low, high)
	}
	return low, high
}

// narrow cuts a range of whole numbers down to what a condition allows.
func (c *test) narrow(low, high int64) (int64, int64) {
	switch c.op {
	case "GT", "GTE":
		low = max(low, whole(c.low))
	case "LT", "LTE":
		high = min(high, whole(math.Ceil(c.low)))
	case "BETWEEN":
		low, high = max(low, whole(c.low)), min(high, whole(math.Ceil(c.high)))
	case "EQ":
		low, high = max(low, whole(c.low)), min(high, whole(math.Ceil(c.low)))
	}
	return low, high
}

// whole cuts a number to what an int64 holds.
func whole(f float64) int64 { return int64(max(-1<<60, min(1<<60, f))) }

// idRange gives the positions in t.ordered() that the conditions on
// hs_object_id leave; all of them when ids compare as text.
func (g *plan) idRange(p *Portal, t *table) (from, to int64) {
	low, high := int64(0), int64(math.MaxInt64)
	narrowed := false
	for i := range g.tests {
		c := &g.tests[i]
		if c.linked == nil && c.stamp != nil && t.props[c.slot].Name == "hs_object_id" {
			low, high = c.narrow(low, high)
			narrowed = true
		}
	}
	if !narrowed {
		return -1, int64(len(t.rows))
	}
	order := t.ordered()
	a := sort.Search(len(order), func(i int) bool { return t.rows[order[i]].id >= low })
	b := sort.Search(len(order), func(i int) bool { return t.rows[order[i]].id > high })
	return int64(a), int64(max(a, b))
}
