package salesforce

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf16"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// The limits of a task's texts (Object Reference, Task). What is longer is
// refused, never cut.
const (
	subjectMost     = 255
	descriptionMost = 32000
)

const taskObject = "Task"

// creates makes tasks and notes. A note is a completed task: Salesforce's own
// notes need a feature that an org may lack (ContentNote) or are retired from
// its pages (Note), and neither takes a unique key, while a completed task
// stands in the account's activity history of every org.
func (d *delivery) creates(ctx context.Context, indices []int) {
	if len(indices) == 0 {
		return
	}
	keys, err := d.c.keying(ctx)
	if err != nil {
		d.unsent(indices, err)
		return
	}
	var items []*item
	byKey := make(map[string]*item)
	for _, i := range indices {
		if same := byKey[d.batch[i].Key]; same != nil {
			same.writes = append(same.writes, i)
			continue
		}
		it, err := d.task(ctx, i, keys)
		if err != nil {
			d.unsent([]int{i}, err)
			continue
		}
		if it != nil {
			items = append(items, it)
			byKey[d.batch[i].Key] = it
		}
	}
	if keys.field == "" {
		items = d.withoutExisting(ctx, items)
	}
	d.run(ctx, sending{
		method: http.MethodPost, idempotent: keys.field != "", priority: transport.PriorityHandoff,
	}, items, func(it *item, row saved) bool { return d.existed(ctx, it, row, keys.field) })
}

// unsent settles writes for which nothing was sent.
func (d *delivery) unsent(indices []int, err error) {
	for _, i := range indices {
		d.results[i] = connectors.Result{Key: d.batch[i].Key, Outcome: connectors.Failed, Err: err}
	}
}

// keying is how this org tells a task that was made before.
type keying struct {
	field  string // the unique field, "" if there is none: then a marker in the text
	length int
	high   bool // the standard high priority is there
}

// keying looks for the unique field among the task's. Custom fields of tasks
// are defined on Activity and show up here.
func (c *Client) keying(ctx context.Context) (keying, error) {
	described, err := c.describe(ctx, taskObject, describeLife, transport.PriorityHandoff)
	if err != nil {
		return keying{}, err
	}
	var k keying
	if f := described.field(c.cfg.TaskKeyField); f != nil && f.Unique && f.Createable {
		k.field, k.length = f.Name, f.Length
	}
	if f := described.field("Priority"); f != nil {
		k.high = f.option("High")
	}
	return k, nil
}

// task turns one write into a task to be created. It settles the write itself
// and returns nil if the write cannot be sent.
func (d *delivery) task(ctx context.Context, i int, keys keying) (*item, error) {
	w := &d.batch[i]
	a := w.Activity
	account, err := ID18(w.Ref.ID)
	switch {
	case a == nil || w.Key == "":
		d.results[i] = refused(*w, "", "a task needs a key and an activity")
		return nil, nil
	case err != nil:
		d.results[i] = refused(*w, "", err.Error())
		return nil, nil
	}
	text := a.Text
	if keys.field == "" {
		text = withMarker(text, w.Key)
	}
	if name, why := unfit(a, text, w.Key, keys); why != "" {
		d.results[i] = refused(*w, name, why)
		return nil, nil
	}
	it := &item{writes: []int{i}, entry: entry{from: taskObject}, kept: map[string]bool{
		"whatid": true, "subject": true, "description": true, "ownerid": true, "status": true,
		"activitydate": true, strings.ToLower(keys.field): true,
	}}
	put := func(name, value string) {
		if name != "" && value != "" {
			encoded, err := encodeValue(connectors.TextValue(value), kindText)
			if err == nil {
				it.set(name, encoded)
			}
		}
	}
	put("WhatId", account)
	put("Subject", a.Subject)
	put("Description", text)
	put("OwnerId", a.OwnerID)
	put("WhoId", a.ContactID)
	put(keys.field, w.Key)
	if err := d.dateAndStatus(ctx, it, w, keys, put); err != nil {
		return nil, err
	}
	if !d.encode(ctx, it, i) {
		return nil, nil
	}
	return it, nil
}

func (d *delivery) dateAndStatus(ctx context.Context, it *item, w *connectors.Write, keys keying, put func(name, value string)) error {
	if w.Op == connectors.CreateNote {
		status, err := d.c.closedStatus(ctx)
		if err != nil {
			return err
		}
		put("Status", status)
		return nil
	}
	switch day := w.Activity.Day; {
	case day != "":
		put("ActivityDate", day)
	case !w.Activity.Due.IsZero():
		put("ActivityDate", w.Activity.Due.UTC().Format(time.DateOnly))
	}
	if !w.Activity.High {
		return nil
	}
	if keys.high {
		put("Priority", "High")
		return nil
	}
	it.dropped = append(it.dropped, &connectors.Error{
		System: connectors.Salesforce, Class: connectors.ParkField, Object: connectors.Task, Field: "Priority",
		Message: "the org has no priority High", Fix: "add High to the task priorities, or do not ask for it",
	})
	return nil
}

// unfit names the first part of a task that cannot be stored whole.
func unfit(a *connectors.Activity, text, key string, keys keying) (name, why string) {
	if _, err := time.Parse(time.DateOnly, a.Day); a.Day != "" && err != nil {
		return "ActivityDate", "the day is no date like 2026-11-22"
	}
	switch {
	case characters(a.Subject) > subjectMost:
		return "Subject", fmt.Sprintf("the subject has %d characters, at most %d fit", characters(a.Subject), subjectMost)
	case characters(text) > descriptionMost:
		return "Description", fmt.Sprintf("the text has %d characters, at most %d fit", characters(text), descriptionMost)
	case keys.field != "" && keys.length > 0 && characters(key) > keys.length:
		return keys.field, fmt.Sprintf("the key has %d characters, at most %d fit", characters(key), keys.length)
	}
	return "", ""
}

// characters counts as Salesforce does, in UTF-16 units.
func characters(s string) int { return len(utf16.Encode([]rune(s))) }

var duplicateForm = regexp.MustCompile(`duplicate value found: (\S+) duplicates value on record with id: ([A-Za-z0-9]{15,18})`)

// existed settles a create whose key is taken: an earlier attempt has made
// the record, and whatever a person did to it since stays.
func (d *delivery) existed(ctx context.Context, it *item, row saved, keyField string) bool {
	if keyField == "" || len(row.Errors) == 0 || row.Errors[0].code() != "DUPLICATE_VALUE" {
		return false
	}
	message := row.Errors[0].Message
	if m := duplicateForm.FindStringSubmatch(message); m != nil && strings.EqualFold(m[1], keyField) {
		d.finish([]*item{it}, connectors.Result{Outcome: connectors.Existed, ID: lenientID(m[2])})
		return true
	}
	// Some other unique field of the org, or a message in another language.
	found, err := d.c.byKey(ctx, it.entry.from, keyField, d.batch[it.writes[0]].Key)
	switch {
	case err != nil:
		d.finish([]*item{it}, connectors.Result{Outcome: connectors.Failed, Err: err})
	case found == "":
		return false
	default:
		d.finish([]*item{it}, connectors.Result{Outcome: connectors.Existed, ID: found})
	}
	return true
}

// byKey finds the record with a key, "" if there is none. Deleted and archived
// ones count: a person who deletes a record does not want it back.
func (c *Client) byKey(ctx context.Context, from, keyField, key string) (string, error) {
	q := query{fields: []string{fieldID}, from: from, where: []string{keyField + " = " + quote(key)}}
	rows, err := c.follow(ctx, c.queryPath(q, true), priorityOfCreate(from))
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return textAt(rows[0], fieldID, kindID), nil
}

// priorityOfCreate: a task waits for nobody, an account can wait.
func priorityOfCreate(from string) transport.Priority {
	if from == taskObject {
		return transport.PriorityHandoff
	}
	return transport.PrioritySync
}

// closedStatus is the status of a completed task. Orgs may rename it.
type closedStatus struct{ once[string] }

func (c *Client) closedStatus(ctx context.Context) (string, error) {
	return c.closed.get(func() (string, error) {
		described, err := c.describe(ctx, taskObject, describeLife, transport.PriorityHandoff)
		if err != nil {
			return "", err
		}
		if f := described.field("Status"); f != nil && f.option("Completed") {
			return "Completed", nil
		}
		rows, err := c.all(ctx, query{
			fields: []string{"ApiName"}, from: "TaskStatus", where: []string{"IsClosed = true"}, order: "SortOrder", limit: 1,
		})
		if err != nil {
			return "", err
		}
		if len(rows) == 0 {
			return "", &connectors.Error{
				System: connectors.Salesforce, Class: connectors.Stop, Object: connectors.Task, Field: "Status",
				Message: "no task status counts as closed", Fix: "mark one of the task statuses as closed",
			}
		}
		return textAt(rows[0], "ApiName", kindText), nil
	})
}
