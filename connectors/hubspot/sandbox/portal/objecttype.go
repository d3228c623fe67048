package portal

import (
	"net/http"
	"strings"
)

// ObjectType is one kind of record. The ids are HubSpot's own (CRM API,
// Object type ids).
type ObjectType struct {
	index uint8
	// ID is "0-2" and the like.
	ID string
	// Singular and Plural are the names in paths and association types.
	Singular, Plural string
	// FullName is the name in the vendor's messages: COMPANY.
	FullName string
	// Created and Modified are the properties that hold the row's stamps.
	Created, Modified string
	// Always are returned whatever was asked for, Defaults when nothing was.
	Always, Defaults []string
	// Searchable are looked through by the free-text query of a search (CRM
	// API, Search, Default searchable properties).
	Searchable []string
	// Activity: tasks, notes, calls, e-mails and meetings.
	Activity bool
	// Scope is the noun in crm.objects.<Scope>.read; activities hide behind
	// the contacts' scope.
	Scope string
	// required properties at creation; oneOf: at least one of these.
	required, oneOf []string
}

// The positions of the object types in a portal's tables.
const (
	contacts = iota
	companies
	deals
	tickets
	tasks
	notes
	meetings
	calls
	emails
	users
	objectTypes
)

// Types lists all object types of a portal in a fixed order.
func Types() []*ObjectType {
	list := make([]*ObjectType, objectTypes)
	for i := range list {
		list[i] = newObjectType(uint8(i))
	}
	return list
}

func newObjectType(index uint8) *ObjectType {
	switch index {
	case contacts:
		return &ObjectType{
			index: index, ID: "0-1", Singular: "contact", Plural: "contacts", FullName: "CONTACT", Scope: "contacts",
			Created: "createdate", Modified: "lastmodifieddate",
			Always:     []string{"createdate", "hs_object_id", "lastmodifieddate"},
			Defaults:   []string{"createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"},
			Searchable: []string{"firstname", "lastname", "email", "phone", "hs_additional_emails", "fax", "mobilephone", "company", "hs_marketable_until_renewal"},
			oneOf:      []string{"email", "firstname", "lastname"},
		}
	case companies:
		return &ObjectType{
			index: index, ID: "0-2", Singular: "company", Plural: "companies", FullName: "COMPANY", Scope: "companies",
			Created: "createdate", Modified: "hs_lastmodifieddate",
			Always:     []string{"createdate", "hs_lastmodifieddate", "hs_object_id"},
			Defaults:   []string{"createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"},
			Searchable: []string{"website", "phone", "name", "domain"},
			oneOf:      []string{"name", "domain"},
		}
	case deals:
		return &ObjectType{
			index: index, ID: "0-3", Singular: "deal", Plural: "deals", FullName: "DEAL", Scope: "deals",
			Created: "createdate", Modified: "hs_lastmodifieddate",
			Always:     []string{"createdate", "hs_lastmodifieddate", "hs_object_id"},
			Defaults:   []string{"amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate", "hs_object_id", "pipeline"},
			Searchable: []string{"dealname", "pipeline", "dealstage", "description", "dealtype"},
		}
	case tickets:
		return newTicketType()
	default:
		return newActivityType(index)
	}
}

func newTicketType() *ObjectType {
	return &ObjectType{
		index: tickets, ID: "0-5", Singular: "ticket", Plural: "tickets", FullName: "TICKET", Scope: "tickets",
		Created: "createdate", Modified: "hs_lastmodifieddate",
		Always: []string{"createdate", "hs_lastmodifieddate", "hs_object_id"},
		Defaults: []string{
			"content", "createdate", "hs_lastmodifieddate", "hs_object_id", "hs_pipeline",
			"hs_pipeline_stage", "hs_ticket_category", "hs_ticket_priority", "subject",
		},
		Searchable: []string{"subject", "content", "hs_pipeline_stage", "hs_ticket_category", "hs_ticket_id"},
		required:   []string{"hs_pipeline_stage"},
	}
}

func newActivityType(index uint8) *ObjectType {
	t := &ObjectType{
		index: index, Scope: "contacts", Activity: true,
		Created: "hs_createdate", Modified: "hs_lastmodifieddate",
		Always:   []string{"hs_createdate", "hs_lastmodifieddate", "hs_object_id"},
		Defaults: []string{"hs_createdate", "hs_lastmodifieddate", "hs_object_id"},
		required: []string{"hs_timestamp"},
	}
	switch index {
	case tasks:
		t.ID, t.Singular, t.Plural, t.FullName = "0-27", "task", "tasks", "TASK"
		t.Searchable = []string{"hs_task_body", "hs_task_subject"}
	case notes:
		t.ID, t.Singular, t.Plural, t.FullName = "0-46", "note", "notes", "NOTE"
		t.Searchable = []string{"hs_note_body"}
	case meetings:
		t.ID, t.Singular, t.Plural, t.FullName = "0-47", "meeting", "meetings", "MEETING_EVENT"
		t.Searchable = []string{"hs_meeting_title", "hs_meeting_body"}
	case calls:
		t.ID, t.Singular, t.Plural, t.FullName = "0-48", "call", "calls", "CALL"
		t.Searchable = []string{"hs_call_title", "hs_body_preview"}
	case emails:
		t.ID, t.Singular, t.Plural, t.FullName = "0-49", "email", "emails", "EMAIL"
		t.Searchable = []string{"hs_email_subject"}
	case users:
		t.ID, t.Singular, t.Plural, t.FullName = "0-115", "user", "users", "USER"
		t.Scope, t.Activity, t.required = "users", false, nil
	}
	return t
}

// Type resolves a path's object type: plural, singular, type id, or the
// vendor's upper-case name, in any case. The error is HubSpot's recorded
// answer to a name that it does not know.
func (p *Portal) Type(name string) (*ObjectType, error) {
	lower := strings.ToLower(name)
	for _, t := range p.tables {
		if lower == t.def.Plural || lower == t.def.Singular || lower == t.def.ID || lower == strings.ToLower(t.def.FullName) {
			return t.def, nil
		}
	}
	message := "Unable to infer object type from: " + name
	if isTypeID(name) {
		message = "Invalid object or event type id: " + name
	}
	return nil, &Error{Status: http.StatusBadRequest, Message: message}
}

// isTypeID tells whether a name has the form of a type id, such as 2-1234567;
// HubSpot words its refusal of one that it does not know otherwise.
func isTypeID(name string) bool {
	kind, number, ok := strings.Cut(name, "-")
	return ok && isDigits(kind) && isDigits(number)
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// recordURL is the link into HubSpot's own pages that every record carries;
// recorded replies show these three shapes.
func recordURL(t *ObjectType, uiDomain, portal, id string) string {
	base := "https://" + uiDomain
	switch {
	case t.index == tasks:
		return base + "/tasks/" + portal + "/view/all/task/" + id
	case t.Activity:
		return base + "/contacts/" + portal + "/objects/" + t.ID + "/views/all/list?filters=" +
			"%5B%7B%22property%22%3A%22hs_object_id%22%2C%22operator%22%3A%22EQ%22%2C%22value%22%3A%22" + id + "%22%7D%5D"
	default:
		return base + "/contacts/" + portal + "/record/" + t.ID + "/" + id
	}
}
