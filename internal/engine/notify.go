package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

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

// titleMost is how much of a title the channels take as it is.
const titleMost = 230

// notify lays the alerts of a notice into the outbox, on every channel of its
// audiences, once per person: the keys follow from base and the notice, so
// none is made twice. They wait for the end of quiet hours.
func (b *batch) notify(en *entry, base string, who addressee, n workflows.Notice) error {
	t := telling{batch: b, base: base, notice: n, who: who, account: en.row.ID, at: b.policy.TellAt(n.Urgent, b.now)}
	t.kind, t.priority = kindAlert, PriorityAlert
	t.record, _ = en.account.Ref(who.side)
	return t.run()
}

// notifyAll is notify for what is about no account: limits, holds. Its manager
// is the one that the policy names for everybody.
func (b *batch) notifyAll(base string, n workflows.Notice) error {
	return b.announcement(base, n).run()
}

func (b *batch) announcement(base string, n workflows.Notice) *telling {
	t := &telling{batch: b, base: base, notice: n, at: b.policy.TellAt(n.Urgent, b.now), kind: kindAlert, priority: PriorityAlert}
	if b.policy.TasksIn == workflows.TasksInHubSpot {
		t.who.side = mapping.HubSpotSide
	}
	if email := b.policy.Managers["default"]; email != "" {
		t.who.manager, t.who.hasManager = connectors.User{Email: email, Active: true}, true
	}
	return t
}

// Announce tells people something that is about no account. The same base and
// key are told once.
func (e *Engine) Announce(ctx context.Context, base string, n workflows.Notice) error {
	err := e.store.Update(ctx, func(tx Tx) error {
		b := e.batch(tx)
		if err := b.notifyAll(base, n); err != nil {
			return err
		}
		return b.save()
	})
	if err != nil {
		return fmt.Errorf("announcing %s: %w", base, err)
	}
	return nil
}

// telling is one notice on its way into the outbox.
type telling struct {
	batch    *batch
	base     string
	notice   workflows.Notice
	html     string
	who      addressee
	account  string
	record   connectors.Ref // in the CRM of who.side; zero if there is none
	at       time.Time
	kind     string
	priority int
	told     map[string]bool // whom this notice has, by channel and person
}

func (t *telling) run() error {
	t.told = map[string]bool{}
	for _, to := range t.notice.To {
		people, err := t.people(to)
		if err != nil {
			return err
		}
		for _, c := range t.batch.policy.Alerts.To[to] {
			if err := t.on(c, to, people); err != nil {
				return err
			}
		}
	}
	return nil
}

// on tells an audience on one channel.
func (t *telling) on(c workflows.Channel, to workflows.Audience, people []person) error {
	if !c.Personal() {
		return t.send(c, to, "", place, t.key(string(c)))
	}
	for _, p := range people {
		var err error
		switch {
		case c == workflows.ByCRM && t.batch.inCRM(p):
			t.reached(p)
			err = t.alert(to, p)
		case p.Email != "" && (c == workflows.ByEmail || t.batch.engine.channels[workflows.ByEmail] != nil):
			t.reached(p)
			id := addresseeID(p.Email)
			err = t.send(workflows.ByEmail, to, p.Email, id, t.key("email", id))
		default:
			t.unreachable(p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// key is the notice's key on a channel. CRM alerts keep the shorter form that
// they always had.
func (t *telling) key(parts ...string) string {
	key := t.base + "/alert/"
	if t.notice.Key != "" {
		key += t.notice.Key + "/"
	}
	for i, part := range parts {
		if i > 0 {
			key += "/"
		}
		key += part
	}
	return key
}

// send lays one message for a channel into the outbox.
func (t *telling) send(c workflows.Channel, to workflows.Audience, address, addressee, key string) error {
	if t.told[string(c)+addressee] {
		return nil
	}
	t.told[string(c)+addressee] = true
	audience := audienceOf(t.notice.To, t.batch.policy, c)
	if len(audience) == 0 {
		audience = []workflows.Audience{to} // it takes the place of the CRM
	}
	m := Message{
		Key: key, Kind: t.kind, To: address, Audience: audience, Title: mapping.Clip(t.notice.Title, titleMost),
		Body: t.notice.Body, HTML: t.html, Account: t.account, Record: t.record, Urgent: t.notice.Urgent, Due: t.notice.Due, At: t.at,
	}
	return t.row(connectors.System(c), key, addressee, m)
}

// alert lays one alert inside of a CRM into the outbox.
func (t *telling) alert(to workflows.Audience, p person) error {
	id := p.ID
	if id == "" {
		id = p.Email
	}
	id = string(p.system) + "/" + addresseeID(id)
	if t.told[id] {
		return nil
	}
	t.told[id] = true
	key := t.base + "/alert/" + t.notice.Key + string(to)
	if to == workflows.ToMarketing || to == workflows.ToHeads {
		key += "/" + addresseeID(p.Email)
	}
	a := connectors.Alert{
		Key: key, Title: mapping.Clip(t.notice.Title, titleMost), UserID: p.ID, Email: p.Email, Body: t.notice.Body, Due: t.notice.Due,
		Mail: t.notice.Mail && !slices.Contains(t.batch.policy.Alerts.To[to], workflows.ByEmail),
	}
	if a.Account = t.record; t.record.System != p.system {
		a.Account = connectors.Ref{System: p.system}
	}
	if a.Due.IsZero() {
		a.Due = t.at
	}
	return t.row(p.system, key, id, a)
}

func (t *telling) row(system connectors.System, key, addressee string, payload any) error {
	data, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", key, err)
	}
	return t.put(OutboxRow{
		Key: key, Account: t.account, System: system, Kind: t.kind, Priority: t.priority,
		Payload: data, State: OutboxPending, Created: t.batch.now,
	}, addressee, payload)
}
