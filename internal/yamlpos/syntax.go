package yamlpos

import (
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// fault is a syntax error as yaml.v3 words it. Its line is where the construct
// began that could not be finished, which may be far above the mistake, or 0.
type fault struct {
	line int
	text string
}

var faultForm = regexp.MustCompile(`^yaml: (?:line (\d+): )?(?s:(.*))$`)

// faultOf parses text and returns what is wrong with it; false if nothing is.
//
// yaml.v3 drops the line when it is the first, falls back to another mark
// then, and counts the marks of its parser from 0 and those of its scanner
// from 1. A comment line put in front makes every line count, and the text
// tells which of the two spoke.
func faultOf(text string) (fault, bool) {
	_, _, err := decode("#\n" + text)
	if err == nil {
		return fault{}, false
	}
	return readFault(err), true
}

func readFault(err error) fault {
	m := faultForm.FindStringSubmatch(err.Error())
	if m == nil {
		return fault{text: err.Error()}
	}
	line, _ := strconv.Atoi(m[1])
	if line > 0 && !fromParser(m[2]) {
		line--
	}
	if m[2] == faultMarker {
		m[2] = faultEnd // "---" or the end: an open quote met either
	}
	return fault{line: line, text: m[2]}
}

// fromParser tells the faults of yaml.v3's parser from those of its scanner.
func fromParser(text string) bool {
	switch text {
	case faultNode, faultItem, faultKey, faultInList, faultInMap, faultDocument,
		"did not find expected <stream-start>", faultHandle,
		"found duplicate %YAML directive", "found incompatible YAML document",
		"found duplicate %TAG directive":
		return true
	default:
		return false
	}
}

// diagnosis is what advice.go makes a Problem of.
type diagnosis struct {
	src   *source
	fault fault
	// at is the offset of the character at which the text stops being YAML.
	at int
}

// diagnose turns a parse error into a Problem at its exact place.
func (s *source) diagnose(err error) Problem {
	d := &diagnosis{src: s}
	f, found := faultOf(s.text)
	if !found {
		// Not reproducible with a comment in front: a fault at the very
		// beginning, such as a %directive.
		d.fault = readFault(err)
		d.fault.line = 1
	} else {
		d.fault = f
		d.at = d.find(func(prefix string) string { return prefix })
	}
	at, message := d.explain()
	return Problem{Pos: at.Pos, Width: at.Width, Severity: Error, Check: CheckSyntax, Message: message}
}

// find returns the offset of the first character after which the text, cut
// there and passed through complete, shows the fault; the text's length if
// only its end shows it.
//
// The parser reads forward only, so whatever is cut off behind the mistake
// cannot matter. First the line is sought by halving, then the character by
// stepping back from the end of that line.
func (d *diagnosis) find(complete func(prefix string) string) int {
	try := func(end int) (same, cut bool) {
		f, found := faultOf(complete(d.src.text[:end]))
		return found && f == d.fault, found && f.text == faultEnd
	}
	lines := len(d.src.starts)
	first := max(1, min(lines, d.fault.line))
	line := first + sort.Search(lines-first, func(i int) bool {
		same, _ := try(d.src.starts[first+i])
		return same
	})
	from, to := d.src.bounds(line)
	ends := []int{from}
	for i := from; i < to; {
		_, size := utf8.DecodeRuneInString(d.src.text[i:])
		i += size
		ends = append(ends, i)
	}
	return stepBack(ends, try)
}

// maxSteps bounds the bytes that are parsed to find one place; beyond it the
// search halves, which may miss by some characters.
const maxSteps = 16 << 20

// stepBack goes back from the end of a line as long as the fault stays, and
// returns where the character begins that brings it. A text cut within quotes
// says nothing either way: the scanner, which runs ahead of the parser,
// complains of the quote first.
func stepBack(ends []int, try func(end int) (same, cut bool)) int {
	if len(ends)*ends[len(ends)-1] > maxSteps {
		i := sort.Search(len(ends), func(i int) bool { same, _ := try(ends[i]); return same })
		return ends[max(0, min(i, len(ends)-1)-1)]
	}
	hit := len(ends)
	for i := len(ends) - 1; i > 0; i-- {
		same, cut := try(ends[i])
		if same {
			hit = i
		} else if !cut {
			break
		}
	}
	return ends[hit-1]
}

// lineText is line n without its break, and where it begins.
func (d *diagnosis) lineText(n int) (text string, from int) {
	from, to := d.src.bounds(n)
	return d.src.text[from:to], from
}

// firstOn is the offset of the first character on line n that is no blank.
func (d *diagnosis) firstOn(n int) int {
	text, from := d.lineText(n)
	return from + len(text) - len(strings.TrimLeft(text, " \t"))
}

// first tells whether the fault is at the first character of its line, list
// dashes left out.
func (d *diagnosis) first() bool {
	from, _ := d.src.bounds(d.src.lineOf(d.at))
	return strings.Trim(d.src.text[from:d.at], " \t-") == ""
}

// rest is the text of the line from the fault on.
func (d *diagnosis) rest() string {
	_, to := d.src.bounds(d.src.lineOf(d.at))
	return d.src.text[d.at:max(d.at, to)]
}

// span is n characters from the fault on.
func (d *diagnosis) span(n int) Span { return d.src.spanOf(d.at, d.at+n) }

// word is the span of the unbroken characters from offset on.
func (d *diagnosis) word(offset int) Span {
	end := offset
	for end < len(d.src.text) && !isSpace(d.src.text[end]) && d.src.text[end] != ':' {
		end++
	}
	return d.src.spanOf(offset, end)
}

// linePos says "line 3, column 5".
func (d *diagnosis) linePos(offset int) string {
	p := d.src.pos(offset)
	return "line " + strconv.Itoa(p.Line) + ", column " + strconv.Itoa(p.Col)
}
