package salesforce

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

// TestFieldThatChanged: what a field takes is looked up anew before a value is
// refused, so that a change of the schema is heard of in time.
func TestFieldThatChanged(t *testing.T) {
	t.Parallel()
	c, s, fake := converse(t, nil, map[string]string{"Account": "Later__c:boolean"},
		step{ask: collectionAsk, reply: `[{"id":"` + idA + `","success":true,"errors":[]}]`})
	write := []connectors.Write{update("k", idA, map[string]connectors.Value{"Later__c": number("1.25")})}
	got := c.Write(t.Context(), write)
	s.extra["Account"] = "Later__c:double"
	got = append(got, c.Write(t.Context(), write)...)
	fake.Advance(missingLife)
	got = append(got, c.Write(t.Context(), write)...)
	want := []string{"k failed " + idA + " park_field  -Later__c", "k failed " + idA + " park_field  -Later__c", "k done " + idA}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
}

// TestDependentPicklist: the API would take any value of it.
func TestDependentPicklist(t *testing.T) {
	t.Parallel()
	f := &fieldDescription{Name: "Region__c", Type: "picklist", Length: 40, ControllerName: "Industry"}
	if _, err := f.fit(connectors.TextValue("East")); err == nil || !strings.Contains(err.Error(), "depends on Industry") {
		t.Errorf("refused with %v", err)
	}
	if _, err := f.fit(connectors.Value{}); err != nil {
		t.Errorf("it can be emptied: %v", err)
	}
}

// TestFormattedText: a formula that makes a link is no text that is written.
func TestFormattedText(t *testing.T) {
	t.Parallel()
	rich := &fieldDescription{Type: "textarea", HTML: true}
	link := &fieldDescription{Type: "string", HTML: true}
	if !rich.public().HTML || link.public().HTML {
		t.Errorf("rich text %v, a link %v", rich.public().HTML, link.public().HTML)
	}
}

// TestSeveralForOne: an open list would take them for a value of its own.
func TestSeveralForOne(t *testing.T) {
	t.Parallel()
	f := &fieldDescription{Type: "picklist", PicklistValues: []picklistOption{{Value: "A; B", Active: true}}}
	for text, fits := range map[string]bool{"A;B": false, "A; B": true, "A": true} {
		if _, err := f.fit(connectors.TextValue(text)); (err == nil) != fits {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestFieldsThatSayNothing: without digits or a length in the description
// Salesforce itself has to judge.
func TestFieldsThatSayNothing(t *testing.T) {
	t.Parallel()
	for _, f := range []*fieldDescription{nil, {Type: "double"}, {Type: "currency"}} {
		if _, err := f.fit(number("1.2345")); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
	}
	long := connectors.TextValue(strings.Repeat("x", 300))
	for _, f := range []*fieldDescription{nil, {Type: "string"}, {Type: "picklist", Length: 255}} {
		if _, err := f.fit(long); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
	}
	if raw, err := (&fieldDescription{Type: "datetime"}).fit(connectors.TimeValue(time.Unix(0, 0))); err != nil || string(raw) != `"1970-01-01T00:00:00.000Z"` {
		t.Errorf("%s %v", raw, err)
	}
}
