package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"

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
	rank     float64
}

// act hands off the accounts whose turn has come (door 5): the strongest types
// first, then the best. It writes the handoff, the frozen summary and the
// outbox in the caller's transaction; see act_turn.go for who has to wait.
func (e *Engine) act(tx Tx, seen sight) error {
	mode, err := e.mode(tx)
	if err != nil || !mode.Live {
		return err
	}
	rows, err := tx.AccountsInState(string(workflows.Ready))
	if err != nil {
		return err
	}
	rests, looked, err := e.rests(tx, rows)
	if err != nil || rests {
		return err
	}
	b := e.batch(tx)
	b.sight = seen
	ready, err := b.candidates(rows)
	if err != nil {
		return err
	}
	users, err := e.users(tx)
	if err != nil {
		return err
	}
	t, err := b.turn(ready, users)
	if err != nil {
		return err
	}
	if err := t.guard(); err != nil {
		return err
	}
	if err := t.run(b.handOff); err != nil {
		return err
	}
	if err := t.settle(); err != nil {
		return err
	}
	if err := b.save(); err != nil {
		return err
	}
	e.noteLook(looked)
	return nil
}

// candidates re-checks every ready account at its turn, and ranks them. One
// whose criteria no longer hold goes back to nurture.
func (b *batch) candidates(rows []AccountRow) ([]candidate, error) {
	ids, err := b.openAll(rows)
	if err != nil {
		return nil, err
	}
	histories, err := b.histories(ids)
	if err != nil {
		return nil, err
	}
	cases, err := b.openCases(ids)
	if err != nil {
		return nil, err
	}
	var out []candidate
	for _, id := range ids {
		en := b.entries[id]
		in := workflows.Input{Account: en.account, Life: en.life, History: histories[id], Now: b.now, Case: cases[id]}
		d := b.policy.Evaluate(in)
		if d.Outcome != workflows.HandOff {
			b.touch(en) // decided anew by the next sweep, which also logs it
			continue
		}
		c := candidate{entry: en, input: in, decision: d}
		c.rank = b.policy.Rank(in)
		out = append(out, c)
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, z := out[i], out[j]
		if a.decision.Rule.Type != z.decision.Rule.Type {
			return a.decision.Rule.Type.Before(z.decision.Rule.Type)
		}
		return a.standing().compare(z.standing()) < 0
	})
	return out, nil
}

func (c candidate) standing() standing {
	return standing{rank: c.rank, met: c.entry.life.Met, id: c.entry.row.ID}
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
	done, err := b.activities([]string{c.entry.row.ID})
	if err != nil {
		return workflows.Plan{}, false, err
	}
	c.input.Sales = done[c.entry.row.ID]
	return b.policy.Plan(c.input, c.decision, b.policy.Trace(c.input, c.decision), users, load, contactsOf(c.entry.account, people))
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
func (b *batch) handOff(c candidate, plan workflows.Plan, ok bool) (bool, error) {
	en := c.entry
	if !b.routed(en, plan, ok) {
		return false, nil
	}
	en.life.Begin(plan, c.decision.Segment, b.now)
	b.setOwn(en, b.policy.MQAField, connectors.BoolValue(b.policy.Lifecycle.MQA[workflows.HandedOff]))
	b.setOwn(en, b.policy.StatusField, connectors.TextValue(string(workflows.HandedOff)))
	b.setOwn(en, workflows.FieldPaused, connectors.BoolValue(b.policy.Lifecycle.Paused[workflows.HandedOff]))
	b.count(en, workflows.Facts{})
	b.touch(en) // its clocks begin
	if err := b.putHandoff(b.timed(b.handoffRow(en, plan), c), en.life.Open); err != nil {
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
	open, err := b.tx.OpenHandoff(en.row.ID)
	if err != nil {
		return err
	}
	id := handoffID(en)
	if open != nil { // it keeps its id when its account is merged into another
		id = open.ID
	}
	if err := errors.Join(b.assign(en, id, plan.Stage, plan.Assignment), b.freeze(id, plan)); err != nil {
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
	name, what := mapping.Clip(p.Account, 200), "First outreach"
	if !p.Call.IsZero() {
		what = "Discovery call"
	}
	return workflows.Notice{
		To: []workflows.Audience{workflows.ToManager}, Title: "Handed to sales: " + name, Due: p.Due, Mail: true,
		Body: fmt.Sprintf("%s goes to %s. %s by %s. Why: %s", name, p.Owner.Name, what, p.Day, mapping.Clip(strings.Join(p.WhyNow(), " | "), 300)),
	}
}

const kindAlert = "alert"
