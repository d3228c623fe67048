package dashboard

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// TestWritesThatWaitAreShown: the page, the API and the readiness check name
// what waits for somebody to act, with what to do.
func TestWritesThatWaitAreShown(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.store.cursors = map[connectors.System]map[connectors.Object]engine.CursorRow{
		connectors.Salesforce: {connectors.Account: {Loaded: true}}, connectors.HubSpot: {connectors.Account: {Loaded: true}},
	}
	h.store.held = []engine.HeldRow{
		{System: connectors.HubSpot, Kind: "create_task", Held: `{"code":"MISSING_SCOPES","reason":"MISSING_SCOPES: no","fix":"grant crm.objects.contacts.write"}`, Count: 2, NextTry: noon.Add(time.Minute)},
		{System: connectors.HubSpot, Kind: "create_note", Held: `{"code":"MISSING_SCOPES","reason":"MISSING_SCOPES: no","fix":"grant crm.objects.contacts.write"}`, Count: 1, NextTry: noon},
	}
	line := "hubspot: 3 writes wait (create_note 1, create_task 2): MISSING_SCOPES: no; to do: grant crm.objects.contacts.write; tried again at 2026-11-20 12:00:00 UTC and at every start"
	w := h.get(t, "/readyz")
	if w.Code != http.StatusOK || w.Body.String() != "ready; "+line+"\n" {
		t.Errorf("readyz answers %d %q", w.Code, w.Body)
	}
	h.source.summary.Held = []engine.HeldWrites{{
		System: connectors.HubSpot, Count: 3, Kinds: map[string]int{"create_task": 2, "create_note": 1}, NextTry: noon,
		Hold: engine.Hold{Code: "MISSING_SCOPES", Reason: "MISSING_SCOPES: no", Fix: "grant crm.objects.contacts.write"},
	}}
	if page := h.get(t, "/").Body.String(); !strings.Contains(page, line) {
		t.Error("the page does not say what waits")
	}
	want(t, h.get(t, "/api/status"), http.StatusOK, `"held_writes"`, `"count": 3`, `"fix": "grant crm.objects.contacts.write"`)
}
