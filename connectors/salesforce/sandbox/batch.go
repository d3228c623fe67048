package sandbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

type batchResult struct {
	Status int             `json:"statusCode"`
	Result json.RawMessage `json:"result"`
}

// batch serves POST /composite/batch: up to 25 independent requests, each of
// which costs a call (REST API Developer Guide, "Composite Batch").
func (c *call) batch() reply {
	body, bad := c.bodyObject()
	if bad != nil {
		return *bad
	}
	list := body.list("batchRequests")
	if len(list) == 0 || len(list) > maxSubrequests {
		return refused(http.StatusBadRequest, "INVALID_INPUT", "batchRequests must hold between 1 and 25 subrequests")
	}
	halt, _ := body.flag("haltOnError")
	failed := false
	results := []batchResult{}
	for i, v := range list {
		if failed && halt {
			results = append(results, batchResult{http.StatusPreconditionFailed, encode([]apiError{{Code: "BATCH_PROCESSING_HALTED", Message: "Batch processing halted per request"}})})
			continue
		}
		r := c.batchOne(v, i > 0)
		failed = failed || r.failed()
		if len(r.body) == 0 {
			r.body = []byte("null")
		}
		results = append(results, batchResult{r.status, r.body})
	}
	return answer(http.StatusOK, struct {
		HasErrors bool          `json:"hasErrors"`
		Results   []batchResult `json:"results"`
	}{failed, results})
}

func (c *call) batchOne(v any, charge bool) reply {
	o, ok := v.(object)
	u, err := url.Parse(strings.TrimPrefix(strings.TrimPrefix(o.text("url"), "/"), "services/data/"))
	if !ok || err != nil || !strings.HasPrefix(u.Path, "v") {
		return refused(http.StatusBadRequest, "INVALID_INPUT", "The subrequest has no valid url")
	}
	if charge {
		if _, ok := c.s.spend(); !ok {
			return refused(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
		}
	}
	version, tail, _ := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(u.EscapedPath(), "/"), "v"), "/")
	if bad := c.s.checkVersion(version); bad != nil {
		return *bad
	}
	inner := *c
	inner.version, inner.method, inner.query, inner.header, inner.body = version, strings.ToUpper(o.text("method")), u.Query(), http.Header{}, nil
	if inner.segments, err = split(tail); err != nil {
		return notFound()
	}
	if strings.EqualFold(inner.segment(0), "composite") {
		return refused(http.StatusBadRequest, "INVALID_INPUT", "composite requests cannot be nested")
	}
	if input, ok := o.get("richInput"); ok {
		inner.body = encodeValue(input)
	}
	return inner.run()
}
