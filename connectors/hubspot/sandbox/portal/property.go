package portal

import "strings"

// Property is the definition of one property, with the JSON names of the
// vendor's Property schema (CRM Properties API).
type Property struct {
	UpdatedAt            string       `json:"updatedAt,omitempty"`
	CreatedAt            string       `json:"createdAt,omitempty"`
	ArchivedAt           string       `json:"archivedAt,omitempty"`
	Name                 string       `json:"name"`
	Label                string       `json:"label"`
	Type                 string       `json:"type"`
	FieldType            string       `json:"fieldType"`
	Description          string       `json:"description"`
	GroupName            string       `json:"groupName"`
	Options              []Option     `json:"options"`
	CreatedUserID        string       `json:"createdUserId,omitempty"`
	UpdatedUserID        string       `json:"updatedUserId,omitempty"`
	ReferencedObjectType string       `json:"referencedObjectType,omitempty"`
	DisplayOrder         int          `json:"displayOrder"`
	Calculated           bool         `json:"calculated"`
	CalculationFormula   string       `json:"calculationFormula,omitempty"`
	ExternalOptions      bool         `json:"externalOptions"`
	Archived             bool         `json:"archived"`
	HasUniqueValue       bool         `json:"hasUniqueValue"`
	Hidden               bool         `json:"hidden"`
	HubSpotDefined       bool         `json:"hubspotDefined,omitempty"`
	Modification         Modification `json:"modificationMetadata"`
	FormField            bool         `json:"formField"`
	DataSensitivity      string       `json:"dataSensitivity,omitempty"`

	rules []ValidationRule // a read of the definition does not show them
}

// Modification says what may be changed; ReadOnlyValue, not Calculated, is
// what decides whether a value can be written.
type Modification struct {
	Archivable         bool `json:"archivable"`
	ReadOnlyDefinition bool `json:"readOnlyDefinition"`
	ReadOnlyOptions    bool `json:"readOnlyOptions,omitempty"`
	ReadOnlyValue      bool `json:"readOnlyValue"`
}

// Option is one value of an enumeration.
type Option struct {
	Label        string `json:"label"`
	Value        string `json:"value"`
	Description  string `json:"description,omitempty"`
	DisplayOrder int    `json:"displayOrder"`
	Hidden       bool   `json:"hidden"`
}

// fieldTypes are the pairs that may be created (Properties API, Property type
// and fieldType values).
func fieldTypes(kind string) []string {
	switch kind {
	case "bool":
		return []string{"booleancheckbox", "calculation_equation"}
	case "enumeration":
		return []string{"booleancheckbox", "checkbox", "radio", "select", "calculation_equation"}
	case "date", "datetime":
		return []string{"date"}
	case "string":
		return []string{"text", "textarea", "html", "file", "phonenumber", "calculation_equation"}
	case "number":
		return []string{"number", "calculation_equation"}
	case "phone_number":
		return []string{"phonenumber"}
	default:
		return nil
	}
}

// validName: lower-case letters, digits and underscores, a letter first, at
// most 100 characters.
func validName(name string) bool {
	if name == "" || len(name) > 100 || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// clone is a copy that shares nothing with p.
func (p *Property) clone() *Property {
	c := *p
	c.Options = append([]Option{}, p.Options...)
	return &c
}

// multi: the value is a list joined with semicolons.
func (p *Property) multi() bool { return p.Type == "enumeration" && p.FieldType == "checkbox" }
