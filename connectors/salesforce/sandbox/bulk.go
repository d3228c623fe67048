package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"handoffd/connectors/salesforce/sandbox/org"
)

// jobLife is how long jobs and their results are kept (Bulk API 2.0 Developer
// Guide, "Limits").
const jobLife = 7 * 24 * time.Hour

// jobTakes is how long a job runs at most; a client that polls sees it done
// on the second look.
const jobTakes = 10 * time.Second

// The states of a job.
const (
	stateOpen       = "Open"
	stateUploaded   = "UploadComplete"
	stateInProgress = "InProgress"
	stateComplete   = "JobComplete"
	stateFailed     = "Failed"
	stateAborted    = "Aborted"
)

// job is a Bulk API 2.0 job.
type job struct {
	id, kind       string // kind is query or ingest
	operation      string
	object         *org.Object
	version        string
	user           org.ID
	state          string
	created, moved time.Time
	looks          int
	delimiter      string
	lineEnding     string
	message        string
	processed      int
	failed         int

	query  string // of a query job
	result *org.Result

	key    *org.Field // of an ingest job: the external id of an upsert
	data   []byte
	header []string
	// headerLine is the header as the upload wrote it.
	headerLine []byte
	succeeded  [][]string
	refused    [][]string
}

// jobInfo is a job as the API shows it.
type jobInfo struct {
	ID          string      `json:"id"`
	Operation   string      `json:"operation"`
	Object      string      `json:"object"`
	CreatedBy   string      `json:"createdById"`
	Created     string      `json:"createdDate"`
	Stamp       string      `json:"systemModstamp"`
	State       string      `json:"state"`
	ExternalID  string      `json:"externalIdFieldName,omitempty"`
	Concurrency string      `json:"concurrencyMode"`
	ContentType string      `json:"contentType"`
	Version     json.Number `json:"apiVersion"` // with its decimal: 67.0
	ContentURL  string      `json:"contentUrl,omitempty"`
	Type        string      `json:"jobType,omitempty"`
	LineEnding  string      `json:"lineEnding,omitempty"`
	Delimiter   string      `json:"columnDelimiter,omitempty"`
	Processed   *int        `json:"numberRecordsProcessed,omitempty"`
	Failed      *int        `json:"numberRecordsFailed,omitempty"`
	Retries     *int        `json:"retries,omitempty"`
	Total       *int        `json:"totalProcessingTime,omitempty"`
	Active      *int        `json:"apiActiveProcessingTime,omitempty"`
	Apex        *int        `json:"apexProcessingTime,omitempty"`
	Message     string      `json:"errorMessage,omitempty"`
}

// info shows the job; the numbers come only with a look at the job itself.
func (j *job) info(numbers bool) jobInfo {
	out := jobInfo{ID: j.id, Operation: j.operation, Object: j.object.Name, CreatedBy: j.user.String(), Created: j.created.Format(restTime),
		Stamp: j.moved.Format(restTime), State: j.state, Concurrency: "Parallel", ContentType: "CSV", Version: json.Number(j.version),
		LineEnding: j.lineEnding, Delimiter: j.delimiter}
	if j.key != nil {
		out.ExternalID = j.key.Name
	}
	if j.kind == "ingest" && j.state == stateOpen {
		out.ContentURL = "services/data/v" + j.version + "/jobs/ingest/" + j.id + "/batches"
	}
	if !numbers {
		return out
	}
	zero, total := 0, int(j.moved.Sub(j.created).Milliseconds())
	out.Type = map[string]string{"query": "V2Query", "ingest": "V2Ingest"}[j.kind]
	out.Processed, out.Retries, out.Total, out.Message = &j.processed, &zero, &total, j.message
	if j.kind == "ingest" {
		out.Failed, out.Active, out.Apex = &j.failed, &total, &zero
	}
	return out
}

// bulk serves /jobs/query and /jobs/ingest.
func (c *call) bulk() reply {
	kind := strings.ToLower(c.segment(1))
	if kind != "query" && kind != "ingest" {
		return notFound()
	}
	if len(c.segments) == 2 {
		switch c.method {
		case http.MethodPost:
			if kind == "query" {
				return c.createQueryJob()
			}
			return c.createIngestJob()
		case http.MethodGet:
			return c.listJobs(kind)
		}
		return notAllowed(c.method, "GET,POST")
	}
	j := c.job(kind, c.segments[2])
	if j == nil {
		return notFound()
	}
	if len(c.segments) == 4 {
		return c.jobPart(j, strings.ToLower(c.segments[3]))
	}
	if len(c.segments) > 4 {
		return notFound()
	}
	switch c.method {
	case http.MethodGet:
		j.advance(c)
		return answer(http.StatusOK, j.info(true))
	case http.MethodPatch:
		return c.changeJob(j)
	case http.MethodDelete:
		return c.deleteJob(j)
	}
	return notAllowed(c.method, "GET,PATCH,DELETE")
}

// jobPart serves what hangs below a job.
func (c *call) jobPart(j *job, part string) reply {
	switch {
	case j.version != c.version:
		return refused(http.StatusConflict, "VERSION_MISMATCH", "The API version "+c.version+" differs from the version of the job, "+j.version)
	case j.kind == "query" && part == "results":
		return c.get(func() reply { return c.queryResults(j) })
	case j.kind == "ingest" && part == "batches":
		return c.upload(j)
	case j.kind == "ingest":
		return c.get(func() reply { return c.ingestResults(j, part) })
	}
	return notFound()
}

// job finds a job that is still kept.
func (c *call) job(kind, id string) *job {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	now := c.s.clock.Now()
	c.s.jobs = slices.DeleteFunc(c.s.jobs, func(j *job) bool { return now.Sub(j.created) >= jobLife })
	for _, j := range c.s.jobs {
		if j.kind == kind && j.id == org.FormatID(id) {
			return j
		}
	}
	return nil
}

func (c *call) addJob(j *job) {
	n := c.s.next()
	j.id = org.FormatID(fmt.Sprintf("750Hf0%09d", n))
	j.version, j.user = c.version, c.session.user
	j.created = c.s.clock.Now()
	j.moved = j.created
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.jobs = append(c.s.jobs, j)
}

func (s *Server) countJobs(kind string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	since := s.clock.Now().Add(-24 * time.Hour)
	for _, j := range s.jobs {
		if j.kind == kind && j.created.After(since) {
			n++
		}
	}
	return n
}

func (c *call) listJobs(kind string) reply {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	list := []jobInfo{}
	for _, j := range c.s.jobs {
		if j.kind == kind {
			list = append(list, j.info(false))
		}
	}
	return answer(http.StatusOK, struct {
		Done    bool      `json:"done"`
		Records []jobInfo `json:"records"`
		Next    *string   `json:"nextRecordsUrl"`
	}{true, list, nil})
}

// advance moves a job on: the first look finds it in progress, the second, or
// any look after a while, done.
func (j *job) advance(c *call) {
	if j.state != stateUploaded && j.state != stateInProgress {
		return
	}
	j.looks++
	now := c.s.clock.Now()
	late := now.Sub(j.moved) >= jobTakes
	j.moved = now
	if j.state == stateUploaded && !late {
		j.state = stateInProgress
		return
	}
	if j.kind == "query" {
		j.runQuery(c)
		return
	}
	j.runIngest(c)
}

// changeJob serves PATCH {"state": …}.
func (c *call) changeJob(j *job) reply {
	body, bad := c.bodyObject()
	if bad != nil {
		return *bad
	}
	running := j.state == stateOpen || j.state == stateUploaded || j.state == stateInProgress
	switch state := body.text("state"); {
	case state == stateAborted && running:
		j.state = stateAborted
	case state == stateUploaded && j.kind == "ingest" && j.state == stateOpen:
		j.state = stateUploaded
		if j.data == nil {
			j.data = []byte{}
		}
	case state == stateUploaded || state == stateAborted:
		return refused(http.StatusBadRequest, "INVALIDJOBSTATE", "Job state "+j.state+" can not be changed to "+state)
	default:
		return refused(http.StatusBadRequest, "INVALIDJOBSTATE", "Invalid job state: "+state)
	}
	j.moved = c.s.clock.Now()
	return answer(http.StatusOK, j.info(false))
}

func (c *call) deleteJob(j *job) reply {
	if j.state == stateUploaded || j.state == stateInProgress {
		return refused(http.StatusBadRequest, "INVALIDJOBSTATE", "Job in state "+j.state+" can not be deleted")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.jobs = slices.DeleteFunc(c.s.jobs, func(other *job) bool { return other == j })
	return empty(http.StatusNoContent)
}
