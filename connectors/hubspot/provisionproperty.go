package hubspot

import "handoffd/connectors"

// groupName is the property group that our properties stand in.
const groupName = "handoffd"

// definition is a property as the Properties API takes it (HubSpot developer
// docs, "Properties").
type definition struct {
	Name           string             `json:"name"`
	Label          string             `json:"label"`
	Type           string             `json:"type"`
	FieldType      string             `json:"fieldType"`
	GroupName      string             `json:"groupName"`
	Description    string             `json:"description,omitempty"`
	HasUniqueValue bool               `json:"hasUniqueValue"`
	FormField      bool               `json:"formField"`
	Options        []definitionOption `json:"options,omitempty"`
	// ReferencedObject and ExternalOptions make the portal's owners the
	// options.
	ReferencedObject string `json:"referencedObjectType,omitempty"`
	ExternalOptions  bool   `json:"externalOptions,omitempty"`
	// HubSpotDefined is only read: every portal has the property.
	HubSpotDefined bool `json:"hubspotDefined,omitempty"`
}

type definitionOption struct {
	Label        string `json:"label"`
	Value        string `json:"value"`
	DisplayOrder int    `json:"displayOrder"`
	Hidden       bool   `json:"hidden"`
}

type group struct {
	Name         string `json:"name"`
	Label        string `json:"label"`
	DisplayOrder int    `json:"displayOrder"`
}

func ownGroup(name, label string) group { return group{Name: name, Label: label, DisplayOrder: -1} }

// definitionOf derives the definition of a property.
func definitionOf(n connectors.FieldNeed, group string) definition {
	d := definition{Name: n.Name, Label: n.Label, GroupName: group, Description: n.Help, HasUniqueValue: n.Unique}
	switch n.Kind {
	case connectors.FieldBool:
		d.Type, d.FieldType = "bool", "booleancheckbox"
		d.Options = []definitionOption{{Label: "Yes", Value: "true"}, {Label: "No", Value: "false", DisplayOrder: 1}}
	case connectors.FieldNumber, connectors.FieldMoney:
		d.Type, d.FieldType = "number", "number"
	case connectors.FieldOwner:
		d.Type, d.FieldType, d.ReferencedObject, d.ExternalOptions = "enumeration", "select", "OWNER", true
	case connectors.FieldChoice, connectors.FieldChoices:
		d.Type, d.FieldType = "enumeration", "select"
		if n.Kind == connectors.FieldChoices {
			d.FieldType = "checkbox"
		}
		for i, v := range n.Values {
			d.Options = append(d.Options, definitionOption{Label: v, Value: v, DisplayOrder: i})
		}
	case connectors.FieldDate:
		d.Type, d.FieldType = "date", "date"
	case connectors.FieldDateTime:
		d.Type, d.FieldType = "datetime", "date" // there is no fieldType of the name
	default:
		d.Type, d.FieldType = "string", "text"
	}
	return d
}

func (d definition) summary() string {
	text := d.Type + "/" + d.FieldType
	if d.HasUniqueValue {
		text += ", unique"
	}
	return text
}
