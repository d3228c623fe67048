package portal

import (
	"slices"
	"strconv"
)

// A row keeps only what was set: cells sorted by slot, the slot being the
// property's place in its table. A write replaces the whole state, so that a
// search index that lags behind can hold on to an older one for free.
type row struct {
	id      int64
	created int64
	source  uint16 // who created it, an index into Portal.sources
	cur     *state // the truth
	seen    *state // what search sees
	hist    []change
	links   []linkSet
	aliases []int64 // ids merged into this row
	pos     int32   // place in table.rows
}

type state struct {
	modified int64
	archived int64 // when, 0 if live
	cells    []cell
}

type cell struct {
	slot uint16
	val  string
}

// change is one value that a property got after the row was created, or the
// one that it had from the start once it is about to be replaced.
type change struct {
	slot   uint16
	source uint16
	at     int64
	val    string
}

// Source says who wrote a value, in the words of propertiesWithHistory.
type Source struct {
	Type  string // INTEGRATION, CRM_UI, ANALYTICS, CALCULATED, ...
	ID    string
	Label string
}

func (s *state) get(slot uint16) (string, bool) {
	i, ok := s.find(slot)
	if !ok {
		return "", false
	}
	return s.cells[i].val, true
}

func (s *state) find(slot uint16) (int, bool) {
	return slices.BinarySearchFunc(s.cells, slot, func(c cell, slot uint16) int { return int(c.slot) - int(slot) })
}

// draft is a write in the making.
type draft struct {
	table   *table
	row     *row
	cells   []cell
	changed []change // the values replaced or added, with their new text
	fresh   bool     // the row is being created
}

func (t *table) edit(r *row) *draft {
	return &draft{table: t, row: r, cells: r.cur.cells}
}

func (d *draft) get(name string) string {
	slot, ok := d.table.slots[name]
	if !ok {
		return ""
	}
	v, _ := (&state{cells: d.cells}).get(slot)
	return v
}

// set changes one value; an equal one is no change.
func (d *draft) set(name, val string) {
	slot, ok := d.table.slots[name]
	if !ok {
		return
	}
	i, found := (&state{cells: d.cells}).find(slot)
	if found && d.cells[i].val == val || !found && val == "" {
		return
	}
	if len(d.changed) == 0 {
		d.cells = append(make([]cell, 0, len(d.cells)+1), d.cells...)
	}
	if found {
		d.cells[i].val = val
	} else {
		d.cells = slices.Insert(d.cells, i, cell{slot, val})
	}
	d.changed = append(d.changed, change{slot: slot, val: val})
}

// has tells whether the draft changes name.
func (d *draft) has(name string) bool {
	slot, ok := d.table.slots[name]
	return ok && slices.ContainsFunc(d.changed, func(c change) bool { return c.slot == slot })
}

// remember notes the changed values in the row's history.
func (r *row) remember(old *state, changed []change, at int64, source uint16, depth int) {
	for _, c := range changed {
		noted := slices.ContainsFunc(r.hist, func(h change) bool { return h.slot == c.slot })
		if before, had := old.get(c.slot); had && !noted {
			r.hist = append(r.hist, change{slot: c.slot, source: r.source, at: r.created, val: before})
		}
		r.hist = append(r.hist, change{slot: c.slot, source: source, at: at, val: c.val})
		r.trim(c.slot, depth)
	}
}

// trim drops the oldest notes of a slot beyond depth.
func (r *row) trim(slot uint16, depth int) {
	n := 0
	for _, h := range r.hist {
		if h.slot == slot {
			n++
		}
	}
	for ; n > depth; n-- {
		i := slices.IndexFunc(r.hist, func(h change) bool { return h.slot == slot })
		r.hist = slices.Delete(r.hist, i, i+1)
	}
}

func (r *row) idText() string { return strconv.FormatInt(r.id, 10) }

func (r *row) live() bool { return r.cur.archived == 0 }
