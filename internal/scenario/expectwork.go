package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"handoffd/internal/engine"
	"handoffd/internal/yamlpos"
	"handoffd/workflows"
)

// expectWork compares handoffd's work on an account as it stands in the CRMs.
func (r *reader) expectWork(e *expectation, a *account, what string, n yamlpos.Node) {
	switch what {
	case "task":
		r.expectTask(e, a, n)
	case "alert":
		r.expectAlert(e, a, n)
	case "alerts":
		r.expectAlerts(e, a, n)
	default:
		want := counting(n)
		e.add(a, n, n.Raw(), func(ctx context.Context, p *player) (string, bool, error) {
			s, err := p.look(ctx)
			if err != nil {
				return "", false, err
			}
			seen := fmt.Sprint(s.count(p, a, what))
			return seen, want(seen), nil
		})
	}
}

// count counts tasks, open tasks or notes of an account.
func (s *sight) count(p *player, a *account, what string) (n int) {
	if what == "notes" {
		for id, notes := range s.notes {
			if p.of(a, "hubspot", id) {
				n += notes
			}
		}
		return n
	}
	for _, t := range s.tasks {
		if p.of(a, t.system, t.account) && (what == "tasks" || !t.done) {
			n++
		}
	}
	return n
}

// expectTask compares handoffd's newest task on the account.
func (r *reader) expectTask(e *expectation, a *account, n yamlpos.Node) {
	for key, value := range n.Map("subject", "owner", "due", "status", "system", "body").All() {
		of, want, words := key.Raw(), r.valued(value), value.Raw()
		switch of {
		case "owner":
			want = r.personMatch(value)
		case "due":
			want, words = r.dayMatch(value)
		case "body":
			want = holding(value)
		case "system":
			want = r.oneOf(value, "salesforce", "hubspot")
		case "status":
			want = r.oneOf(value, "open", "started", "done")
		}
		e.add(a, value, words, func(ctx context.Context, p *player) (string, bool, error) {
			tasks, err := p.ourTasks(ctx, a)
			if len(tasks) == 0 {
				return "there is no task", false, err
			}
			seen := tasks[len(tasks)-1].shown()[of]
			return seen, want(seen), nil
		})
	}
}

// shown names what a task holds.
func (t task) shown() map[string]string {
	status := "open"
	switch {
	case t.done:
		status = "done"
	case strings.EqualFold(strings.ReplaceAll(t.status, "_", " "), "in progress"):
		status = "started"
	}
	return map[string]string{"subject": t.subject, "owner": t.owner, "due": t.due, "status": status, "system": string(t.system), "body": t.body}
}

// expectAlerts counts what people were told about the account: all of it, or by
// person.
func (r *reader) expectAlerts(e *expectation, a *account, n yamlpos.Node) {
	count := func(n yamlpos.Node, who *person) {
		want := counting(n)
		e.add(a, n, n.Raw(), func(ctx context.Context, p *player) (string, bool, error) {
			s, err := p.look(ctx)
			if err != nil {
				return "", false, err
			}
			told := 0
			for _, x := range s.alertsOf(p, a) {
				if who == nil || slices.Contains(x.to, who.key) {
					told++
				}
			}
			seen := fmt.Sprint(told)
			return seen, want(seen), nil
		})
	}
	if n.Kind() != yamlpos.Mapping {
		count(n, nil)
		return
	}
	for key, value := range n.FreeMap().All() {
		if who := r.person(key); who != nil {
			count(value, who)
		}
	}
}

// expectAlert wants one alert about the account that fits in all that is said.
func (r *reader) expectAlert(e *expectation, a *account, n yamlpos.Node) {
	want := map[string]matcher{}
	var words []string
	for key, value := range n.Map("to", "by", "title", "body").All() {
		want[key.Raw()] = holding(value)
		switch key.Raw() {
		case "to":
			want["to"] = r.personMatch(value)
		case "by":
			want["by"] = r.oneOf(value, "notification", "email", "task", "slack", "webhook")
		}
		words = append(words, key.Raw()+" "+value.Raw())
	}
	e.add(a, n, "an alert: "+strings.Join(words, ", "), func(ctx context.Context, p *player) (string, bool, error) {
		s, err := p.look(ctx)
		if err != nil {
			return "", false, err
		}
		var seen []string
		for _, x := range s.alertsOf(p, a) {
			for _, to := range x.to {
				for _, way := range x.ways() {
					if all(want, map[string]string{"to": to, "by": way, "title": x.title, "body": x.body}) {
						return "", true, nil
					}
					seen = append(seen, fmt.Sprintf("to %s by %s: %q", to, way, x.title))
				}
			}
		}
		return either(strings.Join(seen, "; "), "no alert"), false, nil
	})
}

// expectCounts counts over all accounts: by state, or of handoffd's work.
func (r *reader) expectCounts(e *expectation, n yamlpos.Node) {
	keys := []string{"accounts", "handoffs", "open_handoffs", "tasks", "open_tasks", "notes", "alerts", "problems"}
	for _, s := range workflows.States() {
		keys = append(keys, string(s))
	}
	for key, value := range n.Map(keys...).All() {
		of, want := key.Raw(), counting(value)
		e.add(nil, value, value.Raw(), func(ctx context.Context, p *player) (string, bool, error) {
			counts, err := p.counts(ctx)
			seen := fmt.Sprint(counts[of])
			return seen, want(seen), err
		})
	}
}

// counts counts everything.
func (p *player) counts(ctx context.Context) (map[string]int, error) {
	s, err := p.look(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]int{"tasks": len(s.tasks), "alerts": len(s.alerts)}
	for _, t := range s.tasks {
		if !t.done {
			out["open_tasks"]++
		}
	}
	for _, notes := range s.notes {
		out["notes"] += notes
	}
	return out, p.daemon.Store.View(ctx, func(tx engine.Tx) error {
		states, _, err := tx.AccountCounts()
		if err != nil {
			return err
		}
		for state, n := range states {
			out[state], out["accounts"] = n, out["accounts"]+n
		}
		if out["problems"], err = tx.ProblemCount(); err != nil {
			return err
		}
		rows, err := tx.Handoffs(epoch())
		for _, h := range rows {
			out["handoffs"]++
			if h.Closed.IsZero() {
				out["open_handoffs"]++
			}
		}
		return err
	})
}
