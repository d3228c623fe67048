package scenario

import (
	"context"
	"fmt"
	"time"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
)

// closesAfter is when a new opportunity is expected to close.
const closesAfter = 90 * 24 * time.Hour

// opportunity opens one, or a deal, on the account.
func (r *reader) opportunity(m *yamlpos.Map) act {
	a, by, owner := r.account(m.Get("opportunity")), r.person(m.Get("by")), r.person(m.Get("owner"))
	in, stage, name, amount := r.systemIn(a, m.Get("in")), r.text(m.Get("stage")), r.text(m.Get("name")), 0.0
	m.Get("amount").FloatIn(&amount, 0, 1e15)
	if name == "" {
		name = a.name + ": new business"
	}
	if owner == nil {
		owner = by
	}
	return func(ctx context.Context, p *player) (string, error) {
		system, err := p.where(ctx, a, in)
		if err != nil {
			return "", err
		}
		closes := p.clock.Now().Add(closesAfter)
		fields := map[string]any{"Name": name, "AccountId": a.ids[system], "StageName": either(stage, "Prospecting"), "CloseDate": closes.Format(time.DateOnly)}
		if system == connectors.HubSpot {
			fields = map[string]any{"dealname": name, "dealstage": either(stage, "appointmentscheduled"), "pipeline": "default", "closedate": instant(closes)}
		}
		if amount > 0 {
			fields[map[connectors.System]string{connectors.Salesforce: "Amount", connectors.HubSpot: "amount"}[system]] = amount
		}
		if owner != nil {
			fields[ownerField(system)] = owner
		}
		id, err := p.make(ctx, system, connectors.Opportunity, fields, by, linksOf(a, nil)...)
		p.deals[a.key] = append(p.deals[a.key], connectors.Ref{System: system, Object: connectors.Opportunity, ID: id})
		return said("%s opens %q on %s in %s", either(user(by), "somebody"), name, a.key, systemName(system)), err
	}
}

func either(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// stage moves the account's last opportunity.
func (r *reader) stage(m *yamlpos.Map) act {
	a, by, to := r.account(m.Get("stage")), r.person(m.Get("by")), r.text(m.Get("to"))
	m.Require("to")
	return func(ctx context.Context, p *player) (string, error) {
		return said("the opportunity of %s moves to %q", a.key, to), p.moveDeal(ctx, a, to, to, by)
	}
}

func (r *reader) closeAs(verb, word, salesforce, hubspot string) func(*yamlpos.Map) act {
	return func(m *yamlpos.Map) act {
		a, by := r.account(m.Get(verb)), r.person(m.Get("by"))
		return func(ctx context.Context, p *player) (string, error) {
			return said("%s %s %s", either(user(by), "sales"), word, a.key), p.moveDeal(ctx, a, salesforce, hubspot, by)
		}
	}
}

func (p *player) moveDeal(ctx context.Context, a *account, salesforce, hubspot string, by *person) error {
	deals := p.deals[a.key]
	if len(deals) == 0 {
		return fmt.Errorf("%s has no opportunity; open one with {opportunity: %s} first", a.key, a.key)
	}
	ref := deals[len(deals)-1]
	fields := map[string]any{"StageName": salesforce, "CloseDate": p.clock.Now().Format(time.DateOnly)}
	if ref.System == connectors.HubSpot {
		fields = map[string]any{"dealstage": hubspot, "closedate": instant(p.clock.Now())}
	}
	return p.update(ctx, ref.System, connectors.Opportunity, ref.ID, fields, by)
}

// dropDeal deletes the account's last opportunity.
func (r *reader) dropDeal(m *yamlpos.Map) act {
	a, by := r.account(m.Get("delete_opportunity")), r.person(m.Get("by"))
	return func(ctx context.Context, p *player) (string, error) {
		deals := p.deals[a.key]
		if len(deals) == 0 {
			return "", fmt.Errorf("%s has no opportunity that could be deleted", a.key)
		}
		ref := deals[len(deals)-1]
		p.deals[a.key] = deals[:len(deals)-1]
		words := said("%s deletes the opportunity of %s", either(user(by), "somebody"), a.key)
		return words, p.remove(ctx, ref.System, ref.Object, ref.ID, by)
	}
}
