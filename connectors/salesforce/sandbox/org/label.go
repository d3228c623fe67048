package org

import (
	"slices"
	"strings"

	"handoffd/connectors/salesforce/sandbox/soql"
)

// addLabel selects toLabel(field), which shows labels instead of the API's
// values (SOQL and SOSL Reference, "toLabel()").
func (c *compiler) addLabel(p *projection, item soql.Item) *Error {
	col, err := c.resolve(item.Path)
	if err != nil {
		return err
	}
	if kind := col.describeType(); !slices.Contains([]string{"picklist", "multipicklist", "combobox"}, kind) {
		return c.fail(item.Pos, "MALFORMED_QUERY", "toLabel() works on picklists only, not on field '%s'", item.Path)
	}
	leaf := &node{name: col.name(), col: col, leaf: true, label: true}
	if item.Alias != "" {
		if len(col.hops) > 0 {
			return c.fail(item.Pos, "MALFORMED_QUERY", "an alias of a parent's field is not imitated: %s", item.Alias)
		}
		leaf.name = item.Alias
	}
	return c.addColumn(p, leaf, item.Path)
}

// shown is the leaf's value on the row that its parents lead to.
func (n *node) shown(o *Org, r *Row) Value {
	v := n.col.leaf(o, r)
	if !n.label || v.IsNull() {
		return v
	}
	parts := []string{v.Text()}
	if n.col.field.Type == "multipicklist" {
		parts = strings.Split(v.Text(), ";")
	}
	for i, part := range parts {
		for _, option := range n.col.field.Values {
			if option.Value == part && option.Label != "" {
				parts[i] = option.Label
			}
		}
	}
	return textValue(strings.Join(parts, ";"))
}
