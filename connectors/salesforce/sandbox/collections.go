package sandbox

import (
	"fmt"
	"net/http"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

const (
	// maxCollection is the most records of one collections request, maxChunks
	// the most runs of one type in it (REST API Developer Guide, "sObject
	// Collections").
	maxCollection = 200
	maxChunks     = 10
	// maxRetrieve is the most ids of one collections retrieve.
	maxRetrieve = 2000
)

// collections serves /composite/sobjects and what is below it.
func (c *call) collections() reply {
	switch n := len(c.segments); {
	case n == 2 && c.method == http.MethodPost:
		return c.collect(func(tx *org.Tx, r object) saved { return c.insertOne(tx, r) })
	case n == 2 && c.method == http.MethodPatch:
		return c.collect(func(tx *org.Tx, r object) saved { return c.updateOne(tx, r) })
	case n == 2 && c.method == http.MethodDelete:
		return c.deleteMany()
	case n == 2:
		return notAllowed(c.method, "POST,PATCH,DELETE")
	case n == 3 && (c.method == http.MethodGet || c.method == http.MethodPost):
		return c.retrieveMany()
	case n == 4 && c.method == http.MethodPatch:
		return c.upsertMany()
	case n == 3 || n == 4:
		return notAllowed(c.method, "GET,POST,PATCH")
	}
	return notFound()
}

// records reads and bounds the records of a collections request.
func (c *call) records() (records []object, allOrNone bool, bad *reply) {
	fail := func(code, message string) ([]object, bool, *reply) {
		r := refused(http.StatusBadRequest, code, message)
		return nil, false, &r
	}
	body, bad := c.bodyObject()
	if bad != nil {
		return nil, false, bad
	}
	allOrNone, ok := body.flag("allOrNone")
	if !ok {
		return fail("JSON_PARSER_ERROR", "Cannot deserialize instance of boolean from allOrNone")
	}
	chunks, last := 0, ""
	for _, v := range body.list("records") {
		r, ok := v.(object)
		if !ok {
			return fail("JSON_PARSER_ERROR", "The record is required to be a JSON object")
		}
		records = append(records, r)
		attributes, _ := r.object("attributes")
		if kind := strings.ToLower(attributes.text("type")); kind != last || chunks == 0 {
			chunks, last = chunks+1, kind
		}
	}
	switch {
	case len(records) == 0:
		return fail("REQUIRED_FIELD_MISSING", "At least 1 record is required")
	case len(records) > maxCollection:
		return fail("EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 200 records into this call")
	case chunks > maxChunks:
		return fail("LIMIT_EXCEEDED", "Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking.")
	}
	return records, allOrNone, nil
}

// collect saves records one by one and answers HTTP 200 with a result for
// each, also for those that failed.
func (c *call) collect(save func(*org.Tx, object) saved) reply {
	records, allOrNone, bad := c.records()
	if bad != nil {
		return *bad
	}
	tx := c.begin()
	mark := tx.Mark()
	results := make([]saved, 0, len(records))
	for _, r := range records {
		results = append(results, c.saveOne(tx, func() saved { return save(tx, r) }))
	}
	return finishCollection(tx, mark, allOrNone, results)
}

// saveOne takes back whatever a failed save has written.
func (c *call) saveOne(tx *org.Tx, save func() saved) saved {
	mark := tx.Mark()
	out := save()
	if !out.Success {
		tx.Rollback(mark)
	}
	return out
}

// finishCollection rolls everything back if one record failed and all were
// to succeed together.
func finishCollection(tx *org.Tx, mark int, allOrNone bool, results []saved) reply {
	failed := false
	for _, r := range results {
		failed = failed || !r.Success
	}
	if failed && allOrNone {
		tx.Rollback(mark)
		for i, r := range results {
			if r.Success {
				results[i] = failure(&org.Error{Code: "ALL_OR_NONE_OPERATION_ROLLED_BACK",
					Message: "Record rolled back because not all records were valid and the request was using AllOrNone header"})
				results[i].Created = r.Created
			}
		}
	}
	return answer(http.StatusOK, results)
}

func failure(e *org.Error) saved { return saved{Errors: []rowFault{newRowFault(e)}} }

func success(id org.ID) saved { return saved{ID: id.String(), Success: true, Errors: []rowFault{}} }

// typeOf reads attributes.type, which every record of a collection needs.
func (c *call) typeOf(r object) (*org.Object, *org.Error) {
	attributes, ok := r.object("attributes")
	if !ok {
		return nil, &org.Error{Code: "JSON_PARSER_ERROR", Message: "Nested object for polymorphic foreign key must have an attributes field before any other fields."}
	}
	obj := c.s.org.Object(attributes.text("type"))
	if obj == nil || obj.ToolingOnly() {
		return nil, &org.Error{Code: "INVALID_TYPE", Message: fmt.Sprintf("sObject type '%s' is not supported.", attributes.text("type"))}
	}
	return obj, nil
}

func (c *call) insertOne(tx *org.Tx, r object) saved {
	obj, err := c.typeOf(r)
	if err != nil {
		return failure(err)
	}
	id, err := tx.Insert(obj, inputs(r))
	if err != nil {
		return failure(err)
	}
	return success(id)
}

func (c *call) updateOne(tx *org.Tx, r object) saved {
	obj, err := c.typeOf(r)
	if err != nil {
		return failure(err)
	}
	text, rest := takeID(inputs(r))
	if text == "" {
		return failure(&org.Error{Code: "MISSING_ARGUMENT", Message: "Id not specified in an update call"})
	}
	id, ok := org.ParseID(text)
	if !ok {
		return failure(&org.Error{Code: "MALFORMED_ID", Message: "malformed id " + text})
	}
	if err := tx.Update(obj, id, rest); err != nil {
		return failure(err)
	}
	return success(id)
}

// takeID removes the id from a record's fields.
func takeID(in []org.Input) (id string, rest []org.Input) {
	for _, f := range in {
		if strings.EqualFold(f.Name, "Id") {
			id, _ = f.Value.(string)
			continue
		}
		rest = append(rest, f)
	}
	return id, rest
}

// deleteMany serves DELETE /composite/sobjects?ids=a,b.
func (c *call) deleteMany() reply {
	ids := strings.FieldsFunc(c.query.Get("ids"), func(r rune) bool { return r == ',' })
	switch {
	case len(ids) == 0:
		return refused(http.StatusBadRequest, "REQUIRED_FIELD_MISSING", "At least 1 record is required")
	case len(ids) > maxCollection:
		return refused(http.StatusBadRequest, "EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 200 records into this call")
	}
	tx := c.begin()
	mark := tx.Mark()
	results := make([]saved, 0, len(ids))
	for _, text := range ids {
		results = append(results, c.saveOne(tx, func() saved {
			id, ok := org.ParseID(strings.TrimSpace(text))
			obj := c.s.org.ObjectOf(id)
			if !ok || obj == nil {
				return failure(&org.Error{Code: "MALFORMED_ID", Message: "malformed id " + text})
			}
			if err := tx.Delete(obj, id); err != nil {
				return failure(err)
			}
			return success(id)
		}))
	}
	return finishCollection(tx, mark, c.query.Get("allOrNone") == "true", results)
}
