package soql

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// lexString reads a quoted text. The sequences are those of the SOQL
// reference, "Quoted String Escape Sequences"; any other backslash is a fault.
func lexString(text string, start int) (token, int, error) {
	var plain, pattern strings.Builder
	escape := ""
	for i := start + 1; i < len(text); {
		c := text[i]
		switch c {
		case '\'':
			return token{kind: tokString, text: plain.String(), pattern: pattern.String(), escape: escape, pos: start}, i + 1, nil
		case '\\':
			r, onlyLike, size := unescape(text[i:])
			if size == 0 {
				return token{}, i, fault(i, "Illegal escape sequence in string literal: %s", badEscape(text[i:]))
			}
			if onlyLike && escape == "" {
				escape = text[i : i+size]
			}
			plain.WriteRune(r)
			if onlyLike || r == '\\' {
				pattern.WriteByte('\\')
			}
			pattern.WriteRune(r)
			i += size
		case '\n', '\r':
			return token{}, i, fault(i, "unexpected end of line in string literal")
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			plain.WriteRune(r)
			pattern.WriteRune(r)
			i += size
		}
	}
	return token{}, len(text), fault(start, "mismatched character '<EOF>' expecting '''")
}

func badEscape(s string) string {
	if len(s) < 2 {
		return s
	}
	_, size := utf8.DecodeRuneInString(s[1:])
	return s[:1+size]
}

// unescape reads one backslash sequence at the start of s. onlyLike marks \%
// and \_, which mean a plain character in LIKE. A size of 0 means a fault.
func unescape(s string) (r rune, onlyLike bool, size int) {
	if len(s) < 2 {
		return 0, false, 0
	}
	switch s[1] {
	case 'n', 'N':
		return '\n', false, 2
	case 'r', 'R':
		return '\r', false, 2
	case 't', 'T':
		return '\t', false, 2
	case 'b', 'B':
		return '\b', false, 2
	case 'f', 'F':
		return '\f', false, 2
	case '"', '\'', '\\':
		return rune(s[1]), false, 2
	case '%', '_':
		return rune(s[1]), true, 2
	case 'u':
		if len(s) < 6 {
			return 0, false, 0
		}
		n, err := strconv.ParseUint(s[2:6], 16, 16)
		if err != nil {
			return 0, false, 0
		}
		return rune(n), false, 6
	}
	return 0, false, 0
}
