package sandbox

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

// resultPage is how many records a results request brings at most when the
// client names no number; the vendor chooses it too.
const resultPage = 50_000

// delimiters are the column delimiters by name (Bulk API 2.0 Developer Guide,
// "Create a Query Job").
var delimiters = map[string]rune{"COMMA": ',', "TAB": '\t', "PIPE": '|', "SEMICOLON": ';', "CARET": '^', "BACKQUOTE": '`'}

// format reads contentType, lineEnding and columnDelimiter of a new job.
func (j *job) format(body object) *reply {
	j.lineEnding, j.delimiter = body.text("lineEnding"), body.text("columnDelimiter")
	if j.lineEnding == "" {
		j.lineEnding = "LF"
	}
	if j.delimiter == "" {
		j.delimiter = "COMMA"
	}
	kind := body.text("contentType")
	if kind != "" && kind != "CSV" || j.lineEnding != "LF" && j.lineEnding != "CRLF" || delimiters[j.delimiter] == 0 {
		r := refused(http.StatusBadRequest, "INVALIDJOB", "InvalidJob : contentType must be CSV, lineEnding LF or CRLF, columnDelimiter one of the named ones")
		return &r
	}
	return nil
}

// createQueryJob serves POST /jobs/query.
func (c *call) createQueryJob() reply {
	body, bad := c.bodyObject()
	if bad != nil {
		return *bad
	}
	j := &job{kind: "query", operation: body.text("operation"), query: body.text("query"), state: stateUploaded}
	if bad := j.format(body); bad != nil {
		return *bad
	}
	if !slices.Contains([]string{"query", "queryAll"}, j.operation) {
		return refused(http.StatusBadRequest, "INVALIDJOB", "InvalidJob : operation must be query or queryAll")
	}
	res, err := c.s.org.Query(c.session.user, j.query, j.operation == "queryAll")
	if err != nil {
		return queryFailed(err)
	}
	if why := bulkRefuses(res, j.query); why != "" {
		return refused(http.StatusBadRequest, "API_ERROR", why)
	}
	j.object = res.Object
	c.addJob(j)
	return answer(http.StatusOK, j.info(false))
}

// bulkRefuses says why a query that is good over REST is not good in bulk
// (Bulk API 2.0 Developer Guide, "SOQL Considerations").
func bulkRefuses(res *org.Result, query string) string {
	_, nested := res.Columns()
	switch {
	case res.CountOnly || res.Aggregate():
		return "Aggregate Relationships not supported in Bulk Query"
	case nested:
		return "Compound fields and nested queries are not supported in Bulk Query"
	case strings.Contains(strings.ToUpper(query), " OFFSET "):
		return "OFFSET is not supported in Bulk Query"
	}
	return ""
}

// runQuery takes the snapshot that the results are read from.
func (j *job) runQuery(c *call) {
	res, err := c.s.org.Query(j.user, j.query, j.operation == "queryAll")
	if err != nil {
		j.state, j.message = stateFailed, err.Error()
		return
	}
	j.result, j.processed, j.state = res, res.Rows(), stateComplete
}

// queryResults serves GET /jobs/query/{id}/results. Every page begins with
// the header row; the locator of the last page is the text null.
func (c *call) queryResults(j *job) reply {
	if j.state != stateComplete {
		return refused(http.StatusBadRequest, "INVALIDJOBSTATE", "Job is not in a state to return results: "+j.state)
	}
	from, ok := readLocator(c.query.Get("locator"))
	size := resultPage
	if text := c.query.Get("maxRecords"); text != "" {
		n, err := strconv.Atoi(text)
		ok = ok && err == nil && n > 0
		size = n
	}
	if !ok || from > j.result.Rows() {
		return refused(http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid locator or maxRecords")
	}
	to := min(from+size, j.result.Rows())
	columns, _ := j.result.Columns()
	b := j.appendCSV(nil, columns)
	for i := from; i < to; i++ {
		b = j.appendCSV(b, j.result.Cells(i))
	}
	locator := "null"
	if to < j.result.Rows() {
		locator = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	}
	return csvReply(b).with("Sforce-Locator", locator).with("Sforce-NumberOfRecords", strconv.Itoa(to-from))
}

func readLocator(s string) (int, bool) {
	if s == "" {
		return 0, true
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	n, err2 := strconv.Atoi(string(b))
	return n, err == nil && err2 == nil && n >= 0
}

func csvReply(b []byte) reply {
	return reply{status: http.StatusOK, body: b, header: http.Header{"Content-Type": {"text/csv;charset=UTF-8"}}}
}

// appendCSV writes one row as the vendor does: every cell in quotes.
func (j *job) appendCSV(b []byte, cells []string) []byte {
	for i, cell := range cells {
		if i > 0 {
			b = append(b, byte(delimiters[j.delimiter]))
		}
		b = append(b, '"')
		b = append(b, strings.ReplaceAll(cell, `"`, `""`)...)
		b = append(b, '"')
	}
	if j.lineEnding == "CRLF" {
		b = append(b, '\r')
	}
	return append(b, '\n')
}
