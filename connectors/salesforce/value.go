package salesforce

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"handoffd/connectors"
)

// kind is how a field's content is read and written.
type kind uint8

const (
	// kindAny is whatever JSON says: fields reached over a relationship
	// that may lead to several objects.
	kindAny kind = iota
	kindText
	kindBool
	kindNumber
	kindTime
	kindDate
	kindID
	// kindCompound cannot be read as one value.
	kindCompound
)

// kindOf maps a describe type (Object Reference, "Field Types").
func kindOf(fieldType string) kind {
	switch fieldType {
	case "boolean":
		return kindBool
	case "int", "long", "double", "currency", "percent":
		return kindNumber
	case "datetime":
		return kindTime
	case "date":
		return kindDate
	case "id", "reference":
		return kindID
	case "address", "location", "complexvalue", "base64":
		return kindCompound
	case "anyType":
		return kindAny
	default:
		return kindText
	}
}

// decodeValue reads a field's JSON. A number keeps its digits.
func decodeValue(raw json.RawMessage, k kind) (connectors.Value, error) {
	switch {
	case len(raw) == 0 || raw[0] == 'n':
		return connectors.Value{}, nil
	case raw[0] == 't' || raw[0] == 'f':
		return connectors.BoolValue(raw[0] == 't'), nil
	case raw[0] == '"':
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return connectors.Value{}, fmt.Errorf("reading text: %w", err)
		}
		return decodeText(text, k), nil
	case raw[0] == '{' || raw[0] == '[':
		return connectors.Value{}, fmt.Errorf("reading value: a field with parts cannot be read as one value")
	default:
		return connectors.NumberValue(string(raw))
	}
}

// decodeText reads what came as a JSON string.
func decodeText(text string, k kind) connectors.Value {
	switch k {
	case kindTime:
		if t, err := parseTime(text); err == nil {
			return connectors.TimeValue(t)
		}
	case kindID:
		return connectors.TextValue(lenientID(text))
	}
	return connectors.TextValue(text)
}

// decodeCell reads a CSV cell of Bulk API 2.0, which has no types and writes
// nothing for null.
func decodeCell(cell string, k kind) (connectors.Value, error) {
	switch {
	case cell == "":
		return connectors.Value{}, nil
	case k == kindBool:
		return connectors.BoolValue(strings.EqualFold(cell, "true")), nil
	case k == kindNumber:
		return connectors.NumberValue(cell)
	default:
		return decodeText(cell, k), nil
	}
}

// parseTime reads a date-time: REST writes the offset without a colon, Bulk a Z.
func parseTime(text string) (time.Time, error) {
	t, err := time.Parse("2006-01-02T15:04:05.999-0700", text)
	if err != nil {
		t, err = time.Parse(time.RFC3339Nano, text)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("reading date-time: %w", err)
	}
	return t.UTC(), nil
}

// encodeValue writes a value for a field of kind k. What does not fit is
// refused here, where the field is known: Salesforce's own parser error does
// not name it. A number or a bool goes into a text field as its exact text.
func encodeValue(v connectors.Value, k kind) (json.RawMessage, error) {
	switch {
	case v.IsNull():
		return json.RawMessage("null"), nil
	case k == kindAny:
		return encodeAny(v)
	case k == kindBool && v.Kind() == connectors.Bool, k == kindNumber && v.Kind() == connectors.Number:
		return v.MarshalJSON()
	case k == kindTime:
		return encodeInstant(v)
	case k == kindDate:
		return encodeDate(v)
	case k == kindText && v.Kind() != connectors.Time, k == kindID && v.Kind() == connectors.Text:
		return json.Marshal(v.String())
	default:
		return nil, fmt.Errorf("writing value: a %s does not fit the field", v.Kind())
	}
}

func encodeAny(v connectors.Value) (json.RawMessage, error) {
	switch v.Kind() {
	case connectors.Time:
		return encodeInstant(v)
	case connectors.Text:
		return json.Marshal(v.Text())
	default:
		return v.MarshalJSON()
	}
}

func encodeInstant(v connectors.Value) (json.RawMessage, error) {
	t := v.Time()
	if v.Kind() == connectors.Text {
		var err error
		if t, err = parseTime(v.Text()); err != nil {
			return nil, fmt.Errorf("writing value: the text is no date-time")
		}
	} else if v.Kind() != connectors.Time {
		return nil, fmt.Errorf("writing value: a %s does not fit a date-time field", v.Kind())
	}
	return json.Marshal(t.Format("2006-01-02T15:04:05.000Z"))
}

// encodeDate takes a day as text, or a time that is midnight in UTC: of any
// other, the day would depend on a zone that nobody named.
func encodeDate(v connectors.Value) (json.RawMessage, error) {
	switch v.Kind() {
	case connectors.Text:
		if _, err := time.Parse(time.DateOnly, v.Text()); err != nil {
			return nil, fmt.Errorf("writing value: the text is no date like 2026-11-22")
		}
		return json.Marshal(v.Text())
	case connectors.Time:
		if t := v.Time(); t.Equal(t.Truncate(24 * time.Hour)) {
			return json.Marshal(t.Format(time.DateOnly))
		}
		return nil, fmt.Errorf("writing value: a time of day cannot go into a date field")
	default:
		return nil, fmt.Errorf("writing value: a %s does not fit a date field", v.Kind())
	}
}
