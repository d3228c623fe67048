package workflows

import (
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// The account fields that the lifecycle knows by name. All are optional; a
// mapping that has none of them is followed by activities alone.
const (
	TargetField        = "target_account"         // on the target account list
	FieldEngagement    = "engagement"             // the owner's weekly report: responsive, unresponsive, converted
	FieldReturnReason  = "return_reason"          // sales gives the account back
	FieldNotBefore     = "not_before"             // no new handoff before that day
	FieldDispute       = "dispute"                // marketing disagrees with a return
	FieldVerdict       = "verdict"                // what both heads decide: sales or nurture
	FieldAcknowledged  = "acknowledged"           // the owner has seen it
	FieldContent       = "content_request"        // sales asks marketing for content
	FieldRating        = "sales_rating"           // sales' rating of the handoff
	FieldMarketing     = "last_marketing_contact" // when marketing was last in touch
	FieldPaused        = "nurture_paused"         // ours: marketing lists leave it out
	FieldSalesTouches  = "sales_touches"          // ours: what sales did in the open handoff
	FieldLastTouch     = "last_sales_touch"       // ours
	FieldSalesMeetings = "sales_meetings"         // ours
	FieldLastMeeting   = "last_meeting"           // ours
	FieldSalesEmails   = "sales_emails"           // ours
	FieldLastEmail     = "last_email"             // ours
)

// Inputs are the fields by which people tell something about one handoff: they
// are emptied when the next one begins.
func Inputs() []string {
	return []string{FieldEngagement, FieldReturnReason, FieldNotBefore, FieldDispute, FieldVerdict, FieldAcknowledged, FieldContent}
}

// The words of verdict and engagement.
const (
	VerdictSales   = "sales"
	VerdictNurture = "nurture"
	Responsive     = "responsive"
	Unresponsive   = "unresponsive"
	Converted      = "converted"
)

// Word is what a person wrote into a field, and when.
type Word struct {
	Text string    `json:"text,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

// Facts are all that the lifecycle depends on besides the Life: what stands in
// the CRMs at one time. They are kept in the decision log, so that every
// transition can be made again from them (I6).
type Facts struct {
	Now time.Time `json:"now"`
	// Outcome, Rule and Type are what the criteria say.
	Outcome Outcome `json:"outcome"`
	Rule    string  `json:"rule,omitempty"`
	Type    Type    `json:"type,omitempty"`
	// Again names an inbound or relationship rule that was met by what
	// happened since sales got the account.
	Again string `json:"again,omitempty"`
	// Begun is when the stage's task left its first status, or the owner
	// said that the account was seen.
	Begun time.Time `json:"begun,omitzero"`
	// Touches are what sales did since the handoff, Calls those that were
	// calls, Emails those that were e-mails, Held the meetings that took
	// place, Booked the first that was agreed.
	Touches []time.Time `json:"touches,omitempty"`
	Calls   []time.Time `json:"calls,omitempty"`
	Emails  []time.Time `json:"emails,omitempty"`
	Held    []time.Time `json:"held,omitempty"`
	// Elsewhere are those of Touches that are no touch of the present stage:
	// an SDR who ticks off the task when the AE has got one.
	Elsewhere []time.Time `json:"elsewhere,omitempty"`
	Booked    time.Time   `json:"booked,omitzero"`
	// Link: the buyer booked that meeting by a scheduling link. Asked is the
	// first time that the buyer wrote, called, or sent a form.
	Link  bool      `json:"link,omitempty"`
	Asked time.Time `json:"asked,omitzero"`
	// Task is when handoffd's task for the present stage came to be.
	Task time.Time `json:"task,omitzero"`
	// Rating is what sales thinks of the handoff.
	Rating Word `json:"rating,omitzero"`
	// Response is the first reply of the buyer.
	Response   Word `json:"response,omitzero"`
	Engagement Word `json:"engagement,omitzero"`
	Return     Word `json:"return,omitzero"`
	Dispute    Word `json:"dispute,omitzero"`
	Verdict    Word `json:"verdict,omitzero"`
	Content    Word `json:"content,omitzero"`
	// Marketing is when marketing was in touch last, Contacts the times at which
	// it was since the last look.
	Marketing time.Time   `json:"marketing,omitzero"`
	Contacts  []time.Time `json:"contacts,omitempty"`
	// NotBefore: no new handoff until then.
	NotBefore time.Time `json:"not_before,omitzero"`
	// OpenDeal is when the oldest open opportunity was created; Deal is the
	// one that was closed last.
	OpenDeal time.Time `json:"open_deal,omitzero"`
	Deal     Deal      `json:"deal,omitzero"`
	// Moved is the state that a person put the account into by hand.
	Moved   State             `json:"moved,omitempty"`
	MovedIn connectors.System `json:"moved_in,omitempty"`
	// Signal is when the last intent signal came.
	Signal time.Time `json:"signal,omitzero"`
	// News is when the last of the facts happened that the met criteria rest
	// on, zero if that is not known.
	News time.Time `json:"news,omitzero"`
	// Next is when time alone changes any of these.
	Next time.Time `json:"next,omitzero"`
}

// Deal is an opportunity that was closed.
type Deal struct {
	Created time.Time `json:"created"`
	Closed  time.Time `json:"closed"`
	Won     bool      `json:"won"`
}

// Observe gathers the facts of one account.
func (p *Policy) Observe(in Input, d Decision, activities []mapping.SalesActivity) Facts {
	f := Facts{Now: in.Now, Outcome: d.Outcome}
	if d.Rule != nil {
		f.Rule, f.Type, f.News = d.Rule.Name, d.Rule.Type, p.news(in, d)
	}
	for _, a := range mapping.OnceEach(activities) {
		f.take(in, a)
	}
	slices.SortFunc(f.Touches, time.Time.Compare)
	slices.SortFunc(f.Held, time.Time.Compare)
	p.readFields(in, &f)
	p.readSignals(in, &f)
	if to, side, ok := p.moved(in); ok {
		f.Moved, f.MovedIn = to, side.System()
	}
	return f
}

// take adds one activity.
func (f *Facts) take(in Input, a mapping.SalesActivity) {
	switch {
	case a.Created.After(in.Now):
		return
	case a.Kind == connectors.Opportunity:
		f.deal(a)
		return
	case in.Life.Open == nil:
		return
	}
	since := in.Life.Open.Handed
	if a.Key != "" {
		f.own(in, a)
	}
	if a.Kind == connectors.Meeting && !a.Cancelled && !a.Created.Before(since) {
		f.book(a)
		f.respond(a.Created, "a meeting was agreed")
	}
	if !a.Done || a.Automated || a.Cancelled || a.At.Before(since) {
		return
	}
	if a.At.After(in.Now) {
		f.Next = first(f.Next, a.At) // a meeting that is yet to be held
		return
	}
	if a.Inbound {
		f.Asked = first(f.Asked, a.At)
		f.respond(a.At, map[bool]string{true: "the buyer replied", false: "the buyer called"}[a.Kind == connectors.Email])
		return
	}
	switch a.Kind {
	case connectors.Meeting:
		f.Held = append(f.Held, a.At)
	case connectors.Call:
		f.Calls = append(f.Calls, a.At)
	case connectors.Email:
		f.Emails = append(f.Emails, a.At)
	}
	if a.OwnerID != "" {
		f.Touches = append(f.Touches, a.At)
		if a.Key != "" && !ofStage(a, in.Life.Open.Now()) {
			f.Elsewhere = append(f.Elsewhere, a.At)
		}
	}
}

// ofStage tells whether a task of ours is the stage's.
func ofStage(a mapping.SalesActivity, stage *StageStory) bool {
	return strings.HasSuffix(a.Key, "/"+string(stage.Stage)+"/task")
}

// own looks at the task that handoffd made for the present stage.
func (f *Facts) own(in Input, a mapping.SalesActivity) {
	stage := in.Life.Open.Now()
	if !ofStage(a, stage) {
		return
	}
	if !a.Created.Before(in.Life.Open.Handed) {
		f.Task = first(f.Task, a.Created)
	}
	if a.Begun.IsZero() || a.Begun.Before(stage.At) {
		return
	}
	f.Begun = first(f.Begun, a.Begun)
}

func (f *Facts) deal(a mapping.SalesActivity) {
	if !a.Done {
		f.OpenDeal = first(f.OpenDeal, a.Created)
		return
	}
	if a.At.After(f.Deal.Closed) {
		f.Deal = Deal{Created: a.Created, Closed: a.At, Won: a.Won}
	}
}

func (f *Facts) respond(at time.Time, what string) {
	if f.Response.At.IsZero() || at.Before(f.Response.At) {
		f.Response = Word{Text: what, At: at}
	}
}

// first is the earlier of two times that are set.
func first(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// readFields looks at what people wrote into the account.
func (p *Policy) readFields(in Input, f *Facts) {
	since := in.Life.Since
	if in.Life.Open != nil {
		since = in.Life.Open.Handed
	}
	word := func(name string) Word {
		w := p.word(in.Account, name)
		if w.At.Before(since) {
			return Word{}
		}
		return w
	}
	f.Engagement, f.Return, f.Dispute, f.Verdict, f.Content = word(FieldEngagement), word(FieldReturnReason), word(FieldDispute), word(FieldVerdict), word(FieldContent)
	f.Rating = word(FieldRating)
	p.readContacts(in, f)
	if seen := word(FieldAcknowledged); seen.Text != "" && in.Life.Open != nil && !seen.At.Before(in.Life.Open.Now().At) {
		f.Begun = first(f.Begun, seen.At)
	}
	if f.NotBefore = p.notBefore(in.Account); f.NotBefore.After(in.Now) {
		f.Next = first(f.Next, f.NotBefore)
	}
	if in.Life.Open != nil && (f.Engagement.Text == Responsive || f.Engagement.Text == Converted) {
		f.respond(f.Engagement.At, ownerSays+f.Engagement.Text)
	}
}

// notBefore is the day before which sales wants no new intent handoff, zero for
// none.
func (p *Policy) notBefore(a *mapping.Account) time.Time {
	day := p.word(a, FieldNotBefore).Text
	if day == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation(time.DateOnly, day[:min(len(day), len(time.DateOnly))], p.Calendar.Location())
	if err != nil {
		return time.Time{} // a field that is no date is the mapping's matter
	}
	return at
}

// word is what stands in a field of that name; a false bool is nothing.
func (p *Policy) word(a *mapping.Account, name string) Word {
	field := p.Mapping.Field(name)
	if field == nil {
		return Word{}
	}
	v, origin := p.Mapping.Value(a, field.Slot)
	if v.IsNull() || field.Type == mapping.Bool && !v.Bool() || origin.Own {
		return Word{}
	}
	at := p.Mapping.Said(a, field.Slot)
	if c := p.Mapping.Confirmed(a, field.Slot); c.After(at) {
		at = c
	}
	if v.Kind() == connectors.Time {
		return Word{Text: v.Time().UTC().Format(time.RFC3339), At: at}
	}
	return Word{Text: v.String(), At: at}
}

// readSignals finds the last intent signal, responses among the signals, and
// inbound rules that are met anew while sales has the account.
func (p *Policy) readSignals(in Input, f *Facts) {
	f.Signal = p.lastSignal(in)
	again, due := p.again(in)
	f.Again, f.Next = again, first(f.Next, due)
	if in.Life.Open == nil {
		return
	}
	since := in.Life.Open.Handed
	for _, name := range p.Lifecycle.Responses {
		for _, pt := range in.History[name] {
			if !pt.At.Before(since) && !pt.At.After(in.Now) && pt.Value > 0 {
				f.respond(pt.At, name)
				f.Asked = first(f.Asked, pt.At)
			}
		}
	}
}

// lastSignal is when the last intent signal came, zero for never.
func (p *Policy) lastSignal(in Input) (at time.Time) {
	for _, u := range p.tells {
		before := 0.0
		for _, pt := range in.History[u.name] {
			rose := pt.Value > before // of a level; whatever happened is above nothing
			if u.slot < len(p.Mapping.Fields) {
				before = pt.Value
			}
			if rose && pt.At.After(at) && !pt.At.After(in.Now) {
				at = pt.At
			}
		}
	}
	return at
}

// moved tells whether a person has put another status into one of the CRMs.
func (p *Policy) moved(in Input) (State, mapping.Side, bool) {
	field := p.Mapping.Field(p.StatusField)
	if field == nil {
		return "", 0, false
	}
	v, side, ok := p.Mapping.Moved(in.Account, field.Slot, in.Life.Since)
	to := State(v.Text())
	if !ok || to == in.Life.State || to == Ready || to == Nurture && in.Life.State == Ready {
		return "", 0, false
	}
	return to, side, slices.Contains(States(), to)
}
