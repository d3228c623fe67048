package salesforce

import (
	"context"
	"net/http"
	"sort"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// updates sends plain updates. Sending one again does no harm.
func (d *delivery) updates(ctx context.Context, indices []int) {
	byRecord := make(map[connectors.Ref]*item)
	var items []*item
	for _, i := range indices {
		w := &d.batch[i]
		ref, err := normalRef(w.Ref)
		if err != nil {
			d.results[i] = refused(*w, "", err.Error())
			continue
		}
		it := byRecord[ref]
		if it == nil {
			it = &item{entry: entry{from: sobject(ref.Object), id: ref.ID}}
			byRecord[ref] = it
			items = append(items, it)
		}
		if d.encode(ctx, it, i) {
			it.writes = append(it.writes, i)
		}
	}
	var worth []*item
	for _, it := range items {
		if len(it.entry.fields) > 0 {
			worth = append(worth, it)
			continue
		}
		d.finish([]*item{it}, nothingLeft(it))
	}
	// A collection is cut into runs of one type, of which it may have ten.
	sort.SliceStable(worth, func(i, j int) bool { return worth[i].entry.from < worth[j].entry.from })
	d.run(ctx, sending{method: http.MethodPatch, idempotent: true, priority: transport.PriorityStatus}, worth, nil)
}

// nothingLeft is the result of an update without a field to send: every one
// was refused before, or there was none.
func nothingLeft(it *item) connectors.Result {
	if len(it.dropped) == 0 {
		return connectors.Result{Outcome: connectors.Done, ID: it.entry.id}
	}
	return connectors.Result{Outcome: connectors.Failed, ID: it.entry.id, Err: it.dropped[0]}
}

// normalRef checks that a record can be named to Salesforce.
func normalRef(ref connectors.Ref) (connectors.Ref, error) {
	if sobject(ref.Object) == "" {
		return ref, &connectors.Error{System: connectors.Salesforce, Class: connectors.ParkRecord, Message: "Salesforce has no object " + string(ref.Object)}
	}
	id, err := ID18(ref.ID)
	ref.ID = id
	return ref, err
}

// encode adds a write's fields to its item; a later write's value wins. A
// value that its field would not keep is dropped and reported. If the fields
// cannot be looked up and that matters, the write is settled and false returned.
func (d *delivery) encode(ctx context.Context, it *item, i int) bool {
	w := &d.batch[i]
	var fields []field
	var dropped []*connectors.Error
	for _, name := range sortedNames(w.Fields) {
		raw, misfit, unread := d.fit(ctx, it.entry.from, name, w.Fields[name])
		switch {
		case unread != nil:
			d.unsent([]int{i}, unread)
			return false
		case misfit != nil:
			dropped = append(dropped, &connectors.Error{
				System: connectors.Salesforce, Class: connectors.ParkField, Object: w.Ref.Object, Record: w.Ref.ID,
				Field: name, Message: misfit.Error(), Fix: "correct the value or its mapping, or change the field",
			})
		default:
			fields = append(fields, field{name, raw})
		}
	}
	for _, f := range fields {
		it.set(f.name, f.value)
	}
	it.dropped = append(it.dropped, dropped...)
	return true
}

func (it *item) set(name string, value []byte) {
	for i, f := range it.entry.fields {
		if f.name == name {
			it.entry.fields[i].value = value
			return
		}
	}
	it.entry.fields = append(it.entry.fields, field{name, value})
}

// kind is how a field takes its values; without a description Salesforce
// itself has to judge.
func (d *delivery) kind(ctx context.Context, from, name string) kind {
	f, err := d.field(ctx, from, name, describeLife)
	if err != nil || f == nil {
		return kindAny
	}
	return kindOf(f.Type)
}

// field is what a field takes, as it was at most maxAge ago; nil if the object
// shows no such field.
func (d *delivery) field(ctx context.Context, from, name string, maxAge time.Duration) (*fieldDescription, error) {
	described, err := d.c.describe(ctx, from, maxAge, priorityOf(from))
	if err != nil {
		return nil, err
	}
	return described.field(name), nil
}

// priorityOf: what a task needs to be made has a task's priority.
func priorityOf(from string) transport.Priority {
	if from == taskObject {
		return transport.PriorityHandoff
	}
	return transport.PriorityStatus
}

func sortedNames(fields map[string]connectors.Value) []string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
