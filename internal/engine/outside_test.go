package engine_test

import (
	"testing"
	"time"

	"handoffd/connectors"
)

// TestOutOfScopeIsLeftAlone: of a record that the where clause leaves out only
// old values are known; none of them is written anywhere, and nothing to it.
func TestOutOfScopeIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, rest := range []string{"from: hubspot", "from: salesforce", "sync: prefer_hubspot", "sync: newest"} {
		for _, out := range connectors.Systems() {
			h := syncHouse(t, rest)
			h.twin(1, "A", "A")
			h.rest(t)
			h.clock.Advance(time.Minute)
			c, id := h.sf, sfID(1)
			if out == connectors.HubSpot {
				c, id = h.hs, "1"
			}
			r := c.rows[connectors.Ref{System: out, Object: connectors.Account, ID: id}]
			r.OutOfScope, r.Modified = true, h.clock.Now()
			c.log = append(c.log, r)
			h.once()
			before := h.writes()
			h.plan(other(out), 1, "new")
			h.rest(t)
			if n := h.writes() - before; n > 0 {
				t.Errorf("%s, %s out of scope: %d writes, plans %q", rest, out, n, h.plans(1))
			}
			_ = h.store.Close()
		}
	}
}
