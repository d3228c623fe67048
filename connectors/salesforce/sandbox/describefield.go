package sandbox

import (
	"slices"

	"handoffd/connectors/salesforce/sandbox/org"
)

// fieldInfo is what describe says of a field, with every key that the vendor
// sends.
type fieldInfo struct {
	Aggregatable        bool         `json:"aggregatable"`
	AIPrediction        bool         `json:"aiPredictionField"`
	AutoNumber          bool         `json:"autoNumber"`
	ByteLength          int          `json:"byteLength"`
	Calculated          bool         `json:"calculated"`
	CalculatedFormula   *string      `json:"calculatedFormula"`
	CascadeDelete       bool         `json:"cascadeDelete"`
	CaseSensitive       bool         `json:"caseSensitive"`
	Compound            *string      `json:"compoundFieldName"`
	Controller          *string      `json:"controllerName"`
	Createable          bool         `json:"createable"`
	Custom              bool         `json:"custom"`
	Default             any          `json:"defaultValue"`
	DefaultFormula      *string      `json:"defaultValueFormula"`
	DefaultedOnCreate   bool         `json:"defaultedOnCreate"`
	DependentPicklist   bool         `json:"dependentPicklist"`
	DeprecatedHidden    bool         `json:"deprecatedAndHidden"`
	Digits              int          `json:"digits"`
	DisplayLocation     bool         `json:"displayLocationInDecimal"`
	Encrypted           bool         `json:"encrypted"`
	ExternalID          bool         `json:"externalId"`
	Extra               *string      `json:"extraTypeInfo"`
	Filterable          bool         `json:"filterable"`
	FilteredLookup      *string      `json:"filteredLookupInfo"`
	FormulaNullZero     bool         `json:"formulaTreatNullNumberAsZero"`
	Groupable           bool         `json:"groupable"`
	HighScale           bool         `json:"highScaleNumber"`
	HTMLFormatted       bool         `json:"htmlFormatted"`
	IDLookup            bool         `json:"idLookup"`
	Help                *string      `json:"inlineHelpText"`
	Label               string       `json:"label"`
	Length              int          `json:"length"`
	Mask                *string      `json:"mask"`
	MaskType            *string      `json:"maskType"`
	Name                string       `json:"name"`
	NameField           bool         `json:"nameField"`
	NamePointing        bool         `json:"namePointing"`
	Nillable            bool         `json:"nillable"`
	Permissionable      bool         `json:"permissionable"`
	Picklist            []optionInfo `json:"picklistValues"`
	Polymorphic         bool         `json:"polymorphicForeignKey"`
	Precision           int          `json:"precision"`
	QueryByDistance     bool         `json:"queryByDistance"`
	ReferenceTarget     *string      `json:"referenceTargetField"`
	ReferenceTo         []string     `json:"referenceTo"`
	Relationship        *string      `json:"relationshipName"`
	RelationshipOrder   *int         `json:"relationshipOrder"`
	RestrictedDelete    bool         `json:"restrictedDelete"`
	RestrictedPicklist  bool         `json:"restrictedPicklist"`
	Scale               int          `json:"scale"`
	SearchPrefilterable bool         `json:"searchPrefilterable"`
	SoapType            string       `json:"soapType"`
	Sortable            bool         `json:"sortable"`
	Type                string       `json:"type"`
	Unique              bool         `json:"unique"`
	Updateable          bool         `json:"updateable"`
	WriteRequiresMaster bool         `json:"writeRequiresMasterRead"`
}

type optionInfo struct {
	Active   bool    `json:"active"`
	Default  bool    `json:"defaultValue"`
	Label    string  `json:"label"`
	ValidFor *string `json:"validFor"`
	Value    string  `json:"value"`
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func describeField(f *org.Field, editable bool) fieldInfo {
	info := fieldInfo{
		Name: f.Name, Label: f.Label, Type: f.Type, Length: f.Length, Precision: f.Precision, Scale: f.Scale, Digits: f.Digits(),
		SoapType: f.SOAPType(), Custom: f.Custom(), Nillable: f.Nillable(), Createable: f.Createable() && editable,
		Updateable: f.Updateable() && editable, Filterable: f.Filterable(), Sortable: f.Sortable(), Groupable: f.Groupable(),
		Aggregatable: f.Sortable() && f.Type != "boolean", Unique: f.Unique, CaseSensitive: f.CaseSensitive, ExternalID: f.ExternalID,
		IDLookup: f.IDLookup(), NameField: f.IsName(), Permissionable: f.Permissionable(), RestrictedPicklist: f.Restricted,
		DefaultedOnCreate: f.Defaulted(), Compound: orNull(f.Compound()), Extra: orNull(f.Extra()), Help: orNull(f.Help),
		Relationship: orNull(f.Relationship), ReferenceTo: f.References, Picklist: []optionInfo{},
		Polymorphic: len(f.References) > 1, NamePointing: len(f.References) > 1, QueryByDistance: f.Type == "address",
		AutoNumber: f.Name == "CaseNumber", HTMLFormatted: false,
	}
	if f.Type == "boolean" {
		info.Default = f.Default
	}
	info.SearchPrefilterable = prefilterable(f)
	if info.ReferenceTo == nil {
		info.ReferenceTo = []string{}
	}
	if f.IsText() {
		info.ByteLength = f.Length * 3
	}
	if slices.Contains([]string{"id", "reference"}, f.Type) {
		info.ByteLength = 18
	}
	for _, o := range f.Values {
		label := o.Label
		if label == "" {
			label = o.Value
		}
		if o.Default {
			info.Default = o.Value
		}
		info.Picklist = append(info.Picklist, optionInfo{Active: !o.Inactive, Default: o.Default, Label: label, Value: o.Value})
	}
	return info
}

// prefilterable tells whether a search can be narrowed by the field: a lookup
// that a person fills in, on an object that is searched (recorded).
func prefilterable(f *org.Field) bool {
	obj := f.Object()
	return f.Type == "reference" && obj.Undeletable() && !f.Custom() && f.Relationship != "" && len(f.References) > 0 && !slices.Contains(
		[]string{"OwnerId", "MasterRecordId", "CreatedById", "LastModifiedById"}, f.Name)
}
