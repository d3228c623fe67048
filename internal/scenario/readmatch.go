package scenario

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"handoffd/internal/yamlpos"
)

// matcher tells whether what is seen is what is expected.
type matcher func(seen string) bool

func nothing(string) bool { return false }

// oneOf reads one of the words.
func (r *reader) oneOf(n yamlpos.Node, words ...string) matcher {
	var word string
	if !yamlpos.Enum(n, &word, words...) {
		return nothing
	}
	return func(seen string) bool { return seen == word }
}

// worded reads one of the words, or a regular expression.
func (r *reader) worded(n yamlpos.Node, words ...string) matcher {
	if m, ok := pattern(n); ok {
		return m
	}
	return r.oneOf(n, words...)
}

// pattern reads /a regular expression/; ok is false if it is none.
func pattern(n yamlpos.Node) (m matcher, ok bool) {
	text := n.Raw()
	if len(text) < 3 || !strings.HasPrefix(text, "/") || !strings.HasSuffix(text, "/") {
		return nil, false
	}
	re, err := regexp.Compile(text[1 : len(text)-1])
	if err != nil {
		n.Errorf(yamlpos.CheckValue, "%s: the regular expression is wrong: %v", n.Path(), err)
		return nothing, true
	}
	return re.MatchString, true
}

// valued expects exactly a value; numbers are compared as numbers, and nothing
// means that there must be no value.
func (r *reader) valued(n yamlpos.Node) matcher {
	if m, ok := pattern(n); ok {
		return m
	}
	if n.Kind() != yamlpos.Scalar && n.Kind() != yamlpos.Null {
		n.Errorf(yamlpos.CheckType, "%s: expected a single value", n.Path())
		return nothing
	}
	want := n.Raw()
	number, isNumber := strconv.ParseFloat(want, 64)
	return func(seen string) bool {
		x, err := strconv.ParseFloat(seen, 64)
		return seen == want || isNumber == nil && err == nil && x == number
	}
}

// holding expects a text with the words in it.
func holding(n yamlpos.Node) matcher {
	if m, ok := pattern(n); ok {
		return m
	}
	want := n.Raw()
	return func(seen string) bool { return strings.Contains(seen, want) }
}

// counting expects a number: 2, ">= 2", "< 5".
func counting(n yamlpos.Node) matcher {
	m := regexp.MustCompile(`^(>=|<=|>|<|)\s*(\d+)$`).FindStringSubmatch(n.Raw())
	if m == nil {
		n.Errorf(yamlpos.CheckValue, "%s: expected a number such as 2, or \">= 2\"", n.Path())
		return nothing
	}
	want, err := strconv.Atoi(m[2])
	if err != nil {
		return nothing
	}
	return func(seen string) bool {
		x, err := strconv.Atoi(seen)
		if err != nil {
			return false
		}
		switch m[1] {
		case ">=":
			return x >= want
		case "<=":
			return x <= want
		case ">":
			return x > want
		case "<":
			return x < want
		}
		return x == want
	}
}

// personMatch expects a person, by key or address.
func (r *reader) personMatch(n yamlpos.Node) matcher {
	who := r.person(n)
	if who == nil {
		return nothing
	}
	return func(seen string) bool { return seen == who.key }
}

// dayMatch expects a day, which it also names.
func (r *reader) dayMatch(n yamlpos.Node) (matcher, string) {
	t, ok := r.when(n)
	if !ok {
		return nothing, ""
	}
	day := t.In(r.zone).Format(time.DateOnly)
	return func(seen string) bool { return seen == day }, day
}

// all tells whether something fits every matcher, by name.
func all(want map[string]matcher, seen map[string]string) bool {
	return !slices.ContainsFunc(sortedKeys(want), func(name string) bool { return !want[name](seen[name]) })
}
