package connectortest

import (
	"errors"
	"fmt"
	"time"

	"handoffd/connectors"
)

func readingTroubleChecks() []check {
	return []check{
		{name: "reading goes on after every trouble", control: true, run: readUnderTrouble},
		{name: "a bad answer is an error with a class", control: true, run: badAnswers},
		{name: "an expired token is renewed in mid-run", control: true, run: expiredToken},
		{name: "an outage is an error for all, and passes", control: true, run: outage},
		{name: "throttling is respected on the clock", control: true, run: throttled},
	}
}

// readUnderTrouble lets every second page meet a trouble, in a first load and
// in changes.
func readUnderTrouble(p *play) {
	ids := p.accounts(2*p.bench.LoadPage + 10)
	p.org.Pass(time.Hour)
	m := p.mirror(connectors.Account)
	kinds := wireKinds()
	play := func(what string) {
		for i := 0; i < 200; i++ {
			if i%2 == 0 && i < 2*len(kinds) {
				p.trouble(kinds[i/2], Reads, 1+i%3)
			}
			err := m.step()
			if err != nil && connectors.ClassOf(err) == "" {
				p.t.Fatalf("%s: an error without a class: %v", what, err)
			}
			p.org.Pass(time.Second)
			if err == nil && !m.more && i > 2*len(kinds) {
				break
			}
		}
		p.control.Calm()
		m.until(what, func() bool { return m.loaded && len(p.differences(m)) == 0 })
	}
	play("a first load")
	p.org.Pass(time.Hour)
	for i, id := range ids[:60] {
		p.note(id, fmt.Sprint("changed ", i))
	}
	p.org.Pass(time.Minute)
	play("changes")
	p.same(m)
}

// badAnswers: each kind of nonsense, for as long as it takes, on each door.
func badAnswers(p *play) {
	id := p.account("one")
	p.org.Pass(time.Hour)
	for _, kind := range []Kind{HTML, Malformed, Truncated, Outage, DropBefore, DropAfter} {
		m := p.mirror(connectors.Account)
		p.trouble(kind, Anywhere, -1)
		c := p.connect(Setup{})
		m.c = c
		faults := map[string]error{"Read": m.step()}
		_, faults["Identify"] = c.Identify(p.t.Context())
		_, faults["Users"] = c.Users(p.t.Context())
		_, faults["Describe"] = c.Describe(p.t.Context(), connectors.Account)
		results := map[string]connectors.Result{
			"Update": c.Write(p.t.Context(), []connectors.Write{p.update("bad", id, p.words.Note, connectors.TextValue("bad"))})[0],
			"Create": c.Write(p.t.Context(), []connectors.Write{p.task(id, "bad")})[0],
			"Alert":  c.Alert(p.t.Context(), p.alert("bad")),
		}
		for door, r := range results {
			p.shape(r)
			faults[door] = r.Err
			if r.Outcome != connectors.Failed && r.Outcome != connectors.Unsure {
				p.t.Errorf("%s, %s: %s", kind, door, r.Outcome)
			}
		}
		for door, err := range faults {
			if c := connectors.ClassOf(err); c == "" || c == connectors.Gone || c == connectors.ParkRecord || c == connectors.ParkField {
				p.t.Errorf("%s, %s: class %q, %v; nothing is wrong with a record", kind, door, c, err)
			}
		}
		p.control.Calm()
		p.org.Pass(settleTime)
	}
}

func expiredToken(p *play) {
	ids := p.accounts(5)
	p.org.Pass(time.Hour)
	m := p.loaded(connectors.Account)
	p.note(ids[0], "changed")
	p.org.Pass(time.Minute)
	p.trouble(ExpiredToken, Anywhere, 1)
	err := m.step()
	if p.bench.FixedToken {
		var e *connectors.Error
		if !errors.As(err, &e) || e.Class != connectors.Stop || e.Fix == "" {
			p.t.Errorf("a fixed token was refused: %v, want stop with a fix", err)
		}
		p.control.Calm()
		err = m.step()
	}
	if err != nil {
		p.t.Errorf("after the token expired: %v", err)
	}
	m.until("the change", func() bool { return len(p.differences(m)) == 0 })
	p.trouble(ExpiredToken, Updates, 1)
	r := p.deliverAll([]connectors.Write{p.update("expired", ids[1], p.words.Note, connectors.TextValue("written"))})[0]
	if !p.bench.FixedToken {
		if r.Outcome != connectors.Done {
			p.t.Errorf("an update after the token expired: %s %v", r.Outcome, r.Err)
		}
		p.holdsNote(ids[1], "written")
	}
}

func outage(p *play) {
	ids := p.accounts(5)
	p.org.Pass(time.Hour)
	m := p.loaded(connectors.Account)
	p.note(ids[0], "changed")
	p.org.Pass(time.Minute)
	p.trouble(Outage, Anywhere, -1)
	for range 3 {
		err := m.step()
		if c := connectors.ClassOf(err); c != connectors.Retry {
			p.t.Fatalf("reading in an outage: class %q, %v; want retry", c, err)
		}
		p.org.Pass(time.Minute)
	}
	w := p.task(ids[0], "outage")
	if r := p.write(w); r.Outcome != connectors.Failed && r.Outcome != connectors.Unsure {
		p.t.Errorf("a task in an outage: %s", r.Outcome)
	}
	p.control.Calm()
	p.org.Pass(settleTime)
	m.until("the change made before the outage", func() bool { return len(p.differences(m)) == 0 })
	done := p.deliverAll([]connectors.Write{w})[0]
	p.one(connectors.Task, ids[0], done.ID)
}

// throttled: told that it is too much, the connector waits on the clock, or
// hands back when to come again. It does not hammer.
func throttled(p *play) {
	p.accounts(5)
	p.org.Pass(time.Hour)
	m := p.loaded(connectors.Account)
	p.org.Pass(time.Minute)
	for _, count := range []int{1, -1} {
		p.trouble(Throttled, Anywhere, count)
		began, requests := p.org.Now(), p.org.Wire().Requests()
		err := m.step()
		waited, sent := p.org.Now().Sub(began), p.org.Wire().Requests()-requests
		var e *connectors.Error
		switch {
		case err == nil && count > 0:
			if waited <= 0 {
				p.t.Errorf("the connector tried again without waiting")
			}
		case errors.As(err, &e) && e.Class == connectors.Retry:
			if !e.RetryAt.IsZero() && !e.RetryAt.After(began) {
				p.t.Errorf("it may come again at %s, before it was asked (%s)", e.RetryAt, began)
			}
		default:
			p.t.Errorf("throttled %d times: %v, want class retry", count, err)
		}
		if sent > 6 {
			p.t.Errorf("%d requests in %s against a closed door", sent, waited)
		}
		p.control.Calm()
		p.org.Pass(24 * time.Hour)
		m.catchUp()
	}
}
