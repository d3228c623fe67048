package salesforce

import (
	"context"
	"encoding/json"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// Users lists the people of the org, inactive ones included, and the queues
// that can own tasks (Object Reference, User and QueueSobject). Portal and
// community members are left out: they own no sales work.
func (c *Client) Users(ctx context.Context) ([]connectors.User, error) {
	people, err := c.all(ctx, query{
		fields: []string{"Id", "Name", "Email", "IsActive", "ManagerId"}, from: "User",
		where: []string{"UserType = 'Standard'"}, order: fieldID,
	})
	if err != nil {
		return nil, err
	}
	queues, err := c.all(ctx, query{
		fields: []string{"QueueId", "Queue.Name"}, from: "QueueSobject",
		where: []string{"SobjectType = 'Task'"}, order: "QueueId",
	})
	if err != nil {
		return nil, err
	}
	out := make([]connectors.User, 0, len(people)+len(queues))
	for _, row := range people {
		out = append(out, connectors.User{
			ID: textAt(row, "Id", kindID), Name: textAt(row, "Name", kindText), Email: textAt(row, "Email", kindText),
			Active: string(row["IsActive"]) == "true", ManagerID: textAt(row, "ManagerId", kindID),
		})
	}
	for _, row := range queues {
		out = append(out, connectors.User{
			ID: textAt(row, "QueueId", kindID), Name: textAt(row, "Queue.Name", kindText), Active: true, Queue: true,
		})
	}
	return out, nil
}

// all runs a query to its last page.
func (c *Client) all(ctx context.Context, q query) ([]map[string]json.RawMessage, error) {
	return c.follow(ctx, c.queryPath(q, false), transport.PriorityPoll)
}

func (c *Client) follow(ctx context.Context, path string, p transport.Priority) ([]map[string]json.RawMessage, error) {
	var rows []map[string]json.RawMessage
	for path != "" {
		var page queryPage
		if err := c.get(ctx, "query", path, p, &page); err != nil {
			return nil, err
		}
		rows = append(rows, page.Records...)
		next, err := page.locator()
		if err != nil {
			return nil, err
		}
		path = next
	}
	return rows, nil
}

// textAt is a field's text, "" if it is null or absent.
func textAt(row map[string]json.RawMessage, path string, k kind) string {
	raw, _ := follow(row, path)
	v, err := decodeValue(raw, k)
	if err != nil {
		return ""
	}
	return v.Text()
}
