package org

import (
	"fmt"
	"strings"
)

// Error is a refusal in the vendor's words. Code is one of the status codes
// of the SOAP API Developer Guide, "Core Data Types Used in API Calls".
type Error struct {
	Code    string
	Message string
	Fields  []string
	// Status is the HTTP status of a single-record request, 400 if 0.
	Status int
	// Matches are the rows that a duplicate rule found, Entity is their object
	// and Root where their urls begin.
	Matches      []ID
	Entity, Root string
	// AllowSave: the duplicate rule only alerts and can be passed.
	AllowSave bool
	// Reading: the request was refused while it was read, before any record
	// was saved. A single-record reply then has no list of fields.
	Reading bool
}

// Error joins code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

func refuse(code, message string, fields ...string) *Error {
	return &Error{Code: code, Message: message, Fields: fields}
}

func errNoColumn(name, object string) *Error {
	return &Error{Code: "INVALID_FIELD", Message: fmt.Sprintf("No such column '%s' on sobject of type %s", name, object), Reading: true}
}

func errRequired(names []string) *Error {
	return refuse("REQUIRED_FIELD_MISSING", "Required fields are missing: ["+strings.Join(names, ", ")+"]", names...)
}

func errNoWrite(names []string) *Error {
	return refuse("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: "+strings.Join(names, ", ")+
		". Please check the security settings of this field and verify that it is read/write for your profile or permission set.", names...)
}

func errDeleted() *Error {
	return &Error{Code: "ENTITY_IS_DELETED", Message: "entity is deleted", Status: 404}
}

func errCrossReference() *Error {
	return &Error{Code: "INVALID_CROSS_REFERENCE_KEY", Message: "invalid cross reference id", Status: 404}
}

func errNotAllowed(verb, object string) *Error {
	return &Error{Code: "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", Message: fmt.Sprintf("entity type %s does not support %s", object, verb)}
}

// parserError is what the vendor's JSON reader says of a value of the wrong
// JSON type.
func parserError(want, token string, value any, column int) *Error {
	return &Error{Code: "JSON_PARSER_ERROR", Reading: true, Message: fmt.Sprintf(
		"Cannot deserialize instance of %s from %s value %v or request may be missing a required field at [line:1, column:%d]",
		want, token, value, column)}
}
