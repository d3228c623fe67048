package portal

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Filter is one condition of a search.
type Filter struct {
	Property, Operator string
	Value, High        string
	Values             []string
	// HasValue and HasHigh tell an empty value from none.
	HasValue, HasHigh, HasValues bool
}

// test is one compiled condition.
type test struct {
	slot    uint16
	op      string
	numeric bool    // compare as numbers or times
	low     float64 // value
	high    float64
	text    string
	above   string // text form of the high value
	values  []string
	fold    bool // the stored text is lower-cased before it is compared
	unset   bool // negations also match records without a value
	parse   func(string) (float64, bool)
	linked  *linkTest
	stamp   func(r *row) float64 // values that stand in the row itself
}

type linkTest struct {
	to  uint8
	ids []int64
}

// compile checks the filters of one group.
func (p *Portal) compile(t *table, filters []Filter) (*plan, error) {
	g := &plan{}
	for _, f := range filters {
		c, err := p.compileOne(t, f)
		if err != nil {
			return nil, err
		}
		g.tests = append(g.tests, c)
	}
	return g, nil
}

func (p *Portal) compileOne(t *table, f Filter) (test, error) {
	if !slices.Contains(Operators(), f.Operator) {
		return test{}, Invalid("Invalid input JSON: unknown search operator %q", f.Operator)
	}
	if err := checkOperands(f); err != nil {
		return test{}, err
	}
	if name, ok := strings.CutPrefix(f.Property, "associations."); ok {
		return p.compileLink(t, name, f)
	}
	prop := t.prop(f.Property)
	if prop == nil {
		return test{}, &Error{
			Status: http.StatusBadRequest, Category: CategoryValidation,
			Message: "There was a problem with the request.",
			Errors: []ErrorDetail{{
				Message: "Property \"" + f.Property + "\" does not exist", Code: "PROPERTY_DOESNT_EXIST",
				Context: map[string][]string{"propertyName": {f.Property}},
			}},
		}
	}
	if unsearchable(t.def, f.Property) {
		return test{}, Invalid("Property %q is not supported by search filters", f.Property)
	}
	c := test{slot: t.slots[f.Property], op: f.Operator, text: f.Value, above: f.High, values: f.Values, unset: !p.set.NEQSkipsUnset}
	// Case counts for enumerations alone, with every operator. A list of values
	// for a text property must be given in lower case (Search the CRM).
	if c.fold = prop.Type != "enumeration"; c.fold {
		c.text, c.above = strings.ToLower(f.Value), strings.ToLower(f.High)
	}
	p.setNumeric(t, prop, &c)
	return c, c.operands(prop, f)
}

// Operators are the operators of a search, in the order in which the vendor's
// refusal of another one lists them.
func Operators() []string {
	return []string{
		"IN", "NOT_HAS_PROPERTY", "LT", "EQ", "GT", "NOT_IN", "GTE", "CONTAINS_TOKEN", "HAS_PROPERTY",
		"LTE", "NOT_CONTAINS_TOKEN", "BETWEEN", "NEQ",
	}
}

// unsearchable are the properties of activities that filters do not take
// (Search the CRM, Filter search results).
func unsearchable(t *ObjectType, name string) bool {
	switch name {
	case "hs_body_preview_html":
		return t.Activity
	case "hs_email_html", "hs_body_preview":
		return t.index == emails
	}
	return false
}

func checkOperands(f Filter) error {
	bad := ""
	switch f.Operator {
	case "HAS_PROPERTY", "NOT_HAS_PROPERTY":
		if f.HasValue && f.Value != "" || f.HasValues {
			bad = "no value is allowed"
		}
	case "IN", "NOT_IN":
		if len(f.Values) == 0 {
			bad = "values must be provided"
		}
	case "BETWEEN":
		if !f.HasValue || !f.HasHigh {
			bad = "value and highValue must be provided"
		}
	default:
		if !f.HasValue || f.Value == "" {
			bad = "a value must be provided"
		}
	}
	if bad == "" {
		return nil
	}
	return &Error{
		Status: http.StatusBadRequest, Category: CategoryValidation,
		Message: "There was a problem with the request.",
		Errors: []ErrorDetail{{
			Message: "operator " + f.Operator + " on property " + f.Property + ": " + bad, Code: "INVALID_FILTER",
			Context: map[string][]string{"propertyName": {f.Property}},
		}},
	}
}

// setNumeric says how values of the property compare.
func (p *Portal) setNumeric(t *table, prop *Property, c *test) {
	switch {
	case prop.Name == "hs_object_id" && p.set.TextOrderedIDs:
		return
	case prop.Name == "hs_object_id":
		c.stamp = func(r *row) float64 { return float64(r.id) }
	case prop.Name == t.def.Modified:
		c.stamp = func(r *row) float64 { return float64(t.modified[r.pos]) }
	case (prop.Name == t.def.Created || prop.Name == "hs_createdate") && t.def.index != deals:
		c.stamp = func(r *row) float64 { return float64(r.created) }
	}
	switch prop.Type {
	case "number":
		c.numeric, c.parse = true, parseNumber
	case "date", "datetime":
		c.numeric = true
		c.parse = func(s string) (float64, bool) {
			ms, ok := ParseTime(s)
			return float64(ms), ok
		}
	}
}

func parseNumber(s string) (float64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

// operands reads the values that a numeric condition compares with.
func (c *test) operands(prop *Property, f Filter) error {
	if !c.numeric || f.Operator == "HAS_PROPERTY" || f.Operator == "NOT_HAS_PROPERTY" || strings.HasSuffix(f.Operator, "_TOKEN") {
		return nil
	}
	read := func(s string) (float64, error) {
		v, ok := c.parse(s)
		if !ok {
			return 0, Invalid("Invalid value %q for %s property %s", s, prop.Type, prop.Name)
		}
		return v, nil
	}
	var err error
	if f.Operator == "IN" || f.Operator == "NOT_IN" {
		for _, v := range f.Values {
			if _, err = read(v); err != nil {
				return err
			}
		}
		return nil
	}
	if c.low, err = read(f.Value); err != nil {
		return err
	}
	if f.Operator == "BETWEEN" {
		c.high, err = read(f.High)
	}
	return err
}

func (p *Portal) compileLink(t *table, name string, f Filter) (test, error) {
	to, err := p.Type(name)
	if err != nil {
		return test{}, err
	}
	values := f.Values
	if f.Operator == "EQ" {
		values = []string{f.Value}
	} else if f.Operator != "IN" {
		return test{}, Invalid("operator %s is not supported for %s", f.Operator, f.Property)
	}
	l := &linkTest{to: to.index}
	for _, v := range values {
		r, err := p.table(to).resolve(v)
		if err == nil {
			l.ids = append(l.ids, r.id)
		}
	}
	return test{op: f.Operator, linked: l}, nil
}

func (c *test) match(p *Portal, t *table, r *row) bool {
	if c.linked != nil {
		return slices.ContainsFunc(c.linked.ids, func(id int64) bool { return r.linkTo(c.linked.to, id) != nil })
	}
	if c.stamp != nil && c.numeric {
		return c.matchNumber(c.stamp(r), true)
	}
	val, _ := t.value(p, r, r.seen, c.slot)
	switch c.op {
	case "HAS_PROPERTY":
		return val != ""
	case "NOT_HAS_PROPERTY":
		return val == ""
	}
	if val == "" {
		return c.unset && (c.op == "NEQ" || strings.HasPrefix(c.op, "NOT_"))
	}
	if c.numeric && !strings.HasSuffix(c.op, "_TOKEN") {
		n, ok := c.parse(val)
		return c.matchNumber(n, ok)
	}
	return c.matchText(val)
}

func (c *test) matchNumber(n float64, ok bool) bool {
	if !ok {
		return false
	}
	in := func() bool {
		return slices.ContainsFunc(c.values, func(v string) bool { w, ok := c.parse(v); return ok && w == n })
	}
	switch c.op {
	case "EQ":
		return n == c.low
	case "NEQ":
		return n != c.low
	case "LT":
		return n < c.low
	case "LTE":
		return n <= c.low
	case "GT":
		return n > c.low
	case "GTE":
		return n >= c.low
	case "BETWEEN":
		return n >= c.low && n <= c.high
	case "IN":
		return in()
	case "NOT_IN":
		return !in()
	default:
		return c.op == "HAS_PROPERTY"
	}
}

func (c *test) matchText(low string) bool {
	if c.fold {
		low = strings.ToLower(low)
	}
	in := func() bool {
		return slices.ContainsFunc(strings.Split(low, ";"), func(part string) bool { return slices.Contains(c.values, part) })
	}
	switch c.op {
	case "EQ":
		return low == c.text || slices.Contains(strings.Split(low, ";"), c.text)
	case "NEQ":
		return low != c.text && !slices.Contains(strings.Split(low, ";"), c.text)
	case "LT":
		return low < c.text
	case "LTE":
		return low <= c.text
	case "GT":
		return low > c.text
	case "GTE":
		return low >= c.text
	case "BETWEEN":
		return low >= c.text && low <= c.above
	case "IN":
		return in()
	case "NOT_IN":
		return !in()
	case "CONTAINS_TOKEN":
		return containsToken(low, c.text)
	default:
		return !containsToken(low, c.text)
	}
}

// containsToken: every word of the pattern is one of the value's words; a
// star stands for any run of characters.
func containsToken(val, pattern string) bool {
	words := append(strings.FieldsFunc(val, notTokenRune), strings.Fields(val)...)
	for _, part := range strings.Fields(pattern) {
		if !slices.ContainsFunc(words, func(w string) bool { return wildcard(part, w) }) && !wildcard(part, val) {
			return false
		}
	}
	return true
}

func notTokenRune(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' }

func wildcard(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	for _, middle := range parts[1 : len(parts)-1] {
		i := strings.Index(s, middle)
		if i < 0 {
			return false
		}
		s = s[i+len(middle):]
	}
	return strings.HasSuffix(s, parts[len(parts)-1])
}
