package scenario

import (
	"context"
	"errors"
	"maps"

	"handoffd/connectors"
)

// seed fills the CRMs with the accounts that are there from the start.
func (p *player) seed(ctx context.Context) error {
	for _, a := range p.scenario.accounts {
		if a.later {
			continue
		}
		if err := p.put(ctx, a); err != nil {
			return err
		}
	}
	var errs []error
	for _, u := range p.scenario.people {
		if u.inactive {
			errs = append(errs, p.activate(ctx, u, false))
		}
	}
	return errors.Join(errs...)
}

// put brings an account with its people into the CRMs.
func (p *player) put(ctx context.Context, a *account) error {
	for _, system := range a.in {
		fields := map[string]any{"Name": a.name, "Website": a.domain, "Type": "Prospect"}
		if system == connectors.HubSpot {
			fields = map[string]any{"name": a.name, "domain": a.domain}
			if id := a.ids[connectors.Salesforce]; id != "" && a.linked {
				fields["salesforceaccountid"] = id
			}
		}
		if a.owner != nil {
			fields[ownerField(system)] = a.owner
		}
		maps.Copy(fields, a.fields[system])
		id, err := p.make(ctx, system, connectors.Account, fields, nil)
		if err != nil {
			return err
		}
		a.ids[system] = id
	}
	for _, c := range a.contacts {
		if c.added {
			continue
		}
		if err := p.putContact(ctx, a, c); err != nil {
			return err
		}
	}
	return nil
}

// putContact brings a person into the CRMs in which the account stands.
func (p *player) putContact(ctx context.Context, a *account, c *contact) error {
	for _, system := range systemsOf() {
		if !a.stands(system) {
			continue
		}
		fields := map[string]any{"FirstName": c.first, "LastName": c.last, "Title": c.title, "Email": c.email, "AccountId": a.ids[system]}
		if system == connectors.HubSpot {
			fields = map[string]any{"firstname": c.first, "lastname": c.last, "jobtitle": c.title, "email": c.email}
		}
		maps.Copy(fields, c.fields[system])
		id, err := p.make(ctx, system, connectors.Contact, fields, nil, linksOf(a, nil)...)
		if err != nil {
			return err
		}
		c.ids[system] = id
	}
	return nil
}
