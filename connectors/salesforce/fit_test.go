package salesforce_test

import (
	"errors"
	"strings"
	"testing"

	"handoffd/connectors"
	"handoffd/connectors/salesforce/sandbox"
)

// numbers is an org with one field of each size of number, and a short text.
func numbers(t *testing.T) *world {
	w := newWorld(t, true, nil)
	w.field("Account", sandbox.Field{Name: "Score__c", Label: "Score", Type: "double", Precision: 5, Scale: 1})
	w.field("Account", sandbox.Field{Name: "Long__c", Label: "Long", Type: "double", Precision: 18, Scale: 3})
	w.field("Account", sandbox.Field{Name: "Share__c", Label: "Share", Type: "percent", Precision: 6, Scale: 2})
	w.field("Account", sandbox.Field{Name: "Short__c", Label: "Short", Type: "string", Length: 5})
	return w
}

func valueOf(w *world, field, text string) connectors.Value {
	if field == "Short__c" {
		return connectors.TextValue(text)
	}
	v, err := connectors.NumberValue(text)
	w.must(err)
	return v
}

// TestNothingIsRoundedOrCut: what the field would not keep as it is, is refused
// before the request with the field's name, in every kind of write; the other
// fields go (I3).
func TestNothingIsRoundedOrCut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		field, value string
		why          string // part of the reason, "" for a value that fits
	}{
		"a decimal too many":            {"Score__c", "70.25", "2 decimals and the field keeps 1"},
		"a small one":                   {"Score__c", "-0.05", "2 decimals and the field keeps 1"},
		"as many as it keeps":           {"Score__c", "70.2", ""},
		"zeros behind the point":        {"Score__c", "70.20", ""},
		"too many digits":               {"Score__c", "12345", "5 digits before the point and the field takes 4"},
		"as many as fit":                {"Score__c", "9999.9", ""},
		"nothing before the point":      {"Score__c", "0.5", ""},
		"an amount below a cent":        {"Value__c", "10.005", "3 decimals and the field keeps 2"},
		"a percentage":                  {"Share__c", "33.333", "3 decimals and the field keeps 2"},
		"more than a double keeps":      {"Long__c", "123456789012345.678", "18 digits, more than Salesforce keeps exactly"},
		"what a double keeps":           {"Long__c", "1234567.125", ""},
		"a part of a whole":             {"NumberOfEmployees", "12.5", "1 decimal and the field takes whole numbers"},
		"a whole":                       {"NumberOfEmployees", "12", ""},
		"a text too long":               {"Short__c", "abcdef", "6 characters and the field takes 5"},
		"spaces at the end count not":   {"Short__c", "abcde  ", ""},
		"characters count, not bytes":   {"Short__c", "äöüßé", ""},
		"those outside the plane twice": {"Short__c", "abcd😀", "6 characters and the field takes 5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := numbers(t)
			id := w.insert("Account", map[string]any{"Name": "Acme"})
			ref := connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: id}
			v := valueOf(w, c.field, c.value)
			plain := connectors.Write{Key: "p", Op: connectors.Update, Ref: ref, Fields: map[string]connectors.Value{c.field: v, "Status__c": connectors.TextValue("goes")}}
			guarded := plain
			guarded.Key, guarded.Expect = "g", map[string]connectors.Value{"Name": connectors.TextValue("Acme")}
			made := making(w, "hs-1/create/salesforce", "Made")
			made.Fields[c.field] = v
			for _, write := range []connectors.Write{plain, guarded, made} {
				before := calls(w.c, "composite")
				r := w.c.Write(t.Context(), []connectors.Write{write})[0]
				if r.Outcome != connectors.Done || calls(w.c, "composite") == before {
					t.Fatalf("%s: %s %v, the rest is to go", write.Key, r.Outcome, r.Err)
				}
				checkDropped(t, write.Key, r.Dropped, c.field, c.why)
				fields, _ := w.org.Get(r.ID)
				if stood := fields[c.field]; c.why != "" && stood != "" {
					t.Errorf("%s: %s holds %q", write.Key, c.field, stood)
				} else if c.why == "" && !strings.HasPrefix(stood, strings.TrimRight(v.Text(), " ")) {
					t.Errorf("%s: %s holds %q, want %s", write.Key, c.field, stood, v.Text())
				}
			}
		})
	}
}

func checkDropped(t *testing.T, key string, dropped []*connectors.Error, field, why string) {
	t.Helper()
	switch {
	case why == "" && len(dropped) > 0:
		t.Errorf("%s: dropped %v", key, dropped)
	case why != "" && (len(dropped) != 1 || dropped[0].Field != field || dropped[0].Class != connectors.ParkField || !strings.Contains(dropped[0].Error(), why)):
		t.Errorf("%s: dropped %v, want %s: %s", key, dropped, field, why)
	}
}

// TestTheSandboxRounds is what the guard is for: sent as it is, the number is
// taken and changed without a word.
func TestTheSandboxRounds(t *testing.T) {
	t.Parallel()
	w := numbers(t)
	id := w.insert("Account", map[string]any{"Name": "Acme", "Score__c": 70.25, "Value__c": 10.005})
	if fields, _ := w.org.Get(id); fields["Score__c"] == "70.25" || fields["Value__c"] == "10.005" {
		t.Errorf("%v: a real org would have rounded", fields)
	}
}

// TestUnreadFieldIsNotWritten: as long as it is not known what the field keeps,
// a number with decimals waits; what has none goes.
func TestUnreadFieldIsNotWritten(t *testing.T) {
	t.Parallel()
	w := numbers(t)
	id := w.insert("Account", map[string]any{"Name": "Acme"})
	w.fault(sandbox.Fault{Action: "status", Status: 503, Method: "GET", Path: "describe", Count: -1})
	write := func(text string) connectors.Result {
		return w.c.Write(t.Context(), []connectors.Write{{Key: text, Op: connectors.Update, Ref: connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: id},
			Fields: map[string]connectors.Value{"Score__c": valueOf(w, "Score__c", text)}}})[0]
	}
	r := write("70.25")
	var e *connectors.Error
	if r.Outcome != connectors.Failed || !errors.As(r.Err, &e) || e.Class == connectors.ParkField || e.Class == connectors.ParkRecord {
		t.Errorf("%s %v, want it to wait", r.Outcome, r.Err)
	}
	if r := write("70"); r.Outcome != connectors.Done {
		t.Errorf("a whole number: %s %v", r.Outcome, r.Err)
	}
}
