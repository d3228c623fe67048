package scenario_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors/connectortest"
	"handoffd/internal/scenario"
)

var update = flag.Bool("update", false, "write the golden files anew")

// files lists the scenarios of a folder; none is a mistake of the test.
func files(t *testing.T, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil || len(list) == 0 {
		t.Fatalf("no files like %s: %v", pattern, err)
	}
	return list
}

func play(t *testing.T, path string, o scenario.Options) *scenario.Result {
	t.Helper()
	result, problems, err := scenario.Play(t.Context(), path, o)
	if err == nil {
		err = problems.Err()
	}
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// Everything that stands under examples goes as it says, and so does what is
// here.
func TestScenarios(t *testing.T) {
	t.Parallel()
	shipped := files(t, "../../examples/scenarios/*.yaml")
	ways := &waysTaken{taken: map[way]int{}}
	if connectortest.Raced { // they take many times as long then; one of them races as all do
		shipped = slices.DeleteFunc(shipped, func(path string) bool { return filepath.Base(path) != "life-to-won.yaml" })
	} else {
		t.Cleanup(func() { ways.all(t, len(shipped)) })
	}
	for i, path := range append(shipped, files(t, "testdata/play/*.yaml")...) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			result := play(t, path, scenario.Options{})
			if i < len(shipped) {
				ways.add(result.Steps)
			}
			if !result.Passed() {
				var b bytes.Buffer
				_ = result.Print(&b) // a Buffer cannot fail
				t.Errorf("it did not go as expected:\n%s", b.String())
			}
			if result.Checks == 0 {
				t.Error("it expects nothing")
			}
		})
	}
}

// The polls that are left out would have done nothing: a play with all of them
// tells the same story.
func TestPollsLeftOut(t *testing.T) {
	t.Parallel()
	few := play(t, "testdata/play/short.yaml", scenario.Options{Story: true})
	all := play(t, "testdata/play/short.yaml", scenario.Options{Story: true, EveryPoll: true})
	for _, r := range []*scenario.Result{few, all} { // the rate limits' pauses add up
		for i := range r.Story {
			r.Story[i].At = r.Story[i].At.Truncate(time.Minute)
		}
	}
	if diff := cmp.Diff(few.Story, all.Story); diff != "" || len(few.Story) < 10 {
		t.Errorf("the stories differ: -few +all\n%s", diff)
	}
	if few.Rounds*3 > all.Rounds {
		t.Errorf("%d rounds instead of %d: hardly any poll was left out", few.Rounds, all.Rounds)
	}
}

// The same file tells the same story every time.
func TestRepeatable(t *testing.T) {
	t.Parallel()
	one := play(t, "testdata/play/short.yaml", scenario.Options{Story: true})
	two := play(t, "testdata/play/short.yaml", scenario.Options{Story: true})
	if diff := cmp.Diff(one.Story, two.Story); diff != "" {
		t.Errorf("the stories differ:\n%s", diff)
	}
}

// Every mistake is named at its place.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, path := range files(t, "testdata/bad/*.yaml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			result, problems, err := scenario.Play(t.Context(), path, scenario.Options{})
			if result != nil || err != nil || !problems.Failed() {
				t.Fatalf("it was played: %v, %v", result, err)
			}
			var b bytes.Buffer
			_ = problems.Print(&b) // a Buffer cannot fail
			golden(t, strings.TrimSuffix(path, ".yaml")+".out", b.String())
		})
	}
}

// What fails is shown with what was seen, and why.
func TestFailures(t *testing.T) {
	t.Parallel()
	result := play(t, "testdata/fails.yaml", scenario.Options{})
	var text, xml bytes.Buffer
	if err := result.Print(&text); err != nil {
		t.Fatal(err)
	}
	if err := scenario.JUnit(&xml, []*scenario.Result{result}); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/fails.txt", text.String())
	golden(t, "testdata/fails.xml", xml.String())
}

// The story of a play is a text that people read.
func TestStory(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := play(t, "testdata/play/short.yaml", scenario.Options{Story: true}).Print(&b); err != nil {
		t.Fatal(err)
	}
	rest := b.String()
	for _, line := range []string{
		"== testdata/play/short.yaml: two hours",
		"Mon 2 Mar 2026",
		`  09:00  decided  Initech: hand off: intent: rises(intent_score, 70) (intent_score = 75)`,
		`  09:00  handoff  Initech: to Sam (sdr, rule intent), due Thu 5 Mar 17:30`,
		`  09:00  wrote    Initech: create task "SDR outreach: Initech" for sam in HubSpot`,
		`  09:00  told     Initech: manager in HubSpot: "Handed to sales: Initech"`,
		`  09:20  people   ann of globex visits the site, 3 times`,
		`  09:21  state    Globex: nurture -> handed_off`,
		`  09:50  people   sam completes the task "SDR outreach: Initech" in HubSpot`,
		`  09:51  state    Initech: handed_off -> working`,
		`  10:20  people   globex: Estimated_ACV__c = 90000 in Salesforce`,
		`  10:21  wrote    Globex: estimated_acv = 90000 in HubSpot`,
		"ok   testdata/play/short.yaml: two hours (2 checks, 110 minutes)",
	} {
		_, after, found := strings.Cut(rest, line+"\n")
		if !found {
			t.Fatalf("%q does not come where it should in\n%s", line, b.String())
		}
		rest = after
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: -want +got:\n%s", path, diff)
	}
}

// Somebody may look on, and end the play.
func TestWatch(t *testing.T) {
	t.Parallel()
	const story = "name: x\nstart: 2026-03-02 09:00\naccounts: {globex: {}}\ntimeline: [{at: 10:00, note: ten}, {at: 11:00, note: eleven}]\n"
	var seen []string
	watch := func(_ context.Context, m scenario.Moment) error {
		seen = append(seen, strings.TrimSpace(string(m.Point)+" "+m.Note)+m.At.UTC().Format(" 15:04"))
		if m.Daemon == nil || m.World == nil || m.CRM == nil || m.Result == nil {
			t.Errorf("%s: %+v", m.Point, m)
		}
		return nil
	}
	result := play(t, "x.yaml", scenario.Options{Source: []byte(story), Watch: watch})
	want := []string{"day one 14:00", "release 14:00", "note ten 15:00", "note eleven 16:00", "end 16:00"}
	if diff := cmp.Diff(want, seen); diff != "" || !result.Passed() {
		t.Errorf("points (-want +got):\n%s", diff)
	}
	enough := errors.New("enough")
	_, _, err := scenario.Play(t.Context(), "x.yaml", scenario.Options{Source: []byte(story), Watch: func(context.Context, scenario.Moment) error { return enough }})
	if !errors.Is(err, enough) {
		t.Errorf("it played on: %v", err)
	}
}
