package salesforce_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"handoffd/connectors"
	"handoffd/connectors/salesforce"
	"handoffd/connectors/transport"
)

// between lets something happen in the org right before a request whose body
// holds a text: a person saves while we are on our way.
type between struct {
	org    http.Handler
	marker string
	act    func(n int)
	n      int
}

func (b *between) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	if strings.Contains(string(body), b.marker) {
		b.n++
		b.act(b.n)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	b.org.ServeHTTP(w, r)
}

// TestSandboxNobodyIsOverwritten: a person's save between our look and our
// write is kept (I4); one to another field does not stop us.
func TestSandboxNobodyIsOverwritten(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		save  map[string]any
		times int
		want  connectors.Outcome
		value string
	}{
		{"same field", map[string]any{"Status__c": "theirs"}, 1, connectors.Conflicted, "theirs"},
		{"another field", map[string]any{"Name": "Renamed"}, 1, connectors.Done, "ours"},
		{"another field, again and again", map[string]any{"Name": "Renamed"}, 9, connectors.Failed, "old"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, true, nil)
			id := w.insert("Account", map[string]any{"Name": "Acme", "Status__c": "old"})
			w.clock.Advance(1e9)
			person := &between{org: w.org, marker: "PATCH", act: func(n int) {
				if n <= tt.times {
					w.clock.Advance(2e9)
					w.must(w.org.Update(id, tt.save))
				}
			}}
			c := w.connect(func(cfg *salesforce.Config) { cfg.HTTP = transport.Handler(person) })
			text := connectors.TextValue
			r := c.Write(t.Context(), []connectors.Write{{
				Key: "k", Op: connectors.Update, Ref: connectors.Ref{Object: connectors.Account, ID: id},
				Fields: map[string]connectors.Value{"Status__c": text("ours")}, Expect: map[string]connectors.Value{"Status__c": text("old")},
			}})[0]
			fields, _ := w.org.Get(id)
			if r.Outcome != tt.want || fields["Status__c"] != tt.value {
				t.Errorf("%s (%v), the org has %q", r.Outcome, r.Err, fields["Status__c"])
			}
			if tt.want == connectors.Conflicted && r.Current["Status__c"] != text("theirs") {
				t.Errorf("current: %v", r.Current)
			}
		})
	}
}
