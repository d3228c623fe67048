package connectortest

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"

	"handoffd/connectors"
)

// journal keeps every log line and error text of a check, to be searched for
// secrets. It is an io.Writer for slog.
type journal struct {
	mu    sync.Mutex
	lines []string
}

// Write keeps one log line.
func (j *journal) Write(p []byte) (int, error) {
	j.add("log: " + string(p))
	return len(p), nil
}

func (j *journal) add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

// holding returns the lines that hold the text.
func (j *journal) holding(text string) []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []string
	for _, line := range j.lines {
		if text != "" && strings.Contains(line, text) {
			out = append(out, line)
		}
	}
	return out
}

func (j *journal) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// hear keeps an error with all that it wraps. Error prints only a part.
func (j *journal) hear(err error) {
	for err != nil {
		j.add("error: " + err.Error())
		var e *connectors.Error
		if errors.As(err, &e) {
			j.add("error's parts: " + strings.Join([]string{e.Code, e.Message, e.Fix, e.Request, e.Record, e.Field}, " | "))
		}
		err = errors.Unwrap(err)
	}
}

func (j *journal) hearResult(r connectors.Result) connectors.Result {
	j.hear(r.Err)
	for _, e := range r.Dropped {
		j.hear(e)
	}
	return r
}

// ear is a connector whose every error the journal hears.
type ear struct {
	connectors.Connector
	j *journal
}

// Read listens to the errors of all pages.
func (e ear) Read(ctx context.Context, requests []connectors.ReadRequest) ([]connectors.Page, error) {
	pages, err := e.Connector.Read(ctx, requests)
	e.j.hear(err)
	for _, page := range pages {
		e.j.hear(page.Err)
	}
	return pages, err
}

// Write listens to the errors of all results.
func (e ear) Write(ctx context.Context, batch []connectors.Write) []connectors.Result {
	results := e.Connector.Write(ctx, batch)
	for _, r := range results {
		e.j.hearResult(r)
	}
	return results
}

// Resolve listens to the result.
func (e ear) Resolve(ctx context.Context, w connectors.Write) connectors.Result {
	return e.j.hearResult(e.Connector.Resolve(ctx, w))
}

// Alert listens to the result.
func (e ear) Alert(ctx context.Context, a connectors.Alert) connectors.Result {
	return e.j.hearResult(e.Connector.Alert(ctx, a))
}

// Identify listens to the error.
func (e ear) Identify(ctx context.Context) (connectors.Identity, error) {
	id, err := e.Connector.Identify(ctx)
	e.j.hear(err)
	return id, err
}

// Users listens to the error.
func (e ear) Users(ctx context.Context) ([]connectors.User, error) {
	users, err := e.Connector.Users(ctx)
	e.j.hear(err)
	return users, err
}

// Describe listens to the error.
func (e ear) Describe(ctx context.Context, o connectors.Object) (connectors.Schema, error) {
	schema, err := e.Connector.Describe(ctx, o)
	e.j.hear(err)
	return schema, err
}
