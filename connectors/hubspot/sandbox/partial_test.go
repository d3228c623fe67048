package sandbox

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Inputs with trace ids of their own fail by themselves, with the list of
// faults inside the message only; without them the batch fails as a whole.
func TestInvalidValuesFailAloneWithTraceIDs(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		verb   string
		option func(*Options)
		status int
	}{
		{"create", func(*Options) {}, 207},
		{"update", func(*Options) {}, 207},
		{"upsert", func(*Options) {}, 207},
		{"update", func(o *Options) { o.WholeUpdates = true }, 400},
	} {
		t.Run(tc.verb, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, tc.option)
			good, bad := object{"properties": object{"city": "Rome"}}, object{"properties": object{"nope": "x"}}
			for i, in := range []object{good, bad} {
				id := []string{"a@acme.example", "b@acme.example"}[i]
				switch tc.verb {
				case "create":
					in["properties"].(object)["email"] = id
				case "upsert":
					in["id"], in["idProperty"] = id, "email"
				default:
					in["id"] = r.create("contacts", object{"email": id})
				}
			}
			path := dated + "contacts/batch/" + tc.verb
			r.call("POST", path, inputs(good, bad), 400)
			good["objectWriteTraceId"], bad["objectWriteTraceId"] = "g", "b"
			got := r.call("POST", path, inputs(good, bad), tc.status)
			if tc.status == 400 {
				return
			}
			if list := got["results"].([]any); len(list) != 1 || list[0].(object)["objectWriteTraceId"] != nil {
				t.Errorf("results %v", list)
			}
			e := got["errors"].([]any)[0].(object)
			message := e["message"].(string)
			delete(e, "message")
			want := object{"status": "error", "category": "VALIDATION_ERROR", "context": object{"objectWriteTraceId": []any{"b"}}}
			if diff := cmp.Diff(want, e); diff != "" || !strings.Contains(message, `"error":"PROPERTY_DOESNT_EXIST","name":"nope"`) {
				t.Errorf("%s %s", message, diff)
			}
			r.call("POST", path, inputs(bad), 400) // nothing is left
		})
	}
}

func TestHistoryOfABatch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	list := make([]object, 51)
	for i := range list {
		list[i] = object{"id": r.create("companies", object{"name": "A"})}
	}
	body := inputs(list...)
	body["propertiesWithHistory"] = []string{"name"}
	same(t, r.call("POST", v3+"companies/batch/read", body, 400), `{"status":"error","category":"VALIDATION_ERROR",
		"message":"The maximum number of inputs supported in a batch request for property histories is 50. Please reduce the number of items and try again"}`)
	body["inputs"] = list[:50]
	r.call("POST", v3+"companies/batch/read", body, 200)
}

func TestMergeKeepsID(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.MergeKeepsID = true })
	a, b, c := r.create("companies", object{"name": "A"}), r.create("companies", object{"name": "B", "city": "Rome"}), r.create("companies", object{"name": "C"})
	contact := r.create("contacts", object{"email": "a@acme.example"}, link(b, 1))
	for _, other := range []string{b, c} {
		if got := r.call("POST", v3+"companies/merge", object{"primaryObjectId": a, "objectIdToMerge": other}, 200)["id"]; got != a {
			t.Errorf("the merged record has the id %v", got)
		}
		if got := r.call("GET", v3+"companies/"+other, nil, 200)["id"]; got != a {
			t.Errorf("%s leads to %v", other, got)
		}
	}
	got := r.props("companies", a, "name", "city", "hs_merged_object_ids", "num_associated_contacts")
	if got["name"] != "A" || got["city"] != "Rome" || got["num_associated_contacts"] != "1" || len(strings.Split(got["hs_merged_object_ids"].(string), ";")) != 2 {
		t.Errorf("%v", got)
	}
	if got := r.props("contacts", contact, "associatedcompanyid")["associatedcompanyid"]; got != a {
		t.Errorf("the contact points to %v", got)
	}
	if list, total := r.search("companies", object{}); total != 1 {
		t.Errorf("search finds %v", list)
	}
	if list := r.call("GET", v3+"companies", nil, 200)["results"].([]any); len(list) != 1 {
		t.Errorf("the list has %v", list)
	}
}
