package hubspot

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

// start is when the tests' clocks stand.
var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// turn is one exchange: what must be asked, and what is answered.
type turn struct {
	want   string // method, path and decoded query
	body   string // the JSON that must be sent; "" means any
	status int    // 0 means 200
	reply  string
	header map[string]string
	drop   bool // the connection ends without a reply
}

// conversation plays its turns in order and complains about anything else.
type conversation struct {
	t *testing.T

	mu    sync.Mutex
	turns []turn
	seen  int
}

func (c *conversation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	got := r.Method + " " + r.URL.EscapedPath()
	if q := r.URL.Query(); len(q) > 0 {
		got += "?" + strings.ReplaceAll(strings.ReplaceAll(q.Encode(), "%2C", ","), "+", " ")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Errorf("reading request: %v", err)
	}
	if c.seen >= len(c.turns) {
		c.t.Errorf("one request too many: %s %s", got, body)
		http.Error(w, "{}", http.StatusTeapot)
		return
	}
	next := c.turns[c.seen]
	c.seen++
	if got != next.want {
		c.t.Errorf("request %d:\n got %s\nwant %s", c.seen, got, next.want)
	}
	if next.body != "" {
		if diff := cmp.Diff(jsonOf(c.t, next.body), jsonOf(c.t, string(body))); diff != "" {
			c.t.Errorf("request %d, %s: body (-want +got):\n%s", c.seen, got, diff)
		}
	}
	if next.drop {
		panic(http.ErrAbortHandler)
	}
	for name, value := range next.header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(or(next.status, http.StatusOK))
	fmt.Fprint(w, next.reply)
}

func (c *conversation) done() {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen != len(c.turns) {
		c.t.Errorf("%d of %d requests came; next would be %s", c.seen, len(c.turns), c.turns[c.seen].want)
	}
}

func jsonOf(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("reading JSON %q: %v", text, err)
	}
	return v
}

// converse returns a client that talks to the given turns, on a clock that
// jumps over every wait.
func converse(t *testing.T, change func(*Config), turns ...turn) (*Client, *clock.Fake) {
	t.Helper()
	c := &conversation{t: t, turns: turns}
	t.Cleanup(c.done)
	return clientOn(t, c, change)
}

func clientOn(t *testing.T, h http.Handler, change func(*Config)) (*Client, *clock.Fake) {
	t.Helper()
	fake := clock.NewFake(start).AutoAdvance()
	config := Config{
		BaseURL: "https://api.hubspot.test", Auth: Auth{Token: "pat-na1-0000"}, Clock: fake,
		HTTP: transport.Handler(h), BurstPerTenSeconds: 1_000_000, SearchPerSecond: 1_000_000,
		Selection: connectors.Selection{Fields: map[connectors.Object][]string{connectors.Account: {"name"}}},
	}
	if change != nil {
		change(&config)
	}
	client, err := New(config)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return client, fake
}

// properties is the reply that describes the named writable texts.
func properties(names ...string) string {
	var list []string
	for _, name := range names {
		list = append(list, fmt.Sprintf(`{"name":%q,"type":"string","fieldType":"text","modificationMetadata":{"readOnlyValue":false}}`, name))
	}
	return `{"results":[` + strings.Join(list, ",") + `]}`
}

func account(id string) connectors.Ref {
	return connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: id}
}
