package salesforce

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// describeLife is how long field metadata is believed. A field that is missed
// is looked for again after missingLife.
const (
	describeLife = 6 * time.Hour
	missingLife  = 5 * time.Minute
)

// description is the part of a describe reply that we use (REST API
// Developer Guide, "sObject Describe"). A field that field-level security
// hides is simply not in it.
type description struct {
	Name   string             `json:"name"`
	Fields []fieldDescription `json:"fields"`

	byName     map[string]*fieldDescription // lower case
	byRelation map[string]*fieldDescription // lower case
}

type fieldDescription struct {
	Name             string           `json:"name"`
	Label            string           `json:"label"`
	Type             string           `json:"type"`
	Length           int              `json:"length"`
	Precision        int              `json:"precision"`
	Scale            int              `json:"scale"`
	Nillable         bool             `json:"nillable"`
	Createable       bool             `json:"createable"`
	Updateable       bool             `json:"updateable"`
	Unique           bool             `json:"unique"`
	ExternalID       bool             `json:"externalId"`
	DefaultedOnMake  bool             `json:"defaultedOnCreate"`
	Restricted       bool             `json:"restrictedPicklist"`
	ReferenceTo      []string         `json:"referenceTo"`
	RelationshipName string           `json:"relationshipName"`
	PicklistValues   []picklistOption `json:"picklistValues"`
	ControllerName   string           `json:"controllerName"`
	HTML             bool             `json:"htmlFormatted"`
}

type picklistOption struct {
	Value  string `json:"value"`
	Label  string `json:"label"`
	Active bool   `json:"active"`
}

func (d *description) index() {
	d.byName = make(map[string]*fieldDescription, len(d.Fields))
	d.byRelation = make(map[string]*fieldDescription)
	for i := range d.Fields {
		f := &d.Fields[i]
		d.byName[strings.ToLower(f.Name)] = f
		if f.RelationshipName != "" {
			d.byRelation[strings.ToLower(f.RelationshipName)] = f
		}
	}
}

// field finds a field by name, in any case, nil if it is not there.
func (d *description) field(name string) *fieldDescription { return d.byName[strings.ToLower(name)] }

// option tells whether the field has the active picklist value.
func (f *fieldDescription) option(value string) bool {
	for _, o := range f.PicklistValues {
		if o.Active && o.Value == value {
			return true
		}
	}
	return false
}

// describes caches descriptions by the vendor's object name.
type describes struct {
	mu     sync.Mutex
	byName map[string]*describeEntry
}

type describeEntry struct {
	mu       sync.Mutex
	value    *description
	etag     string
	modified string
	at       time.Time
}

func (d *describes) entry(name string) *describeEntry {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.byName == nil {
		d.byName = make(map[string]*describeEntry)
	}
	e := d.byName[name]
	if e == nil {
		e = &describeEntry{}
		d.byName[name] = e
	}
	return e
}

// describe returns an object's description, at most maxAge old. It asks
// conditionally, so that an unchanged one costs no body.
func (c *Client) describe(ctx context.Context, name string, maxAge time.Duration, p transport.Priority) (*description, error) {
	e := c.describes.entry(name)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.value != nil && c.now().Sub(e.at) < maxAge {
		return e.value, nil
	}
	header := http.Header{}
	if e.etag != "" {
		header.Set("If-None-Match", e.etag)
	}
	if e.modified != "" {
		header.Set("If-Modified-Since", e.modified)
	}
	got, err := c.send(ctx, request{
		endpoint: "describe", method: http.MethodGet, path: c.data("/sobjects/" + name + "/describe"),
		idempotent: true, priority: p, header: header,
	})
	if connectors.ClassOf(err) == connectors.Gone {
		return nil, &connectors.Error{
			System: connectors.Salesforce, Class: connectors.Stop, Code: "INVALID_TYPE", Status: http.StatusNotFound,
			Message: "the org shows no object " + name, Fix: "grant the integration user read access to it",
		}
	}
	if err != nil {
		return nil, err
	}
	if got.status == http.StatusNotModified && e.value != nil {
		e.at = c.now()
		return e.value, nil
	}
	var d description
	if err := decode(got.body, &d); err != nil {
		return nil, err
	}
	d.index()
	e.value, e.at = &d, c.now()
	e.etag, e.modified = got.header.Get("ETag"), got.header.Get("Last-Modified")
	return e.value, nil
}

// Describe tells which fields an object has, as Salesforce says now.
func (c *Client) Describe(ctx context.Context, object connectors.Object) (connectors.Schema, error) {
	name := sobject(object)
	if name == "" {
		return connectors.Schema{}, &connectors.Error{
			System: connectors.Salesforce, Class: connectors.Stop, Object: object,
			Message: "there is no such object", Fix: "its logged calls and e-mails are tasks",
		}
	}
	d, err := c.describe(ctx, name, 0, transport.PriorityPoll)
	if err != nil {
		return connectors.Schema{}, err
	}
	schema := connectors.Schema{Object: object, Name: d.Name, Fields: make(map[string]connectors.Field, len(d.Fields))}
	for i := range d.Fields {
		schema.Fields[d.Fields[i].Name] = d.Fields[i].public()
	}
	return schema, nil
}

func (f *fieldDescription) public() connectors.Field {
	out := connectors.Field{
		Name: f.Name, Label: f.Label, Type: f.Type, Length: f.Length, Precision: f.Precision, Scale: f.Scale,
		Writable: f.Updateable, Creatable: f.Createable, Unique: f.Unique, ExternalID: f.ExternalID,
		Required:   f.Createable && !f.Nillable && !f.DefaultedOnMake && f.Type != "boolean",
		Restricted: f.Restricted, Multi: f.Type == "multipicklist", Controller: f.ControllerName,
		// A formula or link is no text that anybody writes; a rich text area is.
		HTML: f.HTML && f.Type == "textarea",
	}
	for _, o := range f.PicklistValues {
		out.Options = append(out.Options, connectors.Option{Value: o.Value, Label: o.Label, Active: o.Active})
	}
	return out
}
