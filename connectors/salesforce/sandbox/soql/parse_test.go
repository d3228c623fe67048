package soql

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseKeepsTheParts(t *testing.T) {
	t.Parallel()
	q, err := Parse("SELECT Id, Owner.Name, (SELECT Id FROM Contacts) FROM Account a WHERE (Name = 'x' OR Name LIKE 'y%') AND Id IN ('1', '2') ORDER BY Name DESC NULLS LAST, Id LIMIT 5 OFFSET 7")
	if err != nil {
		t.Fatal(err)
	}
	if q.From != "Account" || q.Alias != "a" || q.Limit != 5 || q.Offset != 7 || len(q.Items) != 3 || q.Items[2].Sub.From != "Contacts" {
		t.Errorf("got %+v", q)
	}
	want := []Order{{Path: Path{Names: []string{"Name"}, Pos: 131}, Desc: true, NullsLast: true}, {Path: Path{Names: []string{"Id"}, Pos: 153}}}
	if diff := cmp.Diff(want, q.OrderBy); diff != "" {
		t.Errorf("order by (-want +got):\n%s", diff)
	}
	and, ok := q.Where.(And)
	if !ok || len(and) != 2 {
		t.Fatalf("where is %#v", q.Where)
	}
	if or, ok := and[0].(Or); !ok || len(or) != 2 {
		t.Errorf("first condition is %#v", and[0])
	}
}

func TestParseFaults(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text, message string
		pos                 int
	}{
		{"misspelt from", "SELECT Id FORM Account", "unexpected token: 'Account'", 15},
		{"no from", "SELECT Id", "unexpected token: '<EOF>'", 9},
		{"star", "SELECT * FROM Account", "unexpected token: '*'", 7},
		{"mixed and or", "SELECT Id FROM A WHERE a = 1 AND b = 2 OR c = 3", "unexpected token: 'OR'", 39},
		{"bad escape", `SELECT Id FROM A WHERE n = 'a\x'`, `Illegal escape sequence in string literal: \x`, 29},
		{"short unicode escape", `SELECT Id FROM A WHERE n = 'a\u12'`, `Illegal escape sequence in string literal: \u`, 29},
		{"open quote", "SELECT Id FROM A WHERE n = 'a", "mismatched character '<EOF>' expecting '''", 27},
		{"line end in quote", "SELECT Id FROM A WHERE n = 'a\n'", "unexpected end of line in string literal", 29},
		{"bare word as value", "SELECT Id FROM A WHERE n = abc", "unexpected token: 'abc'", 27},
		{"trailing text", "SELECT Id FROM A LIMIT 1 2", "unexpected token: '2'", 25},
		{"negative limit", "SELECT Id FROM A LIMIT -1", "unexpected token: '-1'", 23},
		{"all rows is apex", "SELECT Id FROM A ALL ROWS", "unexpected token: 'ROWS'", 21},
		{"datetime without zone", "SELECT Id FROM A WHERE d > 2026-01-01T00:00:00", "unexpected token: '2026-01-01T00:00:00'", 27},
		{"comment", "SELECT Id FROM A -- all", "unexpected token: '-'", 17},
		{"empty list", "SELECT Id FROM A WHERE n IN ()", "unexpected token: ')'", 29},
		{"like a number", "SELECT Id FROM A WHERE n LIKE 5", "unexpected token: '5'", 30},
		{"count without number", "SELECT Id FROM A WHERE d = LAST_N_DAYS:x", `invalid date literal: "LAST_N_DAYS"`, 27},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(tc.text)
			var fault *Error
			if !errors.As(err, &fault) {
				t.Fatalf("got %v", err)
			}
			if fault.Message != tc.message || fault.Pos != tc.pos {
				t.Errorf("got %q at %d, want %q at %d", fault.Message, fault.Pos, tc.message, tc.pos)
			}
		})
	}
}

func TestLiterals(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		want       Literal
	}{
		{"escapes", `'Bob\'s \\ \n\t\"\u00e9'`, Literal{Kind: String, Text: "Bob's \\ \n\t\"é"}},
		{"like escapes", `'50\%\_'`, Literal{Kind: String, Text: "50%_"}},
		{"integer", "12", Literal{Kind: Number, Text: "12"}},
		{"fraction", "-1.5", Literal{Kind: Number, Text: "-1.5"}},
		{"date", "2026-11-22", Literal{Kind: Date, Text: "2026-11-22"}},
		{"utc", "2026-11-22T07:25:00Z", Literal{Kind: DateTime, Text: "2026-11-22T07:25:00Z"}},
		{"offset", "2026-11-22T07:25:00.123+01:00", Literal{Kind: DateTime, Text: "2026-11-22T07:25:00.123+01:00"}},
		{"null", "null", Literal{Kind: Null, Text: "NULL"}},
		{"boolean", "True", Literal{Kind: Bool, Text: "TRUE", Bool: true}},
		{"named day", "today", Literal{Kind: DateRange, Text: "TODAY"}},
		{"named days", "LAST_N_DAYS:30", Literal{Kind: DateRange, Text: "LAST_N_DAYS", N: 30}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			operator := "="
			if strings.Contains(tc.text, `\%`) {
				operator = "LIKE" // elsewhere these are no escapes
				if _, err := Parse("SELECT Id FROM A WHERE f = " + tc.text); err == nil {
					t.Error("accepted outside LIKE")
				}
			}
			q, err := Parse("SELECT Id FROM A WHERE f " + operator + " " + tc.text)
			if err != nil {
				t.Fatal(err)
			}
			got := q.Where.(*Compare).Value
			got.Pos, got.Pattern = 0, ""
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"SELECT Id FROM Account", "SELECT COUNT() FROM A WHERE a = 'x\\'y' AND NOT b IN (1,2)", "SELECT a.b.c, (SELECT Id FROM Cs) FROM A a",
		"SELECT Id FROM A WHERE d >= LAST_N_DAYS:7 ORDER BY d NULLS LAST LIMIT 1", "SELECT FIELDS(ALL) FROM A LIMIT 2",
		"SELECT n, COUNT(Id) c FROM A GROUP BY n HAVING COUNT(Id) > 1", "SELECT Id FROM A WHERE ((((a=1))))", "SELECT Id FROM A WHERE x = 2020-01-01T00:00:00+0100",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		if err == nil {
			if len(q.Items) == 0 || q.From == "" {
				t.Errorf("a query without items or object: %q", text)
			}
			return
		}
		var fault *Error
		if !errors.As(err, &fault) || fault.Pos < 0 || fault.Pos > len(text) {
			t.Errorf("fault %v is not within %q", err, text)
		}
	})
}
