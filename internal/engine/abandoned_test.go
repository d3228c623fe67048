package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// Abandon notes what the engine gives up.
func (c *crm) Abandon(_ context.Context, object connectors.Object, cursor connectors.Cursor) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.abandoned = append(c.abandoned, connectors.Cursor(object)+" "+cursor)
	return c.abandonErr
}

// halfReloaded is a house whose reload of HubSpot's accounts has stopped after
// its first page.
func halfReloaded(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	for n := range 5 {
		h.pair(n, "10")
	}
	h.once()
	h.gain("industry")
	h.make(&brokenStore{Store: h.store, failAt: 3}) // sign-in, the first page, the second
	if err := h.engine.Reload(t.Context(), connectors.HubSpot); !errors.Is(err, errDisk) {
		t.Fatalf("reloading: %v, want it to stop in the middle", err)
	}
	if at := cursorsOf(t, h)["account@reload"].Cursor; at == "" {
		t.Fatal("no reload is under way")
	}
	return h
}

// gain adds a field to the mapping and starts the daemon with it.
func (h *house) gain(field string) {
	h.t.Helper()
	h.mapping = strings.Replace(h.mapping, "account:\n", "account:\n  "+field+": {type: text, hubspot: "+field+"}\n", 1)
	h.restart()
}

// TestDroppedCursorIsAbandoned: when a reload replaces another, what the first
// holds at the CRM is ended, after the commit, once, and through a crash.
func TestDroppedCursorIsAbandoned(t *testing.T) {
	t.Parallel()
	h := halfReloaded(t)
	want := []connectors.Cursor{"account " + cursorsOf(t, h)["account@reload"].Cursor}
	h.gain("city")
	if len(h.hs.abandoned) != 0 {
		t.Errorf("%v were given up while the daemon starts", h.hs.abandoned)
	}
	h.restart() // it died before it could end anything
	for range 2 {
		h.once()
		if diff := cmp.Diff(want, h.hs.abandoned); diff != "" {
			t.Errorf("given up: -want +got:\n%s", diff)
		}
	}
}

// TestAbandonIsTriedAgain only where another try may help.
func TestAbandonIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		class connectors.Class
		tries int
	}{{connectors.Retry, 3}, {connectors.Reauth, 3}, {connectors.ParkRecord, 1}} {
		t.Run(string(c.class), func(t *testing.T) {
			t.Parallel()
			h := halfReloaded(t)
			h.gain("city")
			h.hs.abandonErr = &connectors.Error{System: connectors.HubSpot, Class: c.class, Message: "no"}
			h.once()
			h.once()
			h.hs.abandonErr = nil
			h.once()
			h.once()
			if len(h.hs.abandoned) != c.tries {
				t.Errorf("%d tries, want %d: %v", len(h.hs.abandoned), c.tries, h.hs.abandoned)
			}
		})
	}
}

// TestCursorThatStaysIsKept: a start that does not commit gives nothing up.
func TestCursorThatStaysIsKept(t *testing.T) {
	t.Parallel()
	h := halfReloaded(t)
	before := cursorsOf(t, h)
	h.mapping = strings.Replace(h.mapping, "account:\n", "account:\n  city: {type: text, hubspot: city}\n", 1)
	h.make(&brokenStore{Store: h.store, failAt: 3}) // two sign-ins, then the new policy
	if _, err := h.engine.Start(t.Context()); !errors.Is(err, errDisk) {
		t.Fatalf("starting: %v", err)
	}
	if diff := cmp.Diff(before, cursorsOf(t, h)); diff != "" {
		t.Errorf("cursors: -before +after:\n%s", diff)
	}
	h.make(&brokenStore{Store: h.store, failAt: 2}) // the page after the sign-in
	_ = h.engine.Reload(t.Context(), connectors.HubSpot)
	if len(h.hs.abandoned) != 0 {
		t.Errorf("%v were given up, and are still read from", h.hs.abandoned)
	}
}

// TestObjectThatIsNotReadAnyMore: what is under way for it is given up; where
// changes are read from stays for the day on which it comes back.
func TestObjectThatIsNotReadAnyMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.sf.objects = []connectors.Object{connectors.Task, connectors.Meeting}
	h.restart()
	h.pair(1, "10")
	h.once()
	put := func(o connectors.Object, cursor connectors.Cursor, loaded bool) {
		err := h.store.Update(t.Context(), func(tx engine.Tx) error {
			return tx.PutCursor(engine.CursorRow{System: connectors.Salesforce, Object: o, Cursor: cursor, Loaded: loaded})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put(connectors.Task, "11", true)
	put("task@reload", "12", false)
	put(connectors.Meeting, "13", false)
	h.sf.objects = nil
	h.restart()
	h.once()
	slices.Sort(h.sf.abandoned)
	if diff := cmp.Diff([]connectors.Cursor{"meeting 13", "task 12"}, h.sf.abandoned); diff != "" {
		t.Errorf("given up: -want +got:\n%s", diff)
	}
	look(t, h, func(tx engine.Tx) error {
		cursors, err := tx.Cursors(connectors.Salesforce)
		if _, reload := cursors["task@reload"]; reload || cursors[connectors.Task].Cursor != "11" || len(cursors) != 3 {
			t.Errorf("cursors %+v, want accounts, contacts and the tasks' changes", cursors)
		}
		return err
	})
}

// TestBadCursorIsAbandoned: a read that starts anew gives up what it had begun.
func TestBadCursorIsAbandoned(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "10")
	h.once()
	at := cursorsOf(t, h)[connectors.Account].Cursor
	h.hs.pageErr = &connectors.Error{System: connectors.HubSpot, Class: connectors.Restart, Message: "bad cursor"}
	_ = h.engine.Poll(t.Context(), connectors.HubSpot) // fails, as it should
	h.hs.pageErr = nil
	h.once()
	if !slices.Contains(h.hs.abandoned, "account "+at) {
		t.Errorf("given up %v, want account %s", h.hs.abandoned, at)
	}
}
