package salesforce_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

// component makes a row of metadata as an admin's tool does.
func (w *world) component(kind, body string) {
	w.t.Helper()
	token, err := w.org.Token("integration@sandbox.example")
	w.must(err)
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/services/data/v67.0/tooling/sobjects/"+kind, bytes.NewBufferString(body))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	w.org.ServeHTTP(answer, r)
	if answer.Code != http.StatusCreated {
		text, _ := io.ReadAll(answer.Body)
		w.t.Fatalf("%s: %d %s", kind, answer.Code, text)
	}
}

func (w *world) rule(name, formula string, active bool) {
	w.t.Helper()
	w.component("ValidationRule", fmt.Sprintf(`{"FullName":"%s","Metadata":{"active":%t,"errorConditionFormula":"%s","errorMessage":"no"}}`, name, active, formula))
}

func (w *world) flow(name, status, start string) {
	w.t.Helper()
	w.component("Flow", fmt.Sprintf(`{"FullName":"%s","Metadata":{"label":"%s","processType":"AutoLaunchedFlow","status":"%s","start":%s}}`, name, name, status, start))
}

// What is active on accounts is listed with the fields that it names; what is
// off, or on another object, is not.
func TestAutomations(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	w.rule("Account.Fit_needs_score", "AND(mqa__c, ISBLANK(Value__c))", true)
	w.rule("Account.Off", "mqa__c", false)
	w.rule("Contact.Elsewhere", "ISBLANK(Phone)", true)
	w.component("ApexTrigger", `{"TableEnumOrId":"Account","Body":"trigger OnAccount on Account (before update) { if (a.Value__c > 1) {} }"}`)
	w.component("ApexTrigger", `{"TableEnumOrId":"Account","Body":"trigger Other on Account (before update) { /* MQA__cc */ }"}`)
	w.component("ApexTrigger", `{"TableEnumOrId":"Contact","Body":"trigger OnContact on Contact (before update) { /* MQA__c */ }"}`)
	w.flow("Account_saved", "Active", `{"object":"Account","triggerType":"RecordAfterSave","filters":[{"field":"MQA__c","operator":"IsChanged"}]}`)
	w.flow("Draft", "Draft", `{"object":"Account","triggerType":"RecordAfterSave","filters":[{"field":"MQA__c"}]}`)
	w.flow("Nightly", "Active", `{}`)
	got, err := w.c.Automations(t.Context(), connectors.Account, []string{"MQA__c", "Value__c"})
	want := []connectors.Automation{
		{Kind: "validation rule", Name: "Fit_needs_score", Fields: []string{"MQA__c", "Value__c"}}, {Kind: "Apex trigger", Name: "OnAccount", Fields: []string{"Value__c"}},
		{Kind: "Apex trigger", Name: "Other"}, {Kind: "flow", Name: "Account_saved", Fields: []string{"MQA__c"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v -want +got:\n%s", err, diff)
	}
}

// An org that does not let us look is not an org without automations.
func TestAutomationsHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	c := w.connect(w.stub(map[string]string{"/tooling/query": noRights, "FROM FlowDefinitionView": noRights}))
	got, err := c.Automations(t.Context(), connectors.Account, nil)
	if len(got) > 0 || connectors.ClassOf(err) != connectors.Stop || !strings.Contains(err.Error(), "validation rules, Apex triggers, flows") {
		t.Errorf("%v %v", got, err)
	}
}

// Definitions are read one by one, so only the first ones are.
func TestAutomationsMany(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	for i := range 51 {
		w.rule(fmt.Sprintf("Account.Rule_%02d", i), "ISBLANK(Phone)", true)
	}
	got, err := w.c.Automations(t.Context(), connectors.Account, []string{"Phone"})
	if len(got) != 50 || err == nil || !strings.Contains(err.Error(), "validation rules beyond the first 50") {
		t.Errorf("%d, %v", len(got), err)
	}
}
