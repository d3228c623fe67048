package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// InProcess is a transport that hands requests to the sandbox without a
// socket: http.Client{Transport: s.InProcess()}. A connection that a fault
// drops is an error, a truncated reply ends with io.ErrUnexpectedEOF, and a
// request whose context ends while the sandbox delays it ends with that
// context's cause.
func (s *Server) InProcess() http.RoundTripper { return inProcess{s} }

type inProcess struct{ s *Server }

// RoundTrip serves one request.
func (p inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := context.Cause(req.Context()); err != nil {
		return nil, err
	}
	r := req.Clone(req.Context())
	if req.Body == nil {
		r.Body = http.NoBody
	} else {
		defer req.Body.Close()
	}
	r.Host = orDefault(r.Host, r.URL.Host)
	r.RequestURI = r.URL.RequestURI()
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	aborted := p.serve(w, r)
	switch {
	case !aborted:
		return w.response(req, &w.body), nil
	case w.flushed:
		return w.response(req, io.MultiReader(&w.body, brokenEnd{})), nil
	}
	if err := context.Cause(req.Context()); err != nil {
		return nil, err
	}
	return nil, io.ErrUnexpectedEOF
}

// serve tells whether the handler dropped the connection.
func (p inProcess) serve(w http.ResponseWriter, r *http.Request) (aborted bool) {
	defer func() {
		switch e := recover(); {
		case e == nil:
		case isAbort(e):
			aborted = true
		default:
			panic(e)
		}
	}()
	p.s.ServeHTTP(w, r)
	return false
}

func isAbort(e any) bool {
	err, ok := e.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

// recorder keeps a reply.
type recorder struct {
	header  http.Header
	status  int
	body    bytes.Buffer
	flushed bool
}

// Header returns the reply's header.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader keeps the status.
func (w *recorder) WriteHeader(status int) { w.status = status }

// Write keeps the body.
func (w *recorder) Write(data []byte) (int, error) { return w.body.Write(data) }

// Flush marks the reply as sent, so that what follows is a broken connection.
func (w *recorder) Flush() { w.flushed = true }

func (w *recorder) response(req *http.Request, body io.Reader) *http.Response {
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header, Body: io.NopCloser(body),
		ContentLength: -1, Request: req,
	}
}

// brokenEnd is where a truncated body stops.
type brokenEnd struct{}

// Read fails.
func (brokenEnd) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
