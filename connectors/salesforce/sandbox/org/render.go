package org

import (
	"strings"
)

// Rows is how many records the result can render.
func (res *Result) Rows() int {
	if res.groups != nil {
		return len(res.groups)
	}
	return len(res.rows)
}

// Append writes records [from, to) as the elements of a JSON array. root is
// the path in front of every record's url: /services/data/v67.0.
func (res *Result) Append(b []byte, from, to int, root string) []byte {
	for i := from; i < to; i++ {
		if i > from {
			b = append(b, ',')
		}
		if res.groups != nil {
			b = res.groups[i].appendJSON(b)
		} else {
			b = res.comp.appendRecord(b, res.rows[i], res.proj.nodes, root)
		}
	}
	return b
}

func (o *Org) appendAttributes(b []byte, kind string, r *Row, root string) []byte {
	b = append(b, `"attributes":{"type":`...)
	b = AppendQuoted(b, kind)
	b = append(b, `,"url":"`...)
	b = append(b, root...)
	b = append(b, "/sobjects/"...)
	b = append(b, o.ObjectOf(r.id).Name...)
	b = append(b, '/')
	b = append(b, o.IDText(r)...)
	return append(b, `"}`...)
}

// IDText is the row's id in 18 characters.
func (o *Org) IDText(r *Row) string {
	if r.id.Prefix() == "00D" {
		return o.id
	}
	return r.id.String()
}

func (c *compiler) appendRecord(b []byte, r *Row, nodes []*node, root string) []byte {
	b = append(b, '{')
	b = c.org.appendAttributes(b, c.org.ObjectOf(r.id).Name, r, root)
	b = c.appendNodes(b, r, nodes, root)
	return append(b, '}')
}

func (c *compiler) appendNodes(b []byte, r *Row, nodes []*node, root string) []byte {
	for _, n := range nodes {
		b = append(b, ',')
		b = AppendQuoted(b, n.name)
		b = append(b, ':')
		switch {
		case n.leaf:
			b = c.appendLeaf(b, r, n)
		case n.sub != nil:
			b = n.appendChildren(b, r, root)
		default:
			b = c.appendParent(b, r, n, root)
		}
	}
	return b
}

func (c *compiler) appendLeaf(b []byte, r *Row, n *node) []byte {
	if f := n.col.field; f != nil && !n.label {
		return c.org.appendField(b, r, f)
	}
	return n.shown(c.org, r).appendJSON(b)
}

// appendField writes a field's value, compound addresses included.
func (o *Org) appendField(b []byte, r *Row, f *Field) []byte {
	switch {
	case f.Type == "address":
		return o.appendAddress(b, r, f)
	case f.sys == sysID:
		return AppendQuoted(b, o.IDText(r))
	case f.Type == "complexvalue" && !o.get(r, f).IsNull():
		return append(b, o.get(r, f).Text()...)
	}
	return o.get(r, f).appendJSON(b)
}

// appendAddress writes a compound address, null if all of it is empty.
func (o *Org) appendAddress(b []byte, r *Row, f *Field) []byte {
	obj := o.ObjectOf(r.id)
	prefix := strings.TrimSuffix(f.Name, "Address")
	start, any := len(b), false
	b = append(b, '{')
	for i, part := range []string{"City", "Country", "GeocodeAccuracy", "Latitude", "Longitude", "PostalCode", "State", "Street"} {
		var v Value
		if component := obj.Field(prefix + part); component != nil {
			v = o.get(r, component)
		}
		any = any || !v.IsNull()
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendQuoted(b, strings.ToLower(part[:1])+part[1:])
		b = append(b, ':')
		b = v.appendJSON(b)
	}
	if !any {
		return append(b[:start], "null"...)
	}
	return append(b, '}')
}

func (c *compiler) appendParent(b []byte, r *Row, n *node, root string) []byte {
	p := c.org.parent(r, n.hop)
	if p == nil {
		return append(b, "null"...)
	}
	kind := c.org.ObjectOf(p.id).Name
	if len(n.hop.References) > 1 {
		kind = "Name"
	}
	b = append(b, '{')
	b = c.org.appendAttributes(b, kind, p, root)
	b = c.appendNodes(b, p, n.below, root)
	return append(b, '}')
}

func (n *node) appendChildren(b []byte, r *Row, root string) []byte {
	rows := n.childRows(r.id)
	if len(rows) == 0 {
		return append(b, "null"...)
	}
	b = append(b, `{"totalSize":`...)
	b = intValue(int64(len(rows))).appendJSON(b)
	b = append(b, `,"done":true,"records":[`...)
	for i, child := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = n.comp.appendRecord(b, child, n.inside.nodes, root)
	}
	return append(b, "]}"...)
}

// AppendRow writes one record with the given fields, as a GET of it does.
func (o *Org) AppendRow(b []byte, r *Row, fields []*Field, root string) []byte {
	b = append(b, '{')
	b = o.appendAttributes(b, o.ObjectOf(r.id).Name, r, root)
	for _, f := range fields {
		b = append(b, ',')
		b = AppendQuoted(b, f.Name)
		b = append(b, ':')
		b = o.appendField(b, r, f)
	}
	return append(b, '}')
}

// Columns are the header cells of the result as CSV; nested is true when it
// selects something that CSV cannot hold.
func (res *Result) Columns() (names []string, nested bool) {
	var walk func(prefix string, nodes []*node)
	walk = func(prefix string, nodes []*node) {
		for _, n := range nodes {
			switch {
			case n.sub != nil, n.leaf && n.col.field != nil && n.col.field.Type == "address":
				nested = true
			case n.leaf:
				names = append(names, prefix+n.name)
			default:
				walk(prefix+n.name+".", n.below)
			}
		}
	}
	walk("", res.proj.nodes)
	if len(res.groups) > 0 {
		names = res.groups[0].names
	}
	return names, nested
}

// Cells are one record's values as CSV cells, in the order of Columns.
func (res *Result) Cells(i int) []string {
	o := res.comp.org
	var cells []string
	if res.groups != nil {
		for _, v := range res.groups[i].values {
			cells = append(cells, v.text(bulkTime))
		}
		return cells
	}
	var walk func(r *Row, nodes []*node)
	walk = func(r *Row, nodes []*node) {
		for _, n := range nodes {
			switch {
			case !n.leaf && r == nil:
				walk(nil, n.below)
			case !n.leaf:
				walk(o.parent(r, n.hop), n.below)
			case r == nil:
				cells = append(cells, "")
			case n.col.field != nil && n.col.field.sys == sysID:
				cells = append(cells, o.IDText(r))
			default:
				cells = append(cells, n.shown(o, r).text(bulkTime))
			}
		}
	}
	walk(res.rows[i], res.proj.nodes)
	return cells
}

// Aggregate tells whether the records are groups.
func (res *Result) Aggregate() bool { return res.groups != nil }
