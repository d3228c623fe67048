package workflows

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// Episode is one handoff as it goes: what the clocks are held against and what
// the report counts. Every time is when it happened in the CRM, not when it
// was noticed; zero means not yet.
type Episode struct {
	Rule    string `json:"rule"`
	Type    Type   `json:"type"`
	Segment string `json:"segment,omitempty"`
	// Handed is when sales got the account.
	Handed time.Time `json:"handed"`
	// Stages are the stages so far, the present one last.
	Stages []StageStory `json:"stages"`
	// Touches counts what sales did since Handed, LastTouches since the
	// account is in progress.
	Touches     int `json:"touches,omitempty"`
	LastTouches int `json:"last_touches,omitempty"`
	// FirstTouch and Responded: of sales, and of the buyer.
	FirstTouch time.Time `json:"first_touch,omitzero"`
	Responded  time.Time `json:"responded,omitzero"`
	Response   string    `json:"response,omitempty"` // what it was
	// Request is the inbound or relationship rule that was met in the SDR
	// stage: its promise holds for the AE's.
	Request string `json:"request,omitempty"`
	// Booked and Held are of the first meeting.
	Booked time.Time `json:"booked,omitzero"`
	Held   time.Time `json:"held,omitzero"`
	// BookedBy says whose doing that meeting was, Asked when the buyer wrote,
	// called or sent a form first, and Before how often sales was in touch
	// before the meeting was agreed.
	BookedBy Booker    `json:"booked_by,omitempty"`
	Asked    time.Time `json:"asked,omitzero"`
	Before   int       `json:"touches_before,omitempty"`
	// Opportunity, Won and Lost are of the opportunity that came of it.
	Opportunity time.Time `json:"opportunity,omitzero"`
	Won         time.Time `json:"won,omitzero"`
	Lost        time.Time `json:"lost,omitzero"`
	// Engagement is what the owner said last; Reports are the times at which
	// it was said.
	Engagement string      `json:"engagement,omitempty"`
	Reports    []time.Time `json:"reports,omitempty"`
	// Returned is when the account came back, and why.
	Returned time.Time `json:"returned,omitzero"`
	Reason   string    `json:"reason,omitempty"`
	// Disputed and Verdict: marketing disagreed, and what both heads decided.
	Disputed time.Time `json:"disputed,omitzero"`
	Verdict  string    `json:"verdict,omitempty"`
	// Returns are all the times that it came back, Ratings what sales said of
	// it: what the report counts as of a day.
	Returns []Return `json:"returns,omitempty"`
	Ratings []Rating `json:"ratings,omitempty"`
	// Criteria are the clauses that held, Version is the policy's, and
	// OffTarget says that the account was not on the target account list.
	Criteria []string `json:"criteria,omitempty"`
	// Signals are they in words, with what they saw: for the summary of a
	// later stage, when they may have left their windows.
	Signals   []string `json:"signals,omitempty"`
	Version   int      `json:"version,omitempty"`
	OffTarget bool     `json:"off_target,omitempty"`
	// Fired is when a clock ran out, by its name.
	Fired map[string]time.Time `json:"fired,omitempty"`
}

// StageStory is one stage of a handoff.
type StageStory struct {
	Stage Stage     `json:"stage"`
	At    time.Time `json:"at"`
	// System and Owner say where the task is and whose it is.
	System connectors.System `json:"system,omitempty"`
	Owner  string            `json:"owner,omitempty"`
	// Calendar names that of the owner's team, "" for the general one.
	Calendar string `json:"calendar,omitempty"`
	// Given is when the owner got it from another one, and Turn counts how
	// often that was: each owner has clocks of their own.
	Given time.Time `json:"given,omitzero"`
	Turn  int       `json:"turn,omitempty"`
	// Due is the deadline of the first touch; Call, where one is promised,
	// that of the discovery call.
	Due  time.Time `json:"due,omitzero"`
	Call time.Time `json:"call,omitzero"`
	// Made is when its task came to be in the CRM.
	Made time.Time `json:"made,omitzero"`
	// Acknowledged, Touched and Talked (a meeting or a call that took place)
	// are the first of this stage.
	Acknowledged time.Time `json:"acknowledged,omitzero"`
	Touched      time.Time `json:"touched,omitzero"`
	Talked       time.Time `json:"talked,omitzero"`
}

// GiveTo makes somebody else the owner. Unless sales was in touch already, or
// has promised the buyer a time, due is when they must be.
func (s *StageStory) GiveTo(owner string, now, due time.Time) {
	s.Owner, s.Given = owner, now
	s.Turn++
	if s.Touched.IsZero() && s.Call.IsZero() {
		s.Due = due
	}
}

// since is when the present owner got it.
func (s StageStory) since() time.Time { return latest(s.At, s.Given) }

// clock names a promise of the present owner. The name of a clock that has run
// out for somebody else is taken.
func (s StageStory) clock(name string) string {
	name = string(s.Stage) + "/" + name
	if s.Turn == 0 {
		return name
	}
	return fmt.Sprintf("%s/%d", name, s.Turn+1)
}

// Side is where the stage's task is.
func (s StageStory) Side() mapping.Side { return mapping.SideOf(s.System) }

// Now is the present stage.
func (e *Episode) Now() *StageStory { return &e.Stages[len(e.Stages)-1] }

// clone copies an episode so that a change of the copy does not reach it.
func (e *Episode) clone() *Episode {
	if e == nil {
		return nil
	}
	c := *e
	c.Stages, c.Reports, c.Fired = slices.Clone(e.Stages), slices.Clone(e.Reports), maps.Clone(e.Fired)
	c.Returns, c.Ratings = slices.Clone(e.Returns), slices.Clone(e.Ratings)
	return &c
}

// begin is the episode of a plan that is carried out now.
func begin(p Plan, segment string, now time.Time) *Episode {
	return &Episode{
		Rule: p.Rule, Type: p.Type, Segment: segment, Handed: now, Stages: []StageStory{p.story(now)},
		Criteria: p.Criteria, Signals: p.Signals, Version: p.Version, OffTarget: p.OffTarget,
	}
}

func (p Plan) story(now time.Time) StageStory {
	return StageStory{Stage: p.Stage, At: now, System: p.Side.System(), Owner: p.Owner.ID, Calendar: p.Calendar, Due: p.Due, Call: p.Call}
}

// Begin opens an episode in a life. Its times have whole seconds, as
// Salesforce's have: what sales does in the very second is not before it.
func (l *Life) Begin(p Plan, segment string, now time.Time) {
	l.Episode++
	l.State, l.Since, l.Reach, l.Open = HandedOff, now, time.Time{}, begin(p, segment, now.Truncate(time.Second))
}

// Enter adds the stage that a plan makes.
func (l *Life) Enter(p Plan, now time.Time) {
	l.Open.Stages = append(l.Open.Stages, p.story(now.Truncate(time.Second)))
}
