package connectortest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"handoffd/connectors"
)

// RunSpoiled proves that the suite notices: it breaks the connector in one way
// at a time and wants at least one of the checks to fail. The ways are those
// in which a connector goes wrong unseen.
func RunSpoiled(t *testing.T, b Bench) {
	t.Helper()
	for _, s := range spoilers() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			spoiled := b
			spoiled.spoil = s.spoil
			for _, c := range checks() {
				if c.name == s.caught {
					r := &recorder{ctx: t.Context()}
					r.perform(spoiled, c)
					if len(r.faults) == 0 {
						t.Errorf("%q did not notice", c.name)
					}
					return
				}
			}
			t.Fatalf("there is no check %q", s.caught)
		})
	}
}

// recorder is a tester that keeps the faults instead of failing.
type recorder struct {
	ctx    context.Context
	mu     sync.Mutex
	faults []string
}

// Helper, Errorf, Fatalf, Logf and Context are those of a testing.T.
func (r *recorder) Helper() {}

// Errorf keeps a fault.
func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// Fatalf keeps a fault and ends the check.
func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// Logf says nothing.
func (r *recorder) Logf(string, ...any) {}

// Context is the test's.
func (r *recorder) Context() context.Context { return r.ctx }

func (r *recorder) perform(b Bench, c check) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		perform(r, b, c, &[]string{})
	}()
	<-done
}

// spoiler breaks one promise.
type spoiler struct {
	name   string
	caught string // by which check
	spoil  func(connectors.Connector) connectors.Connector
}

// bent is a connector with some doors bent.
type bent struct {
	connectors.Connector
	page    func(*connectors.Page)
	write   func(c connectors.Connector, ctx context.Context, batch []connectors.Write) []connectors.Result
	resolve func(r *connectors.Result)
}

// Read bends each page.
func (b bent) Read(ctx context.Context, requests []connectors.ReadRequest) ([]connectors.Page, error) {
	pages, err := b.Connector.Read(ctx, requests)
	for i := range pages {
		if b.page != nil {
			b.page(&pages[i])
		}
	}
	return pages, err
}

// Write bends the batch or its results.
func (b bent) Write(ctx context.Context, batch []connectors.Write) []connectors.Result {
	if b.write != nil {
		return b.write(b.Connector, ctx, batch)
	}
	return b.Connector.Write(ctx, batch)
}

// Resolve bends the result.
func (b bent) Resolve(ctx context.Context, w connectors.Write) connectors.Result {
	r := b.Connector.Resolve(ctx, w)
	if b.resolve != nil {
		b.resolve(&r)
	}
	return r
}

func onPages(f func(*connectors.Page)) func(connectors.Connector) connectors.Connector {
	return func(c connectors.Connector) connectors.Connector { return bent{Connector: c, page: f} }
}

func onWrites(f func(connectors.Connector, context.Context, []connectors.Write) []connectors.Result) func(connectors.Connector) connectors.Connector {
	return func(c connectors.Connector) connectors.Connector { return bent{Connector: c, write: f} }
}

func onRecords(f func(*connectors.Record)) func(connectors.Connector) connectors.Connector {
	return onPages(func(p *connectors.Page) {
		for i := range p.Records {
			f(&p.Records[i])
		}
	})
}

func spoilers() []spoiler {
	return append([]spoiler{
		{"the last record of a full page is lost", "a first load brings every record once", onPages(func(p *connectors.Page) {
			if n := len(p.Records); n > 20 {
				p.Records = p.Records[:n-1]
			}
		})},
		{"records come twice", "a first load brings every record once", onPages(func(p *connectors.Page) {
			p.Records = append(p.Records, p.Records...)
		})},
		{"Loaded is never said", "a first load goes on in a new process at every page", onPages(func(p *connectors.Page) { p.Loaded = false })},
		{"empty fields are left out", "a first load brings every record once", onRecords(func(r *connectors.Record) {
			for name, v := range r.Fields {
				if v.IsNull() {
					delete(r.Fields, name)
				}
			}
		})},
		{"texts that look like numbers become numbers", "values are exact, written and read", onRecords(func(r *connectors.Record) {
			for name, v := range r.Fields {
				if n, err := connectors.NumberValue(v.Text()); err == nil && v.Kind() == connectors.Text {
					r.Fields[name] = n
				}
			}
		})},
		{"deletes are swallowed", "a deleted record is reported", onPages(func(p *connectors.Page) {
			var kept []connectors.Record
			for _, r := range p.Records {
				if !r.Deleted {
					kept = append(kept, r)
				}
			}
			p.Records = kept
		})},
		{"merges look like deletes", "a merge leads to the survivor", onRecords(func(r *connectors.Record) { r.MergedInto, r.Aliases = "", nil })},
		{"records out of scope look like others", "leaving and entering the scope is reported", onRecords(func(r *connectors.Record) { r.OutOfScope = false })},
		{"records out of scope are left out of a first load", "a first load tells of records out of scope", onPages(func(p *connectors.Page) {
			if p.Through.IsZero() {
				p.Records = slices.DeleteFunc(p.Records, func(r connectors.Record) bool { return r.OutOfScope })
			}
		})},
		{"records out of scope come with all that is known of them", "a first load tells of records out of scope", onRecords(func(r *connectors.Record) {
			if r.OutOfScope {
				r.Fields["more"] = connectors.BoolValue(true)
			}
		})},
		{"contacts have no account", "contacts name their account", onRecords(func(r *connectors.Record) { r.Accounts = nil })},
		{"an error moves the cursor", "an unknown field stops its object only", onPages(func(p *connectors.Page) {
			if p.Err != nil {
				p.Next += "x"
			}
		})},
	}, writeSpoilers()...)
}

func writeSpoilers() []spoiler {
	send := func(c connectors.Connector, ctx context.Context, batch []connectors.Write) []connectors.Result {
		return c.Write(ctx, batch)
	}
	bend := func(f func(*connectors.Result)) func(connectors.Connector) connectors.Connector {
		return onWrites(func(c connectors.Connector, ctx context.Context, batch []connectors.Write) []connectors.Result {
			results := send(c, ctx, batch)
			for i := range results {
				f(&results[i])
			}
			return results
		})
	}
	return []spoiler{
		{"results are in another order", "results come in order, one per write", onWrites(func(c connectors.Connector, ctx context.Context, batch []connectors.Write) []connectors.Result {
			results := send(c, ctx, batch)
			if len(results) > 1 {
				results[0], results[1] = results[1], results[0]
			}
			return results
		})},
		{"keys are not honoured", "the same key makes one task", onWrites(func(c connectors.Connector, ctx context.Context, batch []connectors.Write) []connectors.Result {
			own := make([]connectors.Write, len(batch))
			for i, w := range batch {
				own[i] = w
				own[i].Key = w.Key + "#" + rand.Text()
			}
			results := send(c, ctx, own)
			for i := range results {
				results[i].Key = batch[i].Key
			}
			return results
		})},
		{"unsure is called failed", "a task whose reply was lost is found, not made again", bend(func(r *connectors.Result) {
			if r.Outcome == connectors.Unsure {
				r.Outcome = connectors.Failed
			}
		})},
		{"Expect is ignored", "Expect guards a person's newer change", onWrites(func(c connectors.Connector, ctx context.Context, batch []connectors.Write) []connectors.Result {
			bare := append([]connectors.Write(nil), batch...)
			for i := range bare {
				bare[i].Expect = nil
			}
			return send(c, ctx, bare)
		})},
		{"a poisoned record takes its batch along", "a poisoned record is parked alone", onWrites(func(c connectors.Connector, ctx context.Context, batch []connectors.Write) []connectors.Result {
			results := send(c, ctx, batch)
			for i := range results {
				if results[i].Outcome == connectors.Failed {
					results[0].Outcome, results[0].Err = connectors.Failed, results[i].Err
					results[1].Outcome, results[1].Err = connectors.Failed, results[i].Err
				}
			}
			return results
		})},
		{"what is too long is cut", "what does not fit is refused, not cut", onWrites(func(c connectors.Connector, ctx context.Context, batch []connectors.Write) []connectors.Result {
			own := append([]connectors.Write(nil), batch...)
			for i := range own {
				if a := own[i].Activity; a != nil {
					short := *a
					short.Subject, short.Text, short.HTML = cut(a.Subject), cut(a.Text), cut(a.HTML)
					own[i].Activity = &short
				}
			}
			return send(c, ctx, own)
		})},
		{"nothing is ever there", "a task whose reply was lost is found, not made again", func(c connectors.Connector) connectors.Connector {
			return bent{Connector: c, resolve: func(r *connectors.Result) {
				r.Outcome, r.ID, r.Err = connectors.Failed, "", &connectors.Error{Class: connectors.Retry}
			}}
		}},
		{"errors have no class", "a record that is gone says so", bend(func(r *connectors.Result) {
			if r.Err != nil {
				r.Err = errors.New("it did not work")
			}
		})},
		{"records are quoted in errors", "a refusal never quotes a record", onWrites(func(c connectors.Connector, ctx context.Context, batch []connectors.Write) []connectors.Result {
			results := send(c, ctx, batch)
			for i := range results {
				if results[i].Err != nil {
					for _, v := range batch[i].Fields {
						results[i].Err = fmt.Errorf("writing %s: %w", v, results[i].Err)
					}
				}
			}
			return results
		})},
	}
}

func cut(s string) string {
	if runes := []rune(s); len(runes) > 200 {
		return string(runes[:200])
	}
	return strings.Clone(s)
}
