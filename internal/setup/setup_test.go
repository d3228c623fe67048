package setup_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	hubspot "handoffd/connectors/hubspot/sandbox"
	salesforce "handoffd/connectors/salesforce/sandbox"
	"handoffd/internal/app"
	"handoffd/internal/doctor"
	"handoffd/internal/setup"
	"handoffd/internal/yamlpos"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: -want +got:\n%s", path, diff)
	}
}

func shown(t *testing.T, r setup.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.Print(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// notificationByHand makes what the API of the sandbox does not.
func (r *rig) notificationByHand() {
	r.t.Helper()
	if _, err := r.org.Insert("CustomNotificationType", map[string]any{
		"DeveloperName": "handoffd_Alert", "MasterLabel": "Alert", "CustomNotifTypeName": "Alert", "Desktop": true, "Mobile": true,
	}); err != nil {
		r.t.Fatal(err)
	}
}

// A bare org and a bare portal: setup lists what is missing, makes it, doctor
// is content, the daemon runs on it, and a second setup changes nothing.
func TestBareToRunning(t *testing.T) {
	t.Parallel()
	r := newRig(t, hubspot.Options{})
	r.notificationByHand()
	if before := r.examine(); before.Count(doctor.Fail) < 15 {
		t.Errorf("doctor finds only %d failures in bare CRMs", before.Count(doctor.Fail))
	}
	listed := r.run(false)
	golden(t, "testdata/missing.txt", shown(t, listed))
	if listed.Short() == 0 || r.made() != 0 {
		t.Errorf("listing: %d short, %d made", listed.Short(), r.made())
	}
	applied := r.run(true)
	golden(t, "testdata/applied.txt", shown(t, applied))
	if applied.Short() != 0 {
		t.Errorf("applying left %d short", applied.Short())
	}
	report := r.examine()
	if report.Failed() || report.Count(doctor.Warn) > 0 {
		var b bytes.Buffer
		_ = report.Print(&b) // a Buffer cannot fail
		t.Errorf("doctor is not content:\n%s", b.String())
	}
	r.runsOnce()
	r.appliesNothing()
}

// appliesNothing sets up again.
func (r *rig) appliesNothing() {
	r.t.Helper()
	before, sent := r.made(), r.writes()
	again := r.run(true)
	if n := r.writes() - sent; n != 0 {
		r.t.Errorf("a second setup sent %d writes", n)
	}
	if n := r.made() - before; n != 0 || again.Short() != 0 || again.Count(connectors.StepMade) != 0 {
		r.t.Errorf("a second setup made %d changes:\n%s", n, shown(r.t, again))
	}
}

// runsOnce seeds one account that is due, and lets the daemon hand it off.
func (r *rig) runsOnce() {
	r.t.Helper()
	account, err := r.org.Insert("Account", map[string]any{"Name": "Globex", "Website": "globex.example"})
	if err != nil {
		r.t.Fatal(err)
	}
	company, err := r.portal.Insert("companies", map[string]string{
		"name": "Globex", "domain": "globex.example", "hs_is_target_account": "true", "account_fit": "true", "intent_score": "85", "estimated_acv": "50000",
		"intent_score_updated_at": "2026-11-23T14:00:00Z", "fit_score": "8.5",
	})
	if err != nil {
		r.t.Fatal(err)
	}
	daemon, err := app.Open(r.t.Context(), r.config, &yamlpos.Collector{}, r.env())
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() {
		if err := daemon.Close(); err != nil {
			r.t.Error(err)
		}
	}()
	if err := daemon.Engine.Once(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	fields, _ := r.org.Get(account)
	values, _ := r.portal.Get("companies", company)
	want := map[string]string{"MQA__c": "true", "MQA_Status__c": "Ready for sales", "Fit_Score__c": "8.5", "Account_Fit__c": "true"}
	for name, value := range want {
		if fields[name] != value {
			r.t.Errorf("Salesforce %s is %q, want %q", name, fields[name], value)
		}
	}
	if values["mqa"] != "true" || values["mqa_status"] != "Ready for sales" {
		r.t.Errorf("HubSpot has mqa %q, mqa_status %q", values["mqa"], values["mqa_status"])
	}
	_, tasks, err := r.org.Query("SELECT Id, handoffd_Key__c FROM Task WHERE WhatId = '"+account+"'", false)
	if err != nil || len(tasks) != 1 || tasks[0][1] == "" {
		r.t.Errorf("tasks %v, %v: want one with its key", tasks, err)
	}
}

// A portal that allows unique properties on activities gets the key.
func TestUniqueKeys(t *testing.T) {
	t.Parallel()
	r := newRig(t, hubspot.Options{TaskUniqueProperties: true})
	applied := r.run(true)
	for _, name := range []string{"tasks.handoffd_key", "notes.handoffd_key"} {
		if !slices.ContainsFunc(applied.Steps, func(s connectors.Step) bool { return s.Name == name && s.State == connectors.StepMade }) {
			t.Errorf("%s was not made:\n%s", name, shown(t, applied))
		}
	}
	r.appliesNothing()
}

// What is there in another form is told and left alone.
func TestDiffers(t *testing.T) {
	t.Parallel()
	r := newRig(t, hubspot.Options{})
	for _, f := range []salesforce.Field{
		{Name: "Account_Fit__c", Label: "Fit", Type: "date"},
		{Name: "MQA_Status__c", Label: "Status", Type: "picklist", Restricted: true, Values: []salesforce.Option{{Value: "Ready for sales"}}},
	} {
		if err := r.org.AddField("Account", f); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.portal.AddProperty("companies", hubspot.Property{Name: "mqa", Type: "datetime"}); err != nil {
		t.Fatal(err)
	}
	applied := r.run(true)
	got := map[string]string{}
	for _, s := range applied.Steps {
		if s.State == connectors.StepDiffers {
			got[s.Name] = s.What
		}
	}
	want := map[string]string{
		"Account.Account_Fit__c": "date; a field of type date cannot be read as bool; a field of type date cannot be written from bool",
		"companies.mqa":          "datetime/date; a field of type datetime cannot be read as bool; a field of type datetime cannot be written from bool",
	}
	status := got["Account.MQA_Status__c"]
	delete(got, "Account.MQA_Status__c")
	if diff := cmp.Diff(want, got); diff != "" || !strings.Contains(status, "it lacks the options") {
		t.Errorf("-want +got:\n%s\n%s", diff, status)
	}
	if applied.Short() != 3 {
		t.Errorf("%d short, want 3:\n%s", applied.Short(), shown(t, applied))
	}
	clients := r.connect()
	schema, err := clients[0].Describe(t.Context(), connectors.Account)
	if err != nil || schema.Fields["Account_Fit__c"].Type != "date" || len(schema.Fields["MQA_Status__c"].Options) != 1 {
		t.Errorf("something that was there has been changed: %v %+v", err, schema.Fields["MQA_Status__c"])
	}
}

// One refusal is one line, and the rest goes on.
func TestPartialFailure(t *testing.T) {
	t.Parallel()
	r := newRig(t, hubspot.Options{})
	r.token = "pat-na1-99999999-2222-3333-4444-555555555555"
	r.portal.AddToken(hubspot.Token{Value: r.token, Scopes: []string{"crm.objects.companies.read", "crm.objects.contacts.read"}})
	if _, err := r.org.AddFault(salesforce.Fault{
		Method: "POST", Path: "tooling/sobjects/CustomField", Action: "status", Status: 400, Code: "FIELD_INTEGRITY_EXCEPTION", Message: "too many fields",
	}); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/partial.txt", shown(t, r.run(true)))
}
