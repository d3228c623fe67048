package salesforce_test

import (
	"bytes"
	"fmt"
	"log"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/connectortest"
	"handoffd/connectors/salesforce"
	"handoffd/connectors/salesforce/sandbox"
)

// lockedBuffer is a writer for many goroutines.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// TestMain watches the global log, to which simpleforce would print URLs and
// error bodies: whatever the tests do, nothing may come (I8).
func TestMain(m *testing.M) {
	var global lockedBuffer
	log.SetOutput(&global)
	code := connectortest.Main(m)
	if text := global.String(); text != "" {
		fmt.Fprintf(os.Stderr, "the global log is not silent:\n%.2000s\n", text)
		code = 1
	}
	os.Exit(code)
}

// TestSandboxLogsHoldNoContent: neither people's data nor credentials reach
// our own log, whatever goes wrong (I8).
func TestSandboxLogsHoldNoContent(t *testing.T) {
	t.Parallel()
	var text lockedBuffer
	w := newWorld(t, true, func(cfg *salesforce.Config) {
		cfg.Logger = slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
		cfg.Where = "Name != 'Secret Partner'"
		cfg.NotificationType = "Missing"
	})
	id := w.insert("Account", map[string]any{"Name": "Confidential Inc"})
	token, err := w.org.Token("integration@sandbox.example")
	w.must(err)
	r := w.reader(connectors.Account)
	var errs []error
	for _, action := range []string{"status", "html_body", "malformed_body", "drop_after", "expired_token", "truncated_body"} {
		w.fault(sandbox.Fault{Action: action, Count: 9, Body: "Jane Roe"})
		_, err := r.c.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: r.cursor}})
		result := w.c.Write(t.Context(), []connectors.Write{task("k"+action, id)})[0]
		alert := w.c.Alert(t.Context(), connectors.Alert{Key: "a", Title: "Jane Roe", Body: "is late", Email: "jane.roe@acme.example"})
		errs = append(errs, err, result.Err, alert.Err)
		w.org.RemoveFaults("")
		w.clock.Advance(time.Hour)
	}
	r.poll()
	for _, err := range errs {
		if err != nil {
			fmt.Fprintln(&text, err)
		}
	}
	for _, secret := range []string{"Confidential", "Secret Partner", "Jane Roe", "jane.roe@", "is late", token[:20], "SELECT", "grant_type", "assertion="} {
		if strings.Contains(text.String(), secret) {
			t.Errorf("%q stands in the log:\n%s", secret, text.String())
		}
	}
	if !strings.Contains(text.String(), "endpoint=query") {
		t.Error("nothing was logged at all")
	}
}
