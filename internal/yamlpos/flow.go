package yamlpos

import "strings"

// flowFault explains a fault inside [ ] or { }. A text cut inside brackets is
// always faulty, so the place is sought with the open ones closed again.
func (d *diagnosis) flowFault() (Span, string) {
	start := d.flowStart()
	d.at = d.find(func(prefix string) string {
		if len(prefix) < start {
			return prefix
		}
		return prefix + "\n" + closers(prefix, openBrackets(prefix[start:], start))
	})
	open := openBrackets(d.src.text[start:d.at], start)
	if len(open) == 0 {
		return d.span(1), d.fault.text
	}
	last := open[len(open)-1]
	bracket, closer := d.src.text[last:last+1], closers(d.src.text, open[len(open)-1:])
	here := d.src.lineOf(d.at)
	switch rest := d.rest(); {
	case strings.TrimSpace(d.src.text[d.at:]) == "", d.outdented(last):
		return d.src.spanOf(last, last+1), quote(bracket) + " is opened here and never closed"
	case strings.HasPrefix(rest, ":") && here > d.src.lineOf(last):
		return d.word(d.firstOn(here)), `a "," is missing before this key, for the ` + quote(bracket) + " at " + d.linePos(last)
	case strings.HasPrefix(rest, "{") && d.at > 0 && d.src.text[d.at-1] == '$':
		return d.src.spanOf(d.at-1, d.at+1), `inside brackets a reference needs quotes: "${NAME}"`
	case strings.HasPrefix(rest, "}") || strings.HasPrefix(rest, "]"):
		return d.span(1), quote(rest[:1]) + " does not close the " + quote(bracket) + " at " + d.linePos(last)
	default:
		return d.span(1), `expected "," or ` + quote(closer) + ` here, for the ` + quote(bracket) + " at " + d.linePos(last) + "; a text with such characters needs quotes"
	}
}

// outdented tells whether the fault is on a later line than the open bracket
// and not indented deeper, as lines are that were never meant to be inside.
func (d *diagnosis) outdented(bracket int) bool {
	here, open := d.src.lineOf(d.at), d.src.lineOf(bracket)
	if here == open || strings.IndexByte("]}", (d.rest() + " ")[0]) >= 0 {
		return false
	}
	_, hereFrom := d.lineText(here)
	_, openFrom := d.lineText(open)
	return d.firstOn(here)-hereFrom <= d.firstOn(open)-openFrom
}

// flowStart is the beginning of a line above the fault that is outside of all
// brackets: where the outermost bracket around the fault is opened, or
// somewhat above, since the steps back grow.
func (d *diagnosis) flowStart() int {
	step := 1
	for line := max(1, d.fault.line); line > 1; line -= step {
		from, _ := d.src.bounds(line)
		f, found := faultOf(d.src.text[:from])
		if !found || f.text != faultInList && f.text != faultInMap && f.text != faultNode {
			return from
		}
		if line > 4 {
			step *= 2
		}
	}
	return 0
}

// openBrackets returns where the brackets stand that text leaves open; text
// begins at offset base of the source, outside of all brackets. It knows
// quotes and comments as far as flow style needs them.
func openBrackets(text string, base int) []int {
	var open []int
	before := byte('\n') // the last character that is no blank
	for i := 0; i < len(text); i++ {
		c := text[i]
		starts := strings.IndexByte("\n:-?,[{", before) >= 0
		switch {
		case (c == '"' || c == '\'') && starts:
			i += quotedLength(text[i:]) - 1
		case c == '#' && (i == 0 || isSpace(text[i-1])):
			if i += strings.IndexByte(text[i:]+"\n", '\n'); len(open) == 0 {
				before = '\n'
			}
			continue
		case (c == '[' || c == '{') && (starts || len(open) > 0):
			open = append(open, base+i)
		case (c == ']' || c == '}') && len(open) > 0 && pair(text[open[len(open)-1]-base]) == c:
			open = open[:len(open)-1]
		}
		if c == '\n' && len(open) == 0 || c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			before = c
		}
	}
	return open
}

// quotedLength is the length of the quoted text at the beginning of s; all of
// s if the quote is never closed.
func quotedLength(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && s[0] == '"':
			i++
		case s[i] == s[0] && s[0] == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
		case s[i] == s[0]:
			return i + 1
		}
	}
	return len(s)
}

// closers are the characters that close the open brackets, innermost first.
func closers(text string, open []int) string {
	var b strings.Builder
	for i := len(open) - 1; i >= 0; i-- {
		b.WriteByte(pair(text[open[i]]))
	}
	return b.String()
}

func pair(open byte) byte {
	if open == '[' {
		return ']'
	}
	return '}'
}
