package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// parameterizedSearch serves the search whose parts are parameters, in the
// URL of a GET or the body of a POST (REST API Developer Guide,
// "Parameterized Search").
func (c *call) parameterizedSearch() reply {
	if len(c.segments) != 1 || c.version < "36.0" { // the first that has it (REST API Developer Guide)
		return notFound()
	}
	var p map[string]string
	var names []string
	var bad *reply
	switch c.method {
	case http.MethodGet:
		p = map[string]string{}
		for key, values := range c.query {
			if strings.EqualFold(key, "sobject") { // sObject is taken too (recorded)
				names = append(names, values...)
				continue
			}
			p[key] = values[0]
		}
	case http.MethodPost:
		if p, names, bad = c.searchBody(); bad != nil {
			return *bad
		}
	default:
		return notAllowed(c.method, "HEAD,GET,POST")
	}
	f, bad := parameterized(p, names)
	if bad != nil {
		return *bad
	}
	return c.finds(f)
}

// parameterized builds the search from parameters such as q, fields and
// Account.limit, and refuses those that are not imitated.
func parameterized(p map[string]string, names []string) (f finding, bad *reply) {
	take := func(key, otherwise string) string {
		v, ok := p[key]
		delete(p, key)
		if !ok {
			return otherwise
		}
		return v
	}
	if f.words, bad = searchWords(take("q", "")); bad != nil {
		return f, bad
	}
	f.group = strings.ToUpper(take("in", "ALL"))
	if searchGroups[f.group] == nil {
		return f, badSearch("unexpected search group: " + f.group)
	}
	if f.limit, bad = searchLimit(take("overallLimit", "2000"), maxFound); bad != nil {
		return f, bad
	}
	fields, limit := take("fields", "Id"), take("defaultLimit", "")
	if len(names) == 0 {
		names = searchedObjects
	}
	for _, name := range names {
		t := searchTarget{object: name}
		order, n := take(name+".orderBy", "Id"), take(name+".limit", limit)
		if bad = t.parameters(take(name+".fields", fields), take(name+".where", ""), order, n); bad != nil {
			return f, bad
		}
		f.targets = append(f.targets, t)
	}
	if len(p) > 0 {
		return f, badSearch("these parameters are not imitated: " + strings.Join(slices.Sorted(maps.Keys(p)), ", "))
	}
	return f, nil
}

// parameters sets what one object of the search shows and which of its rows.
func (t *searchTarget) parameters(fields, where, order, limit string) *reply {
	if !searchFields.MatchString(fields) {
		return badSearch("unexpected field list: '" + fields + "'")
	}
	if outside(where, func(rest string) bool { return rest[0] == ')' }) >= 0 {
		return badSearch("unexpected token: ')'")
	}
	t.fields, t.where, t.tail = fields, where, "ORDER BY "+order
	if limit == "" {
		return nil
	}
	t.tail += " LIMIT " + limit
	_, bad := searchLimit(limit, maxFound)
	return bad
}

// searchBody reads the body of a POST into the parameters of a GET.
func (c *call) searchBody() (map[string]string, []string, *reply) {
	o, bad := c.bodyObject()
	if bad != nil {
		return nil, nil, bad
	}
	p := map[string]string{}
	var names []string
	for _, m := range o {
		if m.key != "sobjects" {
			p[m.key] = searchText(m.value)
			continue
		}
		list, _ := m.value.([]any)
		for _, x := range list {
			part, _ := x.(object)
			name := part.text("name")
			names = append(names, name)
			for _, m := range part {
				if m.key != "name" {
					p[name+"."+m.key] = searchText(m.value)
				}
			}
		}
	}
	return p, names, nil
}

// searchText writes a list as the URL has it: id,name.
func searchText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case []any:
		var parts []string
		for _, x := range v {
			parts = append(parts, searchText(x))
		}
		return strings.Join(parts, ",")
	}
	return ""
}
