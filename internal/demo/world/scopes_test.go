package world_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"handoffd/internal/demo/world"
)

// The token of a rehearsal has the scopes that the documents name: it sees
// tickets, the list of custom objects and the workflows.
func TestTokenSeesAllThatIsDocumented(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Empty)
	for _, path := range []string{"/crm/v3/objects/tickets", "/crm/v3/schemas", "/automation/v4/flows", "/crm/v3/objects/tasks"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, hubspotURL+path, nil)
		r.Header.Set("Authorization", "Bearer "+w.Credentials.HubSpot.Token)
		reply := httptest.NewRecorder()
		w.HubSpot.ServeHTTP(reply, r)
		if reply.Code != http.StatusOK {
			t.Errorf("GET %s: %d %s", path, reply.Code, reply.Body)
		}
	}
}
