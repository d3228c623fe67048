package yamlpos

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Text reads a text. A plain number, true or false is refused with the advice
// to put it in quotes: 1.10 and "1.10" are not the same to YAML. So is a
// reference such as ${NAME}, which only Secret follows.
func (n Node) Text(dst *string) bool {
	switch n.Kind() {
	case Absent:
		return false
	case Scalar:
	default:
		return n.expected(CheckType, "a text")
	}
	if n.n.Style == 0 && n.n.Tag != "!!str" && n.n.Tag != "!!timestamp" && n.n.Tag != "!!merge" {
		return n.expected(CheckType, fmt.Sprintf("a text (in quotes: %s)", quote(n.n.Value)))
	}
	if isReference(n.n.Value) {
		n.Errorf(CheckReference, "%s%s is not replaced here: references work for secrets and credentials only", n.label(), quote(n.n.Value))
		return false
	}
	*dst = n.n.Value
	return true
}

// Bool reads true or false; yes, no, on and off are refused.
func (n Node) Bool(dst *bool) bool {
	switch n.Kind() {
	case Absent:
		return false
	case Scalar:
		if n.n.Style == 0 && n.n.Tag == "!!bool" {
			*dst = strings.EqualFold(n.n.Value, "true")
			return true
		}
	}
	p := Problem{Check: CheckType, Message: fmt.Sprintf("%sexpected true or false, got %s", n.label(), n.describe()), Allowed: []string{"true", "false"}}
	switch strings.ToLower(n.Raw()) {
	case "true", "false":
		p.Message = fmt.Sprintf("%sexpected true or false (without quotes), got %s", n.label(), n.describe())
	case "yes", "on", "y", "1":
		p.Nearest = "true"
	case "no", "off", "n", "0":
		p.Nearest = "false"
	}
	n.Add(p)
	return false
}

// Int reads a whole decimal number. Leading zeros, hexadecimal and octal are
// refused, since YAML 1.1 and 1.2 disagree on them; 10_000 is fine.
func (n Node) Int(dst *int) bool {
	return n.IntIn(dst, math.MinInt, math.MaxInt)
}

// IntIn is Int with the least and the greatest value that is allowed.
func (n Node) IntIn(dst *int, least, greatest int) bool {
	text, ok := n.number("a whole number")
	if !ok {
		return false
	}
	v, err := strconv.Atoi(text)
	if err != nil {
		return n.expected(CheckType, "a whole number")
	}
	if v < least || v > greatest {
		return n.expected(CheckValue, "a whole number "+bounds(float64(least), float64(greatest), least == math.MinInt, greatest == math.MaxInt))
	}
	*dst = v
	return true
}

// Float reads a finite number.
func (n Node) Float(dst *float64) bool {
	return n.FloatIn(dst, math.Inf(-1), math.Inf(1))
}

// FloatIn is Float with the least and the greatest value that is allowed.
func (n Node) FloatIn(dst *float64, least, greatest float64) bool {
	text, ok := n.number("a number")
	if !ok {
		return false
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return n.expected(CheckType, "a number that can be computed with")
	}
	if v < least || v > greatest {
		return n.expected(CheckValue, "a number "+bounds(least, greatest, math.IsInf(least, -1), math.IsInf(greatest, 1)))
	}
	*dst = v
	return true
}

func bounds(least, greatest float64, noLeast, noGreatest bool) string {
	l, g := strconv.FormatFloat(least, 'f', -1, 64), strconv.FormatFloat(greatest, 'f', -1, 64)
	switch {
	case noGreatest:
		return "of at least " + l
	case noLeast:
		return "of at most " + g
	default:
		return "from " + l + " to " + g
	}
}

// number checks the spelling that Int and Float share and takes out the
// underscores that group digits.
func (n Node) number(what string) (text string, ok bool) {
	switch n.Kind() {
	case Absent:
		return "", false
	case Scalar:
	default:
		return "", n.expected(CheckType, what)
	}
	value := n.n.Value
	switch {
	case n.n.Style != 0 && decimal(value):
		return "", n.expected(CheckType, fmt.Sprintf("%s (without quotes: %s)", what, clip(value)))
	case n.n.Style != 0 || !decimal(value):
		return "", n.expected(CheckType, what)
	}
	return strings.ReplaceAll(value, "_", ""), true
}

var decimalForm = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*(_[0-9]+)*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?$`)

// decimal tells whether s is spelt as a decimal number in one way only.
func decimal(s string) bool { return decimalForm.MatchString(s) }
