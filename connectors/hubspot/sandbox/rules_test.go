package sandbox

import (
	"net/http"
	"strings"
	"testing"
)

func TestValidationRules(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create("companies", object{"name": "Acme"})
	const rules = "/crm/property-validations/2026-09/0-2"
	for _, rule := range [][3]string{{"name", "MIN_LENGTH", "3"}, {"city", "REGEX", "[A-Z].*"}, {"numberofemployees", "MAX_NUMBER", "10"}, {"name", "MIN_LENGTH", "4"}} {
		r.call("PUT", rules+"/"+rule[0]+"/rule-type/"+rule[1], object{"ruleArguments": []any{rule[2]}}, http.StatusNoContent)
	}
	same(t, r.call("GET", rules, nil, http.StatusOK), `{"results":[
		{"propertyName":"city","propertyValidationRules":[{"ruleType":"REGEX","ruleArguments":["[A-Z].*"],"shouldApplyNormalization":false}]},
		{"propertyName":"name","propertyValidationRules":[{"ruleType":"MIN_LENGTH","ruleArguments":["4"],"shouldApplyNormalization":false}]},
		{"propertyName":"numberofemployees","propertyValidationRules":[{"ruleType":"MAX_NUMBER","ruleArguments":["10"],"shouldApplyNormalization":false}]}]}`)
	same(t, r.call("GET", "/crm/v3/property-validations/companies/city", nil, http.StatusOK), `{"results":[{"ruleType":"REGEX","ruleArguments":["[A-Z].*"],"shouldApplyNormalization":false}]}`)
	for property, values := range map[string][2]string{"name": {"abcd", "abc"}, "city": {"Bonn", "bonn"}, "numberofemployees": {"10", "11"}} {
		r.call("PATCH", dated+"companies/"+id, object{"properties": object{property: values[0]}}, http.StatusOK)
		r.call("PATCH", dated+"companies/"+id, object{"properties": object{property: ""}}, http.StatusOK)
		got := r.call("PATCH", dated+"companies/"+id, object{"properties": object{property: values[1]}}, http.StatusBadRequest)
		if got["category"] != "VALIDATION_ERROR" || !strings.Contains(got["message"].(string), "does not keep the rule") {
			t.Errorf("%s: %v", property, got)
		}
	}
	for _, path := range []string{"/name/rule-type/DOMAIN", "/name/rule-type/MIN_NUMBER", "/lifecyclestage/rule-type/REGEX"} {
		r.call("PUT", rules+path, object{"ruleArguments": []any{"1"}}, http.StatusBadRequest)
	}
	r.call("PUT", rules+"/name/rule-type/MIN_LENGTH", object{"ruleArguments": []any{"x"}}, http.StatusBadRequest)
	r.call("PUT", rules+"/name/rule-type/REGEX", object{"ruleArguments": []any{"["}}, http.StatusBadRequest)
	r.call("PUT", rules+"/nope/rule-type/REGEX", object{"ruleArguments": []any{"a"}}, http.StatusNotFound)
}
