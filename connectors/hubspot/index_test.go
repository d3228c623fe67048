package hubspot

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"handoffd/internal/clock"
)

// index imitates the parts of HubSpot that can lose a change: a search whose
// "after" is an offset, that shows a change only after a lag, and that may
// sort and compare ids as numbers or as texts, each on its own.
type index struct {
	clock      *clock.Fake
	lag        time.Duration
	textSort   bool
	textFilter bool
	// short is how many rows each page lacks of what was asked for, although
	// more are to come.
	short int
	// between runs before each search is answered, as other people's edits do.
	between func()

	mu       sync.Mutex
	rows     map[string]*indexRow
	sorted   []string // the ids as search sorts them; nil: to be sorted anew
	searches int
	lists    int
	most     int // the largest "after" that was asked for
}

// indexRow is one company. shown is what search knows: the change before the
// lag, if the last one is too fresh.
type indexRow struct {
	stamps   []int64 // all changes, oldest first
	archived int64
}

func newIndex(c *clock.Fake) *index {
	return &index{clock: c, rows: make(map[string]*indexRow)}
}

// touch changes a row, or makes it. No change is older than the one before it.
func (x *index) touch(id string, at time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	r := x.rows[id]
	if r == nil {
		r = &indexRow{}
		x.rows[id], x.sorted = r, nil
	}
	if n := len(r.stamps); n > 0 && at.UnixMilli() < r.stamps[n-1] {
		panic(fmt.Sprintf("test: %s is changed at %s, before its last change", id, at))
	}
	r.stamps = append(r.stamps, at.UnixMilli())
}

func (x *index) archive(id string, at time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.rows[id].archived = at.UnixMilli()
}

// truth is the present content of every row.
func (x *index) truth() map[string]string {
	x.mu.Lock()
	defer x.mu.Unlock()
	out := make(map[string]string)
	for id, r := range x.rows {
		if r.archived == 0 {
			out[id] = contentOf(len(r.stamps))
		}
	}
	return out
}

// before counts the changes of every row up to the last one before t.
func (x *index) before(t time.Time) map[string]int {
	x.mu.Lock()
	defer x.mu.Unlock()
	out := make(map[string]int)
	for id, r := range x.rows {
		for n, at := range r.stamps {
			if r.archived == 0 && at < t.UnixMilli() {
				out[id] = n + 1
			}
		}
	}
	return out
}

// contentOf is a row's name after n changes.
func contentOf(n int) string { return "version " + strconv.Itoa(n) }

func (x *index) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	var reply any
	switch {
	case strings.Contains(r.URL.Path, "/properties/"):
		_, _ = fmt.Fprint(w, properties("name", "domain"))
		return
	case strings.HasSuffix(r.URL.Path, "/search"):
		if x.between != nil {
			x.between()
		}
		var body searchRequest
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		reply = x.search(body)
	case strings.HasSuffix(r.URL.Path, "/batch/read"):
		reply = map[string]any{"results": []any{}}
	default:
		reply = x.list(r.URL.Query().Get("after"), r.URL.Query().Get("archived") == "true")
	}
	if err := json.NewEncoder(w).Encode(reply); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func (x *index) search(body searchRequest) any {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.searches++
	seen := x.clock.Now().Add(-x.lag).UnixMilli()
	var hits []hit
	if x.sorted == nil {
		x.sorted = slices.SortedFunc(maps.Keys(x.rows), func(a, b string) int { return compareIDs(a, b, x.textSort) })
	}
	for _, id := range x.sorted {
		r := x.rows[id]
		n := len(r.stamps)
		for n > 0 && r.stamps[n-1] > seen {
			n--
		}
		if n > 0 && r.archived == 0 && x.matches(id, r.stamps[n-1], body.Groups[0].Filters) {
			hits = append(hits, hit{id: id, at: r.stamps[n-1], version: n})
		}
	}
	offset, _ := strconv.Atoi(body.After)
	x.most = max(x.most, offset)
	end := min(offset+max(body.Limit-x.short, 1), len(hits))
	out := map[string]any{"total": len(hits), "results": shown(hits[min(offset, end):end])}
	if end < len(hits) {
		out["paging"] = map[string]any{"next": map[string]any{"after": strconv.Itoa(end)}}
	}
	return out
}

func (x *index) matches(id string, at int64, filters []filter) bool {
	for _, f := range filters {
		bound, _ := strconv.ParseInt(f.Value, 10, 64)
		c := cmp.Compare(at, bound)
		if f.Property == propID {
			c = compareIDs(id, f.Value, x.textFilter)
		}
		if f.Operator == "GTE" && c < 0 || f.Operator == "LTE" && c > 0 || f.Operator == "GT" && c <= 0 {
			return false
		}
	}
	return true
}

// list has neither lag nor cap; its page mark is the last id.
func (x *index) list(after string, archived bool) any {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.lists++
	var hits []hit
	for id, r := range x.rows {
		if (r.archived != 0) == archived && (after == "" || compareIDs(id, after, false) > 0) {
			hits = append(hits, hit{id, r.stamps[len(r.stamps)-1], r.archived, len(r.stamps)})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return compareIDs(a.id, b.id, false) })
	out := map[string]any{}
	if page := listPage - x.short; len(hits) > page {
		hits = hits[:page]
		out["paging"] = map[string]any{"next": map[string]any{"after": hits[len(hits)-1].id}}
	}
	out["results"] = shown(hits)
	return out
}

type hit struct {
	id       string
	at       int64
	archived int64
	version  int
}

func shown(hits []hit) []any {
	out := make([]any, 0, len(hits))
	for _, h := range hits {
		at := time.UnixMilli(h.at).UTC().Format(isoMillis)
		row := map[string]any{
			"id": h.id, "updatedAt": at, "createdAt": at,
			"properties": map[string]any{propID: h.id, propModified: at, "name": contentOf(h.version)},
		}
		if h.archived != 0 {
			row["archived"], row["archivedAt"] = true, time.UnixMilli(h.archived).UTC().Format(isoMillis)
		}
		out = append(out, row)
	}
	return out
}

func compareIDs(a, b string, text bool) int {
	if text || len(a) == len(b) {
		return cmp.Compare(a, b)
	}
	return cmp.Compare(len(a), len(b))
}
