package sandbox

import (
	"strings"
	"testing"
)

func TestToLabel(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	options := []Option{{Value: "r", Label: "Red"}, {Value: "b", Label: "Blue"}, {Value: "plain"}}
	for name, kind := range map[string]string{"Tags__c": "multipicklist", "Tier__c": "picklist"} {
		if err := r.s.AddField("Account", Field{Name: name, Type: kind, Values: options}); err != nil {
			t.Fatal(err)
		}
	}
	id := r.insert("Account", map[string]any{"Name": "Alpha", "Tags__c": "r;plain;b", "Tier__c": "r"})
	r.insert("Contact", map[string]any{"LastName": "Doe", "AccountId": id})
	const record = `{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Account","url":"/services/data/v67.0/sobjects/Account/001Hf0000000001IAA"}`
	r.query("SELECT toLabel(Tier__c), toLabel(Tags__c) tags, Tags__c FROM Account").want(t, 200, record+`,"Tier__c":"Red","tags":"Red;plain;Blue","Tags__c":"r;plain;b"}]}`)
	r.query("SELECT Tier__c, toLabel(Tier__c) FROM Account").want(t, 400, `[{"message":"\nSELECT Tier__c, toLabel(Tier__c) FROM Account\n                        ^\nERROR at Row:1:Column:25\nduplicate field selected: Tier__c","errorCode":"INVALID_FIELD"}]`)
	if got := r.query("SELECT toLabel(Account.Tier__c) FROM Contact"); !strings.Contains(got.body, `"Tier__c":"Red"`) {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestQueryParameters(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do("GET", v+"/query", "").want(t, 400, `[{"message":"A query string has to be specified","errorCode":"MALFORMED_QUERY"}]`)
	r.do("GET", v+"/query?explain=SELECT+Id+FROM+Account", "").want(t, 400, `[{"message":"The sandbox does not imitate query plans: explain has no answer here","errorCode":"NOT_IMITATED"}]`)
	r.do("GET", v+"/query/a/b", "").want(t, 404, `[{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]`)
}
