package mapping

import (
	"regexp"

	"handoffd/internal/yamlpos"
)

// subSelect is how the subquery of a semi-join begins.
var subSelect = regexp.MustCompile(`(?i)^\(\s*SELECT\b`)

// salesforceWhere reads Salesforce's condition. It is put into parentheses, and
// behind NOT to find what is out of scope, so it must not end them early, and
// must not hold what Salesforce takes at the top level of a query only.
func (k *compiler) salesforceWhere(n yamlpos.Node) {
	if !n.Text(&k.m.SalesforceWhere) {
		return
	}
	text := k.m.SalesforceWhere
	wrong := func(from, to int, message string) {
		k.c.Errorf(n.TextSpan(from, to), yamlpos.CheckValue, "%s", message)
	}
	var open []int
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '(':
			open = append(open, i)
			if m := subSelect.FindString(text[i:]); m != "" {
				wrong(i, i+len(m), "Salesforce takes no sub-select here, since the condition stands in parentheses: use a field of the account, such as a roll-up summary or a formula")
			}
		case ')':
			if len(open) == 0 {
				wrong(i, i+1, "this parenthesis was never opened")
				return
			}
			open = open[:len(open)-1]
		case '\'':
			end := quoteEnd(text, i)
			if end < 0 {
				wrong(i, len(text), "this text is never closed by a quote")
				return
			}
			i = end
		}
	}
	if len(open) > 0 {
		last := open[len(open)-1]
		wrong(last, last+1, "this parenthesis is never closed")
	}
}

// quoteEnd finds the quote that ends the text opened at i, -1 if there is none.
func quoteEnd(s string, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '\'':
			return i
		}
	}
	return -1
}
