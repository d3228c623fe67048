package connectortest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"handoffd/connectors"
)

func refusalChecks() []check {
	return []check{
		{name: "a poisoned record is parked alone", run: poisoned},
		{name: "a refused field is dropped alone", run: droppedField},
		{name: "a record that is gone says so", run: goneRecord},
		{name: "an unknown field stops its object only", run: unknownField},
		{name: "an unknown field that is optional is absent", run: optionalField},
		{name: "a write that makes no sense is refused", run: senseless},
		{name: "a refusal never quotes a record", run: quotesNothing},
	}
}

// poison is a write that the vendor refuses for the record's own sake.
func (p *play) poison(id string) connectors.Write {
	return p.update("poisoned", id, p.words.PoisonField, p.words.Poison)
}

func poisoned(p *play) {
	ids := p.accounts(p.many(120))
	batch := make([]connectors.Write, len(ids))
	bad := map[int]bool{0: true, len(ids) / 2: true, len(ids) - 1: true}
	for i, id := range ids {
		batch[i] = p.update("good", id, p.words.Note, connectors.TextValue(fmt.Sprint("written ", i)))
		if bad[i] {
			batch[i] = p.poison(id)
		}
	}
	for i, r := range p.writeAll(batch) {
		switch c := connectors.ClassOf(r.Err); {
		case bad[i] && (r.Outcome != connectors.Failed || c != connectors.ParkRecord && c != connectors.ParkField):
			p.t.Errorf("poisoned write %d: %s %v, want failed, to be parked", i, r.Outcome, r.Err)
		case bad[i]:
			p.names(r.Err, ids[i], p.words.PoisonField)
		case r.Outcome != connectors.Done:
			p.t.Errorf("write %d was taken along: %s %v", i, r.Outcome, r.Err)
		default:
			p.holdsNote(ids[i], fmt.Sprint("written ", i))
			if p.control != nil && p.control.Writes(connectors.Account, ids[i]) != 1 {
				p.t.Errorf("write %d was made %d times", i, p.control.Writes(connectors.Account, ids[i]))
			}
		}
	}
}

// names wants the error to say which record and field it is about.
func (p *play) names(err error, id, field string) {
	p.t.Helper()
	var e *connectors.Error
	if !errors.As(err, &e) {
		p.t.Errorf("%v is no connectors.Error", err)
		return
	}
	if e.System != p.c.System() || e.Object != connectors.Account || e.Record != id || !strings.EqualFold(e.Field, field) {
		p.t.Errorf("the error names %s %s record %q field %q, want account %s field %s: %v", e.System, e.Object, e.Record, e.Field, id, field, e)
	}
}

func droppedField(p *play) {
	id := p.account("before")
	w := p.poison(id)
	w.Fields[p.words.Note] = connectors.TextValue("the good part")
	r := p.write(w)
	if r.Outcome != connectors.Done || len(r.Dropped) != 1 {
		p.t.Errorf("%s %v, dropped %v; want done with one field dropped", r.Outcome, r.Err, r.Dropped)
		return
	}
	if r.Dropped[0].Class != connectors.ParkField {
		p.t.Errorf("the dropped field has the class %s", r.Dropped[0].Class)
	}
	p.names(r.Dropped[0], id, p.words.PoisonField)
	p.holdsNote(id, "the good part")
}

func goneRecord(p *play) {
	stays, goes := p.account("stays"), p.account("goes")
	p.must(p.org.Delete(connectors.Account, goes))
	got := p.writeAll([]connectors.Write{
		p.update("gone", goes, p.words.Note, connectors.TextValue("too late")),
		p.update("there", stays, p.words.Note, connectors.TextValue("in time")),
	})
	if got[0].Outcome != connectors.Failed || connectors.ClassOf(got[0].Err) != connectors.Gone {
		p.t.Errorf("writing to a deleted record: %s %v, want failed as gone", got[0].Outcome, got[0].Err)
	}
	if got[1].Outcome != connectors.Done {
		p.t.Errorf("the record beside it: %s %v", got[1].Outcome, got[1].Err)
	}
	p.holdsNote(stays, "in time")
}

func unknownField(p *play) {
	const field = "no_such_field_here"
	id := p.account("one")
	person := p.contact("one", id)
	c := p.connect(Setup{Fields: map[connectors.Object][]string{
		connectors.Account: {p.words.Name, field}, connectors.Contact: {p.words.Person, p.words.Mail},
	}})
	contacts := p.mirror(connectors.Contact)
	for range endless {
		pages, err := c.Read(p.t.Context(), []connectors.ReadRequest{{Object: connectors.Account}, contacts.request()})
		if err != nil || len(pages) != 2 {
			p.t.Fatalf("an unknown field of accounts stops everything: %v", err)
		}
		var e *connectors.Error
		if !errors.As(pages[0].Err, &e) || e.Class != connectors.Stop || e.Object != connectors.Account || e.Field != field || e.Fix == "" {
			p.t.Fatalf("accounts: %#v, want class stop, with the object, the field and a fix", pages[0].Err)
		}
		if pages[0].Next != "" || len(pages[0].Records) > 0 {
			p.t.Errorf("the page with an error has a cursor or records")
		}
		if err := contacts.take(pages[1]); err != nil {
			p.t.Fatalf("contacts: %v", err)
		}
		if !contacts.more {
			break
		}
	}
	if !contacts.loaded {
		p.t.Errorf("contacts were not loaded")
	}
	contacts.until("the contact", func() bool { _, ok := contacts.rows[person]; return ok })
}

func optionalField(p *play) {
	const field = "no_such_field_here"
	id := p.account("one")
	p.org.Pass(time.Minute)
	m := p.mirror(connectors.Account)
	m.c = p.connect(Setup{
		Fields:   map[connectors.Object][]string{connectors.Account: append(p.words.accountFields(), field)},
		Optional: map[connectors.Object][]string{connectors.Account: {field}},
	})
	m.until("the account", func() bool { return len(p.differences(m)) == 0 })
	if v, ok := m.rows[id].Fields[field]; ok {
		p.t.Errorf("a field that does not exist was read as %q", v)
	}
}

func senseless(p *play) {
	id := p.account("before")
	w := p.update("senseless", id, p.words.Note, connectors.TextValue("x"))
	unknownOp, noActivity, noID := w, w, w
	unknownOp.Op = "make_coffee"
	noActivity.Op = connectors.CreateTask
	noID.Ref.ID = ""
	for i, r := range p.writeAll([]connectors.Write{unknownOp, noActivity, noID}) {
		if r.Outcome != connectors.Failed {
			p.t.Errorf("senseless write %d: %s", i, r.Outcome)
		}
	}
	p.holdsNote(id, "before")
}

// quotesNothing writes a word that occurs nowhere else and looks for it in
// every error and log line.
func quotesNothing(p *play) {
	const canary = "Xyloph0nCanary"
	id := p.account(canary + " stands here")
	poison := p.poison(id)
	poison.Fields[p.words.PoisonField] = connectors.TextValue(canary + strings.Repeat("!", 60) + p.words.Poison.Text())
	guarded := p.update("guarded", id, p.words.Note, connectors.TextValue(canary))
	guarded.Expect = map[string]connectors.Value{p.words.Note: connectors.TextValue("something else")}
	long := p.task(id, "quotes")
	long.Activity.Subject = strings.Repeat(canary, 6000)
	p.writeAll([]connectors.Write{poison, guarded, long})
	for _, line := range p.journal.holding(canary) {
		p.t.Errorf("a record's content stands in: %.300s", line)
	}
}
