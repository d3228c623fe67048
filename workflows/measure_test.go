package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/workflows"
)

var reportMapping = strings.Replace(mappingText, "signals:", `  engagement: {type: enum, hubspot: engagement, salesforce: Engagement__c, sync: newest, values: {responsive: Responsive, unresponsive: Unresponsive, converted: Converted}}
  sales_rating: {type: number, range: [1, 5], hubspot: sales_rating}
  last_marketing_contact: {type: datetime, hubspot: last_marketing_contact}
signals:`, 1)

// october is reported on, in New York; sent is a Thursday in it at 10:00.
var (
	newYork, _ = time.LoadLocation("America/New_York")
	october    = time.Date(2026, 10, 1, 0, 0, 0, 0, newYork)
	november   = october.AddDate(0, 1, 0)
	sent       = time.Date(2026, 10, 8, 10, 0, 0, 0, newYork)
)

// tale is a handoff to an SDR at a time, changed as a case wants it.
func tale(handed time.Time, change func(*workflows.Measured)) workflows.Measured {
	m := workflows.Measured{
		ID: "a/1", Account: "a", Name: "Acme", Policy: "v3 hash", Documented: true,
		Owners: map[workflows.Stage]string{workflows.SDR: "Ann", workflows.AE: "Bob"},
		Story: &workflows.Episode{Rule: "intent", Type: workflows.Intent, Handed: handed, Stages: []workflows.StageStory{{
			Stage: workflows.SDR, At: handed, System: connectors.Salesforce, Owner: "u1",
		}}},
	}
	if change != nil {
		change(&m)
	}
	return m
}

type measureCase struct {
	name, measure string
	handed        time.Time
	now           time.Time // november if zero
	change        func(*workflows.Measured)
	want          string // hits/cohort, and +early hits/early
}

func firstTouch(after time.Duration) func(*workflows.Measured) {
	return func(m *workflows.Measured) {
		at := m.Story.Handed.Add(after)
		m.Story.FirstTouch, m.Story.Stages[0].Touched = at, at
	}
}

func given(reason string, after time.Duration) func(*workflows.Measured) {
	return func(m *workflows.Measured) {
		m.Story.Returns = []workflows.Return{{At: m.Story.Handed.Add(after), Reason: reason}}
	}
}

func goes(change func(e *workflows.Episode, at func(time.Duration) time.Time)) func(*workflows.Measured) {
	return func(m *workflows.Measured) { change(m.Story, m.Story.Handed.Add) }
}

func measureCases() []measureCase {
	const month = 30 * days
	ripe := october.Add(-month) // a handoff that is 30 days old as October begins
	opened := func(after time.Duration) func(*workflows.Measured) {
		return goes(func(e *workflows.Episode, at func(time.Duration) time.Time) { e.Opportunity = at(after) })
	}
	won := func(at time.Time) func(*workflows.Measured) {
		return goes(func(e *workflows.Episode, _ func(time.Duration) time.Time) { e.Won = at })
	}
	responded := func(booked bool) func(*workflows.Measured) {
		return goes(func(e *workflows.Episode, at func(time.Duration) time.Time) {
			e.Responded, e.Response = at(days), "the buyer replied"
			if booked {
				e.Booked = at(2 * days)
			}
		})
	}
	booked := func(by workflows.Booker) func(*workflows.Measured) {
		return goes(func(e *workflows.Episode, at func(time.Duration) time.Time) { e.Booked, e.BookedBy = at(2*days), by })
	}
	rated := func(at time.Time, values ...float64) func(*workflows.Measured) {
		return goes(func(e *workflows.Episode, _ func(time.Duration) time.Time) {
			for i, v := range values {
				e.Ratings = append(e.Ratings, workflows.Rating{At: at.Add(time.Duration(i) * time.Hour), Value: v})
			}
		})
	}
	reports := func(after ...time.Duration) func(*workflows.Measured) {
		return goes(func(e *workflows.Episode, at func(time.Duration) time.Time) {
			for _, d := range after {
				e.Reports = append(e.Reports, at(d))
			}
		})
	}
	return []measureCase{
		{"at the first moment", "handed_off", october, november, nil, "1/1"},
		{"a moment before", "handed_off", october.Add(-1), november, nil, "0/0"},
		{"at the last moment", "handed_off", november.Add(-1), november, nil, "1/1"},
		{"with the next month", "handed_off", november, november.Add(days), nil, "0/0"},
		{"yet to come", "handed_off", sent, sent.Add(-1), nil, "0/0"},
		{"worked", "worked", sent, november, firstTouch(days), "1/1"},
		{"worked later", "worked", sent, november, firstTouch(month), "0/1"},
		{"converted", "converted", sent, november, opened(days), "1/1"},

		{"touched on the 30th day, to the second", "handoff_quality", ripe, november, firstTouch(month), "1/1"},
		{"touched a second later", "handoff_quality", ripe, november, firstTouch(month + time.Second), "0/1"},
		{"never touched", "handoff_quality", ripe, november, nil, "0/1"},
		{"ripe in the month before", "handoff_quality", ripe.Add(-1), november, firstTouch(days), "0/0"},
		{"too young, and touched", "handoff_quality", sent, november, firstTouch(days), "0/0 +1/1"},
		{"too young, and untouched", "handoff_quality", sent, november, nil, "0/0 +0/1"},
		{"ripe at the end of the month", "handoff_quality", november.Add(-month), november.Add(days), firstTouch(days), "0/0 +1/1"},
		{"ripe just before", "handoff_quality", november.Add(-month - 1), november, firstTouch(days), "1/1"},
		{"ripe later this month", "handoff_quality", ripe.Add(days), october.Add(days - 1), firstTouch(days), "0/0"},

		{"given back as not ready", "return_rate", sent, november, given("not ready", days), "1/1"},
		{"given back, nobody answered", "return_rate", sent, november, given("no response", days), "0/1"},
		{"nobody answered", "unresponsive_rate", sent, november, given("no response", days), "1/1"},
		{"given back after the month", "return_rate", sent, november.Add(month), given("not ready", month), "0/1"},
		{"given back, and taken again", "return_rate", sent, november, func(m *workflows.Measured) {
			given("not ready", days)(m)
			m.Story.Returns[0].Back = m.Story.Handed.Add(2 * days)
		}, "0/1"},
		{"taken again only after the month", "return_rate", sent, november.Add(month), func(m *workflows.Measured) {
			given("not ready", days)(m)
			m.Story.Returns[0].Back = november
		}, "1/1"},
		{"a story from before returns were kept", "return_rate", sent, november, goes(func(e *workflows.Episode, at func(time.Duration) time.Time) {
			e.Returned, e.Reason = at(days), "no budget"
		}), "1/1"},

		{"responsive", "responsive_rate", sent, november, responded(false), "1/1"},
		{"silent", "responsive_rate", sent, november, nil, "0/1"},
		{"call of a responsive one", "call_rate", sent, november, responded(true), "1/1"},
		{"no call yet", "call_rate", sent, november, responded(false), "0/1"},
		{"silent ones are not asked for calls", "call_rate", sent, november, nil, "0/0"},
		{"call by the account's link", "next_step_agreed", sent, november, booked(workflows.ByLink), "1/1"},
		{"call after its answer", "next_step_agreed", sent, november, booked(workflows.OnAnswer), "1/1"},
		{"call that it asked for", "next_step_agreed", sent, november, booked(workflows.OnRequest), "1/1"},
		{"call that sales got", "next_step_agreed", sent, november, booked(workflows.BySales), "0/1"},
		{"call by nobody knows whom", "next_step_agreed", sent, november, booked(""), "0/1"},
		{"called, as it had asked for", "next_step_agreed", sent, november, func(m *workflows.Measured) {
			m.Story.Type, m.Story.Stages[0].Talked = workflows.Inbound, m.Story.Handed.Add(hours)
		}, "1/1"},
		{"asked for, and only written to", "next_step_agreed", sent, november, func(m *workflows.Measured) {
			firstTouch(days)(m)
			m.Story.Type = workflows.Inbound
		}, "0/1"},
		{"sales chases", "next_step_agreed", sent, november, firstTouch(days), "0/1"},
		{"nobody did anything", "next_step_agreed", sent, november, nil, "0/0"},
		{"call by the account's link", "next_step_chased", sent, november, booked(workflows.ByLink), "0/1"},
		{"call that sales got", "next_step_chased", sent, november, booked(workflows.BySales), "1/1"},
		{"no call", "next_step_chased", sent, november, firstTouch(days), "1/1"},
		{"call in the next month", "next_step_chased", sent, november.Add(month), func(m *workflows.Measured) {
			firstTouch(days)(m)
			m.Story.Booked, m.Story.BookedBy = november, workflows.ByLink
		}, "1/1"},
		{"call by nobody knows whom", "next_step_unknown", sent, november, booked(""), "1/1"},
		{"no call", "next_step_unknown", sent, november, firstTouch(days), "0/1"},

		{"opportunity on the 30th day", "mqa_to_opportunity", ripe, november, opened(month), "1/1"},
		{"opportunity too late", "mqa_to_opportunity", ripe, november, opened(month + 1), "0/1"},
		{"opportunity, but young", "mqa_to_opportunity", sent, november, opened(days), "0/0 +1/1"},
		{"won within six months", "mqa_to_close", october.AddDate(0, -6, 0), november, won(october), "1/1"},
		{"won a moment too late", "mqa_to_close", october.AddDate(0, -6, 0), november, won(october.Add(1)), "0/1"},
		{"six months from the last of March are over in September", "mqa_to_close", time.Date(2026, 3, 31, 10, 0, 0, 0, newYork), november, nil, "0/0"},
		{"six months from the first of April", "mqa_to_close", time.Date(2026, 4, 1, 10, 0, 0, 0, newYork), november, nil, "0/1"},
		{"won, but young", "mqa_to_close", sent, november, won(sent.Add(days)), "0/0 +1/1"},

		{"rated 4", "sales_satisfaction", sent, november, rated(sent.Add(days), 2, 4), "1/1"},
		{"rated 3", "sales_satisfaction", sent, november, rated(sent.Add(days), 5, 3), "0/1"},
		{"not rated", "sales_satisfaction", sent, november, nil, "0/0"},
		{"rated in October what was handed off in July", "sales_satisfaction", sent.AddDate(0, -3, 0), november, rated(sent, 5), "1/1"},
		{"rated later", "sales_satisfaction", sent, november.Add(days), rated(november, 5), "0/0"},

		{"an update each week", "feedback", sent, november, reports(6*days, 14*days, 15*days), "1/1"},
		{"a week without", "feedback", sent, november, reports(6*days, 15*days), "0/1"},
		{"weeks without", "reports_in_time", sent, november, reports(6*days, 15*days), "2/3"},
		{"an update on the last second counts for its week", "reports_in_time", sent, november, reports(7*days, 14*days, 21*days), "3/3"},
		{"not a week yet", "feedback", november.Add(-6 * days), november, nil, "0/0"},
		{"given back before the week was over", "feedback", sent, november, given("not ready", 7*days), "0/0"},

		{"disputed", "dispute_rate", sent, november, func(m *workflows.Measured) {
			given("not ready", days)(m)
			m.Story.Returns[0].Disputed = m.Story.Handed.Add(2 * days)
		}, "1/1"},
		{"not disputed", "dispute_rate", sent, november, given("not ready", days), "0/1"},
	}
}

func levelCases() []measureCase {
	met := func(before, queued time.Duration) func(*workflows.Measured) {
		return func(m *workflows.Measured) { m.MetAt, m.Queued = m.Story.Handed.Add(-before), queued }
	}
	asked := func(before time.Duration) func(*workflows.Measured) {
		return func(m *workflows.Measured) { met(before, 0)(m); m.Story.Type = workflows.Inbound }
	}
	stage := func(change func(s *workflows.StageStory, at time.Time)) func(*workflows.Measured) {
		return func(m *workflows.Measured) { change(&m.Story.Stages[0], m.Story.Handed) }
	}
	seen := func(after time.Duration) func(*workflows.Measured) {
		return stage(func(s *workflows.StageStory, at time.Time) { s.Acknowledged = at.Add(after) })
	}
	due := time.Date(2026, 10, 14, 17, 30, 0, 0, newYork) // three business days, Columbus Day between
	called := func(after time.Duration) func(*workflows.Measured) {
		return stage(func(s *workflows.StageStory, at time.Time) { s.Call, s.Talked = at.Add(days), at.Add(after) })
	}
	silent := october.Add(-38 * days)
	return []measureCase{
		{"48 hours", "hand_off_in_time", sent, november, met(48*hours, 0), "1/1"},
		{"a second more", "hand_off_in_time", sent, november, met(48*hours+time.Second, 0), "0/1"},
		{"five days, three of them in the queue", "hand_off_in_time", sent, november, met(5*days, 3*days), "1/1"},
		{"not known", "hand_off_in_time", sent, november, nil, "0/0"},
		{"asked for, and given the same day", "assigned_in_time", sent, november, asked(2 * hours), "1/1"},
		{"asked for the day before", "assigned_in_time", sent, november, asked(20 * hours), "0/1"},
		{"a score asks for nobody", "assigned_in_time", sent, november, met(20*hours, 0), "0/0"},
		{"with a summary", "documented", sent, november, nil, "1/1"},
		{"by hand, without", "documented", sent, november, func(m *workflows.Measured) { m.Documented = false }, "0/1"},

		{"24 hours", "acknowledged_in_time", sent, november, seen(24 * hours), "1/1"},
		{"a second more", "acknowledged_in_time", sent, november, seen(24*hours + time.Second), "0/1"},
		{"never", "acknowledged_in_time", sent, november, nil, "0/1"},
		{"still time", "acknowledged_in_time", sent, sent.Add(23 * hours), nil, "0/0 +0/1"},
		{"due in the next month", "acknowledged_in_time", november.Add(-hours), november.Add(9 * days), seen(time.Minute), "0/0 +1/1"},
		{"from the month before", "acknowledged_in_time", october.Add(-hours), november, seen(time.Minute), "1/1"},
		{"given back before it was due", "acknowledged_in_time", sent, november, given("not ready", hours), "0/0"},
		{"in three business days", "first_touch_in_time", sent, november, firstTouch(due.Sub(sent)), "1/1"},
		{"a second later", "first_touch_in_time", sent, november, firstTouch(due.Sub(sent) + time.Second), "0/1"},
		{"its own deadline", "first_touch_in_time", sent, november, func(m *workflows.Measured) {
			firstTouch(2 * hours)(m)
			m.Story.Stages[0].Due = m.Story.Handed.Add(hours)
		}, "0/1"},
		{"in time for the one it was given to next", "first_touch_in_time", sent, november, func(m *workflows.Measured) {
			firstTouch(8 * days)(m)
			m.Story.Stages[0].GiveTo("u2", m.Story.Handed.Add(7*days), m.Story.Handed.Add(10*days))
			m.Story.Stages[0].Due = m.Story.Handed.Add(10 * days)
		}, "0/1"},
		{"both stages count", "acknowledged_in_time", sent, november, func(m *workflows.Measured) {
			seen(hours)(m)
			m.Story.Stages = append(m.Story.Stages, workflows.StageStory{Stage: workflows.AE, At: m.Story.Handed.Add(2 * hours)})
		}, "1/2"},
		{"escalated before it was due", "first_touch_in_time", sent, november, func(m *workflows.Measured) {
			m.Story.Stages = append(m.Story.Stages, workflows.StageStory{Stage: workflows.AE, At: m.Story.Handed.Add(2 * hours)})
		}, "0/1"},
		{"on the fifth business day", "first_touch_at_latest", sent, november, firstTouch(due.Sub(sent) + 2*days), "1/1"},
		{"a second after it", "first_touch_at_latest", sent, november, firstTouch(due.Sub(sent) + 2*days + time.Second), "0/1"},
		{"a call has its own deadline", "first_touch_at_latest", sent, november, called(days), "0/0"},
		{"called on the hour", "call_in_time", sent, november, called(days), "1/1"},
		{"called late", "call_in_time", sent, november, called(days + 1), "0/1"},
		{"no call was promised", "call_in_time", sent, november, nil, "0/0"},

		{"silent, and given back", "returned_in_time", silent, november, given("unresponsive", 37*days), "1/1"},
		{"silent, and kept", "returned_in_time", silent, november, nil, "0/1"},
		{"answered", "returned_in_time", silent, november, goes(func(e *workflows.Episode, at func(time.Duration) time.Time) { e.Responded = at(29 * days) }), "0/0"},
		{"given back early", "returned_in_time", silent, november, given("not ready", 3*days), "0/0"},
	}
}

func TestMeasures(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	tested := map[string]bool{}
	for _, c := range append(measureCases(), levelCases()...) {
		tested[c.measure] = true
		t.Run(c.measure+"/"+c.name, func(t *testing.T) {
			r := p.Report(workflows.Sheet{From: october, To: november, Now: c.now, Handed: []workflows.Measured{tale(c.handed, c.change)}})
			f := r.Figure(c.measure)
			got := fmt.Sprintf("%d/%d", f.Hits, f.N)
			if f.Early > 0 {
				got += fmt.Sprintf(" +%d/%d", f.EarlyHits, f.Early)
			}
			if got != c.want {
				t.Errorf("got %s, want %s; entries %+v", got, c.want, f.Entries)
			}
			if n := f.N + f.Early; f.Unknown == "" && len(f.Entries) != n {
				t.Errorf("%d entries behind a figure of %d", len(f.Entries), n)
			}
			if f.Kind == workflows.Share && (f.Value == nil) != (f.N == 0) {
				t.Errorf("value %v of %d", f.Value, f.N)
			}
		})
	}
	of := "waiting_late handoff_rate nurture_monthly contact_limit scores_fresh sales_survey" // of accounts or answers: tests of their own
	for _, m := range workflows.Measures() {
		if m.Kind != workflows.Time && !tested[m.Name] && !strings.Contains(of, m.Name) {
			t.Errorf("no case for %s", m.Name)
		}
	}
}

// TestSplitClocks splits the way from the signal to the first touch.
func TestSplitClocks(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	slow := tale(sent, func(m *workflows.Measured) {
		firstTouch(2 * days)(m)
		st := &m.Story.Stages[0]
		m.SignalAt, m.MetAt, m.Queued = sent.Add(-4*days), sent.Add(-4*days+6*hours), 3*days
		st.Made, st.Acknowledged = sent.Add(6*hours), sent.Add(days)
	})
	fast := tale(sent, func(m *workflows.Measured) {
		m.SignalAt, m.MetAt = sent.Add(-hours), sent
		m.Story.Stages[0].Made = sent.Add(-time.Minute) // the CRM's clock is a little behind
	})
	gone := tale(sent, given("not ready", days))
	r := p.Report(workflows.Sheet{From: october, To: november, Now: november, Handed: []workflows.Measured{slow, fast, gone}})
	for name, want := range map[string]string{
		"signal_to_rule":         "mean 3.5 h, median 3.5 h of 2, 0 not yet",
		"queue_time":             "mean 36 h, median 36 h of 2, 0 not yet",
		"rule_to_task":           "mean 12 h, median 12 h of 2, 0 not yet",
		"system_delay":           "mean 15.5 h, median 15.5 h of 2, 0 not yet",
		"human_delay":            "mean 42 h, median 42 h of 1, 1 not yet",
		"task_to_acknowledged":   "mean 18 h, median 18 h of 1, 1 not yet",
		"acknowledged_to_touch":  "mean 24 h, median 24 h of 1, 0 not yet",
		"time_to_first_activity": "mean 48 h, median 48 h of 1, 1 not yet",
		"signal_to_first_touch":  "mean 144 h, median 144 h of 1, 1 not yet",
	} {
		f := r.Figure(name)
		if f.Value == nil {
			t.Errorf("%s has no value", name)
			continue
		}
		got := fmt.Sprintf("mean %.4g h, median %.4g h of %d, %d not yet", *f.Value*24, *f.Median*24, f.N, f.Early)
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestGroups breaks the figures down, each handoff in every group it is in.
func TestGroups(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	one := tale(sent, func(m *workflows.Measured) {
		m.Story.Segment, m.Story.Criteria = "enterprise", []string{"score >= 70", "visits >= 3"}
	})
	two := tale(sent, func(m *workflows.Measured) {
		m.ID, m.Policy, m.Owners, m.Story.Rule = "b/1", "v4 other", nil, "demo"
		m.Story.Criteria = []string{"visits >= 3"}
	})
	r := p.Report(workflows.Sheet{From: october, To: november, Now: november, Handed: []workflows.Measured{one, two}})
	var got []string
	for _, g := range r.Groups {
		for _, f := range g.Figures {
			if f.Measure == "handed_off" {
				got = append(got, fmt.Sprintf("%s %s %d", g.By, g.Value, f.Hits))
			}
		}
	}
	want := "rule demo 1; rule intent 1; criterion score >= 70 1; criterion visits >= 3 2; segment (none) 1; segment enterprise 1; " +
		"owner (nobody) 1; owner Ann 1; policy v3 hash 1; policy v4 other 1"
	if text := strings.Join(got, "; "); text != want {
		t.Errorf("groups %s\nwant   %s", text, want)
	}
}

// TestHandoffRate holds the accounts of the list against its size, and judges
// only whole months.
func TestHandoffRate(t *testing.T) {
	t.Parallel()
	p := policyOver(t, reportMapping, policyText)
	off := tale(sent, func(m *workflows.Measured) { m.Account, m.Story.OffTarget = "b", true })
	twice := tale(sent.Add(9*days), func(m *workflows.Measured) { m.ID = "a/2" })
	sheet := workflows.Sheet{
		From: october, To: november, Now: november, Handed: []workflows.Measured{tale(sent, nil), twice, off},
		Gauge: &workflows.Gauge{Targets: 8},
	}
	r := p.Report(sheet)
	if f := r.Figure("handoff_rate"); f.Hits != 1 || f.N != 8 || f.Standing != workflows.Met || *f.Value != 0.125 {
		t.Errorf("figure %+v, want 1 of 8, met", f)
	}
	sheet.Now = november.Add(-1)
	r = p.Report(sheet)
	if f := r.Figure("handoff_rate"); f.Standing != "" || f.Value == nil {
		t.Errorf("a month that is not over is judged %q", f.Standing)
	}
	sheet.Gauge = nil
	r = p.Report(sheet)
	if f := r.Figure("handoff_rate"); f.Value != nil || f.Unknown == "" || len(f.Entries) != 1 {
		t.Errorf("without a count: %+v", f)
	}
	bare := policyOver(t, strings.Replace(mappingText, "target_account:", "tal:", 1), strings.Replace(policyText, "target_account", "tal", 1))
	r = bare.Report(sheet)
	if f := r.Figure("handoff_rate"); f.Unknown != "the mapping has no field target_account" {
		t.Errorf("unknown because %q", f.Unknown)
	}
	if f := r.Figure("feedback"); f.Unknown != "the mapping has no field engagement" {
		t.Errorf("feedback is unknown because %q", f.Unknown)
	}
}
