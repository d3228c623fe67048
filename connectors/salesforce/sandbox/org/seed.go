package org

import (
	"fmt"
	"time"
)

// seed makes what every new org has.
func (o *Org) seed(name string) error {
	tx := o.Begin(makeID("005", 1))
	tx.Seed = true
	o.admin = tx.user
	var failed error
	insert := func(object string, fields ...any) ID {
		in := make([]Input, 0, len(fields)/2)
		for i := 0; i < len(fields); i += 2 {
			in = append(in, Input{Name: fields[i].(string), Value: fields[i+1]})
		}
		id, err := tx.Insert(o.Object(object), in)
		if err != nil && failed == nil {
			failed = fmt.Errorf("inserting %s: %w", object, err)
		}
		return id
	}
	admin := insert("Profile", "Name", "System Administrator", "UserType", "Standard")
	insert("Profile", "Name", "Standard User", "UserType", "Standard")
	insert("User", "Username", "integration@sandbox.example", "LastName", "User", "FirstName", "Integration",
		"Email", "integration@sandbox.example", "Alias", "integ", "ProfileId", admin, "IsActive", true)
	insert("Organization", "Name", name, "OrganizationType", "Developer Edition", "InstanceName", "SBX01", "IsSandbox", true,
		"TimeZoneSidKey", "America/Los_Angeles", "DefaultLocaleSidKey", "en_US", "LanguageLocaleKey", "en_US", "FiscalYearStartMonth", 1)
	for i, s := range []string{"Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"} {
		insert("TaskStatus", "MasterLabel", s, "ApiName", s, "SortOrder", i+1, "IsDefault", i == 0, "IsClosed", s == "Completed")
	}
	for i, s := range []string{"High", "Normal", "Low"} {
		insert("TaskPriority", "MasterLabel", s, "ApiName", s, "SortOrder", i+1, "IsDefault", i == 1, "IsHighPriority", i == 0)
	}
	for i, s := range stages {
		insert("OpportunityStage", "MasterLabel", s.name, "ApiName", s.name, "IsActive", true, "SortOrder", i+1,
			"IsClosed", s.closed, "IsWon", s.won, "DefaultProbability", s.probability,
			"ForecastCategory", s.category, "ForecastCategoryName", s.categoryName)
	}
	return failed
}

// stages are the sales stages of a new Developer Edition org.
var stages = []struct {
	name                   string
	probability            int
	closed, won            bool
	category, categoryName string
}{
	{"Prospecting", 10, false, false, "Pipeline", "Pipeline"},
	{"Qualification", 10, false, false, "Pipeline", "Pipeline"},
	{"Needs Analysis", 20, false, false, "Pipeline", "Pipeline"},
	{"Value Proposition", 50, false, false, "Pipeline", "Pipeline"},
	{"Id. Decision Makers", 60, false, false, "Pipeline", "Pipeline"},
	{"Perception Analysis", 70, false, false, "Pipeline", "Pipeline"},
	{"Proposal/Price Quote", 75, false, false, "Pipeline", "Pipeline"},
	{"Negotiation/Review", 90, false, false, "Pipeline", "Pipeline"},
	{"Closed Won", 100, true, true, "Closed", "Closed"},
	{"Closed Lost", 0, true, false, "Omitted", "Omitted"},
}

// Zone is the time zone of a user, UTC if it names none that is known.
func (o *Org) Zone(user ID) *time.Location {
	r := o.latest(user)
	if r == nil {
		return time.UTC
	}
	zone, err := time.LoadLocation(o.get(r, o.ObjectOf(user).Field("TimeZoneSidKey")).Text())
	if err != nil {
		return time.UTC
	}
	return zone
}
