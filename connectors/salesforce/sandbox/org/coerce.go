package org

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Input is one field of a record as a request carries it. Value is what JSON
// gives (nil, bool, string, json.Number, Nested, or any other shape to be
// refused), a Cell from CSV, or a Go value from a seeding program.
type Input struct {
	Name   string
	Value  any
	Column int // where the value stands in the request, for messages
}

// Cell is a CSV cell: text whatever the type of the column.
type Cell string

// Nested is a JSON object in a record: a reference by external id.
type Nested []Input

// coerce turns a request's value into one of the field's type.
func (f *Field) coerce(in Input) (Value, *Error) {
	switch v := in.Value.(type) {
	case nil:
		return Value{}, nil
	case Cell:
		return f.coerceCell(string(v), in.Column)
	case string:
		return f.coerceText(v, in.Column)
	case bool:
		if f.Type != "boolean" {
			return Value{}, parserError(f.javaType(), "VALUE_"+strings.ToUpper(strconv.FormatBool(v)), v, in.Column)
		}
		return boolValue(v), nil
	case json.Number:
		return f.coerceNumber(string(v), in.Column)
	case int:
		return f.coerceNumber(strconv.Itoa(v), in.Column)
	case int64:
		return f.coerceNumber(strconv.FormatInt(v, 10), in.Column)
	case float64:
		return f.coerceNumber(strconv.FormatFloat(v, 'f', -1, 64), in.Column)
	case ID:
		return refValue(v), nil
	case time.Time:
		if f.Type == "date" {
			return dateValue(v), nil
		}
		return timeValue(v), nil
	case Nested:
		return Value{}, parserError(f.javaType(), "START_OBJECT", "{", in.Column)
	}
	return Value{}, parserError(f.javaType(), "START_ARRAY", "[", in.Column)
}

// javaType is the type that the vendor's JSON reader names in a refusal: the
// field's own (recorded of currency, picklist and multipicklist), of a
// compound field its name.
func (f *Field) javaType() string {
	switch f.Type {
	case "id":
		return "reference"
	case "address":
		return f.Name
	}
	return f.Type
}

// numberForm is a number as JSON writes it.
var numberForm = regexp.MustCompile(`^-?\d+(\.\d+)?([eE][+-]?\d+)?$`)

func (f *Field) coerceText(s string, column int) (Value, *Error) {
	switch f.Type {
	case "date":
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return Value{}, parserError("date", "VALUE_STRING", s, column)
		}
		return dateValue(t), nil
	case "datetime":
		t, ok := parseDateTime(s)
		if !ok {
			return Value{}, parserError("datetime", "VALUE_STRING", s, column)
		}
		return timeValue(t), nil
	case "reference":
		return f.coerceReference(s)
	case "int", "double", "currency", "percent":
		if numberForm.MatchString(s) { // a number may stand in quotes (recorded), a boolean may not
			if v, err := f.coerceNumber(s, column); err == nil || err.Code != "JSON_PARSER_ERROR" {
				return v, err
			}
		}
		return Value{}, parserError(f.javaType(), "VALUE_STRING", s, column)
	case "boolean":
		return Value{}, parserError(f.javaType(), "VALUE_STRING", s, column)
	}
	return textValue(strings.TrimSpace(s)), nil
}

func (f *Field) coerceReference(s string) (Value, *Error) {
	if s == "" {
		return Value{}, nil
	}
	id, bad := parseID(s)
	switch bad {
	case idChecksum:
		return Value{}, refuse("MALFORMED_ID", "malformed id "+s, f.Name)
	case idNotAnID:
		return Value{}, refuse("MALFORMED_ID", fmt.Sprintf("%s: id value of incorrect type: %s", f.Label, s), f.Name)
	}
	return refValue(id), nil
}

func (f *Field) coerceNumber(s string, column int) (Value, *Error) {
	switch f.Type {
	case "int":
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			d, errFloat := strconv.ParseFloat(s, 64)
			if errFloat != nil || d != math.Trunc(d) || math.Abs(d) > math.MaxInt32 {
				return Value{}, parserError("int", numberToken(s), s, column)
			}
			n = int64(d)
		}
		return intValue(n), nil
	case "double", "currency", "percent":
		d, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsInf(d, 0) || math.IsNaN(d) {
			return Value{}, refuse("NUMBER_OUTSIDE_VALID_RANGE", f.Label+": value outside of valid range on numeric field: "+s, f.Name)
		}
		return doubleValue(round(d, f.Scale)), nil
	}
	return Value{}, parserError(f.javaType(), numberToken(s), s, column)
}

func numberToken(s string) string {
	if strings.ContainsAny(s, ".eE") {
		return "VALUE_NUMBER_FLOAT"
	}
	return "VALUE_NUMBER_INT"
}

func round(d float64, scale int) float64 {
	if scale > 15 {
		return d
	}
	s := strconv.FormatFloat(d, 'f', -1, 64)
	if _, fraction, ok := strings.Cut(s, "."); !ok || len(fraction) <= scale {
		return d
	}
	p := math.Pow10(scale)
	return math.Round(d*p) / p
}

// parseDateTime reads the forms of the REST API Developer Guide, "Valid Date
// and DateTime Formats": a zone is required.
func parseDateTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// coerceCell reads a CSV cell (Bulk API 2.0 Developer Guide, "Valid Date
// Format in Records" and "Prepare CSV Files"). #N/A clears the field; an
// empty cell never gets here.
func (f *Field) coerceCell(s string, column int) (Value, *Error) {
	switch {
	case s == "#N/A":
		return Value{}, nil
	case f.Type == "boolean":
		switch strings.ToLower(s) {
		case "true", "1", "yes", "y", "t":
			return boolValue(true), nil
		case "false", "0", "no", "n", "f":
			return boolValue(false), nil
		}
		return Value{}, f.deserializeError(s, column)
	case f.Type == "int" || f.Type == "double" || f.Type == "currency" || f.Type == "percent":
		v, err := f.coerceNumber(s, column)
		if _, bad := strconv.ParseFloat(s, 64); err == nil || err.Code == "NUMBER_OUTSIDE_VALID_RANGE" && !errors.Is(bad, strconv.ErrSyntax) {
			return v, err
		}
	case f.Type == "date" || f.Type == "datetime":
		if v, err := f.coerceText(s, column); err == nil {
			return v, nil
		}
	default:
		return f.coerceText(s, column)
	}
	return Value{}, f.deserializeError(s, column)
}

// deserializeError refuses a cell that is no value of the field's type, in
// recorded words; columns count from 0.
func (f *Field) deserializeError(s string, column int) *Error {
	return refuse("INVALID_FIELD", fmt.Sprintf("Failed to deserialize field at col %d. Due to, '%s' is not a valid value for the type %s", column, s, f.SOAPType()), f.Name)
}
