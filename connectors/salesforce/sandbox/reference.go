package sandbox

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

// reference is @{refId.path} in the url or body of a later subrequest (REST
// API Developer Guide, "Composite", section on reference ids).
var reference = regexp.MustCompile(`@\{([A-Za-z0-9_]+)((?:\.[A-Za-z0-9_]+|\[[0-9]+\])*)\}`)

// expand puts the values in for all references of a text.
func expand(s string, results map[string]any, escape func(string) string) (string, error) {
	var failed error
	out := reference.ReplaceAllStringFunc(s, func(m string) string {
		v, err := follow(m, results)
		if err != nil {
			failed = err
			return m
		}
		return escape(fmt.Sprint(v))
	})
	return out, failed
}

func plain(s string) string { return s }

// noValue is a reference to nothing, in the vendor's words.
type noValue string

// Error says which reference it is.
func (e noValue) Error() string {
	return "Invalid reference specified. No value for " + string(e) + " found"
}

// follow finds the value that one reference stands for.
func follow(ref string, results map[string]any) (any, error) {
	m := reference.FindStringSubmatch(ref)
	v, ok := results[m[1]]
	if !ok {
		return nil, noValue(m[1] + m[2])
	}
	path := strings.FieldsFunc(strings.ReplaceAll(m[2], "[", ".["), func(r rune) bool { return r == '.' })
	for _, step := range path {
		if strings.HasPrefix(step, "[") {
			i, _ := strconv.Atoi(strings.Trim(step, "[]"))
			list, _ := v.([]any)
			if i >= len(list) {
				return nil, noValue(m[1] + m[2])
			}
			v = list[i]
			continue
		}
		o, _ := v.(object)
		if v, ok = o.get(step); !ok {
			return nil, noValue(m[1] + m[2])
		}
	}
	return v, nil
}

// expandBody does the same in every text of a body. A text that is nothing
// but a reference takes the value with its type.
func expandBody(v any, results map[string]any) (any, error) {
	var err error
	switch v := v.(type) {
	case string:
		if reference.FindString(v) == v && v != "" {
			return follow(v, results)
		}
		return expand(v, results, plain)
	case object:
		out := make(object, len(v))
		for i, m := range v {
			out[i] = m
			if out[i].value, err = expandBody(m.value, results); err != nil {
				return nil, err
			}
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			if out[i], err = expandBody(x, results); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

// encodeValue writes a parsed value as JSON again.
func encodeValue(v any) []byte {
	switch v := v.(type) {
	case object:
		b := []byte{'{'}
		for i, m := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(org.AppendQuoted(b, m.key), ':')
			b = append(b, encodeValue(m.value)...)
		}
		return append(b, '}')
	case []any:
		b := []byte{'['}
		for i, x := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, encodeValue(x)...)
		}
		return append(b, ']')
	case string:
		return org.AppendQuoted(nil, v)
	case json.Number:
		return []byte(v)
	}
	return encode(v)
}
