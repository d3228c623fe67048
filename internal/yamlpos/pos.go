package yamlpos

import "strconv"

// Pos is a place in a file. Line and Col count from 1; Col counts characters
// (Unicode code points), as editors do, and a tab is one. Line 0 means the
// file as a whole.
type Pos struct {
	File string
	Line int
	Col  int
}

// String gives file:line:col, or just the file where there is no line.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Col)
}

// Before orders by file, line and column.
func (p Pos) Before(q Pos) bool {
	if p.File != q.File {
		return p.File < q.File
	}
	if p.Line != q.Line {
		return p.Line < q.Line
	}
	return p.Col < q.Col
}

// Span is a Pos with the number of characters that a caret should underline.
type Span struct {
	Pos
	Width int
}

// Place is where a Problem can be: a Pos, a Span or a Node.
type Place interface {
	span() Span
}

func (p Pos) span() Span { return Span{Pos: p, Width: 1} }

func (s Span) span() Span { return s }
