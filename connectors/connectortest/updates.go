package connectortest

import (
	"fmt"
	"time"

	"handoffd/connectors"
)

func updateChecks() []check {
	return []check{
		{name: "results come in order, one per write", run: resultsInOrder},
		{name: "updates of one record in one batch keep their order", run: oneRecordTwice},
		{name: "an update in vain is harmless", run: updateTwice},
		{name: "Expect guards a person's newer change", run: expectGuards},
		{name: "a row lock is waited for or handed back", control: true, run: rowLock},
		{name: "updates survive every trouble on the wire", control: true, run: updatesUnderTrouble},
	}
}

// key is one that nobody used before, also not in an earlier run on a real org.
func (p *play) key(name string) string {
	p.serial++
	return fmt.Sprintf("test/%d/%d/%s", p.org.Now().UnixNano(), p.serial, name)
}

// update is a Write that sets one field of an account.
func (p *play) update(name, id, field string, v connectors.Value) connectors.Write {
	return connectors.Write{
		Key: p.key(name), Op: connectors.Update, Ref: p.ref(connectors.Account, id), Fields: map[string]connectors.Value{field: v},
	}
}

func (p *play) write(w connectors.Write) connectors.Result {
	p.t.Helper()
	return p.writeAll([]connectors.Write{w})[0]
}

// writeAll writes once and checks the shape of the results.
func (p *play) writeAll(batch []connectors.Write) []connectors.Result {
	p.t.Helper()
	results := p.c.Write(p.t.Context(), batch)
	if len(results) != len(batch) {
		p.t.Fatalf("%d results for %d writes", len(results), len(batch))
	}
	for i, r := range results {
		if r.Key != batch[i].Key {
			p.t.Errorf("result %d has the key %q, its write %q", i, r.Key, batch[i].Key)
		}
		p.shape(r)
	}
	return results
}

// shape holds a Result to what its Outcome says.
func (p *play) shape(r connectors.Result) {
	p.t.Helper()
	switch r.Outcome {
	case connectors.Done, connectors.Existed:
		if r.ID == "" || r.Err != nil {
			p.t.Errorf("%s: %s without an id or with an error: %q, %v", r.Key, r.Outcome, r.ID, r.Err)
		}
	case connectors.Conflicted:
		if len(r.Current) == 0 {
			p.t.Errorf("%s: a conflict without the current values", r.Key)
		}
	case connectors.Failed, connectors.Unsure:
		if connectors.ClassOf(r.Err) == "" {
			p.t.Errorf("%s: %s with an error without a class: %v", r.Key, r.Outcome, r.Err)
		}
	default:
		p.t.Errorf("%s: the outcome %q is none of the contract's", r.Key, r.Outcome)
	}
}

// deliverAll does what the engine does: it resolves what is unsure, sends
// again what may be sent again, and gives up after a while.
func (p *play) deliverAll(batch []connectors.Write) []connectors.Result {
	p.t.Helper()
	out := make([]connectors.Result, len(batch))
	open := make([]int, len(batch))
	for i := range batch {
		open[i] = i
	}
	for try := 0; len(open) > 0 && try < 8; try++ {
		if try > 0 {
			p.org.Pass(settleTime)
		}
		sent := make([]connectors.Write, len(open))
		for i, n := range open {
			sent[i] = batch[n]
		}
		var again []int
		for i, r := range p.writeAll(sent) {
			out[open[i]] = p.resolved(sent[i], r)
			if c := connectors.ClassOf(out[open[i]].Err); c == connectors.Retry || c == connectors.UnknownOutcome || c == connectors.Reauth {
				again = append(again, open[i])
			}
		}
		open = again
	}
	return out
}

func (p *play) resolved(w connectors.Write, r connectors.Result) connectors.Result {
	p.t.Helper()
	for range 4 {
		if r.Outcome != connectors.Unsure {
			break
		}
		p.org.Pass(settleTime)
		r = p.c.Resolve(p.t.Context(), w)
		p.shape(r)
	}
	return r
}

func (p *play) holdsNote(id, want string) {
	p.t.Helper()
	if got := p.stands(connectors.Account, id)[p.words.Note]; got != want {
		p.t.Errorf("%s holds %q, want %q", id, got, want)
	}
}

func resultsInOrder(p *play) {
	ids := p.accounts(p.many(250))
	batch := make([]connectors.Write, len(ids))
	for i := range ids {
		id := ids[(i*7)%len(ids)]
		if len(ids)%7 == 0 {
			id = ids[i]
		}
		batch[i] = p.update(fmt.Sprint("order ", i), id, p.words.Note, connectors.TextValue("written "+id))
	}
	for i, r := range p.writeAll(batch) {
		if r.Outcome != connectors.Done || r.ID != batch[i].Ref.ID {
			p.t.Fatalf("write %d of %s: %s %s %v", i, batch[i].Ref.ID, r.Outcome, r.ID, r.Err)
		}
	}
	for _, id := range ids {
		p.holdsNote(id, "written "+id)
		if p.control != nil && p.control.Writes(connectors.Account, id) != 1 {
			p.t.Errorf("%s was written %d times", id, p.control.Writes(connectors.Account, id))
		}
	}
	if got := p.c.Write(p.t.Context(), nil); len(got) != 0 {
		p.t.Errorf("an empty batch has %d results", len(got))
	}
}

func oneRecordTwice(p *play) {
	id, other := p.account("before"), p.account("other")
	batch := []connectors.Write{
		p.update("first", id, p.words.Note, connectors.TextValue("first")),
		p.update("other", other, p.words.Note, connectors.TextValue("other")),
		p.update("second", id, p.words.Name, connectors.TextValue("handoffd test renamed")),
		p.update("third", id, p.words.Note, connectors.TextValue("third")),
	}
	for i, r := range p.writeAll(batch) {
		if r.Outcome != connectors.Done || r.ID != batch[i].Ref.ID {
			p.t.Errorf("write %d: %s %s %v", i, r.Outcome, r.ID, r.Err)
		}
	}
	p.holdsNote(id, "third")
	p.holdsNote(other, "other")
	if got := p.stands(connectors.Account, id)[p.words.Name]; got != "handoffd test renamed" {
		p.t.Errorf("the name is %q: the second write is lost", got)
	}
}

func updateTwice(p *play) {
	id := p.account("before")
	w := p.update("twice", id, p.words.Note, connectors.TextValue("after"))
	for range 2 {
		if r := p.write(w); r.Outcome != connectors.Done && r.Outcome != connectors.Existed {
			p.t.Errorf("%s %v", r.Outcome, r.Err)
		}
	}
	p.holdsNote(id, "after")
	if r := p.c.Resolve(p.t.Context(), w); r.Outcome != connectors.Done && r.Outcome != connectors.Existed {
		p.t.Errorf("resolving an update that was made: %s %v", r.Outcome, r.Err)
	}
	w.Fields = map[string]connectors.Value{p.words.Note: connectors.TextValue("never sent")}
	if r := p.c.Resolve(p.t.Context(), w); r.Outcome != connectors.Failed || connectors.ClassOf(r.Err) != connectors.Retry {
		p.t.Errorf("resolving an update that was not made: %s %v, want failed, to be retried", r.Outcome, r.Err)
	}
}

func expectGuards(p *play) {
	same, changed, never := p.account("as seen"), p.account("as seen"), p.create(connectors.Account, map[string]connectors.Value{
		p.words.Name: connectors.TextValue("handoffd test never noted"),
	})
	p.note(changed, "a person's newer word")
	batch := []connectors.Write{
		p.update("same", same, p.words.Note, connectors.TextValue("ours")),
		p.update("changed", changed, p.words.Note, connectors.TextValue("ours")),
		p.update("never", never, p.words.Note, connectors.TextValue("ours")),
	}
	batch[0].Expect = map[string]connectors.Value{p.words.Note: connectors.TextValue("as seen")}
	batch[1].Expect = map[string]connectors.Value{p.words.Note: connectors.TextValue("as seen")}
	batch[2].Expect = map[string]connectors.Value{p.words.Note: {}}
	got := p.writeAll(batch)
	for i, want := range []connectors.Outcome{connectors.Done, connectors.Conflicted, connectors.Done} {
		if got[i].Outcome != want {
			p.t.Errorf("write %d: %s %v, want %s", i, got[i].Outcome, got[i].Err, want)
		}
	}
	if now := got[1].Current[p.words.Note]; now != connectors.TextValue("a person's newer word") {
		p.t.Errorf("the conflict tells %q", now)
	}
	p.holdsNote(same, "ours")
	p.holdsNote(changed, "a person's newer word")
	p.holdsNote(never, "ours")
	if p.control != nil && p.control.Writes(connectors.Account, changed) != 0 {
		p.t.Errorf("the conflicting record was written")
	}
}

func rowLock(p *play) {
	ids := p.accounts(3)
	for count, what := range map[int]string{1: "once", 2: "twice", 6: "for long"} {
		p.trouble(RowLock, Updates, count)
		batch := make([]connectors.Write, len(ids))
		for i, id := range ids {
			batch[i] = p.update("locked", id, p.words.Note, connectors.TextValue("locked "+what))
		}
		for i, r := range p.deliverAll(batch) {
			if r.Outcome != connectors.Done {
				p.t.Errorf("locked %s, write %d: %s %v", what, i, r.Outcome, r.Err)
			}
			p.holdsNote(ids[i], "locked "+what)
		}
		p.control.Calm()
	}
}

// wireKinds are the troubles that any request may meet.
func wireKinds() []Kind {
	return []Kind{DropBefore, DropAfter, Outage, Malformed, Truncated, HTML}
}

func updatesUnderTrouble(p *play) {
	id, other := p.account("before"), p.account("before")
	for _, kind := range wireKinds() {
		for _, count := range []int{1, 3, 7} {
			what := fmt.Sprint(kind, " ", count)
			p.trouble(kind, Updates, count)
			for i, r := range p.deliverAll([]connectors.Write{
				p.update("a", id, p.words.Note, connectors.TextValue(what)), p.update("b", other, p.words.Note, connectors.TextValue(what)),
			}) {
				if r.Outcome != connectors.Done && r.Outcome != connectors.Existed {
					p.t.Errorf("%s, write %d: %s %v", what, i, r.Outcome, r.Err)
				}
			}
			p.holdsNote(id, what)
			p.holdsNote(other, what)
			p.control.Calm()
			p.org.Pass(time.Minute)
		}
	}
}
