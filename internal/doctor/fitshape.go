package doctor

import "handoffd/connectors"

// shape is what a field's type comes to in either CRM: the column of the table.
type shape int

// The shapes, in the order of the table's columns.
const (
	boolean shape = iota
	number
	text
	choice  // one of a list
	choices // several of a list at once
	form    // a text of a form that the CRM checks: e-mail, phone number
	date
	instant
	clockTime // a time of day without a day
	id        // points to another record or to a user
	parts     // several values in one: an address, JSON
	masked    // encrypted text
	shapes
)

// shapeOf sorts a field. Types: Salesforce Object Reference, "Field Types";
// HubSpot developer docs, "Properties".
func shapeOf(system connectors.System, f connectors.Field) shape {
	if system == connectors.HubSpot {
		return hubspotShape(f)
	}
	switch f.Type {
	case "boolean":
		return boolean
	case "int", "long", "double", "currency", "percent":
		return number
	case "picklist":
		return choice
	case "multipicklist":
		return choices
	case "email":
		return form
	case "date":
		return date
	case "datetime":
		return instant
	case "time":
		return clockTime
	case "id", "reference":
		return id
	case "address", "location", "complexvalue", "base64":
		return parts
	case "encryptedstring":
		return masked
	default: // string, textarea, combobox, phone, url, anyType
		return text
	}
}

func hubspotShape(f connectors.Field) shape {
	switch f.Type {
	case "bool":
		return boolean
	case "number":
		return number
	case "enumeration":
		return enumerationShape(f)
	case "phone_number":
		return form
	case "date":
		return date
	case "datetime":
		return instant
	case "json", "object_coordinates":
		return parts
	default:
		return text
	}
}

// enumerationShape tells apart HubSpot's enumerations: many yes/no properties
// are one with the options true and false, and one without options of its own
// holds the id of a user.
func enumerationShape(f connectors.Field) shape {
	if f.Multi {
		return choices
	}
	yesNo := len(f.Options) > 0
	for _, o := range f.Options {
		yesNo = yesNo && (o.Value == "true" || o.Value == "false")
	}
	switch {
	case yesNo:
		return boolean
	case len(f.Options) == 0:
		return id
	default:
		return choice
	}
}
