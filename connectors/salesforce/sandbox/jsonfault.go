package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// badJSON is the reply to a body that is no JSON object. The forms of the two
// syntax faults are the vendor's; what it expected instead is left out.
func badJSON(body []byte, err error) reply {
	message, at := err.Error(), 1
	var value json.RawMessage
	var syntax *json.SyntaxError
	if errors.As(json.Unmarshal(body, &value), &syntax) {
		at = int(syntax.Offset)
		message = "Unexpected end-of-input"
		if !strings.HasPrefix(syntax.Error(), "unexpected end") {
			r, _ := utf8.DecodeRune(body[max(0, at-1):])
			message = fmt.Sprintf("Unexpected character ('%c' (code %d))", r, r)
		}
	}
	read := body[:min(at, len(body))]
	line := 1 + bytes.Count(read, []byte("\n"))
	column := at - bytes.LastIndexByte(read, '\n')
	return refused(400, "JSON_PARSER_ERROR", fmt.Sprintf("%s at [line:%d, column:%d]", message, line, column))
}
