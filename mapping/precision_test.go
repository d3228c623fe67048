package mapping_test

import (
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// TestTimesKeepTheirMilliseconds: Salesforce keeps times to the second. What
// it makes of a HubSpot time is no change of a person, and is not written back
// over the time that it came from.
func TestTimesKeepTheirMilliseconds(t *testing.T) {
	t.Parallel()
	const precise, kept = "2026-03-01T03:04:05.678Z", "2026-03-01T03:04:05.000+0000"
	for _, policy := range []string{"sync: prefer_hubspot", "sync: prefer_salesforce", "sync: newest", "sync: fill_blank", "from: hubspot"} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			m := compile(t, "\naccount:\n  field: {type: datetime, hubspot: field, salesforce: Field__c, "+policy+"}\n")
			a := m.NewAccount("x")
			salesforceReads := func(at time.Time, value connectors.Value) {
				m.Apply(a, salesforce(at, map[string]connectors.Value{"Field__c": value}))
			}
			decide := func() []mapping.FieldWrite {
				m.Agree(a, allRead)
				writes, problems := m.Outgoing(a)
				if len(problems) > 0 {
					t.Fatalf("problems %+v", problems)
				}
				return writes
			}
			m.Apply(a, hubspot(noon, map[string]connectors.Value{"field": text(precise)}))
			salesforceReads(noon, connectors.Value{})
			writes := decide()
			if len(writes) != 1 || writes[0].Side != mapping.SalesforceSide || writes[0].Vendor != text(precise) {
				t.Fatalf("writes %+v, want the time in salesforce", writes)
			}
			m.MarkSent(a, writes[0])
			m.Landed(a, mapping.SalesforceSide, map[string]connectors.Value{"Field__c": text(precise)})
			salesforceReads(noon.Add(time.Minute), text(kept))
			if writes := decide(); len(writes) > 0 {
				t.Fatalf("what salesforce kept is written back: %+v", writes)
			}
			salesforceReads(noon.Add(time.Hour), text("2026-03-01T03:04:06.000+0000"))
			if writes := decide(); (len(writes) == 1) != (policy != "sync: fill_blank") {
				t.Fatalf("writes %+v after a person's change in salesforce", writes)
			}
		})
	}
}

// TestTimesOfTheSameSecond stay as they are where both CRMs had them before.
func TestTimesOfTheSameSecond(t *testing.T) {
	t.Parallel()
	m := compile(t, "\naccount:\n  field: {type: datetime, hubspot: field, salesforce: Field__c, sync: prefer_salesforce}\n")
	a := m.NewAccount("x")
	m.Apply(a, hubspot(noon, map[string]connectors.Value{"field": text("2026-03-01T03:04:05.678Z")}))
	m.Apply(a, salesforce(noon, map[string]connectors.Value{"Field__c": text("2026-03-01T03:04:05.000+0000")}))
	if writes, _ := m.Outgoing(a); len(writes) > 0 {
		t.Errorf("writes %+v where both hold the same second", writes)
	}
}
