package sandbox

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

// createIngestJob serves POST /jobs/ingest.
func (c *call) createIngestJob() reply {
	body, bad := c.bodyObject()
	if bad != nil {
		return *bad
	}
	j := &job{kind: "ingest", operation: body.text("operation"), state: stateOpen, object: c.s.org.Object(body.text("object"))}
	if bad := j.format(body); bad != nil {
		return *bad
	}
	fail := func(why string) reply { return refused(http.StatusBadRequest, "INVALIDJOB", "InvalidJob : "+why) }
	switch {
	case j.object == nil || j.object.ToolingOnly():
		return fail("Unable to find object: " + body.text("object"))
	case j.operation == "hardDelete":
		return refused(http.StatusBadRequest, "FEATURENOTENABLED", "FeatureNotEnabled : hardDelete needs the Bulk API Hard Delete permission")
	case !slices.Contains([]string{"insert", "update", "upsert", "delete"}, j.operation):
		return fail("operation must be insert, update, upsert or delete")
	}
	name := body.text("externalIdFieldName")
	if j.operation == "upsert" {
		if j.key = j.object.Field(name); j.key == nil || !j.key.IDLookup() {
			return fail("The 'externalIdFieldName' must name an external id field of " + j.object.Name + ": " + name)
		}
	} else if name != "" {
		return fail("externalIdFieldName is only valid for upsert")
	}
	c.addJob(j)
	return answer(http.StatusOK, j.info(false))
}

// upload serves PUT /jobs/ingest/{id}/batches. A job takes one upload.
func (c *call) upload(j *job) reply {
	kind, _, _ := strings.Cut(c.header.Get("Content-Type"), ";")
	switch {
	case c.method != http.MethodPut:
		return notAllowed(c.method, "PUT")
	case j.state != stateOpen || j.data != nil:
		return refused(http.StatusBadRequest, "INVALIDJOBSTATE", "Job data can be uploaded once, while the job is Open")
	case !strings.EqualFold(strings.TrimSpace(kind), "text/csv"):
		return refused(http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "Content-Type header specified in HTTP request is not supported: "+kind)
	}
	j.data = append([]byte{}, c.body...)
	return empty(http.StatusCreated)
}

// runIngest reads the CSV and saves its records one by one.
func (j *job) runIngest(c *call) {
	rows, err := j.read()
	if err != nil {
		j.state, j.message = stateFailed, "InvalidBatch : "+err.Error()
		return
	}
	j.state = stateComplete
	tx := c.begin()
	for _, row := range rows {
		j.processed++
		mark := tx.Mark()
		id, created, err := j.save(tx, row)
		if err != nil {
			tx.Rollback(mark)
			j.failed++
			text := fmt.Sprintf("%s:%s:%s --", err.Code, err.Message, strings.Join(err.Fields, ", "))
			j.refused = append(j.refused, append([]string{id, text}, row...))
			continue
		}
		j.succeeded = append(j.succeeded, append([]string{id, fmt.Sprint(created)}, row...))
	}
}

// badBatch is why a whole job fails, in the vendor's words.
type badBatch string

// Error is the reason.
func (e badBatch) Error() string { return string(e) }

// read parses the upload. A wrong line ending or an unknown column fails the
// whole job.
func (j *job) read() ([][]string, error) {
	if crlf := bytes.Contains(j.data, []byte("\r\n")); crlf != (j.lineEnding == "CRLF") && bytes.Contains(j.data, []byte("\n")) {
		return nil, badBatch("LineEnding is invalid on user data. Current LineEnding setting is " + j.lineEnding)
	}
	data := bytes.TrimPrefix(j.data, []byte("\ufeff"))
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = delimiters[j.delimiter]
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, badBatch("Field name not found : the data is empty")
	}
	if err != nil {
		return nil, badBatch("Unable to parse CSV: " + err.Error())
	}
	j.header, j.headerLine = header, bytes.TrimRight(data[:r.InputOffset()], "\r\n")
	for _, name := range header {
		if j.object.Field(name) == nil && !strings.Contains(name, ".") {
			return nil, badBatch("Field name not found : " + name)
		}
	}
	rows, err := r.ReadAll()
	if err != nil {
		return nil, badBatch("Unable to parse CSV: " + err.Error())
	}
	return rows, nil
}

// save does the job's operation for one row of cells.
func (j *job) save(tx *org.Tx, cells []string) (id string, created bool, err *org.Error) {
	var in []org.Input
	var key *org.Input
	for i, name := range j.header {
		switch {
		case strings.EqualFold(name, "Id"):
			id = cells[i]
			key = j.keyIf("Id", id, key)
		case j.key != nil && strings.EqualFold(name, j.key.Name):
			key = j.keyIf(j.key.Name, cells[i], key)
		case cells[i] == "":
		case strings.Contains(name, "."):
			relation, field, _ := strings.Cut(name, ".")
			in = append(in, org.Input{Name: relation, Value: org.Nested{{Name: field, Value: org.Cell(cells[i]), Column: i}}})
		default:
			in = append(in, org.Input{Name: name, Value: org.Cell(cells[i]), Column: i})
		}
	}
	switch j.operation {
	case "insert":
		if id != "" {
			return "", false, &org.Error{Code: "INVALID_FIELD_FOR_INSERT_UPDATE", Message: "cannot specify Id in an insert call", Fields: []string{"Id"}}
		}
		newID, err := tx.Insert(j.object, in)
		return newID.String(), true, err
	case "upsert":
		if key == nil {
			return "", false, &org.Error{Code: "MISSING_ARGUMENT", Message: j.key.Name + " not specified"}
		}
		newID, created, _, err := tx.Upsert(j.object, j.key, *key, in)
		return newID.String(), created, err
	}
	parsed, ok := org.ParseID(id)
	if !ok {
		return id, false, &org.Error{Code: "MISSING_ARGUMENT", Message: "Id not specified in an update call"}
	}
	if j.operation == "delete" {
		return id, false, tx.Delete(j.object, parsed)
	}
	return id, false, tx.Update(j.object, parsed, in)
}

func (j *job) keyIf(name, cell string, old *org.Input) *org.Input {
	if j.key == nil || cell == "" || !strings.EqualFold(name, j.key.Name) {
		return old
	}
	if j.key.Type == "id" {
		return &org.Input{Name: j.key.Name, Value: cell}
	}
	return &org.Input{Name: j.key.Name, Value: org.Cell(cell)}
}

// resultHeader is the header of a result: the columns of the upload stand as it
// wrote them, in quotes or not (recorded).
func (j *job) resultHeader(own []string) []byte {
	end := "\n"
	if j.lineEnding == "CRLF" {
		end = "\r\n"
	}
	var columns []string
	for _, name := range own {
		columns = append(columns, `"`+name+`"`)
	}
	if len(j.headerLine) > 0 {
		columns = append(columns, string(j.headerLine))
	}
	return []byte(strings.Join(columns, string(delimiters[j.delimiter])) + end)
}

// ingestResults serves successfulResults, failedResults and
// unprocessedrecords.
func (c *call) ingestResults(j *job, part string) reply {
	if j.state != stateComplete && j.state != stateFailed && j.state != stateAborted {
		return refused(http.StatusBadRequest, "INVALIDJOBSTATE", "Job is not in a state to return results: "+j.state)
	}
	var own []string
	var rows [][]string
	switch part {
	case "successfulresults":
		own, rows = []string{"sf__Id", "sf__Created"}, j.succeeded
	case "failedresults":
		own, rows = []string{"sf__Id", "sf__Error"}, j.refused
	case "unprocessedrecords":
		if j.state != stateComplete {
			return csvReply(append([]byte{}, j.data...))
		}
	default:
		return notFound()
	}
	b := j.resultHeader(own)
	for _, row := range rows {
		b = j.appendCSV(b, row)
	}
	return csvReply(b)
}
