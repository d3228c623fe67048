package org

import (
	"slices"
	"strings"
)

// ColumnInfo is what the query resource tells of a selected column when it is
// asked with columns=true, as Salesforce CLI does before every query. No guide
// describes it; the keys are those of recorded answers.
type ColumnInfo struct {
	Aggregate   bool         `json:"aggregate"`
	ApexType    *string      `json:"apexType"`
	Boolean     bool         `json:"booleanType"`
	Name        string       `json:"columnName"`
	Custom      bool         `json:"custom"`
	DisplayName string       `json:"displayName"`
	ForeignKey  *string      `json:"foreignKeyName"`
	Insertable  bool         `json:"insertable"`
	Columns     []ColumnInfo `json:"joinColumns"`
	Number      bool         `json:"numberType"`
	Text        bool         `json:"textType"`
	Updatable   bool         `json:"updatable"`
}

// ColumnSet is the whole answer.
type ColumnSet struct {
	Columns    []ColumnInfo `json:"columnMetadata"`
	Entity     string       `json:"entityName"`
	GroupBy    bool         `json:"groupBy"`
	IDSelected bool         `json:"idSelected"`
	Prefix     string       `json:"keyPrefix"`
}

// ColumnSet describes what the query selects. COUNT() selects no column.
func (res *Result) ColumnSet() ColumnSet {
	out := ColumnSet{Columns: []ColumnInfo{}, Entity: res.Object.Name, GroupBy: res.grouped, Prefix: res.Object.Prefix}
	for i, m := range res.measures {
		out.Columns = append(out.Columns, m.info(res.names[i]))
	}
	out.Columns = append(out.Columns, infos(res.proj.nodes)...)
	out.IDSelected = slices.ContainsFunc(res.proj.nodes, func(n *node) bool { return n.leaf && n.name == "Id" })
	return out
}

func (m measure) info(name string) ColumnInfo {
	if m.fn == "" {
		return m.col.info(name)
	}
	counts := m.fn != "MIN" && m.fn != "MAX"
	return ColumnInfo{Aggregate: true, Name: name, DisplayName: strings.ToLower(m.fn) + "(" + m.shown + ")", Columns: []ColumnInfo{},
		Number: counts || numeric(m.col.describeType())}
}

func infos(nodes []*node) []ColumnInfo {
	out := []ColumnInfo{}
	for _, n := range nodes {
		switch {
		case n.leaf:
			out = append(out, n.col.info(n.name))
		case n.sub != nil:
			out = append(out, ColumnInfo{Aggregate: true, Name: n.name, DisplayName: n.name, Columns: infos(n.inside.nodes)})
		default:
			out = append(out, ColumnInfo{Name: n.name, DisplayName: n.name, ForeignKey: &n.hop.Name, Columns: infos(n.below)})
		}
	}
	return out
}

// apexTypes are the types of Apex that are not String. Id is recorded.
var apexTypes = map[string]string{
	"id": "Id", "reference": "Id", "boolean": "Boolean", "int": "Integer", "double": "Double", "currency": "Double", "percent": "Double",
	"date": "Date", "datetime": "Datetime", "address": "Address",
}

func numeric(kind string) bool {
	return slices.Contains([]string{"int", "double", "currency", "percent"}, kind)
}

func (c *column) info(name string) ColumnInfo {
	kind := c.describeType()
	apex, other := apexTypes[kind]
	if !other {
		apex = "String"
	}
	info := ColumnInfo{ApexType: &apex, Boolean: kind == "boolean", Name: name, DisplayName: name, Columns: []ColumnInfo{},
		Number: numeric(kind), Text: !other}
	if f := c.field; f != nil {
		info.Custom, info.Insertable, info.Updatable = f.Custom(), f.Createable(), f.Updateable()
	}
	return info
}
