package engine

import (
	"encoding/json"
	"fmt"
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// outcomeLeftOut ends a handoff of which sales had not been told yet when the
// where clause left the account out.
const outcomeLeftOut = "left out by where"

// rescope looks after an account that may have left the scope, or entered it:
// it may be the first in its group that counts, or was the last.
func (b *batch) rescope(en *entry, before bool) error {
	if en.account.InScope() == before {
		return nil
	}
	b.pend(en)
	if before && !en.account.Gone() {
		return b.leave(en)
	}
	return nil
}

// leave takes back what was planned for an account that has left the scope and
// was not sent yet: it is left alone from now on. What sales has stays theirs.
func (b *batch) leave(en *entry) error {
	rows, err := b.tx.Outbox(en.row.ID)
	if err != nil {
		return err
	}
	h, err := b.tx.OpenHandoff(en.row.ID)
	if err != nil {
		return err
	}
	told := true
	for _, r := range rows {
		if r.State != OutboxPending {
			continue
		}
		switch r.Kind {
		case string(connectors.Update):
			if err := b.unplan(en, r); err != nil {
				return err
			}
		case string(connectors.CreateTask):
			told = told && (h == nil || !strings.HasPrefix(r.Key, h.ID+"/"))
		}
	}
	why := "not written: the account is out of scope"
	if err := b.withdraw(en.row.ID, func(r OutboxRow) bool { return r.Kind == string(connectors.Update) }, why); err != nil || h == nil || told {
		return err
	}
	// Nothing of it is used up: when the account comes back it is judged anew.
	en.life.State, en.life.Since = workflows.Nurture, b.now
	b.takeOff(en)
	return b.closeHandoff(h, outcomeLeftOut)
}

// unplan lets the account know that a field write was never sent, so that it
// is planned again if it is still due when the account comes back.
func (b *batch) unplan(en *entry, r OutboxRow) error {
	var w connectors.Write
	if err := json.Unmarshal(r.Payload, &w); err != nil {
		return fmt.Errorf("decoding write %s: %w", r.Key, err)
	}
	b.mapping.Refused(en.account, mapping.SideOf(r.System), w.Fields)
	return nil
}
