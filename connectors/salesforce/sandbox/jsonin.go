package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

// member is one key of a JSON object, with the place of its value.
type member struct {
	key    string
	value  any // nil, bool, string, json.Number, []any or object
	column int
}

// object is a JSON object whose keys keep their order.
type object []member

// get finds a key, case ignored as the vendor does for record fields.
func (o object) get(key string) (any, bool) {
	for _, m := range o {
		if strings.EqualFold(m.key, key) {
			return m.value, true
		}
	}
	return nil, false
}

func (o object) text(key string) string {
	v, _ := o.get(key)
	s, _ := v.(string)
	return s
}

func (o object) object(key string) (object, bool) {
	v, _ := o.get(key)
	x, ok := v.(object)
	return x, ok
}

func (o object) list(key string) []any {
	v, _ := o.get(key)
	x, _ := v.([]any)
	return x
}

// flag reads a boolean key; ok is false if it is there and no boolean.
func (o object) flag(key string) (value, ok bool) {
	v, found := o.get(key)
	if !found || v == nil {
		return false, true
	}
	value, ok = v.(bool)
	return value, ok
}

// maxJSONDepth bounds nested values in a request.
const maxJSONDepth = 64

// parseJSON reads one JSON value and refuses anything after it.
func parseJSON(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	v, err := parseValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading JSON: data after the value")
	}
	return v, nil
}

func parseValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxJSONDepth {
		return nil, fmt.Errorf("reading JSON: nested too deeply")
	}
	t, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("reading JSON: %w", err)
	}
	switch t {
	case json.Delim('{'):
		o := object{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, fmt.Errorf("reading JSON: %w", err)
			}
			column := int(d.InputOffset()) + 2
			v, err := parseValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			o = append(o, member{key.(string), v, column})
		}
		_, err = d.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := parseValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	}
	return t, nil
}

// bodyObject reads the request's body as a JSON object.
func (c *call) bodyObject() (object, *reply) {
	if len(bytes.TrimSpace(c.body)) == 0 {
		r := refused(400, "JSON_PARSER_ERROR", "No content to map to Object due to end of input")
		return nil, &r
	}
	v, err := parseJSON(c.body)
	if err == nil {
		if o, ok := v.(object); ok {
			return o, nil
		}
		err = errors.New("the HTTP entity body is required to be a JSON object, but it is not")
	}
	r := badJSON(c.body, err)
	return nil, &r
}

// inputs turns a record's JSON into fields, leaving attributes out.
func inputs(o object) []org.Input {
	out := make([]org.Input, 0, len(o))
	for _, m := range o {
		if m.key == "attributes" {
			continue
		}
		value := m.value
		if nested, ok := value.(object); ok {
			value = org.Nested(inputs(nested))
		}
		out = append(out, org.Input{Name: m.key, Value: value, Column: m.column})
	}
	return out
}
