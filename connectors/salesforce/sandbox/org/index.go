package org

import (
	"slices"
	"sort"
	"strings"
	"sync"
)

// stampIndex lists (SystemModstamp, row) in order. An entry counts only while
// the row still has that stamp; stale ones are swept out now and then. It is
// appended to under the org's write lock and put in order lazily by readers,
// hence its own lock.
type stampIndex struct {
	mu      sync.Mutex
	entries []stampEntry
	sorted  int // how many entries at the front are in order
}

type stampEntry struct {
	stamp int64
	seq   int32
}

func (x *stampIndex) add(stamp int64, seq int32) {
	x.entries = append(x.entries, stampEntry{stamp, seq})
}

func byStamp(a, b stampEntry) int {
	switch {
	case a.stamp != b.stamp:
		if a.stamp < b.stamp {
			return -1
		}
		return 1
	default:
		return int(a.seq - b.seq)
	}
}

// order sorts what was appended since the last time. Stamps mostly grow, so
// only the end of the list moves.
func (x *stampIndex) order() []stampEntry {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.sorted < len(x.entries) {
		tail := x.entries[x.sorted:]
		slices.SortFunc(tail, byStamp)
		from := sort.Search(x.sorted, func(i int) bool { return byStamp(x.entries[i], tail[0]) > 0 })
		if from < x.sorted {
			slices.SortFunc(x.entries[from:], byStamp)
		}
		x.sorted = len(x.entries)
	}
	return x.entries
}

// sweep drops stale entries once they outnumber the rows.
func (x *stampIndex) sweep(t *table) {
	if len(x.entries) < 2*len(t.rows)+4096 {
		return
	}
	kept := x.entries[:0]
	for _, e := range x.entries {
		_, late := t.late[int(e.seq)]
		if int(e.seq) >= len(t.rows) { // a save that was rolled back
			continue
		}
		if r := t.rows[e.seq]; late || r != nil && r.stamp == e.stamp {
			kept = append(kept, e)
		}
	}
	x.entries = kept
	x.sorted = 0
}

// between calls f for the rows whose stamp is in [from, to) as seen at now,
// in order of stamp and id, until f returns false.
func (t *table) between(from, to, now int64, f func(*Row) bool) {
	entries := t.stamps.order()
	i := sort.Search(len(entries), func(i int) bool { return entries[i].stamp >= from })
	last := stampEntry{-1, -1}
	for ; i < len(entries) && entries[i].stamp < to; i++ {
		e := entries[i]
		if e == last {
			continue
		}
		last = e
		if r := t.seen(int(e.seq), now); r != nil && r.stamp == e.stamp && !f(r) {
			return
		}
	}
}

// refIndex lists the rows that point to a parent.
type refIndex map[ID][]int32

func (x refIndex) add(id ID, seq int) {
	if id != 0 {
		x[id] = append(x[id], int32(seq))
	}
}

func (x refIndex) remove(id ID, seq int) {
	list := x[id]
	if i := slices.Index(list, int32(seq)); i >= 0 {
		list[i] = list[len(list)-1]
		x[id] = list[:len(list)-1]
	}
	if id != 0 && len(x[id]) == 0 {
		delete(x, id)
	}
}

// uniqueIndex finds the live rows that hold a value. A field that is not
// unique may have several.
type uniqueIndex struct {
	caseSensitive bool
	ids           map[string][]ID
}

func newUniqueIndex(caseSensitive bool) *uniqueIndex {
	return &uniqueIndex{caseSensitive: caseSensitive, ids: map[string][]ID{}}
}

func (x *uniqueIndex) key(v Value) string {
	if s := v.String(); x.caseSensitive {
		return s
	} else {
		return strings.ToLower(s)
	}
}

func (x *uniqueIndex) find(v Value) []ID {
	if v.kind == Null {
		return nil
	}
	return x.ids[x.key(v)]
}

func (x *uniqueIndex) add(v Value, id ID) {
	if v.kind != Null {
		x.ids[x.key(v)] = append(x.ids[x.key(v)], id)
	}
}

func (x *uniqueIndex) remove(v Value, id ID) {
	if v.kind == Null {
		return
	}
	k := x.key(v)
	list := slices.DeleteFunc(slices.Clone(x.ids[k]), func(other ID) bool { return other == id })
	if len(list) == 0 {
		delete(x.ids, k)
		return
	}
	x.ids[k] = list
}
