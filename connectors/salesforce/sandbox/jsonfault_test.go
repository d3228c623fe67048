package sandbox

import (
	"strings"
	"testing"
)

func TestFaultsOfJSON(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, tc := range []struct{ body, want string }{
		{"{", "Unexpected end-of-input at [line:1, column:2]"},
		{"{\"Name\":\"x\",\n\"Phone\":", "Unexpected end-of-input at [line:2, column:9]"},
		{"{\n\"Name\": \"x\",\n}", "Unexpected character ('}' (code 125)) at [line:3, column:2]"},
		{`{"Name":"a"} x`, "Unexpected character ('x' (code 120)) at [line:1, column:15]"},
		{"[]", "the HTTP entity body is required to be a JSON object, but it is not at [line:1, column:2]"},
		{" ", "No content to map to Object due to end of input"},
		{strings.Repeat(`{"a":`, 70) + "1" + strings.Repeat("}", 70), "reading JSON: nested too deeply at [line:1, column:2]"},
	} {
		r.do("POST", v+"/sobjects/Account", tc.body).want(t, 400, string(encode([]apiError{{Message: tc.want, Code: "JSON_PARSER_ERROR"}})))
	}
}
