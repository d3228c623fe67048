package salesforce

import (
	"encoding/json"
	"time"

	"handoffd/connectors"
)

// cursorVersion is the form of the text; an older or unknown one is refused,
// never guessed at.
const cursorVersion = 1

// phase is which of the three ways of reading is under way.
type phase string

const (
	phaseLoad    phase = "load"
	phaseBulk    phase = "bulk"
	phaseChanges phase = "changes"
)

// position is where a reader stands. As a connectors.Cursor it is JSON.
type position struct {
	Version int    `json:"v"`
	From    string `json:"o"` // the vendor's object
	Phase   phase  `json:"p"`
	// Pages grows with every page that holds records, so that no two
	// cursors on either side of such a page are alike.
	Pages int64 `json:"n,omitzero"`
	// Print is of the selection that Next, In, Out and Job were begun with.
	Print string `json:"q,omitzero"`

	// First load: the watermark when it began, and how far it has come.
	Begun time.Time `json:"b,omitzero"`
	After string    `json:"a,omitzero"` // the last id delivered
	Next  string    `json:"x,omitzero"` // the path of the next page
	Limit int       `json:"l,omitzero"` // rows per query, where it had to be narrowed
	Job   string    `json:"j,omitzero"` // the bulk job's id
	Page  string    `json:"jp,omitzero"`
	Tries int       `json:"jt,omitzero"` // bulk jobs that failed
	Since time.Time `json:"js,omitzero"` // when the bulk job was made
	// Beyond is the way to read the rows out of scope, once those in scope
	// are read; Outside: that is under way.
	Beyond  phase `json:"y,omitzero"`
	Outside bool  `json:"ys,omitzero"`

	// Changes: everything before Thru was delivered, and the fast pass has
	// delivered what it saw before Fast.
	Thru time.Time `json:"t,omitzero"`
	Fast time.Time `json:"f,omitzero"`
	Gone time.Time `json:"g,omitzero"` // hard deletes were looked for until here
	// The window [Lo, Hi) that is being read, zero if none is.
	Lo time.Time `json:"lo,omitzero"`
	Hi time.Time `json:"hi,omitzero"`
	// Fresh: the window's queries have not been sent yet.
	Fresh bool `json:"k,omitzero"`
	// Edge is the watermark that Thru takes when the last window is done.
	Edge time.Time `json:"e,omitzero"`
	// In and Out are the paths of the next pages of the rows in scope and
	// out of it, InLast and OutLast the stamps of their last rows so far.
	In      string    `json:"in,omitzero"`
	InLast  time.Time `json:"is,omitzero"`
	Out     string    `json:"out,omitzero"`
	OutLast time.Time `json:"os,omitzero"`
	// Span is how wide a window may be, where it had to be narrowed.
	Span time.Duration `json:"w,omitzero"`
}

// parseCursor reads a cursor; the empty one gives nil.
func parseCursor(text connectors.Cursor, from string) (*position, error) {
	if text == "" {
		return nil, nil
	}
	var p position
	if err := json.Unmarshal([]byte(text), &p); err != nil || p.Version != cursorVersion || p.From != from ||
		(p.Phase != phaseLoad && p.Phase != phaseBulk && p.Phase != phaseChanges) {
		return nil, &connectors.Error{
			System: connectors.Salesforce, Class: connectors.Restart, Code: "BAD_CURSOR",
			Message: "the stored cursor was not made by this version for this object",
			Fix:     "read the object from the start again",
		}
	}
	return &p, nil
}

// cursor writes p.
func (p position) cursor() connectors.Cursor {
	p.Version = cursorVersion
	text, err := json.Marshal(p)
	if err != nil {
		// Times outside the years 0 to 9999 are the only way to get here.
		return ""
	}
	return connectors.Cursor(text)
}
