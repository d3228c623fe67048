package sandbox

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

// triggerHead is how the source of an Apex trigger begins (Apex Developer
// Guide, "Trigger Syntax").
var triggerHead = regexp.MustCompile(`(?is)^\s*trigger\s+([a-z]\w*)\s+on\s+([a-z]\w*)\s*\(([^)]*)\)\s*\{`)

// usages are the events of a trigger, and the fields that tell them.
var usages = map[string]string{
	"before insert": "UsageBeforeInsert", "after insert": "UsageAfterInsert", "before update": "UsageBeforeUpdate", "after update": "UsageAfterUpdate",
	"before delete": "UsageBeforeDelete", "after delete": "UsageAfterDelete", "after undelete": "UsageAfterUndelete",
}

// apexTrigger reads an ApexTrigger (Tooling API, "ApexTrigger"). The words of
// what does not compile are assumed.
func (c *call) apexTrigger(d draft) (draft, *org.Error) {
	source, on := d.body.text("Body"), d.body.text("TableEnumOrId")
	if d.id != 0 {
		row, obj := c.s.org.Row(d.id), c.s.org.ObjectOf(d.id)
		on = c.s.org.Value(row, obj.Field("TableEnumOrId")).Text()
		if source == "" {
			source = c.s.org.Value(row, obj.Field("Body")).Text()
		}
	}
	if source == "" || on == "" {
		return d, lacks("Body, TableEnumOrId")
	}
	head := triggerHead.FindStringSubmatch(source)
	obj := c.s.org.Object(on)
	switch {
	case head == nil:
		return d, unfit("Invalid trigger source: trigger NAME on OBJECT (events) { … } expected")
	case obj == nil || !obj.Createable() || obj.ToolingOnly():
		return d, &org.Error{Code: "INVALID_FIELD", Message: "Custom Object Definition ID: bad value for restricted picklist field: " + on}
	case !strings.EqualFold(head[2], obj.Name):
		return d, unfit("The trigger is on " + head[2] + ", not on " + obj.Name)
	}
	if err := c.taken("ApexTrigger", "Name", head[1], d.id); err != nil {
		return d, err
	}
	d.set("Name", head[1])
	d.set("TableEnumOrId", obj.Name)
	d.set("EntityDefinitionId", obj.Name)
	d.set("Body", source)
	d.set("LengthWithoutComments", len(source))
	d.set("ApiVersion", json.Number(c.version))
	if status := d.body.text("Status"); status != "" {
		d.set("Status", status)
	}
	return d.on(head[3])
}

// on sets the events of a trigger, as its source lists them.
func (d draft) on(list string) (draft, *org.Error) {
	events := map[string]bool{}
	for _, event := range strings.Split(strings.ToLower(list), ",") {
		field := usages[strings.Join(strings.Fields(event), " ")]
		if field == "" {
			return d, unfit("Invalid trigger event: " + strings.TrimSpace(event))
		}
		events[field] = true
	}
	for _, field := range usages {
		d.set(field, events[field])
	}
	slices.SortFunc(d.fields, func(a, b org.Input) int { return strings.Compare(a.Name, b.Name) })
	return d, nil
}

var customName = regexp.MustCompile(`(?i)(^|[^.\w])([a-z]\w*__c)\b`)

// validationRule reads a ValidationRule (Metadata API Developer Guide,
// "ValidationRule"). Of its formula only the names of custom fields are looked
// at.
func (c *call) validationRule(d draft) (draft, *org.Error) {
	full := d.body.text("FullName")
	if d.id != 0 {
		full = c.s.org.Value(c.s.org.Row(d.id), c.s.org.ObjectOf(d.id).Field("FullName")).Text()
	}
	object, name, ok := strings.Cut(full, ".")
	formula, message := d.meta.text("errorConditionFormula"), d.meta.text("errorMessage")
	_, hasActive := d.meta.get("active")
	obj := c.s.org.Object(object)
	switch {
	case !ok || d.meta == nil || formula == "" || message == "" || !hasActive:
		return d, lacks("FullName, Metadata.active, errorConditionFormula, errorMessage")
	case obj == nil || !obj.Createable() || obj.ToolingOnly():
		return d, &org.Error{Code: "INVALID_FIELD", Message: "Entity Enumeration Or ID: bad value for restricted picklist field: " + object}
	}
	if err := c.taken("ValidationRule", "FullName", full, d.id); err != nil {
		return d, err
	}
	for _, m := range customName.FindAllStringSubmatch(formula, -1) {
		if obj.Field(m[2]) == nil {
			return d, unfit("Error: Field " + m[2] + " does not exist. Check spelling.")
		}
	}
	display := d.meta.text("errorDisplayField")
	if display != "" && obj.Field(display) == nil {
		return d, unfit("Error: Field " + display + " does not exist. Check spelling.")
	}
	active, _ := d.meta.flag("active")
	d.set("ValidationName", name)
	d.set("FullName", obj.Name+"."+name)
	d.set("EntityDefinitionId", obj.Name)
	d.set("Active", active)
	d.set("Description", ownText(d.meta, "description"))
	d.set("ErrorDisplayField", ownText(d.meta, "errorDisplayField"))
	d.set("ErrorMessage", message)
	d.set("Metadata", d.text)
	return d, nil
}

// flow reads a Flow, which is one version: a new one is made with every create
// of the name, and an active one makes the others obsolete (Metadata API
// Developer Guide, "Flow"; Tooling API, "Flow" and "FlowDefinition").
func (c *call) flow(d draft) (draft, *org.Error) {
	full := d.body.text("FullName")
	if d.id != 0 {
		full = c.s.org.Value(c.s.org.Row(d.id), c.s.org.ObjectOf(d.id).Field("FullName")).Text()
	}
	label, process := d.meta.text("label"), d.meta.text("processType")
	if full == "" || d.meta == nil || label == "" || process == "" {
		return d, lacks("FullName, Metadata.label, processType")
	}
	name, _, _ := strings.Cut(full, "-") // NAME-2 names a version
	status := d.meta.text("status")
	if status == "" {
		status = "Draft"
	}
	start, _ := d.meta.object("start")
	trigger := org.FlowTrigger{Object: start.text("object"), Type: start.text("triggerType"), RecordType: start.text("recordTriggerType")}
	if trigger.Object != "" {
		obj := c.s.org.Object(trigger.Object)
		if obj == nil || !obj.Createable() || obj.ToolingOnly() {
			return d, unfit("The flow's start element names an object that is not there: " + trigger.Object)
		}
		trigger.Object = obj.Name
	}
	d.set("MasterLabel", label)
	d.set("Description", ownText(d.meta, "description"))
	d.set("ProcessType", process)
	d.set("Status", status)
	d.set("Metadata", d.text)
	d.set("ApiVersion", json.Number(c.version))
	d.saved = func(tx *org.Tx, id org.ID) *org.Error { return c.versioned(tx, id, name, label, status, trigger) }
	return d, nil
}

// versioned joins a version to its flow.
func (c *call) versioned(tx *org.Tx, id org.ID, name, label, status string, trigger org.FlowTrigger) *org.Error {
	o := c.s.org
	definition, version := o.Object("FlowDefinition"), o.Object("Flow")
	set := func(obj *org.Object, id org.ID, fields map[string]any) *org.Error {
		return tx.Update(obj, id, seedInputs(fields))
	}
	var parent org.ID
	for _, r := range o.Named("FlowDefinition", "DeveloperName", name) {
		parent = r.ID()
	}
	if parent == 0 {
		var err *org.Error
		if parent, err = tx.Insert(definition, seedInputs(map[string]any{"DeveloperName": name, "MasterLabel": label})); err != nil {
			return err
		}
	}
	row := o.Row(id)
	if o.Value(row, version.Field("DefinitionId")).IsNull() {
		n := o.FlowVersions(parent) + 1
		if err := set(version, id, map[string]any{"DefinitionId": parent, "VersionNumber": n, "FullName": fmt.Sprintf("%s-%d", name, n)}); err != nil {
			return err
		}
		if err := set(definition, parent, map[string]any{"LatestVersionId": id}); err != nil {
			return err
		}
	}
	o.SetFlowTrigger(id, trigger)
	active := o.Value(o.Row(parent), definition.Field("ActiveVersionId")).ID()
	switch {
	case status == "Active" && active != id:
		if active != 0 {
			if err := set(version, active, map[string]any{"Status": "Obsolete"}); err != nil {
				return err
			}
		}
		return set(definition, parent, map[string]any{"ActiveVersionId": id})
	case status != "Active" && active == id:
		return set(definition, parent, map[string]any{"ActiveVersionId": nil})
	}
	return nil
}
