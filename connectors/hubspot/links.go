package hubspot

import (
	"context"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// linkBatch is how many records one association read takes (HubSpot changelog,
// "Batch read limit for the associations API").
const linkBatch = 1000

// accounts finds the companies of the rows, the primary one first.
func (r reader) accounts(ctx context.Context, set rowSet) (map[string][]string, *refusal) {
	out := make(map[string][]string, len(set.rows))
	switch {
	case r.object == connectors.Account:
		return nil, nil
	case r.object == connectors.Contact:
		for _, row := range set.rows {
			if id := row.text(propCompanyID); id != "" {
				out[string(row.ID)] = []string{id}
			}
		}
		return out, nil
	}
	var ask []string
	for _, row := range set.rows {
		inline := row.Associations[companyPlural]
		if set.linked && inline.Paging.Next.After == "" {
			out[string(row.ID)] = inlineIDs(inline)
			continue
		}
		ask = append(ask, string(row.ID))
	}
	links, refused := r.links(ctx, r.plural, companyPlural, ask, transport.PriorityPoll)
	if refused != nil {
		return nil, refused
	}
	for id, to := range links {
		out[id] = linkIDs(to)
	}
	return out, nil
}

// inlineIDs orders what the list endpoint sends inline. A record that is
// linked as primary is there twice, the second time as "…_unlabeled".
func inlineIDs(list associationList) []string {
	var labelled, plain []string
	for _, a := range list.Results {
		if strings.HasSuffix(a.Type, "_unlabeled") {
			plain = append(plain, string(a.ID))
		} else {
			labelled = append(labelled, string(a.ID))
		}
	}
	return unique(append(labelled, plain...))
}

// linkIDs puts the primary company first. Its label is HubSpot's own type 5
// for deals; activities have no primary one.
func linkIDs(to []link) []string {
	var primary, others []string
	for _, l := range to {
		isPrimary := false
		for _, t := range l.Types {
			if t.Category == "HUBSPOT_DEFINED" && (t.TypeID == 5 || strings.EqualFold(t.Label, "Primary")) {
				isPrimary = true
			}
		}
		if isPrimary {
			primary = append(primary, string(l.To))
		} else {
			others = append(others, string(l.To))
		}
	}
	return unique(append(primary, others...))
}

// unique drops repetitions and keeps the order.
func unique(ids []string) []string {
	var out []string
	for _, id := range ids {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// links reads the associations of the given records, all pages of each. A
// record that has none is absent: some versions say so as an error, others
// leave it out.
func (c *Client) links(ctx context.Context, from, to string, ids []string, p transport.Priority) (map[string][]link, *refusal) {
	out := make(map[string][]link, len(ids))
	var ask []inputID
	for _, id := range ids {
		ask = append(ask, inputID{ID: id})
	}
	for len(ask) > 0 {
		now := ask[:min(len(ask), linkBatch)]
		rest := ask[len(now):]
		var reply linksReply
		call := transport.Call{Endpoint: "associations/" + from + "/" + to + "/batch/read", Priority: p}
		body := struct {
			Inputs []inputID `json:"inputs"`
		}{now}
		refused := c.post(ctx, call, c.paths.associations(from, to), body, &reply)
		if refused != nil && refused.Class != connectors.Gone {
			return nil, refused
		}
		var again []inputID
		for _, result := range reply.Results {
			id := string(result.From.ID)
			out[id] = append(out[id], result.To...)
			if after := result.Paging.Next.After; after != "" && len(result.To) > 0 {
				again = append(again, inputID{ID: id, After: after})
			}
		}
		ask = append(again, rest...)
	}
	return out, nil
}
