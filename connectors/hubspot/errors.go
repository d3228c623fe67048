package hubspot

import (
	"encoding/json"
	"regexp"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// vendorError is HubSpot's error object, at the top of a refusal and inside a
// batch reply. Every field is optional (HubSpot developer docs, "Error
// handling"). OAuth refusals use the last two instead (RFC 6749).
type vendorError struct {
	Message       string              `json:"message"`
	CorrelationID string              `json:"correlationId"`
	Category      string              `json:"category"`
	SubCategory   anyText             `json:"subCategory"`
	PolicyName    string              `json:"policyName"`
	ErrorType     string              `json:"errorType"`
	Code          string              `json:"code"`
	In            string              `json:"in"`
	ID            identifier          `json:"id"`
	Context       map[string]anyTexts `json:"context"`
	Errors        []vendorError       `json:"errors"`
	OAuthError    string              `json:"error"`
	Status        anyText             `json:"status"`
}

// anyText is a text, or whatever else stands in its place, as text.
type anyText string

// UnmarshalJSON never fails: an error object is read as far as it can be.
func (t *anyText) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) != nil {
		s = strings.Trim(string(data), `"`)
	}
	if s == "null" {
		s = ""
	}
	*t = anyText(s)
	return nil
}

// anyTexts is a list of texts, or a single one.
type anyTexts []string

// UnmarshalJSON never fails: a lone value is a list of one.
func (t *anyTexts) UnmarshalJSON(data []byte) error {
	var list []anyText
	if json.Unmarshal(data, &list) != nil {
		var one anyText
		_ = one.UnmarshalJSON(data) // never fails
		list = []anyText{one}
	}
	*t = nil
	for _, s := range list {
		*t = append(*t, string(s))
	}
	return nil
}

// readVendorError reads a refusal's body; what is no JSON gives the zero value.
func readVendorError(body []byte) vendorError {
	var v vendorError
	if json.Unmarshal(body, &v) != nil {
		return vendorError{}
	}
	return v
}

// name is HubSpot's own word for the fault.
func (v vendorError) name() string {
	for _, s := range []string{v.PolicyName, v.Category, v.ErrorType, v.Code, v.OAuthError} {
		if s != "" {
			return s
		}
	}
	return ""
}

// quoted finds what stands in quotation marks or braces, and addresses: in a
// message of HubSpot's these are the values that we sent or that other records
// hold.
var quoted = regexp.MustCompile(`"[^"]*"|'[^']*'|\{[^}]*\}|[^\s"'<>]+@[^\s"'<>]+`)

// unquoted finds values that HubSpot puts into a text without any marks: what
// stands before "was not" and the like belongs to the record.
var unquoted = regexp.MustCompile(`(?is)^.*( (?:was|is|does|did|must|should|cannot|isn't|wasn't) )`)

// faultTexts are our words for what HubSpot says of a value, whose own text
// quotes it.
var faultTexts = map[string]string{
	"INVALID_OPTION":        "the value is none of the property's options",
	"INVALID_NUMBER":        "the value is not a number that the property takes",
	"INVALID_INTEGER":       "the value is not a whole number that the property takes",
	"INVALID_LONG":          "the value is not a whole number or date that the property takes",
	"INVALID_DATE":          "the value is not a date that the property takes",
	"PROPERTY_DOESNT_EXIST": "the portal has no such property",
	"READ_ONLY_VALUE":       "the property is read only",
}

// faultText says what is wrong with a property's value without the value (I8).
func faultText(code, message string) string {
	if text := faultTexts[code]; text != "" {
		return text
	}
	text := quoted.ReplaceAllString(message, "…")
	return transport.OneLine(unquoted.ReplaceAllString(text, "the value$1"), 200)
}

// message is HubSpot's text without anybody's data (I8), on one line. Of missing
// scopes the inner text says the same in short.
func (v vendorError) message() string {
	if v.Category == "MISSING_SCOPES" && len(v.Errors) > 0 && v.Errors[0].Message != "" {
		return v.Errors[0].message()
	}
	text, _, _ := strings.Cut(v.Message, ": [{") // the values follow as JSON
	return transport.OneLine(quoted.ReplaceAllString(text, "…"), 200)
}

// ids lists the records that the error names.
func (v vendorError) ids() []string {
	out := append([]string(nil), v.Context["ids"]...)
	out = append(out, v.Context["id"]...)
	if v.ID != "" {
		out = append(out, string(v.ID))
	}
	return out
}

// traces lists the inputs that the error names by the mark we put on them.
func (v vendorError) traces() []string { return v.Context["objectWriteTraceId"] }

// fieldFault is one property that a refusal names.
type fieldFault struct {
	property string
	code     string
	message  string
}

// fields finds the properties that a refusal names. They stand in errors[], in
// context, and as JSON text inside the message; errors[] may be the shorter
// list, so all are read.
func (v vendorError) fields() []fieldFault {
	seen := make(map[string]bool)
	var out []fieldFault
	add := func(property, code, message string) {
		if property == "" || seen[property] {
			return
		}
		seen[property] = true
		out = append(out, fieldFault{property: property, code: code, message: faultText(code, message)})
	}
	for _, e := range append([]vendorError{v}, v.Errors...) {
		for _, key := range []string{"propertyName", "properties", "propertyNames", "property"} {
			for _, property := range e.Context[key] {
				add(property, e.Code, e.Message)
			}
		}
	}
	for _, e := range embedded(v.Message) {
		add(e.Name, e.Error, e.Message)
	}
	return out
}

// embeddedFault is one member of the JSON inside "Property values were not
// valid: […]".
type embeddedFault struct {
	Name    string `json:"name"`
	Error   string `json:"error"`
	Message string `json:"message"`
}

func embedded(message string) []embeddedFault {
	start := strings.Index(message, "[{")
	if start < 0 {
		return nil
	}
	var out []embeddedFault
	if json.NewDecoder(strings.NewReader(message[start:])).Decode(&out) != nil {
		return nil
	}
	return out
}

// record makes the Error for one record out of an error inside a batch.
func (v vendorError) record(k kind, id string) *connectors.Error {
	verdict := verdictOf(0, v)
	e := verdict.asError(0, v)
	e.Object, e.Record = k.object, id
	if fields := v.fields(); len(fields) > 0 && e.Class == connectors.ParkRecord {
		e.Field = fields[0].property
		e.Message = fields[0].message
	}
	return e
}
