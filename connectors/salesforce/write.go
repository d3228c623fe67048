package salesforce

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"handoffd/connectors"
)

const (
	// lockTries is how often a record is sent that another transaction
	// holds, lockPause about how long we wait for that transaction.
	lockTries = 3
	lockPause = 2 * time.Second
	// dropRounds bounds how often a record is sent without the fields that
	// were refused: each round may bring the next refusal to light.
	dropRounds = 5
)

// Write delivers the batch: creates first, since a handoff's task waits for
// nobody, then the updates. Updates of one record become one.
func (c *Client) Write(ctx context.Context, batch []connectors.Write) []connectors.Result {
	results := make([]connectors.Result, len(batch))
	var creates, accounts, guarded, plain []int
	for i, w := range batch {
		results[i] = connectors.Result{Key: w.Key}
		switch {
		case w.Op == connectors.CreateTask || w.Op == connectors.CreateNote:
			creates = append(creates, i)
		case w.Op == connectors.CreateAccount:
			accounts = append(accounts, i)
		case w.Op != connectors.Update:
			results[i] = refused(w, "", "handoffd has no such operation: "+string(w.Op))
		case len(w.Expect) > 0:
			guarded = append(guarded, i)
		default:
			plain = append(plain, i)
		}
	}
	d := &delivery{c: c, batch: batch, results: results}
	d.creates(ctx, creates)
	d.guarded(ctx, guarded)
	d.updates(ctx, plain)
	d.createAccounts(ctx, accounts)
	return results
}

// delivery is one Write under way.
type delivery struct {
	c       *Client
	batch   []connectors.Write
	results []connectors.Result
}

// item is one record to be sent for one or more writes.
type item struct {
	writes  []int
	entry   entry
	dropped []*connectors.Error
	// kept are fields without which the record makes no sense, lower case.
	kept  map[string]bool
	locks int
	drops int
}

// run sends items until each is settled: records that were locked are sent
// again, and records of which fields were refused are sent without those.
// settle is asked first about a refused record; true means that it is done.
func (d *delivery) run(ctx context.Context, how sending, items []*item, settle func(*item, saved) bool) {
	for len(items) > 0 {
		entries := make([]entry, len(items))
		for i, it := range items {
			entries[i] = it.entry
		}
		rows := d.c.save(ctx, how, entries)
		var again []*item
		locked := false
		for i, row := range rows {
			if settle != nil && !row.Success && row.err == nil && settle(items[i], row) {
				continue
			}
			if retry, lock := d.judge(items[i], row); retry {
				again, locked = append(again, items[i]), locked || lock
			}
		}
		items = again
		if locked {
			if d.c.pause(ctx) != nil {
				d.finish(items, connectors.Result{Outcome: connectors.Failed, Err: lockError(d.c.now())})
				return
			}
		}
	}
}

// pause waits for other transactions, not everybody equally long.
func (c *Client) pause(ctx context.Context) error {
	return c.cfg.Clock.Sleep(ctx, lockPause/2+rand.N(lockPause))
}

func lockError(now time.Time) *connectors.Error {
	return explain(vendorError{StatusCode: "UNABLE_TO_LOCK_ROW", Message: "the record is held by another transaction"}, now)
}

// judge writes a settled item's results, or says that it is to be sent again.
func (d *delivery) judge(it *item, row saved) (again, lock bool) {
	switch {
	case row.Success:
		id := lenientID(row.ID)
		if id == "" {
			id = it.entry.id
		}
		d.finish([]*item{it}, connectors.Result{Outcome: connectors.Done, ID: id})
		return false, false
	case row.uncertain:
		d.finish([]*item{it}, connectors.Result{Outcome: connectors.Unsure, ID: it.entry.id, Err: row.err})
		return false, false
	case row.err != nil && !spoiled(row.err):
		d.finish([]*item{it}, connectors.Result{Outcome: connectors.Failed, ID: it.entry.id, Err: row.err})
		return false, false
	}
	faults := d.faults(it, row)
	if faults[0].Class == connectors.Retry && faults[0].Code == "UNABLE_TO_LOCK_ROW" && it.locks+1 < lockTries {
		it.locks++
		return true, true
	}
	if it.drop(faults) {
		return true, false
	}
	d.finish([]*item{it}, connectors.Result{Outcome: connectors.Failed, ID: it.entry.id, Err: faults[0]})
	return false, false
}

// faults are a refused record's errors, one per field where fields are named.
func (d *delivery) faults(it *item, row saved) []*connectors.Error {
	var out []*connectors.Error
	var whole *connectors.Error
	if errors.As(row.err, &whole) {
		clone := *whole
		out = append(out, &clone)
	}
	for _, v := range row.Errors {
		fields := v.Fields
		if len(fields) == 0 {
			fields = []string{fieldInMessage(v.Message)}
		}
		for _, name := range fields {
			e := explain(v, d.c.now())
			e.Field = name
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		out = append(out, &connectors.Error{
			System: connectors.Salesforce, Class: connectors.ParkRecord, Message: "refused without a reason",
		})
	}
	for _, e := range out {
		e.Object, e.Record = d.batch[it.writes[0]].Ref.Object, d.batch[it.writes[0]].Ref.ID
	}
	return out
}

// drop takes the refused fields out of the item. It tells whether the rest is
// worth sending: every fault must name a field that can go, and one must stay.
func (it *item) drop(faults []*connectors.Error) bool {
	if it.drops >= dropRounds {
		return false
	}
	refused := make(map[string]bool)
	for _, e := range faults {
		name := strings.ToLower(e.Field)
		if e.Class != connectors.ParkField || name == "" || it.kept[name] || !it.has(name) {
			return false
		}
		refused[name] = true
	}
	var rest []field
	for _, f := range it.entry.fields {
		if !refused[strings.ToLower(f.name)] {
			rest = append(rest, f)
		}
	}
	if len(rest) == 0 {
		return false
	}
	it.drops++
	it.entry.fields = rest
	it.dropped = append(it.dropped, faults...)
	return true
}

func (it *item) has(name string) bool {
	for _, f := range it.entry.fields {
		if strings.ToLower(f.name) == name {
			return true
		}
	}
	return false
}

// finish writes the same result for every write of the items, with the
// dropped fields that are the write's own.
func (d *delivery) finish(items []*item, r connectors.Result) {
	for _, it := range items {
		for _, i := range it.writes {
			own := r
			own.Key = d.batch[i].Key
			own.Dropped = d.ownDropped(it, i)
			d.results[i] = own
		}
	}
}

func (d *delivery) ownDropped(it *item, i int) []*connectors.Error {
	if len(it.writes) == 1 {
		return it.dropped
	}
	var out []*connectors.Error
	for _, e := range it.dropped {
		for name := range d.batch[i].Fields {
			if strings.EqualFold(name, e.Field) {
				out = append(out, e)
			}
		}
	}
	return out
}

// refused is the result of a write that is not even sent.
func refused(w connectors.Write, name, why string) connectors.Result {
	return connectors.Result{Key: w.Key, Outcome: connectors.Failed, Err: &connectors.Error{
		System: connectors.Salesforce, Class: connectors.ParkRecord, Object: w.Ref.Object, Record: w.Ref.ID,
		Field: name, Message: why,
	}}
}
