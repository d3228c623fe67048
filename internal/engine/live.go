package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// live moves an account through its life as far as what is known of it allows,
// and carries out what that brings: statuses, the AE stage, notices, the end of
// a handoff. logged tells whether the decision itself goes into the log now.
func (b *batch) live(en *entry, in workflows.Input, d workflows.Decision, activities []mapping.SalesActivity, logged bool) ([]DecisionRow, error) {
	if err := b.revive(en); err != nil {
		return nil, err
	}
	in.Life, in.Sales = en.life, activities
	facts := b.policy.Observe(in, d, activities)
	progress := b.policy.Advance(en.life, facts)
	before := en.life
	en.life = progress.Life
	en.row.Due = earliest(en.row.Due, progress.Due)
	b.wear(en, facts, progress)
	if err := b.overtaken(en, facts); err != nil {
		return nil, err
	}
	if err := b.record(en, before, progress); err != nil {
		return nil, err
	}
	if progress.Escalate {
		if err := b.escalate(en, in, d); err != nil {
			return nil, err
		}
	}
	if progress.Reassign && b.policy.Routing[en.life.Open.Now().Stage].Reassign {
		if _, _, err := b.reassign(en); err != nil {
			return nil, err
		}
	}
	for _, n := range progress.Notices {
		if err := b.tell(en, n); err != nil {
			return nil, err
		}
	}
	s := progress.Steps
	for _, step := range s {
		b.engine.log.Info("moved", "account", en.row.ID, "from", step.From, "to", step.To, "by", step.Name)
	}
	if len(s) == 0 || logged && len(s) == 1 && s[0].To == workflows.Ready {
		return nil, nil // that it is ready now, the decision itself says
	}
	return b.story(en, in, d, before, facts, progress)
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// story logs the transitions, with all that they were made of (I6).
func (b *batch) story(en *entry, in workflows.Input, d workflows.Decision, before workflows.Life, facts workflows.Facts, p workflows.Progress) ([]DecisionRow, error) {
	row, err := decisionRow(en.row.ID, b.policy.TraceSteps(in, d, before, facts, p))
	if err != nil {
		return nil, err
	}
	return []DecisionRow{row}, nil
}

// revive gives a handoff that was made or found before its story was kept one
// that begins with what is known.
func (b *batch) revive(en *entry) error {
	if en.life.Open != nil || !en.life.State.Open() || en.life.Episode == 0 {
		return nil
	}
	h, err := b.tx.OpenHandoff(en.row.ID)
	if err != nil || h == nil {
		return err
	}
	if len(h.Story) == 0 {
		en.life.Open = b.adopted(en, *h)
		return nil
	}
	en.life.Open, err = h.Episode()
	return err
}

// Episode is the handoff's story, nil if it has none.
func (h *HandoffRow) Episode() (*workflows.Episode, error) {
	if len(h.Story) == 0 {
		return nil, nil
	}
	var e workflows.Episode
	if err := json.Unmarshal(h.Story, &e); err != nil {
		return nil, fmt.Errorf("decoding the story of %s: %w", h.ID, err)
	}
	return &e, nil
}

// putHandoff writes a handoff with its story.
func (b *batch) putHandoff(h HandoffRow, story *workflows.Episode) (err error) {
	if h.Story, err = json.Marshal(story); err != nil {
		return fmt.Errorf("encoding the story of %s: %w", h.ID, err)
	}
	return b.tx.PutHandoff(h)
}

// adopted is the story of a handoff that handoffd did not follow so far: its
// clocks begin now (I13).
func (b *batch) adopted(en *entry, h HandoffRow) *workflows.Episode {
	stage := workflows.StageStory{Stage: workflows.Stage(h.Stage), At: b.now, System: h.System, Owner: h.OwnerID, Due: h.Due}
	if stage.System == "" {
		for _, ref := range homes(en.account)[:1] {
			stage.System = ref.System
		}
	}
	return &workflows.Episode{Rule: h.Rule, Type: workflows.Type(h.Type), Handed: b.now, Stages: []workflows.StageStory{stage}}
}

// wear shows the account's state in handoffd's own fields.
func (b *batch) wear(en *entry, facts workflows.Facts, p workflows.Progress) {
	state := en.life.State
	if len(p.Steps) > 0 && !b.unseen(en, state) {
		b.setOwn(en, b.policy.StatusField, connectors.TextValue(string(state)))
		b.setOwn(en, b.policy.MQAField, connectors.BoolValue(b.policy.Lifecycle.MQA[state]))
		b.pause(en)
	} else if en.life.Resting() {
		b.restOn(en)
	}
	if en.life.Open != nil {
		b.count(en, facts)
	}
}

// pause tells marketing's lists whether to leave the account out.
func (b *batch) pause(en *entry) {
	paused, _ := b.policy.Paused(en.life, b.now)
	b.setOwn(en, workflows.FieldPaused, connectors.BoolValue(paused))
}

// restOn pauses an account, or ends its pause, without a change of its state.
// Where nothing was ever said, nothing needs to be taken back.
func (b *batch) restOn(en *entry) {
	f := b.mapping.Field(workflows.FieldPaused)
	if f == nil {
		return
	}
	if paused, _ := b.policy.Paused(en.life, b.now); paused || !en.account.Own[f.Slot].IsNull() {
		b.pause(en)
	}
}

// count shows what sales did in the open handoff.
func (b *batch) count(en *entry, facts workflows.Facts) {
	number := func(field string, n int) { b.setOwn(en, field, connectors.FloatValue(float64(n))) }
	number(workflows.FieldSalesTouches, len(facts.Touches))
	number(workflows.FieldSalesMeetings, len(facts.Held))
	number(workflows.FieldSalesEmails, len(facts.Emails))
	for field, times := range map[string][]time.Time{
		workflows.FieldLastTouch: facts.Touches, workflows.FieldLastMeeting: facts.Held, workflows.FieldLastEmail: facts.Emails,
	} {
		if n := len(times); n > 0 {
			b.setOwn(en, field, connectors.TimeValue(times[n-1]))
		}
	}
}

// unseen tells whether a state is not to be shown: waiting in the queue looks
// like nurture, and an account that never was with sales has no status yet.
func (b *batch) unseen(en *entry, state workflows.State) bool {
	if state == workflows.Ready && b.policy.Status[workflows.Ready] == b.policy.Status[workflows.Nurture] {
		return true
	}
	f := b.mapping.Field(b.policy.StatusField)
	return state == workflows.Nurture && en.life.Episode == 0 && (f == nil || en.account.Own[f.Slot].IsNull())
}

// record writes the handoff's story: as it goes, and how it ended.
func (b *batch) record(en *entry, before workflows.Life, p workflows.Progress) error {
	story := p.Life.Open
	if p.Closed != "" {
		story = p.Ended
	}
	if p.Opened {
		if err := b.putHandoff(HandoffRow{
			ID: handoffID(en), Account: en.row.ID, Rule: story.Rule, Type: string(story.Type), Stage: string(story.Now().Stage),
			Policy: b.policy.Hash, Opened: b.now, System: story.Now().System, Reasons: []string{p.Steps[0].Why},
		}, story); err != nil {
			return err
		}
	}
	if story == nil {
		return nil
	}
	data, err := json.Marshal(story)
	if err != nil {
		return fmt.Errorf("encoding the story of %s: %w", handoffID(en), err)
	}
	if p.Closed == "" {
		if was, err := json.Marshal(before.Open); err == nil && bytes.Equal(was, data) {
			return nil
		}
		return b.tx.PutStory(en.row.ID, data)
	}
	h, err := b.tx.OpenHandoff(en.row.ID)
	if err != nil || h == nil {
		return err
	}
	h.Story = data
	return b.closeHandoff(h, p.Closed)
}

// escalate makes the AE stage of an open handoff, with its one task (I2).
// Without anyone to give it to, it is tried again whenever the account is
// decided.
func (b *batch) escalate(en *entry, in workflows.Input, d workflows.Decision) error {
	h, err := b.tx.OpenHandoff(en.row.ID)
	if err != nil || h == nil {
		return err
	}
	users, err := b.everybody()
	if err != nil {
		return err
	}
	people, err := b.tx.Contacts(homes(en.account))
	if err != nil {
		return err
	}
	in.Life = en.life
	load, err := b.workload()
	if err != nil {
		return err
	}
	plan, ok, err := b.policy.PlanStage(in, b.policy.Trace(in, d), h.Reasons, workflows.AE, users, load, contactsOf(en.account, people))
	if err != nil {
		return err
	}
	if !b.routed(en, plan, ok) {
		return nil
	}
	en.life.Enter(plan, b.now)
	h.Stage, h.System, h.OwnerID, h.Owner, h.Due = string(plan.Stage), plan.Side.System(), plan.Owner.ID, plan.Owner.Name, plan.Due
	if err := b.putHandoff(*h, en.life.Open); err != nil {
		return err
	}
	b.touch(en) // its clocks begin
	return b.hand(en, plan)
}

// tell lays a notice into the outbox.
func (b *batch) tell(en *entry, n workflows.Notice) error {
	who, err := b.addressee(en, n.For)
	if err != nil {
		return err
	}
	base := en.row.ID + "/life"
	if en.life.Episode > 0 {
		base = handoffID(en)
	}
	name := mapping.Clip(b.mapping.Text(en.account, mapping.NameField), 200)
	if name == "" {
		name = en.row.ID
	}
	n.Title = n.Title + ": " + name
	n.Body = name + ": " + n.Body
	return b.notify(en, base, who, n)
}

// addressee finds whom a notice is for: the owner of the open handoff's stage
// and that owner's manager, else who the stage's next task would go to.
func (b *batch) addressee(en *entry, stage workflows.Stage) (who addressee, err error) {
	users, err := b.everybody()
	if err != nil {
		return who, err
	}
	if e := en.life.Open; e != nil && (stage == "" || stage == e.Now().Stage) && e.Now().System != "" {
		who.side = e.Now().Side()
		for _, u := range users[e.Now().System] {
			if u.ID == e.Now().Owner {
				who.owner = u
			}
		}
	} else {
		if stage == "" {
			stage = workflows.SDR
		}
		as, _, err := b.route(en, workflows.RouteRequest{Stage: stage, Users: users})
		if err != nil {
			return who, err
		}
		who.side, who.owner = as.Side, as.Owner
	}
	who.manager, who.hasManager = b.policy.Manager(who.side, who.owner, users)
	return who, nil
}
