package workflows

import "time"

// Kind is what a measure counts in.
type Kind string

// The kinds of measure.
const (
	Count Kind = "count"
	Share Kind = "share" // 0 to 1
	Time  Kind = "days"
)

// The sections of the report.
const (
	SectionFunnel    = "Handoffs"
	SectionMarketing = "Service levels of marketing"
	SectionSales     = "Service levels of sales"
	SectionSystem    = "Clocks: system"
	SectionHuman     = "Clocks: people"
)

// Measure is one line of the report. The table of them is all there is.
type Measure struct {
	Name, Title string
	Section     string
	Kind        Kind
	// Target is the framework's, "" for a figure that is only shown.
	Target string
	// Needs is the account field without which it cannot be told.
	Needs string
	// What says what is counted, out of what, for the docs.
	What string
	// entries are what a handoff adds to it; gauged is for those that are
	// counted over all accounts instead.
	entries func(*sheet, *Measured) []Entry
	gauged  func(*sheet) Figure
}

// Measured is one handoff as the report counts it.
type Measured struct {
	ID, Account, Name string
	// Owners are who was given the stages first, by stage; Policy is how the
	// report calls the policy that made the handoff.
	Owners map[Stage]string
	Policy string
	Story  *Episode
	// SignalAt, MetAt and Queued say how the handoff came about: the fact that
	// made the criteria true, when they were found to be met, and how long a
	// limit or the delivery kept the account. Zero is not known.
	SignalAt, MetAt time.Time
	Queued          time.Duration
	Closed          time.Time
	// Documented: the summary was frozen with the handoff.
	Documented bool
}

// Entry is a handoff, or an account, behind a figure.
type Entry struct {
	Account string    `json:"account"`
	Name    string    `json:"name"`
	Handoff string    `json:"handoff,omitempty"`
	Owner   string    `json:"owner,omitempty"`
	Handed  time.Time `json:"handed,omitzero"`
	// Hit: it counts as kept or reached. Early: it is too young to count; Hit
	// is then how it stands so far.
	Hit   bool `json:"hit"`
	Early bool `json:"early,omitempty"`
	// Days is how long it took, for clocks.
	Days   float64 `json:"days,omitempty"`
	Detail string  `json:"detail,omitempty"`

	of *Measured // what it is broken down by
}

// Measures lists all measures in the order of the report.
func Measures() []Measure {
	return append(append(funnel(), levels()...), clockMeasures()...)
}

// MeasureNamed finds a measure.
func MeasureNamed(name string) (Measure, bool) {
	for _, m := range Measures() {
		if m.Name == name {
			return m, true
		}
	}
	return Measure{}, false
}

func funnel() []Measure {
	list := []Measure{
		{Name: "handed_off", Title: "Handed off", Kind: Count, What: "accounts given to sales in the period", entries: handedOff},
		{Name: "worked", Title: "Worked", Kind: Count, What: "of those, touched by sales so far", entries: workedSoFar},
		{Name: "converted", Title: "Converted", Kind: Count, What: "of those, with an opportunity so far", entries: convertedSoFar},
		{Name: "handoff_rate", Title: "Handoff rate", Kind: Share, Needs: FieldTarget, Target: "10-20 %", What: "accounts handed off / target account list", gauged: handoffRate},
		{Name: "handoff_quality", Title: "Handoff quality", Kind: Share, Target: ">= 80 %", What: "touched by sales within 30 days / handed off", entries: quality},
		{Name: "return_rate", Title: "Return rate", Kind: Share, Target: "< 20 %", What: "given back as unqualified or not ready / handed off", entries: returnsOf(Unqualified)},
		{Name: "unresponsive_rate", Title: "Unresponsive returns", Kind: Share, What: "given back because nobody answered / handed off", entries: returnsOf(NoAnswer)},
		{Name: "responsive_rate", Title: "Responsive rate", Kind: Share, What: "buyer responded / handed off", entries: responsive},
		{Name: "call_rate", Title: "Call rate", Kind: Share, What: "discovery call scheduled / responsive", entries: calls},
		{Name: "next_step_agreed", Title: "Next step agreed", Kind: Share, What: "the account scheduled a call: by a link, as it had asked for, or after its answer / worked or with a call", entries: nextStep(agreed)},
		{Name: "next_step_chased", Title: "Sales had to chase", Kind: Share, What: "no call yet, or one that sales scheduled without an answer / worked or with a call", entries: nextStep(chased)},
		{Name: "next_step_unknown", Title: "Next step not known", Kind: Share, What: "a call is scheduled, and the CRMs do not tell by whom / worked or with a call", entries: nextStep(unknown)},
		{Name: "mqa_to_opportunity", Title: "MQA to opportunity", Kind: Share, Target: "15-30 %", What: "opportunity within 30 days / handed off", entries: opportunities},
		{Name: "mqa_to_close", Title: "MQA to close", Kind: Share, Target: "5-15 %", What: "won within 6 months / handed off", entries: closes},
		{Name: "time_to_first_activity", Title: "Time to first activity", Kind: Time, Target: "< 3 days", What: "handoff to the first touch of sales", entries: firstActivity},
		{Name: "sales_satisfaction", Title: "Sales satisfaction", Kind: Share, Needs: FieldRating, Target: "> 75 %", What: "rated 4 or 5 / rated in the period", entries: satisfaction},
		{Name: "sales_survey", Title: "Sales survey", Kind: Share, Target: "> 75 %", What: "agreed that the accounts are qualified (4, 5 or yes) / answered in the period, the last answer of each", gauged: surveyed},
		{Name: "feedback", Title: "Feedback", Kind: Share, Needs: FieldEngagement, Target: ">= 80 %", What: "with an update in every week that ended / with sales for a week", entries: feedback},
		{Name: "dispute_rate", Title: "Disputed returns", Kind: Share, What: "disputed by marketing / given back in the period", entries: disputes},
	}
	return within(SectionFunnel, list)
}

func within(section string, list []Measure) []Measure {
	for i := range list {
		list[i].Section = section
	}
	return list
}

func levels() []Measure {
	marketing := []Measure{
		{Name: "hand_off_in_time", Title: "Handed off in time", Kind: Share, What: "handed off within sla.hand_off of the criteria, time in the queue apart", entries: handOffInTime},
		{Name: "waiting_late", Title: "Waiting too long", Kind: Count, What: "ready for longer than sla.hand_off at the last count, and not handed off", gauged: waitingLate},
		{Name: "nurture_monthly", Title: "Nurtured monthly", Kind: Share, Needs: FieldMarketing, What: "contacted by marketing within sla.nurture (a month) / target accounts that are to be nurtured", gauged: nurtured},
		{Name: "contact_limit", Title: "Contact limit kept", Kind: Share, Needs: FieldMarketing, What: "contacted by marketing at most once within lifecycle.contact_every (a month) / accounts declined by sales", gauged: contactLimit},
		{Name: "scores_fresh", Title: "Scores up to date", Kind: Share, What: "target accounts whose scores are fresh / target accounts; one without any score is not", gauged: fresh},
		{Name: "documented", Title: "Handoffs documented", Kind: Share, What: "with a summary / handed off", entries: documented},
	}
	sales := []Measure{
		{Name: "assigned_in_time", Title: "Assigned in time", Kind: Share, What: "given to somebody within sla.assign of the request / handed off because the buyer or a customer asked", entries: assignedInTime},
		{Name: "acknowledged_in_time", Title: "Acknowledged in time", Kind: Share, What: "within sla.acknowledge / stages given", entries: acknowledgedInTime},
		{Name: "first_touch_in_time", Title: "First touch in time", Kind: Share, What: "within sla.first_touch / stages given", entries: touchedInTime},
		{Name: "first_touch_at_latest", Title: "First touch at the latest", Kind: Share, What: "within sla.first_touch_latest / stages given that promise no call", entries: touchedAtLatest},
		{Name: "call_in_time", Title: "Discovery call in time", Kind: Share, What: "held within call_within / stages that promise one", entries: callInTime},
		{Name: "reports_in_time", Title: "Weekly reports", Kind: Share, Needs: FieldEngagement, What: "weeks with an update / weeks that ended", entries: reportsInTime},
		{Name: "returned_in_time", Title: "Given back in time", Kind: Share, What: "silent accounts of SDRs that came back after sla.return", entries: returnedInTime},
	}
	return append(within(SectionMarketing, marketing), within(SectionSales, sales)...)
}

func clockMeasures() []Measure {
	system := []Measure{
		{Name: "signal_to_rule", Title: "Signal to rule true", Kind: Time, What: "the fact happened, until handoffd found the criteria met", entries: clockMeasure(signalToRule)},
		{Name: "queue_time", Title: "In the queue", Kind: Time, What: "kept by a limit or by the delivery", entries: clockMeasure(inQueue)},
		{Name: "rule_to_task", Title: "Rule true to task", Kind: Time, What: "criteria met until the task is in the CRM, without the queue", entries: clockMeasure(ruleToTask)},
		{Name: "system_delay", Title: "System delay", Kind: Time, What: "the fact happened, until the task is in the CRM, without the queue", entries: clockMeasure(systemDelay)},
	}
	human := []Measure{
		{Name: "task_to_acknowledged", Title: "Task to acknowledged", Kind: Time, What: "the task is in the CRM, until it was begun", entries: clockMeasure(taskToAcknowledged)},
		{Name: "acknowledged_to_touch", Title: "Acknowledged to first touch", Kind: Time, What: "begun, until the first touch", entries: clockMeasure(acknowledgedToTouch)},
		{Name: "human_delay", Title: "Human delay", Kind: Time, What: "the task is in the CRM, until the first touch", entries: clockMeasure(humanDelay)},
		{Name: "signal_to_first_touch", Title: "Signal to first touch", Kind: Time, What: "the whole way, the queue included", entries: clockMeasure(signalToTouch)},
	}
	return append(within(SectionSystem, system), within(SectionHuman, human)...)
}
