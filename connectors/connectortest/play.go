package connectortest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
)

// tester is what a check needs of a *testing.T.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Context() context.Context
}

// settleTime is a little more than the five minutes after which connectors
// look again for what came late.
const settleTime = 6 * time.Minute

// play is one check under way, in an org of its own.
type play struct {
	t       tester
	bench   Bench
	words   Words
	org     Org
	control Control // nil on a real org
	journal *journal
	c       connectors.Connector
	left    *[]string // steps that were not exercised
	name    string
	ids     map[connectors.Object][]string
	serial  int
}

// begin makes the org and a connector.
func begin(t tester, b Bench, name string, left *[]string, setup Setup) *play {
	t.Helper()
	org, err := b.New()
	if err != nil {
		t.Fatalf("making the org: %v", err)
	}
	p := &play{t: t, bench: b, words: b.Words, org: org, journal: &journal{}, left: left, name: name, ids: make(map[connectors.Object][]string)}
	p.control, _ = org.(Control)
	p.c = p.connect(setup)
	return p
}

// connect makes a connector as a new process would.
func (p *play) connect(setup Setup) connectors.Connector {
	p.t.Helper()
	setup.Logger = p.journal.logger()
	if setup.Fields == nil {
		setup.Fields = p.words.selection()
	}
	if setup.Outside == nil {
		setup.Outside = map[connectors.Object][]string{connectors.Account: {p.words.Name}}
	}
	c, err := p.org.Connect(setup)
	if err != nil {
		p.t.Fatalf("connecting: %v", err)
	}
	if p.bench.spoil != nil {
		c = p.bench.spoil(c)
	}
	return ear{c, p.journal}
}

// selection asks for every field of the Words.
func (w Words) selection() map[connectors.Object][]string {
	return map[connectors.Object][]string{connectors.Account: w.accountFields(), connectors.Contact: {w.Person, w.Mail}}
}

func (w Words) accountFields() []string {
	return slices.DeleteFunc([]string{w.Name, w.Note, w.Number, w.Flag, w.When, w.Scope}, func(s string) bool { return s == "" })
}

// end removes what the check made and looks for secrets in all that was said.
func (p *play) end() {
	p.t.Helper()
	for _, secret := range append(p.org.Secrets(), p.org.Wire().usedTokens()...) {
		for _, line := range p.journal.holding(secret) {
			p.t.Errorf("a secret (%d characters, %.4s…) stands in: %s", len(secret), secret, strings.ReplaceAll(line, secret, "[secret]"))
		}
	}
	if err := p.org.Close(); err != nil {
		p.t.Errorf("tidying up: %v", err)
	}
}

// notHere notes a step that this org does not allow.
func (p *play) notHere(step string) { *p.left = append(*p.left, p.name+" ("+step+")") }

// many is how many records a check makes: fewer in a real org.
func (p *play) many(n int) int {
	if p.bench.Real {
		return min(n, 12)
	}
	return n
}

func (p *play) rounds() int { return 16 }

// fields are those of an account with a name of its own.
func (p *play) fields(note string) map[string]connectors.Value {
	p.serial++
	out := map[string]connectors.Value{
		p.words.Name: connectors.TextValue(fmt.Sprintf("handoffd test %s %d", p.name, p.serial)),
		p.words.Note: connectors.TextValue(note),
	}
	if p.words.Scope != "" {
		out[p.words.Scope] = connectors.TextValue(p.words.In)
	}
	return out
}

func (p *play) account(note string) string {
	p.t.Helper()
	return p.create(connectors.Account, p.fields(note))
}

func (p *play) accounts(n int) []string {
	p.t.Helper()
	out := make([]string, n)
	for i := range out {
		out[i] = p.account(fmt.Sprint("note ", i))
	}
	return out
}

func (p *play) contact(name string, accounts ...string) string {
	p.t.Helper()
	p.serial++
	return p.create(connectors.Contact, map[string]connectors.Value{
		p.words.Person: connectors.TextValue("handoffd test " + name),
		p.words.Mail:   connectors.TextValue(fmt.Sprintf("handoffd-test-%d-%d@acme.example", p.org.Now().UnixNano(), p.serial)),
	}, accounts...)
}

func (p *play) create(o connectors.Object, fields map[string]connectors.Value, accounts ...string) string {
	p.t.Helper()
	id, err := p.org.Create(o, fields, accounts...)
	if err != nil {
		p.t.Fatalf("creating %s: %v", o, err)
	}
	p.ids[o] = append(p.ids[o], id)
	return id
}

func (p *play) note(id, text string) {
	p.t.Helper()
	p.must(p.org.Change(connectors.Account, id, map[string]connectors.Value{p.words.Note: connectors.TextValue(text)}))
}

func (p *play) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("acting in the org: %v", err)
	}
}

func (p *play) trouble(kind Kind, where Where, count int) {
	p.t.Helper()
	p.must(p.control.Trouble(Trouble{Kind: kind, Where: where, Count: count}))
}

// stands returns the texts of a record, nil if it is not there.
func (p *play) stands(o connectors.Object, id string) map[string]string {
	p.t.Helper()
	fields, ok, err := p.org.Get(o, id)
	p.must(err)
	if !ok {
		return nil
	}
	if fields == nil {
		fields = map[string]string{}
	}
	return fields
}

// ref names a record to the connector.
func (p *play) ref(o connectors.Object, id string) connectors.Ref {
	return connectors.Ref{System: p.c.System(), Object: o, ID: id}
}

// same compares the mirror with the org: every record that was made, by id and
// fields; and nothing that nobody made.
func (p *play) same(m *mirror) {
	p.t.Helper()
	if faults := p.differences(m); len(faults) > 0 {
		p.t.Errorf("the reader differs from the org in %d places:\n%s", len(faults), strings.Join(faults[:min(len(faults), 8)], "\n"))
	}
}

func (p *play) differences(m *mirror) []string {
	p.t.Helper()
	var faults []string
	live := make(map[string]bool)
	for _, id := range p.ids[m.object] {
		texts := p.stands(m.object, id)
		if texts == nil {
			continue
		}
		live[id] = true
		if _, out := m.outside[id]; out {
			continue
		}
		faults = append(faults, p.recordDifferences(m, id, texts)...)
	}
	for id := range m.rows {
		if !live[id] && (!p.bench.Real || slices.Contains(p.ids[m.object], id)) {
			faults = append(faults, fmt.Sprintf("%s: the reader has it, the org does not", id))
		}
	}
	return faults
}

func (p *play) recordDifferences(m *mirror, id string, texts map[string]string) []string {
	r, ok := m.rows[id]
	if !ok {
		return []string{fmt.Sprintf("%s: the org has it, the reader does not (deleted %v)", id, m.gone[id].Deleted)}
	}
	var faults []string
	for _, name := range p.words.selection()[m.object] {
		got, present := r.Fields[name]
		if !present || !p.words.holds(got, texts[name]) {
			faults = append(faults, fmt.Sprintf("%s %s: the reader has %q (%s, present %v), the org %q", id, name, got, got.Kind(), present, texts[name]))
		}
	}
	return faults
}
