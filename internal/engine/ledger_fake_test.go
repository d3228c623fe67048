package engine_test

import (
	"slices"

	"handoffd/connectors"
)

// remove deletes an account, or merges it into another one.
func (c *crm) remove(id, into string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ref := connectors.Ref{System: c.system, Object: connectors.Account, ID: id}
	c.log = append(c.log, connectors.Record{Ref: ref, Modified: c.clock.Now(), Deleted: true, MergedInto: into})
}

// restore brings a deleted account back as it was.
func (c *crm) restore(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.rows[connectors.Ref{System: c.system, Object: connectors.Account, ID: id}]
	r.Modified = c.clock.Now()
	c.log = append(c.log, r)
}

// alias adds an old id to a record that came out of a merge.
func (c *crm) alias(id, old string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.rows[connectors.Ref{System: c.system, Object: connectors.Account, ID: id}]
	r.Aliases = append(slices.Clone(r.Aliases), old)
	r.Modified = c.clock.Now()
	c.rows[r.Ref] = r
	c.log = append(c.log, r)
}
