package salesforce

import (
	"context"
	"net/http"
	"sort"

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
		it.writes = append(it.writes, i)
		d.encode(ctx, it, i)
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
// value that does not fit its field is dropped and reported.
func (d *delivery) encode(ctx context.Context, it *item, i int) {
	w := &d.batch[i]
	for _, name := range sortedNames(w.Fields) {
		value, err := encodeValue(w.Fields[name], d.kind(ctx, it.entry.from, name))
		if err != nil {
			it.dropped = append(it.dropped, &connectors.Error{
				System: connectors.Salesforce, Class: connectors.ParkField, Object: w.Ref.Object, Record: w.Ref.ID,
				Field: name, Message: err.Error(), Fix: "the mapped type does not fit the field's type",
			})
			continue
		}
		it.set(name, value)
	}
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
	described, err := d.c.describe(ctx, from, describeLife, priorityOf(from))
	if err != nil {
		return kindAny
	}
	f := described.field(name)
	if f == nil {
		return kindAny
	}
	return kindOf(f.Type)
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
