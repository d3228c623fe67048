package connectortest

import (
	"fmt"

	"handoffd/connectors"
)

func unsureChecks() []check {
	return []check{
		{name: "a task whose reply was lost is found, not made again", control: true, run: lostReply},
		{name: "a task that was never made is known not to be there", control: true, run: lostRequest},
		{name: "exactly one task through every trouble", control: true, run: oneTaskUnderTrouble},
		{name: "an outage while resolving stays unsure", control: true, run: unsureInOutage},
	}
}

// lostReply: the vendor makes the task and every reply is lost.
func lostReply(p *play) {
	account := p.account("one")
	w := p.task(account, "lost reply")
	p.trouble(DropAfter, Creates, -1)
	r := p.write(w)
	p.control.Calm()
	made := p.activities(connectors.Task, account)
	if len(made) != 1 {
		p.t.Fatalf("%d tasks were made while replies were lost", len(made))
	}
	if r.Outcome != connectors.Unsure {
		p.t.Errorf("with every reply lost: %s %v, want unsure", r.Outcome, r.Err)
	}
	found := p.c.Resolve(p.t.Context(), w)
	if found.Outcome != connectors.Done && found.Outcome != connectors.Existed || found.ID != made[0].ID {
		p.t.Errorf("resolving: %s %q %v, want %q", found.Outcome, found.ID, found.Err, made[0].ID)
	}
	if again := p.write(w); again.Outcome != connectors.Existed || again.ID != made[0].ID {
		p.t.Errorf("sending it again all the same: %s %q %v", again.Outcome, again.ID, again.Err)
	}
	p.one(connectors.Task, account, made[0].ID)
}

// lostRequest: the connection ends before the vendor has done anything, which
// nobody can tell from lostReply but by looking.
func lostRequest(p *play) {
	account := p.account("one")
	w := p.task(account, "lost request")
	p.trouble(DropBefore, Creates, -1)
	r := p.write(w)
	p.control.Calm()
	if r.Outcome != connectors.Unsure {
		p.t.Errorf("with every connection cut: %s %v, want unsure", r.Outcome, r.Err)
	}
	gone := p.c.Resolve(p.t.Context(), w)
	if gone.Outcome != connectors.Failed || connectors.ClassOf(gone.Err) != connectors.Retry {
		p.t.Errorf("resolving: %s %v, want failed, to be retried", gone.Outcome, gone.Err)
	}
	done := p.deliverAll([]connectors.Write{w})[0]
	if done.Outcome != connectors.Done {
		p.t.Errorf("sending it again: %s %v", done.Outcome, done.Err)
	}
	p.one(connectors.Task, account, done.ID)
}

func oneTaskUnderTrouble(p *play) {
	for _, kind := range append(wireKinds(), Throttled, ExpiredToken) {
		if kind == ExpiredToken && p.bench.FixedToken {
			continue
		}
		for _, where := range []Where{Creates, Anywhere} {
			for _, count := range []int{1, 2, 5} {
				name := fmt.Sprint(kind, " ", where, " ", count)
				account := p.account(name)
				batch := []connectors.Write{p.task(account, name), p.task(p.account(name), name)}
				p.trouble(kind, where, count)
				got := p.deliverAll(batch)
				p.control.Calm()
				for i, w := range batch {
					if got[i].Outcome != connectors.Done && got[i].Outcome != connectors.Existed {
						p.t.Errorf("%s: %s %v", name, got[i].Outcome, got[i].Err)
					}
					p.one(connectors.Task, w.Ref.ID, got[i].ID)
				}
			}
		}
	}
}

// unsureInOutage: what cannot be read is not known.
func unsureInOutage(p *play) {
	account := p.account("one")
	w := p.task(account, "outage")
	p.trouble(DropAfter, Creates, -1)
	r := p.write(w)
	p.control.Calm()
	p.trouble(Outage, Anywhere, -1)
	found := p.c.Resolve(p.t.Context(), w)
	p.shape(found)
	if found.Outcome != connectors.Unsure {
		p.t.Errorf("after %s, resolving in an outage: %s %v, want unsure", r.Outcome, found.Outcome, found.Err)
	}
	p.control.Calm()
	done := p.deliverAll([]connectors.Write{w})[0]
	p.one(connectors.Task, account, done.ID)
}
