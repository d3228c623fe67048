package scenario_test

import (
	"sync"
	"testing"

	"handoffd/workflows"
)

// way is a transition, whoever took it.
type way struct {
	name     string
	from, to workflows.State
}

// waysTaken collects the transitions of all shipped scenarios.
type waysTaken struct {
	mu     sync.Mutex
	played int
	taken  map[way]int
}

func (w *waysTaken) add(steps []workflows.Step) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.played++
	for _, s := range steps {
		w.taken[way{s.Name, s.From, s.To}]++
	}
}

// all wants every transition of the table in the decision log of some shipped
// scenario. It says nothing when only some of them were played.
func (w *waysTaken) all(t *testing.T, shipped int) {
	if w.played < shipped {
		return
	}
	for _, tr := range workflows.Transitions() {
		if w.taken[way{tr.Name, tr.From, tr.To}] == 0 {
			t.Errorf("no scenario takes %q from %s to %s: %s", tr.Name, tr.From, tr.To, tr.When)
		}
	}
}
