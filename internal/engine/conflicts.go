package engine

import (
	"handoffd/mapping"
)

// contest logs that a write sets somebody's value aside, with both values and
// who won. The values stay in the store: a log is no place for CRM content (I8).
func (b *batch) contest(en *entry, w mapping.FieldWrite) {
	f := &b.mapping.Fields[w.Slot]
	row := ConflictRow{Account: en.row.ID, Field: f.Name, At: b.now, Winner: string(w.Side.Other().System()), Policy: string(f.Master)}
	values := [2]string{mapping.SalesforceSide: "", mapping.HubSpotSide: ""}
	for _, s := range mapping.Sides() {
		if v := b.seenOn(en.account, s, w.Slot); !v.IsNull() {
			values[s] = mapping.Clip(v.String(), contestClip)
		}
	}
	row.Salesforce, row.HubSpot = values[mapping.SalesforceSide], values[mapping.HubSpotSide]
	if f.Master == mapping.FromHandoffd {
		row.Winner = string(mapping.FromHandoffd)
	}
	switch {
	case w.PutBack:
		row.Policy, row.Reason = "from: "+row.Policy, "changed where it is not to be changed, and put back"
	case w.Tie:
		row.Policy, row.Reason = "sync: "+row.Policy, "which change is the later one cannot be told; newest_tie decided"
	default:
		row.Policy = "sync: " + row.Policy
	}
	b.engine.log.Info("conflict", "account", en.row.ID, "field", f.Name, "winner", row.Winner, "policy", row.Policy, "reason", row.Reason)
	b.contests = append(b.contests, row)
}

// contestClip is how much of a value the log of conflicts keeps.
const contestClip = 500
