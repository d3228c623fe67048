package org

import (
	"slices"
	"strings"

	"handoffd/connectors/salesforce/sandbox/soql"
)

// maxFieldsLimit is the LIMIT that FIELDS(ALL) and FIELDS(CUSTOM) need (SOQL
// and SOSL Reference, "FIELDS()").
const maxFieldsLimit = 200

// projection is what a query selects, as a tree in the order of mention.
type projection struct {
	nodes []*node
	long  bool
}

// node is a field, a parent with fields below, or a subquery.
type node struct {
	name   string
	col    column      // a leaf: field or loose
	hop    *Field      // a parent
	below  []*node     // what is selected of the parent
	sub    *soql.Query // a subquery
	comp   *compiler   // its compiler
	link   *Field      // the child's reference to this object
	leaf   bool
	label  bool       // show the labels of the options
	inside projection // what the subquery selects
}

// project compiles the SELECT list of a query without aggregates.
func (c *compiler) project(q *soql.Query) (projection, *Error) {
	var p projection
	for _, item := range q.Items {
		var err *Error
		switch {
		case item.Sub != nil:
			err = c.addSubquery(&p, item)
		case item.Func == "FIELDS" && item.Alias == "":
			err = c.addFields(&p, item, q)
		case item.Func == "TOLABEL":
			err = c.addLabel(&p, item)
		case item.Func != "":
			err = c.fail(item.Pos, "MALFORMED_QUERY", "unexpected function %s", item.Func)
		case item.Alias != "":
			err = c.fail(item.Pos, "MALFORMED_QUERY", "only aggregate expressions use field aliasing")
		default:
			err = c.addPath(&p, item.Path)
		}
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

func (c *compiler) addPath(p *projection, path soql.Path) *Error {
	col, err := c.resolve(path)
	if err != nil {
		return err
	}
	return c.addColumn(p, &node{name: col.name(), col: col, leaf: true}, path)
}

// addColumn puts a leaf below the parents that its path leads through.
func (c *compiler) addColumn(p *projection, leaf *node, path soql.Path) *Error {
	col := leaf.col
	list := &p.nodes
	for _, hop := range col.hops {
		i := slices.IndexFunc(*list, func(n *node) bool { return n.hop == hop })
		if i < 0 {
			*list = append(*list, &node{name: hop.Relationship, hop: hop})
			i = len(*list) - 1
		}
		list = &(*list)[i].below
	}
	for _, n := range *list {
		if n.leaf && n.name == leaf.name {
			return c.fail(path.Pos, "INVALID_FIELD", "duplicate field selected: %s", path)
		}
	}
	p.long = p.long || col.field != nil && col.field.isLong()
	*list = append(*list, leaf)
	return nil
}

// addFields expands FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM).
func (c *compiler) addFields(p *projection, item soql.Item, q *soql.Query) *Error {
	which := strings.ToUpper(item.Path.String())
	switch which {
	case "ALL", "CUSTOM":
		if q.Limit < 0 || q.Limit > maxFieldsLimit {
			return c.fail(item.Pos, "MALFORMED_QUERY", "The SOQL FIELDS function must have a LIMIT of at most 200")
		}
	case "STANDARD":
	default:
		return c.fail(item.Pos, "MALFORMED_QUERY", "unexpected token: '%s'", item.Path)
	}
	for _, f := range c.obj.Fields {
		if !c.sees(f) || which == "STANDARD" && f.Custom() || which == "CUSTOM" && !f.Custom() {
			continue
		}
		if err := c.addPath(p, soql.Path{Names: []string{f.Name}, Pos: item.Pos}); err != nil {
			return err
		}
	}
	return nil
}

// addSubquery compiles (SELECT … FROM Contacts).
func (c *compiler) addSubquery(p *projection, item soql.Item) *Error {
	q := item.Sub
	name := q.From
	if _, after, ok := strings.Cut(name, "."); ok {
		name = after
	}
	link := c.org.ChildField(c.obj, name)
	if link == nil {
		return c.fail(q.FromPos, "INVALID_TYPE", "Didn't understand relationship '%s' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.", q.From)
	}
	sub := *c
	sub.obj, sub.alias = link.object, q.Alias
	inside, err := sub.project(q)
	if err != nil {
		return err
	}
	if _, err := sub.condition(q.Where); err != nil {
		return err
	}
	if _, err := sub.orderKeys(q); err != nil {
		return err
	}
	p.nodes = append(p.nodes, &node{name: link.ChildRelationship, sub: q, comp: &sub, link: link, inside: inside})
	return nil
}

// ChildField finds the reference that makes a child relationship.
func (o *Org) ChildField(parent *Object, name string) *Field {
	for _, obj := range o.objects {
		for _, f := range obj.Fields {
			if f.ChildRelationship != "" && strings.EqualFold(f.ChildRelationship, name) && slices.Contains(f.References, parent.Name) {
				return f
			}
		}
	}
	return nil
}

// childRows runs a subquery for one parent.
func (n *node) childRows(parent ID) []*Row {
	match, err := n.comp.condition(n.sub.Where)
	if err != nil {
		return nil // it compiled when the query began
	}
	keys, _ := n.comp.orderKeys(n.sub)
	var rows []*Row
	for _, seq := range slices.Clone(n.link.refs[parent]) {
		r := n.link.object.table.seen(int(seq), n.comp.now)
		if r != nil && r.cell(n.link.slot).ID() == parent && n.comp.shows(r) && match(r) {
			rows = append(rows, r)
		}
	}
	return page(n.comp.sortBy(rows, keys), max(n.sub.Offset, 0), n.sub.Limit)
}

// ChildFields lists the references that may point to an object.
func (o *Org) ChildFields(parent *Object) []*Field {
	var out []*Field
	for _, obj := range o.objects {
		for _, f := range obj.Fields {
			if slices.Contains(f.References, parent.Name) {
				out = append(out, f)
			}
		}
	}
	return out
}
