package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

const (
	// maxSubrequests is the most subrequests of a composite request; at most
	// maxHeavy of them may be queries or collections (REST API Developer
	// Guide, "Composite").
	maxSubrequests = 25
	maxHeavy       = 5
)

// compositeRoot serves everything below /composite.
func (c *call) compositeRoot() reply {
	second := strings.ToLower(c.segment(1))
	if second == "sobjects" {
		return c.collections()
	}
	post := func(f func() reply) reply {
		if c.method != http.MethodPost {
			return notAllowed(c.method, "POST")
		}
		return f()
	}
	switch {
	case second == "" && c.method == http.MethodGet:
		return answer(http.StatusOK, map[string]string{"tree": c.root() + "/composite/tree", "batch": c.root() + "/composite/batch",
			"sobjects": c.root() + "/composite/sobjects", "graph": c.root() + "/composite/graph"})
	case second == "":
		return post(c.composite)
	case second == "batch":
		return post(c.batch)
	case second == "graph":
		return post(c.graph)
	case second == "tree" && len(c.segments) == 3:
		return post(c.tree)
	}
	return notFound()
}

// subrequest is one part of a composite or graph request.
type subrequest struct {
	method, url, ref string
	header           http.Header
	body             any
	hasBody          bool
}

// subresponse is its answer.
type subresponse struct {
	Body    json.RawMessage   `json:"body"`
	Headers map[string]string `json:"httpHeaders"`
	Status  int               `json:"httpStatusCode"`
	Ref     string            `json:"referenceId"`
}

func (r subresponse) failed() bool { return r.Status >= 400 || r.Status == http.StatusMultipleChoices }

func newSubresponse(ref string, r reply) subresponse {
	out := subresponse{Body: r.body, Headers: map[string]string{}, Status: r.status, Ref: ref}
	if len(r.body) == 0 {
		out.Body = json.RawMessage("null")
	}
	for _, name := range []string{"Location", "ETag", "Last-Modified"} {
		if v := r.header.Get(name); v != "" {
			out.Headers[name] = v
		}
	}
	return out
}

// composite serves POST /composite: one call, up to 25 parts.
func (c *call) composite() reply {
	body, bad := c.bodyObject()
	if bad != nil {
		return *bad
	}
	allOrNone, ok := body.flag("allOrNone")
	if !ok {
		return refused(http.StatusBadRequest, "JSON_PARSER_ERROR", "Cannot deserialize instance of boolean from allOrNone")
	}
	subs, bad := c.subrequests(body.list("compositeRequest"), maxSubrequests)
	if bad != nil {
		return *bad
	}
	return answer(http.StatusOK, map[string][]subresponse{"compositeResponse": c.runAll(subs, allOrNone, compositeAllows)})
}

// subrequests reads and bounds the parts.
func (c *call) subrequests(list []any, limit int) ([]subrequest, *reply) {
	fail := func(code, message string) ([]subrequest, *reply) {
		r := refused(http.StatusBadRequest, code, message)
		return nil, &r
	}
	if len(list) == 0 {
		return fail("INVALID_INPUT", "compositeRequest must hold at least one subrequest")
	}
	if len(list) > limit {
		return nil, tooMany(fmt.Sprintf("The request can’t contain more than %d operations.", limit))
	}
	var out []subrequest
	refs, heavy := map[string]bool{}, 0
	for _, v := range list {
		o, ok := v.(object)
		if !ok {
			return fail("JSON_PARSER_ERROR", "A subrequest is required to be a JSON object")
		}
		s := subrequest{method: o.text("method"), url: o.text("url"), ref: o.text("referenceId"), header: http.Header{}}
		s.body, s.hasBody = o.get("body")
		if s.method == "" || s.url == "" || s.ref == "" {
			return fail("INVALID_INPUT", "A subrequest needs method, url and referenceId")
		}
		if !validRef(s.ref) || refs[s.ref] {
			return fail("INVALID_INPUT", "The referenceId must be unique and consist of letters, digits and underscores: "+s.ref)
		}
		refs[s.ref] = true
		headers, _ := o.object("httpHeaders")
		for _, m := range headers {
			s.header.Set(m.key, fmt.Sprint(m.value))
		}
		if isHeavy(s.url) {
			heavy++
		}
		out = append(out, s)
	}
	if heavy > maxHeavy {
		return nil, tooMany(fmt.Sprintf("The request can’t contain more than %d query or sObject Collections operations.", maxHeavy))
	}
	return out, nil
}

// tooMany refuses the whole request in the form of a response without a part.
func tooMany(message string) *reply {
	body := encode([]apiError{{Code: "LIMIT_EXCEEDED", Message: message}})
	r := answer(http.StatusBadRequest, map[string]any{"compositeResponse": []map[string]any{
		{"body": json.RawMessage(body), "httpHeaders": map[string]string{}, "httpStatusCode": http.StatusBadRequest, "referenceId": nil}}})
	return &r
}

func validRef(s string) bool {
	for _, r := range s {
		if r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return s != "" && s[0] != '_'
}

// resource is the lower-case path of a subrequest after the version.
func resource(u string) string {
	path, _, _ := strings.Cut(u, "?")
	parts := strings.SplitN(strings.TrimPrefix(path, "/services/data/"), "/", 2)
	if len(parts) < 2 {
		return ""
	}
	return strings.ToLower(parts[1])
}

func isHeavy(u string) bool {
	r := resource(u)
	return strings.HasPrefix(r, "query") || strings.HasPrefix(r, "composite/sobjects")
}

func compositeAllows(u string) bool {
	return strings.HasPrefix(resource(u), "sobjects") || isHeavy(u)
}

// runAll runs the parts in order. With allOrNone the first failure undoes
// them all.
func (c *call) runAll(subs []subrequest, allOrNone bool, allowed func(string) bool) []subresponse {
	tx := c.begin()
	mark := tx.Mark()
	results := map[string]any{}
	var out []subresponse
	for i, sub := range subs {
		r := newSubresponse(sub.ref, c.runOne(tx, sub, results, allowed))
		out = append(out, r)
		if !r.failed() {
			results[sub.ref], _ = parseJSON(r.Body)
			continue
		}
		if allOrNone {
			tx.Rollback(mark)
			return halted(out, subs, i)
		}
	}
	return out
}

// halted marks all parts but the failed one as undone.
func halted(out []subresponse, subs []subrequest, failed int) []subresponse {
	for i, sub := range subs {
		r := newSubresponse(sub.ref, refused(http.StatusBadRequest, "PROCESSING_HALTED",
			"The transaction was rolled back since another operation in the same transaction failed."))
		switch {
		case i >= len(out):
			out = append(out, r)
		case i != failed:
			out[i] = r
		}
	}
	return out
}

// runOne fills in references and runs one part as if it had come alone.
func (c *call) runOne(tx *org.Tx, sub subrequest, results map[string]any, allowed func(string) bool) reply {
	if !allowed(sub.url) {
		return refused(http.StatusBadRequest, "INVALID_INPUT", "The url is not supported in a composite request: "+sub.url)
	}
	target, err := expand(sub.url, results, url.PathEscape)
	var body any
	if err == nil {
		body, err = expandBody(sub.body, results)
	}
	if err != nil {
		return refused(http.StatusBadRequest, "PROCESSING_HALTED", err.Error())
	}
	u, err := url.Parse(target)
	if err != nil || !strings.HasPrefix(u.Path, "/services/data/v") {
		return refused(http.StatusBadRequest, "INVALID_INPUT", "The url is not valid: "+target)
	}
	inner := *c
	inner.tx, inner.method, inner.header, inner.query = tx, strings.ToUpper(sub.method), sub.header, u.Query()
	inner.body = nil
	if sub.hasBody && body != nil {
		inner.body = encodeValue(body)
	}
	version, tail, _ := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(u.EscapedPath(), "/"), "/services/data/v"), "/")
	if bad := c.s.checkVersion(version); bad != nil {
		return *bad
	}
	inner.version = version
	if inner.segments, err = split(tail); err != nil {
		return notFound()
	}
	return inner.run()
}
