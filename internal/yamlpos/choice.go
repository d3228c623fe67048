package yamlpos

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// Enum reads one of the allowed words, exactly as they are spelt, into a
// string type of the caller's.
func Enum[T ~string](n Node, dst *T, allowed ...T) bool {
	words := make([]string, len(allowed))
	for i, w := range allowed {
		words[i] = string(w)
	}
	text, ok := n.plain("one of: " + strings.Join(words, ", "))
	if !ok {
		return false
	}
	for i, w := range words {
		if w == text {
			*dst = allowed[i]
			return true
		}
	}
	n.NotAllowed(words)
	return false
}

// NotAllowed reports that the scalar is none of the allowed words. It serves
// callers with sets of their own (field names, users, calendars).
func (n Node) NotAllowed(allowed []string) {
	if n.file == nil {
		return
	}
	n.Add(Problem{
		Check:   CheckValue,
		Message: fmt.Sprintf("%s%s is not possible here", n.label(), n.describe()),
		Allowed: allowed,
		Nearest: Nearest(n.Raw(), allowed),
	})
}

// Regexp reads a regular expression in Go's syntax (RE2). A fault is shown at
// the part of the expression that is wrong.
func (n Node) Regexp(dst **regexp.Regexp) bool {
	text, ok := n.plain("a regular expression")
	if !ok {
		return false
	}
	re, err := regexp.Compile(text)
	if err == nil {
		*dst = re
		return true
	}
	at, message := n.span(), err.Error()
	var fault *syntax.Error
	if errors.As(err, &fault) {
		message = fault.Code.String()
		if i := strings.Index(text, fault.Expr); i >= 0 {
			at = n.TextSpan(i, i+len(fault.Expr))
			message += ": " + quote(fault.Expr)
		}
	}
	n.file.c.Errorf(at, CheckValue, "%sthe regular expression is wrong: %s", n.label(), message)
	return false
}
