package engine_test

import (
	"context"
	"fmt"
	"maps"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/internal/store"
)

// makeTask makes the task of a handoff a record like any other, so that people
// can work on it.
func (c *crm) makeTask(w connectors.Write) string {
	c.mu.Lock()
	id := fmt.Sprintf("own%d", len(c.ids)+1)
	c.ids[w.Key], c.tasks[w.Ref.ID] = id, append(c.tasks[w.Ref.ID], id)
	c.mu.Unlock()
	fields := map[string]string{"Subject": w.Activity.Subject, "Status": "Not Started", "IsClosed": "false", "OwnerId": w.Activity.OwnerID}
	if c.system == connectors.HubSpot {
		fields = map[string]string{"hs_task_subject": w.Activity.Subject, "hs_task_status": "NOT_STARTED", "hubspot_owner_id": w.Activity.OwnerID}
	}
	c.create(connectors.Task, id, w.Ref.ID, fields)
	return id
}

// create is put for a new record, whose vendor says when it was made.
func (c *crm) create(object connectors.Object, id, account string, pairs map[string]string) {
	c.mu.Lock()
	c.rows[c.ref(object, id)] = connectors.Record{Ref: c.ref(object, id), Created: c.clock.Now()}
	c.mu.Unlock()
	c.put(object, id, []string{account}, pairs)
}

// erase deletes a record as the vendors do: only its id is left.
func (c *crm) erase(object connectors.Object, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.rows, c.ref(object, id))
	c.log = append(c.log, connectors.Record{Ref: c.ref(object, id), Modified: c.clock.Now(), Deleted: true})
}

// fill fills in a form that overwrites what the last one said; the vendor
// keeps the history.
func (c *crm) fill(contact, form string) {
	now := c.clock.Now()
	c.mu.Lock()
	r := c.rows[c.ref(connectors.Contact, contact)]
	r.History = maps.Clone(r.History)
	if r.History == nil {
		r.History = map[string][]connectors.Version{}
	}
	add := func(name, value string) {
		r.History[name] = append(append([]connectors.Version{}, r.History[name]...), connectors.Version{Value: connectors.TextValue(value), At: now})
	}
	add("form_at", now.Format(time.RFC3339Nano))
	add("form_name", form)
	c.rows[r.Ref] = r
	c.mu.Unlock()
	c.put(connectors.Contact, contact, nil, map[string]string{"form_at": now.Format(time.RFC3339Nano), "form_name": form})
}

// drop forgets the first n changes, which everybody has read.
func (c *crm) drop(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trimmed += n
	c.log = append([]connectors.Record(nil), c.log[n:]...)
}

func (c *crm) ref(object connectors.Object, id string) connectors.Ref {
	return connectors.Ref{System: c.system, Object: object, ID: id}
}

// spiedStore shows every account that is written.
type spiedStore struct {
	*store.Store
	saw func([]engine.AccountRow)
}

func (s spiedStore) Update(ctx context.Context, f func(engine.Tx) error) error {
	return s.Store.Update(ctx, func(tx engine.Tx) error { return f(spiedTx{tx, s.saw}) })
}

type spiedTx struct {
	engine.Tx
	saw func([]engine.AccountRow)
}

func (t spiedTx) PutAccounts(rows []engine.AccountRow) error {
	t.saw(rows)
	return t.Tx.PutAccounts(rows)
}

// DeleteAccount is seen as a row without a life.
func (t spiedTx) DeleteAccount(id string) error {
	t.saw([]engine.AccountRow{{ID: id}})
	return t.Tx.DeleteAccount(id)
}
