package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func queryRig(t *testing.T) *rig {
	r := newRig(t)
	if err := r.s.AddField("Account", Field{Name: "Tags__c", Type: "multipicklist", Values: []Option{{Value: "red"}, {Value: "blue"}, {Value: "green"}}}); err != nil {
		t.Fatal(err)
	}
	boss := r.insert("User", map[string]any{"Username": "boss@x.example", "LastName": "Boss", "Alias": "boss", "Email": "boss@x.example"})
	rep := r.insert("User", map[string]any{"Username": "rep@x.example", "LastName": "Rep", "Alias": "rep", "Email": "rep@x.example", "ManagerId": boss})
	at := func(d time.Duration) time.Time { return start.Add(d) }
	a := r.insert("Account", map[string]any{"Name": "Alpha", "Industry": "Banking", "AnnualRevenue": 100, "OwnerId": rep, "CreatedDate": at(-48 * time.Hour), "Tags__c": "red;blue"})
	r.insert("Account", map[string]any{"Name": "beta 50%", "Industry": "Retail", "AnnualRevenue": 200, "CreatedDate": at(-24 * time.Hour), "Tags__c": "green"})
	r.insert("Account", map[string]any{"Name": "Gamma_x", "Industry": "Banking", "CreatedDate": at(-time.Hour), "ParentId": a})
	r.insert("Account", map[string]any{"Name": "O'Neil \\ Sons", "CreatedDate": at(0)})
	r.insert("Contact", map[string]any{"FirstName": "Jo", "LastName": "Doe", "AccountId": a, "Email": "jo@alpha.example"})
	r.insert("Contact", map[string]any{"LastName": "Roe", "AccountId": a, "DoNotCall": true})
	r.insert("Contact", map[string]any{"LastName": "Alone"})
	return r
}

func TestWhere(t *testing.T) {
	t.Parallel()
	r := queryRig(t)
	for _, tc := range []struct{ where, want string }{
		{"Name = 'alpha'", "Alpha"},
		{"Name != 'alpha'", "beta 50%,Gamma_x,O'Neil \\ Sons"},
		{"Industry != 'Retail'", "Alpha,Gamma_x,O'Neil \\ Sons"},
		{"NOT Industry = 'Retail'", "Alpha,Gamma_x,O'Neil \\ Sons"},
		{"Industry = null", "O'Neil \\ Sons"},
		{"Industry = ''", "O'Neil \\ Sons"},
		{"AnnualRevenue < 150", "Alpha"},
		{"AnnualRevenue >= 100.0 AND AnnualRevenue <= 200", "Alpha,beta 50%"},
		{"AnnualRevenue IN (200, 300)", "beta 50%"},
		{"Industry IN ('retail', null)", "beta 50%,O'Neil \\ Sons"},
		{"Industry NOT IN ('Banking')", "beta 50%,O'Neil \\ Sons"},
		{"Name LIKE '%a'", "Alpha"},
		{`Name LIKE '%50\%'`, "beta 50%"},
		{`Name LIKE '%\_x'`, "Gamma_x"},
		{"Name LIKE '_amma%'", "Gamma_x"},
		{`Name = 'O\'Neil \\ Sons'`, "O'Neil \\ Sons"},
		{"(Name = 'Alpha' OR Industry = 'Retail') AND AnnualRevenue > 150", "beta 50%"},
		{"Owner.Name = 'Rep'", "Alpha"},
		{"Owner.Manager.Email LIKE 'boss@%'", "Alpha"},
		{"Parent.Owner.Username = 'rep@x.example'", "Gamma_x"},
		{"Id IN (SELECT AccountId FROM Contact WHERE DoNotCall = true)", "Alpha"},
		{"Id NOT IN (SELECT AccountId FROM Contact)", "beta 50%,Gamma_x,O'Neil \\ Sons"},
		{"Id IN (SELECT AccountId FROM Contact WHERE (Email != null AND (NOT DoNotCall = true))) AND (Name != 'x')", "Alpha"},
		{"IsDeleted = null", "Alpha,beta 50%,Gamma_x,O'Neil \\ Sons"},
		{"IsDeleted != null", ""},
		{"IsDeleted IN (null)", "Alpha,beta 50%,Gamma_x,O'Neil \\ Sons"},
		{"IsDeleted NOT IN (null)", ""},
		{"Id IN (SELECT AccountId FROM Contact WHERE DoNotCall != null)", "Alpha"},
		{"Id IN (SELECT AccountId FROM Contact WHERE DoNotCall != null AND Email != null)", ""},
		{"OwnerId IN (SELECT Id FROM User WHERE Name = 'Rep')", "Alpha"},
		{"Tags__c INCLUDES ('red;blue', 'green')", "Alpha,beta 50%"},
		{"Tags__c EXCLUDES ('red')", "beta 50%,Gamma_x,O'Neil \\ Sons"},
		{"Tags__c = 'red;blue'", "Alpha"},
		{"CreatedDate = TODAY", "Gamma_x,O'Neil \\ Sons"}, // 04:00 in Los Angeles
		{"CreatedDate = YESTERDAY", "beta 50%"},
		{"CreatedDate < LAST_N_DAYS:1", "Alpha"},
		{"CreatedDate = LAST_N_DAYS:2", "Alpha,beta 50%,Gamma_x,O'Neil \\ Sons"},
		{"CreatedDate = THIS_WEEK", "beta 50%,Gamma_x,O'Neil \\ Sons"},
		{"CreatedDate = LAST_YEAR", ""},
		{"CreatedDate = THIS_FISCAL_YEAR AND Name = 'Alpha'", "Alpha"},
		{"CreatedDate < THIS_FISCAL_QUARTER", ""},
		{"CreatedDate > LAST_FISCAL_QUARTER AND Name = 'Alpha'", "Alpha"},
		{"CreatedDate = LAST_N_FISCAL_YEARS:2", ""},
		{"CreatedDate < NEXT_N_FISCAL_QUARTERS:3 AND Name = 'Alpha'", "Alpha"},
		{"CreatedDate = N_FISCAL_QUARTERS_AGO:1", ""},
		{"SystemModstamp >= 2026-11-23T11:00:00Z AND SystemModstamp < 2026-11-23T12:00:00+00:00", "Gamma_x"},
		{"SystemModstamp > 2026-11-23T11:00:00.900Z", "O'Neil \\ Sons"},
		{"SystemModstamp = 2026-11-23T11:00:00Z", "Gamma_x"},
		{"IsDeleted = false AND Name = 'Alpha'", "Alpha"},
		{"Account.Name = 'Alpha'", "Alpha"},
		{"ParentId = '001Hf0000000001'", "Gamma_x"},
		{"ParentId = '001Hf0000000001IAA'", "Gamma_x"},
		{"Id > '001Hf0000000002'", "Gamma_x,O'Neil \\ Sons"},
		{"Id = '001dM00003kRs59QAC'", ""},
	} {
		t.Run(tc.where, func(t *testing.T) {
			got := strings.Join(r.column("SELECT Name FROM Account WHERE "+tc.where+" ORDER BY Id", "Name"), ",")
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestOrderAndLimits(t *testing.T) {
	t.Parallel()
	r := queryRig(t)
	for _, tc := range []struct{ clauses, want string }{
		{"ORDER BY Name", "Alpha,beta 50%,Gamma_x,O'Neil \\ Sons"},
		{"ORDER BY Name DESC", "O'Neil \\ Sons,Gamma_x,beta 50%,Alpha"},
		{"ORDER BY Industry, Name DESC", "O'Neil \\ Sons,Gamma_x,Alpha,beta 50%"},
		{"ORDER BY Industry DESC, Name", "O'Neil \\ Sons,beta 50%,Alpha,Gamma_x"},
		{"ORDER BY Industry NULLS LAST, Name", "Alpha,Gamma_x,beta 50%,O'Neil \\ Sons"},
		{"ORDER BY SystemModstamp, Id", "Alpha,beta 50%,Gamma_x,O'Neil \\ Sons"},
		{"ORDER BY SystemModstamp DESC", "O'Neil \\ Sons,Gamma_x,beta 50%,Alpha"},
		{"ORDER BY Name LIMIT 2 OFFSET 1", "beta 50%,Gamma_x"},
		{"ORDER BY Owner.Name DESC, Name LIMIT 1", "Alpha"},
		{"WHERE SystemModstamp > 2020-01-01T00:00:00Z ORDER BY SystemModstamp LIMIT 1", "Alpha"},
		{"LIMIT 0", ""},
	} {
		t.Run(tc.clauses, func(t *testing.T) {
			if got := strings.Join(r.column("SELECT Name FROM Account "+tc.clauses, "Name"), ","); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestShapes(t *testing.T) {
	t.Parallel()
	r := queryRig(t)
	const at = `"url":"/services/data/v67.0/sobjects/`
	for _, tc := range []struct{ name, soql, want string }{
		{"count", "SELECT COUNT() FROM Account WHERE Industry = 'Banking'", `{"totalSize":2,"done":true,"records":[]}`},
		{"parent", "SELECT LastName, Account.Name, Account.Owner.Name FROM Contact WHERE LastName IN ('Doe', 'Alone') ORDER BY LastName", `{"totalSize":2,"done":true,"records":[
			{"attributes":{"type":"Contact",` + at + `Contact/003Hf0000000003IAA"},"LastName":"Alone","Account":null},
			{"attributes":{"type":"Contact",` + at + `Contact/003Hf0000000001IAA"},"LastName":"Doe","Account":{"attributes":{"type":"Account",` + at + `Account/001Hf0000000001IAA"},"Name":"Alpha",
			 "Owner":{"attributes":{"type":"User",` + at + `User/005Hf0000000003IAA"},"Name":"Rep"}}}]}`},
		{"children", "SELECT (SELECT Name FROM Contacts WHERE Email != null) FROM Account WHERE Name IN ('Alpha', 'beta 50%')", `{"totalSize":2,"done":true,"records":[
			{"attributes":{"type":"Account",` + at + `Account/001Hf0000000001IAA"},"Contacts":{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Contact",` + at + `Contact/003Hf0000000001IAA"},"Name":"Jo Doe"}]}},
			{"attributes":{"type":"Account",` + at + `Account/001Hf0000000002IAA"},"Contacts":null}]}`},
		{"groups", "SELECT Industry, COUNT(Id), MAX(AnnualRevenue) top FROM Account GROUP BY Industry HAVING COUNT(Id) >= 1 ORDER BY COUNT(Id) DESC", `{"totalSize":3,"done":true,"records":[
			{"attributes":{"type":"AggregateResult"},"Industry":"Banking","expr0":2,"top":100},
			{"attributes":{"type":"AggregateResult"},"Industry":null,"expr0":1,"top":null},
			{"attributes":{"type":"AggregateResult"},"Industry":"Retail","expr0":1,"top":200}]}`},
		{"sums", "SELECT SUM(AnnualRevenue) s, AVG(AnnualRevenue) a, COUNT_DISTINCT(Industry) d FROM Account", `{"totalSize":1,"done":true,"records":[{"attributes":{"type":"AggregateResult"},"s":300,"a":150,"d":2}]}`},
		{"nothing", "SELECT Id FROM Account WHERE Name = 'none'", `{"totalSize":0,"done":true,"records":[]}`},
		{"address", "SELECT BillingAddress FROM Account WHERE Name = 'Alpha'", `{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Account",` + at + `Account/001Hf0000000001IAA"},"BillingAddress":null}]}`},
	} {
		t.Run(tc.name, func(t *testing.T) { r.query(tc.soql).want(t, 200, tc.want) })
	}
}

func TestQueryFaults(t *testing.T) {
	t.Parallel()
	r := queryRig(t)
	for _, tc := range []struct{ name, soql, code, message string }{
		{"unknown column", "SELECT Foo FROM Account", "INVALID_FIELD", "\nSELECT Foo FROM Account\n       ^\nERROR at Row:1:Column:8\nNo such column 'Foo' on entity 'Account'. If you are attempting"},
		{"unknown object", "SELECT Id,Name,BillingCity,IsDeleted FROM Accout", "INVALID_TYPE", "\nName,BillingCity,IsDeleted FROM Accout\n                                ^\nERROR at Row:1:Column:43\nsObject type 'Accout' is not supported."},
		{"unknown relationship", "SELECT Foo.Name FROM Account", "INVALID_FIELD", "Didn't understand relationship 'Foo' in field path."},
		{"unknown child relationship", "SELECT (SELECT Id FROM Foos) FROM Account", "INVALID_TYPE", "Didn't understand relationship 'Foos' in FROM part of query call."},
		{"second line", "SELECT Id\nFROM Account\nWHERE Foo = 1", "INVALID_FIELD", "ERROR at Row:3:Column:7\nNo such column 'Foo'"},
		{"syntax", "SELECT Id FROM", "MALFORMED_QUERY", "unexpected token: '<EOF>'"},
		{"long text in where", "SELECT Id FROM Account WHERE Description = 'x'", "INVALID_FIELD", "field 'Description' can not be filtered in a query call"},
		{"long text in order", "SELECT Id FROM Task ORDER BY Description", "MALFORMED_QUERY", "field 'Description' can not be sorted in a query call"},
		{"quoted number", "SELECT Id FROM Account WHERE AnnualRevenue = '5'", "INVALID_FIELD", "value of filter criterion for field 'AnnualRevenue' must be of type double and should not be enclosed in quotes"},
		{"bare text", "SELECT Id FROM Account WHERE Name = 5", "INVALID_FIELD", "value of filter criterion for field 'Name' must be of type string and should be enclosed in quotes"},
		{"quoted datetime", "SELECT Id FROM Account WHERE SystemModstamp > '2026-01-01T00:00:00Z'", "INVALID_FIELD", "value of filter criterion for field 'SystemModstamp' must be of type dateTime and should not be enclosed in quotes"},
		{"date for datetime", "SELECT Id FROM Account WHERE SystemModstamp > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"},
		{"quoted boolean", "SELECT Id FROM Account WHERE IsDeleted = 'false'", "INVALID_FIELD", "must be of type boolean and should not be enclosed in quotes"},
		{"no id", "SELECT Id FROM Account WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"},
		{"wrong checksum", "SELECT Id FROM Account WHERE Id = '001Hf0000000001AAA'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: 001Hf0000000001AAA"},
		{"not grouped", "SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"},
		{"alias", "SELECT Name n FROM Account", "MALFORMED_QUERY", "only aggregate expressions use field aliasing"},
		{"twice", "SELECT Id, id FROM Account", "INVALID_FIELD", "duplicate field selected: id"},
		{"fields without limit", "SELECT FIELDS(ALL) FROM Account", "MALFORMED_QUERY", "The SOQL FIELDS function must have a LIMIT of at most 200"},
		{"fields with a high limit", "SELECT FIELDS(CUSTOM) FROM Account LIMIT 201", "MALFORMED_QUERY", "The SOQL FIELDS function must have a LIMIT of at most 200"},
		{"offset", "SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"},
		{"too deep", "SELECT Parent.Parent.Parent.Parent.Parent.Parent.Name FROM Account", "INVALID_FIELD", "longer than five levels"},
		{"tooling object", "SELECT Id FROM CustomField", "INVALID_TYPE", "sObject type 'CustomField' is not supported."},
		{"three semi joins", "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact) AND Id IN (SELECT AccountId FROM Opportunity) AND Id IN (SELECT AccountId FROM Case)", "EXCEEDED_MAX_SEMIJOIN_SUBSELECTS", "Maximum 2 semi join sub-selects are allowed"},
		{"semi join of a text", "SELECT Id FROM Account WHERE Id IN (SELECT LastName FROM Contact)", "MALFORMED_QUERY", "Semi join sub-selects can only query id fields, cannot use: 'LastName'"},
		{"semi join on a text", "SELECT Id FROM Contact WHERE Name IN (SELECT AccountId FROM Case)", "MALFORMED_QUERY", "for outer query should be an id field, cannot use: 'Name'"},
		{"semi join through a parent", "SELECT Id FROM Contact WHERE Account.Id IN (SELECT AccountId FROM Case)", "MALFORMED_QUERY", "cannot use: 'Account.Id'"},
		{"semi join in parentheses", "SELECT Id FROM Account WHERE IsDeleted = false AND (Id IN (SELECT AccountId FROM Contact))", "MALFORMED_QUERY", "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions"},
		{"semi join behind NOT", "SELECT Id FROM Account WHERE NOT Id IN (SELECT AccountId FROM Contact)", "MALFORMED_QUERY", "not in nested WHERE expressions"},
		{"semi join behind NOT in parentheses", "SELECT Id FROM Account WHERE (NOT (Id IN (SELECT AccountId FROM Contact WHERE (Email != null))))", "MALFORMED_QUERY", "not in nested WHERE expressions"},
		{"semi join with OR", "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact) OR Name = 'x'", "MALFORMED_QUERY", "Semi join sub-selects are not allowed with the 'OR' operator"},
		{"semi join in a semi join", "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE Id IN (SELECT ContactId FROM Case))", "MALFORMED_QUERY", "Nesting of semi join sub-selects is not supported"},
		{"semi join of the same object", "SELECT Id FROM Account WHERE Id IN (SELECT Id FROM Account)", "MALFORMED_QUERY", "The inner and outer selects should not be on the same object type"},
		{"semi join of another kind of id", "SELECT Id FROM Account WHERE Id IN (SELECT Id FROM Contact)", "MALFORMED_QUERY", "The selected field 'Id' in the subquery and the left operand field in the where expression in the outer query 'Id' should point to the same object type"},
		{"semi join of owners", "SELECT Id FROM Account WHERE Id IN (SELECT OwnerId FROM Contact)", "MALFORMED_QUERY", "should point to the same object type"},
		{"semi join of tasks", "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Task)", "MALFORMED_QUERY", "Entity 'Task' is not supported for semi join inner selects"},
		{"count by groups", "SELECT COUNT() FROM Account GROUP BY Industry", "MALFORMED_QUERY", "COUNT() cannot be used with GROUP BY"},
		{"count in order", "SELECT COUNT() FROM Account ORDER BY Name", "MALFORMED_QUERY", "COUNT() cannot be used with GROUP BY or ORDER BY"},
		{"greatest long text", "SELECT MAX(Description) FROM Account", "MALFORMED_QUERY", "field Description does not support aggregate operator MAX"},
		{"number of choices", "SELECT COUNT(Tags__c) FROM Account", "MALFORMED_QUERY", "does not support aggregate operator COUNT"},
		{"unknown scope", "SELECT Id FROM Account USING SCOPE foo", "MALFORMED_QUERY", "unexpected token: 'foo'"},
		{"scope of fewer rows", "SELECT Id FROM Account USING SCOPE mine WHERE Name = 'x'", "MALFORMED_QUERY", "unexpected token: 'mine'"},
		{"label of a text", "SELECT toLabel(Name) FROM Account", "MALFORMED_QUERY", "toLabel() works on picklists only, not on field 'Name'"},
		{"formatted", "SELECT FORMAT(CreatedDate) d FROM Account", "MALFORMED_QUERY", "unexpected function FORMAT"},
		{"alias of all fields", "SELECT FIELDS(STANDARD) f FROM Account", "MALFORMED_QUERY", "unexpected function FIELDS"},
		{"semi join of nothing", "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Nope)", "INVALID_TYPE", "sObject type 'Nope' is not supported."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := r.query(tc.soql)
			var got []struct{ Message, ErrorCode string }
			if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != 400 || len(got) != 1 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			if got[0].ErrorCode != tc.code || !strings.Contains(got[0].Message, tc.message) {
				t.Errorf("got %s %q, want %s %q", got[0].ErrorCode, got[0].Message, tc.code, tc.message)
			}
		})
	}
}

func TestFieldsFunction(t *testing.T) {
	t.Parallel()
	r := queryRig(t)
	if a := r.query("SELECT FIELDS(STANDARD) FROM Account"); a.status != 200 || strings.Contains(a.body, "Tags__c") || !strings.Contains(a.body, `"Industry"`) {
		t.Errorf("%d %.200s", a.status, a.body)
	}
	if a := r.query("SELECT Id, FIELDS(CUSTOM) FROM Account LIMIT 200"); a.status != 200 || !strings.Contains(a.body, `"Tags__c":"red;blue"`) || strings.Contains(a.body, `"Industry"`) {
		t.Errorf("%d %.200s", a.status, a.body)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for i := range 2086 {
		r.insert("Account", map[string]any{"Name": fmt.Sprintf("A%04d", i)})
	}
	type page struct {
		TotalSize      int
		Done           bool
		NextRecordsUrl string //nolint:revive // the vendor's spelling
		Records        []struct{ Name string }
	}
	read := func(a answered) (p page) {
		t.Helper()
		if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.status != 200 {
			t.Fatalf("%d %.300s", a.status, a.body)
		}
		return p
	}
	sizes := func(soql string, headers ...string) []int {
		t.Helper()
		p := read(r.do("GET", v+"/query?q="+strings.ReplaceAll(soql, " ", "+"), "", headers...))
		out := []int{len(p.Records)}
		for !p.Done {
			if p.TotalSize != 2086 {
				t.Errorf("totalSize %d", p.TotalSize)
			}
			p = read(r.do("GET", p.NextRecordsUrl, ""))
			out = append(out, len(p.Records))
		}
		return out
	}
	for _, tc := range []struct {
		name, soql, options string
		want                []int
	}{
		{"default", "SELECT Name FROM Account", "", []int{2000, 86}},
		{"smaller", "SELECT Name FROM Account", "batchSize=1000", []int{1000, 1000, 86}},
		{"too small", "SELECT Name FROM Account", "batchSize=1", []int{200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 86}},
		{"too large", "SELECT Name FROM Account", "batchSize=5000", []int{2000, 86}},
		{"long text shrinks the page", "SELECT Name, Description FROM Account", "", []int{1000, 1000, 86}},
	} {
		if diff := cmp.Diff(tc.want, sizes(tc.soql, "Sforce-Query-Options", tc.options)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
	const grouped = v + "/query?q=SELECT+Name,COUNT(Id)+FROM+Account+GROUP+BY+Name+LIMIT+"
	if p := read(r.do("GET", grouped+"2000", "")); len(p.Records) != 2000 || !p.Done {
		t.Errorf("%d groups, done %t", len(p.Records), p.Done)
	}
	for _, a := range []answered{r.do("GET", grouped+"2001", ""), r.do("GET", grouped+"375", "", "Sforce-Query-Options", "batchSize=200")} {
		a.want(t, 400, `[{"message":"Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch","errorCode":"EXCEEDED_ID_LIMIT"}]`)
	}
	const bad = `[{"message":"invalid query locator","errorCode":"INVALID_QUERY_LOCATOR"}]`
	first := read(r.do("GET", v+"/queryAll?q=SELECT+Name+FROM+Account", "")).NextRecordsUrl
	if !strings.HasPrefix(first, v+"/query/0r8") || !strings.HasSuffix(first, "-2000") {
		t.Errorf("locator %q", first)
	}
	r.do("GET", v+"/query/0r8xx5R2sM3DgWhASK-2000", "").want(t, 400, bad)
	if p := read(r.do("GET", strings.Replace(first, "/query/", "/queryAll/", 1), "")); len(p.Records) != 86 {
		t.Errorf("queryAll with the locator brought %d records", len(p.Records))
	}
	for range 10 {
		r.clock.Advance(time.Second)
		read(r.do("GET", v+"/query?q=SELECT+Name+FROM+Account", ""))
	}
	r.do("GET", first, "").want(t, 400, bad) // ten younger ones are open
	last := read(r.do("GET", v+"/query?q=SELECT+Name+FROM+Account", "")).NextRecordsUrl
	r.clock.Advance(48 * time.Hour)
	r.token, _ = r.s.Token("integration@sandbox.example")
	r.do("GET", last, "").want(t, 400, bad)
}

func TestQueryAllShowsBinnedAndArchived(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	master, loser := r.account("Master"), r.account("Loser")
	if err := r.s.Merge("Account", master, loser); err != nil {
		t.Fatal(err)
	}
	r.insert("Task", map[string]any{"Subject": "Old", "Status": "Completed", "ActivityDate": "2025-11-01"})
	r.insert("Task", map[string]any{"Subject": "Old open", "ActivityDate": "2025-11-01"})
	r.insert("Task", map[string]any{"Subject": "New", "Status": "Completed", "ActivityDate": "2026-11-01"})
	if got := r.column("SELECT Subject FROM Task", "Subject"); strings.Join(got, ",") != "Old open,New" {
		t.Errorf("query shows %v", got)
	}
	a := r.do("GET", v+"/queryAll?q=SELECT+Subject+FROM+Task+WHERE+IsArchived=true", "")
	if !strings.Contains(a.body, `"Subject":"Old"}`) || !strings.Contains(a.body, `"totalSize":1`) {
		t.Errorf("%s", a.body)
	}
	if got := r.column("SELECT Name FROM Account", "Name"); strings.Join(got, ",") != "Master" {
		t.Errorf("query shows %v", got)
	}
	a = r.do("GET", v+"/queryAll?q=SELECT+MasterRecordId,IsDeleted+FROM+Account+WHERE+IsDeleted=true", "")
	if !strings.Contains(a.body, `"MasterRecordId":"`+master+`","IsDeleted":true`) {
		t.Errorf("%s", a.body)
	}
	if err := r.s.Purge(loser); err != nil {
		t.Fatal(err)
	}
	if a = r.do("GET", v+"/queryAll?q=SELECT+Id+FROM+Account+WHERE+IsDeleted=true", ""); !strings.Contains(a.body, `"totalSize":0`) {
		t.Errorf("a purged row is still shown: %s", a.body)
	}
}
