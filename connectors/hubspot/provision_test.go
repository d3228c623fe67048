package hubspot

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/connectors/hubspot/sandbox"
)

func propertyNeeds() connectors.Needs {
	return connectors.Needs{Fields: []connectors.FieldNeed{
		{Object: connectors.Account, Name: "tier", Label: "Tier", Kind: connectors.FieldChoice, Values: []string{"A", "B"}, Write: true},
		{Object: connectors.Account, Name: "score", Label: "Score", Kind: connectors.FieldNumber},
		{Object: connectors.Account, Name: "acv", Label: "ACV", Kind: connectors.FieldMoney},
		{Object: connectors.Account, Name: "fit", Label: "Fit", Kind: connectors.FieldBool},
		{Object: connectors.Account, Name: "since", Label: "Since", Kind: connectors.FieldDate},
		{Object: connectors.Account, Name: "seen", Label: "Seen", Kind: connectors.FieldDateTime},
		{Object: connectors.Account, Name: "note", Label: "Note", Kind: connectors.FieldText},
		{Object: connectors.Account, Name: "hs_nope", Label: "Nope", Kind: connectors.FieldText},
		{Object: connectors.Account, Name: "domain", Label: "Domain", Kind: connectors.FieldText},
		{Object: connectors.Task, Name: "handoffd_key", Label: "Key", Kind: connectors.FieldText, Unique: true, Write: true, Optional: true},
	}}
}

func states(steps []connectors.Step) []string {
	var out []string
	for _, s := range steps {
		out = append(out, fmt.Sprintf("%s %s: %s", s.Kind, s.Name, s.State))
	}
	return out
}

func TestProvision(t *testing.T) {
	t.Parallel()
	for _, unique := range []bool{true, false} {
		r := rehearse(t, sandbox.Options{TaskUniqueProperties: unique}, nil)
		steps, err := r.client.Provision(t.Context(), propertyNeeds(), true)
		key := []string{"property group tasks.no_unique_handoffd_key: made", "property tasks.handoffd_key: by hand"}
		if unique {
			key = []string{"property tasks.handoffd_key: made"}
		}
		want := []string{
			"property group companies.handoffd: made", "property companies.tier: made", "property companies.score: made", "property companies.acv: made",
			"property companies.fit: made", "property companies.since: made", "property companies.seen: made", "property companies.note: made",
			"property companies.hs_nope: by hand", "property companies.domain: present",
		}
		want = append(want, key...)
		if diff := cmp.Diff(want, states(steps)); diff != "" || err != nil {
			t.Errorf("unique %t: %v -want +got:\n%s", unique, err, diff)
		}
		schema, err := r.client.Describe(t.Context(), connectors.Account)
		if err != nil {
			t.Fatal(err)
		}
		for name, kind := range map[string]string{
			"tier": "enumeration", "score": "number", "acv": "number", "fit": "bool", "since": "date", "seen": "datetime", "note": "string",
		} {
			if f := schema.Fields[name]; f.Type != kind || !f.Writable {
				t.Errorf("%s: %+v", name, f)
			}
		}
		before := r.writes()
		again, err := r.client.Provision(t.Context(), propertyNeeds(), true)
		if err != nil || strings.Contains(strings.Join(states(again), "\n"), ": made") || r.writes() != before {
			t.Errorf("again: %d writes, %v %v", r.writes()-before, err, states(again))
		}
	}
}

// writes counts the requests that are no reads, whatever became of them.
func (r *rehearsal) writes() int {
	n := 0
	for _, e := range r.hub.Calls().Endpoints {
		if !strings.HasPrefix(e.Endpoint, "GET ") {
			for _, count := range e.Statuses {
				n += int(count)
			}
		}
	}
	return n
}

// What a later run can do something about is asked for again: a scope that is
// granted, an outage that ends. Only the portal's own no is remembered.
func TestProvisionAsksAgain(t *testing.T) {
	t.Parallel()
	needs := connectors.Needs{Fields: propertyNeeds().Fields[9:]}
	for _, status := range []int{403, 503} {
		r := rehearse(t, sandbox.Options{TaskUniqueProperties: true}, nil)
		if _, err := r.hub.AddFault(sandbox.Fault{Kind: "status", Method: "POST", Path: "/properties/", Status: status, Count: -1}); err != nil {
			t.Fatal(err)
		}
		steps, err := r.client.Provision(t.Context(), needs, true)
		if diff := cmp.Diff([]string{"property tasks.handoffd_key: by hand"}, states(steps)); diff != "" || err != nil {
			t.Errorf("%d: %v -want +got:\n%s", status, err, diff)
		}
		r.hub.ClearFaults()
		steps, err = r.client.Provision(t.Context(), needs, true)
		if diff := cmp.Diff([]string{"property tasks.handoffd_key: made"}, states(steps)); diff != "" || err != nil {
			t.Errorf("after %d: %v -want +got:\n%s", status, err, diff)
		}
	}
}

// The admin who deletes the note lets setup ask anew.
func TestProvisionNoteDeleted(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{}, nil)
	needs := connectors.Needs{Fields: propertyNeeds().Fields[9:]}
	for range 2 {
		steps, err := r.client.Provision(t.Context(), needs, true)
		want := []string{"property group tasks.no_unique_handoffd_key: made", "property tasks.handoffd_key: by hand"}
		if diff := cmp.Diff(want, states(steps)); diff != "" || err != nil {
			t.Errorf("%v -want +got:\n%s", err, diff)
		}
		path := r.client.paths.properties("tasks", "groups", "no_unique_handoffd_key")
		if refused := r.client.do(t.Context(), request{method: "DELETE", path: path}); refused != nil {
			t.Fatal(refused.Error)
		}
	}
}

// A key that is there but not unique cannot be changed, and is not.
func TestProvisionKeyNotUnique(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{}, nil)
	if err := r.hub.AddProperty("tasks", sandbox.Property{Name: "handoffd_key"}); err != nil {
		t.Fatal(err)
	}
	needs := connectors.Needs{Fields: propertyNeeds().Fields[9:]}
	steps, err := r.client.Provision(t.Context(), needs, true)
	if diff := cmp.Diff([]string{"property tasks.handoffd_key: differs"}, states(steps)); diff != "" || err != nil || steps[0].Fix == "" {
		t.Errorf("%v %+v", err, steps)
	}
}

// What one line is refused does not stop the next.
func TestProvisionPartly(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{}, nil)
	needs := connectors.Needs{Fields: propertyNeeds().Fields[:3]}
	needs.Fields[1].Name = "Wrong-Name"
	steps, err := r.client.Provision(t.Context(), needs, true)
	want := []string{"property group companies.handoffd: made", "property companies.tier: made", "property companies.Wrong-Name: failed", "property companies.acv: made"}
	if diff := cmp.Diff(want, states(steps)); diff != "" || err != nil {
		t.Errorf("%v -want +got:\n%s", err, diff)
	}
}

// What is exported is what the Properties API takes.
func TestExportIsTaken(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{TaskUniqueProperties: true}, nil)
	steps, err := r.client.Provision(t.Context(), propertyNeeds(), false)
	if err != nil {
		t.Fatal(err)
	}
	files, err := r.client.Export(propertyNeeds(), steps)
	files = slices.DeleteFunc(files, func(f connectors.File) bool { return strings.HasPrefix(f.Path, "hubspot/all/") })
	if err != nil || len(files) != 4 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		object, isGroup := strings.CutSuffix(strings.TrimSuffix(strings.TrimPrefix(f.Path, "hubspot/properties/"), ".json"), ".group")
		path := r.client.paths.properties(object, "batch", "create")
		if isGroup {
			path = r.client.paths.properties(object, "groups")
		}
		if refused := r.client.define(t.Context(), "properties", path, json.RawMessage(f.Data)); refused != nil {
			t.Errorf("%s: %v", f.Path, refused.Error)
		}
	}
	steps, err = r.client.Provision(t.Context(), propertyNeeds(), false)
	if err != nil || strings.Contains(strings.Join(states(steps), "\n"), "missing") {
		t.Errorf("%v %v", err, states(steps))
	}
}

func TestRights(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		scopes []string
		want   map[string]bool
	}{
		{"all", nil, map[string]bool{"edit companies": true, "create tasks": true, "create notes": true}},
		{"companies only", []string{"crm.objects.companies.write"}, map[string]bool{"edit companies": true, "create tasks": false, "create notes": false}},
		{"reading only", []string{"crm.objects.companies.read"}, map[string]bool{"edit companies": false, "create tasks": false, "create notes": false}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			const other = "pat-na1-22222222-2222-3333-4444-555555555555"
			r := rehearse(t, sandbox.Options{}, func(c *Config) { c.Auth.Token = other })
			r.hub.AddToken(sandbox.Token{Value: other, Scopes: tc.scopes})
			list, err := r.client.Rights(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]bool{}
			for _, right := range list {
				got[right.What] = right.Granted
				if !right.Granted && !strings.Contains(right.Fix, "crm.objects.") {
					t.Errorf("%+v does not name the scope", right)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if n := len(r.hub.Calls().Records); n > 0 {
				t.Errorf("%d records written", n)
			}
		})
	}
}
