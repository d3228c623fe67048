package scenario

import (
	"context"
	"fmt"
	"slices"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
)

// What people do with the tasks that handoffd made.

// taskState is a task's status in either CRM.
type taskState struct {
	salesforce, hubspot string
	of                  func(task) bool // which tasks can take it
}

func statusDone() taskState {
	return taskState{"Completed", "COMPLETED", func(t task) bool { return !t.done }}
}

func statusStarted() taskState {
	return taskState{"In Progress", "IN_PROGRESS", func(t task) bool { return !t.done }}
}

func statusOpen() taskState {
	return taskState{"Not Started", "NOT_STARTED", func(task) bool { return true }}
}

func (r *reader) taskStatus(verb, word string, status func() taskState) func(*yamlpos.Map) act {
	return func(m *yamlpos.Map) act {
		a, by, subject := r.account(m.Get(verb)), r.person(m.Get("by")), r.text(m.Get("subject"))
		return func(ctx context.Context, p *player) (string, error) {
			s := status()
			t, err := p.findTask(ctx, a, subject, s.of)
			if err != nil {
				return "", err
			}
			fields := map[string]any{"Status": s.salesforce}
			if t.system == connectors.HubSpot {
				fields = map[string]any{"hs_task_status": s.hubspot}
			}
			return said("%s %s the task %q in %s", doer(by, t), word, t.subject, systemName(t.system)),
				p.update(ctx, t.system, connectors.Task, t.id, fields, by)
		}
	}
}

func (r *reader) assignTask(m *yamlpos.Map) act {
	a, to, by, subject := r.account(m.Get("assign_task")), r.person(m.Get("to")), r.person(m.Get("by")), r.text(m.Get("subject"))
	m.Require("to")
	return func(ctx context.Context, p *player) (string, error) {
		t, err := p.findTask(ctx, a, subject, statusStarted().of)
		if err != nil {
			return "", err
		}
		return said("the task %q goes to %s%s", t.subject, to.key, byWords(by)),
			p.update(ctx, t.system, connectors.Task, t.id, map[string]any{ownerField(t.system): to}, by)
	}
}

func (r *reader) deleteTask(m *yamlpos.Map) act {
	a, by, subject := r.account(m.Get("delete_task")), r.person(m.Get("by")), r.text(m.Get("subject"))
	return func(ctx context.Context, p *player) (string, error) {
		t, err := p.findTask(ctx, a, subject, func(task) bool { return true })
		if err != nil {
			return "", err
		}
		return said("the task %q is deleted%s", t.subject, byWords(by)), p.remove(ctx, t.system, connectors.Task, t.id, by)
	}
}

// text reads a text that may be absent.
func (r *reader) text(n yamlpos.Node) (s string) {
	n.Text(&s)
	return s
}

func doer(by *person, t task) string {
	if by != nil {
		return by.key
	}
	return t.owner
}

// findTask finds the newest of handoffd's tasks on the account that will do.
func (p *player) findTask(ctx context.Context, a *account, subject string, will func(task) bool) (task, error) {
	tasks, err := p.ourTasks(ctx, a)
	if err != nil {
		return task{}, err
	}
	for _, t := range slices.Backward(tasks) {
		if will(t) && (subject == "" || subject == t.subject) {
			return t, nil
		}
	}
	return task{}, fmt.Errorf("%s has no such task of handoffd now (it has %d in all)", a.key, len(tasks))
}
