package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

// tooling serves /tooling: describes and queries of the metadata objects, and
// those rows of them that a client may make.
func (c *call) tooling() reply {
	inner := *c
	inner.segments, inner.tool = c.segments[1:], true
	switch strings.ToLower(inner.segment(0)) {
	case "query":
		return inner.get(inner.toolingQuery)
	case "sobjects":
		return inner.toolingObjects()
	}
	return notFound()
}

func (c *call) toolingQuery() reply {
	if len(c.segments) == 2 {
		return c.queryMore(c.segments[1])
	}
	q := c.query.Get("q")
	if len(c.segments) != 1 || q == "" {
		return refused(http.StatusBadRequest, "MALFORMED_QUERY", "A query string has to be specified")
	}
	res, err := c.s.org.Tooling(c.session.user, q)
	if err != nil {
		return queryFailed(err)
	}
	return c.queried(res)
}

// toolingObjects serves /tooling/sobjects (Tooling API, "REST Resources").
func (c *call) toolingObjects() reply {
	if len(c.segments) == 1 {
		return c.get(c.describeGlobal)
	}
	obj := c.s.org.Object(c.segments[1])
	if obj == nil || !obj.InTooling() || len(c.segments) > 3 {
		return notFound()
	}
	switch {
	case len(c.segments) == 2 && c.method == http.MethodGet:
		return c.describeBasic(obj)
	case strings.EqualFold(c.segment(2), "describe"):
		return c.get(func() reply { return c.describe(obj) })
	case obj.Name == "CustomField":
		return c.customFields()
	}
	return c.component(obj)
}

func (c *call) customFields() reply {
	if len(c.segments) == 2 {
		if c.method != http.MethodPost {
			return notAllowed(c.method, "POST")
		}
		return c.createField()
	}
	id, ok := org.ParseID(c.segment(2))
	var found *org.CustomField
	for _, f := range c.s.org.CustomFields() {
		if ok && f.ID == id {
			found = &f
		}
	}
	if found == nil || len(c.segments) > 3 {
		return notFound()
	}
	switch c.method {
	case http.MethodGet:
		return c.readField(*found)
	case http.MethodPatch:
		return c.changeField(*found)
	case http.MethodDelete:
		if err := c.s.org.RemoveField(found.Object, found.Field.Name); err != nil {
			return fieldRefused("FIELD_INTEGRITY_EXCEPTION", err.Error())
		}
		return empty(http.StatusNoContent)
	}
	return notAllowed(c.method, "GET,HEAD,PATCH,DELETE")
}

func fieldRefused(code, message string) reply {
	return rowError(&org.Error{Code: code, Message: message})
}

// createField serves POST /tooling/sobjects/CustomField. The new field has no
// field-level security: nobody sees it until a permission set grants it.
func (c *call) createField() reply {
	body, bad := c.bodyObject()
	if bad != nil {
		return *bad
	}
	object, name, ok := strings.Cut(body.text("FullName"), ".")
	meta, hasMeta := body.object("Metadata")
	switch {
	case !ok || !hasMeta:
		return fieldRefused("REQUIRED_FIELD_MISSING", "Required fields are missing: [FullName, Metadata]")
	case !strings.HasSuffix(name, "__c"):
		return fieldRefused("INVALID_FULLNAME", "The name of a custom field must end in __c: "+name)
	case meta.text("type") == "Lookup" && c.s.org.Object(meta.text("referenceTo")) == nil:
		return fieldRefused("FIELD_INTEGRITY_EXCEPTION", "referenceTo value of '"+meta.text("referenceTo")+"' does not resolve to a valid sObject type")
	case c.s.org.Object(object) == nil && !strings.EqualFold(object, "Activity"):
		return fieldRefused("INVALID_FIELD", "Entity Enumeration Or ID: bad value for restricted picklist field: "+object)
	case strings.EqualFold(object, "Task") || strings.EqualFold(object, "Event"):
		return fieldRefused("INVALID_FULLNAME", "Custom fields of Task and Event are defined on Activity")
	}
	f, err := fieldFrom(name, meta)
	if err != nil {
		return rowError(err)
	}
	f.Hidden = true
	if err := c.s.org.AddField(object, f); err != nil {
		code := "FIELD_INTEGRITY_EXCEPTION"
		if strings.Contains(err.Error(), "already there") {
			return fieldRefused("DUPLICATE_DEVELOPER_NAME", "There is already a field named "+strings.TrimSuffix(name, "__c")+" on "+object+".")
		}
		return fieldRefused(code, err.Error())
	}
	list := c.s.org.CustomFields()
	return answer(http.StatusCreated, struct {
		saved
		Warnings []string `json:"warnings"`
		Infos    []string `json:"infos"`
	}{success(list[len(list)-1].ID), []string{}, []string{}})
}

// fieldTypes maps the metadata types to those of describe (Metadata API
// Developer Guide, "FieldType").
var fieldTypes = map[string]string{"Text": "string", "TextArea": "textarea", "LongTextArea": "textarea", "Checkbox": "boolean", "Number": "double",
	"Currency": "currency", "Percent": "percent", "Date": "date", "DateTime": "datetime", "Picklist": "picklist", "MultiselectPicklist": "multipicklist",
	"Email": "email", "Phone": "phone", "Url": "url", "Lookup": "reference"}

// fieldFrom reads the Metadata of a custom field, with the demands of each
// type (Metadata API Developer Guide, "CustomField").
func fieldFrom(name string, meta object) (org.Field, *org.Error) {
	kind := meta.text("type")
	f := org.Field{Name: name, Label: meta.text("label"), Type: fieldTypes[kind], Length: number(meta, "length"), Precision: number(meta, "precision"),
		Scale: number(meta, "scale"), Help: meta.text("inlineHelpText"), Default: nil}
	refuse := func(message string) (org.Field, *org.Error) {
		return f, &org.Error{Code: "FIELD_INTEGRITY_EXCEPTION", Message: message}
	}
	f.Unique, _ = meta.flag("unique")
	f.ExternalID, _ = meta.flag("externalId")
	f.CaseSensitive, _ = meta.flag("caseSensitive")
	f.Required, _ = meta.flag("required")
	_, hasRequired := meta.get("required")
	switch {
	case f.Type == "":
		return refuse("Invalid field type: " + kind)
	case f.Label == "":
		return refuse("Must specify a non-empty label for the CustomField")
	case kind == "Text" && (f.Length < 1 || f.Length > 255):
		return refuse("Must specify 'length' between 1 and 255 for a CustomField of type Text")
	case kind == "LongTextArea" && (f.Length < 256 || f.Length > 131072):
		return refuse("Must specify 'length' between 256 and 131072 for a CustomField of type LongTextArea")
	case (kind == "LongTextArea" || kind == "MultiselectPicklist") && number(meta, "visibleLines") == 0:
		return refuse("Must specify 'visibleLines' for a CustomField of type " + kind)
	case (kind == "Number" || kind == "Currency" || kind == "Percent") && (f.Precision < 1 || f.Precision > 18):
		return refuse("Must specify 'precision' between 1 and 18 for a CustomField of type " + kind)
	case kind == "Checkbox" && hasRequired && f.Required:
		return refuse("Can not specify 'required' for a CustomField of type Checkbox")
	case (f.Unique || f.ExternalID) && kind != "Text" && kind != "Number" && kind != "Email":
		return refuse("Can not specify 'unique' or 'externalId' for a CustomField of type " + kind)
	}
	switch kind {
	case "Checkbox":
		v, found := meta.get("defaultValue")
		if !found {
			return refuse("Must specify 'defaultValue' for a CustomField of type Checkbox")
		}
		f.Default = v == true || v == "true"
	case "Lookup":
		f.References, f.ChildRelationship = []string{meta.text("referenceTo")}, meta.text("relationshipName")
	case "Picklist", "MultiselectPicklist":
		return withValues(f, meta)
	}
	return f, nil
}

func withValues(f org.Field, meta object) (org.Field, *org.Error) {
	set, ok := meta.object("valueSet")
	if !ok {
		return f, &org.Error{Code: "FIELD_INTEGRITY_EXCEPTION", Message: "Must specify 'valueSet' for a CustomField of type Picklist"}
	}
	f.Restricted, _ = set.flag("restricted")
	definition, _ := set.object("valueSetDefinition")
	f.Values = nil
	for _, v := range definition.list("value") {
		o, _ := v.(object)
		isDefault, _ := o.flag("default")
		value := o.text("fullName")
		if value == "" {
			value = o.text("valueName")
		}
		f.Values = append(f.Values, org.Option{Value: value, Label: o.text("label"), Default: isDefault})
		if isDefault {
			f.Default = value
		}
	}
	return f, nil
}

func number(o object, key string) int {
	v, _ := o.get(key)
	n, ok := v.(json.Number)
	if !ok {
		return 0
	}
	i, err := strconv.Atoi(string(n))
	if err != nil {
		return 0
	}
	return i
}

func (c *call) readField(f org.CustomField) reply {
	meta := map[string]any{"label": f.Field.Label, "type": metadataType(f.Field), "length": f.Field.Length, "precision": f.Field.Precision,
		"scale": f.Field.Scale, "unique": f.Field.Unique, "externalId": f.Field.ExternalID, "required": f.Field.Required && f.Field.Type != "boolean",
		"inlineHelpText": orNull(f.Field.Help)}
	return answer(http.StatusOK, map[string]any{
		"attributes": map[string]string{"type": "CustomField", "url": c.root() + "/sobjects/CustomField/" + f.ID.String()},
		"Id":         f.ID.String(), "FullName": f.Object + "." + f.Field.Name, "DeveloperName": strings.TrimSuffix(f.Field.Name, "__c"),
		"TableEnumOrId": f.Object, "Metadata": meta,
	})
}

func metadataType(f *org.Field) string {
	if f.Type == "textarea" && f.Length > 255 {
		return "LongTextArea"
	}
	for name, kind := range fieldTypes {
		if kind == f.Type && name != "LongTextArea" {
			return name
		}
	}
	return f.Type
}

// changeField serves PATCH: label, help, length and picklist values of the
// field. The type cannot change here.
func (c *call) changeField(f org.CustomField) reply {
	body, bad := c.bodyObject()
	if bad != nil {
		return *bad
	}
	meta, ok := body.object("Metadata")
	if !ok {
		return fieldRefused("REQUIRED_FIELD_MISSING", "Required fields are missing: [Metadata]")
	}
	changed, err := fieldFrom(f.Field.Name, meta)
	switch {
	case err != nil:
		return rowError(err)
	case changed.Type != f.Field.Type:
		return fieldRefused("FIELD_INTEGRITY_EXCEPTION", "Changing the type of a field is not supported")
	case changed.Unique != f.Field.Unique || changed.ExternalID != f.Field.ExternalID:
		return fieldRefused("FIELD_INTEGRITY_EXCEPTION", "Changing uniqueness of a field is not supported")
	}
	c.s.org.ChangeField(f, changed)
	return empty(http.StatusNoContent)
}
