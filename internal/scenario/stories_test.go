package scenario_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"handoffd/internal/scenario"
)

// storyFields are fields of one account, each with another word on who counts.
var storyFields = map[string]string{
	"by_sf": "sync: prefer_salesforce", "by_sf_clear": "sync: prefer_salesforce, empty: clear",
	"by_hs": "sync: prefer_hubspot", "by_hs_clear": "sync: prefer_hubspot, empty: clear",
	"newest": "sync: newest", "newest_clear": "sync: newest, empty: clear",
	"blank": "sync: fill_blank", "of_hs": "from: hubspot", "of_hs_clear": "from: hubspot, empty: clear",
}

// The two sides of a field.
const (
	inSF = iota
	inHS
)

// troubles are what a CRM may do to a request, once.
var troubles = []string{
	`{fault: hubspot, with: {kind: drop_after, method: POST, path: batch/update}}`,
	`{fault: hubspot, with: {kind: status, status: 500, path: /search, count: 2}}`,
	`{fault: hubspot, with: {kind: rate_limit, path: /search, count: 2}}`,
	`{fault: hubspot, with: {kind: index_lag, lag_ms: 45000}}`,
	`{fault: salesforce, with: {action: drop_after, method: POST, path: composite}}`,
	`{fault: salesforce, with: {action: row_lock, path: composite, count: 2}}`,
	`{fault: salesforce, with: {action: late_commit, delay: 90s}}`,
}

// told is a story as it is told: what stands where, and the file so far.
type told struct {
	t      *rapid.T
	minute int // since ten o'clock
	n      int // values given out
	now    map[string][2]string
	// empties is the side that may empty a field; the other never does, so that
	// the two never come to hold the same by accident, which is an agreement.
	empties map[string]int
	text    strings.Builder
}

// storyOf tells a story of one account: people change fields in either CRM, one
// after the other or while a CRM is away, and what must stand there then.
func storyOf(t *rapid.T) string {
	s := &told{t: t, now: map[string][2]string{}, empties: map[string]int{}}
	s.text.WriteString("name: a random story\nstart: 2026-03-02 09:00\nmapping:\n  account:\n")
	names := slices.Sorted(maps.Keys(storyFields))
	for _, f := range names {
		fmt.Fprintf(&s.text, "    %s: {type: text, hubspot: %s, salesforce: %s__c, %s}\n", f, f, f, storyFields[f])
		s.now[f], s.empties[f] = [2]string{"a", "a"}, rapid.IntRange(inSF, inHS).Draw(t, "empties")
	}
	s.text.WriteString("people:\n  sam: {email: sam@acme.example, team: SDR, manager: manager}\naccounts:\n  acme: {owner: sam")
	for _, f := range names {
		fmt.Fprintf(&s.text, ", %s: a", f)
	}
	s.text.WriteString("}\ntimeline:\n")
	for range rapid.IntRange(1, 4).Draw(t, "rounds") {
		s.round(names)
	}
	return s.text.String()
}

func (s *told) at() string { return fmt.Sprintf("%02d:%02d", 10+s.minute/60, s.minute%60) }

// round lets people change fields and says what comes of it.
func (s *told) round(names []string) {
	for _, trouble := range troubles {
		if rapid.IntRange(0, 5).Draw(s.t, "trouble") == 0 {
			fmt.Fprintf(&s.text, "  - {at: %s, do: %s}\n", s.at(), trouble)
		}
	}
	before, last := maps.Clone(s.now), map[string][2]int{}
	changes, away := 1, ""
	if rapid.Bool().Draw(s.t, "outage") {
		away = rapid.SampledFrom([]string{"hubspot", "salesforce"}).Draw(s.t, "away")
		fmt.Fprintf(&s.text, "  - {at: %s, do: {outage: %s, for: 1h}}\n", s.at(), away)
		changes = rapid.IntRange(1, 3).Draw(s.t, "changes")
	}
	saved := 0
	for range changes {
		s.minute += 12
		side := rapid.IntRange(inSF, inHS).Draw(s.t, "side")
		s.change(names, side, last)
		if side == inSF {
			saved = s.minute
		}
	}
	if away != "" {
		s.minute += 57 - 12*changes
		s.expect(names)
	}
	s.minute += 40
	for _, f := range names {
		hs := last[f][inHS] > last[f][inSF]
		if away == "salesforce" {
			hs = last[f][inHS] > saved // when of all that was saved this field was, Salesforce does not say
		}
		s.now[f] = settled(storyFields[f], before[f], s.now[f], hs)
	}
	s.expect(names)
	fmt.Fprintf(&s.text, "  - {at: %s, do: [{clear_faults: hubspot}, {clear_faults: salesforce}]}\n", s.at())
	s.minute++
}

func (s *told) change(names []string, side int, last map[string][2]int) {
	fmt.Fprintf(&s.text, "  - {at: %s, set: {in: %s, acme: {", s.at(), []string{"salesforce", "hubspot"}[side])
	for _, f := range names {
		if rapid.IntRange(0, 2).Draw(s.t, "field") == 0 {
			continue
		}
		s.n++
		v := fmt.Sprint("v", s.n)
		if s.empties[f] == side && rapid.IntRange(0, 3).Draw(s.t, "empty") == 0 {
			v = ""
		}
		now, when := s.now[f], last[f]
		if now[side] != v {
			now[side], when[side] = v, s.minute
			s.now[f], last[f] = now, when
		}
		fmt.Fprintf(&s.text, "%s: %s, ", f, orNull(v))
	}
	s.text.WriteString("}}}\n")
}

func orNull(v string) string {
	if v == "" {
		return "null"
	}
	return v
}

func (s *told) expect(names []string) {
	var sides [2]string
	for _, f := range names {
		sides[inSF] += fmt.Sprintf("%s__c: %s, ", f, orNull(s.now[f][inSF]))
		sides[inHS] += fmt.Sprintf("%s: %s, ", f, orNull(s.now[f][inHS]))
	}
	fmt.Fprintf(&s.text, "  - {by: %s, expect: {acme: {salesforce: {%s}, hubspot: {%s}}, counts: {problems: 0}}}\n", s.at(), sides[inSF], sides[inHS])
}

// settled is what comes of two people's changes by the field's word: each side
// against what it held before, seen by somebody who has seen it all.
func settled(rest string, before, now [2]string, hsLater bool) [2]string {
	clears := strings.Contains(rest, "clear")
	changed := func(side int) bool { return now[side] != before[side] && (now[side] != "" || clears) }
	sc, hc := changed(inSF), changed(inHS)
	switch {
	case strings.HasPrefix(rest, "from: hubspot"):
		if now[inHS] == "" && !clears {
			return now
		}
		return [2]string{now[inHS], now[inHS]}
	case rest == "sync: fill_blank":
		sc, hc = sc && now[inHS] == "", hc && now[inSF] == ""
	}
	hsWins := strings.Contains(rest, "hubspot") || strings.Contains(rest, "newest") && hsLater
	switch {
	case sc && (!hc || !hsWins):
		return [2]string{now[inSF], now[inSF]}
	case hc:
		return [2]string{now[inHS], now[inHS]}
	}
	return now
}

// stories is how many are played: go test ./internal/scenario -run Stories -stories 200.
var stories = flag.Int("stories", 3, "how many random stories to play")

// TestLawOfStories plays random stories against both sandboxes, with outages
// and other troubles: what people wrote is where the policies want it.
func TestLawOfStories(t *testing.T) {
	t.Parallel()
	tell := rapid.Custom(storyOf)
	for seed := range *stories {
		text := tell.Example(seed)
		result, problems, err := scenario.Play(t.Context(), "testdata/play/story.yaml", scenario.Options{Source: []byte(text)})
		if err == nil {
			err = problems.Err()
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if !result.Passed() {
			var b bytes.Buffer
			_ = result.Print(&b) // a Buffer cannot fail
			t.Fatalf("story %d did not go as expected:\n%s\n%s", seed, b.String(), text)
		}
	}
}
