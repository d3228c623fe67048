package sandbox

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	// The account's time zone must be known on machines without a zone
	// database too.
	_ "time/tzdata"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// Server is one imitated account. It is an http.Handler, safe for concurrent
// use.
type Server struct {
	opts   Options
	clock  *shifted
	zone   *time.Location
	portal *portal.Portal
	vault  *vault
	limits *limiter
	faults *faults
	calls  *calls
	routes []route
	log    *slog.Logger
	// workflows are listed, not run.
	workflows workflows

	mu  sync.Mutex
	set settings
}

// New makes an account with HubSpot's standard objects and default properties,
// without records, owners or credentials. It panics if TimeZone is unknown.
func New(o Options) *Server {
	o = o.withDefaults()
	zone, err := time.LoadLocation(o.TimeZone)
	if err != nil {
		panic(fmt.Sprintf("hubspot sandbox: %v", err))
	}
	s := &Server{
		opts: o, clock: newShifted(o.Clock), zone: zone, vault: newVault(), limits: newLimiter(zone),
		faults: newFaults(), calls: newCalls(), log: o.Logger, set: o.settings(),
	}
	s.portal, err = portal.New(portal.Config{
		Now: s.clock.Now, ID: o.PortalID, UIDomain: o.UIDomain, Settings: o.portalSettings(), OnWrite: s.calls.wrote,
	})
	if err != nil {
		panic(fmt.Sprintf("hubspot sandbox: %v", err)) // the catalog is compiled in
	}
	s.routes = s.table()
	return s
}

func (s *Server) settings() settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.set
}

// ServeHTTP answers one request. A fault that drops the connection panics
// with http.ErrAbortHandler, which net/http's server turns into a closed
// connection; whoever calls ServeHTTP directly must recover it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_sandbox/") {
		s.control(w, r)
		return
	}
	c := &call{r: r, id: s.correlationID(), query: r.URL.Query()}
	match, found := s.match(c)
	endpoint := r.Method + " " + match.shown
	if !found {
		endpoint = r.Method + " (unknown)"
	}
	out, allowance, fault := s.answer(c, match, found)
	s.calls.count(endpoint, out.status)
	s.log.Debug("hubspot sandbox call", "endpoint", endpoint, "status", out.status, "correlation", c.id)
	if allowance != nil && !match.search && !out.noLimit {
		allowance.headers(w.Header())
	}
	s.send(w, c, fault, out)
}

// answer runs a request through faults, authentication, limits and its
// handler. The fault that it met is returned for the reply.
func (s *Server) answer(c *call, match matched, found bool) (reply, *budget, *Fault) {
	if err := c.readBody(); err != nil {
		return c.failed(err), nil, nil
	}
	fault := s.faults.pick(c)
	if fault != nil {
		if out, done := s.before(c, fault); done {
			return out, nil, fault
		}
	}
	set := s.settings()
	if len(c.r.URL.RequestURI()) > set.URLLimit {
		return c.failed(&refusal{status: http.StatusRequestURITooLong, raw: tooLongPage, kind: "text/html"}), nil, fault
	}
	if !found {
		return c.failed(notServed(match)), nil, fault
	}
	out, allowance := s.serve(c, match, set)
	return out, allowance, fault
}

func (s *Server) serve(c *call, match matched, set settings) (reply, *budget) {
	var allowance *budget
	if !match.open {
		b, err := s.admit(c, match, set)
		if err != nil {
			return c.failed(err), b
		}
		allowance = b
	}
	out, err := match.handle(c)
	if err != nil {
		out = c.failed(err)
	}
	return out, allowance
}

// admit authenticates and counts a request.
func (s *Server) admit(c *call, match matched, set settings) (*budget, error) {
	now := s.clock.Now()
	g, err := s.vault.check(c.r.Header.Get("Authorization"), now, set.MalformedToken401)
	if err != nil {
		return nil, err
	}
	c.grant = g
	b, policy := s.limits.take(g, match.search, now, set)
	if policy != "" {
		return &b, tooMany(policy)
	}
	if match.scopes != nil {
		scopes, err := match.scopes(c)
		if err != nil {
			return &b, err
		}
		return &b, g.allow(scopes)
	}
	return &b, nil
}

// failed words any handler's error.
func (c *call) failed(err error) reply {
	var refused *portal.Error
	var other *refusal
	switch {
	case errors.As(err, &refused):
		return c.refuse(refused)
	case errors.As(err, &other):
		return other.reply(c.id)
	default:
		return reply{status: http.StatusInternalServerError, body: errorBody{
			Status: "error", Message: "internal error: " + err.Error(), CorrelationID: c.id,
		}}
	}
}

const tooLongPage = "<html>\n<head><title>414 Request-URI Too Large</title></head>\n<body>\n<center><h1>414 Request-URI Too Large</h1></center>\n</body>\n</html>\n"

// notServed: an unknown path gets a page, a known path with another method
// the vendor's JSON.
func notServed(match matched) *refusal {
	if match.otherMethod {
		return &refusal{status: http.StatusMethodNotAllowed, body: errorBody{Message: "HTTP 405 Method Not Allowed"}}
	}
	return &refusal{
		status: http.StatusNotFound, kind: "text/html;charset=ISO-8859-1",
		raw: "<html>\n<head>\n<meta http-equiv=\"Content-Type\" content=\"text/html;charset=ISO-8859-1\"/>\n<title>Error 404 Not Found</title>\n</head>\n<body><h2>HTTP ERROR 404 Not Found</h2>\n</body>\n</html>\n",
	}
}

// send writes the reply, bent by a fault if there is one.
func (s *Server) send(w http.ResponseWriter, c *call, fault *Fault, out reply) {
	data := out.raw
	if data == nil && out.body != nil {
		var err error
		if data, err = marshal(out.body); err != nil {
			s.log.Error("hubspot sandbox reply", "err", err)
			out.status, data = http.StatusInternalServerError, []byte(`{"status":"error","message":"internal error"}`)
		}
	}
	if fault != nil {
		out.status, data = s.after(c, fault, &out, data)
	}
	h := w.Header()
	for name, values := range out.header {
		h[name] = values
	}
	if h.Get("Content-Type") == "" && len(data) > 0 {
		h.Set("Content-Type", "application/json;charset=utf-8")
	}
	h.Set("X-HubSpot-Correlation-Id", c.id)
	h.Set("Date", s.clock.Now().Format(http.TimeFormat))
	if out.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(data)))
	}
	w.WriteHeader(out.status)
	if fault != nil && fault.Kind == Truncated {
		data = data[:len(data)/2]
	}
	if _, err := w.Write(data); err != nil && len(data) > 0 {
		s.log.Debug("hubspot sandbox reply not taken", "err", err)
	}
	if fault != nil && fault.Kind == Truncated {
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
}

// correlationID is a version 7 UUID, the form that recorded replies carry.
func (s *Server) correlationID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	var at [8]byte
	binary.BigEndian.PutUint64(at[:], uint64(s.clock.Now().UnixMilli()))
	copy(b[:6], at[2:])
	b[6], b[8] = b[6]&0x0f|0x70, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
