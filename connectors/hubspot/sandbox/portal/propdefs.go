package portal

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// maxUnique is how many unique properties an object may have.
const maxUnique = 10

// Group is a property group.
type Group struct {
	Name         string `json:"name"`
	Label        string `json:"label"`
	DisplayOrder int    `json:"displayOrder"`
	Archived     bool   `json:"archived"`
}

// Properties lists the properties of an object type by name, the archived or
// the live ones.
func (p *Portal) Properties(t *ObjectType, archived bool) []Property {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []Property
	for _, prop := range p.table(t).props {
		if prop.Archived == archived {
			list = append(list, *prop.clone())
		}
	}
	slices.SortFunc(list, func(a, b Property) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Property returns one property.
func (p *Portal) Property(t *ObjectType, name string, archived bool) (Property, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if slot, ok := p.table(t).slots[name]; ok {
		if prop := p.table(t).props[slot]; prop.Archived == archived {
			return *prop.clone(), nil
		}
	}
	return Property{}, NoProperty(t, name)
}

// NoProperty is the refusal of a name that no property has.
func NoProperty(t *ObjectType, name string) *Error {
	return &Error{
		Status: http.StatusNotFound, Category: CategoryNotFound, SubCategory: "PropertyDefinitionError.NOT_FOUND",
		Message: fmt.Sprintf("Property %q does not exist on object type %s", name, t.FullName),
		Context: map[string][]string{"propertyName": {name}},
	}
}

// AddProperty creates a custom property under the vendor's rules. One that was
// archived comes back with the new definition, its old createdAt and the values
// that records still hold.
func (p *Portal) AddProperty(t *ObjectType, def Property) (Property, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	if err := p.checkDefinition(tb, &def); err != nil {
		return Property{}, err
	}
	if tb.prop(def.Name) != nil {
		return Property{}, &Error{
			Status: http.StatusConflict, Category: "OBJECT_ALREADY_EXISTS", SubCategory: "Properties.PROPERTY_WITH_NAME_EXISTS",
			Message: fmt.Sprintf("A property named '%s' already exists.", def.Name),
			Context: map[string][]string{"name": {def.Name}},
		}
	}
	stamp := FormatTime(p.nowMillis())
	before := ""
	if slot, there := tb.slots[def.Name]; there {
		before = tb.props[slot].CreatedAt
	}
	def.CreatedAt, def.UpdatedAt, def.ArchivedAt, def.Archived, def.HubSpotDefined = stamp, stamp, "", false, false
	if before != "" {
		def.CreatedAt = before
	}
	def.CreatedUserID, def.UpdatedUserID = "9586504", "9586504"
	def.Modification = Modification{Archivable: true, ReadOnlyValue: def.FieldType == "calculation_equation"}
	def.Calculated = def.FieldType == "calculation_equation"
	if def.DataSensitivity == "" {
		def.DataSensitivity = "non_sensitive"
	}
	if def.DisplayOrder == 0 {
		def.DisplayOrder = -1
	}
	tb.addProperty(def.clone())
	return def, nil
}

func (p *Portal) checkDefinition(t *table, def *Property) error {
	switch {
	case !validName(def.Name):
		return definitionError("INVALID_NAME", "Property names must start with a letter and hold only lower-case letters, digits and underscores: "+def.Name)
	case def.Label == "":
		return definitionError("INVALID_LABEL", "A property needs a label: "+def.Name)
	case t.group[def.GroupName] == nil || t.group[def.GroupName].Archived:
		return definitionError("GROUP_NOT_FOUND", fmt.Sprintf("property group %s does not exist", def.GroupName))
	case !slices.Contains(fieldTypes(def.Type), def.FieldType):
		return definitionError("INVALID_FIELD_TYPE", fmt.Sprintf("fieldType %s is not valid for property type %s", def.FieldType, def.Type))
	case strings.HasPrefix(def.Name, "hs_"):
		return definitionError("RESERVED_NAME", "Property names that start with hs_ are reserved: "+def.Name)
	}
	if err := checkOptions(def); err != nil {
		return err
	}
	return p.checkUniqueDefinition(t, def)
}

func (p *Portal) checkUniqueDefinition(t *table, def *Property) error {
	if !def.HasUniqueValue {
		return nil
	}
	if t.def.Activity && !p.set.TaskUniqueProperties {
		return definitionError("UNIQUE_NOT_SUPPORTED", fmt.Sprintf("Object type %s does not support custom properties with unique values", t.def.FullName))
	}
	if def.Type != "string" && def.Type != "number" {
		return definitionError("UNIQUE_NOT_SUPPORTED", "Only string and number properties can have unique values: "+def.Name)
	}
	n := 0
	for _, other := range t.props {
		if other.HasUniqueValue && !other.Archived && !other.HubSpotDefined {
			n++
		}
	}
	if n >= maxUnique {
		return definitionError("UNIQUE_LIMIT", fmt.Sprintf("Object type %s already has %d unique properties", t.def.FullName, maxUnique))
	}
	return nil
}

// checkOptions: an enumeration has options of its own or takes those of another
// object, a bool exactly true and false, and nothing else has any.
func checkOptions(def *Property) error {
	if def.Options == nil {
		def.Options = []Option{}
	}
	switch {
	case def.ExternalOptions && (def.Type != "enumeration" || def.ReferencedObjectType == "" || len(def.Options) > 0):
		return definitionError("INVALID_OPTIONS", "External options are for enumerations with a referencedObjectType and without options: "+def.Name)
	case def.Type == "enumeration" && !def.ExternalOptions && len(def.Options) == 0:
		return definitionError("INVALID_OPTIONS", "An enumeration needs options: "+def.Name)
	case def.Type != "enumeration" && def.Type != "bool" && len(def.Options) > 0:
		return definitionError("INVALID_OPTIONS", "Only enumerations can have options: "+def.Name)
	}
	seen := map[string]bool{}
	for _, o := range def.Options {
		if o.Label == "" || o.Value == "" || seen[o.Value] || seen["\x00"+o.Label] {
			return definitionError("INVALID_OPTIONS", "Options need a label and a value, each only once: "+def.Name)
		}
		seen[o.Value], seen["\x00"+o.Label] = true, true
	}
	if def.Type == "bool" && (len(def.Options) != 2 || !seen["true"] || !seen["false"]) {
		e := Invalid("Boolean properties must have exactly two options, true and false: %s", def.Name)
		e.SubCategory = "PropertyValidationError.INVALID_BOOLEAN_OPTION"
		return e
	}
	return nil
}

func definitionError(code, message string) *Error {
	e := Invalid("%s", message)
	e.SubCategory = "PropertyDefinitionError." + code
	return e
}

// PropertyPatch holds what an update of a definition may change; nil leaves
// it as it is.
type PropertyPatch struct {
	Label, Type, FieldType, Description, GroupName *string
	Options                                        []Option
	DisplayOrder                                   *int
	Hidden, FormField                              *bool
}

// PatchProperty changes a definition. Whether values are unique cannot be
// changed after creation.
func (p *Portal) PatchProperty(t *ObjectType, name string, patch PropertyPatch) (Property, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	old := tb.prop(name)
	if old == nil {
		return Property{}, NoProperty(t, name)
	}
	if old.Modification.ReadOnlyDefinition && (patch.Type != nil || patch.FieldType != nil || patch.Label != nil) {
		return Property{}, definitionError("READ_ONLY_DEFINITION", fmt.Sprintf("The definition of %q is read-only", name))
	}
	next := old.clone()
	apply(&next.Label, patch.Label)
	apply(&next.Type, patch.Type)
	apply(&next.FieldType, patch.FieldType)
	apply(&next.Description, patch.Description)
	apply(&next.GroupName, patch.GroupName)
	apply(&next.DisplayOrder, patch.DisplayOrder)
	apply(&next.Hidden, patch.Hidden)
	apply(&next.FormField, patch.FormField)
	if patch.Options != nil {
		next.Options = patch.Options
	}
	if !old.HubSpotDefined && !slices.Contains(fieldTypes(next.Type), next.FieldType) {
		return Property{}, definitionError("INVALID_FIELD_TYPE", fmt.Sprintf("fieldType %s is not valid for property type %s", next.FieldType, next.Type))
	}
	if tb.group[next.GroupName] == nil {
		return Property{}, definitionError("GROUP_NOT_FOUND", fmt.Sprintf("property group %s does not exist", next.GroupName))
	}
	if patch.Options != nil || !old.HubSpotDefined {
		if err := checkOptions(next); err != nil {
			return Property{}, err
		}
	}
	next.UpdatedAt = FormatTime(p.nowMillis())
	tb.addProperty(next)
	return *next.clone(), nil
}

func apply[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// ArchiveProperty deletes a custom property; one that does not exist is no
// error.
func (p *Portal) ArchiveProperty(t *ObjectType, name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	prop := p.table(t).prop(name)
	if prop == nil {
		return nil
	}
	if prop.HubSpotDefined {
		return definitionError("READ_ONLY_DEFINITION", fmt.Sprintf("Property %q is defined by HubSpot and cannot be archived", name))
	}
	prop.Archived, prop.ArchivedAt = true, FormatTime(p.nowMillis())
	return nil
}

// Define adds or replaces a definition without the vendor's rules: for
// seeding portals that have what the API could not create.
func (p *Portal) Define(t *ObjectType, def Property) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	if def.Options == nil {
		def.Options = []Option{}
	}
	if def.Type == "bool" && len(def.Options) == 0 {
		def.Options = boolOptions()
	}
	if def.CreatedAt == "" {
		def.CreatedAt = FormatTime(p.nowMillis())
		def.UpdatedAt = def.CreatedAt
	}
	tb.addGroup(def.GroupName)
	tb.addProperty(def.clone())
}

// Groups lists the property groups of an object type.
func (p *Portal) Groups(t *ObjectType) []Group {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := []Group{}
	for _, g := range p.table(t).group {
		if !g.Archived {
			list = append(list, *g)
		}
	}
	slices.SortFunc(list, func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// AddGroup creates a group; an archived one of that name is no hindrance.
func (p *Portal) AddGroup(t *ObjectType, g Group) (Group, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	old := tb.group[g.Name]
	switch {
	case old != nil && !old.Archived:
		return Group{}, &Error{
			Status: http.StatusConflict, Category: "OBJECT_ALREADY_EXISTS",
			Message: fmt.Sprintf("A property group named '%s' already exists.", g.Name),
		}
	case !validName(g.Name):
		return Group{}, definitionError("INVALID_NAME", "Group names must start with a letter and hold only lower-case letters, digits and underscores: "+g.Name)
	case g.Label == "":
		return Group{}, definitionError("INVALID_LABEL", "A property group needs a label: "+g.Name)
	}
	tb.group[g.Name] = &g
	return g, nil
}

// PatchGroup changes what is given of a group.
func (p *Portal) PatchGroup(t *ObjectType, name string, label *string, order *int) (Group, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.table(t).group[name]
	if g == nil || g.Archived {
		return Group{}, noGroup(name)
	}
	if label != nil && *label != "" {
		g.Label = *label
	}
	apply(&g.DisplayOrder, order)
	return *g, nil
}

// Group returns one group.
func (p *Portal) Group(t *ObjectType, name string) (Group, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if g := p.table(t).group[name]; g != nil && !g.Archived {
		return *g, nil
	}
	return Group{}, noGroup(name)
}

// ArchiveGroup removes a group that no live property is in.
func (p *Portal) ArchiveGroup(t *ObjectType, name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	if tb.group[name] == nil {
		return nil
	}
	for _, prop := range tb.props {
		if prop.GroupName == name && !prop.Archived {
			return groupInUse()
		}
	}
	delete(tb.group, name)
	return nil
}

// groupInUse: the refusal stands as JSON in the message of another one, as
// others measured it.
func groupInUse() *Error {
	e := Invalid(`{"status":"error","message":"Can't delete or purge a group with active properties","category":"VALIDATION_ERROR","subCategory":"PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES"}`)
	e.Category = ""
	return e
}

func noGroup(name string) *Error {
	return &Error{Status: http.StatusNotFound, Category: CategoryNotFound, Message: fmt.Sprintf("Property group %s does not exist", name)}
}
