package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// maxBody is the largest request body that is read.
const maxBody = 20 << 20

// text reads a JSON value that HubSpot takes as a string: strings, numbers as
// they were written, and booleans (recorded: a create with "amount": 10000).
// A null is as if the key were not there.
type text struct {
	val string
	set bool
}

// UnmarshalJSON refuses arrays and objects, in the words of HubSpot's parser.
func (t *text) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case 'n':
		*t = text{}
	case '"':
		t.set = true
		return json.Unmarshal(data, &t.val)
	case '[':
		return errors.New("Cannot deserialize value of type `java.lang.String` from Array value (token `JsonToken.START_ARRAY`)") //nolint:staticcheck // the vendor's words
	case '{':
		return errors.New("Cannot deserialize value of type `java.lang.String` from Object value (token `JsonToken.START_OBJECT`)") //nolint:staticcheck // the vendor's words
	default:
		*t = text{string(data), true}
	}
	return nil
}

// texts drops the nulls from a map of values.
func texts(m map[string]text) map[string]string {
	out := make(map[string]string, len(m))
	for k, v := range m {
		if v.set {
			out[k] = v.val
		}
	}
	return out
}

func vals(list []text) []string {
	out := make([]string, 0, len(list))
	for _, v := range list {
		if v.set {
			out = append(out, v.val)
		}
	}
	return out
}

// readBody reads a JSON body and checks its content type.
func (c *call) readBody() error {
	if c.r.Body == nil {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(c.r.Body, maxBody+1))
	if err != nil {
		return badJSON(data, int64(len(data)), "Unexpected end-of-input")
	}
	if len(data) > maxBody {
		return &refusal{status: http.StatusRequestEntityTooLarge, body: errorBody{Message: "HTTP 413 Request Entity Too Large"}}
	}
	c.body = data
	return nil
}

// needJSON refuses any other content type, as HubSpot does.
func (c *call) needJSON() error {
	kind, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		return &refusal{status: http.StatusUnsupportedMediaType, body: errorBody{Message: "HTTP 415 Unsupported Media Type"}}
	}
	return nil
}

// decode reads the body into v. Unknown keys are ignored; required names keys
// that must be there.
func (c *call) decode(v any, required ...string) error {
	if err := c.needJSON(); err != nil {
		return err
	}
	if len(bytes.TrimSpace(c.body)) == 0 {
		return badJSON(c.body, 0, "No content to map due to end-of-input")
	}
	if err := json.Unmarshal(c.body, v); err != nil {
		return jsonError(c.body, err)
	}
	if len(required) == 0 {
		return nil
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(c.body, &keys); err != nil {
		return jsonError(c.body, err)
	}
	var missing []string
	for _, name := range required {
		if raw, there := keys[name]; !there || string(raw) == "null" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return portal.Invalid("Invalid input JSON on line 1, column 2. Some required fields were not set: [%s]", strings.Join(missing, ", "))
	}
	return nil
}

func jsonError(body []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return badJSON(body, syntax.Offset, "Unexpected character or end-of-input: "+syntax.Error())
	case errors.As(err, &kind):
		from := strings.ToUpper(kind.Value[:1]) + kind.Value[1:]
		return badJSON(body, kind.Offset, "Cannot deserialize value of type `"+kind.Type.String()+"` from "+from+" value")
	default:
		return badJSON(body, 1, err.Error())
	}
}

// badJSON is the vendor's answer to a body that it cannot read: a position, a
// reason, and no category.
func badJSON(body []byte, offset int64, reason string) *portal.Error {
	offset = min(offset, int64(len(body)))
	before := body[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	e := portal.Invalid("Invalid input JSON on line %d, column %d: %s", line, column, reason)
	e.Category = ""
	return e
}
