package salesforce

import (
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"handoffd/connectors"
)

// deliveredMost bounds the memory of what was delivered, per object. Above
// it rows come twice, which costs the engine time but changes nothing.
const deliveredMost = 200_000

// delivered remembers which version of which row was handed over, so that the
// settled pass does not hand over again what the fast pass has. It is only a
// convenience: it holds as long as the caller goes on with the very cursor
// that came with the rows, for only then are they committed (I1).
type delivered struct {
	mu       sync.Mutex
	seed     maphash.Seed
	byObject map[string]*deliveredRows
}

type deliveredRows struct {
	cursor   connectors.Cursor
	oldest   time.Time
	versions map[string]deliveredVersion // by id
}

type deliveredVersion struct {
	stamp      int64 // unix milliseconds
	outOfScope bool
	deleted    bool
	content    uint64
}

// version tells versions apart by stamp and content: two changes within one
// second have one stamp, and the later may commit minutes after the earlier.
func (d *delivered) version(r connectors.Record) deliveredVersion {
	v := deliveredVersion{stamp: r.Modified.UnixMilli(), outOfScope: r.OutOfScope, deleted: r.Deleted}
	for name, value := range r.Fields { // added up, so that their order says nothing
		v.content += maphash.String(d.seed, name+"\x00"+value.String())
	}
	return v
}

// news keeps the records that were not delivered on the way to cursor.
func (d *delivered) news(object string, cursor connectors.Cursor, records []connectors.Record) []connectors.Record {
	d.mu.Lock()
	defer d.mu.Unlock()
	rows := d.byObject[object]
	if rows == nil || rows.cursor != cursor {
		delete(d.byObject, object)
		return records
	}
	var out []connectors.Record
	for _, r := range records {
		if seen, ok := rows.versions[r.Ref.ID]; !ok || seen != d.version(r) {
			out = append(out, r)
		}
	}
	return out
}

// count says how many rows stamped in [from, to) were delivered on the way to
// cursor, as far as that is remembered.
func (d *delivered) count(object string, cursor connectors.Cursor, from, to time.Time) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	rows := d.byObject[object]
	if rows == nil || rows.cursor != cursor {
		return 0
	}
	n := 0
	for _, v := range rows.versions {
		if v.stamp >= from.UnixMilli() && v.stamp < to.UnixMilli() {
			n++
		}
	}
	return n
}

// sameSecond is how long after its stamp a row may still be changed without
// moving it: stamps have whole seconds, and the org's clock may be off a little.
const sameSecond = 5 * time.Second

// ripe keeps the records whose stamp tells their version for certain.
func ripe(records []connectors.Record, now time.Time) []connectors.Record {
	return slices.DeleteFunc(slices.Clone(records), func(r connectors.Record) bool {
		return r.Modified.After(now.Add(-sameSecond))
	})
}

// note remembers the records that go with cursor, and forgets those stamped
// before oldest, which no window will reach again.
func (d *delivered) note(object string, cursor connectors.Cursor, records []connectors.Record, oldest time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.byObject == nil {
		d.byObject, d.seed = make(map[string]*deliveredRows), maphash.MakeSeed()
	}
	rows := d.byObject[object]
	if rows == nil {
		rows = &deliveredRows{versions: make(map[string]deliveredVersion)}
		d.byObject[object] = rows
	}
	rows.cursor = cursor
	if oldest.After(rows.oldest) {
		rows.oldest = oldest
		for id, v := range rows.versions {
			if v.stamp < oldest.UnixMilli() {
				delete(rows.versions, id)
			}
		}
	}
	for _, r := range records {
		if len(rows.versions) < deliveredMost {
			rows.versions[r.Ref.ID] = d.version(r)
		}
	}
}
