package salesforce

import (
	"context"
	"net/http"
	"net/url"

	"handoffd/connectors/transport"
)

// jobPath is where a query job stands.
func (c *Client) jobPath(job string) string { return c.data("/jobs/query/" + url.PathEscape(job)) }

// late tells whether the job has been under way for too long.
func (t *bulkTurn) late() bool {
	return !t.at.Since.IsZero() && t.c.now().Sub(t.at.Since) > bulkPatience
}

// giveUp ends a job whose rows nobody will fetch: it would go on using the
// org's share of query jobs and storage (Bulk API 2.0 Developer Guide, "Abort
// a Query Job"). One that is no longer running can only be deleted.
func (c *Client) giveUp(ctx context.Context, job string) {
	c.endJob(ctx, http.MethodPatch, job, []byte(`{"state":"Aborted"}`))
	c.deleteJob(ctx, job)
}

// deleteJob removes a job that has ended, with its results.
func (c *Client) deleteJob(ctx context.Context, job string) {
	c.endJob(ctx, http.MethodDelete, job, nil)
}

// endJob asks once. Jobs vanish after seven days by themselves, so a failure
// is worth a line at most.
func (c *Client) endJob(ctx context.Context, method, job string, body []byte) {
	_, err := c.send(ctx, request{
		endpoint: "jobs/query", method: method, path: c.jobPath(job), body: body, idempotent: true, attempts: 1, priority: transport.PriorityReport,
	})
	if err != nil {
		c.log.Debug("bulk job not ended", "job", job, "method", method, "error", err.Error())
	}
}
