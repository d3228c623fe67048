package org

import (
	"slices"
	"strings"
)

// attachDefinitions makes the rows of the metadata objects (Tooling API,
// "EntityDefinition", "FieldDefinition", "CustomField") from the schema.
func (o *Org) attachDefinitions() {
	o.Object("EntityDefinition").dynamic = (*Org).entityRows
	o.Object("FieldDefinition").dynamic = (*Org).fieldRows
	o.Object("CustomField").dynamic = (*Org).customRows
	o.Object("FlowDefinitionView").dynamic = (*Org).flowRows
}

// definition finds a row made from the schema by its DurableId, nil if there
// is none.
func (o *Org) definition(object, durable string) *Row {
	obj := o.Object(object)
	key := obj.Field("DurableId")
	for _, r := range obj.dynamic(o) {
		if o.get(r, key).Text() == durable && durable != "" {
			return r
		}
	}
	return nil
}

func (o *Org) metadataRow(object string, seq int, values map[string]Value) *Row {
	obj := o.Object(object)
	r := &Row{id: makeID(obj.Prefix, seq)}
	for name, v := range values {
		r.set(obj.Field(name), v)
	}
	return r
}

func (o *Org) entityRows() []*Row {
	var out []*Row
	for i, obj := range o.objects {
		out = append(out, o.metadataRow("EntityDefinition", i+1, map[string]Value{
			"DurableId": textValue(obj.Name), "QualifiedApiName": textValue(obj.Name), "DeveloperName": textValue(obj.Name),
			"Label": textValue(obj.Label), "PluralLabel": textValue(obj.Plural), "KeyPrefix": textValue(obj.Prefix),
			"IsCustomizable": boolValue(obj.createable), "IsQueryable": boolValue(true),
		}))
	}
	return out
}

func (o *Org) fieldRows() []*Row {
	var out []*Row
	for _, obj := range o.objects {
		for _, f := range obj.Fields {
			out = append(out, o.metadataRow("FieldDefinition", len(out)+1, map[string]Value{
				"DurableId": textValue(obj.Name + "." + f.Name), "EntityDefinitionId": textValue(obj.Name),
				"QualifiedApiName": textValue(f.Name), "DeveloperName": textValue(strings.TrimSuffix(f.Name, "__c")),
				"Label": textValue(f.Label), "DataType": textValue(f.Type), "Length": intValue(int64(f.Length)),
				"Precision": intValue(int64(f.Precision)), "Scale": intValue(int64(f.Scale)),
				"IsIndexed": boolValue(f.unique != nil || f.sys == sysID), "IsNillable": boolValue(!f.Required),
			}))
		}
	}
	return out
}

// CustomField is a field that was added, with its metadata id and the object
// that it was added to (Activity for those of Task and Event).
type CustomField struct {
	ID     ID
	Object string
	Field  *Field
}

// CustomFields lists the fields that were added, oldest first.
func (o *Org) CustomFields() []CustomField {
	var out []CustomField
	for _, obj := range o.objects {
		for _, f := range obj.Fields {
			owner := obj.Name
			if len(activity(owner)) > 1 {
				owner = "Activity"
			}
			known := slices.ContainsFunc(out, func(c CustomField) bool { return c.ID == f.customID })
			if f.Custom() && !known {
				out = append(out, CustomField{f.customID, owner, f})
			}
		}
	}
	slices.SortFunc(out, func(a, b CustomField) int { return compareIDs(a.ID, b.ID) })
	return out
}

func (o *Org) customRows() []*Row {
	var out []*Row
	for _, c := range o.CustomFields() {
		r := o.metadataRow("CustomField", c.ID.Seq(), map[string]Value{
			"DeveloperName": textValue(strings.TrimSuffix(c.Field.Name, "__c")), "TableEnumOrId": textValue(c.Object),
			"EntityDefinitionId": textValue(c.Object), "FullName": textValue(c.Object + "." + c.Field.Name),
			"Length": intValue(int64(c.Field.Length)), "Precision": intValue(int64(c.Field.Precision)), "Scale": intValue(int64(c.Field.Scale)),
			"InlineHelpText": textValue(c.Field.Help), "ManageableState": textValue("unmanaged"),
		})
		r.created, r.modified, r.stamp = c.Field.made, c.Field.made, c.Field.made
		r.createdBy, r.modifiedBy = o.admin, o.admin
		out = append(out, r)
	}
	return out
}

// ChangeField gives an added field a new label, help text, size and picklist
// values. Rows keep what they hold.
func (o *Org) ChangeField(c CustomField, to Field) {
	for _, name := range activity(c.Object) {
		f := o.fieldOf(name, c.Field.Name)
		if f == nil {
			continue
		}
		f.Label, f.Help, f.Length, f.Precision, f.Scale = to.Label, to.Help, to.Length, to.Precision, to.Scale
		f.Values, f.Restricted, f.Default = to.Values, to.Restricted, to.Default
	}
	o.changed = o.now()
	o.version++
}
