package org

import (
	"slices"
	"strings"
)

// inTooling are the objects that the Tooling API serves, of those that there
// are here (Tooling API, "Tooling API Objects"); onlyTooling are served by
// nothing else.
var (
	inTooling = [...]string{
		"ApexTrigger", "CustomField", "CustomNotificationType", "EntityDefinition", "FieldDefinition", "Flow", "FlowDefinition", "Group",
		"Organization", "PermissionSet", "Profile", "RecordType", "User", "UserRole", "ValidationRule",
	}
	onlyTooling = [...]string{"CustomField", "Flow", "FlowDefinition", "ValidationRule"}
)

// InTooling tells whether the Tooling API serves the object.
func (o *Object) InTooling() bool { return slices.Contains(inTooling[:], o.Name) }

// ToolingOnly tells whether nothing but the Tooling API serves the object.
func (o *Object) ToolingOnly() bool { return slices.Contains(onlyTooling[:], o.Name) }

// served tells whether an API has the object at all.
func (o *Object) served(tooling bool) bool {
	if tooling {
		return o.InTooling()
	}
	return !o.ToolingOnly()
}

// FlowTrigger is what starts a flow, "" if a record does not.
type FlowTrigger struct{ Object, Type, RecordType string }

// SetFlowTrigger keeps what starts a version of a flow.
func (o *Org) SetFlowTrigger(version ID, t FlowTrigger) {
	if o.triggers == nil {
		o.triggers = map[ID]FlowTrigger{}
	}
	o.triggers[version] = t
}

// FlowVersions counts the versions of a flow.
func (o *Org) FlowVersions(flow ID) int {
	n := 0
	o.children(o.Object("Flow").Field("DefinitionId"), flow, func(*Row) { n++ })
	return n
}

// flowRows shows each flow by its active version, else by its latest (Object
// Reference, "FlowDefinitionView").
func (o *Org) flowRows() []*Row {
	definition, version := o.Object("FlowDefinition"), o.Object("Flow")
	var out []*Row
	for _, d := range definition.table.rows {
		if d == nil || d.purged {
			continue
		}
		active, latest := o.get(d, definition.Field("ActiveVersionId")), o.get(d, definition.Field("LatestVersionId"))
		shown := o.parent(d, definition.Field("ActiveVersionId"))
		if shown == nil {
			shown = o.parent(d, definition.Field("LatestVersionId"))
		}
		if shown == nil {
			continue
		}
		t := o.triggers[shown.id]
		values := map[string]Value{
			"DurableId": textValue(d.id.String()), "ApiName": o.get(d, definition.Field("DeveloperName")), "Label": o.get(shown, version.Field("MasterLabel")),
			"Description": o.get(shown, version.Field("Description")), "ProcessType": o.get(shown, version.Field("ProcessType")),
			"TriggerType": optional(t.Type), "RecordTriggerType": optional(t.RecordType), "TriggerObjectOrEventId": optional(t.Object),
			"ActiveVersionId": optional(idString(active)), "LatestVersionId": optional(idString(latest)),
			"VersionNumber": o.get(shown, version.Field("VersionNumber")), "IsActive": boolValue(!active.IsNull()),
			"IsOutOfDate": boolValue(!active.IsNull() && active.ID() != latest.ID()), "Builder": textValue("Flow Builder"), "ManageableState": textValue("unmanaged"),
			"LastModifiedDate": {kind: DateTime, n: shown.modified}, "LastModifiedBy": o.nameOf(o.latest(shown.modifiedBy)),
		}
		if obj := o.Object(t.Object); obj != nil {
			values["TriggerObjectOrEventLabel"] = textValue(obj.Label)
		}
		out = append(out, o.metadataRow("FlowDefinitionView", d.id.Seq(), values))
	}
	return out
}

func optional(s string) Value {
	if s == "" {
		return Value{}
	}
	return textValue(s)
}

func idString(v Value) string {
	if v.IsNull() {
		return ""
	}
	return v.ID().String()
}

// Named finds the rows of an object that have a text in a field, whatever the
// case.
func (o *Org) Named(object, field, text string) []*Row {
	obj := o.Object(object)
	var out []*Row
	for _, r := range obj.table.rows {
		if r != nil && !r.purged && !r.deleted && strings.EqualFold(o.get(r, obj.Field(field)).Text(), text) {
			out = append(out, r)
		}
	}
	return out
}
