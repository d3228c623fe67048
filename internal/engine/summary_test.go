package engine_test

import (
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
)

// TestSummaryOfTheNextStage: the AE's task tells what the buyer answered and
// what the SDR did, in either CRM.
func TestSummaryOfTheNextStage(t *testing.T) {
	t.Parallel()
	h := lifeHouse(t, "")
	h.clock.Advance(time.Hour)
	h.sf.put(connectors.Task, "00T1", []string{sfID(1)}, map[string]string{"Subject": "Left a voicemail", "Status": "Completed", "IsClosed": "true", "TaskSubtype": "Call", "OwnerId": "005000000000001AAA"})
	h.step(time.Minute)
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Email, "e1", []string{"1"}, map[string]string{"hs_email_direction": "INCOMING_EMAIL", "hs_timestamp": h.clock.Now().Format(time.RFC3339)})
	h.step(time.Minute)
	task, ok := h.sf.made["sf-"+sfID(1)+"/1/ae/task"]
	if !ok {
		t.Fatalf("no task for the AE: %v", keys(h.sf))
	}
	for _, want := range []string{"Response: the buyer replied on 2026-11-02", "call by sales: Left a voicemail", "email by buyer", "Next step:\nHold the discovery call"} {
		if !strings.Contains(task.Activity.Text, want) {
			t.Errorf("%q is missing in:\n%s", want, task.Activity.Text)
		}
	}
}
