package hubspot

import "handoffd/connectors"

// kind is one object type as HubSpot names it.
type kind struct {
	object connectors.Object
	// plural is the name in paths, typeID HubSpot's number for the type.
	plural, typeID string
	// modified is the property that search filters on for changes, created
	// the one with the time of creation.
	modified, created string
	// merges: two records can be merged, and the survivor names the others.
	merges bool
	// company and contact are the association types from this object to a
	// company or contact at creation; 0 where we never create one.
	company, contact int
	// body is the property that holds an activity's text.
	body string
}

// The properties that mean the same on every object.
const (
	propID        = "hs_object_id"
	propModified  = "hs_lastmodifieddate"
	propMerged    = "hs_merged_object_ids"
	propCompanyID = "associatedcompanyid"
	propLifecycle = "lifecyclestage"
)

// companyPlural is the target of every association that we read.
const companyPlural = "companies"

// kinds lists the objects in the order of a first load, accounts first. Names
// and type ids: HubSpot developer docs, "Object type IDs"; association types:
// HubSpot's Node SDK, enum AssociationTypes ("<activity> to <record>").
func kinds() []kind {
	return []kind{
		{object: connectors.Account, plural: companyPlural, typeID: "0-2", modified: propModified, created: "createdate", merges: true},
		{object: connectors.Contact, plural: "contacts", typeID: "0-1", modified: "lastmodifieddate", created: "createdate", merges: true},
		{object: connectors.Opportunity, plural: "deals", typeID: "0-3", modified: propModified, created: "createdate", merges: true},
		{object: connectors.Task, plural: "tasks", typeID: "0-27", modified: propModified, created: "hs_createdate", company: 192, contact: 204, body: "hs_task_body"},
		{object: connectors.Meeting, plural: "meetings", typeID: "0-47", modified: propModified, created: "hs_createdate", body: "hs_meeting_body"},
		{object: connectors.Call, plural: "calls", typeID: "0-48", modified: propModified, created: "hs_createdate", body: "hs_call_body"},
		{object: connectors.Email, plural: "emails", typeID: "0-49", modified: propModified, created: "hs_createdate", body: "hs_email_text"},
		{object: connectors.Note, plural: "notes", typeID: "0-46", modified: propModified, created: "hs_createdate", company: 190, contact: 202, body: "hs_note_body"},
	}
}

// kindOf finds the HubSpot names of an object.
func kindOf(o connectors.Object) (kind, bool) {
	for _, k := range kinds() {
		if k.object == o {
			return k, true
		}
	}
	return kind{}, false
}

// always lists the properties that every read of k asks for, whatever the
// Selection says.
func (k kind) always() []string {
	names := []string{propID, k.modified, k.created}
	if k.merges {
		names = append(names, propMerged)
	}
	if k.object == connectors.Contact {
		names = append(names, propCompanyID)
	}
	return names
}

// linked: the accounts of a row must be read from its associations. A company
// has none, and a contact names its primary company in a property.
func (k kind) linked() bool {
	return k.object != connectors.Account && k.object != connectors.Contact
}
