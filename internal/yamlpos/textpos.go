package yamlpos

import (
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// TextPos maps a byte offset inside a scalar's decoded text (what Raw and Text
// give) to its place in the file, through quotes, escapes, folded lines and
// block indentation. An offset outside the text counts as its end; a node that
// is no scalar gives its own Pos. So an expression parser's offset becomes a
// line and column that people can jump to.
func (n Node) TextPos(offset int) Pos { return n.TextSpan(offset, offset).Pos }

// TextSpan is TextPos for the part [from, to) of the decoded text; a part that
// goes over several lines is cut at the end of its first line.
func (n Node) TextSpan(from, to int) Span {
	if n.Kind() != Scalar {
		return n.span()
	}
	m, ok := n.file.src.locate(n.n)
	if !ok {
		return n.span()
	}
	from = max(0, min(from, len(n.n.Value)))
	to = max(from, min(to, len(n.n.Value)))
	first := m.at[from]
	end := first
	if to > from {
		end = m.end[to-1]
	}
	return n.file.src.spanOf(first, end)
}

// trace maps the decoded text of a scalar to the source.
type trace struct {
	// at[i] is where the character begins that gave byte i of the text,
	// end[i] where it ends; at has one more, the end of the text.
	at, end []int
	// from and to enclose the whole token, quotes and all.
	from, to int
}

// tracer follows a scalar through the source with the decoded value as its
// guide: what YAML folds away is told from what it keeps by what came out.
// Thus it needs no knowledge of indentation or flow context, and a
// disagreement is noticed instead of giving a wrong place.
type tracer struct {
	src   string
	pos   int
	value string
	trace trace
}

// locate finds the token of a scalar and where each byte of its text stands.
// It returns false if source and value do not agree.
func (s *source) locate(n *yaml.Node) (trace, bool) {
	t := &tracer{src: s.text, pos: s.offset(n.Line, n.Column), value: n.Value}
	t.trace.from = t.pos
	if n.Value == "" && n.Style == 0 {
		ok := t.finish(t.pos) // nothing is written
		return t.trace, ok
	}
	if t.pos < len(t.src) && (t.src[t.pos] == '&' || t.src[t.pos] == '!') {
		t.skipProperties() // no value begins with these
	}
	var ok bool
	switch style := n.Style &^ (yaml.TaggedStyle | yaml.FlowStyle); style {
	case yaml.DoubleQuotedStyle:
		ok = t.quoted('"')
	case yaml.SingleQuotedStyle:
		ok = t.quoted('\'')
	case yaml.LiteralStyle, yaml.FoldedStyle:
		ok = t.block(style == yaml.FoldedStyle)
	default:
		ok = t.plain()
	}
	return t.trace, ok
}

// skipProperties goes past &anchor and !tag to the value itself.
func (t *tracer) skipProperties() {
	for t.pos < len(t.src) {
		rest := t.src[t.pos:]
		switch c := rest[0]; {
		case c == '&':
			t.pos += 1 + len(rest[1:]) - len(strings.TrimLeft(rest[1:], anchorLetters))
		case c == '!':
			t.pos += strings.IndexAny(rest+" ", " \t\r\n")
		case isSpace(c):
			t.pos++
		case c == '#':
			t.pos += len(t.line())
		default:
			return
		}
	}
}

// anchorLetters are what yaml.v3 takes as the name of an anchor.
const anchorLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

// line is the rest of the current line without its break.
func (t *tracer) line() string {
	rest := t.src[t.pos:]
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	return strings.TrimSuffix(rest, "\r")
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// done is how many bytes of the value are explained.
func (t *tracer) done() int { return len(t.trace.end) }

// emit explains the next bytes of the value by source [from, to). Characters
// that stand for themselves are mapped byte by byte.
func (t *tracer) emit(text string, from, to int) bool {
	if !strings.HasPrefix(t.value[t.done():], text) {
		return false
	}
	for i := range len(text) {
		if to-from == len(text) {
			t.trace.at = append(t.trace.at, from+i)
			t.trace.end = append(t.trace.end, from+i+1)
		} else {
			t.trace.at = append(t.trace.at, from)
			t.trace.end = append(t.trace.end, to)
		}
	}
	return true
}

// copy explains n source bytes that stand for themselves.
func (t *tracer) copy(n int) bool {
	ok := t.emit(t.src[t.pos:t.pos+n], t.pos, t.pos+n)
	t.pos += n
	return ok
}

// finish sets the end of the text and of the token.
func (t *tracer) finish(tokenEnd int) bool {
	t.trace.at = append(t.trace.at, t.pos)
	t.trace.to = tokenEnd
	return t.done() == len(t.value)
}

func (t *tracer) plain() bool {
	for t.done() < len(t.value) {
		if t.pos >= len(t.src) || !t.step() {
			return false
		}
	}
	return t.finish(t.pos)
}

func (t *tracer) quoted(quote byte) bool {
	if t.pos >= len(t.src) || t.src[t.pos] != quote {
		return false
	}
	t.pos++
	for t.pos < len(t.src) {
		c := t.src[t.pos]
		var ok bool
		switch {
		case c == '\'' && quote == '\'' && strings.HasPrefix(t.src[t.pos:], "''"):
			ok = t.emit("'", t.pos, t.pos+2)
			t.pos += 2
		case c == quote:
			return t.finish(t.pos + 1)
		case c == '\\' && quote == '"':
			ok = t.escape()
		default:
			ok = t.step()
		}
		if !ok {
			return false
		}
	}
	return false
}

// step explains one character, or a run of blanks with the line breaks in it.
func (t *tracer) step() bool {
	if !isSpace(t.src[t.pos]) {
		_, size := utf8.DecodeRuneInString(t.src[t.pos:])
		return t.copy(size)
	}
	run, breaks := t.blanks()
	if breaks == 0 {
		return t.copy(run)
	}
	return t.fold(run, breaks)
}

// blanks measures the run of blanks and line breaks at pos.
func (t *tracer) blanks() (length, breaks int) {
	i := t.pos
	for i < len(t.src) && isSpace(t.src[i]) {
		if t.src[i] == '\n' {
			breaks++
		}
		i++
	}
	return i - t.pos, breaks
}

// fold explains a run with line breaks: one break gives a blank, more give one
// line feed less than there are.
func (t *tracer) fold(run, breaks int) bool {
	text := " "
	if breaks > 1 {
		text = strings.Repeat("\n", breaks-1)
	}
	return t.foldTo(text, run)
}

func (t *tracer) foldTo(text string, run int) bool {
	from := t.pos
	t.pos += run
	for i := range len(text) {
		if !t.emit(text[i:i+1], from, t.pos) {
			return false
		}
	}
	return true
}

// escape explains a backslash sequence in double quotes.
func (t *tracer) escape() bool {
	if t.pos+1 >= len(t.src) {
		return false
	}
	if t.src[t.pos+1] == '\n' || t.src[t.pos+1] == '\r' {
		t.pos++
		run, breaks := t.blanks()
		return t.foldTo(strings.Repeat("\n", breaks-1), run)
	}
	length := 2
	switch t.src[t.pos+1] {
	case 'x':
		length = 4
	case 'u':
		length = 6
	case 'U':
		length = 10
	}
	if t.pos+length > len(t.src) || t.done() >= len(t.value) {
		return false
	}
	_, size := utf8.DecodeRuneInString(t.value[t.done():])
	text := t.value[t.done() : t.done()+size]
	ok := t.emitWhole(text, t.pos, t.pos+length)
	t.pos += length
	return ok
}

// emitWhole is emit for a sequence that is one thing even where it happens to
// be as long as its text.
func (t *tracer) emitWhole(text string, from, to int) bool {
	for range len(text) {
		t.trace.at = append(t.trace.at, from)
		t.trace.end = append(t.trace.end, to)
	}
	return true
}
