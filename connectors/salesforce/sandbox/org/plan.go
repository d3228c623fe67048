package org

import (
	"math"
	"slices"

	"handoffd/connectors/salesforce/sandbox/soql"
)

// plan is how the rows of a query are found: all that the index yields still
// go through the condition.
type plan struct {
	// each yields the candidate rows, or is nil for a full scan.
	each func(yield func(*Row) bool)
	// byStamp: the rows come in order of SystemModstamp and id.
	byStamp bool
}

// plan looks for an index among the conditions that all must hold: the id, a
// unique field, a reference, or a window of SystemModstamp.
func (c *compiler) plan(where soql.Expr) plan {
	list, _ := where.(soql.And)
	if where != nil && list == nil {
		list = soql.And{where}
	}
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	var best plan
	rank := 4
	for _, x := range list {
		path, values, stamp := c.keys(x)
		if stamp != nil {
			switch n := stamp.Value; {
			case stamp.Op == soql.Ge || stamp.Op == soql.Gt || stamp.Op == soql.Eq:
				from = max(from, n)
			}
			if stamp.Op == soql.Le || stamp.Op == soql.Lt || stamp.Op == soql.Eq {
				to = min(to, stamp.Value+1)
			}
		}
		if path == nil {
			continue
		}
		if r, p := c.indexed(path, values); r < rank {
			rank, best = r, p
		}
	}
	if rank < 4 {
		return best
	}
	if from == math.MinInt64 && to == math.MaxInt64 {
		return plan{}
	}
	return c.window(from, to)
}

func (c *compiler) window(from, to int64) plan {
	return plan{byStamp: true, each: func(yield func(*Row) bool) { c.obj.table.between(from, to, c.now, yield) }}
}

type stampBound struct {
	Op    soql.Op
	Value int64
}

// keys reads "field = x" and "field IN (…)" as a field of the object itself
// and its wanted values, and a comparison of SystemModstamp as a bound.
func (c *compiler) keys(x soql.Expr) (*Field, []Value, *stampBound) {
	var path soql.Path
	var literals []soql.Literal
	op := soql.Eq
	switch x := x.(type) {
	case *soql.Compare:
		path, literals, op = x.Path, []soql.Literal{x.Value}, x.Op
	case *soql.In:
		if x.Op != "IN" || x.Sub != nil {
			return nil, nil, nil
		}
		path, literals = x.Path, x.List
	default:
		return nil, nil, nil
	}
	col, err := c.resolve(path)
	if err != nil || len(col.hops) > 0 || col.field == nil || op == soql.Like || op == soql.Ne {
		return nil, nil, nil
	}
	var values []Value
	for _, lit := range literals {
		if lit.Kind == soql.DateRange {
			return nil, nil, nil
		}
		v, err := c.typed(col, lit)
		if err != nil || v.IsNull() {
			return nil, nil, nil
		}
		values = append(values, v)
	}
	if col.field.sys == sysStamp && len(values) == 1 {
		return nil, nil, &stampBound{op, values[0].n}
	}
	if op != soql.Eq {
		return nil, nil, nil
	}
	return col.field, values, nil
}

// indexed returns the plan for a field's values and its rank, 4 if there is
// no index.
func (c *compiler) indexed(f *Field, values []Value) (int, plan) {
	t := c.obj.table
	var seqs func(v Value) []int
	rank := 4
	switch {
	case f.sys == sysID:
		rank, seqs = 1, func(v Value) []int { return []int{v.ID().Seq()} }
	case f.unique != nil && !c.all:
		rank, seqs = 2, func(v Value) []int { return seqsOf(f.unique.find(v), c.obj.Prefix) }
	case f.refs != nil:
		rank, seqs = 3, func(v Value) []int {
			var out []int
			for _, seq := range f.refs[v.ID()] {
				out = append(out, int(seq))
			}
			return out
		}
	default:
		return rank, plan{}
	}
	return rank, plan{each: func(yield func(*Row) bool) {
		found := make([]int, 0, len(values))
		for _, v := range values {
			found = append(found, seqs(v)...)
		}
		for seq := range t.late { // an index shows these as their writer sees them
			found = append(found, seq)
		}
		slices.Sort(found)
		for _, seq := range slices.Compact(found) {
			if r := t.seen(seq, c.now); r != nil && !yield(r) {
				return
			}
		}
	}}
}

func seqsOf(ids []ID, prefix string) []int {
	var out []int
	for _, id := range ids {
		if id.Prefix() == prefix {
			out = append(out, id.Seq())
		}
	}
	return out
}
