package salesforce

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"handoffd/connectors"
)

func TestID18(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"documented example", "001A0000006Vm9r", "001A0000006Vm9rIAC"},
		{"18 characters stay", "001A0000006Vm9rIAC", "001A0000006Vm9rIAC"},
		{"18 characters are never touched", "001a0000006vm9riac", "001a0000006vm9riac"},
		{"no capitals", "005000000000001", "005000000000001AAA"},
		{"all capitals", "ABCDEABCDEABCDE", "ABCDEABCDEABCDE555"},
		{"too short", "001", ""},
		{"16 characters", "001A0000006Vm9rI", ""},
		{"quote inside", "001A0000006Vm'r", ""},
		{"umlaut inside", "001A0000006Vmär", ""},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := ID18(tt.in)
			if got != tt.want || (err != nil) != (tt.want == "") {
				t.Errorf("ID18(%q) = %q, %v; want %q", tt.in, got, err, tt.want)
			}
		})
	}
}

// TestID18Law: the long form tells apart what differs in case only, and is
// its own long form.
func TestID18Law(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		short := rapid.StringMatching(`[A-Za-z0-9]{15}`).Draw(t, "id")
		long, err := ID18(short)
		if err != nil || long[:15] != short {
			t.Fatalf("ID18(%q) = %q, %v", short, long, err)
		}
		if again, err := ID18(long); err != nil || again != long {
			t.Fatalf("ID18(%q) = %q, %v", long, again, err)
		}
		lower, err := ID18(strings.ToLower(short))
		if err != nil || (short != strings.ToLower(short) && strings.EqualFold(long, lower)) {
			t.Fatalf("%q and %q cannot be told apart without case", long, lower)
		}
	})
}

func TestQueryText(t *testing.T) {
	t.Parallel()
	q := query{
		fields: []string{"Id", "Owner.Name"}, from: "Account",
		where: []string{
			window(time.Date(2026, 11, 22, 7, 25, 0, 5e8, time.FixedZone("x", 3600)), time.Date(2026, 11, 22, 7, 0, 1, 0, time.UTC)),
			in("Id", []string{"a'b", `c\`}), parenthesised("A = 1 OR B = 2"),
		},
		order: "Id", limit: 7,
	}
	want := `SELECT Id,Owner.Name FROM Account WHERE SystemModstamp >= 2026-11-22T06:25:00Z AND SystemModstamp < 2026-11-22T07:00:01Z` +
		` AND Id IN ('a\'b','c\\') AND (A = 1 OR B = 2) ORDER BY Id LIMIT 7`
	if got := q.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// readLiteral is an independent reader of SOQL string literals, after the
// table of escapes in the SOQL and SOSL Reference.
func readLiteral(t *testing.T, literal string) string {
	t.Helper()
	if len(literal) < 2 || literal[0] != '\'' || literal[len(literal)-1] != '\'' {
		t.Fatalf("%q is no literal", literal)
	}
	simple := map[byte]string{'n': "\n", 'r': "\r", 't': "\t", 'b': "\b", 'f': "\f", '"': "\"", '\'': "'", '\\': "\\"}
	inner := literal[1 : len(literal)-1]
	var out strings.Builder
	for i := 0; i < len(inner); i++ {
		switch c := inner[i]; {
		case c == '\'':
			t.Fatalf("%q ends early", literal)
		case c != '\\':
			out.WriteByte(c)
		case i+1 == len(inner):
			t.Fatalf("%q never ends", literal)
		case inner[i+1] == 'u':
			var r struct{ S string }
			if err := json.Unmarshal([]byte(`{"S":"`+inner[i:i+6]+`"}`), &r); err != nil {
				t.Fatalf("%q: %v", literal, err)
			}
			out.WriteString(r.S)
			i += 5
		default:
			plain, ok := simple[inner[i+1]]
			if !ok {
				t.Fatalf("%q holds the escape \\%c, which Salesforce refuses", literal, inner[i+1])
			}
			out.WriteString(plain)
			i++
		}
	}
	return out.String()
}

func FuzzQuote(f *testing.F) {
	for _, seed := range []string{"", "Bob's BBQ", `back\slash`, "line\nbreak\x00\x07\x7f", `' OR Name != '`, "ünï\u2028", `\u0041`, `%_`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		if got := readLiteral(t, quote(s)); got != s {
			t.Errorf("quote(%q) reads back as %q", s, got)
		}
		// Inside a condition the literal must end where it should.
		if err := checkCondition("Name = " + quote(s) + " AND (A = 1)"); err != nil {
			t.Errorf("literal of %q does not hold together: %v", s, err)
		}
	})
}

func TestCheckCondition(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"", ""},
		{"Type != 'Partner' AND (A = 1 OR B IN ('x','y'))", ""},
		{`Name = 'O\'Neil (old)'`, ""},
		{"A = 1) OR (B = 2", "character 6 closes a parenthesis that was never opened"},
		{"(A = 1", "a parenthesis is never closed"},
		{"Name = 'x", "the text that starts at character 8 is never closed"},
		{`Name = 'x\'`, "the text that starts at character 8 is never closed"},
	}
	for _, tt := range tests {
		got := ""
		if err := checkCondition(tt.in); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("checkCondition(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func number(s string) connectors.Value {
	v, err := connectors.NumberValue(s)
	if err != nil {
		panic(err)
	}
	return v
}

func TestDecodeValue(t *testing.T) {
	t.Parallel()
	moment := time.Date(2024, 9, 10, 13, 12, 38, 0, time.UTC)
	tests := []struct {
		name string
		raw  string
		kind kind
		want connectors.Value
		bad  bool
	}{
		{"null", "null", kindText, connectors.Value{}, false},
		{"absent", "", kindText, connectors.Value{}, false},
		{"true", "true", kindBool, connectors.BoolValue(true), false},
		{"false", "false", kindBool, connectors.BoolValue(false), false},
		{"big integer keeps its digits", "12345678901234567890", kindNumber, number("12345678901234567890"), false},
		{"money keeps its digits", "0.10", kindNumber, number("0.1"), false},
		{"Salesforce's exponent", "3.5E8", kindNumber, number("350000000"), false},
		{"text", `"a\u0041"`, kindText, connectors.TextValue("aA"), false},
		{"text that looks like a time", `"2024-09-10T13:12:38.000+0000"`, kindText, connectors.TextValue("2024-09-10T13:12:38.000+0000"), false},
		{"date-time", `"2024-09-10T13:12:38.000+0000"`, kindTime, connectors.TimeValue(moment), false},
		{"date-time of another zone", `"2024-09-10T15:12:38.000+0200"`, kindTime, connectors.TimeValue(moment), false},
		{"date stays a day", `"2024-09-10"`, kindDate, connectors.TextValue("2024-09-10"), false},
		{"short id", `"001A0000006Vm9r"`, kindID, connectors.TextValue("001A0000006Vm9rIAC"), false},
		{"address", `{"city":"x"}`, kindAny, connectors.Value{}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeValue(json.RawMessage(tt.raw), tt.kind)
			if got != tt.want || (err != nil) != tt.bad {
				t.Errorf("got %v (%v), want %v", got, err, tt.want)
			}
		})
	}
}

func TestEncodeValue(t *testing.T) {
	t.Parallel()
	moment := connectors.TimeValue(time.Date(2026, 11, 22, 10, 30, 0, 0, time.UTC))
	midnight := connectors.TimeValue(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	tests := []struct {
		name string
		v    connectors.Value
		kind kind
		want string // "" = refused
	}{
		{"null clears", connectors.Value{}, kindNumber, "null"},
		{"bool", connectors.BoolValue(true), kindBool, "true"},
		{"number exactly", number("250000.10"), kindNumber, "250000.1"},
		{"text", connectors.TextValue("a\"b\u2028"), kindText, `"a\"b\u2028"`},
		{"number into text", number("12.50"), kindText, `"12.5"`},
		{"bool into text", connectors.BoolValue(false), kindText, `"false"`},
		{"date-time", moment, kindTime, `"2026-11-22T10:30:00.000Z"`},
		{"date-time as text", connectors.TextValue("2026-11-22T11:30:00+01:00"), kindTime, `"2026-11-22T10:30:00.000Z"`},
		{"midnight into date", midnight, kindDate, `"2026-11-22"`},
		{"day into date", connectors.TextValue("2026-11-22"), kindDate, `"2026-11-22"`},
		{"time of day into date", moment, kindDate, ""},
		{"no day into date", connectors.TextValue("22.11.2026"), kindDate, ""},
		{"bool into date", connectors.BoolValue(true), kindDate, ""},
		{"text into bool", connectors.TextValue("true"), kindBool, ""},
		{"text into number", connectors.TextValue("12"), kindNumber, ""},
		{"text into date-time", connectors.TextValue("soon"), kindTime, ""},
		{"number into date-time", number("1"), kindTime, ""},
		{"time into text", moment, kindText, ""},
		{"number into id", number("1"), kindID, ""},
		{"unknown field: time", moment, kindAny, `"2026-11-22T10:30:00.000Z"`},
		{"unknown field: number", number("7"), kindAny, "7"},
		{"unknown field: text", connectors.TextValue("x"), kindAny, `"x"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := encodeValue(tt.v, tt.kind)
			if string(got) != tt.want || (err != nil) != (tt.want == "") {
				t.Errorf("got %s (%v), want %s", got, err, tt.want)
			}
		})
	}
}

func TestLimitInfo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		header      string
		used, limit int64
		ok          bool
	}{
		{"api-usage=10018/100000", 10018, 100000, true},
		{"api-usage=24/15000; per-app-api-usage=17/250(appName=sample-connected-app)", 24, 15000, true},
		{"api-bursts=1/750; api-usage=3/5", 3, 5, true},
		{"per-app-api-usage=17/250(appName=x)", 0, 0, false},
		{"", 0, 0, false},
		{"api-usage=1/0", 1, 0, false},
	}
	for _, tt := range tests {
		used, limit, ok := limitInfo(http.Header{"Sforce-Limit-Info": {tt.header}})
		if ok != tt.ok || (ok && (used != tt.used || limit != tt.limit)) {
			t.Errorf("%q: %d/%d %v", tt.header, used, limit, ok)
		}
	}
}

func TestCursorText(t *testing.T) {
	t.Parallel()
	p := position{
		From: "Account", Phase: phaseChanges, Pages: 3, Print: "ab", Thru: time.Unix(1e9, 0).UTC(), Span: time.Minute,
		Lo: time.Unix(1e9, 0).UTC(), In: "/services/data/v67.0/query/01g-2000",
	}
	back, err := parseCursor(p.cursor(), "Account")
	p.Version = cursorVersion
	if diff := cmp.Diff(&p, back); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	for name, text := range map[string]connectors.Cursor{
		"another object": position{From: "Contact", Phase: phaseLoad}.cursor(), "no JSON": "2026-11-22",
		"another version": `{"v":9,"o":"Account","p":"load"}`, "another way": `{"v":1,"o":"Account","p":"push"}`,
	} {
		if _, err := parseCursor(text, "Account"); connectors.ClassOf(err) != connectors.Restart {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add(`{"v":1,"o":"Account","p":"load"}`)
	f.Add(`{"v":1,"o":"Account","p":"changes","t":"2026-11-22T00:00:00Z","w":-5}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parseCursor(connectors.Cursor(text), "Account")
		if err != nil || p == nil {
			return
		}
		again, err := parseCursor(p.cursor(), "Account")
		if err != nil {
			t.Fatalf("%q: %v", p.cursor(), err)
		}
		if diff := cmp.Diff(p, again); diff != "" {
			t.Error(diff)
		}
	})
}

func TestMarker(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "one line", "two\nlines\n"} {
		if got := markerIn(withMarker(text, "acc/1/sdr")); got != "acc/1/sdr" {
			t.Errorf("marker of %q reads back as %q", text, got)
		}
	}
	if got := markerIn("text\r\nref: k1  \r\nwritten below by a person"); got != "k1" {
		t.Errorf("got %q", got)
	}
	if got := markerIn("see ref: k1"); got != "" {
		t.Errorf("a mention is no marker: %q", got)
	}
}
