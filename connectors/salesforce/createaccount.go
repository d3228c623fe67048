package salesforce

import (
	"context"
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

// createAccounts makes accounts. Salesforce has no key for them that every org
// has, so none is sent twice: after an unknown outcome only reading helps.
func (d *delivery) createAccounts(ctx context.Context, indices []int) {
	var items []*item
	byKey := make(map[string]*item)
	for _, i := range indices {
		w := &d.batch[i]
		if same := byKey[w.Key]; same != nil && w.Key != "" {
			same.writes = append(same.writes, i)
			continue
		}
		if why := unmakeable(w); why != "" {
			d.results[i] = refused(*w, "", why)
			continue
		}
		it := &item{writes: []int{i}, entry: entry{from: accountObject}, kept: map[string]bool{"name": true}}
		byKey[w.Key] = it
		d.encode(ctx, it, i)
		if !it.has("name") {
			d.finish([]*item{it}, nothingLeft(it))
			continue
		}
		items = append(items, it)
	}
	d.run(ctx, sending{method: http.MethodPost, priority: transport.PrioritySync}, items, nil)
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
// of that name and website, made by us since the create was decided. Deleted
// ones count: who deletes it does not want it back.
func (c *Client) resolveAccount(ctx context.Context, w connectors.Write) connectors.Result {
	if why := unmakeable(&w); why != "" {
		return refused(w, "", why)
	}
	q := query{
		fields: []string{fieldID}, from: accountObject, order: "CreatedDate, Id",
		where: []string{
			"Name = " + quote(strings.TrimSpace(w.Fields["Name"].Text())),
			"CreatedDate >= " + instant(w.Since.Add(-clocksApart)),
		},
	}
	if user := c.signIn.user(); user != "" {
		q.where = append(q.where, "CreatedById = "+quote(user))
	}
	if site := w.Fields["Website"]; !site.IsNull() {
		q.where = append(q.where, "Website = "+quote(strings.TrimSpace(site.Text())))
	}
	rows, err := c.follow(ctx, c.queryPath(q, true), transport.PrioritySync)
	switch {
	case err != nil:
		return connectors.Result{Key: w.Key, Outcome: connectors.Unsure, Err: err}
	case len(rows) == 0:
		return c.notThere(w, longestRequest)
	}
	return connectors.Result{Key: w.Key, Outcome: connectors.Existed, ID: textAt(rows[0], fieldID, kindID)}
}
