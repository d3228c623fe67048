package connectortest

import (
	"slices"
	"strings"
	"testing"
)

// check is one thing that the contract promises.
type check struct {
	name string
	// control: it makes no sense without the control plane of a sandbox.
	control bool
	setup   Setup
	run     func(*play)
}

// checks lists them in the order of a report.
func checks() []check {
	var out []check
	for _, some := range [][]check{
		loadingChecks(), changeChecks(), leavingChecks(), valueChecks(), readingTroubleChecks(),
		updateChecks(), refusalChecks(), createChecks(), makeChecks(), unsureChecks(), cancelChecks(), peopleChecks(),
	} {
		out = append(out, some...)
	}
	return out
}

// RunWrites runs only the checks of writing and of what is around it, for an
// org that differs in how it takes writes.
func RunWrites(t *testing.T, b Bench) {
	t.Helper()
	run(t, b, slices.Concat(updateChecks(), refusalChecks(), createChecks(), makeChecks(), unsureChecks(), cancelChecks(), peopleChecks()), nil)
}

// Run holds a connector to the contract, one subtest per promise. Every check
// has an org of its own, and after each of them all that was logged or
// returned as an error is searched for credentials. On a real org the checks
// run one after the other.
func Run(t *testing.T, b Bench) {
	t.Helper()
	run(t, b, checks(), law)
}

func run(t *testing.T, b Bench, checks []check, law func(*testing.T, Bench)) {
	t.Helper()
	var lists []*[]string
	for _, c := range checks {
		left := &[]string{}
		lists = append(lists, left)
		if c.control && b.Real {
			*left = append(*left, c.name)
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			if !b.Real {
				t.Parallel()
			}
			perform(t, b, c, left)
		})
	}
	switch {
	case law == nil:
	case b.Real:
		lists = append(lists, &[]string{lawName})
	default:
		t.Run(lawName, func(t *testing.T) {
			t.Parallel()
			law(t, b)
		})
	}
	t.Cleanup(func() { t.Log(notExercised(lists)) })
}

func perform(t tester, b Bench, c check, left *[]string) {
	t.Helper()
	p := begin(t, b, c.name, left, c.setup)
	defer p.end()
	c.run(p)
}

// notExercised is the last line of a run.
func notExercised(lists []*[]string) string {
	var all []string
	for _, list := range lists {
		all = append(all, slices.Compact(*list)...)
	}
	if len(all) == 0 {
		return "every step was exercised"
	}
	return "not exercised: " + strings.Join(all, "; ")
}
