package world

import (
	"errors"
	"fmt"

	"handoffd"
	hubspot "handoffd/connectors/hubspot/sandbox"
	salesforce "handoffd/connectors/salesforce/sandbox"
	"handoffd/internal/app"
	"handoffd/mapping"
	"handoffd/workflows"
)

// notificationType is the custom notification that the example config names.
const notificationType = "handoffd_Alert"

// group is the property group of Acme's own HubSpot properties.
const group = "handoffd"

// setUp makes what every seed has: fields, people and credentials.
func (s *seeder) setUp(o Options) {
	if o.Bare {
		s.bare(o)
		return
	}
	texts, err := statusTexts()
	s.fail(err)
	s.salesforceFields(texts[mapping.SalesforceSide])
	s.hubspotProperties(texts[mapping.HubSpotSide], !o.HubSpotOptions.SalesforceIntegration)
	s.salesforce("CustomNotificationType", map[string]any{
		"DeveloperName": notificationType, "MasterLabel": "Handoff alert", "CustomNotifTypeName": "Handoff alert", "Desktop": true, "Mobile": true,
	})
	s.people(o.People)
	s.credentials(o.Key, false)
}

// bare makes people and credentials, and what no client can make by an API:
// the property that HubSpot's Salesforce integration brings.
func (s *seeder) bare(o Options) {
	s.fail(s.HubSpot.AddProperty("companies", hubspot.Property{Name: "salesforceaccountid", Label: "Salesforce Account ID", GroupName: group}))
	s.people(o.People)
	s.credentials(o.Key, o.Key == nil)
}

// Notification makes the custom notification that a config names, which no API
// of the sandbox makes.
func (w *World) Notification(name string) error {
	_, err := w.Salesforce.Insert("CustomNotificationType", map[string]any{
		"DeveloperName": name, "MasterLabel": name, "CustomNotifTypeName": name, "Desktop": true, "Mobile": true,
	})
	return err
}

// statusTexts are the texts that the example config gives to the states of an
// account's life, each once and in the order of a life.
func statusTexts() (texts [2][]string, err error) {
	config, problems := app.Parse("config.example.yaml", handoffd.ExampleConfig)
	if problems.Failed() {
		return texts, fmt.Errorf("reading the example config: %w", problems.Err())
	}
	f := config.Mapping.Field("mqa_status")
	if f == nil || len(f.Values) == 0 {
		return texts, errors.New("reading the example config: it maps no mqa_status")
	}
	seen := map[string]bool{}
	for _, state := range workflows.States() {
		for _, side := range mapping.Sides() {
			text := f.Values[string(state)][side]
			if key := fmt.Sprint(side, text); text != "" && !seen[key] {
				seen[key] = true
				texts[side] = append(texts[side], text)
			}
		}
	}
	return texts, nil
}

func (s *seeder) salesforceFields(statuses []string) {
	var options []salesforce.Option
	for _, text := range statuses {
		options = append(options, salesforce.Option{Value: text})
	}
	for _, f := range []salesforce.Field{
		{Name: "Target_Account__c", Label: "Target Account", Type: "boolean"},
		{Name: "Account_Fit__c", Label: "Account Fit", Type: "boolean"},
		{Name: "Fit_Score__c", Label: "Fit Score", Type: "double", Precision: 3, Scale: 1},
		{Name: "Intent_Score__c", Label: "Intent Score", Type: "double", Precision: 5, Scale: 2},
		{Name: "Estimated_ACV__c", Label: "Estimated ACV", Type: "currency", Precision: 16, Scale: 2},
		{Name: "MQA__c", Label: "MQA", Type: "boolean"},
		{Name: "MQA_Status__c", Label: "MQA Status", Type: "picklist", Restricted: true, Values: options},
		{Name: "Do_Not_Contact__c", Label: "Do Not Contact", Type: "boolean"},
		{Name: "Engagement__c", Label: "Engagement", Type: "picklist", Restricted: true, Values: []salesforce.Option{{Value: "Responsive"}, {Value: "Unresponsive"}, {Value: "Converted"}}},
		{Name: "Return_Reason__c", Label: "Return Reason", Type: "string", Length: 255},
		{Name: "Not_Before__c", Label: "Not Before", Type: "date"},
		{Name: "Dispute__c", Label: "Dispute", Type: "boolean"},
		{Name: "Verdict__c", Label: "Verdict", Type: "picklist", Restricted: true, Values: []salesforce.Option{{Value: "Sales"}, {Value: "Nurture"}}},
		{Name: "Content_Request__c", Label: "Content Request", Type: "string", Length: 255},
		{Name: "Sales_Rating__c", Label: "Sales Rating", Type: "double", Precision: 4, Scale: 2},
		{Name: "Last_Marketing_Contact__c", Label: "Last Marketing Contact", Type: "date"},
		{Name: "Nurture_Paused__c", Label: "Nurture Paused", Type: "boolean"},
		{Name: "Sales_Touches__c", Label: "Sales Touches", Type: "double", Precision: 8, Scale: 2},
		{Name: "Last_Sales_Touch__c", Label: "Last Sales Touch", Type: "datetime"},
		{Name: "Sales_Meetings__c", Label: "Sales Meetings", Type: "double", Precision: 8, Scale: 2},
		{Name: "Last_Meeting__c", Label: "Last Meeting", Type: "datetime"},
		{Name: "Sales_Emails__c", Label: "Sales Emails", Type: "double", Precision: 8, Scale: 2},
		{Name: "Last_Email__c", Label: "Last Email", Type: "datetime"},
	} {
		s.fail(s.Salesforce.AddField("Account", f))
	}
	s.fail(s.Salesforce.AddField("Activity", salesforce.Field{
		Name: "handoffd_Key__c", Label: "handoffd Key", Type: "string", Length: 255, Unique: true, CaseSensitive: true, ExternalID: true,
	}))
}

// hubspotProperties adds Acme's own properties of companies. HubSpot's own
// Salesforce integration, where it is connected, brings salesforceaccountid.
func (s *seeder) hubspotProperties(statuses []string, withAccountID bool) {
	status := hubspot.Property{Name: "mqa_status", Label: "MQA status", Type: "enumeration", FieldType: "select"}
	for i, text := range statuses {
		status.Options = append(status.Options, hubspot.PropertyOption{Label: text, Value: text, DisplayOrder: i})
	}
	list := []hubspot.Property{
		{Name: "account_fit", Label: "Account fit", Type: "bool"},
		{Name: "fit_score", Label: "Fit score", Type: "number"},
		{Name: "intent_score", Label: "Intent score", Type: "number"},
		{Name: "intent_score_updated_at", Label: "Intent score updated at", Type: "datetime"},
		{Name: "estimated_acv", Label: "Estimated ACV", Type: "number"},
		{Name: "mqa", Label: "MQA", Type: "bool"},
		status,
		{Name: "do_not_contact", Label: "Do not contact", Type: "bool"},
		{Name: "engagement", Label: "Engagement", Type: "enumeration", FieldType: "select", Options: []hubspot.PropertyOption{{Label: "Responsive", Value: "Responsive"}, {Label: "Unresponsive", Value: "Unresponsive", DisplayOrder: 1}, {Label: "Converted", Value: "Converted", DisplayOrder: 2}}},
		{Name: "return_reason", Label: "Return reason", Type: "string"},
		{Name: "not_before", Label: "Not before", Type: "date"},
		{Name: "dispute", Label: "Dispute", Type: "bool"},
		{Name: "verdict", Label: "Verdict", Type: "enumeration", FieldType: "select", Options: []hubspot.PropertyOption{{Label: "Sales", Value: "Sales"}, {Label: "Nurture", Value: "Nurture", DisplayOrder: 1}}},
		{Name: "content_request", Label: "Content request", Type: "string"},
		{Name: "sales_rating", Label: "Sales rating", Type: "number"},
		{Name: "last_marketing_contact", Label: "Last marketing contact", Type: "date"},
		{Name: "nurture_paused", Label: "Nurture paused", Type: "bool"},
		{Name: "sales_touches", Label: "Sales touches", Type: "number"},
		{Name: "last_sales_touch", Label: "Last sales touch", Type: "datetime"},
		{Name: "sales_meetings", Label: "Sales meetings", Type: "number"},
		{Name: "last_meeting", Label: "Last meeting", Type: "datetime"},
		{Name: "sales_emails", Label: "Sales emails", Type: "number"},
		{Name: "last_email", Label: "Last email", Type: "datetime"},
	}
	if withAccountID {
		list = append(list, hubspot.Property{Name: "salesforceaccountid", Label: "Salesforce Account ID"})
	}
	for _, p := range list {
		p.GroupName = group
		s.fail(s.HubSpot.AddProperty("companies", p))
	}
}
