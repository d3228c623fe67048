package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func inputs(list ...object) object { return object{"inputs": list} }

func TestDuplicateIDsRejectTheBatch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create("contacts", object{"email": "a@acme.example"})
	in := object{"id": id, "properties": object{"firstname": "x"}}
	for _, verb := range []string{"update", "read", "upsert"} {
		body := inputs(in, in)
		if verb == "upsert" {
			in["idProperty"] = "email"
		}
		same(t, r.call("POST", v3+"contacts/batch/"+verb, body, 400), `{"status":"error",
			"message":"Duplicate IDs found in batch input: [`+id+`]. IDs must be unique","context":{"ids":["`+id+`"]},"category":"VALIDATION_ERROR"}`)
	}
}

func TestInvalidPropertyRejectsTheBatchAndListsAllFaults(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	bad := object{"properties": object{"firstname": "a", "first000name": "x", "last000name": "y"}}
	same(t, r.call("POST", v3+"contacts/batch/create", inputs(bad, bad), 400), `{"status":"error",
		"message":"Property values were not valid: [{\"isValid\":false,\"message\":\"Property \\\"first000name\\\" does not exist\",\"error\":\"PROPERTY_DOESNT_EXIST\",\"name\":\"first000name\",\"localizedErrorMessage\":\"Property \\\"first000name\\\" does not exist\",\"portalId\":147893286},{\"isValid\":false,\"message\":\"Property \\\"last000name\\\" does not exist\",\"error\":\"PROPERTY_DOESNT_EXIST\",\"name\":\"last000name\",\"localizedErrorMessage\":\"Property \\\"last000name\\\" does not exist\",\"portalId\":147893286},{\"isValid\":false,\"message\":\"Property \\\"first000name\\\" does not exist\",\"error\":\"PROPERTY_DOESNT_EXIST\",\"name\":\"first000name\",\"localizedErrorMessage\":\"Property \\\"first000name\\\" does not exist\",\"portalId\":147893286},{\"isValid\":false,\"message\":\"Property \\\"last000name\\\" does not exist\",\"error\":\"PROPERTY_DOESNT_EXIST\",\"name\":\"last000name\",\"localizedErrorMessage\":\"Property \\\"last000name\\\" does not exist\",\"portalId\":147893286}]",
		"errors":[{"message":"Property \"first000name\" does not exist","code":"PROPERTY_DOESNT_EXIST","context":{"propertyName":["first000name"]}},{"message":"Property \"last000name\" does not exist","code":"PROPERTY_DOESNT_EXIST","context":{"propertyName":["last000name"]}},{"message":"Property \"first000name\" does not exist","code":"PROPERTY_DOESNT_EXIST","context":{"propertyName":["first000name"]}}],
		"category":"VALIDATION_ERROR"}`)
	if n := r.s.Count("contacts"); n != 0 {
		t.Errorf("%d contacts were made all the same", n)
	}
}

func TestConflictIsPartialOnlyWithTraceIDs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	old := r.create("contacts", object{"email": "a@acme.example"})
	taken, free := object{"properties": object{"email": "a@acme.example"}}, object{"properties": object{"email": "b@acme.example"}}
	same(t, r.call("POST", v3+"contacts/batch/create", inputs(free, taken), 409),
		`{"status":"error","message":"Contact already exists. Existing ID: `+old+`","category":"CONFLICT"}`)
	if n := r.s.Count("contacts"); n != 1 {
		t.Fatalf("%d contacts after a rejected batch", n)
	}
	taken["objectWriteTraceId"], free["objectWriteTraceId"] = "0", "1"
	got := r.call("POST", v3+"contacts/batch/create", inputs(taken, free), 207)
	results := got["results"].([]any)
	if len(results) != 1 || results[0].(object)["properties"].(object)["email"] != "b@acme.example" {
		t.Errorf("results: %v", results)
	}
	want := decoded(t, `{"errors":[{"status":"error","category":"CONFLICT","message":"Contact already exists. Existing ID: `+old+`",
		"context":{"objectWriteTraceId":["0"],"existingId":["`+old+`"]}}],"numErrors":1,"status":"COMPLETE"}`)
	delete(got, "results")
	delete(got, "startedAt")
	delete(got, "completedAt")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMissingRecordsInBatches(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, base string
		status     int
		option     func(*Options)
	}{
		{"legacy", v3, 207, nil},
		{"march release", "/crm/objects/2026-03/", 207, nil},
		{"september release", dated, 207, nil},
		{"september release by its specification", dated, 200, func(o *Options) { o.DatedPlainStatus = true }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if tc.option != nil {
				r = newRig(t, tc.option)
			}
			id := r.create("contacts", object{"email": "a@acme.example"})
			for _, verb := range []string{"update", "read"} {
				got := r.call("POST", tc.base+"contacts/batch/"+verb, inputs(
					object{"id": id, "properties": object{"firstname": "A"}},
					object{"id": "888", "properties": object{"firstname": "B"}}), tc.status)
				if !slices.Equal(ids(got["results"]), []string{id}) {
					t.Errorf("%s results: %v", verb, got["results"])
				}
				want := decoded(t, `{"e":[{"status":"error","category":"OBJECT_NOT_FOUND","message":"Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.","context":{"ids":["888"]}}]}`)
				if diff := cmp.Diff(want["e"], got["errors"]); diff != "" || got["numErrors"] != json.Number("1") {
					t.Errorf("%s: %v %s", verb, got["numErrors"], diff)
				}
			}
		})
	}
}

func TestBatchLimits(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var list []object
	for i := range 101 {
		list = append(list, object{"id": fmt.Sprint(i), "properties": object{"name": "x"}})
	}
	for _, verb := range []string{"create", "update", "read", "archive"} {
		r.call("POST", v3+"companies/batch/"+verb, inputs(list...), 400)
	}
	r.call("POST", v3+"companies/batch/create", inputs(list[:100]...), 201)
	r.call("POST", v3+"companies/batch/create", inputs(), 400)
	r.call("POST", v3+"companies/batch/create", object{}, 400)
	r.call("POST", v3+"companies/batch/update", inputs(object{"properties": object{}}), 400)
}

func TestUpsert(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	in := object{"id": "SF1", "idProperty": "sf_id", "properties": object{"name": "Acme"}}
	r.call("POST", v3+"companies/batch/upsert", inputs(in), 400) // no such property
	same(t, r.call("POST", v3+"companies/batch/upsert", inputs(object{"id": "1", "idProperty": "hs_object_id", "properties": object{}}), 400),
		`{"status":"error","message":"Unable to perform update/upsert by non-unique 0-2 property hs_object_id in portal ID 147893286","category":"VALIDATION_ERROR"}`)
	r.call("POST", v3+"companies/batch/upsert", inputs(object{"id": "x.example", "idProperty": "domain", "properties": object{}}), 400)
	r.call("POST", "/crm/v3/properties/companies", object{
		"name": "sf_id", "label": "SF", "type": "string", "fieldType": "text", "groupName": "companyinformation", "hasUniqueValue": true,
	}, 201)
	first := r.call("POST", dated+"companies/batch/upsert", inputs(in), 200)["results"].([]any)[0].(object)
	second := r.call("POST", dated+"companies/batch/upsert", inputs(in), 200)["results"].([]any)[0].(object)
	if first["new"] != true || second["new"] != false || first["id"] != second["id"] {
		t.Errorf("first %v, second %v", first, second)
	}
	other := r.create("companies", object{"name": "Other"})
	same(t, r.call("PATCH", v3+"companies/"+other, object{"properties": object{"sf_id": "sf1"}}, 400),
		`{"status":"error","message":"Cannot set PropertyValueCoordinates{portalId=147893286, objectTypeId=0-2, propertyName=sf_id, value=sf1} on `+other+`. `+first["id"].(string)+` already has that value.","category":"VALIDATION_ERROR"}`)
	if got := r.call("GET", dated+"companies/SF1?idProperty=sf_id", nil, 200)["id"]; got != first["id"] {
		t.Errorf("read by unique property gave %v", got)
	}
}

func TestMergedIDsCollideInABatch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a, b := r.create("companies", object{"name": "A"}), r.create("companies", object{"name": "B"})
	r.call("POST", v3+"companies/merge", object{"primaryObjectId": a, "objectIdToMerge": b}, 200)
	in := func(id string) object { return object{"id": id, "properties": object{"city": "Rome"}} }
	r.call("POST", v3+"companies/batch/update", inputs(in(a), in(b)), 400)
	read := r.call("POST", v3+"companies/batch/read", inputs(in(a), in(b)), 200)
	if got := ids(read["results"]); len(got) != 1 || got[0] == a || got[0] == b {
		t.Errorf("batch read of two aliases: %v", got)
	}
}
