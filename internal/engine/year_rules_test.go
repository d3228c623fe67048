package engine_test

import (
	"fmt"
	"strings"

	"handoffd/connectors"
)

const yearMapping = `
account:
  target: {type: bool, hubspot: target, salesforce: Target__c, from: hubspot}
  score:  {type: number, range: [0, 100], hubspot: score, salesforce: Score__c, from: hubspot}
  value:  {type: number, hubspot: value, salesforce: Value__c, from: hubspot}
  region: {type: text, hubspot: region, salesforce: Region__c, from: hubspot}
  mqa:    {type: bool, hubspot: mqa, salesforce: MQA__c, from: handoffd}
  status: {type: enum, hubspot: status, salesforce: Status__c, from: handoffd, values: lifecycle}
  engagement:      {type: enum, hubspot: engagement, salesforce: Engagement__c, sync: newest, values: {responsive: Responsive, unresponsive: Unresponsive, converted: Converted}}
  return_reason:   {type: text, hubspot: return_reason, salesforce: Return_Reason__c, sync: newest}
  not_before:      {type: date, hubspot: not_before, salesforce: Not_Before__c, sync: newest}
  dispute:         {type: bool, hubspot: dispute, salesforce: Dispute__c, sync: newest}
  verdict:         {type: enum, hubspot: verdict, salesforce: Verdict__c, sync: newest, values: {sales: Sales, nurture: Nurture}}
  acknowledged:    {type: bool, hubspot: acknowledged, salesforce: Acknowledged__c, sync: newest}
  content_request: {type: text, hubspot: content_request, salesforce: Content_Request__c, sync: newest}
  nurture_paused:  {type: bool, hubspot: nurture_paused, salesforce: Nurture_Paused__c, from: handoffd}
  sales_touches:   {type: number, hubspot: sales_touches, salesforce: Sales_Touches__c, from: handoffd}
  sales_meetings:  {type: number, hubspot: sales_meetings, salesforce: Sales_Meetings__c, from: handoffd}
  last_sales_touch: {type: datetime, hubspot: last_sales_touch, salesforce: Last_Sales_Touch__c, from: handoffd}
signals:
  visits:   {hubspot: contact.visits, kind: counter}
  demo:     {hubspot: contact.form_at, kind: event, history: true, when: 'form_name == "demo"'}
  logins:   {hubspot: contact.logins, kind: counter}
  referral: {hubspot: contact.form_at, kind: event, history: true, when: 'form_name == "referral"'}
`

// yearPolicy has shorter rests than the framework, so that a year holds every
// path, and no fallbacks, so that accounts wait for an owner.
const yearPolicy = `
version: 1
signed_off: {marketing: {by: M, on: 2026-10-01}, sales: {by: S, on: 2026-10-01}}
calendar: {zone: America/New_York, holidays: us}
managers: {default: boss@acme.example}
pools:
  west:
    - {email: cyd@acme.example, weight: 2, capacity: {per_week: 12}, territory: 'region == "west"'}
    - {email: dan@acme.example, territory: 'region == "west"'}
segments: {enterprise: value >= 250000}
handoffs:
  demo_request: {type: inbound, to: ae, when: 'count(demo, "2d") >= 1', call_within: 24h}
  referral: {type: relationship, to: ae, when: 'count(referral, "2d") >= 1'}
  usage: {type: relationship, to: ae, when: 'count(logins, "3d") >= 2'}
  intent: {to: sdr, gate: target, when: {any: ['rises(score, 70)', 'count(visits, "7d") >= 3']}}
limits: {order: score, per_day: %d, per_week: %d, per_month: %d, segments: {enterprise: {per_week: %d}}, owner: {per_month: %d}}
hold: off
routing: {sdr: {to: [pool, owner], pool: west, reassign_on_breach: true}, ae: {to: owner}}
lifecycle: {hibernate_after: 40d, hibernate_from: [nurture, declined], rest_after_loss: 30d, accept_after: 3d}
sla: {return: 15d, report: 30d}
alerts: {marketing: crm, heads: crm, people: {marketing: mops@acme.example, heads: boss@acme.example}, storm: off}
`

// yearLimits are what a team with n accounts takes.
type yearLimits struct{ day, week, month, enterprise, owner int }

func limitsFor(n int) yearLimits {
	month := max(8, n/45)
	return yearLimits{day: max(2, month/8), week: max(4, month/3), month: month, enterprise: max(1, month/12), owner: max(2, month/4)}
}

func (l yearLimits) policy() string {
	return fmt.Sprintf(yearPolicy, l.day, l.week, l.month, l.enterprise, l.owner)
}

// yearTeam are the people of both CRMs.
func yearTeam(system connectors.System) (users []connectors.User) {
	for i, name := range []string{"Ann", "Bob", "Cyd", "Dan", "Eve", "Boss", "Mops"} {
		id := fmt.Sprint(i + 1)
		if system == connectors.Salesforce {
			id = fmt.Sprintf("00500000000000%dAAA", i+1)
		}
		users = append(users, connectors.User{ID: id, Name: name, Email: strings.ToLower(name) + "@acme.example", Active: true})
	}
	return users
}
