package yamlpos

import (
	"math"
	"strings"
)

// block traces a literal (|) or folded (>) scalar. Its token, for carets, is
// the indicator on the first line.
func (t *tracer) block(folded bool) bool {
	header := t.line()
	indicator := len(header) - len(strings.TrimLeft(header, "|>+-0123456789"))
	tokenEnd := t.pos + indicator
	t.pos += indicator
	end := t.pos
	t.nextLine()
	if !t.blockLines(t.indent(), folded) {
		return false
	}
	if t.done() > 0 {
		end = t.trace.end[t.done()-1]
	}
	t.pos = end
	return t.finish(tokenEnd)
}

// nextLine moves to the beginning of the next line.
func (t *tracer) nextLine() {
	if i := strings.IndexByte(t.src[t.pos:], '\n'); i >= 0 {
		t.pos += i + 1
	} else {
		t.pos = len(t.src)
	}
}

// indent finds by how many blanks the block is indented: those of its first
// line with a character, less those that belong to the text.
func (t *tracer) indent() int {
	first := strings.IndexFunc(t.value, func(r rune) bool { return r != ' ' && r != '\n' })
	if first < 0 {
		return t.indentOfBlanks()
	}
	kept := first - (strings.LastIndexByte(t.value[:first], '\n') + 1)
	for rest := t.src[t.pos:]; rest != ""; {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		line = strings.TrimSuffix(line, "\r")
		if blanks := leadingBlanks(line); blanks < len(line) {
			return max(0, blanks-kept)
		}
	}
	return 0
}

// indentOfBlanks serves texts without any character: the first line that kept
// blanks tells; if none did, all blanks are indentation.
func (t *tracer) indentOfBlanks() int {
	lines, sources := strings.Split(t.value, "\n"), strings.Split(t.src[t.pos:], "\n")
	for i, line := range lines {
		if line != "" && i < len(sources) {
			return max(0, len(strings.TrimSuffix(sources[i], "\r"))-len(line))
		}
	}
	return math.MaxInt
}

func leadingBlanks(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// blockLines explains line by line. The line breaks since the last line with
// content wait until the next one shows whether they fold.
func (t *tracer) blockLines(indent int, folded bool) bool {
	var breaks []region
	previous := ""
	for t.pos < len(t.src) {
		line := t.line()
		from := t.pos + len(line)
		blanks := leadingBlanks(line)
		content := line[min(blanks, indent):]
		if content != "" {
			if blanks < indent || t.done() == len(t.value) {
				break
			}
			if !t.foldBreaks(breaks, previous, content, folded) {
				return false
			}
			if t.pos += min(blanks, indent); !t.copy(len(content)) {
				return false
			}
			previous, breaks = content, nil
		}
		t.nextLine()
		breaks = append(breaks, region{from, t.pos})
	}
	rest := t.value[t.done():]
	if strings.Trim(rest, "\n") != "" || len(rest) > len(breaks) {
		return false
	}
	return t.emitBreaks(breaks[:len(rest)])
}

// foldBreaks explains the breaks between two lines with content.
func (t *tracer) foldBreaks(breaks []region, previous, next string, folded bool) bool {
	if !folded || previous == "" || isSpace(previous[0]) || isSpace(next[0]) {
		return t.emitBreaks(breaks)
	}
	if len(breaks) == 1 {
		return t.emit(" ", breaks[0].from, breaks[0].to)
	}
	return t.emitBreaks(breaks[1:])
}

func (t *tracer) emitBreaks(breaks []region) bool {
	for _, b := range breaks {
		if !t.emit("\n", b.from, b.to) {
			return false
		}
	}
	return true
}
