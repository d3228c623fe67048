package salesforce

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

const accountObject = "Account"

// clocksApart is how far behind ours the org's clock may be: a record that we
// have just made may be stamped that much before we began.
const clocksApart = 2 * time.Minute

// createAccounts makes accounts. Where the org has the unique field, Salesforce
// itself refuses the second one of a key; where it has not, none is sent twice:
// after an unknown outcome only reading helps.
func (d *delivery) createAccounts(ctx context.Context, indices []int) {
	if len(indices) == 0 {
		return
	}
	key, err := d.c.accountKey(ctx)
	if err != nil {
		d.unsent(indices, err)
		return
	}
	var items []*item
	byKey := make(map[string]*item)
	for _, i := range indices {
		if same := byKey[d.batch[i].Key]; same != nil {
			same.writes = append(same.writes, i)
			continue
		}
		if it := d.account(ctx, i, key); it != nil {
			byKey[d.batch[i].Key] = it
			items = append(items, it)
		}
	}
	how := sending{method: http.MethodPost, idempotent: key != nil, priority: transport.PrioritySync}
	d.run(ctx, how, items, func(it *item, row saved) bool { return key != nil && d.existed(ctx, it, row, key.Name) })
}

// accountKey is the unique field that keeps accounts of ours apart, nil if the
// org has none.
func (c *Client) accountKey(ctx context.Context) (*fieldDescription, error) {
	described, err := c.describe(ctx, accountObject, describeLife, transport.PrioritySync)
	if err != nil {
		return nil, err
	}
	if f := described.field(c.cfg.AccountKeyField); f != nil && f.Unique && f.Createable {
		return f, nil
	}
	return nil, nil
}

// account turns one write into an account to be created. It settles the write
// itself and returns nil if that cannot be sent.
func (d *delivery) account(ctx context.Context, i int, key *fieldDescription) *item {
	w := &d.batch[i]
	if why := unmakeable(w); why != "" {
		d.results[i] = refused(*w, "", why)
		return nil
	}
	it := &item{writes: []int{i}, entry: entry{from: accountObject}, kept: map[string]bool{"name": true}}
	if !d.encode(ctx, it, i) {
		return nil
	}
	if !it.has("name") {
		d.finish([]*item{it}, connectors.Result{Outcome: connectors.Failed, Err: it.why("name")})
		return nil
	}
	if key == nil {
		return it
	}
	if n := characters(w.Key); key.Length > 0 && n > key.Length {
		d.results[i] = refused(*w, key.Name, fmt.Sprintf("the key has %d characters, at most %d fit", n, key.Length))
		return nil
	}
	text, _ := json.Marshal(w.Key) // a text always has a form
	it.set(key.Name, text)
	it.kept[strings.ToLower(key.Name)] = true
	return it
}

// why is the reason for which a field was dropped.
func (it *item) why(name string) *connectors.Error {
	for _, e := range it.dropped {
		if strings.EqualFold(e.Field, name) {
			return e
		}
	}
	return it.dropped[0]
}

// unmakeable says why a write makes no account, "" if it does.
func unmakeable(w *connectors.Write) string {
	name := w.Fields["Name"]
	switch {
	case w.Ref.Object != connectors.Account || w.Key == "":
		return "an account is made with a key, and is an account"
	case name.IsNull() || strings.TrimSpace(name.Text()) == "":
		return "an account needs a Name"
	}
	return ""
}

// resolveAccount looks for the account that an unsure create would have made:
// by its key, and if none has it, of that name and website, made without a key
// by us since the create was decided, for the field may be younger than the
// request. Deleted ones count: who deletes it does not want it back.
func (c *Client) resolveAccount(ctx context.Context, w connectors.Write) connectors.Result {
	if why := unmakeable(&w); why != "" {
		return refused(w, "", why)
	}
	key, err := c.accountKey(ctx)
	if err != nil {
		return connectors.Result{Key: w.Key, Outcome: connectors.Unsure, Err: err}
	}
	id, wait := "", longestRequest
	if key != nil {
		id, err = c.byKey(ctx, accountObject, key.Name, w.Key)
		wait = 0
	}
	if err == nil && id == "" {
		id, err = c.alike(ctx, w, key)
	}
	switch {
	case err != nil:
		return connectors.Result{Key: w.Key, Outcome: connectors.Unsure, Err: err}
	case id == "":
		return c.notThere(w, wait)
	}
	return connectors.Result{Key: w.Key, Outcome: connectors.Existed, ID: id}
}

// alike finds the first account that looks as the create would have made it,
// "" if there is none.
func (c *Client) alike(ctx context.Context, w connectors.Write, key *fieldDescription) (string, error) {
	q := query{
		fields: []string{fieldID}, from: accountObject, order: "CreatedDate, Id",
		where: []string{
			"Name = " + quote(strings.TrimSpace(w.Fields["Name"].Text())),
			"CreatedDate >= " + instant(w.Since.Add(-clocksApart)),
		},
	}
	if key != nil {
		q.where = append(q.where, key.Name+" = null")
	}
	if user := c.signIn.user(); user != "" {
		q.where = append(q.where, "CreatedById = "+quote(user))
	}
	if site := w.Fields["Website"]; !site.IsNull() {
		q.where = append(q.where, "Website = "+quote(strings.TrimSpace(site.Text())))
	}
	rows, err := c.follow(ctx, c.queryPath(q, true), transport.PrioritySync)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return textAt(rows[0], fieldID, kindID), nil
}
