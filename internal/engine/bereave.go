package engine

import (
	"time"

	"handoffd/mapping"
)

// bereaveAfter is how long a record may be in the bin before what sales was
// given there is over: it may be taken out again at once, or turn out to have
// been merged.
const bereaveAfter = time.Hour

// bereave ends the handoff of an account whose record with the task is deleted
// while the one in the other CRM lives: the task went with it, and no deadline
// runs for what nobody can see. The other CRM shows that marketing has the
// account again. It says when that is to be looked at, zero for never.
func (b *batch) bereave(en *entry) (due time.Time, err error) {
	if en.life.Open == nil || !free(en) || !widowed(en) {
		return due, nil
	}
	h, err := b.tx.OpenHandoff(en.row.ID)
	if err != nil || h == nil || h.System == "" || h.Rule == ruleAdopted {
		return due, err
	}
	v := en.account.Views[mapping.SideOf(h.System)]
	if v == nil || !v.Deleted {
		return due, nil
	}
	if due = v.Noticed.Add(bereaveAfter); due.After(b.now) {
		return due, nil
	}
	if err := b.closeHandoff(h, outcomeDeleted); err != nil {
		return due, err
	}
	b.endLife(en)
	return time.Time{}, nil
}
