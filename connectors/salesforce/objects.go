package salesforce

import "handoffd/connectors"

// sobject is Salesforce's own name of an object, "" if it has none.
func sobject(object connectors.Object) string {
	switch object {
	case connectors.Account:
		return "Account"
	case connectors.Contact:
		return "Contact"
	case connectors.Opportunity:
		return "Opportunity"
	case connectors.Task:
		return "Task"
	case connectors.Meeting:
		return "Event"
	default:
		return ""
	}
}

// readOrder is the order in which a first load should go.
func readOrder() []connectors.Object {
	return []connectors.Object{
		connectors.Account, connectors.Contact, connectors.Opportunity, connectors.Task, connectors.Meeting,
	}
}

// The fields that every read asks for besides the Selection's.
const (
	fieldID       = "Id"
	fieldStamp    = "SystemModstamp"
	fieldCreated  = "CreatedDate"
	fieldDeleted  = "IsDeleted"
	fieldSurvivor = "MasterRecordId"
	fieldAccount  = "AccountId"
)

// baseFields are selected whatever the mapping needs.
func baseFields(object connectors.Object) []string {
	base := []string{fieldID, fieldStamp, fieldCreated, fieldDeleted}
	if object == connectors.Account || object == connectors.Contact {
		base = append(base, fieldSurvivor)
	}
	if object != connectors.Account {
		base = append(base, fieldAccount)
	}
	return base
}
