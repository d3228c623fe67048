package connectortest

import (
	"time"

	"handoffd/connectors"
)

func makeChecks() []check {
	return []check{
		{name: "an account is made as asked", run: accountAsAsked},
		{name: "an account that does not fit takes no other along", run: accountRefused},
		{name: "an account whose reply was lost is found, not taken for missing", control: true, run: accountLostReply},
		{name: "an account that was never made is known not to be there", control: true, run: accountLostRequest},
	}
}

// making is a Write that makes an account.
func (p *play) making(name string) connectors.Write {
	return connectors.Write{
		Key: p.key(name), Op: connectors.CreateAccount, Ref: p.ref(connectors.Account, ""), Fields: p.fields("note of " + name), Since: p.org.Now(),
	}
}

// madeAsAsked wants the account to stand there as the write says, and lets it
// go again.
func (p *play) madeAsAsked(w connectors.Write, id string) {
	p.t.Helper()
	texts := p.stands(connectors.Account, id)
	if texts == nil {
		p.t.Fatalf("no account %q stands there", id)
	}
	for name, want := range w.Fields {
		if !p.words.holds(want, texts[name]) {
			p.t.Errorf("%s is %q, want %q", name, texts[name], want)
		}
	}
	p.must(p.org.Delete(connectors.Account, id))
}

func accountAsAsked(p *play) {
	batch := []connectors.Write{p.making("first"), p.making("second")}
	got := p.writeAll(batch)
	if got[0].ID == got[1].ID {
		p.t.Errorf("both are %q", got[0].ID)
	}
	for i, r := range got {
		if r.Outcome != connectors.Done || len(r.Dropped) > 0 {
			p.t.Fatalf("%s %v, dropped %v", r.Outcome, r.Err, r.Dropped)
		}
		p.madeAsAsked(batch[i], r.ID)
	}
}

func accountRefused(p *play) {
	good, bad, nameless := p.making("good"), p.making("bad"), p.making("nameless")
	bad.Fields[p.words.PoisonField] = p.words.Poison
	delete(nameless.Fields, p.words.Name)
	got := p.writeAll([]connectors.Write{bad, good, nameless})
	if got[1].Outcome != connectors.Done {
		p.t.Fatalf("the good one: %s %v", got[1].Outcome, got[1].Err)
	}
	p.madeAsAsked(good, got[1].ID)
	if got[0].Outcome == connectors.Done {
		if len(got[0].Dropped) != 1 || got[0].Dropped[0].Field != p.words.PoisonField {
			p.t.Errorf("the value that does not fit is not reported: %v", got[0].Dropped)
		}
		delete(bad.Fields, p.words.PoisonField)
		p.madeAsAsked(bad, got[0].ID)
	} else {
		p.t.Errorf("the one with a value that does not fit: %s %v, want it made without", got[0].Outcome, got[0].Err)
	}
	if got[2].Outcome != connectors.Failed || connectors.ClassOf(got[2].Err) != connectors.ParkRecord {
		p.t.Errorf("the one without a name: %s %v, want failed, to be parked", got[2].Outcome, got[2].Err)
	}
}

// accountLostReply: the vendor makes it and every reply is lost. An index may
// show it late, so the look counts after a while.
func accountLostReply(p *play) {
	p.account("before") // the connector has signed in and knows the fields
	p.mirrorOnce()
	w := p.making("lost reply")
	p.trouble(DropAfter, Anywhere, -1)
	r := p.write(w)
	p.control.Calm()
	if r.Outcome != connectors.Unsure {
		p.t.Fatalf("with every reply lost: %s %v, want unsure", r.Outcome, r.Err)
	}
	p.org.Pass(2 * settleTime)
	found := p.c.Resolve(p.t.Context(), w)
	p.shape(found)
	if found.Outcome != connectors.Done && found.Outcome != connectors.Existed {
		p.t.Fatalf("resolving: %s %v", found.Outcome, found.Err)
	}
	p.madeAsAsked(w, found.ID)
}

// accountLostRequest: nothing was made, and an older account of the same name
// is not taken for it.
func accountLostRequest(p *play) {
	w := p.making("lost request")
	old, err := p.org.Create(connectors.Account, w.Fields)
	p.must(err)
	p.mirrorOnce()
	p.org.Pass(time.Hour)
	w.Since = p.org.Now()
	p.trouble(DropBefore, Anywhere, -1)
	r := p.write(w)
	p.control.Calm()
	if r.Outcome != connectors.Unsure && connectors.ClassOf(r.Err) != connectors.Retry {
		p.t.Errorf("with every connection cut: %s %v, want unsure", r.Outcome, r.Err)
	}
	p.org.Pass(2 * settleTime)
	if gone := p.c.Resolve(p.t.Context(), w); gone.Outcome != connectors.Failed || connectors.ClassOf(gone.Err) != connectors.Retry {
		p.t.Errorf("resolving: %s %q %v, want failed, to be retried", gone.Outcome, gone.ID, gone.Err)
	}
	done := p.write(w)
	if done.Outcome != connectors.Done || done.ID == old {
		p.t.Fatalf("sending it again: %s %q %v", done.Outcome, done.ID, done.Err)
	}
	p.madeAsAsked(w, done.ID)
}

// mirrorOnce reads a page, so that the connector is signed in.
func (p *play) mirrorOnce() {
	p.t.Helper()
	m := p.mirror(connectors.Account)
	if _, err := p.c.Read(p.t.Context(), []connectors.ReadRequest{m.request()}); err != nil {
		p.t.Fatalf("reading: %v", err)
	}
}
