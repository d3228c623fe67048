package salesforce

import (
	"context"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// markerPrefix begins the line by which a task is known again in an org
// without the unique field. A description cannot be searched, so the tasks
// that we made on the account are read and compared.
const markerPrefix = "ref: "

// markerAccounts is how many accounts one look asks about.
const markerAccounts = 150

func withMarker(text, key string) string {
	if text == "" {
		return markerPrefix + key
	}
	return text + "\n\n" + markerPrefix + key
}

// markerIn finds the key on the marker's line, "" if there is none. People
// may have written below it.
func markerIn(text string) string {
	for line := range strings.Lines(text) {
		if key, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n \t"), markerPrefix); ok {
			return key
		}
	}
	return ""
}

// marked maps the keys that stand on our tasks of these accounts to the tasks'
// ids. Deleted and archived ones count.
func (c *Client) marked(ctx context.Context, accounts []string) (map[string]string, error) {
	out := make(map[string]string)
	for first := 0; first < len(accounts); first += markerAccounts {
		q := query{
			fields: []string{fieldID, "Description"}, from: taskObject,
			where: []string{in("WhatId", accounts[first:min(first+markerAccounts, len(accounts))])},
		}
		if user := c.signIn.user(); user != "" {
			q.where = append(q.where, "CreatedById = "+quote(user))
		}
		rows, err := c.follow(ctx, c.queryPath(q, true), transport.PriorityHandoff)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if key := markerIn(textAt(row, "Description", kindText)); key != "" {
				out[key] = textAt(row, fieldID, kindID)
			}
		}
	}
	return out, nil
}

// withoutExisting looks for the tasks before they are made, and settles those
// that are there already.
func (d *delivery) withoutExisting(ctx context.Context, items []*item) []*item {
	if len(items) == 0 {
		return nil
	}
	var accounts []string
	taken := make(map[string]bool)
	for _, it := range items {
		id := lenientID(d.batch[it.writes[0]].Ref.ID)
		if !taken[id] {
			taken[id] = true
			accounts = append(accounts, id)
		}
	}
	found, err := d.c.marked(ctx, accounts)
	if err != nil {
		d.finish(items, connectors.Result{Outcome: connectors.Failed, Err: err})
		return nil
	}
	var missing []*item
	for _, it := range items {
		if id, ok := found[d.batch[it.writes[0]].Key]; ok {
			d.finish([]*item{it}, connectors.Result{Outcome: connectors.Existed, ID: id})
			continue
		}
		missing = append(missing, it)
	}
	return missing
}
