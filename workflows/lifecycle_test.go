package workflows_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/workflows"
)

const hours, days = time.Hour, 24 * time.Hour

// handed is a life with an open handoff since monday.
func handed(state workflows.State, stage workflows.Stage) workflows.Life {
	kind := workflows.Intent
	if stage == workflows.AE {
		kind = workflows.Inbound
	}
	return workflows.Life{State: state, Since: monday, Episode: 1, Open: &workflows.Episode{
		Rule: string(kind), Type: kind, Handed: monday, Stages: []workflows.StageStory{{Stage: stage, At: monday, System: connectors.Salesforce, Owner: "u1"}},
	}}
}

func returned(state workflows.State) workflows.Life {
	life := handed(state, workflows.SDR)
	life.Open.Returned, life.Open.Reason = monday, "not ready"
	return life
}

func in(state workflows.State) workflows.Life { return workflows.Life{State: state, Since: monday} }

type moveCase struct {
	name  string
	life  workflows.Life
	after time.Duration
	facts workflows.Facts
	want  []workflows.State // the states that are gone through
	rules string            // added to the policy
}

func word(text string, after time.Duration) workflows.Word {
	return workflows.Word{Text: text, At: monday.Add(after)}
}

func touches(after ...time.Duration) (out []time.Time) {
	for _, d := range after {
		out = append(out, monday.Add(d))
	}
	return out
}

func met(kind workflows.Type) workflows.Facts {
	return workflows.Facts{Outcome: workflows.HandOff, Rule: string(kind), Type: kind}
}

// moves is what happens in each state.
func moves() []moveCase {
	fromReady := func(s workflows.State) workflows.Life { l := in(workflows.Ready); l.From = s; return l }
	inProgress := handed(workflows.InProgress, workflows.SDR)
	dealt := handed(workflows.Opportunity, workflows.AE)
	dealt.Deal = monday
	deal := in(workflows.Opportunity)
	deal.Deal = monday
	withNotBefore := met(workflows.Intent)
	withNotBefore.NotBefore = monday.Add(60 * days)
	inboundNotBefore := met(workflows.Inbound)
	inboundNotBefore.NotBefore = withNotBefore.NotBefore
	closed := func(won bool) workflows.Facts {
		return workflows.Facts{Deal: workflows.Deal{Created: monday, Closed: monday.Add(9 * days), Won: won}}
	}
	list := []moveCase{
		{"criteria met", in(workflows.Nurture), hours, met(workflows.Intent), []workflows.State{workflows.Ready}, ""},
		{"nothing", in(workflows.Nurture), hours, workflows.Facts{}, nil, ""},
		{"criteria gone", in(workflows.Ready), hours, workflows.Facts{Outcome: workflows.NotQualified}, []workflows.State{workflows.Nurture}, ""},
		{"criteria gone, from declined", fromReady(workflows.Declined), hours, workflows.Facts{}, []workflows.State{workflows.Declined}, ""},
		{"criteria gone, from won", fromReady(workflows.Won), hours, workflows.Facts{}, []workflows.State{workflows.Won}, ""},
		{"criteria gone, from lost", fromReady(workflows.Lost), hours, workflows.Facts{}, []workflows.State{workflows.Lost}, ""},
		{"sales wants to wait while it is ready", fromReady(workflows.Declined), hours, withNotBefore, []workflows.State{workflows.Declined}, ""},
		{"still ready", fromReady(workflows.Declined), hours, met(workflows.Intent), nil, ""},

		{"begun", handed(workflows.HandedOff, workflows.SDR), 2 * hours, workflows.Facts{Begun: monday.Add(hours)}, []workflows.State{workflows.Working}, ""},
		{"touched", handed(workflows.HandedOff, workflows.SDR), 2 * hours, workflows.Facts{Touches: touches(hours)}, []workflows.State{workflows.Working}, ""},
		{"reply at once", handed(workflows.HandedOff, workflows.SDR), 2 * hours, workflows.Facts{Response: word("reply", hours)}, []workflows.State{workflows.Engaged}, ""},
		{"form while working", handed(workflows.Working, workflows.SDR), 2 * hours, workflows.Facts{Again: "demo"}, []workflows.State{workflows.Engaged}, ""},
		{"sales gives it back", handed(workflows.Working, workflows.SDR), 2 * days, workflows.Facts{Return: word("no budget", days)}, []workflows.State{workflows.Returned}, ""},
		{"sales gives it back unseen", handed(workflows.HandedOff, workflows.SDR), 2 * days, workflows.Facts{Return: word("no budget", days)}, []workflows.State{workflows.Returned}, ""},
		{"an engaged one is given back", handed(workflows.Engaged, workflows.AE), 2 * days, workflows.Facts{Return: word("no budget", days)}, []workflows.State{workflows.Returned}, ""},
		{"silent for 30 days", handed(workflows.Working, workflows.SDR), 30 * days, workflows.Facts{Touches: touches(hours)}, []workflows.State{workflows.InProgress}, ""},
		{"not yet 30 days", handed(workflows.Working, workflows.SDR), 30*days - time.Second, workflows.Facts{Touches: touches(hours)}, nil, ""},
		{"untouched for 30 days", handed(workflows.HandedOff, workflows.SDR), 30 * days, workflows.Facts{}, []workflows.State{workflows.InProgress}, ""},
		{"an AE keeps a silent one", handed(workflows.Working, workflows.AE), 40 * days, workflows.Facts{}, nil, ""},
		{"reply to a last touch", inProgress, 2 * days, workflows.Facts{Response: word("reply", days)}, []workflows.State{workflows.Engaged}, ""},
		{"given back in progress", inProgress, 2 * days, workflows.Facts{Return: word("no", days)}, []workflows.State{workflows.Returned}, ""},
		{"one last touch", inProgress, 2 * days, workflows.Facts{Touches: touches(days)}, nil, ""},
		{"two last touches", inProgress, 3 * days, workflows.Facts{Touches: touches(days, 2*days)}, []workflows.State{workflows.Returned}, ""},
		{"a week in progress", inProgress, 7 * days, workflows.Facts{}, []workflows.State{workflows.Returned}, ""},

		{"accepted after a day", returned(workflows.Returned), days, workflows.Facts{}, []workflows.State{workflows.Declined}, ""},
		{"disputed", returned(workflows.Returned), 2 * hours, workflows.Facts{Dispute: word("true", hours)}, []workflows.State{workflows.Disputed}, ""},
		{"the buyer asks after the return", returned(workflows.Returned), 2 * hours, workflows.Facts{Again: "demo"}, []workflows.State{workflows.Engaged}, ""},
		{"an old reply does not bring it back", returned(workflows.Returned), 2 * hours, workflows.Facts{Response: word("reply", -hours)}, nil, ""},
		{"back to sales", returned(workflows.Disputed), 2 * hours, workflows.Facts{Verdict: word("sales", hours)}, []workflows.State{workflows.Working}, ""},
		{"back to nurture", returned(workflows.Disputed), 2 * hours, workflows.Facts{Verdict: word("nurture", hours)}, []workflows.State{workflows.Declined}, ""},
		{"undecided", returned(workflows.Disputed), 30 * days, workflows.Facts{}, nil, ""},

		{"a new signal", in(workflows.Declined), 90 * days, met(workflows.Intent), []workflows.State{workflows.Ready}, ""},
		{"held by not_before", in(workflows.Declined), 30 * days, withNotBefore, nil, ""},
		{"not_before is over", in(workflows.Declined), 60 * days, withNotBefore, []workflows.State{workflows.Ready}, ""},
		{"a form is never held", in(workflows.Declined), 30 * days, inboundNotBefore, []workflows.State{workflows.Ready}, ""},
		{"six months silent", in(workflows.Declined), 180 * days, workflows.Facts{}, []workflows.State{workflows.Hibernation}, ""},
		{"a signal keeps it awake", in(workflows.Declined), 180 * days, workflows.Facts{Signal: monday.Add(days)}, nil, ""},
		{"wakes", in(workflows.Hibernation), 300 * days, workflows.Facts{Signal: monday.Add(299 * days)}, []workflows.State{workflows.Nurture}, ""},
		{"wakes to ready", in(workflows.Hibernation), 300 * days, workflows.Facts{Signal: monday.Add(299 * days), Outcome: workflows.HandOff, Type: workflows.Intent}, []workflows.State{workflows.Nurture, workflows.Ready}, ""},
		{"sleeps on", in(workflows.Hibernation), 900 * days, workflows.Facts{}, nil, ""},
		{"nurture goes on", in(workflows.Nurture), 900 * days, workflows.Facts{}, nil, ""},
		{"nurture sleeps where the team wants that", in(workflows.Nurture), 180 * days, workflows.Facts{}, []workflows.State{workflows.Hibernation}, "lifecycle: {hibernate_from: [nurture, declined]}"},

		{"won", dealt, 10 * days, closed(true), []workflows.State{workflows.Won}, ""},
		{"lost", dealt, 10 * days, closed(false), []workflows.State{workflows.Lost}, ""},
		{"an older one was opened again and lost", dealt, 10 * days, workflows.Facts{Deal: workflows.Deal{Created: monday.Add(-90 * days), Closed: monday.Add(9 * days)}}, []workflows.State{workflows.Lost}, ""},
		{"an older one was lost long ago", dealt, 10 * days, workflows.Facts{Deal: workflows.Deal{Created: monday.Add(-90 * days), Closed: monday.Add(-80 * days)}}, []workflows.State{workflows.Engaged}, ""},
		{"gone while open", dealt, 10 * days, workflows.Facts{}, []workflows.State{workflows.Engaged}, ""},
		{"gone", deal, 10 * days, workflows.Facts{}, []workflows.State{workflows.Nurture}, ""},
		{"a customer asks", in(workflows.Won), days, met(workflows.Relationship), []workflows.State{workflows.Ready}, ""},
		{"a score says nothing of a customer", in(workflows.Won), days, met(workflows.Intent), nil, ""},
		{"a lost one asks", in(workflows.Lost), days, met(workflows.Inbound), []workflows.State{workflows.Ready}, ""},
		{"rests", in(workflows.Lost), 89 * days, met(workflows.Intent), nil, ""},
		{"rested", in(workflows.Lost), 90 * days, workflows.Facts{}, []workflows.State{workflows.Nurture}, ""},
	}
	for _, s := range workflows.States() {
		if s == workflows.Opportunity {
			continue
		}
		life := in(s)
		if s.Open() {
			life = handed(s, workflows.SDR)
		}
		list = append(list, moveCase{"opportunity from " + string(s), life, days, workflows.Facts{OpenDeal: monday.Add(hours)}, []workflows.State{workflows.Opportunity}, ""})
		to := workflows.Declined
		if s == to {
			to = workflows.Working
		}
		list = append(list, moveCase{"by hand from " + string(s), life, hours, workflows.Facts{Moved: to, MovedIn: connectors.HubSpot}, []workflows.State{to}, ""})
	}
	return list
}

// TestEveryTransition walks the whole table: each transition is reached by a
// case, and each case goes through the states that it should.
func TestEveryTransition(t *testing.T) {
	t.Parallel()
	reached := map[string]bool{}
	for _, c := range moves() {
		t.Run(c.name, func(t *testing.T) {
			p := policy(t, policyText+c.rules)
			c.facts.Now = monday.Add(c.after)
			progress := p.Advance(c.life, c.facts)
			var got []workflows.State
			for _, s := range progress.Steps {
				got = append(got, s.To)
				reached[s.Name+string(s.From)+string(s.To)] = true
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			checkLife(t, progress.Life)
			again := p.Advance(progress.Life, c.facts)
			again.Life.Moved = progress.Life.Moved // the same facts move nothing twice
			if c.facts.Moved == "" && len(again.Steps) != 0 {
				t.Errorf("the same facts moved it once more: %v", again.Steps)
			}
		})
	}
	for _, tr := range workflows.Transitions() {
		if tr.Name != workflows.HandOffTransition && !reached[tr.Name+string(tr.From)+string(tr.To)] {
			t.Errorf("no case reaches %q from %s to %s", tr.Name, tr.From, tr.To)
		}
	}
}

func checkLife(t interface{ Errorf(string, ...any) }, life workflows.Life) {
	if life.Open == nil && life.State.Open() && life.State != workflows.Opportunity {
		t.Errorf("%s without a handoff", life.State)
	}
	if life.Open != nil && !life.State.Open() {
		t.Errorf("an open handoff in %s", life.State)
	}
}

// TestNoTrap: from every state a way leads to every other state.
func TestNoTrap(t *testing.T) {
	t.Parallel()
	next := map[workflows.State][]workflows.State{}
	for _, tr := range workflows.Transitions() {
		next[tr.From] = append(next[tr.From], tr.To)
	}
	for _, from := range workflows.States() {
		seen, queue := map[workflows.State]bool{from: true}, []workflows.State{from}
		for len(queue) > 0 {
			for _, to := range next[queue[0]] {
				if !seen[to] {
					seen[to] = true
					queue = append(queue, to)
				}
			}
			queue = queue[1:]
		}
		if len(seen) != len(workflows.States()) {
			t.Errorf("from %s only %d of %d states can be reached", from, len(seen), len(workflows.States()))
		}
	}
}

// TestLifecyclePage keeps the diagram in the docs as the table is; run with
// -update after a change.
func TestLifecyclePage(t *testing.T) {
	t.Parallel()
	const path = "../docs/lifecycle.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- generated from workflows.Transitions -->\n", "<!-- end -->"
	head, rest, ok := strings.Cut(string(page), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s lost the marks of its generated part", path)
	}
	want := head + begin + diagram() + end + tail
	if want == string(page) {
		return
	}
	if !*update {
		t.Fatalf("%s is not what the table says; run go test ./workflows -update", path)
	}
	if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
		t.Fatal(err)
	}
}

func diagram() string {
	var b strings.Builder
	b.WriteString("```mermaid\nstateDiagram-v2\n    [*] --> nurture\n")
	for _, tr := range workflows.Transitions() {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", tr.From, tr.To, strings.ReplaceAll(tr.Name, ":", ""))
	}
	b.WriteString("```\n\n| from | to | transition | when |\n|---|---|---|---|\n")
	for _, tr := range workflows.Transitions() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", tr.From, tr.To, tr.Name, tr.When)
	}
	return b.String()
}

// TestClocksFireOnce lets every promise be broken: each is told once, in time.
func TestClocksFireOnce(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	life := handed(workflows.HandedOff, workflows.SDR)
	life.Open.Now().Due = monday.Add(3*days + 7*hours)
	told := map[string]int{}
	for now := monday; now.Before(monday.Add(29 * days)); now = now.Add(6 * hours) {
		progress := p.Advance(life, workflows.Facts{Now: now})
		for _, n := range progress.Notices {
			told[n.Key]++
			if n.Due.After(now) || now.Sub(n.Due) > 6*hours {
				t.Errorf("%s is told %s, due %s", n.Key, now, n.Due)
			}
		}
		if !progress.Due.IsZero() && !progress.Due.After(now) {
			t.Fatalf("at %s it wants to be looked at again at %s", now, progress.Due)
		}
		life = progress.Life
	}
	want := map[string]int{"sdr/acknowledge": 1, "sdr/acknowledge_manager": 1, "sdr/first_touch": 1, "sdr/first_touch_latest": 1}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
}

// TestClocksThatAreKept tells nobody.
func TestClocksThatAreKept(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	life := handed(workflows.HandedOff, workflows.SDR)
	for now := monday; now.Before(monday.Add(20 * days)); now = now.Add(6 * hours) {
		facts := workflows.Facts{Now: now}
		if now.After(monday.Add(days / 2)) {
			facts.Touches, facts.Response = touches(11*hours), word("reply", 12*hours)
		}
		progress := p.Advance(life, facts)
		if len(progress.Notices) > 0 {
			t.Fatalf("at %s: %v", now, progress.Notices)
		}
		life = progress.Life
		if progress.Escalate && life.Open.Now().Stage == workflows.SDR { // what the engine does
			life.Enter(workflows.Plan{Stage: workflows.AE}, now)
			life.Open.Now().Acknowledged, life.Open.Now().Touched = now, now
		}
	}
	if life.Open.FirstTouch != monday.Add(11*hours) || life.Open.Responded != monday.Add(12*hours) {
		t.Errorf("story %+v", life.Open)
	}
}

// TestLifeIsReplayed: any history of facts gives lives that hold together, and
// every step can be made again from its log (I6).
func TestLifeIsReplayed(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	rapid.Check(t, func(t *rapid.T) {
		life, now := in(workflows.Nurture), monday
		for range rapid.IntRange(1, 30).Draw(t, "looks") {
			now = now.Add(time.Duration(rapid.Int64Range(1, 40*24).Draw(t, "wait")) * hours)
			if life.State == workflows.Ready && rapid.Bool().Draw(t, "turn") {
				life.Begin(workflows.Plan{Rule: "intent", Type: workflows.Intent, Assignment: workflows.Assignment{}, Stage: workflows.SDR, Due: now.Add(3 * days)}, "", now)
			}
			facts := drawFacts(t, now)
			progress := p.Advance(life, facts)
			data, err := json.Marshal(workflows.Trace{Life: &workflows.LifeTrace{Before: life, Facts: facts, Steps: progress.Steps}})
			if err != nil {
				t.Fatal(err)
			}
			var logged workflows.Trace
			if err := json.Unmarshal(data, &logged); err != nil {
				t.Fatal(err)
			}
			if !p.ReplaySteps(logged) {
				t.Fatalf("the log gives other steps than %v: %s", progress.Steps, data)
			}
			checkLife(t, progress.Life)
			if progress.Escalate && rapid.Bool().Draw(t, "an AE is found") {
				progress.Life.Enter(workflows.Plan{Stage: workflows.AE}, now)
			}
			life = progress.Life
		}
	})
}

func drawFacts(t *rapid.T, now time.Time) workflows.Facts {
	at := func(name string) time.Time {
		if !rapid.Bool().Draw(t, name) {
			return time.Time{}
		}
		return now.Add(-time.Duration(rapid.Int64Range(0, 60*24).Draw(t, name+" ago")) * hours)
	}
	said := func(name string, words ...string) workflows.Word {
		w := workflows.Word{At: at(name)}
		if !w.At.IsZero() {
			w.Text = rapid.SampledFrom(words).Draw(t, name+" text")
		}
		return w
	}
	f := workflows.Facts{
		Now: now, Outcome: rapid.SampledFrom([]workflows.Outcome{workflows.HandOff, workflows.NotQualified, workflows.Waiting}).Draw(t, "outcome"),
		Type:  rapid.SampledFrom([]workflows.Type{workflows.Intent, workflows.Inbound, workflows.Relationship}).Draw(t, "type"),
		Begun: at("begun"), Response: said("response", "reply"), Engagement: said("engagement", "responsive", "unresponsive"),
		Return: said("return", "no budget", "unresponsive"), Dispute: said("dispute", "true"), Verdict: said("verdict", "sales", "nurture"),
		Content: said("content", "a case study"), OpenDeal: at("deal"), Signal: at("signal"), NotBefore: at("not before"),
		Again: rapid.SampledFrom([]string{"", "", "demo"}).Draw(t, "again"),
		Moved: rapid.SampledFrom(append([]workflows.State{"", "", "", "", "", "", "", ""}, workflows.States()...)).Draw(t, "moved"),
	}
	if f.Moved == workflows.Ready {
		f.Moved = ""
	}
	if first := at("touch"); !first.IsZero() {
		f.Touches = []time.Time{first}
	}
	if closed := at("closed"); !closed.IsZero() {
		f.Deal = workflows.Deal{Created: closed.Add(-days), Closed: closed, Won: rapid.Bool().Draw(t, "won")}
	}
	return f
}

// TestGivenToAnother: the new owner's clocks begin with them, under names of
// their own; the time that the buyer was promised stays.
func TestGivenToAnother(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText)
	life := handed(workflows.HandedOff, workflows.AE)
	stage := life.Open.Now()
	stage.Due, stage.Call = monday.Add(days), monday.Add(days)
	stage.GiveTo("u2", monday.Add(7*days), monday.Add(10*days))
	if stage.Owner != "u2" || !stage.Due.Equal(monday.Add(days)) {
		t.Errorf("stage %+v, want the promised call to stay", stage)
	}
	from := map[string]time.Duration{}
	for _, c := range p.Clocks(life, workflows.Facts{Now: monday.Add(7 * days)}) {
		from[c.Name] = c.From.Sub(monday)
	}
	want := map[string]time.Duration{
		"ae/acknowledge/2": 7 * days, "ae/acknowledge_manager/2": 7 * days, "ae/first_touch_latest/2": 7 * days, "ae/call_within": 0, "ae/return": 0,
	}
	if diff := cmp.Diff(want, from); diff != "" {
		t.Errorf("clocks (-want +got):\n%s", diff)
	}
	stage.Call, stage.Touched = time.Time{}, time.Time{}
	stage.GiveTo("u3", monday.Add(8*days), monday.Add(11*days))
	if !stage.Due.Equal(monday.Add(11*days)) || stage.Turn != 2 {
		t.Errorf("stage %+v, want its own deadline", stage)
	}
}
