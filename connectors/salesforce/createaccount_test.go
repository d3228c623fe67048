package salesforce_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/salesforce/sandbox"
)

func making(w *world, key, name string) connectors.Write {
	return connectors.Write{
		Key: key, Op: connectors.CreateAccount, Ref: connectors.Ref{System: connectors.Salesforce, Object: connectors.Account},
		Fields: map[string]connectors.Value{"Name": connectors.TextValue(name)}, Since: w.clock.Now(),
	}
}

// TestDuplicateRuleNamesTheRecord: what a duplicate rule refuses is parked, and
// the record that it found is named.
func TestDuplicateRuleNamesTheRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	id := w.insert("Account", map[string]any{"Name": "Acme"})
	w.fault(sandbox.Fault{Action: "duplicate_rule", Object: "Account", Field: "Name", Count: -1})
	got := w.c.Write(t.Context(), []connectors.Write{making(w, "a", "Acme"), making(w, "b", "Other")})
	if got[0].Outcome != connectors.Failed || connectors.ClassOf(got[0].Err) != connectors.ParkRecord || !strings.Contains(got[0].Err.Error(), id) {
		t.Errorf("the duplicate: %s %v, want it parked naming %s", got[0].Outcome, got[0].Err, id)
	}
	if got[1].Outcome != connectors.Done {
		t.Errorf("the other: %s %v", got[1].Outcome, got[1].Err)
	}
}

// accountKey gives the org the unique field that keeps accounts apart.
func (w *world) accountKey() {
	w.field("Account", sandbox.Field{Name: keyField, Label: "handoffd key", Type: "string", Length: 255, Unique: true, CaseSensitive: true, ExternalID: true})
}

func (w *world) accounts() [][]string {
	w.t.Helper()
	_, rows, err := w.org.Query("SELECT Id FROM Account", true)
	w.must(err)
	return rows
}

// TestExactlyOneAccount: however the request ends, one account is there in the
// end, when the caller looks before it sends again.
func TestExactlyOneAccount(t *testing.T) {
	t.Parallel()
	for _, keyed := range []bool{true, false} {
		for _, action := range []string{"", "drop_before", "drop_after", "truncated_body", "malformed_body", "html_body", "expired_token", "row_lock", "latency_after"} {
			t.Run(fmt.Sprintf("keyed %v %s", keyed, action), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, true, nil)
				if keyed {
					w.accountKey()
				}
				if action != "" {
					w.fault(sandbox.Fault{Action: action, Method: "POST", Path: "composite/sobjects", Delay: "10m"})
				}
				write := making(w, "hs-1/create/salesforce", "O'Neil & Söhne")
				var r connectors.Result
				for range 5 {
					r = w.c.Write(t.Context(), []connectors.Write{write})[0]
					if r.Outcome == connectors.Unsure {
						w.clock.Set(w.clock.Now().Add(11 * time.Minute))
						r = w.c.Resolve(t.Context(), write)
					}
					if r.Outcome != connectors.Failed || connectors.ClassOf(r.Err) != connectors.Retry {
						break
					}
				}
				rows := w.accounts()
				if len(rows) != 1 || r.Outcome != connectors.Done && r.Outcome != connectors.Existed || r.ID != rows[0][0] {
					t.Fatalf("%s %q %v; there are %v", r.Outcome, r.ID, r.Err, rows)
				}
				if !keyed {
					return
				}
				// Somebody renames it, and a process that knows nothing of it
				// tries again: the key still tells.
				w.must(w.org.Update(r.ID, map[string]any{"Name": "Renamed"}))
				again := w.connect(nil)
				for _, second := range []connectors.Result{again.Write(t.Context(), []connectors.Write{write})[0], again.Resolve(t.Context(), write)} {
					if second.Outcome != connectors.Existed || second.ID != r.ID || len(w.accounts()) != 1 {
						t.Errorf("second time: %s %q %v, %d accounts", second.Outcome, second.ID, second.Err, len(w.accounts()))
					}
				}
			})
		}
	}
}

// TestKeyThatCameLater: an account that was made without a key is found by its
// name, though the org has the field by now; one that has another key is not.
func TestKeyThatCameLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, nil)
	write := making(w, "hs-1/create/salesforce", "Acme")
	made := w.c.Write(t.Context(), []connectors.Write{write})[0]
	w.accountKey()
	c := w.connect(nil)
	if r := c.Resolve(t.Context(), write); r.Outcome != connectors.Existed || r.ID != made.ID {
		t.Errorf("%s %q %v, want %q", r.Outcome, r.ID, r.Err, made.ID)
	}
	w.must(w.org.Update(made.ID, map[string]any{keyField: "hs-2/create/salesforce"}))
	if r := c.Resolve(t.Context(), write); r.Outcome != connectors.Failed || connectors.ClassOf(r.Err) != connectors.Retry {
		t.Errorf("another's account: %s %q %v", r.Outcome, r.ID, r.Err)
	}
}
