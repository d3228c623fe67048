package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

const (
	// bulkRows is how many rows one page of a bulk result holds.
	bulkRows = 10000
	// bulkLooks and bulkPause: how often, and at what distance, one round of
	// Read looks whether the job is done.
	bulkLooks = 6
	bulkPause = 5 * time.Second
	// bulkTries is how many jobs may fail before the load goes by REST.
	bulkTries = 3
	// bulkTimeout bounds the transfer of one result page.
	bulkTimeout = 10 * time.Minute
	// bulkPatience is how long a job may be under way before it is given up.
	bulkPatience = 12 * time.Hour
)

// Our own codes of jobs that brought nothing.
const (
	bulkCode    = "BULK_"
	bulkFailed  = bulkCode + "Failed"
	bulkAborted = bulkCode + "Aborted"
	bulkLate    = bulkCode + "LATE"
)

// bulkTurn is a first load by a Bulk API 2.0 query job. The job's id and its
// result locator stand in the cursor, so that a restart goes on with the same
// job; a job that failed or was cleared away is made anew.
type bulkTurn struct {
	c    *Client
	cols *columns
	at   position
}

// bulkJob is a job as Salesforce describes it (Bulk API 2.0 Developer Guide,
// "Get Information About a Query Job").
type bulkJob struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Message string `json:"errorMessage"`
}

func (t *bulkTurn) asks() []*ask { return nil }

func (t *bulkTurn) page(ctx context.Context) connectors.Page {
	if t.at.Tries >= bulkTries {
		return t.byREST()
	}
	if t.at.Job == "" {
		return t.create(ctx)
	}
	if t.at.Page == "" {
		switch done, err := t.wait(ctx); {
		case err != nil:
			return t.recover(ctx, err)
		case !done && t.late():
			return t.recover(ctx, &connectors.Error{
				System: connectors.Salesforce, Class: connectors.Restart, Code: bulkLate, Message: "the bulk job does not end",
			})
		case !done:
			return connectors.Page{Next: t.at.cursor(), More: true}
		}
	}
	return t.results(ctx)
}

// create starts a job. An org or user that may not use Bulk is served by REST.
func (t *bulkTurn) create(ctx context.Context) connectors.Page {
	// No ORDER BY: it would keep Salesforce from splitting the work.
	q := query{fields: t.cols.selected, from: t.cols.from, where: t.c.living(t.cols.object, t.at.Outside)}
	body, err := json.Marshal(map[string]string{
		"operation": "queryAll", "query": q.String(), "contentType": "CSV", "lineEnding": "LF", "columnDelimiter": "COMMA",
	})
	if err != nil {
		return connectors.Page{Err: err}
	}
	// A job that is made twice costs little and harms nothing.
	got, err := t.c.send(ctx, request{
		endpoint: "jobs/query", method: http.MethodPost, path: t.c.data("/jobs/query"), body: body,
		idempotent: true, priority: transport.PriorityPoll,
	})
	if err != nil {
		if concernsAll(err) {
			return connectors.Page{Err: err}
		}
		t.c.log.Warn("bulk query refused, loading by REST", "object", t.cols.from, "error", err.Error())
		return t.byREST()
	}
	var job bulkJob
	if err := decode(got.body, &job); err != nil {
		return connectors.Page{Err: err}
	}
	if lost := t.c.made.put(t.cols.object, madeJob{asked: t.at.cursor(), id: job.ID}); lost != "" {
		_ = t.c.giveUp(ctx, lost) // logged where it fails
	}
	next := t.at
	next.Job, next.Page, next.Since = job.ID, "", t.c.now()
	return connectors.Page{Next: next.cursor(), More: true}
}

// wait looks after the job for a while.
func (t *bulkTurn) wait(ctx context.Context) (done bool, err error) {
	for look := range bulkLooks {
		if look > 0 {
			if err := t.c.cfg.Clock.Sleep(ctx, bulkPause); err != nil {
				return false, err
			}
		}
		var job bulkJob
		if err := t.c.get(ctx, "jobs/query", t.path(""), transport.PriorityPoll, &job); err != nil {
			return false, err
		}
		switch job.State {
		case "JobComplete":
			return true, nil
		case "Failed", "Aborted":
			return false, &connectors.Error{
				System: connectors.Salesforce, Class: connectors.Restart, Code: bulkCode + job.State,
				Message: scrub(vendorError{ErrorCode: "MALFORMED_QUERY", Message: job.Message}),
			}
		}
	}
	return false, nil
}

func (t *bulkTurn) path(rest string) string {
	return t.c.jobPath(t.at.Job) + rest
}

// results reads one page of the job's rows straight off the wire.
func (t *bulkTurn) results(ctx context.Context) connectors.Page {
	q := url.Values{"maxRecords": {strconv.Itoa(bulkRows)}}
	if t.at.Page != "" {
		q.Set("locator", t.at.Page)
	}
	var records []connectors.Record
	got, err := t.c.send(ctx, request{
		endpoint: "jobs/query/results", method: http.MethodGet, path: t.path("/results?" + q.Encode()),
		idempotent: true, priority: transport.PriorityPoll, timeout: bulkTimeout,
		header: http.Header{"Accept": {"text/csv"}},
		consume: func(r *http.Response) error {
			var err error
			records, err = t.cols.readCSV(r.Body, r.Header.Get("Sforce-NumberOfRecords"))
			return err
		},
	})
	if err != nil {
		return t.recover(ctx, err)
	}
	next := t.at
	if len(records) > 0 {
		next.Pages++
	}
	next.Page = got.header.Get("Sforce-Locator")
	if next.Page != "" && next.Page != "null" {
		return connectors.Page{Records: records, Next: next.cursor(), More: true}
	}
	_ = t.c.deleteJob(ctx, t.at.Job) // logged where it fails
	next, loaded := next.ended()
	return connectors.Page{Records: records, Next: next.cursor(), More: true, Loaded: loaded}
}

// recover makes a new job where this one is gone or has failed. Rows that
// were delivered come once more, which changes nothing.
func (t *bulkTurn) recover(ctx context.Context, err error) connectors.Page {
	var e *connectors.Error
	if !errors.As(err, &e) {
		return connectors.Page{Err: err}
	}
	switch {
	case e.Class == connectors.Gone:
	case e.Class == connectors.Restart && (e.Code == bulkFailed || e.Code == bulkAborted):
		_ = t.c.deleteJob(ctx, t.at.Job) // logged where it fails
	case e.Class == connectors.Restart:
		_ = t.c.giveUp(ctx, t.at.Job)
	default:
		return connectors.Page{Err: err}
	}
	t.c.log.Warn("bulk job lost, making a new one", "object", t.cols.from, "error", err.Error())
	next := t.at
	next.Job, next.Page = "", ""
	next.Tries++
	return connectors.Page{Next: next.cursor(), More: true}
}

// byREST goes on as a load over REST.
func (t *bulkTurn) byREST() connectors.Page {
	next := t.at
	next.Phase, next.Job, next.Page = phaseLoad, "", ""
	return connectors.Page{Next: next.cursor(), More: true}
}
