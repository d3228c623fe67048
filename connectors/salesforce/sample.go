package salesforce

import (
	"context"
	"encoding/json"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

var _ connectors.Sampler = (*Client)(nil)

// sampleRows is how many rows a sample has: one page, so that no query stays
// open.
const sampleRows = 200

// Sample reads a few rows with the fields and the condition of a first load,
// which would count the rows first and may start a bulk job.
func (c *Client) Sample(ctx context.Context, object connectors.Object) ([]connectors.Record, error) {
	cols, err := c.columns(ctx, object)
	if err != nil {
		return nil, err
	}
	q := query{fields: cols.selected, from: cols.from, where: c.living(object, false), order: fieldID, limit: sampleRows}
	var page struct {
		Records []map[string]json.RawMessage `json:"records"`
	}
	if err := c.get(ctx, "query", c.queryPath(q, true), transport.PriorityReport, &page); err != nil {
		return nil, err
	}
	return cols.records(page.Records)
}
