package hubspot

import (
	"context"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// records completes the rows of one call and turns them into Records.
func (r reader) records(ctx context.Context, set rowSet) ([]connectors.Record, *refusal) {
	if len(set.rows) == 0 {
		return nil, nil
	}
	var refused *refusal
	if set.bare {
		if set.rows, refused = r.hydrate(ctx, set.rows); refused != nil {
			return nil, refused
		}
	} else if len(r.history) > 0 && !set.historied {
		if refused = r.addHistory(ctx, set.rows); refused != nil {
			return nil, refused
		}
	}
	accounts, refused := r.accounts(ctx, set)
	if refused != nil {
		return nil, refused
	}
	out := make([]connectors.Record, 0, len(set.rows))
	for _, row := range set.rows {
		out = append(out, r.record(row, accounts[string(row.ID)]))
	}
	return out, nil
}

func (k kind) ref(id string) connectors.Ref {
	return connectors.Ref{System: connectors.HubSpot, Object: k.object, ID: id}
}

// record makes the Record of a row. It holds what the Selection asked for: a
// property that the row does not have is nothing, since the portal knows it.
func (r reader) record(row row, accounts []string) connectors.Record {
	out := connectors.Record{
		Ref:      r.ref(string(row.ID)),
		Created:  stamp(row.text(r.created), row.CreatedAt),
		Modified: stamp(row.text(r.modified), row.UpdatedAt),
		Aliases:  aliases(row),
		Fields:   make(map[string]connectors.Value),
		Accounts: accounts,
	}
	out.OutOfScope = r.leftOut(row)
	wanted, history := slices.Concat(r.config.Selection.Fields[r.object], r.history), r.history
	if out.OutOfScope { // more of it is nobody's business
		wanted, history = r.config.Selection.Outside[r.object], nil
	}
	for _, name := range wanted {
		value, given := row.Properties[name]
		if !given && slices.Contains(r.config.Selection.Optional[r.object], name) {
			continue // the portal does not know it
		}
		out.Fields[name] = value.Value
	}
	for _, name := range history {
		if versions := versions(row.History[name]); len(versions) > 0 {
			if out.History == nil {
				out.History = make(map[string][]connectors.Version)
			}
			out.History[name] = versions
		}
	}
	return out
}

// leftOut tells whether the where clause leaves a row out.
func (r reader) leftOut(row row) bool {
	return r.object == connectors.Account && !inScope(r.config.Where, row)
}

// aliases are the ids that now lead to the row: a merge makes a new record,
// and the survivor lists the ids of the old ones (HubSpot changelog, "Updated
// merge functionality for contacts and companies").
func aliases(r row) []string {
	var out []string
	for _, id := range strings.Split(r.text(propMerged), ";") {
		if id = strings.TrimSpace(id); id != "" && id != string(r.ID) {
			out = append(out, id)
		}
	}
	return out
}

// versions turns HubSpot's history, newest first, into ours, oldest first.
func versions(entries []historyEntry) []connectors.Version {
	out := make([]connectors.Version, 0, len(entries))
	for _, e := range entries {
		source := e.SourceType
		if e.SourceLabel != "" {
			source += " (" + e.SourceLabel + ")"
		}
		out = append(out, connectors.Version{Value: e.Value.Value, At: stamp(e.Timestamp), Source: source})
	}
	slices.SortStableFunc(out, func(a, b connectors.Version) int { return a.At.Compare(b.At) })
	return out
}

// hydrate batch-reads all properties, and the history, of rows that came with
// ids only. A row that has gone meanwhile is left out: it comes again as
// archived, or as the survivor of its merge.
func (r reader) hydrate(ctx context.Context, rows []row) ([]row, *refusal) {
	size := batchSize
	if len(r.history) > 0 {
		size = historyPage
	}
	var out []row
	for chunk := range slices.Chunk(rows, size) {
		body := batchRead{Properties: r.properties, History: r.history, Inputs: inputs(chunk)}
		reply, refused := r.readBatch(ctx, body, "batch/read")
		if refused != nil {
			return nil, refused
		}
		byID := make(map[string]row, len(reply))
		for _, full := range reply {
			byID[string(full.ID)] = full
		}
		for _, thin := range chunk {
			if full, ok := byID[string(thin.ID)]; ok {
				full.Associations = thin.Associations
				out = append(out, full)
			}
		}
	}
	return out, nil
}

// addHistory reads the earlier values of those rows that have a value now in
// one of the wanted properties: search brings none.
func (r reader) addHistory(ctx context.Context, rows []row) *refusal {
	var wanted []row
	for _, row := range rows {
		if !r.leftOut(row) && slices.ContainsFunc(r.history, func(name string) bool { return row.text(name) != "" }) {
			wanted = append(wanted, row)
		}
	}
	found := make(map[string]map[string][]historyEntry, len(wanted))
	for chunk := range slices.Chunk(wanted, historyPage) {
		body := batchRead{Properties: r.history, History: r.history, Inputs: inputs(chunk)}
		reply, refused := r.readBatch(ctx, body, "batch/read/history")
		if refused != nil {
			return refused
		}
		for _, full := range reply {
			found[string(full.ID)] = full.History
		}
	}
	for i := range rows {
		rows[i].History = found[string(rows[i].ID)]
	}
	return nil
}

func inputs(rows []row) []inputID {
	out := make([]inputID, len(rows))
	for i, r := range rows {
		out[i] = inputID{ID: string(r.ID)}
	}
	return out
}

func (r reader) readBatch(ctx context.Context, body batchRead, endpoint string) ([]row, *refusal) {
	if body.History == nil {
		body.History = []string{}
	}
	var reply rowsReply
	call := transport.Call{Endpoint: r.plural + "/" + endpoint, Priority: transport.PriorityPoll}
	refused := r.post(ctx, call, r.paths.objects(r.plural, "batch", "read"), body, &reply)
	return reply.Results, refused
}

// readRows batch-reads records by id, in chunks. Ids that lead nowhere are
// simply not among the rows; one that was merged away brings its survivor.
func (c *Client) readRows(ctx context.Context, k kind, ids, properties []string, p transport.Priority) ([]row, *refusal) {
	var out []row
	for chunk := range slices.Chunk(ids, batchSize) {
		body := batchRead{Properties: properties, History: []string{}}
		for _, id := range chunk {
			body.Inputs = append(body.Inputs, inputID{ID: id})
		}
		var reply rowsReply
		call := transport.Call{Endpoint: k.plural + "/batch/read", Priority: p}
		refused := c.post(ctx, call, c.paths.objects(k.plural, "batch", "read"), body, &reply)
		if refused != nil && refused.Class != connectors.Gone {
			return nil, refused.of(k)
		}
		out = append(out, reply.Results...)
	}
	return out, nil
}
