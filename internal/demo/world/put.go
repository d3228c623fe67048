package world

import (
	"strconv"
	"strings"
	"time"

	hubspot "handoffd/connectors/hubspot/sandbox"
)

// put places a company with its people and its past into the CRMs.
func (s *seeder) put(c *company) Account {
	a := Account{Name: c.name}
	if c.place != onlyHubSpot {
		s.ago(c.scored)
		a.SalesforceID = s.salesforce("Account", s.salesforceAccount(c))
	}
	if c.place != onlySalesforce {
		s.ago(c.made)
		a.HubSpotID = s.hubspot("companies", s.hubspotCompany(c, a.SalesforceID))
		s.score(c, a.HubSpotID)
	}
	for i := range c.contacts {
		a.Contacts = append(a.Contacts, s.contact(c, &c.contacts[i], a))
	}
	s.deal(c, a)
	for _, subject := range c.tasks {
		s.task(c, a, subject)
	}
	return a
}

func (s *seeder) salesforceAccount(c *company) map[string]any {
	website := c.website
	if website == "" {
		website = c.domain
	}
	fields := map[string]any{
		"Name": c.name, "Website": website, "Industry": c.trade.salesforce, "Type": "Prospect",
		"CreatedDate": s.now.Add(-c.made), "LastModifiedDate": s.now.Add(-c.scored),
		"Target_Account__c": c.target == "true", "Account_Fit__c": c.fit == "true", "Do_Not_Contact__c": c.doNotContact,
	}
	if c.partner {
		fields["Type"] = "Partner"
	}
	if p := s.person(c.owner); p != nil {
		fields["OwnerId"] = p.SalesforceID
	}
	score := c.score
	if c.behind {
		score = max(0, score-12)
	}
	for name, n := range map[string]float64{"Fit_Score__c": c.fitScore, "Intent_Score__c": score, "Estimated_ACV__c": c.value} {
		if n != missing {
			fields[name] = n
		}
	}
	if c.status != "" {
		fields["MQA__c"], fields["MQA_Status__c"] = true, c.status
	}
	return fields
}

// hubspotCompany are the values that a company has from the start.
func (s *seeder) hubspotCompany(c *company, salesforceID string) map[string]string {
	p := map[string]string{
		"name": c.name, "domain": c.domain, "industry": c.trade.hubspot,
		"hs_is_target_account": c.target, "account_fit": c.fit, "fit_score": number(c.fitScore),
	}
	if owner := s.person(c.owner); owner != nil && !c.nobody {
		p["hubspot_owner_id"] = owner.HubSpotID
	}
	if c.linked {
		p["salesforceaccountid"] = salesforceID
	}
	if !c.blank {
		p["estimated_acv"] = number(c.value)
	}
	if c.doNotContact {
		p["do_not_contact"] = "true"
	}
	if c.status != "" {
		p["mqa"], p["mqa_status"] = "true", c.status
	}
	return p
}

// score lets the scoring tool write its last verdict.
func (s *seeder) score(c *company, id string) {
	if c.score == missing {
		return
	}
	s.ago(c.scored)
	s.set("companies", id, map[string]string{
		"intent_score": number(c.score), "intent_score_updated_at": instant(s.now.Add(-c.scored)),
	})
}

// contact places one person and returns the HubSpot id, or the Salesforce id
// of one who is only there.
func (s *seeder) contact(c *company, p *contact, a Account) string {
	email := strings.ToLower(p.first+"."+p.last) + "@" + c.domain
	s.ago(p.since)
	id := ""
	if a.SalesforceID != "" && (p.inSalesforce || a.HubSpotID == "") {
		id = s.salesforce("Contact", map[string]any{
			"FirstName": p.first, "LastName": p.last, "Title": p.title, "Email": email, "AccountId": a.SalesforceID,
		})
	}
	if a.HubSpotID == "" {
		return id
	}
	properties := map[string]string{
		"firstname": p.first, "lastname": p.last, "jobtitle": p.title, "email": email,
		"hs_analytics_num_visits": strconv.Itoa(p.visits), "hs_email_delivered": count(p.delivered),
		"hs_email_open": count(p.opened), "hs_email_click": count(p.clicked),
	}
	id = s.hubspot("contacts", properties, hubspot.Association{To: a.HubSpotID, Object: "companies"})
	for i, f := range p.forms {
		s.ago(f.ago)
		s.set("contacts", id, map[string]string{
			"recent_conversion_date": instant(s.now.Add(-f.ago)), "recent_conversion_event_name": f.name,
			"num_conversion_events": strconv.Itoa(i + 1),
		})
	}
	return id
}

// deal places an opportunity where the company's owner works.
func (s *seeder) deal(c *company, a Account) {
	if c.deal == nil {
		return
	}
	owner, closes := s.person(c.owner), s.now.Add(-c.deal.closes)
	s.ago(c.scored)
	if a.SalesforceID != "" {
		s.salesforce("Opportunity", map[string]any{
			"Name": c.deal.name, "AccountId": a.SalesforceID, "StageName": c.deal.salesforceStage, "Amount": c.deal.amount,
			"CloseDate": closes, "OwnerId": owner.SalesforceID,
		})
	}
	if a.HubSpotID != "" {
		s.hubspot("deals", map[string]string{
			"dealname": c.deal.name, "dealstage": c.deal.hubspotStage, "amount": number(c.deal.amount),
			"closedate": instant(closes), "hubspot_owner_id": owner.HubSpotID,
		}, hubspot.Association{To: a.HubSpotID, Object: "companies"})
	}
}

// task places an open task that has nothing to do with a handoff.
func (s *seeder) task(c *company, a Account, subject string) {
	owner, due := s.person(c.owner), s.now.Add(3*day)
	s.ago(c.scored)
	if a.SalesforceID != "" {
		s.salesforce("Task", map[string]any{
			"Subject": subject, "WhatId": a.SalesforceID, "OwnerId": owner.SalesforceID, "ActivityDate": due, "Status": "Not Started",
		})
		return
	}
	s.hubspot("tasks", map[string]string{
		"hs_task_subject": subject, "hs_timestamp": instant(due), "hubspot_owner_id": owner.HubSpotID,
	}, hubspot.Association{To: a.HubSpotID, Object: "companies"})
}

// number is n as HubSpot writes it, "" if it is missing.
func number(n float64) string {
	if n == missing {
		return ""
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// count is an e-mail counter, which HubSpot shows once there was an e-mail.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// instant is t as HubSpot takes it.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
