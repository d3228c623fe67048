package salesforce

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

func rowsReply(parts ...string) string {
	for i := range parts {
		parts[i] = fmt.Sprintf(`{"referenceId":"r%d",%s}`, i, parts[i])
	}
	return `{"compositeResponse":[` + strings.Join(parts, ",") + `]}`
}

func TestGuardedWrites(t *testing.T) {
	t.Parallel()
	row := "/services/data/v67.0/sobjects/Account/"
	look := func(id string, ref int) string {
		return fmt.Sprintf(`{"method":"GET","referenceId":"r%d","url":"%s%s?fields=Name"}`, ref, row, id)
	}
	write := func(id string, ref int, etag, name string) string {
		return fmt.Sprintf(`{"method":"PATCH","referenceId":"r%d","url":"%s%s","httpHeaders":{"If-Match":%q},"body":{"Name":%q}}`, ref, row, id, etag, name)
	}
	call := func(subs ...string) string {
		return `{"allOrNone":false,"compositeRequest":[` + strings.Join(subs, ",") + `]}`
	}
	holds := func(etag, name string) string {
		return fmt.Sprintf(`"httpStatusCode":200,"httpHeaders":{"etag":%q},"body":{"Id":"x","Name":%q}`, etag, name)
	}
	const ask = "POST /services/data/v67.0/composite"
	c, _, _ := converse(t, nil, nil,
		// Two are as expected, the third is not.
		step{ask: ask, body: call(look(idA, 0), look(idB, 1), look(idC, 2)), reply: rowsReply(holds("e1", "old"), holds("e2", "old"), holds("e3", "theirs"))},
		// The second changed in another field between look and write.
		step{ask: ask, body: call(write(idA, 0, "e1", "new"), write(idB, 1, "e2", "new")),
			reply: rowsReply(`"httpStatusCode":204,"body":null`, `"httpStatusCode":412,"body":[{"errorCode":"PRECONDITION_FAILED","message":"m"}]`)},
		step{ask: ask, body: call(look(idB, 0)), reply: rowsReply(holds("e4", "old"))},
		step{ask: ask, body: call(write(idB, 0, "e4", "new")), reply: rowsReply(`"httpStatusCode":204,"body":null`)},
		// A second write to the first record goes after the first one.
		step{ask: ask, body: call(look(idA, 0)), reply: rowsReply(holds("e5", "new"))},
		step{ask: ask, body: call(write(idA, 0, "e5", "newer")), reply: rowsReply(`"httpStatusCode":400,"body":[{"errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"m"}]`)},
	)
	text := func(s string) map[string]connectors.Value {
		return map[string]connectors.Value{"Name": connectors.TextValue(s)}
	}
	guarded := func(key, id, to, from string) connectors.Write {
		w := update(key, id, text(to))
		w.Expect = text(from)
		return w
	}
	got := c.Write(t.Context(), []connectors.Write{
		guarded("k1", idA, "new", "old"), guarded("k2", idB, "new", "old"), guarded("k3", idC, "new", "old"), guarded("k4", idA, "newer", "new"),
	})
	want := []string{
		"k1 done " + idA, "k2 done " + idB, "k3 conflicted " + idC, "k4 failed " + idA + " park_record FIELD_CUSTOM_VALIDATION_EXCEPTION",
	}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
	if got[2].Current["Name"] != connectors.TextValue("theirs") {
		t.Errorf("current: %v", got[2].Current)
	}
}

func TestGuardedWriteWithoutAnAnswerIsUnsure(t *testing.T) {
	t.Parallel()
	const ask = "POST /services/data/v67.0/composite"
	c, _, _ := converse(t, nil, nil,
		step{ask: ask, reply: rowsReply(`"httpStatusCode":200,"httpHeaders":{"ETag":"e1"},"body":{"Name":"old"}`)},
		step{ask: ask, drop: true},
	)
	w := update("k", idA, map[string]connectors.Value{"Name": connectors.TextValue("new")})
	w.Expect = map[string]connectors.Value{"Name": connectors.TextValue("old")}
	if diff := cmp.Diff([]string{"k unsure " + idA + " unknown_outcome DROPPED"}, shown(c.Write(t.Context(), []connectors.Write{w}))); diff != "" {
		t.Error(diff)
	}
}
