package salesforce

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// collectionMost is how many records one collection holds (REST API Developer
// Guide, "sObject Collections").
const collectionMost = 200

// field is one field of an entry as it goes over the wire.
type field struct {
	name  string
	value json.RawMessage
}

// entry is one record of a collection.
type entry struct {
	from   string // the vendor's object
	id     string // "" for a create
	fields []field
}

// MarshalJSON writes attributes first: Salesforce's parser refuses a record
// whose type comes after its fields.
func (e entry) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`{"attributes":{"type":"` + e.from + `"}`)
	if e.id != "" {
		b.WriteString(`,"id":"` + e.id + `"`)
	}
	for _, f := range e.fields {
		name, err := json.Marshal(f.name)
		if err != nil {
			return nil, err
		}
		b.WriteByte(',')
		b.Write(name)
		b.WriteByte(':')
		b.Write(f.value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// saved is what became of one entry. HTTP says 200 even where a record fails.
type saved struct {
	ID      string        `json:"id"`
	Success bool          `json:"success"`
	Errors  []vendorError `json:"errors"`

	// err is set where the call failed and not the record.
	err error
	// uncertain: the record may have been written although err is set.
	uncertain bool
}

// sending says how a batch goes out.
type sending struct {
	method     string // POST creates, PATCH updates
	idempotent bool
	priority   transport.Priority
}

// save sends entries: 200 in a collection, five collections in a composite
// call, which counts as one. Results come in the order of the entries.
func (c *Client) save(ctx context.Context, how sending, entries []entry) []saved {
	out := make([]saved, len(entries))
	const most = collectionMost * compositeQueries
	for first := 0; first < len(entries); first += most {
		last := min(first+most, len(entries))
		c.saveTogether(ctx, how, entries[first:last], out[first:last])
	}
	return out
}

func (c *Client) saveTogether(ctx context.Context, how sending, entries []entry, out []saved) {
	if len(entries) <= collectionMost {
		c.saveCollection(ctx, how, entries, out)
		return
	}
	var subs []subrequest
	for first := 0; first < len(entries); first += collectionMost {
		body, err := collectionBody(entries[first:min(first+collectionMost, len(entries))])
		if err != nil {
			fail(out, err, false)
			return
		}
		subs = append(subs, subrequest{Method: how.method, URL: c.data("/composite/sobjects"), Body: body})
	}
	replies, err := c.composite(ctx, "composite/sobjects", subs, how.idempotent, how.priority)
	if err != nil {
		fail(out, err, uncertain(err))
		return
	}
	for i := range replies {
		first := i * collectionMost
		last := min(first+collectionMost, len(entries))
		err := replies[i].err(c)
		c.settleCollection(ctx, how, entries[first:last], out[first:last], replies[i].Body, err)
	}
}

// saveCollection sends one collection by itself.
func (c *Client) saveCollection(ctx context.Context, how sending, entries []entry, out []saved) {
	body, err := collectionBody(entries)
	if err != nil {
		fail(out, err, false)
		return
	}
	got, err := c.send(ctx, request{
		endpoint: "composite/sobjects", method: how.method, path: c.data("/composite/sobjects"), body: body,
		idempotent: how.idempotent, priority: how.priority,
	})
	c.settleCollection(ctx, how, entries, out, got.body, err)
}

func collectionBody(entries []entry) ([]byte, error) {
	return json.Marshal(struct {
		AllOrNone bool    `json:"allOrNone"`
		Records   []entry `json:"records"`
	}{false, entries})
}

// settleCollection spreads a collection's reply over its entries. Where one
// of them had the whole refused, halves are sent until it stands alone.
func (c *Client) settleCollection(ctx context.Context, how sending, entries []entry, out []saved, body []byte, err error) {
	if err == nil {
		var rows []saved
		if err = decode(body, &rows); err == nil && len(rows) == len(entries) {
			copy(out, rows)
			return
		}
		fail(out, &connectors.Error{
			System: connectors.Salesforce, Class: connectors.UnknownOutcome, Message: "the reply does not answer for each record",
		}, true)
		return
	}
	if !spoiled(err) {
		fail(out, err, uncertain(err) || connectors.ClassOf(err) == connectors.UnknownOutcome)
		return
	}
	if len(entries) == 1 {
		fail(out, err, false)
		return
	}
	half := len(entries) / 2
	c.saveCollection(ctx, how, entries[:half], out[:half])
	c.saveCollection(ctx, how, entries[half:], out[half:])
}

// spoiled tells that the whole was refused for something in one record.
func spoiled(err error) bool {
	var e *connectors.Error
	if !errors.As(err, &e) || uncertain(err) {
		return false
	}
	switch e.Class {
	case connectors.ParkField, connectors.ParkRecord, connectors.SplitBatch, connectors.Gone, connectors.Narrow:
		return e.Status >= http.StatusBadRequest && e.Status < http.StatusInternalServerError
	default:
		return false
	}
}

func fail(out []saved, err error, uncertain bool) {
	for i := range out {
		out[i] = saved{err: err, uncertain: uncertain}
	}
}
