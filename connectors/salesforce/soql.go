package salesforce

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// query is one SOQL statement, built from parts that are safe to join: field
// and object names are checked by Config, values pass through quote.
type query struct {
	fields []string
	from   string
	where  []string // joined with AND, each in its own parentheses if need be
	order  string
	limit  int
}

// String gives the statement.
func (q query) String() string {
	var b strings.Builder
	b.WriteString("SELECT ")
	b.WriteString(strings.Join(q.fields, ","))
	b.WriteString(" FROM ")
	b.WriteString(q.from)
	for i, condition := range q.where {
		if i == 0 {
			b.WriteString(" WHERE ")
		} else {
			b.WriteString(" AND ")
		}
		b.WriteString(condition)
	}
	if q.order != "" {
		b.WriteString(" ORDER BY ")
		b.WriteString(q.order)
	}
	if q.limit > 0 {
		b.WriteString(" LIMIT ")
		b.WriteString(strconv.Itoa(q.limit))
	}
	return b.String()
}

// quote makes a string literal (SOQL and SOSL Reference, "Quoted String
// Escape Sequences"): any other backslash would be refused.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range s {
		switch r {
		case '\'', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		case '\b':
			b.WriteString(`\b`)
		case '\f':
			b.WriteString(`\f`)
		default:
			if r < 0x20 || r == 0x7f {
				fmt.Fprintf(&b, `\u%04X`, r)
			} else {
				b.WriteRune(r)
			}
		}
	}
	b.WriteByte('\'')
	return b.String()
}

// in gives "field IN ('a','b')".
func in(field string, values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = quote(value)
	}
	return field + " IN (" + strings.Join(quoted, ",") + ")"
}

// instant is an unquoted SOQL date-time. Salesforce compares whole seconds.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// window selects the rows stamped in [lo, hi).
func window(lo, hi time.Time) string {
	return "SystemModstamp >= " + instant(lo) + " AND SystemModstamp < " + instant(hi)
}

func parenthesised(condition string) string { return "(" + condition + ")" }

// checkCondition makes sure that a condition written by a person stays inside
// the parentheses that it is put into.
func checkCondition(condition string) error {
	depth := 0
	for i := 0; i < len(condition); i++ {
		switch condition[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return fmt.Errorf("character %d closes a parenthesis that was never opened", i+1)
			}
		case '\'':
			end := closingQuote(condition, i)
			if end < 0 {
				return fmt.Errorf("the text that starts at character %d is never closed", i+1)
			}
			i = end
		}
	}
	if depth > 0 {
		return errors.New("a parenthesis is never closed")
	}
	return nil
}

// closingQuote finds the end of the literal that opens at i, -1 if it has none.
func closingQuote(s string, i int) int {
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
