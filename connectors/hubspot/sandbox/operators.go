package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// checkOperators refuses the first operator that is none. They are read with
// the JSON, so the refusal has the place of the value in the body, and lower
// case is no operator; blanks around one are dropped (measured by others at
// api.hubapi.com in 2026).
func (b *searchBody) checkOperators(body []byte) error {
	for i := range b.FilterGroups {
		for j := range b.FilterGroups[i].Filters {
			f := &b.FilterGroups[i].Filters[j]
			if err := f.readOperator(body, fmt.Sprintf("filterGroups[%d].filters[%d].operator", i, j)); err != nil {
				return err
			}
		}
	}
	for j := range b.Filters {
		if err := b.Filters[j].readOperator(body, fmt.Sprintf("filters[%d].operator", j)); err != nil {
			return err
		}
	}
	return nil
}

func (f *searchFilter) readOperator(body []byte, field string) error {
	name := strings.Trim(f.Operator.val, " \t\r\n")
	switch {
	case !f.Operator.set:
		return portal.Invalid("Invalid input JSON on line 1, column 2. Some required fields were not set: [operator]")
	case name == "":
		return portal.Invalid("Invalid input JSON: unable to deserialize field %q. Invalid value: ", field)
	case !slices.Contains(portal.Operators(), name):
		e := badJSON(body, valueOffset(body, "operator", f.Operator.val), "Enum type must be one of: ["+strings.Join(portal.Operators(), ", ")+"]")
		e.Category = portal.CategoryValidation
		return e
	}
	f.Operator.val = name
	return nil
}

// valueOffset is where the first value that a key has stands in a JSON text.
func valueOffset(body []byte, key, value string) int64 {
	dec := json.NewDecoder(bytes.NewReader(body))
	var before json.Token
	for {
		at := dec.InputOffset()
		token, err := dec.Token()
		if err != nil {
			return 0
		}
		if text, ok := token.(string); ok && text == value && before == key {
			return at + int64(bytes.IndexByte(body[at:], '"'))
		}
		before = token
	}
}
