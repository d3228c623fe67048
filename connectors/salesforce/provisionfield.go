package salesforce

import (
	"encoding/xml"
	"strings"

	"handoffd/connectors"
)

// The sizes of the fields that we make (Metadata API Developer Guide,
// "CustomField"; Salesforce Help, "Custom Field Types").
const (
	madeTextLength = 255
	mostDigits     = 18
	moneyDecimals  = 2
	shownLines     = 4 // of a list of which several can be chosen
	// longestBackName is the most characters of a relationship's name.
	longestBackName = 40
	backSuffix      = "_of"
)

// fieldMetadata is a custom field's definition: the Tooling API takes it as
// JSON, a deployment as XML, with the elements in alphabetical order behind
// the name (Metadata API Developer Guide, "CustomField").
type fieldMetadata struct {
	XMLName       xml.Name       `json:"-" xml:"http://soap.sforce.com/2006/04/metadata CustomField"`
	FullName      string         `json:"-" xml:"fullName"`
	CaseSensitive *bool          `json:"caseSensitive,omitempty" xml:"caseSensitive,omitempty"`
	Default       *bool          `json:"defaultValue,omitempty" xml:"defaultValue,omitempty"`
	OnDelete      string         `json:"deleteConstraint,omitempty" xml:"deleteConstraint,omitempty"`
	Description   string         `json:"description,omitempty" xml:"description,omitempty"`
	ExternalID    bool           `json:"externalId" xml:"externalId"`
	Label         string         `json:"label" xml:"label"`
	Length        int            `json:"length,omitempty" xml:"length,omitempty"`
	Precision     int            `json:"precision,omitempty" xml:"precision,omitempty"`
	ReferenceTo   string         `json:"referenceTo,omitempty" xml:"referenceTo,omitempty"`
	BackLabel     string         `json:"relationshipLabel,omitempty" xml:"relationshipLabel,omitempty"`
	BackName      string         `json:"relationshipName,omitempty" xml:"relationshipName,omitempty"`
	Required      *bool          `json:"required,omitempty" xml:"required,omitempty"`
	Scale         *int           `json:"scale,omitempty" xml:"scale,omitempty"`
	Type          string         `json:"type" xml:"type"`
	Unique        *bool          `json:"unique,omitempty" xml:"unique,omitempty"`
	ValueSet      *valueMetadata `json:"valueSet,omitempty" xml:"valueSet,omitempty"`
	Lines         int            `json:"visibleLines,omitempty" xml:"visibleLines,omitempty"`
}

type valueMetadata struct {
	Restricted bool `json:"restricted" xml:"restricted"`
	Definition struct {
		Sorted bool          `json:"sorted" xml:"sorted"`
		Values []customValue `json:"value" xml:"value"`
	} `json:"valueSetDefinition" xml:"valueSetDefinition"`
}

// customValue is one value of a picklist. The Tooling API calls valueName what
// a deployment calls fullName.
type customValue struct {
	Name    string `json:"valueName" xml:"fullName"`
	Default bool   `json:"default" xml:"default"`
	Label   string `json:"label" xml:"label"`
}

// metadataOf derives the definition of a field. A picklist is unrestricted, so
// that a status text that ops people add later is taken at once.
func metadataOf(n connectors.FieldNeed) fieldMetadata {
	no := false
	m := fieldMetadata{FullName: n.Name, Label: n.Label, Description: n.Help, Required: &no}
	switch n.Kind {
	case connectors.FieldBool:
		m.Type, m.Default, m.Required = "Checkbox", &no, nil // a checkbox may not say whether it is required
	case connectors.FieldNumber:
		m.Type = "Number"
		m.digits(n, n.Decimals)
	case connectors.FieldMoney:
		m.Type = "Currency"
		m.digits(n, max(n.Decimals, moneyDecimals))
	case connectors.FieldDate:
		m.Type = "Date"
	case connectors.FieldDateTime:
		m.Type = "DateTime"
	case connectors.FieldOwner:
		m.lookup(n)
	case connectors.FieldChoice, connectors.FieldChoices:
		m.Type, m.ValueSet = "Picklist", &valueMetadata{}
		if n.Kind == connectors.FieldChoices {
			m.Type, m.Lines = "MultiselectPicklist", shownLines
		}
		for _, v := range n.Values {
			m.ValueSet.Definition.Values = append(m.ValueSet.Definition.Values, customValue{Name: v, Label: v})
		}
	default:
		m.text(n)
	}
	return m
}

func (m *fieldMetadata) digits(n connectors.FieldNeed, decimals int) {
	m.Scale, m.Precision = &decimals, mostDigits
	if n.Digits > 0 {
		m.Precision = min(n.Digits+decimals, mostDigits)
	}
}

// lookup points to a user. The way back from the user needs a name that no
// other field has.
func (m *fieldMetadata) lookup(n connectors.FieldNeed) {
	m.Type, m.ReferenceTo, m.OnDelete = "Lookup", "User", "SetNull"
	base := strings.Trim(strings.TrimSuffix(n.Name, "__c"), "_")
	m.BackLabel = n.Label
	m.BackName = base[:min(len(base), longestBackName-len(backSuffix))] + backSuffix
}

func (m *fieldMetadata) text(n connectors.FieldNeed) {
	m.Type, m.Length, m.Unique = "Text", madeTextLength, &n.Unique
	if n.Unique {
		// Without it, keys that differ in case would be one.
		m.CaseSensitive, m.ExternalID = &n.Unique, true
	}
}

// ownerOf is the object that a custom field is defined on: those of tasks and
// events are Activity's (Object Reference, "Activity").
func ownerOf(object connectors.Object) string {
	switch object {
	case connectors.Task, connectors.Meeting:
		return "Activity"
	default:
		return sobject(object)
	}
}

// isCustom tells a custom field by its name; every other one is Salesforce's.
func isCustom(name string) bool { return strings.HasSuffix(strings.ToLower(name), "__c") }

// isPackaged tells whether the name has the prefix of an installed package,
// which brings the field itself.
func isPackaged(name string) bool { return strings.Count(name, "__") > 1 }
