package yamlpos

import (
	"fmt"
	"strings"
)

// The faults of yaml.v3 that advice is given for, in its own words.
const (
	faultNode     = "did not find expected node content"
	faultItem     = "did not find expected '-' indicator"
	faultKey      = "did not find expected key"
	faultInList   = "did not find expected ',' or ']'"
	faultInMap    = "did not find expected ',' or '}'"
	faultDocument = "did not find expected <document start>"
	faultValue    = "mapping values are not allowed in this context"
	faultColon    = "could not find expected ':'"
	faultStart    = "found character that cannot start any token"
	faultEnd      = "found unexpected end of stream"
	faultMarker   = "found unexpected document indicator"
	faultEscape   = "found unknown escape character"
	faultHex      = "did not find expected hexdecimal number"
	faultCode     = "found invalid Unicode character escape code"
	faultTabPlain = "found a tab character that violates indentation"
	faultTabBlock = "found a tab character where an indentation space is expected"
	faultDash     = "block sequence entries are not allowed in this context"
	faultHeader   = "did not find expected comment or line break"
	faultQuestion = "mapping keys are not allowed in this context"
	faultHandle   = "found undefined tag handle"
	faultName     = "did not find expected alphabetic or numeric character"
)

const (
	tabAdvice   = "a tab cannot indent in YAML; use spaces"
	tightAdvice = "a key needs a space behind its colon"
)

// explain says where the mistake is and how to mend it.
func (d *diagnosis) explain() (Span, string) {
	switch d.fault.text {
	case faultInList, faultInMap:
		return d.flowFault()
	case faultValue:
		return d.colon()
	case faultKey:
		return d.key()
	case faultItem:
		return d.item()
	case faultColon:
		return d.noColon()
	case faultStart:
		return d.start()
	case faultEnd:
		return d.span(1), "the quote that is opened here is never closed"
	case faultEscape:
		return d.span(2), quote(d.rest()[:min(2, len(d.rest()))]) + " is no escape of YAML; in single quotes a backslash is an ordinary character"
	case faultHex, faultCode:
		return d.span(1), "\\x, \\u and \\U take 2, 4 and 8 hexadecimal digits of a character"
	case faultTabPlain, faultTabBlock:
		return d.span(1), tabAdvice
	case faultDash:
		return d.span(1), `a list item "- " must begin on a line of its own; a text that begins with "-" needs quotes`
	case faultHeader:
		return d.header()
	case faultQuestion:
		return d.span(1), `a text that begins with "?" needs quotes`
	case faultHandle:
		return d.tag()
	case faultName:
		return d.span(1), fmt.Sprintf("a text that begins with %s needs quotes", quote(d.rest()[:min(1, len(d.rest()))]))
	case faultDocument:
		return d.word(d.at), "this does not belong to what stands above; check its indentation"
	case faultNode:
		return d.span(1), "expected a value here"
	default:
		return d.other()
	}
}

// colon: ": " where no key can be.
func (d *diagnosis) colon() (Span, string) {
	line := d.src.lineOf(d.at)
	text, from := d.lineText(line)
	key := strings.TrimLeft(text[:d.at-from], " \t-")
	if strings.Contains(key, ": ") {
		return d.span(1), `a second ": " on the line; a text that holds one needs quotes`
	}
	above := line - 1
	for ; above > 0; above-- {
		if t, _ := d.lineText(above); strings.TrimSpace(t) != "" && !strings.HasPrefix(strings.TrimSpace(t), "#") {
			break
		}
	}
	at := d.word(d.at - len(key))
	if above == 0 || key == "" {
		return at, `": " cannot stand here; a text that holds one needs quotes`
	}
	if colon, ok := d.tightColon(above); ok {
		return d.src.spanOf(colon, colon+1), tightAdvice
	}
	return at, fmt.Sprintf("this key is indented below line %d, which already has a value; align it with the key that it belongs to", above)
}

// key: something else than the next key of a mapping.
func (d *diagnosis) key() (Span, string) {
	rest := d.rest()
	start := d.mappingStart()
	switch {
	case strings.HasPrefix(rest, "}"), strings.HasPrefix(rest, "]"):
		return d.span(1), quote(rest[:1]) + " closes nothing"
	case d.first() && (rest == "-" || strings.HasPrefix(rest, "- ")):
		return d.span(1), "expected a key, as in the mapping that begins at " + d.linePos(start) + "; this is a list item"
	case d.first() && d.at != d.firstOn(d.src.lineOf(d.at)):
		return d.span(1), "expected a key, as in the mapping that begins at " + d.linePos(start)
	case d.first():
		return d.word(d.at), "the indentation matches no line above; the mapping around it begins at " + d.linePos(start)
	}
	return d.behind()
}

// behind: text after a quoted text or a bracket that was closed.
func (d *diagnosis) behind() (Span, string) {
	message := "unexpected text behind a value that has ended"
	switch from, above := d.openedAbove(); {
	case above:
		message += "; the quotes that end before it were opened at " + d.linePos(from)
	case strings.HasSuffix(d.src.text[:d.at], "'"):
		message += "; inside single quotes an apostrophe is written twice: ''"
	default:
		message += "; put all of the value in one pair of quotes"
	}
	return d.word(d.at), message
}

// mappingStart is where the mapping begins that the fault names as its context.
func (d *diagnosis) mappingStart() int {
	text, from := d.lineText(max(1, d.fault.line))
	return from + len(text) - len(strings.TrimLeft(text, " -"))
}

// openedAbove finds the beginning of a quoted text that ends just before the
// fault, if that is on an earlier line: then the closing quote is probably
// missing there.
func (d *diagnosis) openedAbove() (offset int, ok bool) {
	before := strings.TrimRight(d.src.text[:d.at], " \t")
	if !strings.HasSuffix(before, `"`) && !strings.HasSuffix(before, "'") {
		return 0, false
	}
	n, _, err := decode(before)
	if err != nil || n == nil {
		return 0, false
	}
	for len(n.Content) > 0 {
		n = n.Content[len(n.Content)-1]
	}
	from := d.src.offset(n.Line, n.Column)
	return from, d.src.lineOf(from) < d.src.lineOf(d.at)
}

// item: something else than the next item of a list.
func (d *diagnosis) item() (Span, string) {
	at, list := d.at, d.firstOn(max(1, d.fault.line))
	if strings.HasPrefix(d.rest(), ":") {
		// A key is known as one only by its colon.
		at = d.firstOn(d.src.lineOf(d.at))
		if d.src.pos(at).Col > d.src.pos(list).Col {
			return d.colon()
		}
	} else if !d.first() {
		return d.behind()
	}
	return d.word(at), `expected another "- " item here, as in the list that begins at ` + d.linePos(list) + ", or another indentation"
}

// noColon: a line among keys that is none.
func (d *diagnosis) noColon() (Span, string) {
	at := d.firstOn(max(1, d.fault.line))
	_, to := d.src.bounds(d.src.lineOf(at))
	text := strings.TrimSpace(d.src.text[at:to])
	if colon, ok := d.tightColon(d.src.lineOf(at)); ok {
		return d.src.spanOf(colon, colon+1), tightAdvice
	}
	return d.src.spanOf(at, at+len(text)), `expected "key: value"; this line has no ": " (a text that goes on from the line above must be indented deeper)`
}

// tightColon finds the colon of a line such as poll_every:60s.
func (d *diagnosis) tightColon(line int) (offset int, ok bool) {
	text, _ := d.lineText(line)
	text = strings.TrimSpace(text)
	i := strings.IndexByte(text, ':')
	if i <= 0 || i+1 == len(text) || text[i+1] == ' ' || strings.ContainsAny(text[:i], " \"'#") {
		return 0, false
	}
	return d.firstOn(line) + i, true
}

// start: a character that begins nothing.
func (d *diagnosis) start() (Span, string) {
	rest := d.rest()
	if strings.HasPrefix(rest, "\t") {
		return d.span(1), tabAdvice
	}
	return d.span(1), fmt.Sprintf("a text that begins with %s needs quotes", quote(rest[:min(1, len(rest))]))
}

// header: text behind | or > on its line, or a malformed %directive.
func (d *diagnosis) header() (Span, string) {
	text, from := d.lineText(max(1, d.fault.line))
	if i := strings.LastIndexAny(text[:max(0, min(len(text), d.at-from))], "|>"); i >= 0 {
		return d.src.spanOf(from+i, from+i+1), fmt.Sprintf("a text that begins with %s needs quotes", quote(text[i:i+1]))
	}
	return d.other()
}

// tag: a !tag that YAML does not know.
func (d *diagnosis) tag() (Span, string) {
	text, from := d.lineText(max(1, d.fault.line))
	at := from + max(0, strings.Index(text, "!"))
	return d.word(at), `a text that begins with "!" needs quotes`
}

// other: rare faults keep the words of the library.
func (d *diagnosis) other() (Span, string) {
	if name, ok := strings.CutPrefix(d.fault.text, "unknown anchor '"); ok {
		name, _, _ = strings.Cut(name, "'")
		if i := strings.LastIndex(d.src.text[:min(len(d.src.text), d.at+1)], "*"+name); i >= 0 {
			return d.src.spanOf(i, i+1+len(name)), fmt.Sprintf("no value above is marked with &%s; a text that begins with \"*\" needs quotes", name)
		}
	}
	if line := d.src.lineOf(d.at); strings.HasPrefix(d.src.text[d.firstOn(line):], "%") {
		return d.word(d.firstOn(line)), "a line that begins with \"%\" is for YAML itself; put the text in quotes"
	}
	return d.span(1), d.fault.text
}
