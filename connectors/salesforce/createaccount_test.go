package salesforce_test

import (
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

// TestExactlyOneAccount: however the request ends, one account is there in the
// end, when the caller looks before it sends again.
func TestExactlyOneAccount(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"", "drop_before", "drop_after", "truncated_body", "malformed_body", "html_body", "expired_token", "row_lock", "latency_after"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, true, nil)
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
			_, rows, err := w.org.Query("SELECT Id FROM Account", true)
			if err != nil || len(rows) != 1 || r.Outcome != connectors.Done && r.Outcome != connectors.Existed || r.ID != rows[0][0] {
				t.Errorf("%s %q %v; there are %v (%v)", r.Outcome, r.ID, r.Err, rows, err)
			}
		})
	}
}
