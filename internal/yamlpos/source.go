package yamlpos

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// source is the text of a file with an index of its lines. Lines end at \n
// only: bytes.go refuses every other line break that YAML knows, so that
// yaml.v3, editors and we count alike.
type source struct {
	name   string
	text   string
	starts []int // byte offset at which each line begins
	masked []region
}

// region is a half-open range of byte offsets.
type region struct{ from, to int }

const byteOrderMark = "\uFEFF"

func newSource(name string, text []byte) *source {
	s := &source{name: name, text: strings.TrimPrefix(string(text), byteOrderMark), starts: []int{0}}
	for i := 0; i < len(s.text); i++ {
		if s.text[i] == '\n' {
			s.starts = append(s.starts, i+1)
		}
	}
	return s
}

// bounds returns where line n (from 1) begins and where its text ends, the
// line break left out.
func (s *source) bounds(n int) (from, to int) {
	from, to = s.starts[n-1], len(s.text)
	if n < len(s.starts) {
		to = s.starts[n] - 1
	}
	if to > from && s.text[to-1] == '\r' {
		to--
	}
	return from, to
}

// offset is the byte offset of a line and column as yaml.v3 counts them, kept
// inside the text.
func (s *source) offset(line, col int) int {
	if line < 1 {
		return 0
	}
	if line > len(s.starts) {
		return len(s.text)
	}
	at, to := s.bounds(line)
	for ; col > 1 && at < to; col-- {
		_, size := utf8.DecodeRuneInString(s.text[at:])
		at += size
	}
	return at
}

// lineOf is the line (from 1) that the offset is on.
func (s *source) lineOf(offset int) int {
	return sort.Search(len(s.starts), func(i int) bool { return s.starts[i] > offset })
}

// pos turns an offset into a Pos. An offset inside a line break counts as the
// end of its line.
func (s *source) pos(offset int) Pos {
	offset = max(0, min(offset, len(s.text)))
	line := s.lineOf(offset)
	from, to := s.bounds(line)
	return Pos{File: s.name, Line: line, Col: utf8.RuneCountInString(s.text[from:max(from, min(offset, to))]) + 1}
}

// spanOf is the part of [from, to) that lies on the first line.
func (s *source) spanOf(from, to int) Span {
	p := s.pos(from)
	_, lineEnd := s.bounds(p.Line)
	width := 1
	if to = min(to, lineEnd); to > from {
		width = utf8.RuneCountInString(s.text[from:to])
	}
	return Span{Pos: p, Width: width}
}
