package soql

// clauses reads what may follow FROM, in the order that SOQL prescribes.
func (p *parser) clauses(q *Query) error {
	steps := []func(*Query) error{p.where, p.with, p.groupBy, p.orderBy, p.limits, p.forUse}
	for _, step := range steps {
		if err := step(q); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) where(q *Query) (err error) {
	if p.acceptWord("WHERE") {
		q.Where, err = p.condition()
	}
	return err
}

// with accepts the two clauses that ask for what the API does anyway.
func (p *parser) with(*Query) error {
	if !p.acceptWord("WITH") {
		return nil
	}
	if p.acceptWord("SECURITY_ENFORCED") || p.acceptWord("USER_MODE") {
		return nil
	}
	return p.unexpected(p.peek())
}

func (p *parser) groupBy(q *Query) error {
	if !p.acceptWord("GROUP") {
		return nil
	}
	if err := p.expectWord("BY"); err != nil {
		return err
	}
	for {
		path, err := p.path()
		if err != nil {
			return err
		}
		q.GroupBy = append(q.GroupBy, path)
		if !p.acceptSymbol(",") {
			break
		}
	}
	if p.acceptWord("HAVING") {
		var err error
		q.Having, err = p.condition()
		return err
	}
	return nil
}

func (p *parser) orderBy(q *Query) error {
	if !p.acceptWord("ORDER") {
		return nil
	}
	if err := p.expectWord("BY"); err != nil {
		return err
	}
	for {
		path, fn, err := p.operand()
		if err != nil {
			return err
		}
		o := Order{Path: path, Func: fn}
		if p.acceptWord("DESC") {
			o.Desc = true
		} else {
			p.acceptWord("ASC")
		}
		if p.acceptWord("NULLS") {
			if o.NullsLast = p.acceptWord("LAST"); !o.NullsLast {
				if err := p.expectWord("FIRST"); err != nil {
					return err
				}
			}
		}
		q.OrderBy = append(q.OrderBy, o)
		if !p.acceptSymbol(",") {
			return nil
		}
	}
}

func (p *parser) limits(q *Query) (err error) {
	if p.acceptWord("LIMIT") {
		if q.Limit, err = p.count(); err != nil {
			return err
		}
	}
	if p.acceptWord("OFFSET") {
		q.Offset, err = p.count()
	}
	return err
}

func (p *parser) forUse(*Query) error {
	for p.acceptWord("FOR") {
		if !p.acceptWord("VIEW") && !p.acceptWord("REFERENCE") && !p.acceptWord("UPDATE") {
			return p.unexpected(p.peek())
		}
	}
	return nil
}
