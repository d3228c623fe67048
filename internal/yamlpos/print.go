package yamlpos

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// lineCells is the widest part of a source line that is shown.
const lineCells = 100

// render gives the problem as text: its line, then the source line with a
// caret below the place, then what is allowed there.
//
//	handoffd.yaml:3:5: unknown key "poll_evry", did you mean "poll_every"? [unknown-key]
//	  3 |     poll_evry: 60s
//	    |     ^~~~~~~~~
//	    = allowed: poll_every, settle_every
func (p Problem) render(s *source) string {
	var b strings.Builder
	b.WriteString(p.Error() + "\n")
	number := strconv.Itoa(p.Line)
	indent := strings.Repeat(" ", len(number)+3)
	if s != nil && p.Line > 0 && p.Line <= len(s.starts) {
		line, caret := s.excerpt(p)
		fmt.Fprintf(&b, "  %s | %s\n%s| %s\n", number, line, indent, caret)
	}
	if len(p.Allowed) > 0 {
		b.WriteString(indent + "= allowed: " + listing(p.Allowed, "\n"+indent+"           ") + "\n")
	}
	return b.String()
}

// listing joins the words with commas and breaks lines that get too wide.
func listing(words []string, lineBreak string) string {
	var b strings.Builder
	used := 0
	for i, word := range words {
		word = escape(word)
		if i > 0 {
			b.WriteString(",")
			if used += len(word) + 2; used > lineCells {
				b.WriteString(lineBreak)
				used = len(word)
			} else {
				b.WriteString(" ")
			}
		}
		b.WriteString(word)
	}
	return b.String()
}

// glyph is one character of a source line as it is shown.
type glyph struct {
	text  string
	cells int
}

// excerpt returns the part of the source line around the problem and the line
// with the caret below it. Secrets are blotted out.
func (s *source) excerpt(p Problem) (line, caret string) {
	glyphs := s.glyphs(p.Line)
	at := min(p.Col-1, len(glyphs))
	from, to := window(glyphs, at)
	var text, below strings.Builder
	if from > 0 {
		text.WriteString("… ")
		below.WriteString("  ")
	}
	for i := from; i < to; i++ {
		text.WriteString(glyphs[i].text)
		switch {
		case i >= at:
		case glyphs[i].text == "\t":
			below.WriteString("\t")
		default:
			below.WriteString(strings.Repeat(" ", glyphs[i].cells))
		}
	}
	if to < len(glyphs) {
		text.WriteString(" …")
	}
	below.WriteString("^")
	tail := 0
	for i := at; i < min(to, at+p.Width); i++ {
		tail += glyphs[i].cells
	}
	below.WriteString(strings.Repeat("~", max(0, tail-1)))
	return strings.TrimRight(text.String(), " \t"), below.String()
}

// glyphs splits line n into what is shown for each of its characters. A tab
// stays a tab so that the caret's line can hold the same one.
func (s *source) glyphs(n int) []glyph {
	from, to := s.bounds(n)
	masks := s.masksOn(from, to)
	var out []glyph
	for i := from; i < to; {
		r, size := utf8.DecodeRuneInString(s.text[i:to])
		g := glyph{text: s.text[i : i+size], cells: cells(r)}
		switch {
		case masked(masks, i):
			g = glyph{text: "*", cells: 1}
		case r == '\t':
			g.cells = 1
		case r == utf8.RuneError && size == 1:
			g = glyph{text: "\uFFFD", cells: 1}
		case hidden(r):
			g = glyph{text: shown(r), cells: len(shown(r))}
		}
		out = append(out, g)
		i += size
	}
	return out
}

func masked(masks []region, at int) bool {
	for _, m := range masks {
		if at >= m.from && at < m.to {
			return true
		}
	}
	return false
}

// window picks the glyphs to show: all of a short line, else those around at.
func window(glyphs []glyph, at int) (from, to int) {
	total := 0
	for _, g := range glyphs {
		total += g.cells
	}
	if total <= lineCells {
		return 0, len(glyphs)
	}
	from = at
	for before := 0; from > 0 && before < lineCells/2; from-- {
		before += glyphs[from-1].cells
	}
	to = from
	for shown := 0; to < len(glyphs) && shown < lineCells; to++ {
		shown += glyphs[to].cells
	}
	return from, to
}
