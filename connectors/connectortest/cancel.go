package connectortest

import (
	"context"
	"errors"
	"net/http"

	"handoffd/connectors"
)

func cancelChecks() []check {
	return []check{
		{name: "a cancelled context sends nothing", run: cancelledBefore},
		{name: "cancelled while the vendor hangs, every door returns", run: cancelledWithin},
		{name: "cancelled after the work was done, a create is unsure", run: cancelledAfter},
	}
}

func cancelledBefore(p *play) {
	account := p.account("one")
	if _, err := p.c.Identify(p.t.Context()); err != nil { // so that a token is there
		p.t.Fatalf("identifying: %v", err)
	}
	ctx, cancel := context.WithCancel(p.t.Context())
	cancel()
	before := p.org.Wire().Requests()
	_, err := p.c.Read(ctx, []connectors.ReadRequest{{Object: connectors.Account}})
	if err == nil {
		p.t.Errorf("reading with a cancelled context is no error")
	}
	for i, r := range p.c.Write(ctx, []connectors.Write{p.task(account, "cancelled"), p.update("cancelled", account, p.words.Note, connectors.TextValue("cancelled"))}) {
		if r.Outcome != connectors.Failed || r.Err == nil {
			p.t.Errorf("write %d: %s %v, want failed: nothing was sent", i, r.Outcome, r.Err)
		}
	}
	if sent := p.org.Wire().Requests() - before; sent != 0 {
		p.t.Errorf("%d requests went out", sent)
	}
	p.holdsNote(account, "one")
	if found := p.activities(connectors.Task, account); len(found) != 0 {
		p.t.Errorf("a task was made")
	}
}

// hang steps in so that the next request never ends by itself. Requests for a
// token pass: they are made for all callers, and outlive the one who asked.
func (p *play) hang() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(p.t.Context())
	p.org.Wire().stepIn(func(r *http.Request) error {
		if r.Header.Get("Authorization") == "" {
			return nil
		}
		cancel()
		<-r.Context().Done()
		return r.Context().Err()
	}, nil)
	return ctx, cancel
}

func cancelledWithin(p *play) {
	account := p.account("one")
	w, task := p.update("hangs", account, p.words.Note, connectors.TextValue("hangs")), p.task(account, "hangs")
	doors := map[string]func(context.Context) error{
		"Read": func(ctx context.Context) error {
			pages, err := p.c.Read(ctx, []connectors.ReadRequest{{Object: connectors.Account}})
			if err == nil && len(pages) == 1 {
				err = pages[0].Err
			}
			return err
		},
		"Update":   func(ctx context.Context) error { return p.c.Write(ctx, []connectors.Write{w})[0].Err },
		"Create":   func(ctx context.Context) error { return p.c.Write(ctx, []connectors.Write{task})[0].Err },
		"Resolve":  func(ctx context.Context) error { return p.c.Resolve(ctx, task).Err },
		"Alert":    func(ctx context.Context) error { return p.c.Alert(ctx, p.alert("hangs")).Err },
		"Identify": func(ctx context.Context) error { _, err := p.c.Identify(ctx); return err },
		"Users":    func(ctx context.Context) error { _, err := p.c.Users(ctx); return err },
		"Describe": func(ctx context.Context) error { _, err := p.c.Describe(ctx, connectors.Account); return err },
	}
	for name, door := range doors {
		ctx, cancel := p.hang()
		err := door(ctx) // returns, or the test's own deadline ends it
		cancel()
		if err == nil {
			p.t.Errorf("%s: cancelled, and no error", name)
		}
	}
	p.org.Wire().stepIn(nil, nil)
	if found := p.activities(connectors.Task, account); len(found) != 0 {
		p.t.Errorf("a task was made by a request that never arrived")
	}
}

// cancelledAfter loses the reply of a create by cancelling once the vendor has
// done the work.
func cancelledAfter(p *play) {
	account := p.account("one")
	w := p.task(account, "cancelled late")
	ctx, cancel := context.WithCancel(p.t.Context())
	defer cancel()
	lost := errors.New("the reply is lost")
	p.org.Wire().stepIn(nil, func(*http.Request) error {
		if len(p.activities(connectors.Task, account)) == 0 {
			return nil
		}
		cancel()
		return lost
	})
	r := p.c.Write(ctx, []connectors.Write{w})[0]
	p.org.Wire().stepIn(nil, nil)
	p.shape(r)
	if r.Outcome != connectors.Unsure {
		p.t.Errorf("%s %v, want unsure: the task stands", r.Outcome, r.Err)
	}
	made := p.activities(connectors.Task, account)
	if len(made) != 1 {
		p.t.Fatalf("%d tasks", len(made))
	}
	if found := p.resolved(w, connectors.Result{Outcome: connectors.Unsure}); found.ID != made[0].ID {
		p.t.Errorf("resolving: %s %q %v, want %q", found.Outcome, found.ID, found.Err, made[0].ID)
	}
}
