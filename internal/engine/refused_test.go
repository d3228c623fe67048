package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// manyHouse has eight fields that HubSpot masters.
func manyHouse(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	var fields strings.Builder
	for n := range 8 {
		fmt.Fprintf(&fields, "  f%d: {type: text, hubspot: f%d, salesforce: F%d__c, from: hubspot}\n", n, n, n)
	}
	h.mapping = strings.Replace(mappingText, "signals:", fields.String()+"signals:", 1)
	h.restart()
	h.pair(1, "10")
	return h
}

func (h *house) set(pairs ...string) {
	fields := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		fields[pairs[i]] = pairs[i+1]
	}
	h.hs.put(connectors.Account, "1", nil, fields)
}

// turnsDown lets Salesforce refuse a record that has one of the values without
// saying which.
func (h *house) turnsDown(values ...string) (calls *int) {
	calls = new(int)
	h.sf.fail = func(w connectors.Write) *connectors.Result {
		*calls++
		for _, v := range w.Fields {
			if slices.Contains(values, plain(v)) {
				return &connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{System: connectors.Salesforce, Class: connectors.ParkRecord, Code: "JSON_PARSER_ERROR", Message: "bad " + plain(v)}}
			}
		}
		return nil
	}
	return calls
}

// drops lets Salesforce take a record but for one field.
func (h *house) drops(field string) {
	h.sf.fail = func(w connectors.Write) *connectors.Result {
		bad, ok := w.Fields[field]
		if !ok {
			return nil
		}
		r := &connectors.Result{Key: w.Key, Outcome: connectors.Done, ID: w.Ref.ID, Dropped: []*connectors.Error{{
			System: connectors.Salesforce, Class: connectors.ParkField, Field: strings.ToLower(field), Message: "too long: " + bad.Kind().String(),
		}}}
		pairs := map[string]string{}
		for name, v := range w.Fields {
			if name != field {
				pairs[name] = plain(v)
			}
		}
		h.sf.put(connectors.Account, w.Ref.ID, nil, pairs)
		return r
	}
}

// parked lists the problems as field=value.
func (h *house) parked() (list []string) {
	h.t.Helper()
	err := h.store.View(h.t.Context(), func(tx engine.Tx) error {
		rows, err := tx.Problems()
		for _, p := range rows {
			list = append(list, string(p.Ref.Object)+" "+p.Field+"="+p.Value)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

// TestOneBadValueBlocksNoOther: where a CRM refuses a record and names no
// field, the others arrive all the same, and the problem says which it was.
func TestOneBadValueBlocksNoOther(t *testing.T) {
	t.Parallel()
	h := manyHouse(t)
	h.rest(t)
	calls := h.turnsDown("bad", "worse")
	h.set("f0", "a", "f1", "b", "f2", "bad", "f3", "d", "f4", "e", "f5", "f", "f6", "worse", "f7", "h")
	h.later()
	for name, want := range map[string]string{"F0__c": "a", "F1__c": "b", "F2__c": "null", "F3__c": "d", "F5__c": "f", "F6__c": "null", "F7__c": "h"} {
		if got := h.sf.field(sfID(1), name); got != want && (want != "null" || got == "bad" || got == "worse") {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if diff := cmp.Diff([]string{"write F2__c=bad", "write F6__c=worse"}, h.parked()); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	spent := *calls
	h.later()
	h.later()
	if *calls != spent {
		t.Errorf("%d writes more, though nothing has changed", *calls-spent)
	}
}

// TestRefusedRecordIsNotTriedForEver: a record that takes nothing at all costs
// few calls, and every field of it is listed.
func TestRefusedRecordIsNotTriedForEver(t *testing.T) {
	t.Parallel()
	h := manyHouse(t)
	h.rest(t)
	calls := 0
	h.sf.fail = func(w connectors.Write) *connectors.Result {
		calls++
		return &connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{System: connectors.Salesforce, Class: connectors.ParkRecord, Code: "ENTITY_IS_LOCKED"}}
	}
	h.set("f0", "a", "f1", "b", "f2", "c", "f3", "d", "f4", "e", "f5", "f", "f6", "g", "f7", "h")
	h.later()
	if calls > 5 || len(h.parked()) != 8 {
		t.Errorf("%d calls, problems %q, want few and all eight", calls, h.parked())
	}
}

// TestAnotherFieldSettlesNothing: a value that was refused stays listed, and is
// tried again when the schema changes, whatever else the record takes meanwhile.
func TestAnotherFieldSettlesNothing(t *testing.T) {
	t.Parallel()
	h := manyHouse(t)
	h.sf.schema = connectors.Schema{Fields: map[string]connectors.Field{"F2__c": {Name: "F2__c", Length: 3}}}
	h.rest(t)
	h.drops("F2__c")
	h.set("f2", "a text too long")
	h.later()
	want := []string{"write F2__c=a text too long"}
	if diff := cmp.Diff(want, h.parked()); diff != "" {
		t.Fatalf("problems (-want +got):\n%s", diff)
	}
	h.set("f3", "another")
	h.later()
	if got := h.sf.field(sfID(1), "F3__c"); got != "another" {
		t.Fatalf("F3__c is %q", got)
	}
	if diff := cmp.Diff(want, h.parked()); diff != "" {
		t.Fatalf("problems after another field went through (-want +got):\n%s", diff)
	}
	h.sf.fail = nil
	h.sf.schema.Fields["F2__c"] = connectors.Field{Name: "F2__c", Length: 300}
	h.later()
	h.later()
	if got := h.sf.field(sfID(1), "F2__c"); got != "a text too long" {
		t.Errorf("F2__c is %q after the schema has changed", got)
	}
	if list := h.parked(); len(list) > 0 {
		t.Errorf("problems %q, want none", list)
	}
}

// TestUnwantedValueIsNoProblem: what was refused is over once nobody wants it
// there any more.
func TestUnwantedValueIsNoProblem(t *testing.T) {
	t.Parallel()
	for _, rest := range []string{"from: hubspot", "sync: prefer_hubspot"} {
		h := syncHouse(t, rest)
		h.twin(1, "same", "same")
		h.rest(t)
		h.turnsDown("bad")
		h.plan(connectors.HubSpot, 1, "bad")
		h.once()
		if list := h.parked(); len(list) != 1 {
			t.Fatalf("%s: problems %q, want one", rest, list)
		}
		h.plan(connectors.HubSpot, 1, "same")
		h.rest(t)
		if list := h.parked(); len(list) > 0 {
			t.Errorf("%s: problems %q, want none", rest, list)
		}
	}
}
