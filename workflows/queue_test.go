package workflows_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"handoffd/workflows"
)

// TestTimeInTheQueue: what a limit or the delivery took is counted, what
// anything else took is not, however often somebody looks.
func TestTimeInTheQueue(t *testing.T) {
	t.Parallel()
	kinds := []workflows.WaitKind{workflows.WaitsForLimit, workflows.WaitsForDelivery, workflows.WaitsForRelease, workflows.WaitsForOwner}
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC)
		l := workflows.Life{State: workflows.Ready, Met: now}
		var want time.Duration
		last := workflows.WaitKind("")
		for range rapid.IntRange(0, 30).Draw(t, "looks") {
			step := time.Duration(rapid.IntRange(0, 5000).Draw(t, "minutes")) * time.Minute
			now = now.Add(step)
			if last == workflows.WaitsForLimit || last == workflows.WaitsForDelivery {
				want += step
			}
			last = rapid.SampledFrom(kinds).Draw(t, "kind")
			l.Stay(workflows.Wait{Kind: last, Ends: now}, now)
			if got := l.InQueue(now); got != want {
				t.Fatalf("in the queue for %s, want %s", got, want)
			}
		}
		if got := l.Go(now); got != want || !l.Met.IsZero() || l.Queued != nil {
			t.Fatalf("was in the queue for %s, want %s; left %+v", got, want, l)
		}
	})
}

func TestHandOffBy(t *testing.T) {
	t.Parallel()
	p := policy(t, policyText) // 48h
	met := time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC)
	l := workflows.Life{State: workflows.Ready, Met: met}
	if got := p.HandOffBy(l); !got.Equal(met.Add(48 * time.Hour)) {
		t.Errorf("due %s", got)
	}
	l.Stay(workflows.Wait{Kind: workflows.WaitsForLimit}, met)
	if got := p.HandOffBy(l); !got.IsZero() {
		t.Errorf("the clock runs in the queue: %s", got)
	}
	l.Stay(workflows.Wait{Kind: workflows.WaitsForOwner}, met.Add(100*time.Hour))
	if got := p.HandOffBy(l); !got.Equal(met.Add(148 * time.Hour)) {
		t.Errorf("due %s after the queue", got)
	}
}

// TestTheFactBehind: the signal's time is that of the latest fact that the
// criteria rest on.
func TestTheFactBehind(t *testing.T) {
	t.Parallel()
	s := newStory(policy(t, policyText))
	s.hubspot(monday, "hs_is_target_account=true", "account_fit=true", "acv=1000", "intent_score=82", "intent_at="+monday.Format(time.RFC3339))
	in := workflows.Input{Account: s.a, Now: monday.Add(5 * time.Hour)}
	d := s.p.Evaluate(in)
	if d.Outcome != workflows.HandOff {
		t.Fatalf("outcome %s", d.Outcome)
	}
	l := workflows.Life{State: workflows.Ready}
	s.p.Settle(&l, in, d)
	if l.State != workflows.Ready || !l.Met.Equal(in.Now) || !l.Signal.Equal(monday) || l.MetAs != workflows.Intent {
		t.Errorf("life %+v, want met now through a fact of %s", l, monday)
	}
	later := in
	later.Now = in.Now.Add(time.Hour)
	s.p.Settle(&l, later, d)
	if !l.Met.Equal(in.Now) {
		t.Error("meeting the criteria still is no new meeting")
	}
	l.State = workflows.Nurture
	s.p.Settle(&l, later, d)
	if l.State != workflows.Nurture || !l.Met.IsZero() {
		t.Errorf("life %+v, want nurture with nothing left of the wait", l)
	}
}

// TestTakeOver: of two accounts that are one now, the longer wait counts.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	early := workflows.Life{State: workflows.Ready, Met: monday, Waited: time.Hour}
	late := workflows.Life{State: workflows.Ready, Met: monday.Add(time.Hour)}
	for name, tt := range map[string]struct{ keep, gone, want workflows.Life }{
		"the other waits longer":  {late, early, early},
		"this one waits longer":   {early, late, early},
		"only the other is ready": {workflows.Life{State: workflows.Nurture}, late, late},
		"this one is handed off":  {workflows.Life{State: workflows.HandedOff}, late, workflows.Life{State: workflows.HandedOff}},
		"none is ready":           {workflows.Life{State: workflows.Nurture}, workflows.Life{State: workflows.Nurture}, workflows.Life{State: workflows.Nurture}},
	} {
		got := tt.keep
		got.TakeOver(tt.gone)
		if got.State != tt.want.State || !got.Met.Equal(tt.want.Met) || got.Waited != tt.want.Waited {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

func TestSignOffFault(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC)
	day := func(d int) time.Time { return time.Date(2026, 10, d, 0, 0, 0, 0, time.UTC) }
	sign := func(by string, d int, hash string) workflows.Signature {
		return workflows.Signature{By: by, On: day(d), Hash: hash}
	}
	last := workflows.Signed{Hash: "old", Marketing: sign("M", 1, ""), Sales: sign("S", 1, "")}
	tests := []struct {
		name             string
		marketing, sales workflows.Signature
		last             workflows.Signed
		want             string // part of the fault, "" for none
	}{
		{"both with the hash", sign("M", 1, "new"), sign("S", 1, "new"), last, ""},
		{"no hash, a new store", sign("M", 1, ""), sign("S", 1, ""), workflows.Signed{}, ""},
		{"no hash, the same signatures for another policy", sign("M", 1, ""), sign("S", 1, ""), last, "since marketing signed"},
		{"no hash, one of them new", sign("M", 2, ""), sign("S", 1, ""), last, "since sales signed"},
		{"no hash, both new", sign("M", 2, ""), sign("T", 1, ""), last, ""},
		{"no hash, nothing changed", sign("M", 1, ""), sign("S", 1, ""), workflows.Signed{Hash: "new", Marketing: sign("M", 1, ""), Sales: sign("S", 1, "")}, ""},
		{"one hash of another policy", sign("M", 1, "new"), sign("S", 1, "old"), workflows.Signed{}, "since sales signed it off (S, 2026-10-01; signed old, now new)"},
		{"one side only", sign("M", 1, "new"), workflows.Signature{}, workflows.Signed{}, "not signed off"},
		{"a date to come", sign("M", 1, "new"), workflows.Signature{By: "S", On: now.AddDate(0, 0, 2), Hash: "new"}, workflows.Signed{}, "not signed off"},
	}
	for _, tt := range tests {
		s := workflows.SignOff{Marketing: tt.marketing, Sales: tt.sales, Present: "new"}
		if got := s.Fault(now, tt.last); (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
