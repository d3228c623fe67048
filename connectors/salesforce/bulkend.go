package salesforce

import (
	"context"
	"net/http"
	"net/url"
	"sync"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

var _ connectors.Abandoner = (*Client)(nil)

// jobPath is where a query job stands.
func (c *Client) jobPath(job string) string { return c.data("/jobs/query/" + url.PathEscape(job)) }

// late tells whether the job has been under way for too long.
func (t *bulkTurn) late() bool {
	return !t.at.Since.IsZero() && t.c.now().Sub(t.at.Since) > bulkPatience
}

// Abandon ends the bulk query job that a cursor holds. A cursor that this
// version cannot read is left to Salesforce, which clears jobs after seven days.
func (c *Client) Abandon(ctx context.Context, object connectors.Object, cursor connectors.Cursor) error {
	p, err := parseCursor(cursor, sobject(object))
	if err != nil || p == nil || p.Job == "" {
		return nil
	}
	return c.giveUp(ctx, p.Job)
}

// giveUp ends a job whose rows nobody will fetch: it would go on using the
// org's share of query jobs and storage (Bulk API 2.0 Developer Guide, "Abort
// a Query Job"). One that is no longer running can only be deleted.
func (c *Client) giveUp(ctx context.Context, job string) error {
	aborted := c.endJob(ctx, http.MethodPatch, job, []byte(`{"state":"Aborted"}`))
	switch connectors.ClassOf(aborted) {
	case connectors.Gone:
		return nil
	case connectors.Retry, connectors.Reauth:
		return aborted // it may be running, and is not deleted then
	}
	err := c.deleteJob(ctx, job)
	if aborted == nil || connectors.ClassOf(err) == connectors.Gone {
		return nil // an aborted job costs no more
	}
	return err
}

// deleteJob removes a job that has ended, with its results.
func (c *Client) deleteJob(ctx context.Context, job string) error {
	return c.endJob(ctx, http.MethodDelete, job, nil)
}

// endJob asks once. Jobs vanish after seven days by themselves, so a failure
// is worth a line at most.
func (c *Client) endJob(ctx context.Context, method, job string, body []byte) error {
	_, err := c.send(ctx, request{
		endpoint: "jobs/query", method: method, path: c.jobPath(job), body: body, idempotent: true, attempts: 1, priority: transport.PriorityReport,
	})
	if err != nil {
		c.log.Debug("bulk job not ended", "job", job, "method", method, "error", err.Error())
	}
	return err
}

// madeJobs remembers, for each object, the job that was made last and the
// cursor that asked for it. When the same cursor asks again, the page that
// named the job was never committed.
type madeJobs struct {
	mu   sync.Mutex
	last map[connectors.Object]madeJob
}

type madeJob struct {
	asked connectors.Cursor
	id    string
}

// put notes a job and returns the one that it replaces without anybody having
// heard of it, "" if there is none.
func (m *madeJobs) put(object connectors.Object, made madeJob) (lost string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last == nil {
		m.last = make(map[connectors.Object]madeJob)
	}
	if old := m.last[object]; old.asked == made.asked {
		lost = old.id
	}
	m.last[object] = made
	return lost
}
