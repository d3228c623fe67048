package sandbox

import (
	"net/url"
	"strings"
	"testing"
)

func searchRig(t *testing.T) *rig {
	r := newRig(t)
	r.insert("Account", map[string]any{"Name": "Alder Works", "Industry": "Banking", "Phone": "030 1234"})
	r.insert("Account", map[string]any{"Name": "Alder 50% (O'Neil)"})
	r.insert("Contact", map[string]any{"LastName": "Alder", "Email": "jo@works.example"})
	return r
}

func TestSearchReturning(t *testing.T) {
	t.Parallel()
	r := searchRig(t)
	const at = `{"attributes":{"type":"Account","url":"/services/data/v67.0/sobjects/Account/`
	const works, other = at + `001Hf0000000001IAA"}`, at + `001Hf0000000002IAA"}`
	const jo = `{"attributes":{"type":"Contact","url":"/services/data/v67.0/sobjects/Contact/003Hf0000000001IAA"}`
	for _, tc := range []struct{ sosl, want string }{
		{"FIND {Alder*} IN ALL FIELDS RETURNING Account(Id, Name), Contact(LastName)",
			works + `,"Id":"001Hf0000000001IAA","Name":"Alder Works"},` + other + `,"Id":"001Hf0000000002IAA","Name":"Alder 50% (O'Neil)"},` + jo + `,"LastName":"Alder"}`},
		{"find {alder} returning Account(Name where Industry = 'Banking' or (Name = 'x') order by Name limit 5)", works + `,"Name":"Alder Works"}`},
		{"FIND {alder} RETURNING Account(Name ORDER BY Name), Contact LIMIT 1", other + `,"Name":"Alder 50% (O'Neil)"}`},
		{"FIND {alder} RETURNING Account(Name ORDER BY Name LIMIT 1 OFFSET 1)", works + `,"Name":"Alder Works"}`},
		{"FIND {works} IN NAME FIELDS RETURNING Contact(LastName), Account(Name)", works + `,"Name":"Alder Works"}`},
		{"FIND {works} IN EMAIL FIELDS RETURNING Account(Name), Contact(LastName)", jo + `,"LastName":"Alder"}`},
		{"FIND {1234} IN PHONE FIELDS RETURNING Account(Name)", works + `,"Name":"Alder Works"}`},
		{"FIND {works alder} RETURNING Account(Name)", works + `,"Name":"Alder Works"}`},
		{`FIND {"works alder"} RETURNING Account(Name)`, ""},
		{`FIND {50%} RETURNING Account(Name)`, other + `,"Name":"Alder 50% (O'Neil)"}`},
		{`FIND {O\'Neil*} RETURNING Account(Name WHERE Name != ')')`, other + `,"Name":"Alder 50% (O'Neil)"}`},
		{`FIND {O\'} RETURNING Account(Name)`, other + `,"Name":"Alder 50% (O'Neil)"}`},
	} {
		a := r.do("GET", v+"/search?q="+url.QueryEscape(tc.sosl), "")
		a.want(t, 200, `{"searchRecords":[`+tc.want+`]}`)
	}
}

func TestSearchParameters(t *testing.T) {
	t.Parallel()
	r := searchRig(t)
	old := strings.Replace(v, "67.0", "36.0", 1)
	r.do("GET", old+"/search?q=FIND+%7BNobody%7D", "").want(t, 200, `[]`)
	if a := r.do("GET", strings.Replace(v, "67.0", "35.0", 1)+"/parameterizedSearch?q=Nobody", ""); a.status != 404 {
		t.Errorf("before version 36.0: %d %s", a.status, a.body)
	}
	const works = `{"searchRecords":[{"attributes":{"type":"Account","url":"/services/data/v67.0/sobjects/Account/001Hf0000000001IAA"},"Name":"Alder Works"}]}`
	r.do("GET", v+"/parameterizedSearch?q=alder&sobject=Account&Account.fields=Name&Account.limit=1", "").want(t, 200, works)
	r.do("GET", v+"/parameterizedSearch?q=alder&sobject=Account&fields=Name&Account.where=Industry+!=+null", "").want(t, 200, works)
	r.do("POST", v+"/parameterizedSearch", `{"q":"alder","in":"NAME","overallLimit":5,"sobjects":[{"name":"Account","fields":["Name"],"orderBy":"Name desc","limit":1}]}`).want(t, 200, works)
	r.do("POST", v+"/parameterizedSearch", `{"q":"works","in":"NAME","fields":["Name"]}`).want(t, 200, works)
}

func TestSearchFaults(t *testing.T) {
	t.Parallel()
	r := searchRig(t)
	for _, tc := range []struct{ path, code, message string }{
		{"/search?q=FIND {Alder} RETURNING Account(Id, Nonsense)", "INVALID_FIELD", "No such column 'Nonsense' on entity 'Account'"},
		{"/search?q=FIND {Alder} RETURNING Nope(Id)", "INVALID_TYPE", "sObject type 'Nope' is not supported."},
		{"/search?q=FIND {Alder} IN FOO FIELDS", "MALFORMED_SEARCH", "unexpected search group: FOO"},
		{"/search?q=FIND {Alder} RETURNING Account(Id", "MALFORMED_SEARCH", "unexpected token: '<EOF>'"},
		{"/search?q=FIND {Alder} RETURNING Account(COUNT())", "MALFORMED_SEARCH", "unexpected field list"},
		{"/search?q=FIND {Alder} RETURNING Account()", "MALFORMED_SEARCH", "unexpected field list"},
		{"/search?q=FIND {Alder} RETURNING Account(Id WHERE Nonsense = 1)", "INVALID_FIELD", "No such column 'Nonsense'"},
		{"/search?q=FIND {Alder} WITH SNIPPET", "MALFORMED_SEARCH", "unexpected token: 'WITH SNIPPET'"},
		{"/search?q=FIND {Alder} LIMIT 0", "MALFORMED_SEARCH", "limit must be a number from 1 to 2000: 0"},
		{"/search?q=FIND {Alder OR Oak}", "MALFORMED_SEARCH", "not imitated"},
		{`/search?q=FIND {\(O\'Neil\)}`, "MALFORMED_SEARCH", "not imitated: (O'Neil)"},
		{"/search?q=FIND {Alder", "MALFORMED_SEARCH", "No search term found"},
		{"/search?q=FIND {A}", "MALFORMED_SEARCH", "longer than one character"},
		{"/parameterizedSearch?q=Alder&sobject=Account&Account.fields=Id,Nonsense", "INVALID_FIELD", "No such column 'Nonsense'"},
		{"/parameterizedSearch?q=Alder&sobject=Account&Account.where=Id=null)or(Id!=null", "MALFORMED_SEARCH", "unexpected token: ')'"},
		{"/parameterizedSearch?q=Alder&spellCorrection=false", "MALFORMED_SEARCH", "these parameters are not imitated: spellCorrection"},
		{"/parameterizedSearch?q=Alder&in=FOO", "MALFORMED_SEARCH", "unexpected search group: FOO"},
		{"/limits/recordCount?sObjects=Nope", "INVALID_TYPE", "sObject type 'Nope' is not supported."},
	} {
		path, query, _ := strings.Cut(tc.path, "?")
		a := r.do("GET", v+path+"?"+strings.NewReplacer(" ", "+", "{", "%7B", "}", "%7D").Replace(query), "")
		if a.status != 400 || !strings.Contains(a.body, `"errorCode":"`+tc.code+`"`) || !strings.Contains(a.body, tc.message) {
			t.Errorf("%s: %d %s", tc.path, a.status, a.body)
		}
	}
	const missing = `[{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]`
	for _, path := range []string{"/limits/foo", "/limits/recordCount/x", "/recent/foo", "/search/foo?q=FIND+%7Balder%7D", "/parameterizedSearch/foo?q=alder"} {
		r.do("GET", v+path, "").want(t, 404, missing)
	}
	r.do("GET", v+"/limits/recordCount?sObjects=Account,contact", "").want(t, 200, `{"sObjects":[{"count":2,"name":"Account"},{"count":1,"name":"Contact"}]}`)
}
