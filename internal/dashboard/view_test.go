package dashboard

import (
	"testing"
	"time"

	"handoffd/connectors"
)

func TestLate(t *testing.T) {
	t.Parallel()
	past, future := noon.Add(-time.Minute), noon.Add(time.Minute)
	for _, c := range []struct {
		name string
		h    handoff
		late bool
	}{
		{"nobody took it up in time", handoff{State: "handed_off", Due: past}, true},
		{"there is still time", handoff{State: "handed_off", Due: future}, false},
		{"due right now", handoff{State: "handed_off", Due: noon}, false},
		{"somebody works on it", handoff{State: "working", Due: past}, false},
		{"closed, and handed off anew since", handoff{State: "handed_off", Due: past, Closed: past}, false},
		{"found in the CRM, without a deadline of ours", handoff{State: "handed_off"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.h.Late(noon); got != c.late {
				t.Errorf("late is %t, want %t", got, c.late)
			}
		})
	}
}

func TestPersonal(t *testing.T) {
	t.Parallel()
	for object, personally := range map[connectors.Object]bool{
		connectors.Account: false, connectors.Opportunity: false, "write": false, "match": false, "routing": false,
		connectors.Contact: true, connectors.Task: true, connectors.Meeting: true, connectors.Call: true, connectors.Email: true, connectors.Note: true,
	} {
		if got := personal(object); got != personally {
			t.Errorf("%s: %t, want %t", object, got, personally)
		}
	}
}
