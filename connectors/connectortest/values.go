package connectortest

import (
	"strings"
	"time"

	"handoffd/connectors"
)

func valueChecks() []check {
	return []check{
		{name: "values are exact, written and read", run: exactValues},
		{name: "empty and null are told apart from a value", run: emptyValues},
	}
}

// texts are what breaks naive quoting, trimming and guessing of types.
func texts() []string {
	return []string{
		`quote ' and " and back\slash`, `\\n is no newline, ' OR Name != '`, "two\nlines", "007", "true", "null", "1e3", "0.10",
		"Zürich 東京 Ελλάδα עברית", "emoji 🚀👩‍👩‍👧 and a\u0301ccent", "<b>bold</b> & {{braces}} %s %", "=1+1", "tab\there", strings.Repeat("long ", 39) + "end",
	}
}

// journey is one value on its way there and back.
type journey struct {
	field string
	value connectors.Value
}

func (p *play) journeys() []journey {
	var out []journey
	for _, text := range texts() {
		out = append(out, journey{p.words.Note, connectors.TextValue(text)})
	}
	for _, text := range p.words.Numbers {
		n, err := connectors.NumberValue(text)
		p.must(err)
		out = append(out, journey{p.words.Number, n})
	}
	for _, b := range []bool{true, false} {
		out = append(out, journey{p.words.Flag, connectors.BoolValue(b)})
	}
	for _, t := range []time.Time{
		time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC), time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(2040, 2, 29, 0, 0, 1, 0, time.UTC),
	} {
		out = append(out, journey{p.words.When, connectors.TimeValue(t)})
	}
	return out
}

// exactValues writes each value to an account of its own and reads it again.
func exactValues(p *play) {
	var batch []connectors.Write
	var sent []journey
	for _, r := range p.journeys() {
		if r.field == "" {
			p.notHere("no field for a " + r.value.Kind().String())
			continue
		}
		sent = append(sent, r)
		batch = append(batch, p.update("exact", p.account("to be written"), r.field, r.value))
	}
	p.org.Pass(time.Minute)
	for i, r := range p.deliverAll(batch) {
		if r.Outcome != connectors.Done || len(r.Dropped) > 0 {
			p.t.Errorf("writing %q to %s: %s %v %v", sent[i].value, sent[i].field, r.Outcome, r.Err, r.Dropped)
		}
	}
	p.org.Pass(time.Minute)
	m := p.loaded(connectors.Account)
	for i, w := range batch {
		got := m.rows[w.Ref.ID].Fields[sent[i].field]
		if !p.words.exactly(got, sent[i].value) {
			p.t.Errorf("%s: wrote %q (%s), read %q (%s)", sent[i].field, sent[i].value, sent[i].value.Kind(), got, got.Kind())
		}
	}
}

func emptyValues(p *play) {
	never := p.create(connectors.Account, map[string]connectors.Value{p.words.Name: connectors.TextValue("handoffd test never")})
	cleared, emptied, zero := p.account("to be cleared"), p.account("to be emptied"), p.account("zero")
	nought, err := connectors.NumberValue("0")
	p.must(err)
	for i, r := range p.deliverAll([]connectors.Write{
		p.update("clear", cleared, p.words.Note, connectors.Value{}),
		p.update("empty", emptied, p.words.Note, connectors.TextValue("")),
		p.update("zero", zero, p.words.Number, nought),
	}) {
		if r.Outcome != connectors.Done {
			p.t.Errorf("write %d: %s %v", i, r.Outcome, r.Err)
		}
	}
	p.org.Pass(time.Minute)
	m := p.loaded(connectors.Account)
	if got, ok := m.rows[never].Fields[p.words.Note]; !ok || !got.IsNull() {
		p.t.Errorf("a field that was never set: %q (%s, present %v), want null", got, got.Kind(), ok)
	}
	for _, id := range []string{cleared, emptied} {
		if got, ok := m.rows[id].Fields[p.words.Note]; !ok || !p.words.holds(got, "") {
			p.t.Errorf("a field that was cleared: %q (%s, present %v)", got, got.Kind(), ok)
		}
	}
	if got := m.rows[zero].Fields[p.words.Number]; !p.words.exactly(got, nought) {
		p.t.Errorf("zero was read as %q (%s)", got, got.Kind())
	}
}
