package salesforce_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"handoffd/connectors"
	"handoffd/connectors/salesforce"
)

// jobs counts the query jobs that the org keeps.
func (w *world) jobs() int {
	w.t.Helper()
	token, err := w.org.Token("integration@sandbox.example")
	w.must(err)
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1/services/data/v67.0/jobs/query", http.NoBody)
	r.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	w.org.ServeHTTP(answer, r)
	var list struct {
		Done    bool
		Records []struct{ State string }
	}
	w.must(json.Unmarshal(answer.Body.Bytes(), &list))
	if !list.Done {
		w.t.Fatalf("listing jobs: %d %s", answer.Code, answer.Body)
	}
	return len(list.Records)
}

// TestSandboxAbandonLeavesNoJob whatever the job is at, and costs nothing
// where the cursor holds none.
func TestSandboxAbandonLeavesNoJob(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ rows, pages, want int }{
		{3, 0, 0}, {3, 1, 0}, {3, 2, 1}, {3, 3, 0}, {10_001, 3, 1}, // counted, made, read, and half read
	} {
		t.Run(fmt.Sprintf("%d rows after %d pages", tt.rows, tt.pages), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, true, func(c *salesforce.Config) { c.BulkAbove = 1 })
			for i := range tt.rows {
				w.insert("Account", map[string]any{"Name": fmt.Sprint(i)})
			}
			var at connectors.Cursor
			for range tt.pages {
				got, err := w.c.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: at}})
				w.must(err)
				w.must(got[0].Err)
				at = got[0].Next
			}
			if n := w.jobs(); n != tt.want {
				t.Fatalf("%d jobs, want %d", n, tt.want)
			}
			for range 2 {
				w.must(w.c.Abandon(t.Context(), connectors.Account, at))
				if n := w.jobs(); n != 0 {
					t.Errorf("%d jobs are left", n)
				}
			}
		})
	}
}

// TestSandboxPageThatWasNeverCommitted: when the cursor that asked for a job
// asks again, the first job is ended.
func TestSandboxPageThatWasNeverCommitted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, func(c *salesforce.Config) { c.BulkAbove = 1 })
	for range 3 {
		w.insert("Account", map[string]any{"Name": "A"})
	}
	r := w.reader(connectors.Account)
	read := func(at connectors.Cursor) connectors.Page {
		t.Helper()
		got, err := w.c.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: at}})
		w.must(err)
		w.must(got[0].Err)
		return got[0]
	}
	counted := read("").Next
	for range 3 {
		r.cursor = read(counted).Next
		if n := w.jobs(); n != 1 {
			t.Errorf("%d jobs, want the last one alone", n)
		}
	}
	r.poll()
	if n := w.jobs(); n != 0 || len(r.rows) != 3 || !r.loaded {
		t.Errorf("%d jobs are left, %d rows read", n, len(r.rows))
	}
}
