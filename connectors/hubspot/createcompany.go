package hubspot

import (
	"context"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// The properties of a company of which it needs one (HubSpot developer docs,
// "Companies"), and by which one is known again.
const (
	propName   = "name"
	propDomain = "domain"
)

// clocksApart is how far behind ours HubSpot's clock may be: a record that we
// have just made may be stamped that much before we began.
const clocksApart = 2 * time.Minute

// checkCompany refuses what makes no company.
func checkCompany(w connectors.Write) string {
	switch {
	case w.Ref.Object != connectors.Account || w.Ref.ID != "" || w.Key == "":
		return "a company is made with a key and without an id"
	case textOf(w, propName) == "" && textOf(w, propDomain) == "":
		return "a company needs a name or a domain"
	}
	return ""
}

func textOf(w connectors.Write, property string) string {
	v := w.Fields[property]
	if v.IsNull() {
		return ""
	}
	return strings.TrimSpace(v.Text())
}

// newCompany prepares one company.
func (d *delivery) newCompany(ctx context.Context, i int, k kind, w connectors.Write) *item {
	properties, dropped, refused := d.encodeFields(ctx, k, "", w.Fields, transport.PrioritySync)
	if refused != nil {
		d.fail(i, refused.Error)
		return nil
	}
	return &item{index: i, write: w, properties: properties, dropped: dropped, needed: []string{propName, propDomain, d.config.AccountKeyProperty}}
}

// createCompanies makes companies. HubSpot does not look whether one of that
// domain is there. Where the portal has our unique property, it refuses the
// second one of a key; where it has not, none is sent twice: after an unknown
// outcome only reading helps.
func (d *delivery) createCompanies(ctx context.Context, k kind, items []*item) {
	if len(items) == 0 {
		return
	}
	calm := *d // a task goes first when the day's allowance runs short (I10)
	calm.creates = transport.PrioritySync
	unique, refused := d.uniqueKey(ctx, k, calm.creates)
	if refused != nil {
		for _, u := range items {
			d.fail(u.index, forRecord(notSent(refused.Error), k, u))
		}
		return
	}
	items, repeated := firsts(items)
	if unique {
		for _, u := range items {
			u.properties[d.config.AccountKeyProperty] = u.write.Key
		}
	}
	for chunk := range slices.Chunk(items, batchSize) {
		calm.sendNew(ctx, k, unique, chunk)
	}
	for u, first := range repeated {
		d.results[u.index] = d.results[first.index]
	}
}

// matchCompanies finds the new companies among the rows of a reply that belong
// to nobody yet: of the name and domain that were sent, and of those the one
// that has most of the other values too. Those with most values choose first.
func matchCompanies(batch []*item, rows []row, made map[*item]string) {
	taken := make(map[string]bool)
	for _, id := range made {
		taken[id] = true
	}
	byValues := slices.Clone(batch)
	slices.SortStableFunc(byValues, func(a, b *item) int { return len(b.properties) - len(a.properties) })
	for _, u := range byValues {
		if made[u] != "" {
			continue
		}
		best, most := "", 0
		for _, r := range rows {
			if n := likeness(u, r); n > most && !taken[string(r.ID)] {
				best, most = string(r.ID), n
			}
		}
		made[u], taken[best] = best, true
	}
}

// likeness counts the values that a company shares with what was sent; 0 means
// that it has another name or domain.
func likeness(u *item, r row) int {
	n := 0
	for property, sent := range u.properties {
		has := r.text(property)
		switch {
		case property == propName && !strings.EqualFold(strings.TrimSpace(has), strings.TrimSpace(sent)):
			return 0
		case property == propDomain && bareDomain(has) != bareDomain(sent):
			return 0
		case has == sent || property == propName || property == propDomain:
			n++
		}
	}
	return n
}

// bareDomain is a domain without what HubSpot takes off an address.
func bareDomain(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	s, _, _ = strings.Cut(s, "/")
	return strings.TrimPrefix(s, "www.")
}

// findCompany looks for the company that an unsure create would have made: by
// its key, and if none has it, of that name and domain, made without a key
// since it was decided, for the property may be younger than the request. The
// search's index lags by less than the time after which the caller believes
// that nothing is there.
func (c *Client) findCompany(ctx context.Context, k kind, w connectors.Write) (string, *refusal) {
	unique, refused := c.uniqueKey(ctx, k, transport.PrioritySync)
	if refused != nil {
		return "", refused
	}
	if unique {
		made, refused := c.byKeys(ctx, k, []string{w.Key}, transport.PrioritySync)
		if id := made[w.Key]; refused != nil || id != "" {
			return id, refused
		}
	}
	filters := []filter{{Property: k.created, Operator: "GTE", Value: millisText(w.Since.Add(-clocksApart).UnixMilli())}}
	for _, property := range []string{propName, propDomain} {
		if text := textOf(w, property); text != "" {
			filters = append(filters, filter{Property: property, Operator: "EQ", Value: text})
		}
	}
	if unique {
		filters = append(filters, filter{Property: c.config.AccountKeyProperty, Operator: "NOT_HAS_PROPERTY"})
	}
	var reply rowsReply
	call := transport.Call{Endpoint: k.plural + "/search", Priority: transport.PrioritySync, Buckets: []string{bucketSearch}}
	refused = c.post(ctx, call, c.paths.objects(k.plural, "search"), searchRequest{
		Groups: []filterGroup{{Filters: filters}}, Sorts: []sortBy{{Property: propID, Direction: "ASCENDING"}}, Properties: []string{propName, propDomain}, Limit: 1,
	}, &reply)
	if refused != nil || len(reply.Results) == 0 {
		return "", refused
	}
	return string(reply.Results[0].ID), nil
}
