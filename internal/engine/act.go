package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// candidate is an account that is ready to be handed off, with all that the
// handoff would do.
type candidate struct {
	entry    *entry
	input    workflows.Input
	decision workflows.Decision
	trace    workflows.Trace
	rank     float64
}

// act hands off the accounts that are ready (door 5): the strongest types
// first, then the best. It writes the handoff, the frozen summary and the
// outbox in the caller's transaction. both: both CRMs were read before.
func (e *Engine) act(tx Tx, both bool) error {
	mode, err := e.mode(tx)
	if err != nil || !mode.Live {
		return err
	}
	b := e.batch(tx)
	b.both = both
	ready, err := b.candidates()
	if err != nil {
		return err
	}
	users, err := e.users(tx)
	if err != nil {
		return err
	}
	month, err := b.handedOffThisMonth()
	if err != nil {
		return err
	}
	for _, c := range ready {
		if c.entry.row.Dirty {
			continue // the sweep decides it first: it may have found its partner, or a case
		}
		if c.decision.Rule.Type == workflows.Intent && b.policy.PerMonth > 0 && month >= b.policy.PerMonth {
			continue // waits, best first, until the month has room again
		}
		done, err := b.handOff(c, users)
		if err != nil {
			return err
		}
		if done && c.decision.Rule.Type == workflows.Intent {
			month++
		}
	}
	return b.save()
}

// candidates re-checks every ready account at its turn, and ranks them. One
// whose criteria no longer hold goes back to nurture.
func (b *batch) candidates() ([]candidate, error) {
	rows, err := b.tx.AccountsInState(string(workflows.Ready))
	if err != nil {
		return nil, err
	}
	ids, err := b.openAll(rows)
	if err != nil {
		return nil, err
	}
	histories, err := b.histories(ids)
	if err != nil {
		return nil, err
	}
	var out []candidate
	for _, id := range ids {
		en := b.entries[id]
		in := workflows.Input{Account: en.account, Life: en.life, History: histories[id], Now: b.now}
		d := b.policy.Evaluate(in)
		if d.Outcome != workflows.HandOff {
			b.touch(en) // decided anew by the next sweep, which also logs it
			continue
		}
		c := candidate{entry: en, input: in, decision: d, trace: b.policy.Trace(in, d)}
		c.rank = b.policy.Rank(in)
		out = append(out, c)
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, z := out[i], out[j]
		if a.decision.Rule.Type != z.decision.Rule.Type {
			return a.decision.Rule.Type.Before(z.decision.Rule.Type)
		}
		return a.rank > z.rank
	})
	return out, nil
}

// handedOffThisMonth counts intent handoffs in the team's calendar month.
func (b *batch) handedOffThisMonth() (int, error) {
	if b.policy.PerMonth == 0 {
		return 0, nil
	}
	local := b.now.In(b.policy.Calendar.Location())
	first := time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, local.Location())
	rows, err := b.tx.Handoffs(first)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, h := range rows {
		if h.Type == string(workflows.Intent) {
			n++
		}
	}
	return n, nil
}

// users reads the people of both CRMs from the store.
func (e *Engine) users(tx Tx) (workflows.Users, error) {
	users := workflows.Users{}
	for _, system := range e.order {
		list, err := tx.Users(system)
		if err != nil {
			return nil, err
		}
		users[system] = list
	}
	return users, nil
}

// plan lays out a candidate's handoff.
func (b *batch) plan(c candidate, users workflows.Users) (workflows.Plan, bool, error) {
	people, err := b.tx.Contacts(homes(c.entry.account))
	if err != nil {
		return workflows.Plan{}, false, err
	}
	load, err := b.workload()
	if err != nil {
		return workflows.Plan{}, false, err
	}
	return b.policy.Plan(c.input, c.decision, c.trace, users, load, contactsOf(c.entry.account, people))
}

// contactsOf lists an account's people once: one who is in both CRMs is shown
// from Salesforce.
func contactsOf(a *mapping.Account, people map[connectors.Ref][]ContactRow) []workflows.Contact {
	var out []workflows.Contact
	known := map[string]int{}
	for _, home := range homes(a) {
		for _, p := range people[home] {
			email := strings.ToLower(p.Email)
			if i, ok := known[email]; ok && email != "" {
				out[i].Same = append(out[i].Same, p.Ref)
				continue
			}
			known[email] = len(out)
			out = append(out, workflows.Contact{Ref: p.Ref, Name: p.Name, Title: p.Title, Email: p.Email, Modified: p.Modified})
		}
	}
	return out
}

// handOff makes the handoff. Without anyone to give it to, the account waits
// and the reason is parked where a person can see it.
func (b *batch) handOff(c candidate, users workflows.Users) (bool, error) {
	en := c.entry
	plan, ok, err := b.plan(c, users)
	if err != nil {
		return false, err
	}
	if !b.routed(en, plan, ok) {
		return false, nil
	}
	en.life.Begin(plan, c.decision.Segment, b.now)
	b.setOwn(en, b.policy.MQAField, connectors.BoolValue(true))
	b.setOwn(en, b.policy.StatusField, connectors.TextValue(string(workflows.HandedOff)))
	b.setOwn(en, workflows.FieldPaused, connectors.BoolValue(true))
	b.count(en, workflows.Facts{})
	b.touch(en) // its clocks begin
	if err := b.putHandoff(b.handoffRow(en, plan), en.life.Open); err != nil {
		return false, err
	}
	if err := b.resetInputs(en); err != nil {
		return false, err
	}
	if err := b.hand(en, plan); err != nil {
		return false, err
	}
	if err := b.syncFields(en); err != nil {
		return false, err
	}
	b.engine.tally.add(func(t *tally) { t.handoffs++ })
	b.engine.log.Info("handed off", "account", en.row.ID, "rule", plan.Rule, "system", plan.Side.System(), "owner", plan.Owner.ID, "due", plan.Day)
	return true, nil
}

// routed parks the reason if there is nobody to give a stage to, and settles
// it if there is.
func (b *batch) routed(en *entry, plan workflows.Plan, ok bool) bool {
	owner := routeRef(en, plan.Side.System())
	if !ok {
		b.problems = append(b.problems, ProblemRow{Ref: owner, Field: mapping.OwnerField, Reason: "handing off waits: " + plan.WhyText(), Since: b.now})
		return false
	}
	b.settled = append(b.settled, settledRecord{ref: owner})
	return true
}

// hand gives a stage to its owner: the choice is kept, and task, note and
// alerts go into the outbox.
func (b *batch) hand(en *entry, plan workflows.Plan) error {
	if err := b.assign(en, handoffID(en), plan.Stage, plan.Assignment); err != nil {
		return err
	}
	rows, err := b.actions(en, plan)
	if err != nil {
		return err
	}
	if _, err := b.tx.Enqueue(rows); err != nil {
		return err
	}
	return b.notify(en, handoffID(en)+"/"+string(plan.Stage), addresseeOf(plan), handedOffNotice(plan))
}

// routeObject keeps the problem of a missing owner apart from a record's.
const routeObject = connectors.Object("routing")

func (b *batch) setOwn(en *entry, field string, v connectors.Value) {
	if f := b.mapping.Field(field); f != nil {
		en.account.Own[f.Slot] = v
	}
}

func (b *batch) handoffRow(en *entry, p workflows.Plan) HandoffRow {
	return HandoffRow{
		ID: handoffID(en), Account: en.row.ID, Rule: p.Rule, Type: string(p.Type), Stage: string(p.Stage), Policy: b.policy.Hash,
		Opened: b.now, System: p.Side.System(), OwnerID: p.Owner.ID, Owner: p.Owner.Name, Due: p.Due,
		Reasons: p.Reasons, Summary: p.Summary, Hash: workflows.Hash(p.Summary),
	}
}

// actions are the outbox rows of a handoff. Their keys follow from the
// account, the episode and the action, so none can be made twice (I2).
func (b *batch) actions(en *entry, p workflows.Plan) ([]OutboxRow, error) {
	base := handoffID(en) + "/" + string(p.Stage)
	account, _ := en.account.Ref(p.Side)
	task := connectors.Write{
		Key: base + "/task", Op: connectors.CreateTask, Ref: account,
		Activity: &connectors.Activity{Subject: p.Subject, Text: p.Summary, HTML: p.HTML, OwnerID: p.Owner.ID, Due: p.Due, Day: p.Day, High: true},
	}
	if p.Contact != nil && p.Contact.Ref.System == account.System {
		task.Activity.ContactID = p.Contact.Ref.ID
	}
	var rows []OutboxRow
	add := func(key, kind string, system connectors.System, priority int, payload any) error {
		data, err := json.Marshal(payload)
		if err != nil {
			return fmt.Errorf("encoding %s: %w", key, err)
		}
		rows = append(rows, OutboxRow{Key: key, Account: en.row.ID, System: system, Kind: kind, Priority: priority, Payload: data, State: OutboxPending, Created: b.now})
		return nil
	}
	if err := add(task.Key, string(task.Op), account.System, PriorityHandoff, task); err != nil {
		return nil, err
	}
	if hs, ok := en.account.Ref(mapping.HubSpotSide); ok {
		note := connectors.Write{
			Key: base + "/note", Op: connectors.CreateNote, Ref: hs,
			Activity: &connectors.Activity{Subject: p.Subject, Text: p.Summary, HTML: p.HTML, Due: b.now},
		}
		if err := add(note.Key, string(note.Op), hs.System, PriorityStatus, note); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func addresseeOf(p workflows.Plan) addressee {
	return addressee{side: p.Side, owner: p.Owner, manager: p.Manager, hasManager: p.HasManager}
}

// handedOffNotice tells the manager what the owner got.
func handedOffNotice(p workflows.Plan) workflows.Notice {
	name := mapping.Clip(p.Account, 200)
	return workflows.Notice{
		To: []workflows.Audience{workflows.ToManager}, Title: "Handed to sales: " + name, Due: p.Due,
		Body: fmt.Sprintf("%s goes to %s. First outreach by %s. Why: %s", name, p.Owner.Name, p.Day, mapping.Clip(joinReasons(p.Reasons), 300)),
	}
}

func joinReasons(reasons []string) string {
	text := ""
	for i, r := range reasons {
		if i > 0 {
			text += " | "
		}
		text += r
	}
	return text
}

const kindAlert = "alert"

// Planned lists the handoffs that would be made now, without making any.
func (e *Engine) Planned(ctx context.Context) (out []PlannedHandoff, err error) {
	err = e.store.View(ctx, func(tx Tx) error {
		b := e.batch(tx)
		ready, err := b.candidates()
		if err != nil {
			return err
		}
		users, err := e.users(tx)
		if err != nil {
			return err
		}
		for _, c := range ready {
			plan, ok, err := b.plan(c, users)
			if err != nil {
				return err
			}
			p := PlannedHandoff{
				Account: c.entry.row.ID, Name: plan.Account, Rule: plan.Rule, System: plan.Side.System(),
				Owner: plan.Owner.Name, Due: plan.Day, Reasons: plan.Reasons, Assigned: plan.Why,
			}
			if ok {
				b.given.Take(plan.Assignment) // the next one sees it, as it will
			} else {
				p.Blocked = plan.WhyText()
			}
			out = append(out, p)
		}
		return nil
	})
	return out, err
}
