package sandbox

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"time"

	"handoffd/connectors/salesforce/sandbox/org"
)

// etag is the entity tag of a record. Salesforce has them for Account records
// only (REST API Developer Guide, "Conditional Request Headers"); the others
// get "".
func etag(obj *org.Object, row *org.Row) string {
	if obj.Name != "Account" {
		return ""
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d/%d", row.ID(), row.Stamp(), row.Revision())
	return fmt.Sprintf(`"%x"`, h.Sum64())
}

// stamped adds the headers that conditional requests need.
func (c *call) stamped(obj *org.Object, row *org.Row, r reply) reply {
	if tag := etag(obj, row); tag != "" {
		r = r.with("ETag", tag)
	}
	return r.with("Last-Modified", time.UnixMilli(row.Modified()).UTC().Format(http.TimeFormat))
}

// lists tells whether a header of entity tags names the tag, or is a star.
func lists(header, tag string) bool {
	for _, part := range strings.Split(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == "*" || strings.TrimSuffix(strings.Trim(part, `"`), "--gzip") == strings.Trim(tag, `"`) {
			return true
		}
	}
	return false
}

// readCondition answers 304 or 412 to a GET, nil to go on.
func (c *call) readCondition(obj *org.Object, row *org.Row) *reply {
	tag, modified := etag(obj, row), time.UnixMilli(row.Modified())
	notModified := c.stamped(obj, row, empty(http.StatusNotModified))
	switch h := c.header; {
	case tag != "" && h.Get("If-None-Match") != "":
		if lists(h.Get("If-None-Match"), tag) {
			return &notModified
		}
	case tag != "" && h.Get("If-Match") != "" && !lists(h.Get("If-Match"), tag):
		return preconditionFailed()
	case h.Get("If-Modified-Since") != "":
		if since, err := http.ParseTime(h.Get("If-Modified-Since")); err == nil && !modified.After(since) {
			return &notModified
		}
	case h.Get("If-Unmodified-Since") != "":
		if since, err := http.ParseTime(h.Get("If-Unmodified-Since")); err == nil && modified.After(since) {
			return preconditionFailed()
		}
	}
	return nil
}

// writeCondition answers 412 or 400 to a PATCH, nil to go on.
func (c *call) writeCondition(obj *org.Object, id org.ID) *reply {
	row := c.s.org.Row(id)
	if row == nil || row.Deleted() {
		return nil // the save itself says what is wrong
	}
	tag, h := etag(obj, row), c.header
	if tag != "" {
		if m := h.Get("If-Match"); m != "" && !lists(m, tag) {
			return preconditionFailed()
		}
		if m := h.Get("If-None-Match"); m != "" && lists(m, tag) {
			return preconditionFailed()
		}
	}
	for _, name := range []string{"If-Unmodified-Since", "If-Modified-Since"} {
		value := h.Get(name)
		if value == "" {
			continue
		}
		since, err := http.ParseTime(value)
		if err != nil {
			r := refused(http.StatusBadRequest, "INVALID_HEADER", "The value of "+name+" is not a valid date: "+value)
			return &r
		}
		changed := time.UnixMilli(row.Modified()).After(since)
		if changed == (name == "If-Unmodified-Since") {
			return preconditionFailed()
		}
	}
	return nil
}

func preconditionFailed() *reply {
	r := refused(http.StatusPreconditionFailed, "PRECONDITION_FAILED", "The precondition given in one or more of the request header fields evaluated to false")
	return &r
}
