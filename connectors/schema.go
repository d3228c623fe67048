package connectors

import "context"

// Schema is what a CRM says of one object's fields.
type Schema struct {
	Object Object
	Name   string // the vendor's own name of the object
	Fields map[string]Field
}

// Field is what a CRM says of one field.
type Field struct {
	Name  string
	Label string
	// Type is the vendor's own word (picklist, currency, enumeration, …).
	Type string
	// Length is the most characters a text takes, 0 if not limited or known.
	Length int
	// Precision and Scale of a Salesforce number.
	Precision, Scale int
	Writable         bool
	Creatable        bool
	Unique           bool
	ExternalID       bool
	Required         bool
	// Restricted: only Options are taken.
	Restricted bool
	// Multi: several options, joined with ";".
	Multi   bool
	Options []Option
	// HTML: a text in it is markup, which the CRM cleans and displays.
	HTML bool
	// Controller is the field whose value says which Options are taken, ""
	// if all are.
	Controller string
}

// Option is one value of a picklist or enumeration.
type Option struct {
	Value, Label string
	Active       bool
}

// Describer tells which fields an object has. A field that the integration
// user may not see is simply absent.
type Describer interface {
	Describe(ctx context.Context, object Object) (Schema, error)
}
