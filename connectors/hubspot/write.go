package hubspot

import (
	"context"
	"slices"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// Write delivers the batch: creates first, since they are the handoff itself,
// then updates in batches of 100. The results are in the order of the writes.
func (c *Client) Write(ctx context.Context, batch []connectors.Write) []connectors.Result {
	d := &delivery{Client: c, results: make([]connectors.Result, len(batch)), creates: transport.PriorityHandoff}
	updates := make(map[connectors.Object][]*item)
	creates := make(map[connectors.Object][]*item)
	var companies []*item
	for i, w := range batch {
		d.results[i].Key = w.Key
		k, err := checkWrite(w)
		switch {
		case err != nil:
			d.fail(i, err)
		case w.Op == connectors.Update:
			if u := d.newUpdate(ctx, i, k, w); u != nil {
				updates[k.object] = append(updates[k.object], u)
			}
		case w.Op == connectors.CreateAccount:
			if n := d.newCompany(ctx, i, k, w); n != nil {
				companies = append(companies, n)
			}
		default:
			if n := d.newCreation(ctx, i, k, w); n != nil {
				creates[k.object] = append(creates[k.object], n)
			}
		}
	}
	for _, k := range kinds() {
		d.create(ctx, k, creates[k.object])
	}
	for _, k := range kinds() {
		d.update(ctx, k, updates[k.object])
	}
	company, _ := kindOf(connectors.Account)
	d.createCompanies(ctx, company, companies)
	return d.results
}

// delivery is one Write under way.
type delivery struct {
	*Client
	results []connectors.Result
	// creates is the priority of what is created (I10).
	creates transport.Priority
}

// item is one Write on its way.
type item struct {
	index int // in the results
	write connectors.Write
	// id of the record to update, the survivor's if it was merged away; ""
	// for a create.
	id           string
	properties   map[string]string
	associations []newAssociation
	// needed are properties without which it makes no sense.
	needed  []string
	dropped []*connectors.Error
}

func (d *delivery) fail(i int, err *connectors.Error) {
	d.results[i].Outcome, d.results[i].Err = connectors.Failed, err
}

// end writes down how a failed exchange leaves one write: refused, or with an
// outcome that must be read first.
func (d *delivery) end(i int, err *connectors.Error) {
	d.results[i].Outcome, d.results[i].Err = connectors.Failed, err
	if err.Class == connectors.UnknownOutcome {
		d.results[i].Outcome = connectors.Unsure
	}
}

// done ends one write well.
func (d *delivery) done(u *item, outcome connectors.Outcome, id string) {
	d.results[u.index] = connectors.Result{Key: u.write.Key, Outcome: outcome, ID: id, Dropped: u.dropped}
}

// refuse fails one write for good.
func (d *delivery) refuse(u *item, err *connectors.Error) {
	d.results[u.index] = connectors.Result{
		Key: u.write.Key, Outcome: connectors.Failed, ID: u.id, Dropped: u.dropped, Err: err,
	}
}

// checkWrite finds the kind of record that a write makes or changes.
func checkWrite(w connectors.Write) (kind, *connectors.Error) {
	object := w.Ref.Object
	switch w.Op {
	case connectors.CreateTask:
		object = connectors.Task
	case connectors.CreateNote:
		object = connectors.Note
	}
	k, ok := kindOf(object)
	refuse := func(message string) (kind, *connectors.Error) {
		return k, &connectors.Error{
			System: connectors.HubSpot, Class: connectors.ParkRecord, Code: "BAD_WRITE",
			Object: w.Ref.Object, Record: w.Ref.ID, Message: message,
		}
	}
	switch {
	case !ok:
		return refuse("hubspot has no such object")
	case w.Ref.System != connectors.HubSpot:
		return refuse("the record is not in hubspot")
	case w.Op == connectors.CreateAccount:
		if why := checkCompany(w); why != "" {
			return refuse(why)
		}
		return k, nil
	case w.Ref.ID == "":
		return refuse("the record has no id")
	case w.Op == connectors.Update && len(w.Fields) == 0:
		return refuse("nothing is to be written")
	case w.Op == connectors.Update:
		return k, nil
	case w.Op != connectors.CreateTask && w.Op != connectors.CreateNote:
		return refuse("hubspot cannot do " + string(w.Op))
	case w.Activity == nil || w.Key == "":
		return refuse("a create needs a key and an activity")
	case w.Ref.Object != connectors.Account:
		return refuse("an activity is made on an account")
	}
	return k, nil
}

// priorityOf says who may spend when the day's allowance runs short (I10).
func priorityOf(w connectors.Write) transport.Priority {
	switch {
	case w.Op != connectors.Update:
		return transport.PriorityHandoff
	case len(w.Expect) > 0:
		return transport.PrioritySync
	default:
		return transport.PriorityStatus
	}
}

// encodeFields turns the values into HubSpot's texts. A value that does not
// fit its property is left out and reported; it never goes out changed (I3).
func (c *Client) encodeFields(ctx context.Context, k kind, id string, fields map[string]connectors.Value, p transport.Priority) (map[string]string, []*connectors.Error, *refusal) {
	var schema connectors.Schema
	for _, v := range fields {
		if v.Kind() != connectors.Time {
			continue
		}
		var refused *refusal
		if schema, refused = c.schema(ctx, k, p); refused != nil {
			return nil, nil, refused
		}
		break
	}
	out := make(map[string]string, len(fields))
	var dropped []*connectors.Error
	for _, name := range sortedKeys(fields) {
		text, err := encode(fields[name], schema.Fields[name].Type)
		if err != nil {
			dropped = append(dropped, &connectors.Error{
				System: connectors.HubSpot, Class: connectors.ParkField, Code: "INVALID_DATE",
				Object: k.object, Record: id, Field: name, Err: err,
			})
			continue
		}
		out[name] = text
	}
	return out, dropped, nil
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
