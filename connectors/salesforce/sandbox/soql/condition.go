package soql

import (
	"slices"
	"strconv"
	"strings"
)

// condition reads a chain of one connective. SOQL has no precedence between
// AND and OR: mixing them without parentheses is a fault.
func (p *parser) condition() (Expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	first, err := p.unary()
	if err != nil {
		return nil, err
	}
	for _, word := range []string{"AND", "OR"} {
		if !p.isWord(word) {
			continue
		}
		list := []Expr{first}
		for p.acceptWord(word) {
			x, err := p.unary()
			if err != nil {
				return nil, err
			}
			list = append(list, x)
		}
		if p.isWord("AND") || p.isWord("OR") {
			return nil, p.unexpected(p.peek())
		}
		if word == "AND" {
			return And(list), nil
		}
		return Or(list), nil
	}
	return first, nil
}

func (p *parser) unary() (Expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if p.acceptWord("NOT") {
		p.nested++
		x, err := p.unary()
		p.nested--
		return Not{x}, err
	}
	if p.acceptSymbol("(") {
		p.nested++
		x, err := p.condition()
		p.nested--
		if err != nil {
			return nil, err
		}
		return x, p.expectSymbol(")")
	}
	return p.comparison()
}

func (p *parser) comparison() (Expr, error) {
	path, fn, err := p.operand()
	if err != nil {
		return nil, err
	}
	t := p.next()
	switch word := strings.ToUpper(t.text); {
	case t.kind == tokSymbol && slices.Contains([]string{"=", "!=", "<>", "<", "<=", ">", ">="}, t.text):
		if t.text == "<>" {
			t.text = "!="
		}
		v, err := p.plainLiteral()
		return &Compare{Path: path, Func: fn, Op: Op(t.text), Value: v}, err
	case t.kind == tokName && word == "LIKE":
		v, err := p.literal()
		if err == nil && v.Kind != String {
			err = fault(v.Pos, "unexpected token: '%s'", v.Text)
		}
		return &Compare{Path: path, Func: fn, Op: Like, Value: v}, err
	case t.kind == tokName && (word == "IN" || word == "INCLUDES" || word == "EXCLUDES"):
		return p.list(&In{Path: path, Op: word, Pos: t.pos, Nested: p.nested > 0})
	case t.kind == tokName && word == "NOT":
		if err := p.expectWord("IN"); err != nil {
			return nil, err
		}
		return p.list(&In{Path: path, Op: "NOT IN", Pos: t.pos, Nested: p.nested > 0})
	}
	return nil, p.unexpected(t)
}

func (p *parser) list(in *In) (Expr, error) {
	if err := p.expectSymbol("("); err != nil {
		return nil, err
	}
	if p.isWord("SELECT") && strings.HasSuffix(in.Op, "IN") {
		sub, err := p.query()
		if err != nil {
			return nil, err
		}
		in.Sub = sub
		return in, p.expectSymbol(")")
	}
	for {
		v, err := p.plainLiteral()
		if err != nil {
			return nil, err
		}
		in.List = append(in.List, v)
		if !p.acceptSymbol(",") {
			return in, p.expectSymbol(")")
		}
	}
}

// plainLiteral is a literal outside LIKE, where \% and \_ are no escapes (SOQL
// reference, "Quoted String Escape Sequences").
func (p *parser) plainLiteral() (Literal, error) {
	t := p.peek()
	if t.kind == tokString && t.escape != "" {
		return Literal{}, fault(t.pos, "Illegal escape sequence in string literal: %s", t.escape)
	}
	return p.literal()
}

func (p *parser) literal() (Literal, error) {
	t := p.next()
	lit := Literal{Text: t.text, Pos: t.pos}
	switch t.kind {
	case tokString:
		lit.Kind, lit.Pattern = String, t.pattern
	case tokNumber:
		lit.Kind = Number
	case tokDate:
		lit.Kind = Date
	case tokDateTime:
		lit.Kind = DateTime
	case tokName:
		return p.wordLiteral(t)
	default:
		return lit, p.unexpected(t)
	}
	return lit, nil
}

func (p *parser) wordLiteral(t token) (Literal, error) {
	word := strings.ToUpper(t.text)
	lit := Literal{Text: word, Pos: t.pos}
	switch {
	case word == "NULL":
		lit.Kind = Null
	case word == "TRUE" || word == "FALSE":
		lit.Kind, lit.Bool = Bool, word == "TRUE"
	case slices.Contains(dateNames, word):
		lit.Kind = DateRange
	case slices.Contains(dateNamesN, word):
		if err := p.expectSymbol(":"); err != nil {
			return lit, err
		}
		n, err := p.count()
		if err != nil || n > 36500 {
			return lit, fault(t.pos, "invalid date literal: %s", strconv.Quote(word))
		}
		lit.Kind, lit.N = DateRange, n
	default:
		return lit, p.unexpected(t)
	}
	return lit, nil
}

var dateNames = []string{"TODAY", "YESTERDAY", "TOMORROW", "LAST_WEEK", "THIS_WEEK", "NEXT_WEEK", "LAST_MONTH", "THIS_MONTH",
	"NEXT_MONTH", "LAST_90_DAYS", "NEXT_90_DAYS", "THIS_QUARTER", "LAST_QUARTER", "NEXT_QUARTER", "THIS_YEAR", "LAST_YEAR", "NEXT_YEAR",
	"THIS_FISCAL_QUARTER", "LAST_FISCAL_QUARTER", "NEXT_FISCAL_QUARTER", "THIS_FISCAL_YEAR", "LAST_FISCAL_YEAR", "NEXT_FISCAL_YEAR"}

var dateNamesN = []string{"LAST_N_DAYS", "NEXT_N_DAYS", "N_DAYS_AGO", "LAST_N_WEEKS", "NEXT_N_WEEKS", "N_WEEKS_AGO",
	"LAST_N_MONTHS", "NEXT_N_MONTHS", "N_MONTHS_AGO", "LAST_N_QUARTERS", "NEXT_N_QUARTERS", "N_QUARTERS_AGO",
	"LAST_N_YEARS", "NEXT_N_YEARS", "N_YEARS_AGO",
	"LAST_N_FISCAL_QUARTERS", "NEXT_N_FISCAL_QUARTERS", "N_FISCAL_QUARTERS_AGO",
	"LAST_N_FISCAL_YEARS", "NEXT_N_FISCAL_YEARS", "N_FISCAL_YEARS_AGO"}
