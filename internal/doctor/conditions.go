package doctor

import (
	"regexp"
	"strings"
)

// Condition is one comparison in a SOQL condition: a field, and what it is
// compared with.
type Condition struct {
	Field, Operator string
	// Literal is the first value on the right as it is written, "" if there
	// is none that can be read.
	Literal string
}

var comparison = regexp.MustCompile(`(?i)([a-z][a-z0-9_.]*)\s*(!=|<>|<=|>=|=|<|>|\blike\b|\bnot\s+in\b|\bin\b|\bincludes\b|\bexcludes\b)\s*\(?\s*('[^']*'|[a-z0-9_.:+-]+)?`)

// Conditions finds the comparisons in a SOQL condition (SOQL and SOSL
// Reference, "WHERE"). It does not judge the condition: the CRM does. What
// stands in a subquery belongs to another object and is left out.
func Conditions(where string) []Condition {
	var out []Condition
	// Quotes inside of a literal would end it too early: they are taken out
	// of the text that is looked through.
	plain := strings.NewReplacer(`\\`, "__", `\'`, "__").Replace(where)
	plain = withoutSubqueries(plain)
	for _, m := range comparison.FindAllStringSubmatchIndex(plain, -1) {
		if inLiteral(plain, m[0]) {
			continue
		}
		c := Condition{Field: plain[m[2]:m[3]], Operator: strings.ToLower(plain[m[4]:m[5]])}
		if m[6] >= 0 {
			c.Literal = plain[m[6]:m[7]]
		}
		out = append(out, c)
	}
	return out
}

// inLiteral tells whether an offset is inside of quotes.
func inLiteral(s string, at int) bool { return strings.Count(s[:at], "'")%2 == 1 }

var subquery = regexp.MustCompile(`(?i)\(\s*select\b`)

// withoutSubqueries cuts out "(SELECT …)" up to its own closing parenthesis.
func withoutSubqueries(s string) string {
	for {
		at := subquery.FindStringIndex(s)
		if at == nil {
			return s
		}
		depth, end := 0, len(s)
		for i := at[0]; i < len(s); i++ {
			if s[i] == '(' {
				depth++
			} else if s[i] == ')' {
				if depth--; depth == 0 {
					end = i + 1
					break
				}
			}
		}
		s = s[:at[0]] + s[end:]
	}
}
