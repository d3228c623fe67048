package org

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/connectors/salesforce/sandbox/soql"
)

// compiler turns a parsed query into closures over one object's rows.
type compiler struct {
	org    *Org
	access *Access
	user   ID
	obj    *Object
	alias  string
	text   string
	now    int64
	zone   *time.Location
	all    bool // queryAll: binned and archived rows too
	tool   bool // a query of the Tooling API
}

// sees tells whether the query may name the field.
func (c *compiler) sees(f *Field) bool { return c.access.CanRead(f) && (c.tool || !f.toolOnly) }

// queryError is a refusal with the vendor's two context lines and the place.
func queryError(text string, pos int, code, format string, args ...any) *Error {
	from, to := max(0, pos-32), min(len(text), pos+32)
	snippet := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text[from:to], ""))
	row, column := 1+strings.Count(text[:pos], "\n"), pos-strings.LastIndexByte(text[:pos], '\n')
	return refuse(code, fmt.Sprintf("\n%s\n%s^\nERROR at Row:%d:Column:%d\n%s",
		snippet, strings.Repeat(" ", pos-from), row, column, fmt.Sprintf(format, args...)))
}

func (c *compiler) fail(pos int, code, format string, args ...any) *Error {
	return queryError(c.text, pos, code, format, args...)
}

// column is a resolved path: the references to follow and the field there.
type column struct {
	hops  []*Field
	field *Field
	// loose: the last hop may lead to several objects, and the field is
	// looked up by this name on whatever row is there (the Name object).
	loose string
}

// nameFields are the fields of the Name object that parents of several kinds
// share (Object Reference, "Name").
var nameFields = []string{"Id", "Name", "Type", "FirstName", "LastName", "Email", "Phone", "Title", "IsActive", "Username", "Alias", "ProfileId", "UserRoleId"}

func (c *compiler) resolve(path soql.Path) (column, *Error) {
	names := path.Names
	if len(names) > 1 && (c.alias != "" && strings.EqualFold(names[0], c.alias) || strings.EqualFold(names[0], c.obj.Name) && c.relationship(c.obj, names[0]) == nil) {
		names = names[1:]
	}
	if len(names) > 6 {
		return column{}, c.fail(path.Pos, "INVALID_FIELD", "the relationship path %s is longer than five levels", path)
	}
	var col column
	obj := c.obj
	for _, name := range names[:len(names)-1] {
		f := c.relationship(obj, name)
		if f == nil {
			return col, c.fail(path.Pos, "INVALID_FIELD", "Didn't understand relationship '%s' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.", name)
		}
		col.hops = append(col.hops, f)
		if len(f.References) > 1 {
			obj = nil
			continue
		}
		if obj = c.org.Object(f.References[0]); obj == nil {
			return col, c.noColumn(path, name, "Name")
		}
	}
	last := names[len(names)-1]
	if obj == nil {
		i := slices.IndexFunc(nameFields, func(s string) bool { return strings.EqualFold(s, last) })
		if i < 0 {
			return col, c.noColumn(path, last, "Name")
		}
		col.loose = nameFields[i]
		return col, nil
	}
	col.field = obj.Field(last)
	if col.field == nil || !c.sees(col.field) {
		return col, c.noColumn(path, last, obj.Name)
	}
	return col, nil
}

func (c *compiler) noColumn(path soql.Path, name, object string) *Error {
	return c.fail(path.Pos, "INVALID_FIELD", "No such column '%s' on entity '%s'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.", name, object)
}

// relationship finds the reference field that a relationship name stands for.
func (c *compiler) relationship(obj *Object, name string) *Field {
	if obj == nil {
		return nil
	}
	for _, f := range obj.Fields {
		if f.Relationship != "" && strings.EqualFold(f.Relationship, name) && c.sees(f) {
			return f
		}
	}
	return nil
}

// parent follows one reference; nil if it is empty or the row is gone.
func (o *Org) parent(r *Row, hop *Field) *Row {
	if hop.durable() {
		return o.definition(hop.References[0], o.get(r, hop).Text())
	}
	if id := o.get(r, hop).ID(); id != 0 {
		return o.Row(id)
	}
	return nil
}

// at follows the hops; nil if one of them is empty.
func (c *column) at(o *Org, r *Row) *Row {
	for _, hop := range c.hops {
		if r = o.parent(r, hop); r == nil {
			return nil
		}
	}
	return r
}

// value reads the column for a row.
func (c *column) value(o *Org, r *Row) Value {
	if r = c.at(o, r); r == nil {
		return Value{}
	}
	return c.leaf(o, r)
}

// leaf reads the column's field on the row that the hops lead to.
func (c *column) leaf(o *Org, r *Row) Value {
	if c.field != nil {
		return o.get(r, c.field)
	}
	obj := o.ObjectOf(r.id)
	switch {
	case c.loose == "Type":
		return textValue(obj.Name)
	case c.loose == "Name":
		return o.nameOf(r)
	case obj.Field(c.loose) != nil:
		return o.get(r, obj.Field(c.loose))
	}
	return Value{}
}

// nameOf is the row's name field.
func (o *Org) nameOf(r *Row) Value {
	for _, f := range o.ObjectOf(r.id).Fields {
		if f.nameField {
			return o.get(r, f)
		}
	}
	return Value{}
}

// describeType is the type of the column as conditions see it.
func (c *column) describeType() string {
	switch {
	case c.field != nil:
		return c.field.Type
	case c.loose == "Id" || strings.HasSuffix(c.loose, "Id"):
		return "reference"
	case c.loose == "IsActive":
		return "boolean"
	}
	return "string"
}

func (c *column) name() string {
	if c.field != nil {
		return c.field.Name
	}
	return c.loose
}
