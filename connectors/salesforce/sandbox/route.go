package sandbox

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

// maxURI is the longest request URI, and the longest URI and headers together,
// in bytes (REST API Developer Guide, "Status Codes and Error Responses").
const maxURI = 16384

// maxBody is the largest request body: a Bulk API 2.0 upload (Salesforce
// Developer Limits, "Bulk API and Bulk API 2.0 Limits").
const maxBody = 150 << 20

// call is one request to a data resource, from the network or from within a
// composite request.
type call struct {
	s        *Server
	method   string
	version  string   // "67.0"
	segments []string // of the path after the version
	query    url.Values
	header   http.Header
	body     []byte
	session  *session
	base     string
	hits     hits
	// tx is the transaction of the composite request around it, nil outside.
	tx *org.Tx
	// txs are the transactions that the request began.
	txs *[]*org.Tx
	// tool marks a call below /tooling.
	tool bool
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.Path, "/_sandbox"); ok {
		s.control(r, path).write(w)
		return
	}
	s.log.DebugContext(r.Context(), "request", slog.String("method", r.Method), slog.String("path", r.URL.Path))
	// What a person gives to the vendor's support (recorded).
	w.Header().Set("X-Sfdc-Request-Id", fmt.Sprintf("%032x", s.requests.Add(1)))
	if answer, tooLong := checkLength(r); tooLong {
		answer.write(w)
		return
	}
	hits := s.faultsFor(r)
	if answer, done := hits.before(s, r); done {
		answer.write(w)
		return
	}
	body, err := readBody(r)
	if err != nil {
		refused(http.StatusBadRequest, "INVALID_CONTENT", err.Error()).write(w)
		return
	}
	answer := s.serve(r, body, hits)
	hits.after(s, r, w, answer)
}

func checkLength(r *http.Request) (reply, bool) {
	uri := r.URL.RequestURI()
	size := len(uri)
	for k, list := range r.Header {
		for _, v := range list {
			size += len(k) + len(v) + 4
		}
	}
	switch {
	case len(uri) > maxURI:
		return refused(http.StatusRequestURITooLong, "URI_TOO_LONG", "URI Too Long"), true
	case size > maxURI:
		return refused(http.StatusRequestHeaderFieldsTooLarge, "REQUEST_HEADER_FIELDS_TOO_LARGE", "Request Header Fields Too Large"), true
	}
	return reply{}, false
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	in := bufio.NewReader(io.LimitReader(r.Body, maxBody+1))
	if _, err := in.Peek(1); errors.Is(err, io.EOF) {
		return nil, nil // clients that compress say so of requests without a body as well
	}
	if r.Header.Get("Content-Encoding") == "gzip" {
		zipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("reading the compressed body: %w", err)
		}
		in = bufio.NewReader(io.LimitReader(zipped, maxBody+1))
	}
	body, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("reading the body: %w", err)
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("reading the body: it is larger than %d bytes", maxBody)
	}
	return body, nil
}

// serve finds the resource. Signing in and the list of versions need no
// session and are not metered.
func (s *Server) serve(r *http.Request, body []byte, h hits) reply {
	path := strings.TrimSuffix(r.URL.Path, "/")
	switch {
	case path == "/services/oauth2/token":
		return s.token(r, body)
	case path == "/services/oauth2/revoke":
		return s.revoke(r, body)
	case path == "/services/oauth2/userinfo":
		return s.userinfo(r)
	case strings.HasPrefix(path, "/id/"):
		return s.identity(r)
	case strings.HasPrefix(path, "/services/Soap/u/"):
		return s.soap(r, body)
	case path == "/services/data":
		return s.listVersions()
	case strings.HasPrefix(path, "/services/data/v"):
		return s.data(r, body, h)
	}
	return notFound()
}

// data checks version, session and allowance, in the vendor's order, and then
// runs the call.
func (s *Server) data(r *http.Request, body []byte, h hits) reply {
	rest := strings.TrimPrefix(strings.TrimSuffix(r.URL.EscapedPath(), "/"), "/services/data/v")
	version, tail, _ := strings.Cut(rest, "/")
	if bad := s.checkVersion(version); bad != nil {
		return *bad
	}
	x := s.session(bearer(r))
	if x == nil {
		return refused(http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid").with("WWW-Authenticate", "Token")
	}
	segments, err := split(tail)
	if err != nil {
		return notFound()
	}
	c := &call{s: s, method: r.Method, version: version, segments: segments, query: r.URL.Query(), header: r.Header,
		body: body, session: x, base: s.base(r), hits: h, txs: &[]*org.Tx{}}
	if c.method == http.MethodHead {
		c.method = http.MethodGet
	}
	if m := c.query.Get("_HttpMethod"); m != "" && c.method == http.MethodPost {
		c.method = strings.ToUpper(m)
	}
	s.ledger.count(&s.mu, c.endpoint())
	info, ok := s.spend()
	if !ok {
		return refused(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.").with("Sforce-Limit-Info", info)
	}
	if bad := c.checkContentType(); bad != nil {
		return bad.with("Sforce-Limit-Info", info)
	}
	return c.locked().with("Sforce-Limit-Info", s.usageInfo())
}

// split cuts an escaped path and unescapes every part on its own.
func split(tail string) ([]string, error) {
	if tail == "" {
		return nil, nil
	}
	parts := strings.Split(tail, "/")
	for i, p := range parts {
		u, err := url.PathUnescape(p)
		if err != nil {
			return nil, fmt.Errorf("reading path: %w", err)
		}
		parts[i] = u
	}
	return parts, nil
}

func (c *call) checkContentType() *reply {
	if len(c.body) == 0 || c.method == http.MethodGet || c.method == http.MethodDelete {
		return nil
	}
	kind, _, _ := strings.Cut(strings.ToLower(c.header.Get("Content-Type")), ";")
	if kind = strings.TrimSpace(kind); kind == "application/json" || kind == "text/csv" && c.segment(0) == "jobs" {
		return nil
	}
	r := refused(http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE",
		"Content-Type header specified in HTTP request is not supported: "+c.header.Get("Content-Type"))
	return &r
}

// locked runs the call under the org's lock: shared for reads, exclusive for
// everything else.
func (c *call) locked() reply {
	if c.method == http.MethodGet && c.segment(0) != "jobs" { // a look at a job may move it on
		c.s.org.RLock()
		defer c.s.org.RUnlock()
	} else {
		c.s.org.Lock()
		defer c.s.org.Unlock()
	}
	answer := c.run()
	for _, tx := range *c.txs {
		for _, save := range tx.Saves {
			c.s.ledger.wrote(&c.s.mu, save.ID, save.Op)
		}
	}
	return answer
}

func (c *call) segment(i int) string {
	if i < len(c.segments) {
		return c.segments[i]
	}
	return ""
}

// run dispatches to a resource. The org is locked.
func (c *call) run() reply {
	switch strings.ToLower(c.segment(0)) {
	case "":
		return c.get(c.resources)
	case "limits":
		return c.get(c.limits)
	case "sobjects":
		return c.sobjects()
	case "query":
		return c.get(func() reply { return c.soql(false) })
	case "queryall":
		return c.get(func() reply { return c.soql(true) })
	case "composite":
		return c.compositeRoot()
	case "actions":
		return c.actions()
	case "tooling":
		return c.tooling()
	case "connect":
		return c.connect()
	case "jobs":
		return c.bulk()
	case "recent":
		return c.get(c.recent)
	case "search":
		return c.search()
	case "parameterizedsearch":
		return c.parameterizedSearch()
	}
	return notFound()
}

// get runs a resource that can only be read.
func (c *call) get(f func() reply) reply {
	if c.method != http.MethodGet {
		return notAllowed(c.method, "HEAD,GET")
	}
	return f()
}

// root is the path of the API version: /services/data/v67.0, for the Tooling
// API with /tooling.
func (c *call) root() string {
	if c.tool {
		return "/services/data/v" + c.version + "/tooling"
	}
	return "/services/data/v" + c.version
}

// begin starts a transaction, or joins the one around the call.
func (c *call) begin() *org.Tx {
	if c.tx != nil {
		return c.tx
	}
	tx := c.s.org.Begin(c.session.user)
	tx.Root = c.root()
	tx.AllowDuplicates = strings.Contains(strings.ToLower(strings.ReplaceAll(c.header.Get("Sforce-Duplicate-Rule-Header"), " ", "")), "allowsave=true")
	tx.Late = c.hits.late()
	tx.Before = c.hits.record
	*c.txs = append(*c.txs, tx)
	return tx
}
