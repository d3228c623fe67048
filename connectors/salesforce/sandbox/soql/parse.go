package soql

import (
	"slices"
	"strconv"
	"strings"
)

// maxDepth bounds parentheses and subqueries, so that a hostile text cannot
// exhaust the stack.
const maxDepth = 200

type parser struct {
	text   string
	tokens []token
	at     int
	depth  int
	nested int // open parentheses and NOTs of the present condition
}

// Parse reads one query. The error is an *Error with the place of the fault.
func Parse(text string) (*Query, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, tokens: tokens}
	q, err := p.query()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != tokEOF {
		return nil, p.unexpected(t)
	}
	return q, nil
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != tokEOF {
		p.at++
	}
	return t
}

func (p *parser) unexpected(t token) *Error {
	text := t.text
	if t.kind == tokString {
		text = p.text[t.pos:]
		if i := strings.IndexAny(text[1:], "'"); i >= 0 {
			text = text[:i+2]
		}
	}
	return fault(t.pos, "unexpected token: '%s'", text)
}

func (p *parser) isWord(word string) bool {
	t := p.peek()
	return t.kind == tokName && strings.EqualFold(t.text, word)
}

func (p *parser) acceptWord(word string) bool {
	if p.isWord(word) {
		p.at++
		return true
	}
	return false
}

func (p *parser) expectWord(words ...string) error {
	for _, w := range words {
		if !p.acceptWord(w) {
			return p.unexpected(p.peek())
		}
	}
	return nil
}

func (p *parser) acceptSymbol(s string) bool {
	if t := p.peek(); t.kind == tokSymbol && t.text == s {
		p.at++
		return true
	}
	return false
}

func (p *parser) expectSymbol(s string) error {
	if !p.acceptSymbol(s) {
		return p.unexpected(p.peek())
	}
	return nil
}

func (p *parser) enter() error {
	p.depth++
	if p.depth > maxDepth {
		return fault(p.peek().pos, "query is nested too deeply")
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

func (p *parser) query() (*Query, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	outer := p.nested
	p.nested = 0
	defer func() { p.nested = outer }()
	q := &Query{Text: p.text, Limit: -1, Offset: -1}
	if err := p.expectWord("SELECT"); err != nil {
		return nil, err
	}
	var err error
	if q.Items, err = p.items(); err != nil {
		return nil, err
	}
	if err := p.expectWord("FROM"); err != nil {
		return nil, err
	}
	if err := p.from(q); err != nil {
		return nil, err
	}
	return q, p.clauses(q)
}

func (p *parser) from(q *Query) error {
	t := p.next()
	if t.kind != tokName || isReserved(t.text) {
		return p.unexpected(t)
	}
	q.From, q.FromPos = t.text, t.pos
	for p.acceptSymbol(".") { // a child relationship may be written Account.Contacts
		t = p.next()
		if t.kind != tokName {
			return p.unexpected(t)
		}
		q.From += "." + t.text
	}
	p.acceptWord("AS")
	if t := p.peek(); t.kind == tokName && !isReserved(t.text) {
		q.Alias = p.next().text
	}
	if p.acceptWord("USING") {
		if err := p.expectWord("SCOPE"); err != nil {
			return err
		}
		// Every other scope shows fewer rows, which is not imitated.
		return p.expectWord("EVERYTHING")
	}
	return nil
}

func (p *parser) items() ([]Item, error) {
	var out []Item
	for {
		item, err := p.item()
		if err != nil {
			return nil, err
		}
		out = append(out, item)
		if !p.acceptSymbol(",") {
			return out, nil
		}
	}
}

func (p *parser) item() (Item, error) {
	pos := p.peek().pos
	if p.acceptSymbol("(") {
		sub, err := p.query()
		if err != nil {
			return Item{}, err
		}
		return Item{Pos: pos, Sub: sub}, p.expectSymbol(")")
	}
	path, fn, err := p.operand()
	if err != nil {
		return Item{}, err
	}
	item := Item{Pos: pos, Path: path, Func: fn}
	if t := p.peek(); t.kind == tokName && !isReserved(t.text) {
		item.Alias = p.next().text
	}
	return item, nil
}

// operand reads a field path or a function over one.
func (p *parser) operand() (path Path, fn string, err error) {
	path, err = p.path()
	if err != nil || len(path.Names) != 1 || !p.acceptSymbol("(") {
		return path, "", err
	}
	fn = strings.ToUpper(path.Names[0])
	if !slices.Contains(functions, fn) {
		return path, "", fault(path.Pos, "unexpected token: '('")
	}
	if fn == "COUNT" && p.acceptSymbol(")") {
		return Path{Pos: path.Pos}, fn, nil
	}
	if path, err = p.path(); err != nil {
		return path, "", err
	}
	return path, fn, p.expectSymbol(")")
}

var functions = []string{"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX", "FIELDS", "FORMAT", "TOLABEL"}

func (p *parser) path() (Path, error) {
	t := p.next()
	if t.kind != tokName || isReserved(t.text) {
		return Path{}, p.unexpected(t)
	}
	path := Path{Names: []string{t.text}, Pos: t.pos}
	for p.acceptSymbol(".") {
		t = p.next()
		if t.kind != tokName {
			return path, p.unexpected(t)
		}
		path.Names = append(path.Names, t.text)
	}
	return path, nil
}

var reserved = []string{"AND", "ASC", "DESC", "EXCLUDES", "FIRST", "FROM", "GROUP", "HAVING", "IN", "INCLUDES", "LAST",
	"LIKE", "LIMIT", "NOT", "NULL", "NULLS", "OFFSET", "OR", "ORDER", "SELECT", "USING", "WHERE", "WITH", "FOR", "AS"}

func isReserved(word string) bool {
	return slices.Contains(reserved, strings.ToUpper(word))
}

func (p *parser) count() (int, error) {
	t := p.next()
	n, err := strconv.Atoi(t.text)
	if t.kind != tokNumber || err != nil || n < 0 {
		return 0, p.unexpected(t)
	}
	return n, nil
}
