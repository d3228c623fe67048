package connectortest

import (
	"strings"

	"handoffd/connectors"
)

func createChecks() []check {
	return []check{
		{name: "a task is made as asked", run: taskAsAsked},
		{name: "the same key makes one task", run: sameKey},
		{name: "two keys make two tasks", run: twoKeys},
		{name: "a note is made once", run: noteOnce},
		{name: "what does not fit is refused, not cut", run: tooLong},
		{name: "a task with awkward text keeps it", run: awkwardText},
	}
}

// task is a Write that makes a task on an account.
func (p *play) task(account, name string) connectors.Write {
	return connectors.Write{
		Key: p.key(name), Op: connectors.CreateTask, Ref: p.ref(connectors.Account, account),
		Activity: &connectors.Activity{
			Subject: "SDR outreach: " + name, Text: "Call them.\nThey visited 3 times.", HTML: "<p>Call them.<br>They visited 3 times.</p>",
			Due: p.org.Now().AddDate(0, 0, 3), Day: p.org.Now().AddDate(0, 0, 3).Format("2006-01-02"),
		},
	}
}

// activities lists the tasks or notes on an account whose subject or body has
// the name of the check.
func (p *play) activities(o connectors.Object, account string) []Activity {
	p.t.Helper()
	found, err := p.org.Activities(o, account)
	p.must(err)
	return found
}

// one wants exactly one task on the account, and returns it.
func (p *play) one(o connectors.Object, account, id string) Activity {
	p.t.Helper()
	found := p.activities(o, account)
	if len(found) != 1 || found[0].ID != id {
		p.t.Errorf("the account has %d %ss %v, want one, %q", len(found), o, found, id)
		return Activity{}
	}
	return found[0]
}

func taskAsAsked(p *play) {
	account := p.account("one")
	w := p.task(account, "as asked")
	w.Activity.High = true
	if p.control != nil {
		w.Activity.OwnerID = p.active().ID
	}
	r := p.write(w)
	if r.Outcome != connectors.Done {
		p.t.Fatalf("%s %v", r.Outcome, r.Err)
	}
	got := p.one(connectors.Task, account, r.ID)
	if got.Subject != w.Activity.Subject || !textLike(got.Body, "They visited 3 times.") {
		p.t.Errorf("the task is %+v", got)
	}
	if p.control != nil && got.Owner != w.Activity.OwnerID {
		p.t.Errorf("the owner is %q, want %q", got.Owner, w.Activity.OwnerID)
	}
}

// active is a user who can own a task.
func (p *play) active() Person {
	for _, person := range p.control.People() {
		if person.Active {
			return person
		}
	}
	p.t.Fatalf("the org has no active user")
	return Person{}
}

func sameKey(p *play) {
	account := p.account("one")
	w := p.task(account, "same key")
	first := p.writeAll([]connectors.Write{w, w})
	if first[0].Outcome != connectors.Done || first[1].ID != first[0].ID || first[1].Err != nil {
		p.t.Fatalf("twice in one batch: %+v", first)
	}
	for _, fresh := range []bool{false, true} {
		if fresh {
			p.c = p.connect(Setup{})
		}
		again := p.write(w)
		if again.Outcome != connectors.Existed || again.ID != first[0].ID {
			p.t.Errorf("once more (new process: %v): %s %q %v, want existed %q", fresh, again.Outcome, again.ID, again.Err, first[0].ID)
		}
	}
	if r := p.c.Resolve(p.t.Context(), w); r.Outcome != connectors.Done && r.Outcome != connectors.Existed || r.ID != first[0].ID {
		p.t.Errorf("resolving: %s %q %v", r.Outcome, r.ID, r.Err)
	}
	p.one(connectors.Task, account, first[0].ID)
}

func twoKeys(p *play) {
	account, other := p.account("one"), p.account("two")
	got := p.writeAll([]connectors.Write{p.task(account, "a"), p.task(account, "a"), p.task(other, "a")})
	ids := make(map[string]bool)
	for i, r := range got {
		if r.Outcome != connectors.Done {
			p.t.Errorf("task %d: %s %v", i, r.Outcome, r.Err)
		}
		ids[r.ID] = true
	}
	if len(ids) != 3 || len(p.activities(connectors.Task, account)) != 2 || len(p.activities(connectors.Task, other)) != 1 {
		p.t.Errorf("three keys made %d tasks", len(ids))
	}
}

func noteOnce(p *play) {
	account := p.account("one")
	w := p.task(account, "note")
	w.Op = connectors.CreateNote
	first, again := p.write(w), p.write(w)
	if first.Outcome != connectors.Done || again.Outcome != connectors.Existed || again.ID != first.ID {
		p.t.Errorf("first %s %q %v, again %s %q %v", first.Outcome, first.ID, first.Err, again.Outcome, again.ID, again.Err)
	}
	if got := p.one(connectors.Note, account, first.ID); !textLike(got.Body, "They visited 3 times.") {
		p.t.Errorf("the note is %+v", got)
	}
}

func tooLong(p *play) {
	account := p.account("one")
	for _, part := range []struct {
		name string
		most int
		set  func(*connectors.Activity, string)
	}{
		{"subject", p.words.SubjectMost, func(a *connectors.Activity, s string) { a.Subject = s }},
		{"text", p.words.TextMost, func(a *connectors.Activity, s string) { a.Text, a.HTML = s, "<p>"+s+"</p>" }},
	} {
		if part.most == 0 {
			p.notHere("no limit of the " + part.name)
			continue
		}
		w := p.task(account, "too long")
		part.set(w.Activity, strings.Repeat("é", part.most+1))
		r := p.write(w)
		if c := connectors.ClassOf(r.Err); r.Outcome != connectors.Failed || c != connectors.ParkRecord && c != connectors.ParkField {
			p.t.Errorf("a %s of %d characters: %s %v, want failed, to be parked", part.name, part.most+1, r.Outcome, r.Err)
		}
	}
	if found := p.activities(connectors.Task, account); len(found) != 0 {
		p.t.Errorf("%d tasks were made of what does not fit", len(found))
	}
	if p.words.SubjectMost > 0 && p.words.SubjectMost <= 1000 {
		w := p.task(account, "just fits")
		w.Activity.Subject = strings.Repeat("é", p.words.SubjectMost)
		r := p.write(w)
		if got := p.one(connectors.Task, account, r.ID); got.Subject != w.Activity.Subject {
			p.t.Errorf("a subject that just fits came as %d bytes: %v", len(got.Subject), r.Err)
		}
	}
}

func awkwardText(p *play) {
	account := p.account("one")
	w := p.task(account, "awkward")
	w.Activity.Subject = `O'Brien & Söhne "GmbH" \ 東京 🚀 <script>`
	w.Key += ` o'brien \ "x"`
	r := p.write(w)
	if r.Outcome != connectors.Done {
		p.t.Fatalf("%s %v", r.Outcome, r.Err)
	}
	if got := p.one(connectors.Task, account, r.ID); got.Subject != w.Activity.Subject {
		p.t.Errorf("the subject is %q, want %q", got.Subject, w.Activity.Subject)
	}
	if again := p.write(w); again.Outcome != connectors.Existed || again.ID != r.ID {
		p.t.Errorf("again: %s %q %v", again.Outcome, again.ID, again.Err)
	}
	if found := p.c.Resolve(p.t.Context(), w); found.ID != r.ID {
		p.t.Errorf("resolving: %s %q %v", found.Outcome, found.ID, found.Err)
	}
}
