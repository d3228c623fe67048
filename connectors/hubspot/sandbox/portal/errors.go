package portal

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// The vendor's error categories that the portal uses (HubSpot developer
// documentation, Error handling).
const (
	CategoryValidation = "VALIDATION_ERROR"
	CategoryConflict   = "CONFLICT"
	CategoryNotFound   = "OBJECT_NOT_FOUND"
)

// Error is a refusal as HubSpot words it. The fields are those of its error
// body; the correlation id is added by whoever writes the reply.
type Error struct {
	// Status is the HTTP status that goes with it.
	Status      int
	Message     string
	Category    string
	SubCategory string
	Errors      []ErrorDetail
	Context     map[string][]string
	Links       map[string]string
}

// ErrorDetail is one entry of the vendor's errors[].
type ErrorDetail struct {
	Message     string              `json:"message"`
	In          string              `json:"in,omitempty"`
	Code        string              `json:"code,omitempty"`
	SubCategory string              `json:"subCategory,omitempty"`
	Context     map[string][]string `json:"context,omitempty"`
}

// Error gives the vendor's message.
func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Category, e.Message) }

// Invalid is a 400 VALIDATION_ERROR.
func Invalid(format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Category: CategoryValidation, Message: fmt.Sprintf(format, args...)}
}

// notFound is what a numeric id that does not exist gets: HubSpot sends no
// category with it.
func notFound() *Error {
	return &Error{Status: http.StatusNotFound, Message: "resource not found"}
}

// notNumeric is what an id that is no number gets.
func notNumeric(id string) *Error {
	return &Error{
		Status: http.StatusNotFound, Category: CategoryNotFound,
		Message: "Object not found.  objectId are usually numeric.",
		Context: map[string][]string{"id": {id}},
	}
}

// notPositive is what the id 0 gets, or a negative one.
func notPositive(id string) *Error {
	e := notNumeric(id)
	e.Message = "Object not found. objectId is usually positive."
	return e
}

// missingObjects is what a batch gets for ids that do not exist.
func missingObjects(t *ObjectType, ids []string) *Error {
	return &Error{
		Status: http.StatusNotFound, Category: CategoryNotFound,
		Message: fmt.Sprintf("Could not get some %s objects, they may be deleted or not exist. Check that ids are valid.", t.FullName),
		Context: map[string][]string{"ids": ids},
	}
}

// propertyFault is one property value that HubSpot refuses.
type propertyFault struct {
	name, code, message string
}

// invalidValues is the vendor's refusal of property values: a JSON array
// inside the message, since 2026 with the text twice (Using object APIs, Error
// handling), and the same again as errors[]. In recordings errors[]
// is the shorter of the two when a fault repeats; here too the last repetition
// is missing from it.
func (p *Portal) invalidValues(faults []propertyFault) *Error {
	type embedded struct {
		IsValid   bool        `json:"isValid"`
		Message   string      `json:"message"`
		Error     string      `json:"error"`
		Name      string      `json:"name"`
		Localized string      `json:"localizedErrorMessage"`
		Portal    json.Number `json:"portalId"`
	}
	list := make([]embedded, len(faults))
	details := make([]ErrorDetail, 0, len(faults))
	seen := map[propertyFault]int{}
	for i, f := range faults {
		list[i] = embedded{Message: f.message, Error: f.code, Name: f.name, Localized: f.message, Portal: json.Number(p.id)}
		seen[f]++
		if i == len(faults)-1 && seen[f] > 1 {
			continue
		}
		details = append(details, ErrorDetail{
			Message: f.message, Code: f.code,
			Context: map[string][]string{"propertyName": {f.name}},
		})
	}
	text, _ := marshalPlain(list)
	return &Error{
		Status: http.StatusBadRequest, Category: CategoryValidation,
		Message: "Property values were not valid: " + text, Errors: details,
	}
}

// marshalPlain is JSON without HTML escapes, as the vendor writes it.
func marshalPlain(v any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// missingRequired is the refusal of a create that lacks required properties.
func missingRequired(t *ObjectType, names []string) *Error {
	message := fmt.Sprintf("Error creating %s. Some required properties were not set.", t.FullName)
	context := map[string][]string{"properties": names}
	return &Error{
		Status: http.StatusBadRequest, Category: CategoryValidation, Message: message, Context: context,
		Errors: []ErrorDetail{{Message: message, Context: context}},
	}
}
