package workflows

import (
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
)

// tasksIn reads in which CRM tasks are made: a word, or what is preferred
// where an account is owned in both.
func (k *compiler) tasksIn(n yamlpos.Node) {
	if n.Kind() != yamlpos.Mapping {
		yamlpos.Enum(n, &k.p.TasksIn, WhereOwned, TasksInSalesforce, TasksInHubSpot)
		return
	}
	m := n.Map("owned_in_both")
	m.Require("owned_in_both")
	system := connectors.Salesforce
	if yamlpos.Enum(m.Get("owned_in_both"), &system, connectors.Salesforce, connectors.HubSpot) {
		k.p.OwnedInBoth = mapping.SideOf(system)
	}
}

// taskHome is the CRM in which a stage's task belongs, and false if the account
// has no record there. Where the policy leaves it to the owner, it is the CRM
// in which somebody works who could have the account; an account whose owner in
// Salesforce has left is owned in HubSpot.
func (p *Policy) taskHome(r RouteRequest) (mapping.Side, bool) {
	has := func(side mapping.Side) bool {
		_, ok := r.Account.Ref(side)
		return ok
	}
	switch p.TasksIn {
	case TasksInSalesforce:
		return mapping.SalesforceSide, has(mapping.SalesforceSide)
	case TasksInHubSpot:
		return mapping.HubSpotSide, has(mapping.HubSpotSide)
	}
	both := []mapping.Side{p.OwnedInBoth, p.OwnedInBoth.Other()}
	both = slices.DeleteFunc(both, func(side mapping.Side) bool { return !has(side) })
	for _, side := range both {
		if p.owned(r, side) {
			return side, true
		}
	}
	if len(both) > 0 {
		return both[0], true
	}
	return p.OwnedInBoth.Other(), false
}

// owned tells whether one of the owner fields that the stage asks names
// somebody who works in that CRM. Who is only away still works there.
func (p *Policy) owned(r RouteRequest, side mapping.Side) bool {
	for _, choice := range p.Routing[r.Stage].choices() {
		id := p.ownerID(r.Account, choice, side)
		if choice == ToPool || id == "" {
			continue
		}
		if u := byID(r.Users[side.System()], id); u != nil && p.unfit(u) == "" {
			return true
		}
	}
	return false
}

// unfit says why a user can never have a task, "" if nothing is in the way.
func (p *Policy) unfit(u *connectors.User) string {
	switch {
	case u.Queue:
		return "is a queue"
	case !u.Active:
		return "is inactive"
	case p.Lifecycle.NotSales[strings.ToLower(u.Email)]:
		return "is named under lifecycle.not_sales"
	}
	return ""
}
