package hubspot

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"handoffd/connectors"
)

// Operator is one of HubSpot's search operators.
type Operator string

// The operators that a Filter takes (HubSpot developer docs, "CRM search").
const (
	EQ               Operator = "EQ"
	NEQ              Operator = "NEQ"
	LT               Operator = "LT"
	LTE              Operator = "LTE"
	GT               Operator = "GT"
	GTE              Operator = "GTE"
	In               Operator = "IN"
	NotIn            Operator = "NOT_IN"
	HasProperty      Operator = "HAS_PROPERTY"
	NotHasProperty   Operator = "NOT_HAS_PROPERTY"
	ContainsToken    Operator = "CONTAINS_TOKEN"
	NotContainsToken Operator = "NOT_CONTAINS_TOKEN"
)

// Operators lists them in the order in which messages name them.
func Operators() []Operator {
	return []Operator{EQ, NEQ, LT, LTE, GT, GTE, In, NotIn, HasProperty, NotHasProperty, ContainsToken, NotContainsToken}
}

// Filter is one condition on a company. Texts are compared without regard to
// case, as HubSpot does; LT to GTE compare numbers and times; a property with
// several options (joined with ";") matches if one of them does. An empty
// property satisfies NEQ, NOT_IN, NOT_HAS_PROPERTY and NOT_CONTAINS_TOKEN, and
// no other operator: "not a partner" includes those of whom nobody said.
type Filter struct {
	Property string
	Operator Operator
	Value    string   // for all but IN, NOT_IN and the two that take none
	Values   []string // for IN and NOT_IN
}

func (f Filter) validate() error {
	where := func(text string, args ...any) error {
		return fmt.Errorf("where: property %q: "+text, append([]any{f.Property}, args...)...)
	}
	switch {
	case f.Property == "":
		return errors.New("where: a filter needs a property")
	case !slices.Contains(Operators(), f.Operator):
		return where("operator %q is none of %v", string(f.Operator), Operators())
	}
	switch f.Operator {
	case In, NotIn:
		if len(f.Values) == 0 || f.Value != "" {
			return where("%s takes values, a list", f.Operator)
		}
	case HasProperty, NotHasProperty:
		if len(f.Values) > 0 || f.Value != "" {
			return where("%s takes no value", f.Operator)
		}
	default:
		if f.Value == "" || len(f.Values) > 0 {
			return where("%s takes one value", f.Operator)
		}
	}
	if _, ok := measure(f.Value); !ok && f.orders() {
		return where("%s compares numbers and times, and %q is neither", f.Operator, f.Value)
	}
	return nil
}

func (f Filter) orders() bool {
	return f.Operator == LT || f.Operator == LTE || f.Operator == GT || f.Operator == GTE
}

// holds evaluates the filter on the property's value.
func (f Filter) holds(v connectors.Value) bool {
	text := v.String()
	if v.IsNull() {
		text = ""
	}
	switch f.Operator {
	case HasProperty:
		return text != ""
	case NotHasProperty:
		return text == ""
	case NEQ, NotIn:
		return text == "" || !f.equals(text)
	case NotContainsToken:
		return text == "" || !contains(text, f.Value)
	}
	if text == "" {
		return false
	}
	switch f.Operator {
	case EQ, In:
		return f.equals(text)
	case ContainsToken:
		return contains(text, f.Value)
	default:
		return f.compares(text)
	}
}

func (f Filter) equals(text string) bool {
	wanted := f.Values
	if len(wanted) == 0 {
		wanted = []string{f.Value}
	}
	have := append(strings.Split(text, ";"), text)
	for _, w := range wanted {
		for _, h := range have {
			if strings.EqualFold(w, h) || sameNumber(w, h) {
				return true
			}
		}
	}
	return false
}

func sameNumber(a, b string) bool {
	x, err := connectors.NumberValue(a)
	if err != nil {
		return false
	}
	y, err := connectors.NumberValue(b)
	return err == nil && x == y
}

// compares orders numbers as numbers and times as epoch milliseconds; a value
// that is neither satisfies nothing.
func (f Filter) compares(text string) bool {
	have, ok := measure(text)
	want, _ := measure(f.Value)
	if !ok {
		return false
	}
	switch f.Operator {
	case LT:
		return have < want
	case LTE:
		return have <= want
	case GT:
		return have > want
	default:
		return have >= want
	}
}

func measure(s string) (float64, bool) {
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return f, true
	}
	if t, ok := parseTime(s); ok {
		return float64(t.UnixMilli()), true
	}
	return 0, false
}

// contains looks for a whole word; a "*" at its start or end lets anything
// precede or follow.
func contains(text, token string) bool {
	bare := strings.ToLower(strings.Trim(token, "*"))
	before, after := strings.HasPrefix(token, "*"), strings.HasSuffix(token, "*")
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(bare, r)
	}) {
		switch {
		case before && after && strings.Contains(word, bare),
			before && strings.HasSuffix(word, bare),
			after && strings.HasPrefix(word, bare),
			word == bare:
			return true
		}
	}
	return false
}

// inScope tells whether a company satisfies all filters.
func inScope(where []Filter, r row) bool {
	for _, f := range where {
		if !f.holds(r.Properties[f.Property].Value) {
			return false
		}
	}
	return true
}
