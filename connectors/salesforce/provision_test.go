package salesforce_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/connectors/salesforce"
	"handoffd/connectors/salesforce/sandbox"
	"handoffd/connectors/transport"
)

// stub answers some requests in the place of the org: those whose method, path
// and query contain the key.
func (w *world) stub(answers map[string]string) func(*salesforce.Config) {
	return func(c *salesforce.Config) {
		c.HTTP = transport.Handler(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			asked := r.Method + " " + r.URL.Path + " " + r.URL.Query().Get("q")
			for key, answer := range answers {
				if !strings.Contains(asked, key) {
					continue
				}
				out.Header().Set("Content-Type", "application/json")
				if strings.HasPrefix(answer, "[{\"message\"") {
					out.WriteHeader(http.StatusForbidden)
				}
				_, _ = fmt.Fprint(out, answer)
				return
			}
			w.org.ServeHTTP(out, r)
		}))
	}
}

const noRights = `[{"message":"insufficient rights","errorCode":"INSUFFICIENT_ACCESS"}]`

func fieldNeeds() connectors.Needs {
	return connectors.Needs{Fields: []connectors.FieldNeed{
		{Object: connectors.Account, Name: "Tier__c", Label: "Tier", Kind: connectors.FieldChoice, Values: []string{"A", "B"}, Write: true},
		{Object: connectors.Account, Name: "Score__c", Label: "Score", Kind: connectors.FieldNumber, Digits: 3, Decimals: 1},
		{Object: connectors.Account, Name: "Since__c", Label: "Since", Kind: connectors.FieldDate},
		{Object: connectors.Account, Name: "Seen__c", Label: "Seen", Kind: connectors.FieldDateTime},
		{Object: connectors.Account, Name: "Nope", Label: "Nope", Kind: connectors.FieldText},
		{Object: connectors.Task, Name: keyField, Label: "Key", Kind: connectors.FieldText, Unique: true, Write: true, Optional: true},
	}}
}

// states shows steps as "kind name: state".
func states(steps []connectors.Step) []string {
	var out []string
	for _, s := range steps {
		out = append(out, fmt.Sprintf("%s %s: %s", s.Kind, s.Name, s.State))
	}
	return out
}

func TestProvision(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false, nil)
	steps, err := w.c.Provision(t.Context(), fieldNeeds(), true)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"field Account.Tier__c: made", "field Account.Score__c: made", "field Account.Since__c: made", "field Account.Seen__c: made",
		"field Account.Nope: by hand", "field Activity." + keyField + ": made", "permission set handoffd: made",
		"field permission Account.Tier__c: made", "field permission Account.Score__c: made", "field permission Account.Since__c: made",
		"field permission Account.Seen__c: made", "field permission Account.Nope: failed", "field permission Task." + keyField + ": made",
		"assignment handoffd to the signed-in user: made",
	}
	if diff := cmp.Diff(want, states(steps)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	schema, err := w.connect(nil).Describe(t.Context(), connectors.Account)
	if err != nil {
		t.Fatal(err)
	}
	for name, check := range map[string]func(connectors.Field) bool{
		"Tier__c": func(f connectors.Field) bool {
			return f.Type == "picklist" && !f.Restricted && len(f.Options) == 2 && f.Writable
		},
		"Score__c": func(f connectors.Field) bool {
			return f.Type == "double" && f.Precision == 4 && f.Scale == 1 && !f.Writable
		},
		"Since__c": func(f connectors.Field) bool { return f.Type == "date" },
		"Seen__c":  func(f connectors.Field) bool { return f.Type == "datetime" },
	} {
		if f, ok := schema.Fields[name]; !ok || !check(f) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// A field that exists but is hidden from everybody is granted, not made.
func TestProvisionHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	w.field("Account", sandbox.Field{Name: "Tier__c", Label: "Tier", Type: "string", Length: 20, Hidden: true})
	needs := connectors.Needs{Fields: fieldNeeds().Fields[:1]}
	steps, err := w.c.Provision(t.Context(), needs, true)
	want := []string{
		"field Account.Tier__c: present", "permission set handoffd: made", "field permission Account.Tier__c: made", "assignment handoffd to the signed-in user: made",
	}
	if diff := cmp.Diff(want, states(steps)); diff != "" || err != nil {
		t.Errorf("%v -want +got:\n%s", err, diff)
	}
}

// Without the right to look, what is missing is still listed, and making it
// fails line by line.
func TestProvisionWithoutRights(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false, nil)
	c := w.connect(w.stub(map[string]string{"FROM CustomField": noRights, "POST /services/data/v67.0/tooling": noRights, "POST /services/data/v67.0/sobjects/PermissionSet ": noRights}))
	needs := connectors.Needs{Fields: fieldNeeds().Fields[:2], Notification: "Alert"}
	steps, err := c.Provision(t.Context(), needs, false)
	if err != nil || steps[0].State != connectors.StepMissing || !strings.Contains(steps[0].What, "cannot be listed: INSUFFICIENT_ACCESS") {
		t.Errorf("%v %+v", err, steps)
	}
	steps, err = c.Provision(t.Context(), needs, true)
	want := []string{
		"field Account.Tier__c: failed", "field Account.Score__c: failed", "permission set handoffd: failed", "field permission Account.Tier__c: failed",
		"field permission Account.Score__c: failed", "assignment handoffd to the signed-in user: failed", "notification type Alert: by hand",
	}
	if diff := cmp.Diff(want, states(steps)); diff != "" || err != nil {
		t.Errorf("%v -want +got:\n%s", err, diff)
	}
	if steps[0].Fix == "" || steps[2].Fix == "" || !steps[6].Optional {
		t.Errorf("%+v", steps)
	}
}

// An org that lets its Tooling API make notification types gets one.
func TestProvisionNotification(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	var body string
	c := w.connect(func(cfg *salesforce.Config) {
		cfg.NotificationType = "handoffd_Alert"
		cfg.HTTP = transport.Handler(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/tooling/sobjects/CustomNotificationType") {
				text := make([]byte, r.ContentLength)
				_, _ = r.Body.Read(text)
				body = string(text)
				out.WriteHeader(http.StatusCreated)
				_, _ = fmt.Fprint(out, `{"id":"0ML000000000001AAA","success":true,"errors":[]}`)
				return
			}
			w.org.ServeHTTP(out, r)
		}))
	})
	steps, err := c.Provision(t.Context(), connectors.Needs{Notification: "handoffd_Alert"}, true)
	if err != nil || len(steps) != 1 || steps[0].State != connectors.StepMade {
		t.Errorf("%v %+v", err, steps)
	}
	want := `{"FullName":"handoffd_Alert","Metadata":{"customNotifTypeName":"handoffd Alert","desktop":true,"masterLabel":"handoffd Alert","mobile":true}}`
	if body != want {
		t.Errorf("sent %s, want %s", body, want)
	}
}

func TestRights(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	granted := func(c *salesforce.Client) map[string]bool {
		list, err := c.Rights(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]bool{}
		for _, r := range list {
			out[r.What] = r.Granted
			if !r.Granted && (r.Why == "" || r.Fix == "") {
				t.Errorf("%+v says too little", r)
			}
		}
		return out
	}
	if diff := cmp.Diff(map[string]bool{"edit accounts": true, "create accounts": true, "create tasks": true}, granted(w.c)); diff != "" {
		t.Error(diff)
	}
	limited := w.connect(func(cfg *salesforce.Config) {
		w.stub(map[string]string{
			"GET /services/data/v67.0/sobjects/Task ":    `{"objectDescribe":{"createable":false,"updateable":true}}`,
			"GET /services/data/v67.0/sobjects/Account ": noRights,
		})(cfg)
		cfg.NotificationType = "Nope"
	})
	want := map[string]bool{"edit accounts": false, "create accounts": false, "create tasks": false, "alerts as notification Nope": false}
	if diff := cmp.Diff(want, granted(limited)); diff != "" {
		t.Error(diff)
	}
}

// Names that would lead out of the folder or break the XML cannot come in:
// the mapping has checked them; the texts of people are escaped.
func TestExportEscapes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	needs := connectors.Needs{Fields: []connectors.FieldNeed{{
		Object: connectors.Account, Name: "Tier__c", Label: `<"Tier" & more>`, Kind: connectors.FieldChoice, Values: []string{"R&D", "<b>"},
	}}}
	steps, err := w.c.Provision(t.Context(), needs, false)
	if err != nil {
		t.Fatal(err)
	}
	files, err := w.c.Export(needs, steps)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(files, func(f connectors.File) bool {
		return strings.HasSuffix(f.Path, "Account/fields/Tier__c.field-meta.xml")
	})
	if i < 0 || !strings.Contains(string(files[i].Data), "<fullName>R&amp;D</fullName>") || strings.Contains(string(files[i].Data), "<b>") {
		t.Errorf("%d of %d: %s", i, len(files), files[max(i, 0)].Data)
	}
}
