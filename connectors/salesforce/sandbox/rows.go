package sandbox

import (
	"net/http"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

// sobjects serves everything below /sobjects.
func (c *call) sobjects() reply {
	if len(c.segments) == 1 {
		return c.get(c.describeGlobal)
	}
	obj := c.s.org.Object(c.segments[1])
	if obj == nil || obj.ToolingOnly() {
		return notFound()
	}
	third := strings.ToLower(c.segment(2))
	switch len(c.segments) {
	case 2:
		if c.method == http.MethodPost {
			return c.create(obj)
		}
		if c.method != http.MethodGet {
			return notAllowed(c.method, "HEAD,GET,POST")
		}
		return c.describeBasic(obj)
	case 3:
		switch third {
		case "describe":
			return c.get(func() reply { return c.describe(obj) })
		case "updated":
			return c.get(func() reply { return c.updated(obj) })
		case "deleted":
			return c.get(func() reply { return c.deleted(obj) })
		}
		return c.row(obj, c.segments[2])
	case 4:
		if third == "describe" {
			return notFound() // layouts are not imitated
		}
		return c.byKey(obj, c.segments[2], c.segments[3])
	}
	return notFound()
}

// create serves POST /sobjects/{Object}.
func (c *call) create(obj *org.Object) reply {
	body, bad := c.bodyObject()
	if bad != nil {
		return *bad
	}
	tx := c.begin()
	mark := tx.Mark()
	id, err := tx.Insert(obj, inputs(body))
	if err != nil {
		tx.Rollback(mark)
		return rowError(err)
	}
	return answer(http.StatusCreated, saved{ID: id.String(), Success: true, Errors: []rowFault{}}).
		with("Location", c.root()+"/sobjects/"+obj.Name+"/"+id.String())
}

// row serves /sobjects/{Object}/{id}.
func (c *call) row(obj *org.Object, text string) reply {
	id, ok := c.s.parseID(text)
	if !ok {
		return noExternalID(text)
	}
	switch c.method {
	case http.MethodGet:
		return c.read(obj, id)
	case http.MethodPatch:
		return c.update(obj, id)
	case http.MethodDelete:
		return c.remove(obj, id)
	}
	return notAllowed(c.method, "GET,HEAD,PATCH,DELETE")
}

// parseID reads an id; that of the organization leads to its row.
func (s *Server) parseID(text string) (org.ID, bool) {
	if org.FormatID(text) == s.org.ID() {
		return org.ParseID(org.FormatID("00DHf0000000001"))
	}
	return org.ParseID(text)
}

// noExternalID is the vendor's answer to a path part that is no id.
func noExternalID(text string) reply {
	return refused(http.StatusNotFound, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: "+text)
}

// read serves GET of one record.
func (c *call) read(obj *org.Object, id org.ID) reply {
	row := c.s.org.Row(id)
	if row == nil || c.s.org.ObjectOf(id) != obj {
		return notFound()
	}
	if row.Deleted() {
		return refused(http.StatusNotFound, "ENTITY_IS_DELETED", "entity is deleted")
	}
	fields, bad := c.fields(obj)
	if bad != nil {
		return *bad
	}
	if stop := c.readCondition(obj, row); stop != nil {
		return *stop
	}
	return c.stamped(obj, row, raw(http.StatusOK, c.s.org.AppendRow(nil, row, fields, c.root())))
}

// fields reads ?fields=Name,Phone: all that the user may see without it.
func (c *call) fields(obj *org.Object) ([]*org.Field, *reply) {
	access := c.s.org.Access(c.session.user)
	var out []*org.Field
	if list := c.query.Get("fields"); list != "" {
		hasID := false
		for _, name := range strings.Split(list, ",") {
			f := obj.Field(strings.TrimSpace(name))
			if f == nil || !access.CanRead(f) || f.ToolingOnly() && !c.tool {
				r := refused(http.StatusBadRequest, "INVALID_FIELD", "No such column '"+strings.TrimSpace(name)+"' on sobject of type "+obj.Name)
				return nil, &r
			}
			hasID = hasID || f.Name == "Id"
			out = append(out, f)
		}
		if id := obj.Field("Id"); !hasID && id != nil {
			out = append(out, id)
		}
		return out, nil
	}
	for _, f := range obj.Fields {
		if access.CanRead(f) && (c.tool || !f.ToolingOnly()) {
			out = append(out, f)
		}
	}
	return out, nil
}

// update serves PATCH of one record.
func (c *call) update(obj *org.Object, id org.ID) reply {
	body, bad := c.bodyObject()
	if bad != nil {
		return *bad
	}
	if _, ok := body.get("Id"); ok {
		return refused(http.StatusBadRequest, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")
	}
	if stop := c.writeCondition(obj, id); stop != nil {
		return *stop
	}
	tx := c.begin()
	mark := tx.Mark()
	if err := tx.Update(obj, id, inputs(body)); err != nil {
		tx.Rollback(mark)
		return rowError(err)
	}
	return empty(http.StatusNoContent)
}

// remove serves DELETE of one record.
func (c *call) remove(obj *org.Object, id org.ID) reply {
	tx := c.begin()
	mark := tx.Mark()
	if err := tx.Delete(obj, id); err != nil {
		tx.Rollback(mark)
		return rowError(err)
	}
	return empty(http.StatusNoContent)
}

// saved is the result of one save, in the forms of create, collections and
// tree. Created is present for upserts only.
type saved struct {
	ID      string     `json:"id,omitempty"`
	Success bool       `json:"success"`
	Errors  []rowFault `json:"errors"`
	Created *bool      `json:"created,omitempty"`
}

// rowFault is an error of one record among several. Collections say
// statusCode where single records say errorCode.
type rowFault struct {
	Duplicate *duplicateResult `json:"duplicateResult,omitempty"`
	Code      string           `json:"statusCode"`
	Message   string           `json:"message"`
	Fields    []string         `json:"fields"`
}

func newRowFault(e *org.Error) rowFault {
	f := rowFault{Code: e.Code, Message: e.Message, Fields: e.Fields}
	if f.Fields == nil {
		f.Fields = []string{}
	}
	if e.Code == "DUPLICATES_DETECTED" {
		f.Duplicate = newDuplicateResult(e)
	}
	return f
}
