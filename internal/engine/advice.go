package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"handoffd/workflows"
)

// What an advice is about.
const (
	// AboutLimit: more accounts meet the criteria than the limit lets through.
	AboutLimit = "limit"
	// AboutTarget: the handoff rate misses its target.
	AboutTarget = "target"
)

// settingAdvice keeps the last advice about each.
const settingAdvice = "advice/"

// advice is what was proposed last. It is of one policy: with another one it
// says nothing.
type advice struct {
	Month string `json:"month"`
	Hash  string `json:"hash"`
	Text  string `json:"text,omitempty"`
}

// of is the text, if it is about this policy.
func (a advice) of(p *workflows.Policy) string {
	if a.Hash != p.Hash {
		return ""
	}
	return a.Text
}

// Advise proposes which number of the rules would have kept the limit, or met
// the target, over the last quarter; "" if nothing has to change. It replays
// the past of all accounts, so it is made once a month and kept.
func Advise(ctx context.Context, s Store, p *workflows.Policy, about string, now time.Time) (string, error) {
	key, month := settingAdvice+about, now.In(p.Calendar.Location()).Format("2006-01")
	var kept advice
	err := s.View(ctx, func(tx Tx) error { return getSetting(tx, key, &kept) })
	if err != nil || kept.Month == month {
		return kept.of(p), err
	}
	text, err := advise(ctx, s, p, about, now)
	if err != nil {
		return "", fmt.Errorf("proposing other thresholds: %w", err)
	}
	kept = advice{Month: month, Hash: p.Hash, Text: text}
	return text, s.Update(ctx, func(tx Tx) error { return putSetting(tx, key, kept) })
}

func advise(ctx context.Context, s Store, p *workflows.Policy, about string, now time.Time) (string, error) {
	f := workflows.Frame{Now: now}
	if about == AboutLimit {
		f.Limit = p.Limits.MonthlyLimit()
	} else {
		f.Band = p.WantedBand()
	}
	if f.Limit == 0 && !f.Band.Set {
		return "", nil
	}
	var err error
	var none *NothingKnownError
	f.Span, _, err = spanOf(ctx, s, BacktestRequest{}, now)
	if errors.As(err, &none) || err == nil && f.Months() < workflows.EnoughMonths {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if f.Targets, err = targetsIn(ctx, s, p, f.Span); err != nil {
		return "", err
	}
	r, err := replay(ctx, s, []*workflows.Policy{p}, 0, f.Span)
	if err != nil {
		return "", err
	}
	present := r.tallies[0].Trial("", f)
	if !present.Misses() {
		return "", nil
	}
	turned := p.Turns(present.TooMany())
	policies := make([]*workflows.Policy, len(turned))
	for i := range turned {
		policies[i] = turned[i].Policy
	}
	if len(policies) == 0 {
		return "", nil
	}
	if r, err = replay(ctx, s, policies, 0, f.Span); err != nil {
		return "", err
	}
	trials := make([]workflows.Trial, len(turned))
	for i := range turned {
		trials[i] = r.tallies[i].Trial("", f)
	}
	return f.Advise(present, turned, trials), nil
}

// adviseOnQueue looks for stricter criteria while the queue keeps growing.
func (e *Engine) adviseOnQueue(ctx context.Context, now time.Time) error {
	policy, _ := e.rules()
	var growth queueGrowth
	err := e.store.View(ctx, func(tx Tx) error { return getSetting(tx, settingGrowth, &growth) })
	if err != nil || growth.Period != policy.Limits.Longest() || !growth.grows() {
		return err
	}
	text, err := Advise(ctx, e.store, policy, AboutLimit, now)
	if text != "" {
		e.log.Info("stricter criteria would keep the queue short", "proposal", text)
	}
	return err
}
