package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// RoundTrip makes the server an http.RoundTripper: a client with
// http.Client{Transport: server} reaches it in process, without a socket.
// Dropped connections and truncated bodies are errors as they would be on the
// network.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer in.Body.Close()
	w := &memoryWriter{header: http.Header{}}
	aborted := s.serveRecovering(w, in)
	if err := context.Cause(r.Context()); err != nil {
		return nil, fmt.Errorf("calling the sandbox: %w", err)
	}
	if aborted && w.status == 0 {
		return nil, fmt.Errorf("calling the sandbox: %w", io.ErrUnexpectedEOF)
	}
	var body io.Reader = &w.body
	length := int64(w.body.Len())
	if aborted {
		body, length = io.MultiReader(&w.body, brokenReader{}), length+1
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(body), ContentLength: length, Request: r,
	}, nil
}

// serveRecovering tells whether the handler ended the connection.
func (s *Server) serveRecovering(w http.ResponseWriter, r *http.Request) (aborted bool) {
	defer func() {
		e := recover()
		if e == nil {
			return
		}
		if err, ok := e.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			panic(e)
		}
		aborted = true
	}()
	s.ServeHTTP(w, r)
	return false
}

// memoryWriter keeps a response.
type memoryWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the headers to be sent.
func (w *memoryWriter) Header() http.Header { return w.header }

// WriteHeader keeps the first status.
func (w *memoryWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write appends to the body.
func (w *memoryWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// brokenReader fails as a connection does that ends too early.
type brokenReader struct{}

// Read always fails.
func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
