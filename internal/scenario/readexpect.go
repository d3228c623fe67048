package scenario

import (
	"context"
	"fmt"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows"
)

// expectation is what must be true at one moment.
type expectation struct{ checks []check }

// check is one thing that must be true.
type check struct {
	pos     yamlpos.Pos
	what    string // "globex.state"
	want    string
	account *account // nil for counts
	see     func(ctx context.Context, p *player) (seen string, met bool, err error)
}

// The words for an account that the store does not know, or has not judged.
const (
	absent    = "absent"
	undecided = "undecided"
)

// expectKeys are the keys below an account that are no fields.
func expectKeys() []string {
	return []string{
		"state", "outcome", "reason", "salesforce", "hubspot", "tasks", "open_tasks", "task", "notes", "alerts", "alert",
		"handoff", "handoffs", "problems",
	}
}

func (r *reader) expectation(n yamlpos.Node) *expectation {
	e := &expectation{}
	for key, value := range n.FreeMap().All() {
		if key.Raw() == "counts" {
			r.expectCounts(e, value)
			continue
		}
		if key.Raw() == "report" {
			r.expectReport(e, value)
			continue
		}
		a := r.account(key)
		if a.key != "" {
			r.expectAccount(e, a, value)
		}
	}
	return e
}

// add notes one thing to check. what is the path below expect.
func (e *expectation) add(a *account, n yamlpos.Node, want string, see func(context.Context, *player) (string, bool, error)) {
	_, what, _ := strings.Cut(n.Path(), ".expect.")
	e.checks = append(e.checks, check{pos: n.Pos(), what: what, want: want, account: a, see: see})
}

func (r *reader) expectAccount(e *expectation, a *account, n yamlpos.Node) {
	m := n.Map(append(expectKeys(), r.fieldNames()...)...)
	for key, value := range m.All() {
		switch key.Raw() {
		case "state":
			r.expectState(e, a, value)
		case "outcome":
			r.expectKnown(e, a, value, r.oneOf(value, outcomes()...), func(k *known) string { return k.row.Outcome })
		case "reason":
			r.expectKnown(e, a, value, holding(value), func(k *known) string { return k.last.Reason })
		case "salesforce", "hubspot":
			r.expectVendor(e, a, connectors.System(key.Raw()), value)
		case "handoff":
			r.expectHandoff(e, a, value)
		case "handoffs":
			r.expectKnown(e, a, value, counting(value), func(k *known) string { return fmt.Sprint(k.handoffs) })
		case "problems":
			r.expectKnown(e, a, value, counting(value), func(k *known) string { return fmt.Sprint(len(k.problems)) })
		case "tasks", "open_tasks", "task", "notes", "alerts", "alert":
			r.expectWork(e, a, key.Raw(), value)
		default:
			r.expectField(e, a, key.Raw(), value)
		}
	}
}

func outcomes() []string {
	return []string{string(workflows.HandOff), string(workflows.NotQualified), string(workflows.Waiting), string(workflows.InHand), string(workflows.OutOfScope), string(workflows.Gone)}
}

func (r *reader) expectState(e *expectation, a *account, n yamlpos.Node) {
	words := []string{absent, undecided}
	for _, s := range workflows.States() {
		words = append(words, string(s))
	}
	want := r.oneOf(n, words...)
	e.add(a, n, n.Raw(), func(ctx context.Context, p *player) (string, bool, error) {
		k, err := p.known(ctx, a)
		seen := absent
		if k != nil {
			seen = either(k.row.State, undecided)
		}
		return seen, want(seen), err
	})
}

// expectKnown compares something that the store knows of the account.
func (r *reader) expectKnown(e *expectation, a *account, n yamlpos.Node, want matcher, of func(*known) string) {
	e.add(a, n, n.Raw(), func(ctx context.Context, p *player) (string, bool, error) {
		k, err := p.known(ctx, a)
		if k == nil {
			return "the account is not known to handoffd", false, err
		}
		seen := of(k)
		return seen, want(seen), nil
	})
}

// expectField compares the common account's value.
func (r *reader) expectField(e *expectation, a *account, name string, n yamlpos.Node) {
	want := r.valued(n)
	if f := r.config.Mapping.Field(name); f != nil && f.Type == mapping.Enum && len(f.Values) > 0 && n.Raw() != "" {
		want = r.worded(n, sortedKeys(f.Values)...)
	}
	r.expectKnown(e, a, n, want, func(k *known) string {
		v := k.fields[name]
		if v.IsNull() {
			return ""
		}
		return v.String()
	})
}

// expectVendor compares what stands in a CRM.
func (r *reader) expectVendor(e *expectation, a *account, system connectors.System, n yamlpos.Node) {
	for key, value := range n.FreeMap().All() {
		f, ok := r.vendorField(system, connectors.Account, key)
		if !ok {
			continue
		}
		want := r.valued(value)
		e.add(a, value, value.Raw(), func(ctx context.Context, p *player) (string, bool, error) {
			if !a.stands(system) {
				return "the account does not stand in " + systemName(system), false, nil
			}
			have, err := p.read(ctx, system, connectors.Account, a.ids[system], []string{f.Name})
			if err != nil {
				return err.Error(), false, nil
			}
			seen := have[f.Name]
			if f.Name == ownerField(system) {
				seen = p.personByID(system, seen)
			}
			return seen, want(seen), nil
		})
	}
}

func (r *reader) expectHandoff(e *expectation, a *account, n yamlpos.Node) {
	if n.Kind() == yamlpos.Scalar {
		want := r.oneOf(n, "none", "open")
		r.expectKnown(e, a, n, want, func(k *known) string {
			if k.open == nil {
				return "none"
			}
			return "open"
		})
		return
	}
	for key, value := range n.Map("rule", "type", "stage", "owner", "due", "system").All() {
		want, words, of := r.valued(value), value.Raw(), key.Raw()
		switch of {
		case "rule":
			r.ruleNames = append(r.ruleNames, value)
		case "type":
			want = r.worded(value, string(workflows.Intent), string(workflows.Inbound), string(workflows.Relationship))
		case "stage":
			want = r.worded(value, string(workflows.SDR), string(workflows.AE))
		case "system":
			want = r.worded(value, "salesforce", "hubspot")
		case "owner":
			want = r.personMatch(value)
		case "due":
			want, words = r.dayMatch(value)
		}
		e.add(a, value, words, func(ctx context.Context, p *player) (string, bool, error) {
			k, err := p.known(ctx, a)
			if k == nil || k.open == nil {
				return "there is no open handoff", false, err
			}
			h := k.open
			seen := map[string]string{
				"rule": h.Rule, "type": h.Type, "stage": h.Stage, "system": string(h.System),
				"owner": p.personByID(h.System, h.OwnerID), "due": p.config.Policy.Calendar.LocalDay(h.Due),
			}[of]
			return seen, want(seen), nil
		})
	}
}
