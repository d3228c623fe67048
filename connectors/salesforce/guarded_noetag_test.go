package salesforce

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

// An account whose entity tag got lost on the way is guarded by the time of its
// last change, if that is known, and the log says so.
func TestGuardedWriteWithoutEntityTag(t *testing.T) {
	t.Parallel()
	const (
		ask   = "POST /services/data/v67.0/composite"
		since = "Mon, 23 Nov 2026 12:00:00 GMT"
	)
	for name, tc := range map[string]struct{ sent, condition string }{
		"with a time": {`"httpHeaders":{"Last-Modified":"` + since + `"},`, `"httpHeaders":{"If-Unmodified-Since":"` + since + `"},`},
		"bare":        {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			write := fmt.Sprintf(`{"allOrNone":false,"compositeRequest":[{"method":"PATCH","referenceId":"r0","url":"/services/data/v67.0/sobjects/Account/%s",%s"body":{"Name":"new"}}]}`, idA, tc.condition)
			c, _, _ := converse(t, func(cfg *Config) { cfg.Logger = slog.New(slog.NewTextHandler(&log, nil)) }, nil,
				step{ask: ask, reply: rowsReply(`"httpStatusCode":200,` + tc.sent + `"body":{"Name":"old"}`)},
				step{ask: ask, body: write, reply: rowsReply(`"httpStatusCode":204,"body":null`)},
			)
			w := update("k", idA, map[string]connectors.Value{"Name": connectors.TextValue("new")})
			w.Expect = map[string]connectors.Value{"Name": connectors.TextValue("old")}
			if diff := cmp.Diff([]string{"k done " + idA}, shown(c.Write(t.Context(), []connectors.Write{w}))); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(log.String(), "without an entity tag") || !strings.Contains(log.String(), idA) {
				t.Errorf("log: %s", log.String())
			}
		})
	}
}
