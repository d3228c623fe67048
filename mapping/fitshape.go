package mapping

import "handoffd/connectors"

// shape is what a field's type comes to in either CRM: the column of the table.
type shape int

// The shapes, in the order of the table's columns.
const (
	shapeBool shape = iota
	shapeNumber
	shapeText
	shapeChoice  // one of a list
	shapeChoices // several of a list at once
	shapeForm    // a text of a form that the CRM checks: e-mail, phone number
	shapeDate
	shapeInstant
	shapeClock  // a time of day without a day
	shapeID     // points to another record or to a user
	shapeParts  // several values in one: an address, JSON
	shapeMasked // encrypted text
	shapeCount
)

// shapeOf sorts a field. Types: Salesforce Object Reference, "Field Types";
// HubSpot developer docs, "Properties".
func shapeOf(side Side, f connectors.Field) shape {
	if side == HubSpotSide {
		return hubspotShape(f)
	}
	switch f.Type {
	case "boolean":
		return shapeBool
	case "int", "long", "double", "currency", "percent":
		return shapeNumber
	case "picklist":
		return shapeChoice
	case "multipicklist":
		return shapeChoices
	case "email":
		return shapeForm
	case "date":
		return shapeDate
	case "datetime":
		return shapeInstant
	case "time":
		return shapeClock
	case "id", "reference":
		return shapeID
	case "address", "location", "complexvalue", "base64":
		return shapeParts
	case "encryptedstring":
		return shapeMasked
	default: // string, textarea, combobox, phone, url, anyType
		return shapeText
	}
}

func hubspotShape(f connectors.Field) shape {
	switch f.Type {
	case "bool":
		return shapeBool
	case "number":
		return shapeNumber
	case "enumeration":
		return enumerationShape(f)
	case "phone_number":
		return shapeForm
	case "date":
		return shapeDate
	case "datetime":
		return shapeInstant
	case "json", "object_coordinates":
		return shapeParts
	default:
		return shapeText
	}
}

// enumerationShape tells apart HubSpot's enumerations: many yes/no properties
// are one with the options true and false, and one without options of its own
// holds the id of a user.
func enumerationShape(f connectors.Field) shape {
	if f.Multi {
		return shapeChoices
	}
	yesNo := len(f.Options) > 0
	for _, o := range f.Options {
		yesNo = yesNo && (o.Value == "true" || o.Value == "false")
	}
	switch {
	case yesNo:
		return shapeBool
	case len(f.Options) == 0:
		return shapeID
	default:
		return shapeChoice
	}
}
