package sandbox

import (
	"net/http"

	"handoffd/connectors/salesforce/sandbox/org"
)

// byKey serves /sobjects/{Object}/{field}/{value}: a record by an external id
// or by Id (REST API Developer Guide, "sObject Rows by External ID").
func (c *call) byKey(obj *org.Object, field, value string) reply {
	f := obj.Field(field)
	if f == nil || !f.IDLookup() || !c.s.org.Access(c.session.user).CanRead(f) {
		return noExternalID(field)
	}
	key := org.Input{Name: f.Name, Value: org.Cell(value)}
	if f.Type == "id" {
		key.Value = value
	}
	switch c.method {
	case http.MethodPatch, http.MethodPost:
		return c.upsert(obj, f, key)
	case http.MethodGet, http.MethodDelete:
		return c.single(obj, f, key)
	}
	return notAllowed(c.method, "GET,HEAD,POST,PATCH,DELETE")
}

// find lists the live records that have the key.
func (c *call) find(obj *org.Object, f *org.Field, key org.Input) ([]org.ID, *reply) {
	ids, err := c.s.org.Lookup(obj, f, key)
	if err != nil {
		r := rowError(err)
		return nil, &r
	}
	if len(ids) > 1 {
		r := c.several(obj, ids)
		return nil, &r
	}
	return ids, nil
}

// several answers HTTP 300 with the records' paths.
func (c *call) several(obj *org.Object, ids []org.ID) reply {
	urls := []string{}
	for _, id := range ids {
		urls = append(urls, c.root()+"/sobjects/"+obj.Name+"/"+id.String())
	}
	return answer(http.StatusMultipleChoices, urls)
}

func (c *call) single(obj *org.Object, f *org.Field, key org.Input) reply {
	ids, bad := c.find(obj, f, key)
	switch {
	case bad != nil && bad.status == http.StatusNotFound && c.method == http.MethodGet:
		return notFound()
	case bad != nil:
		return *bad
	case len(ids) == 0:
		return notFound()
	case c.method == http.MethodDelete:
		return c.remove(obj, ids[0])
	}
	return c.read(obj, ids[0])
}

func (c *call) upsert(obj *org.Object, f *org.Field, key org.Input) reply {
	body, bad := c.bodyObject()
	if bad != nil {
		return *bad
	}
	if _, ok := body.get(f.Name); ok {
		return refused(http.StatusBadRequest, "INVALID_FIELD", "The "+f.Name+" field should not be specified in the sobject data.")
	}
	if _, ok := body.get("Id"); ok {
		return refused(http.StatusBadRequest, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")
	}
	ids, bad := c.find(obj, f, key)
	if bad != nil {
		return *bad
	}
	if len(ids) == 1 {
		if stop := c.writeCondition(obj, ids[0]); stop != nil {
			return *stop
		}
	} else if c.query.Get("updateOnly") == "true" {
		return notFound()
	}
	tx := c.begin()
	mark := tx.Mark()
	id, created, _, err := tx.Upsert(obj, f, key, inputs(body))
	if err != nil {
		tx.Rollback(mark)
		return rowError(err)
	}
	out := saved{ID: id.String(), Success: true, Errors: []rowFault{}, Created: &created}
	status := http.StatusOK
	switch {
	case c.version < "46.0" && !created:
		// Up to version 45.0 an update has no body, and nothing says created
		// (REST API Developer Guide, "Upsert a Record Using an External ID").
		return empty(http.StatusNoContent)
	case c.version < "46.0":
		status, out.Created = http.StatusCreated, nil
	case created:
		status = http.StatusCreated
	}
	return answer(status, out).with("Location", c.root()+"/sobjects/"+obj.Name+"/"+id.String())
}
