package sandbox

import (
	"fmt"
	"net/http"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

// upsertMany serves PATCH /composite/sobjects/{Object}/{field} (REST API
// Developer Guide, "Upsert Records Using sObject Collections").
func (c *call) upsertMany() reply {
	obj := c.s.org.Object(c.segments[2])
	if obj == nil || obj.ToolingOnly() {
		return notFound()
	}
	key := obj.Field(c.segments[3])
	if key == nil || !key.IDLookup() || !c.s.org.Access(c.session.user).CanRead(key) {
		return noExternalID(c.segments[3])
	}
	records, allOrNone, bad := c.records()
	if bad != nil {
		return *bad
	}
	keys := map[string]int{}
	for _, r := range records {
		if v, ok := r.get(key.Name); ok && v != nil {
			keys[keyText(key, v)]++
		}
	}
	tx := c.begin()
	mark := tx.Mark()
	results := make([]saved, 0, len(records))
	for _, r := range records {
		results = append(results, c.saveOne(tx, func() saved {
			out := c.upsertOne(tx, obj, key, r, keys)
			if out.Created == nil {
				no := false
				out.Created = &no
			}
			return out
		}))
	}
	return finishCollection(tx, mark, allOrNone, results)
}

func keyText(key *org.Field, v any) string {
	if key.CaseSensitive {
		return fmt.Sprint(v)
	}
	return strings.ToLower(fmt.Sprint(v))
}

func (c *call) upsertOne(tx *org.Tx, obj *org.Object, key *org.Field, r object, keys map[string]int) saved {
	kind, err := c.typeOf(r)
	switch {
	case err != nil:
		return failure(err)
	case kind != obj:
		return failure(&org.Error{Code: "INVALID_TYPE", Message: "all records of an upsert must be of type " + obj.Name})
	}
	var rest []org.Input
	var value *org.Input
	for _, in := range inputs(r) {
		switch {
		case strings.EqualFold(in.Name, key.Name):
			value = &in
		case strings.EqualFold(in.Name, "Id"):
			return failure(&org.Error{Code: "INVALID_FIELD", Message: "The Id field should not be specified in the sobject data."})
		default:
			rest = append(rest, in)
		}
	}
	if value == nil || value.Value == nil || value.Value == "" {
		if key.Type == "id" {
			id, err := tx.Insert(obj, rest)
			return upserted(id, true, err)
		}
		return failure(&org.Error{Code: "MISSING_ARGUMENT", Message: key.Name + " not specified"})
	}
	if keys[keyText(key, value.Value)] > 1 {
		return failure(&org.Error{Code: "DUPLICATE_VALUE", Message: fmt.Sprintf("Duplicate external id specified: %v", value.Value), Fields: []string{key.Name}})
	}
	id, created, _, err := tx.Upsert(obj, key, *value, rest)
	return upserted(id, created, err)
}

func upserted(id org.ID, created bool, err *org.Error) saved {
	if err != nil {
		return failure(err)
	}
	out := success(id)
	out.Created = &created
	return out
}

// retrieveMany serves GET and POST /composite/sobjects/{Object}: records by
// id, null where there is none.
func (c *call) retrieveMany() reply {
	obj := c.s.org.Object(c.segments[2])
	if obj == nil || obj.ToolingOnly() {
		return notFound()
	}
	ids, names := strings.Split(c.query.Get("ids"), ","), c.query.Get("fields")
	if c.method == http.MethodPost {
		body, bad := c.bodyObject()
		if bad != nil {
			return *bad
		}
		ids, names = texts(body.list("ids")), strings.Join(texts(body.list("fields")), ",")
	}
	switch {
	case names == "":
		return refused(http.StatusBadRequest, "MISSING_ARGUMENT", "The fields parameter is required")
	case len(ids) > maxRetrieve:
		return refused(http.StatusBadRequest, "EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 2000 records into this call")
	}
	c.query.Set("fields", names)
	fields, bad := c.fields(obj)
	if bad != nil {
		return *bad
	}
	b := []byte{'['}
	for i, text := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		id, ok := org.ParseID(text)
		if !ok {
			return refused(http.StatusBadRequest, "MALFORMED_ID", "malformed id "+text)
		}
		row := c.s.org.Row(id)
		if row == nil || row.Deleted() || c.s.org.ObjectOf(id) != obj {
			b = append(b, "null"...)
			continue
		}
		b = c.s.org.AppendRow(b, row, fields, c.root())
	}
	return raw(http.StatusOK, append(b, ']'))
}

func texts(list []any) []string {
	out := make([]string, 0, len(list))
	for _, v := range list {
		s, _ := v.(string)
		out = append(out, s)
	}
	return out
}
