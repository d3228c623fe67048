package sandbox

import (
	"net/http"
	"testing"
)

func companyFlow(name, property string) object {
	return object{
		"name": name, "type": "PLATFORM_FLOW", "flowType": "WORKFLOW", "isEnabled": true, "objectTypeId": "0-2", "startActionId": "1", "actions": []any{},
		"enrollmentCriteria": object{"type": "LIST_BASED", "shouldReEnroll": true, "listFilterBranch": object{
			"filterBranchType": "OR", "filterBranchOperator": "OR", "filters": []any{}, "filterBranches": []any{object{
				"filterBranchType": "AND", "filterBranchOperator": "AND", "filterBranches": []any{},
				"filters": []any{object{"filterType": "PROPERTY", "property": property, "operation": object{"operator": "IS_ANY_OF", "values": []any{"x"}}}},
			}},
		}},
	}
}

func TestWorkflows(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const flows = "/automation/v4/flows"
	first := r.call("POST", flows, companyFlow("A", "name"), http.StatusCreated)
	second := r.call("POST", flows, companyFlow("B", "domain"), http.StatusCreated)
	list := r.call("GET", flows+"?limit=1", nil, http.StatusOK)
	results := list["results"].([]any)
	if one := results[0].(object); len(results) != 1 || one["id"] != first["id"] || one["enrollmentCriteria"] != nil || one["isEnabled"] != true || one["objectTypeId"] != "0-2" {
		t.Errorf("%v", list)
	}
	after := list["paging"].(object)["next"].(object)["after"].(string)
	if list = r.call("GET", flows+"?limit=1&after="+after, nil, http.StatusOK); list["results"].([]any)[0].(object)["id"] != second["id"] || list["paging"] != nil {
		t.Errorf("%v", list)
	}
	full := r.call("GET", flows+"/"+first["id"].(string), nil, http.StatusOK)
	if full["enrollmentCriteria"] == nil || full["revisionId"] != "1" || full["type"] != "PLATFORM_FLOW" {
		t.Errorf("%v", full)
	}
	read := r.call("POST", flows+"/batch/read", object{"inputs": []any{object{"type": "FLOW_ID", "flowId": second["id"]}, object{"type": "FLOW_ID", "flowId": "1"}}}, http.StatusOK)
	if got := read["results"].([]any); len(got) != 1 || got[0].(object)["name"] != "B" {
		t.Errorf("%v", read)
	}
	r.call("DELETE", flows+"/"+first["id"].(string), nil, http.StatusNoContent)
	r.call("GET", flows+"/"+first["id"].(string), nil, http.StatusNotFound)
}

func TestWorkflowsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const flows = "/automation/v4/flows"
	for name, change := range map[string]func(object){
		"no object type":    func(o object) { delete(o, "objectTypeId") },
		"unknown type":      func(o object) { o["type"] = "DREAM" },
		"unknown object":    func(o object) { o["objectTypeId"] = "0-999" },
		"a name, not an id": func(o object) { o["objectTypeId"] = "companies" },
		"contacts' type":    func(o object) { o["type"] = "CONTACT_FLOW" },
	} {
		body := companyFlow("A", "name")
		change(body)
		if got := r.call("POST", flows, body, http.StatusBadRequest); got["category"] != "VALIDATION_ERROR" {
			t.Errorf("%s: %v", name, got)
		}
	}
	r.token = "pat-na1-narrow-0000-0000-0000-000000000000"
	r.s.AddToken(Token{Value: r.token, Scopes: []string{"crm.objects.companies.read"}})
	if got := r.call("GET", flows, nil, http.StatusForbidden); got["category"] != "MISSING_SCOPES" {
		t.Errorf("%v", got)
	}
}
