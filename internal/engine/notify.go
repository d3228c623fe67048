package engine

import (
	"encoding/json"
	"fmt"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// addressee is whom a notice about an account may go to.
type addressee struct {
	side       mapping.Side
	owner      connectors.User
	manager    connectors.User
	hasManager bool
}

// notify lays the alerts of a notice into the outbox, once per audience: the
// keys follow from base and the notice, so none is made twice.
func (b *batch) notify(en *entry, base string, who addressee, n workflows.Notice) error {
	account, ok := en.account.Ref(who.side)
	if !ok {
		return nil
	}
	var rows []OutboxRow
	for _, to := range n.To {
		var user connectors.User
		switch {
		case to == workflows.ToOwner && who.owner.ID != "":
			user = who.owner
		case to == workflows.ToManager && who.hasManager && len(b.policy.Alerts.Manager) > 0:
			user = who.manager
		default:
			continue
		}
		alert := connectors.Alert{
			Key: base + "/alert/" + n.Key + string(to), Title: mapping.Clip(n.Title, 230), UserID: user.ID, Email: user.Email,
			Body: n.Body, Account: account, Due: n.Due,
		}
		data, err := json.Marshal(alert)
		if err != nil {
			return fmt.Errorf("encoding %s: %w", alert.Key, err)
		}
		rows = append(rows, OutboxRow{
			Key: alert.Key, Account: en.row.ID, System: account.System, Kind: kindAlert, Priority: PriorityAlert,
			Payload: data, State: OutboxPending, Created: b.now,
		})
	}
	_, err := b.tx.Enqueue(rows)
	return err
}

// notifyAll tells people something that is about no account.
func (b *batch) notifyAll(base string, n workflows.Notice) error { return nil }
