package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"handoffd/mapping"
	"handoffd/workflows"
)

// Explained is why an account is where it is: the decision with every clause,
// what is missing, what comes next, and how its handoff goes.
type Explained struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	Domain string    `json:"domain,omitempty"`
	At     time.Time `json:"at"`
	State  string    `json:"state"`
	Since  time.Time `json:"since,omitzero"`
	// Decided is when the decision was made: At, if it is made now.
	Decided time.Time `json:"decided"`
	FromLog bool      `json:"from_log"`
	Outcome string    `json:"outcome"`
	Rule    string    `json:"rule,omitempty"`
	Matched []string  `json:"matched,omitempty"`
	Segment string    `json:"segment,omitempty"`
	Reason  string    `json:"reason"`
	Policy  int       `json:"policy"`
	// Replay says whether the values of the log give the decision again.
	Replay string `json:"replay"`
	// Logged says how a decision made now differs from the last of the log.
	Logged   string             `json:"logged,omitempty"`
	Standing workflows.Standing `json:"standing"`
	// Waits says why nothing is handed off that is ready.
	Waits    []string          `json:"waits,omitempty"`
	Ahead    []workflows.Ahead `json:"ahead,omitempty"`
	Handoff  *ExplainedHandoff `json:"handoff,omitempty"`
	Steps    []ExplainedStep   `json:"steps,omitempty"`
	Handoffs []EndedHandoff    `json:"handoffs,omitempty"`
}

// ExplainedHandoff is the open handoff.
type ExplainedHandoff struct {
	ID      string    `json:"id"`
	Rule    string    `json:"rule"`
	Type    string    `json:"type"`
	Stage   string    `json:"stage"`
	Opened  time.Time `json:"opened"`
	Reasons []string  `json:"reasons"`
	// Summaries are the frozen pages of its stages, oldest first.
	Summaries []FrozenSummary    `json:"summaries,omitempty"`
	Assigned  []ExplainedChoice  `json:"assigned,omitempty"`
	Story     *workflows.Episode `json:"story"`
	Clocks    []ExplainedClock   `json:"clocks,omitempty"`
}

// ExplainedChoice is who was given a stage, and why.
type ExplainedChoice struct {
	At    time.Time `json:"at"`
	Stage string    `json:"stage"`
	Owner string    `json:"owner"`
	Why   []string  `json:"why"`
}

// ExplainedClock is one promise.
type ExplainedClock struct {
	Name  string    `json:"name"`
	From  time.Time `json:"from"`
	Due   time.Time `json:"due"`
	Met   time.Time `json:"met,omitzero"`
	State string    `json:"state"`
	// Told is when the breach was noticed and told.
	Told time.Time `json:"told,omitzero"`
}

// ExplainedStep is one transition of the log.
type ExplainedStep struct {
	At time.Time `json:"at"`
	workflows.Step
	Replay string `json:"replay"`
}

// EndedHandoff is an earlier handoff.
type EndedHandoff struct {
	ID      string    `json:"id"`
	Rule    string    `json:"rule"`
	Opened  time.Time `json:"opened"`
	Closed  time.Time `json:"closed"`
	Outcome string    `json:"outcome"`
}

// explainedSteps is how many decisions of an account are looked through for
// its transitions.
const explainedSteps = 400

// Explain explains the account that a query finds, as it is now or, with at,
// as it was then. What it finds is what Show finds: several are listed.
func (e *Engine) Explain(ctx context.Context, query string, at time.Time) (one *Explained, several []AccountRow, err error) {
	err = e.store.View(ctx, func(tx Tx) error {
		rows, err := tx.FindAccounts(query)
		if err != nil || len(rows) == 0 {
			return err
		}
		if len(rows) > 1 {
			several = rows
			return nil
		}
		b := e.batch(tx)
		if _, err := b.open(rows[0]); err != nil {
			return err
		}
		one, err = b.explain(rows[0].ID, at)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("explaining %s: %w", query, err)
	}
	return one, several, nil
}

func (b *batch) explain(id string, at time.Time) (*Explained, error) {
	en := b.entries[id]
	out := &Explained{ID: id, Name: b.mapping.Text(en.account, mapping.NameField), Domain: b.mapping.Text(en.account, mapping.DomainField)}
	histories, err := b.histories([]string{id})
	if err != nil {
		return nil, err
	}
	log, err := b.tx.Decisions(id, at, explainedSteps)
	if err != nil {
		return nil, err
	}
	past, err := b.readLog(id, log)
	if err != nil {
		return nil, err
	}
	out.Steps = past.steps
	handoffs, err := b.handoffsOf(id)
	if err != nil {
		return nil, err
	}
	if at.IsZero() {
		return out, b.explainNow(out, en, histories[id], past, handoffs)
	}
	return out, b.explainThen(out, en, histories[id], past, handoffs, at)
}

// loggedPast is what the log says of an account.
type loggedPast struct {
	steps []ExplainedStep // newest first
	// decided is the last decision, moved the last transition, nil if none.
	decided, moved *workflows.Trace
}

// readLog reads rows, the newest first. What was decided about an account that
// was joined with this one later is not its own.
func (b *batch) readLog(id string, rows []DecisionRow) (past loggedPast, err error) {
	traces := make([]workflows.Trace, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal(row.Trace, &traces[i]); err != nil {
			return past, fmt.Errorf("decoding a decision of account %s: %w", row.Account, err)
		}
	}
	foreign := func(t workflows.Trace) bool { return t.Account != "" && t.Account != id }
	if slices.ContainsFunc(traces, func(t workflows.Trace) bool { return !foreign(t) }) {
		traces = slices.DeleteFunc(traces, foreign)
	}
	for _, t := range traces {
		switch {
		case t.Outcome == workflows.Moved && t.Life != nil:
			if past.moved == nil {
				past.moved = &t
			}
			for _, s := range slices.Backward(t.Life.Steps) {
				past.steps = append(past.steps, ExplainedStep{At: t.At, Step: s, Replay: b.replayed(&t)})
			}
		case past.decided == nil:
			past.decided = &t
		}
	}
	return past, nil
}

// replayed makes a logged decision again from its values.
func (b *batch) replayed(t *workflows.Trace) string {
	switch {
	case t.Hash != b.policy.Hash:
		return fmt.Sprintf("made by another policy (version %d), so it cannot be made again with this one", t.Policy)
	case t.Outcome == workflows.Moved:
		if !b.policy.ReplaySteps(*t) {
			return "DIFFERS: the logged facts give other steps"
		}
	default:
		if outcome, rule := b.policy.Replay(*t); outcome != t.Outcome || rule != t.Rule {
			return fmt.Sprintf("DIFFERS: the logged values give %s %s", outcome, rule)
		}
	}
	return "agrees"
}

// handoffsOf lists an account's handoffs, oldest first.
func (b *batch) handoffsOf(id string) (out []HandoffRow, err error) {
	all, err := b.tx.Handoffs(time.Time{})
	for _, h := range all {
		if h.Account == id {
			out = append(out, h)
		}
	}
	return out, err
}

// explainNow decides anew, with what is known now.
func (b *batch) explainNow(out *Explained, en *entry, history workflows.History, past loggedPast, handoffs []HandoffRow) error {
	if en.life.State == "" {
		en.life.State = workflows.Nurture // never decided so far
	}
	if err := b.revive(en); err != nil {
		return err
	}
	activities, err := b.activities([]string{en.row.ID})
	if err != nil {
		return err
	}
	cases, err := b.openCases([]string{en.row.ID})
	if err != nil {
		return err
	}
	in := workflows.Input{Account: en.account, Life: en.life, History: history, Now: b.now, Case: cases[en.row.ID]}
	d := b.policy.Evaluate(in)
	t := b.policy.Trace(in, d)
	out.tell(&t, b.now)
	out.State, out.Since, out.Replay = string(en.life.State), en.life.Since, b.replayed(&t)
	out.Logged = differs(past.decided, &t)
	out.Standing = b.policy.Stand(t, en.account, notNil(history))
	facts := b.policy.Observe(in, d, activities[en.row.ID])
	life := en.life
	if life.Open != nil { // with what has been found since the last look
		life.Open = b.policy.Advance(en.life, facts).Life.Open
		if life.Open == nil {
			life.Open = en.life.Open
		}
	}
	out.Ahead = b.policy.Coming(in, d, life, facts)
	if old := b.policy.OldNews(life, facts); old != "" {
		out.Waits = append(out.Waits, old)
	}
	if err := b.waiting(out, life, facts); err != nil {
		return err
	}
	slices.SortStableFunc(out.Ahead, func(x, y workflows.Ahead) int { return x.At.Compare(y.At) })
	return b.explainHandoffs(out, life, facts, handoffs)
}

// waiting says what stands in the way of an account now.
func (b *batch) waiting(out *Explained, life workflows.Life, facts workflows.Facts) error {
	problems, err := b.tx.ProblemsOf([]string{out.ID})
	if err != nil {
		return err
	}
	keeps, err := b.engine.keeps(b.tx)
	if err != nil {
		return err
	}
	b.stands(out, life, facts, &keeps)
	for _, p := range problems {
		if p.Ref.Object == routeObject {
			out.Waits = append(out.Waits, p.Reason)
		}
	}
	return b.quiet(out, out.ID)
}

// tell takes over what a trace says in short.
func (x *Explained) tell(t *workflows.Trace, at time.Time) {
	x.At, x.Decided = at, t.At
	x.Outcome, x.Rule, x.Matched, x.Segment, x.Reason, x.Policy = string(t.Outcome), t.Rule, t.Matched, t.Segment, t.Reason, t.Policy
}

// differs compares a decision made now with the last of the log.
func differs(logged, now *workflows.Trace) string {
	switch {
	case logged == nil:
		return "nothing has been decided so far"
	case logged.Outcome != now.Outcome || logged.Rule != now.Rule:
		return fmt.Sprintf("DIFFERS from the last logged decision (%s %s): the next cycle will log it", logged.Outcome, logged.Rule)
	case !maps.EqualFunc(logged.Values, now.Values, func(a, b workflows.Value) bool { return a.Value == b.Value }):
		return "the outcome is that of the last logged decision; values have changed since"
	default:
		return "the same as the last logged decision"
	}
}

// notNil tells an account without a past from one whose past is not known.
func notNil(h workflows.History) workflows.History {
	if h == nil {
		return workflows.History{}
	}
	return h
}

// explainHandoffs adds the handoff that is open in a life, and those that have
// ended before.
func (b *batch) explainHandoffs(out *Explained, life workflows.Life, facts workflows.Facts, rows []HandoffRow) (err error) {
	for _, h := range rows {
		if h.Opened.After(out.At) {
			continue
		}
		if !h.Closed.IsZero() && !h.Closed.After(out.At) {
			out.Handoffs = append(out.Handoffs, EndedHandoff{ID: h.ID, Rule: h.Rule, Opened: h.Opened, Closed: h.Closed, Outcome: h.Outcome})
			continue
		}
		if life.Open == nil {
			continue
		}
		x := &ExplainedHandoff{ID: h.ID, Rule: h.Rule, Type: h.Type, Stage: string(life.Open.Now().Stage), Opened: h.Opened, Reasons: h.Reasons, Story: life.Open}
		if x.Summaries, err = b.frozen(h.ID, out.At); err != nil {
			return err
		}
		given, err := b.tx.Assignments(h.ID)
		if err != nil {
			return err
		}
		for _, g := range given {
			if !g.At.After(out.At) {
				x.Assigned = append(x.Assigned, ExplainedChoice{At: g.At, Stage: g.Stage, Owner: g.Owner, Why: g.Why})
			}
		}
		for _, c := range b.policy.Clocks(life, facts) {
			x.Clocks = append(x.Clocks, ExplainedClock{Name: c.Name, From: c.From, Due: c.Due, Met: c.Met, State: string(c.State(out.At)), Told: life.Open.Fired[c.Name]})
		}
		out.Handoff = x
	}
	return nil
}
