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
	return &item{index: i, write: w, properties: properties, dropped: dropped, needed: []string{propName, propDomain}}
}

// createCompanies makes companies. HubSpot does not look whether one of that
// domain is there, and has no property of theirs that keeps two apart in every
// portal, so none is sent twice: after an unknown outcome only reading helps.
func (d *delivery) createCompanies(ctx context.Context, k kind, items []*item) {
	if len(items) == 0 {
		return
	}
	calm := *d // a task goes first when the day's allowance runs short (I10)
	calm.creates = transport.PrioritySync
	items, repeated := firsts(items)
	for chunk := range slices.Chunk(items, batchSize) {
		calm.sendNew(ctx, k, false, chunk)
	}
	for u, first := range repeated {
		d.results[u.index] = d.results[first.index]
	}
}

// findCompany looks for the company that an unsure create would have made: of
// that name and domain, made since it was decided. The search's index lags by
// less than the time after which the caller believes that nothing is there.
func (c *Client) findCompany(ctx context.Context, k kind, w connectors.Write) (string, *refusal) {
	filters := []filter{{Property: k.created, Operator: "GTE", Value: millisText(w.Since.Add(-clocksApart).UnixMilli())}}
	for _, property := range []string{propName, propDomain} {
		if text := textOf(w, property); text != "" {
			filters = append(filters, filter{Property: property, Operator: "EQ", Value: text})
		}
	}
	var reply rowsReply
	call := transport.Call{Endpoint: k.plural + "/search", Priority: transport.PrioritySync, Buckets: []string{bucketSearch}}
	refused := c.post(ctx, call, c.paths.objects(k.plural, "search"), searchRequest{
		Groups: []filterGroup{{Filters: filters}}, Sorts: []sortBy{{Property: propID, Direction: "ASCENDING"}}, Properties: []string{propName, propDomain}, Limit: 1,
	}, &reply)
	if refused != nil || len(reply.Results) == 0 {
		return "", refused
	}
	return string(reply.Results[0].ID), nil
}
