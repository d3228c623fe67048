package hubspot

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"handoffd/connectors"
)

// cursorVersion is raised when an older cursor can no longer be read; the read
// then starts again.
const cursorVersion = 1

// recentMost bounds what a cursor remembers of the rows it delivered.
const recentMost = 250

// cursor is where a reader of one object stands. It is the whole state of a
// read: the engine stores it with the rows (I1), so that a restart goes on
// exactly there. Times are epoch milliseconds.
type cursor struct {
	Version int `json:"v"`
	// Load is set during the first load.
	Load *loadState `json:"load,omitempty"`
	// Low is the settled edge: everything that changed before it has been
	// delivered. Sure is the edge below which it was read even behind the
	// overlap, and need not be read again. High is how far the fast pass came.
	Low  int64 `json:"low,omitempty"`
	Sure int64 `json:"sure,omitempty"`
	High int64 `json:"high,omitempty"`
	// Settled is when the last settled pass began, 0 before the first.
	Settled int64 `json:"settled,omitempty"`
	// Thru is Page.Through: Low, once a whole fast pass from Low on has come
	// behind the settled one. A row that changed before Low and once more
	// since is in no search for what is older than Low.
	Thru int64 `json:"thru,omitempty"`
	// Backlog: a fast pass met more rows up to here than it should carry,
	// and left them to the settled pass. Gap is when that first happened
	// since the last whole fast pass, 0 if it did not.
	Backlog int64 `json:"backlog,omitempty"`
	Gap     int64 `json:"gap,omitempty"`
	// Swept is up to when archived rows are known, SweepPages what the last
	// sweep cost.
	Swept      int64 `json:"swept,omitempty"`
	SweepPages int   `json:"sweep_pages,omitempty"`
	// TextIDs: search sorts ids in another order than its filter compares
	// them, so pages cannot follow each other by id.
	TextIDs bool `json:"text_ids,omitempty"`
	// Recent are rows that were delivered lately, by id: the same row with
	// the same content need not go out again.
	Recent map[string]version `json:"recent,omitempty"`
	// Pass is what is being read right now.
	Pass *pass `json:"pass,omitempty"`
}

// version tells one state of a row from another: its change stamp and a sum
// of its content, since a stamp alone could stand for two.
type version struct {
	At  int64  `json:"at"`
	Sum uint32 `json:"sum,omitempty"`
}

// loadState is a first load under way.
type loadState struct {
	Began int64  `json:"began"`
	After string `json:"after,omitempty"`
}

// passKind says what a pass is for.
type passKind string

const (
	passFast    passKind = "fast"    // up to now, for speed
	passSettled passKind = "settled" // behind the index lag, for certainty
	passSweep   passKind = "sweep"   // archived rows
)

// pass is one walk over a span of time.
type pass struct {
	Kind  passKind `json:"kind"`
	Began int64    `json:"began"`
	// To is the end of the span.
	To int64 `json:"to,omitempty"`
	// Whole: a fast pass that goes from the settled edge up to now.
	Whole bool `json:"whole,omitempty"`
	// Deep: a settled pass that met a bulk edit and keeps behind the overlap
	// as well, so that what it reads need not be read twice.
	Deep bool `json:"deep,omitempty"`
	// Windows are what is left of the span, the first one under way.
	Windows []window `json:"windows,omitempty"`
	// After and Pages belong to a sweep.
	After string `json:"after,omitempty"`
	Pages int    `json:"pages,omitempty"`
}

// windowMode says how a window's rows are reached.
type windowMode string

const (
	modeID     windowMode = ""       // by id: each page a fresh search above the last id
	modeOffset windowMode = "offset" // one instant, paged by offset
	modeList   windowMode = "list"   // the list endpoint, filtered here
)

// window is a span of change stamps, both ends included.
type window struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
	// Open: the window has no end, and To only serves to halve it. So a row
	// that is edited while we read cannot leave it.
	Open bool       `json:"open,omitempty"`
	Mode windowMode `json:"mode,omitempty"`
	// After is the last id, or the page mark of search or list.
	After string `json:"after,omitempty"`
	// Seen counts the rows that came, Left those that were still to come.
	Seen int `json:"seen,omitempty"`
	Left int `json:"left,omitempty"`
	// Total is what the first offset page promised, Tries how often it
	// changed under us.
	Total int `json:"total,omitempty"`
	Tries int `json:"tries,omitempty"`
}

// parseCursor reads a cursor; an empty one is the very start.
func parseCursor(text connectors.Cursor, now int64) (cursor, error) {
	if text == "" {
		return cursor{Version: cursorVersion, Load: &loadState{Began: now}}, nil
	}
	var c cursor
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return cursor{}, fmt.Errorf("reading cursor: %w", err)
	}
	if c.Version != cursorVersion {
		return cursor{}, fmt.Errorf("reading cursor: version %d is not %d", c.Version, cursorVersion)
	}
	if !c.Pass.sound() {
		return cursor{}, errors.New("reading cursor: its pass makes no sense")
	}
	return c, nil
}

// sound tells whether a pass, if there is one, can be gone on with.
func (p *pass) sound() bool {
	if p == nil || p.Kind == passSweep {
		return true
	}
	bad := slices.ContainsFunc(p.Windows, func(w window) bool { return w.From > w.To })
	return (p.Kind == passFast || p.Kind == passSettled) && len(p.Windows) > 0 && !bad
}

// text writes the cursor.
func (c cursor) text() connectors.Cursor {
	data, err := json.Marshal(c)
	if err != nil {
		return "" // cannot be: the type holds only numbers, texts and lists of them
	}
	return connectors.Cursor(data)
}

// delivered tells whether the row went out already as it is, and notes it.
func (c *cursor) delivered(id string, v version) bool {
	if v.At == 0 {
		return false
	}
	if c.Recent[id] == v {
		return true
	}
	if c.Recent == nil {
		c.Recent = make(map[string]version)
	}
	c.Recent[id] = v
	return false
}

// trim forgets what no pass will meet again, and beyond recentMost the oldest.
func (c *cursor) trim(edge int64) {
	maps.DeleteFunc(c.Recent, func(_ string, v version) bool { return v.At < edge })
	if len(c.Recent) <= recentMost {
		return
	}
	ids := slices.SortedFunc(maps.Keys(c.Recent), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.Recent[b].At, c.Recent[a].At), cmp.Compare(a, b))
	})
	for _, id := range ids[recentMost:] {
		delete(c.Recent, id)
	}
}

// top is the window under way.
func (p *pass) top() *window { return &p.Windows[0] }

// done drops the window under way.
func (p *pass) done() { p.Windows = p.Windows[1:] }

// halve replaces the window under way by its two halves. It refuses a single
// instant, which has none.
func (p *pass) halve() bool {
	w := *p.top()
	if w.From >= w.To {
		return false
	}
	middle := w.From + (w.To-w.From)/2
	halves := []window{{From: w.From, To: middle}, {From: middle + 1, To: w.To, Open: w.Open}}
	p.Windows = append(halves, p.Windows[1:]...)
	return true
}

// listRest turns everything that is left of the pass into one reading of the
// list endpoint: it reads all rows anyway, so it should do so only once.
func (p *pass) listRest() {
	rest := window{From: p.Windows[0].From, To: p.Windows[0].To, Mode: modeList}
	for _, w := range p.Windows {
		rest.From, rest.To, rest.Open = min(rest.From, w.From), max(rest.To, w.To), rest.Open || w.Open
	}
	p.Windows = []window{rest}
}
