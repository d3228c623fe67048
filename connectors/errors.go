package connectors

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Class says what the caller should do about an error.
type Class string

// The classes. Everything a vendor can answer falls into exactly one.
const (
	// Retry: nothing was done; try again at Error.RetryAt.
	Retry Class = "retry"
	// Reauth: the token is dead; sign in once more.
	Reauth Class = "reauth"
	// ParkRecord: this record will not go through until somebody changes it.
	ParkRecord Class = "park_record"
	// ParkField: this field will not; the record's other fields can.
	ParkField Class = "park_field"
	// SplitBatch: one member spoiled the whole batch; send smaller ones.
	SplitBatch Class = "split_batch"
	// Gone: the record was deleted or merged away; look for the survivor.
	Gone Class = "gone"
	// Narrow: the query is too big; ask for a smaller window.
	Narrow Class = "narrow"
	// Restart: the cursor is no longer good; start this read again.
	Restart Class = "restart"
	// Stop: nothing will work until the operator acts (credential, scope,
	// missing object); Error.Fix says what to do.
	Stop Class = "stop"
	// UnknownOutcome: the request may have been carried out; read first.
	UnknownOutcome Class = "unknown_outcome"
)

// Error is a vendor's refusal or a failed exchange with it. It never holds a
// secret, a token or the content of a record.
type Error struct {
	System System
	Class  Class
	// Code is the vendor's own word for the fault, Status the HTTP status.
	Code   string
	Status int
	// Object, Record and Field name what was refused, as far as known.
	Object Object
	Record string
	Field  string
	// Message is the vendor's text, shortened and on one line.
	Message string
	// Fix says what the operator must do, for Stop and the park classes.
	Fix string
	// RetryAt is the earliest time for a Retry; zero means "soon".
	RetryAt time.Time
	// Request is the vendor's id of the request, for their support.
	Request string
	// Err is the underlying cause, if any.
	Err error
}

// Error gives one line: system, record, field, fault, fix.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.System))
	if e.Object != "" {
		fmt.Fprintf(&b, " %s", e.Object)
	}
	if e.Record != "" {
		fmt.Fprintf(&b, " %s", e.Record)
	}
	if e.Field != "" {
		fmt.Fprintf(&b, " field %s", e.Field)
	}
	b.WriteString(": ")
	b.WriteString(e.what())
	if e.Fix != "" {
		fmt.Fprintf(&b, " (%s)", e.Fix)
	}
	return b.String()
}

func (e *Error) what() string {
	parts := make([]string, 0, 3)
	if e.Code != "" {
		parts = append(parts, e.Code)
	} else if e.Status != 0 {
		parts = append(parts, fmt.Sprintf("HTTP %d", e.Status))
	}
	if e.Message != "" {
		parts = append(parts, e.Message)
	}
	if e.Err != nil && e.Message == "" {
		parts = append(parts, e.Err.Error())
	}
	if len(parts) == 0 {
		parts = append(parts, string(e.Class))
	}
	return strings.Join(parts, ": ")
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of err, or "" if err is not a vendor's error.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return ""
}
