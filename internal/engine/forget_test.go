package engine_test

import (
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

var dana = connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: "71"}

// changes lets HubSpot tell of a change of Dana's record that put cannot make.
func (h *house) changes(change func(*connectors.Record)) {
	h.clock.Advance(time.Minute)
	h.hs.mu.Lock()
	r := h.hs.rows[dana]
	r.Modified = h.clock.Now()
	change(&r)
	h.hs.rows[dana] = r
	h.hs.log = append(h.hs.log, r)
	h.hs.mu.Unlock()
	h.once()
}

// traces lists what is written down anywhere that names one of the words.
func traces(t *testing.T, h *house, words ...string) (left []string) {
	t.Helper()
	look(t, h, func(tx engine.Tx) error {
		note := func(text string) {
			for _, w := range words {
				if strings.Contains(strings.ToLower(text), w) {
					left = append(left, w+" in "+text)
				}
			}
		}
		rows, err := tx.Outbox("")
		for _, r := range rows {
			note(string(r.Payload))
		}
		handoffs, handoffsErr := tx.Handoffs(time.Time{})
		for _, r := range handoffs {
			note(r.Summary)
		}
		for _, query := range append(words, dana.ID) {
			people, _ := tx.People(query)
			for range people {
				left = append(left, query+" is known")
			}
		}
		if handoffsErr != nil {
			return handoffsErr
		}
		return err
	})
	return left
}

// TestForgetFindsThePast: whatever became of the contact since it was written
// down, the person is found and taken out everywhere.
func TestForgetFindsThePast(t *testing.T) {
	t.Parallel()
	rename := func(h *house) {
		h.changes(func(r *connectors.Record) {
			r.Fields["firstname"], r.Fields["lastname"], r.Fields["email"] = connectors.TextValue("Dee"), connectors.TextValue("Miller"), connectors.TextValue("dee@x.example")
		})
	}
	remove := func(h *house) { h.changes(func(r *connectors.Record) { r.Deleted = true }) }
	for name, c := range map[string]struct {
		happens []func(*house)
		query   string
	}{
		"deleted in the CRM, by address":  {[]func(*house){remove}, "dana@x.example"},
		"deleted in the CRM, by id":       {[]func(*house){remove}, "71"},
		"moved to another company":        {[]func(*house){func(h *house) { h.changes(func(r *connectors.Record) { r.Accounts = []string{"2"} }) }}, "dana@x.example"},
		"with another name and address":   {[]func(*house){rename}, "dee@x.example"},
		"by the former address":           {[]func(*house){rename}, "dana@x.example"},
		"renamed, then deleted":           {[]func(*house){rename, remove}, "71"},
		"the account was split meanwhile": {[]func(*house){func(h *house) { h.do(h.engine.Split(h.t.Context(), "1")) }}, "71"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := demoHouse(t)
			h.pair(1, "10")
			h.pair(2, "10")
			h.once()
			h.asks("71", h.clock.Now())
			h.once()
			if len(traces(t, h, "fox-lee")) == 0 {
				t.Fatal("nothing names the contact to begin with")
			}
			for _, f := range c.happens {
				f(h)
			}
			done, err := engine.Forget(t.Context(), h.store, c.query, h.clock.Now())
			if err != nil || len(done.Records) != 1 || done.Redacted < 2 {
				t.Fatalf("forgot %+v, %v", done, err)
			}
			if left := traces(t, h, "dana", "fox-lee", "miller", "dee@", "dana@x.example"); len(left) > 0 {
				t.Errorf("left: %s", strings.Join(left, "\n"))
			}
		})
	}
}

// TestForgetSparesOthers: an address that the person once had may be somebody
// else's by now.
func TestForgetSparesOthers(t *testing.T) {
	t.Parallel()
	h := demoHouse(t)
	h.pair(1, "10")
	h.once()
	h.asks("71", h.clock.Now())
	h.once()
	h.changes(func(r *connectors.Record) { r.Fields["email"] = connectors.TextValue("dee@x.example") })
	h.hs.put(connectors.Contact, "72", []string{"1"}, map[string]string{"firstname": "Eve", "email": "dana@x.example"})
	h.later()
	if _, err := engine.Forget(t.Context(), h.store, "71", h.clock.Now()); err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(time.Minute)
	h.hs.put(connectors.Contact, "72", nil, map[string]string{"firstname": "Eva"})
	h.later()
	look(t, h, func(tx engine.Tx) error {
		people, err := tx.People("72")
		if len(people) == 0 || people[0].Name != "Eva" || people[0].Former {
			t.Errorf("people %+v, want the one who has the address now", people)
		}
		return err
	})
}
