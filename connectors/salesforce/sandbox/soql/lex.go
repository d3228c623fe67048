package soql

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

type tokenKind int

const (
	tokEOF tokenKind = iota
	tokName
	tokString
	tokNumber
	tokDate
	tokDateTime
	tokSymbol
)

type token struct {
	kind    tokenKind
	text    string // as written; for strings the unescaped text
	pattern string // strings: as LIKE reads it
	escape  string // strings: the first escape that only LIKE may have
	pos     int
}

// Error is a fault in the text of a query at byte offset Pos.
type Error struct {
	Pos     int
	Message string
}

// Error returns the message without the place.
func (e *Error) Error() string { return e.Message }

func fault(pos int, format string, args ...any) *Error {
	return &Error{Pos: pos, Message: fmt.Sprintf(format, args...)}
}

func lex(text string) ([]token, error) {
	if !utf8.ValidString(text) {
		return nil, fault(0, "unexpected character in query")
	}
	var out []token
	for i := 0; ; {
		for i < len(text) && strings.IndexByte(" \t\r\n", text[i]) >= 0 {
			i++
		}
		if i >= len(text) {
			return append(out, token{kind: tokEOF, text: "<EOF>", pos: len(text)}), nil
		}
		t, next, err := lexOne(text, i)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
		i = next
	}
}

func lexOne(text string, i int) (token, int, error) {
	c := text[i]
	switch {
	case c == '\'':
		return lexString(text, i)
	case isNameStart(c):
		j := i + 1
		for j < len(text) && (isNameStart(text[j]) || isDigit(text[j])) {
			j++
		}
		return token{kind: tokName, text: text[i:j], pos: i}, j, nil
	case isDigit(c) || (strings.IndexByte("+-.", c) >= 0 && i+1 < len(text) && (isDigit(text[i+1]) || text[i+1] == '.')):
		return lexNumber(text, i)
	}
	for _, s := range []string{"<=", ">=", "!=", "<>"} {
		if strings.HasPrefix(text[i:], s) {
			return token{kind: tokSymbol, text: s, pos: i}, i + 2, nil
		}
	}
	if strings.IndexByte("(),.=<>:", c) >= 0 {
		return token{kind: tokSymbol, text: string(c), pos: i}, i + 1, nil
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	return token{}, i + size, fault(i, "unexpected token: '%c'", r)
}

func lexNumber(text string, i int) (token, int, error) {
	j := i + 1
	for j < len(text) && (isDigit(text[j]) || isNameStart(text[j]) || strings.IndexByte(".:", text[j]) >= 0 ||
		(strings.IndexByte("+-", text[j]) >= 0 && (strings.IndexByte("eE", text[j-1]) >= 0 || looksLikeDate(text[i:j])))) {
		j++
	}
	word := text[i:j]
	switch {
	case dateTimeShape(word):
		return token{kind: tokDateTime, text: word, pos: i}, j, nil
	case dateShape(word):
		return token{kind: tokDate, text: word, pos: i}, j, nil
	case numberShape(word):
		return token{kind: tokNumber, text: word, pos: i}, j, nil
	}
	return token{}, j, fault(i, "unexpected token: '%s'", word)
}

// looksLikeDate tells whether a word that began with digits is on its way to
// be a date, so that a following + or - belongs to it.
func looksLikeDate(word string) bool {
	return len(word) >= 4 && isDigit(word[0]) && isDigit(word[1]) && isDigit(word[2]) && isDigit(word[3]) && !strings.Contains(word, ".") ||
		strings.Contains(word, "T")
}

func shape(word, pattern string) bool {
	if len(word) != len(pattern) {
		return false
	}
	for i := range len(word) {
		if pattern[i] == '9' && !isDigit(word[i]) || pattern[i] != '9' && word[i] != pattern[i] {
			return false
		}
	}
	return true
}

func dateShape(word string) bool { return shape(word, "9999-99-99") }

// dateTimeShape accepts 2026-11-22T07:25:00Z, with fractions of a second and
// with +hh:mm, as the SOQL reference lists them.
func dateTimeShape(word string) bool {
	if len(word) < 20 || !shape(word[:19], "9999-99-99T99:99:99") {
		return false
	}
	rest := word[19:]
	if strings.HasPrefix(rest, ".") {
		rest = strings.TrimLeft(rest[1:], "0123456789")
	}
	return rest == "Z" || shape(rest, "+99:99") || shape(rest, "-99:99") || shape(rest, "+9999") || shape(rest, "-9999")
}

func numberShape(word string) bool {
	word = strings.TrimLeft(word, "+-")
	digits, dots := 0, 0
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(word), "e")
	for i := range len(mantissa) {
		switch {
		case isDigit(mantissa[i]):
			digits++
		case mantissa[i] == '.':
			dots++
		default:
			return false
		}
	}
	if hasExponent {
		exponent = strings.TrimLeft(exponent, "+-")
		if exponent == "" || strings.Trim(exponent, "0123456789") != "" {
			return false
		}
	}
	return digits > 0 && dots <= 1
}

func isNameStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
