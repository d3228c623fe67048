package salesforce

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// guardedTries is how often a guarded write is begun anew because somebody
// changed another field of the record between our look and our write.
const guardedTries = 3

// guard is one write that must not overwrite a newer change (I4).
type guard struct {
	i    int
	ref  connectors.Ref
	item *item
	// etag of the record; modified, its Last-Modified, is what an Account
	// without one is guarded by.
	etag, modified string
}

// guarded sends writes with Expect: look, compare, write. An Account is
// written under If-Match, so that nothing can come between; for other
// objects, which have no ETag (REST API Developer Guide, "Conditional Request
// Headers"), the look comes right before the write. Writes to one record go
// in rounds, one after the other.
func (d *delivery) guarded(ctx context.Context, indices []int) {
	for len(indices) > 0 {
		var round []*guard
		var later []int
		taken := make(map[connectors.Ref]bool)
		for _, i := range indices {
			ref, err := normalRef(d.batch[i].Ref)
			switch {
			case err != nil:
				d.results[i] = refused(d.batch[i], "", err.Error())
			case taken[ref] || len(round) == compositeMost:
				later = append(later, i)
			default:
				taken[ref] = true
				it := &item{writes: []int{i}, entry: entry{from: sobject(ref.Object), id: ref.ID}}
				if !d.encode(ctx, it, i) {
					continue
				}
				if len(it.entry.fields) == 0 {
					d.finish([]*item{it}, nothingLeft(it))
					continue
				}
				round = append(round, &guard{i: i, ref: ref, item: it})
			}
		}
		d.guardedRound(ctx, round)
		indices = later
	}
}

func (d *delivery) guardedRound(ctx context.Context, round []*guard) {
	for try := 1; len(round) > 0; try++ {
		round = d.writeIfSame(ctx, d.look(ctx, round))
		if len(round) == 0 {
			return
		}
		if try == guardedTries || d.c.pause(ctx) != nil {
			for _, g := range round {
				d.finish([]*item{g.item}, connectors.Result{
					Outcome: connectors.Failed, ID: g.ref.ID, Err: lockError(d.c.now()),
				})
			}
			return
		}
	}
}

// look reads the records and keeps those that still hold what is expected.
func (d *delivery) look(ctx context.Context, round []*guard) []*guard {
	if len(round) == 0 {
		return nil
	}
	subs := make([]subrequest, len(round))
	for i, g := range round {
		names := sortedNames(d.batch[g.i].Expect)
		subs[i] = subrequest{Method: http.MethodGet, URL: d.c.row(g.ref) + "?fields=" + url.QueryEscape(strings.Join(names, ","))}
	}
	replies, err := d.c.composite(ctx, "composite/rows", subs, true, transport.PriorityStatus)
	if err != nil {
		d.unread(round, err)
		return nil
	}
	var same []*guard
	for i, g := range round {
		if err := replies[i].err(d.c); err != nil {
			d.unread([]*guard{g}, err)
			continue
		}
		var row map[string]json.RawMessage
		if err := decode(replies[i].Body, &row); err != nil {
			d.unread([]*guard{g}, err)
			continue
		}
		if d.holds(ctx, g, row) {
			g.etag, g.modified = replies[i].header("ETag"), replies[i].header("Last-Modified")
			if g.etag == "" && g.ref.Object == connectors.Account {
				d.c.log.Warn("an account came without an entity tag, its write is guarded by time at best",
					"account", g.ref.ID, "modified", g.modified)
			}
			same = append(same, g)
		}
	}
	return same
}

func (c *Client) row(ref connectors.Ref) string {
	return c.data("/sobjects/" + sobject(ref.Object) + "/" + ref.ID)
}

// holds compares a record with what a write expects; where it differs, the
// write is settled as Conflicted.
func (d *delivery) holds(ctx context.Context, g *guard, row map[string]json.RawMessage) bool {
	w := &d.batch[g.i]
	current := make(map[string]connectors.Value, len(w.Expect))
	same := true
	for name, want := range w.Expect {
		k := d.kind(ctx, g.item.entry.from, name)
		raw, _ := followAnyCase(row, name)
		have, err := decodeValue(raw, k)
		if err != nil {
			d.unread([]*guard{g}, err)
			return false
		}
		current[name] = have
		same = same && sameValue(have, want, k)
	}
	if !same {
		d.finish([]*item{g.item}, connectors.Result{Outcome: connectors.Conflicted, ID: g.ref.ID, Current: current})
	}
	return same
}

// followAnyCase finds a field whatever the case in which it was asked for.
func followAnyCase(row map[string]json.RawMessage, name string) (json.RawMessage, bool) {
	if raw, ok := row[name]; ok {
		return raw, true
	}
	for key, raw := range row {
		if strings.EqualFold(key, name) {
			return raw, true
		}
	}
	return nil, false
}

// sameValue compares as the field would store: a number and its text are the
// same in a text field. An empty text is stored as nothing.
func sameValue(have, want connectors.Value, k kind) bool {
	if have == want {
		return true
	}
	if want.Kind() == connectors.Text && want.Text() == "" && have.IsNull() {
		return true
	}
	a, errA := encodeValue(have, k)
	b, errB := encodeValue(want, k)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// writeIfSame writes the records and returns those that changed in between.
func (d *delivery) writeIfSame(ctx context.Context, round []*guard) []*guard {
	if len(round) == 0 {
		return nil
	}
	subs := make([]subrequest, len(round))
	for i, g := range round {
		body, err := bareFields(g.item.entry.fields)
		if err != nil {
			d.failAll(round, err)
			return nil
		}
		subs[i] = subrequest{Method: http.MethodPatch, URL: d.c.row(g.ref), Body: body}
		subs[i].HTTPHeaders = g.condition()
	}
	// Not idempotent: sent again after an unseen success, If-Match would
	// turn our own write into a conflict.
	replies, err := d.c.composite(ctx, "composite/rows", subs, false, transport.PriorityStatus)
	if err != nil {
		d.failAll(round, err)
		return nil
	}
	var again []*guard
	for i, g := range round {
		if d.judgeGuarded(g, &replies[i]) {
			again = append(again, g)
		}
	}
	return again
}

// condition is the header under which the record is written, nil for none. A
// time is to the second only, so it is for an Account that lost its entity tag
// on the way, not for what has none.
func (g *guard) condition() map[string]string {
	switch {
	case g.etag != "":
		return map[string]string{"If-Match": g.etag}
	case g.ref.Object == connectors.Account && g.modified != "":
		return map[string]string{"If-Unmodified-Since": g.modified}
	default:
		return nil
	}
}

// judgeGuarded settles one guarded write, or says that it is to begin anew.
func (d *delivery) judgeGuarded(g *guard, r *subreply) (again bool) {
	if r.Status == http.StatusPreconditionFailed {
		return true
	}
	err := r.err(d.c)
	if err == nil {
		d.finish([]*item{g.item}, connectors.Result{Outcome: connectors.Done, ID: g.ref.ID})
		return false
	}
	row := saved{Errors: parseErrors(r.Body)}
	if len(row.Errors) == 0 || connectors.ClassOf(err) == connectors.UnknownOutcome {
		d.failAll([]*guard{g}, err)
		return false
	}
	again, _ = d.judge(g.item, row)
	return again
}

// unread settles writes whose record could not be looked at: nothing was sent.
func (d *delivery) unread(round []*guard, err error) {
	for _, g := range round {
		d.finish([]*item{g.item}, connectors.Result{Outcome: connectors.Failed, ID: g.ref.ID, Err: err})
	}
}

// failAll settles writes with an error that is not theirs alone.
func (d *delivery) failAll(round []*guard, err error) {
	for _, g := range round {
		outcome := connectors.Failed
		if uncertain(err) || connectors.ClassOf(err) == connectors.UnknownOutcome {
			outcome = connectors.Unsure
		}
		d.finish([]*item{g.item}, connectors.Result{Outcome: outcome, ID: g.ref.ID, Err: err})
	}
}

// bareFields is the body of a single record's PATCH.
func bareFields(fields []field) (json.RawMessage, error) {
	object := make(map[string]json.RawMessage, len(fields))
	for _, f := range fields {
		object[f.name] = f.value
	}
	return json.Marshal(object)
}
