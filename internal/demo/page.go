package demo

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"handoffd/mapping"
)

// width is how many columns the page has.
const width = 100

// page writes text for a terminal. It keeps the first error.
type page struct {
	w io.Writer
	// bold: the terminal shows headings in bold.
	bold bool
	err  error
}

func (p *page) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// heading begins a section.
func (p *page) heading(text string) {
	p.line("")
	if p.bold {
		p.line("\x1b[1m%s\x1b[0m", text)
	} else {
		p.line("%s", text)
	}
	p.line("%s", strings.Repeat("-", min(width, utf8.RuneCountInString(text))))
}

// label is how wide the names of facts are.
const label = 14

// fact writes a name and a text, made safe and wrapped beside it.
func (p *page) fact(name, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for i, l := range wrap(safe(text, len(text)), width-label) {
		if i > 0 {
			name = ""
		}
		p.line("%-*s%s", label, name, l)
	}
}

// table writes rows under a header. The last column is wrapped to so many
// lines, the others are as wide as their widest cell but no wider than most.
func (p *page) table(most []int, lines int, header []string, rows [][]string) {
	last := len(header) - 1
	widths, left := make([]int, last), width
	for i := range widths {
		for _, row := range append([][]string{header}, rows...) {
			widths[i] = max(widths[i], min(most[i], utf8.RuneCountInString(safe(row[i], most[i]))))
		}
		left -= widths[i] + 2
	}
	for _, row := range append([][]string{header}, rows...) {
		var cells strings.Builder
		for i := range widths {
			cell := safe(row[i], widths[i])
			cells.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
		for i, l := range wrap(safe(row[last], lines*left-lines), left) {
			if i > 0 {
				p.line("%s%s", strings.Repeat(" ", width-left), l)
				continue
			}
			p.line("%s", strings.TrimRight(cells.String()+l, " "))
		}
	}
}

// text writes lines of a CRM's text, wrapped, behind a bar.
func (p *page) text(body string) {
	for _, l := range strings.Split(body, "\n") {
		for _, part := range wrap(safe(l, len(l)), width-4) {
			p.line("%s", strings.TrimRight("  | "+part, " "))
		}
	}
}

// safe makes CRM text fit for a terminal: what does not print is gone, it is
// one line, and has no more than n characters.
func safe(s string, n int) string {
	s = mapping.Clip(strings.Join(strings.Fields(s), " "), len(s))
	if utf8.RuneCountInString(s) > n {
		s = mapping.Clip(s, n-1)
	}
	return s
}

// wrap breaks a line between words so that no part is longer than n, if words
// allow it. There is always at least one part.
func wrap(s string, n int) []string {
	var out []string
	line := ""
	for i, word := range strings.Split(s, " ") {
		switch {
		case i == 0:
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > n:
			out, line = append(out, line), word
		default:
			line += " " + word
		}
	}
	return append(out, line)
}
