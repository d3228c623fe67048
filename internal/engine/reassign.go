package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// Reassign gives an account's open handoff to somebody who has not had its
// present stage yet, by the stage's routing. The task goes along. Without
// anyone else the owner keeps it: done is false and Why says so.
func (e *Engine) Reassign(ctx context.Context, account string) (as workflows.Assignment, done bool, err error) {
	err = e.store.Update(ctx, func(tx Tx) error {
		mode, err := e.mode(tx)
		if err != nil {
			return err
		}
		if !mode.Live {
			as.Why = []string{mode.Reason}
			return nil
		}
		b := e.batch(tx)
		if err := b.load([]string{account}); err != nil {
			return err
		}
		en := b.entries[account]
		if en == nil {
			return refused("%s is no account", mapping.Clip(account, 60))
		}
		if as, done, err = b.reassign(en); err != nil || !done {
			return err
		}
		return b.save()
	})
	if err != nil {
		return as, false, fmt.Errorf("giving account %s to somebody else: %w", account, err)
	}
	return as, done, nil
}

// reassign is Reassign within a transaction.
func (b *batch) reassign(en *entry) (as workflows.Assignment, done bool, err error) {
	h, err := b.tx.OpenHandoff(en.row.ID)
	if err != nil || h == nil || h.System == "" {
		as.Why = []string{"no handoff with a task of ours is open"}
		return as, false, err
	}
	given, err := b.tx.Assignments(h.ID)
	if err != nil {
		return as, false, err
	}
	task, why, err := b.taskOf(h)
	if err != nil || why != "" {
		as.Why = []string{why}
		return as, false, err
	}
	users, err := b.everybody()
	if err != nil {
		return as, false, err
	}
	as, done, err = b.route(en, workflows.RouteRequest{Stage: workflows.Stage(h.Stage), Users: users, Exclude: had(h, given), System: h.System})
	if err != nil || !done {
		return as, false, err
	}
	if err := b.revive(en); err != nil {
		return as, false, err
	}
	stage := en.life.Open.Now()
	stage.Calendar = b.policy.CalendarFor(as.Owner)
	stage.GiveTo(as.Owner.ID, b.now, b.policy.CalendarNamed(stage.Calendar).Deadline(b.now, b.policy.SLA.FirstTouch))
	h.OwnerID, h.Owner, h.Due = as.Owner.ID, as.Owner.Name, stage.Due
	b.touch(en) // the new owner's clocks begin
	err = errors.Join(
		b.putHandoff(*h, en.life.Open), b.assign(en, h.ID, workflows.Stage(h.Stage), as),
		b.giveTask(en, h, task, len(given)), b.tellReassigned(en, h, as, users, len(given)), b.syncFields(en),
	)
	if err != nil {
		return as, false, err
	}
	b.engine.log.Info("given to somebody else", "account", en.row.ID, "stage", h.Stage, "owner", as.Owner.ID)
	return as, true, nil
}

// had lists who has had the handoff's present stage.
func had(h *HandoffRow, given []AssignmentRow) []string {
	list := []string{h.OwnerID}
	for _, g := range given {
		if g.Stage == h.Stage {
			list = append(list, g.Person)
		}
	}
	return list
}

// route completes a request with the account, its history and the load.
func (b *batch) route(en *entry, r workflows.RouteRequest) (workflows.Assignment, bool, error) {
	histories, err := b.histories([]string{en.row.ID})
	if err != nil {
		return workflows.Assignment{}, false, err
	}
	if r.Load, err = b.workload(); err != nil {
		return workflows.Assignment{}, false, err
	}
	r.Input = workflows.Input{Account: en.account, Life: en.life, History: histories[en.row.ID], Now: b.now}
	as, ok := b.policy.Route(r)
	return as, ok, nil
}

// taskOf finds the task of a handoff's stage; why says that it cannot be given
// to anybody yet.
func (b *batch) taskOf(h *HandoffRow) (task *OutboxRow, why string, err error) {
	rows, err := b.tx.Outbox(h.Account)
	if err != nil {
		return nil, "", err
	}
	for i := range rows {
		r := &rows[i]
		if r.Key != h.ID+"/"+h.Stage+"/task" {
			continue
		}
		if r.State == OutboxPending || r.State == OutboxDone && r.Result != "" {
			return r, "", nil
		}
		return nil, "its task is not known to be made (" + r.State + ")", nil
	}
	return nil, "its task is not known", nil
}

// giveTask changes the owner of a task and its deadline: in the CRM, or before
// it goes there.
func (b *batch) giveTask(en *entry, h *HandoffRow, task *OutboxRow, nth int) error {
	day := b.policy.CalendarNamed(en.life.Open.Now().Calendar).LocalDay(h.Due)
	if task.State == OutboxPending {
		var w connectors.Write
		if err := json.Unmarshal(task.Payload, &w); err != nil {
			return fmt.Errorf("decoding %s: %w", task.Key, err)
		}
		w.Activity.OwnerID, w.Activity.Due, w.Activity.Day = h.OwnerID, h.Due, day
		data, err := json.Marshal(w)
		if err != nil {
			return fmt.Errorf("encoding %s: %w", task.Key, err)
		}
		task.Payload = data
		return b.tx.PutPayloads([]OutboxRow{*task})
	}
	w := connectors.Write{
		Key: fmt.Sprintf("%s/%s/owner/%d", h.ID, h.Stage, nth), Op: connectors.Update,
		Ref:    connectors.Ref{System: h.System, Object: connectors.Task, ID: task.Result},
		Fields: map[string]connectors.Value{mapping.OwnerProperty(mapping.SideOf(h.System)): connectors.TextValue(h.OwnerID)},
	}
	if !h.Due.IsZero() {
		name, due := mapping.TaskDue(mapping.SideOf(h.System), h.Due, day)
		w.Fields[name] = due
	}
	data, err := json.Marshal(w)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", w.Key, err)
	}
	_, err = b.tx.Enqueue([]OutboxRow{{
		Key: w.Key, Account: en.row.ID, System: h.System, Kind: string(w.Op), Priority: PriorityHandoff,
		Payload: data, State: OutboxPending, Created: b.now,
	}})
	return err
}

func (b *batch) tellReassigned(en *entry, h *HandoffRow, as workflows.Assignment, users workflows.Users, nth int) error {
	manager, known := b.policy.Manager(as.Side, as.Owner, users)
	name := mapping.Clip(b.mapping.Text(en.account, mapping.NameField), 200)
	return b.notify(en, h.ID+"/"+h.Stage, addressee{side: as.Side, owner: as.Owner, manager: manager, hasManager: known}, workflows.Notice{
		Key: fmt.Sprintf("reassigned-%d/", nth), To: []workflows.Audience{workflows.ToOwner, workflows.ToManager},
		Title: "Given to somebody else: " + name, Due: h.Due,
		Body: fmt.Sprintf("%s goes to %s now: nobody had touched it in time. The task has the summary.", name, as.Owner.Name),
	})
}
