package transport

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync"
)

// Handler returns a RoundTripper that calls h in process, without a socket.
// The body streams, the request's context reaches h, and a panic with
// http.ErrAbortHandler, or a body shorter than its Content-Length, is seen as
// a dropped connection, as net/http's server would have it.
func Handler(h http.Handler) http.RoundTripper { return inProcess{h} }

type inProcess struct{ handler http.Handler }

// RoundTrip serves r and returns once the reply's headers are known.
func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := context.Cause(r.Context()); err != nil {
		closeBody(r)
		return nil, err
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	reader, writer := io.Pipe()
	w := &inProcessWriter{
		request: r, header: make(http.Header), headed: make(chan struct{}),
		pipe: writer, reader: reader, left: -1,
	}
	w.buffer = bufio.NewWriterSize(writer, 32<<10)
	// A context that ends while the body streams ends the body as well.
	context.AfterFunc(r.Context(), func() { writer.CloseWithError(r.Context().Err()) })
	go p.serve(w, serverSide(r))
	select {
	case <-w.headed:
		if w.dropped != nil {
			return nil, w.dropped
		}
		return w.response, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func (p inProcess) serve(w *inProcessWriter, r *http.Request) {
	defer closeBody(r)
	defer func() {
		if fault := recover(); fault != nil {
			err, _ := fault.(error)
			if !errors.Is(err, http.ErrAbortHandler) {
				panic(fault)
			}
			w.drop()
			return
		}
		w.finish()
	}()
	p.handler.ServeHTTP(w, r)
}

// serverSide turns a client's request into what a server would see.
func serverSide(r *http.Request) *http.Request {
	in := r.Clone(r.Context())
	if in.Body == nil {
		in.Body = http.NoBody
	}
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	in.RequestURI = r.URL.RequestURI()
	in.URL.Scheme, in.URL.Host, in.URL.User = "", "", nil
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	in.RemoteAddr = "127.0.0.1:1"
	if in.ContentLength > 0 && in.Header.Get("Content-Length") == "" {
		in.Header.Set("Content-Length", strconv.FormatInt(in.ContentLength, 10))
	}
	in.GetBody = nil
	return in
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close() // nothing more is wanted from it
	}
}

// inProcessWriter is the http.ResponseWriter of one request.
type inProcessWriter struct {
	request  *http.Request
	header   http.Header
	pipe     *io.PipeWriter
	reader   *io.PipeReader
	buffer   *bufio.Writer
	left     int64 // bytes that Content-Length still promises, -1 if unknown
	noBody   bool
	once     sync.Once
	headed   chan struct{}
	response *http.Response
	dropped  error
}

// Header returns the headers to be sent.
func (w *inProcessWriter) Header() http.Header { return w.header }

// WriteHeader fixes status and headers; only the first final status counts.
func (w *inProcessWriter) WriteHeader(status int) {
	if status >= 100 && status < 200 {
		return
	}
	w.once.Do(func() {
		header := w.header.Clone()
		w.noBody = w.request.Method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified
		w.response = &http.Response{
			Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: header, Body: w.reader, ContentLength: -1, Request: w.request,
		}
		if n, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64); err == nil && n >= 0 {
			w.response.ContentLength = n
			if !w.noBody {
				w.left = n
			}
		}
		close(w.headed)
	})
}

// Write streams p to the client; it blocks until the client reads.
func (w *inProcessWriter) Write(p []byte) (int, error) {
	if w.header.Get("Content-Type") == "" && w.response == nil {
		w.header.Set("Content-Type", http.DetectContentType(p))
	}
	w.WriteHeader(http.StatusOK)
	if w.noBody {
		return 0, http.ErrBodyNotAllowed
	}
	if w.left >= 0 {
		if int64(len(p)) > w.left {
			return 0, http.ErrContentLength
		}
		w.left -= int64(len(p))
	}
	return w.buffer.Write(p)
}

// Flush sends what was written so far.
func (w *inProcessWriter) Flush() {
	w.WriteHeader(http.StatusOK)
	_ = w.buffer.Flush() // a client that has gone away is seen at the next Write
}

func (w *inProcessWriter) finish() {
	w.WriteHeader(http.StatusOK)
	_ = w.buffer.Flush() // a client that has gone away wants nothing more
	if err := w.request.Context().Err(); err != nil {
		w.pipe.CloseWithError(err)
		return
	}
	if w.left > 0 {
		w.pipe.CloseWithError(io.ErrUnexpectedEOF)
		return
	}
	_ = w.pipe.Close() // never fails
}

// drop ends the connection under the client.
func (w *inProcessWriter) drop() {
	w.once.Do(func() {
		w.dropped = io.EOF
		close(w.headed)
	})
	_ = w.buffer.Flush() // what was written before the fault had gone out
	w.pipe.CloseWithError(io.ErrUnexpectedEOF)
}
