package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"handoffd/workflows"
)

// Governance is what keeps ready accounts from sales, and what somebody has
// to look at.
type Governance struct {
	// Waits counts ready accounts by what they wait for: limit, delivery,
	// held, owner.
	Waits map[string]int `json:"waits,omitempty"`
	// Late counts those that are not handed off within the service level.
	Late int `json:"late"`
	// Hold is the hold that stands, nil for none.
	Hold *HoldRow `json:"hold,omitempty"`
	// QueueGrows says that the queue keeps growing, "" if it does not.
	QueueGrows string `json:"queue_grows,omitempty"`
	// Review says that the policy's review is overdue, "" if it is not.
	Review string `json:"review,omitempty"`
}

// Attention lists what a person has to look at, in words.
func (g Governance) Attention() []string {
	var out []string
	if g.Hold != nil {
		out = append(out, g.Hold.String())
	}
	for _, text := range []string{g.Review, g.QueueGrows} {
		if text != "" {
			out = append(out, text)
		}
	}
	if g.Late > 0 {
		out = append(out, fmt.Sprintf("%d accounts are ready and were not handed off within the service level", g.Late))
	}
	return out
}

// Attention reads what a person has to look at.
func (e *Engine) Attention(ctx context.Context) (texts []string, err error) {
	err = e.store.View(ctx, func(tx Tx) error {
		g, err := e.govern(tx)
		texts = g.Attention()
		return err
	})
	return texts, err
}

// govern reads it.
func (e *Engine) govern(tx Tx) (g Governance, err error) {
	if g.Hold, err = HoldIn(tx); err != nil {
		return g, err
	}
	policy, _ := e.rules()
	g.Review = ReviewOverdue(policy.Signed, e.clock.Now())
	var growth queueGrowth
	if err := getSetting(tx, settingGrowth, &growth); err != nil {
		return g, err
	}
	if growth.Period == policy.Limits.Longest() && growth.grows() {
		g.QueueGrows = growth.String()
		var kept advice
		if err := getSetting(tx, settingAdvice+AboutLimit, &kept); err != nil {
			return g, err
		}
		if text := kept.of(policy); text != "" {
			g.QueueGrows += "; " + text
		}
	}
	rows, err := tx.AccountsInState(string(workflows.Ready))
	if err != nil {
		return g, err
	}
	for _, row := range rows {
		var life workflows.Life
		if len(row.Life) == 0 {
			continue
		}
		if err := json.Unmarshal(row.Life, &life); err != nil {
			return g, fmt.Errorf("decoding the life of account %s: %w", row.ID, err)
		}
		if life.Queued != nil {
			if g.Waits == nil {
				g.Waits = map[string]int{}
			}
			g.Waits[string(life.Queued.Kind)]++
		}
		if life.Late {
			g.Late++
		}
	}
	return g, nil
}

// settingSigned keeps the last signed policy that was in force.
const settingSigned = "signed"

// signFault says why the policy counts as not signed, "" if it is signed.
func (e *Engine) signFault(tx Tx) (string, error) {
	var last workflows.Signed
	if err := getSetting(tx, settingSigned, &last); err != nil {
		return "", err
	}
	policy, _ := e.rules()
	return policy.Signed.Fault(e.clock.Now(), last), nil
}

// Unsigned says why the policy counts as not signed off in this store, "" if
// it is: a signature without a hash is good for the policy that stood when it
// was first seen.
func (e *Engine) Unsigned(ctx context.Context) (fault string, err error) {
	err = e.store.View(ctx, func(tx Tx) error {
		fault, err = e.signFault(tx)
		return err
	})
	return fault, err
}

// recordSigned keeps the policy with its signatures, if it is signed.
func (e *Engine) recordSigned(tx Tx) error {
	policy, _ := e.rules()
	fault, err := e.signFault(tx)
	if err != nil {
		return err
	}
	if fault != "" {
		e.log.Warn("only planning", "reason", fault)
		return nil
	}
	if e.planOnly {
		return nil // what is only tried out is not in force
	}
	var last workflows.Signed
	if err := getSetting(tx, settingSigned, &last); err != nil || last == policy.Signed.Record() {
		return err
	}
	return putSetting(tx, settingSigned, policy.Signed.Record())
}

// ReviewOverdue says since when the policy should have been reviewed, "" if
// that is not so.
func ReviewOverdue(s workflows.SignOff, now time.Time) string {
	if !s.Overdue(now) {
		return ""
	}
	return fmt.Sprintf("the policy's review is overdue since %s (review_every, counted from the older signature)", s.ReviewDue().Format(time.DateOnly))
}
