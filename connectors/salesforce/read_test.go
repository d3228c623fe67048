package salesforce

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

const (
	idA = "001000000000001AAA"
	idB = "001000000000002AAA"
	idC = "001000000000003AAA"
	idD = "001000000000004AAA"

	accountSelect = "SELECT Id,SystemModstamp,CreatedDate,IsDeleted,MasterRecordId,Name FROM Account"
)

// rowOf is one account in a query's reply.
func rowOf(id, name string, stamp time.Time, more string) string {
	return fmt.Sprintf(`{"attributes":{"type":"Account"},"Id":%q,"Name":%q,"SystemModstamp":%q,"CreatedDate":"2020-01-01T00:00:00.000+0000","IsDeleted":false,"MasterRecordId":null%s}`,
		id, name, stamp.Format("2006-01-02T15:04:05.000-0700"), more)
}

func pageOf(next string, rows ...string) string {
	done := "true"
	if next != "" {
		done = fmt.Sprintf(`false,"nextRecordsUrl":%q`, next)
	}
	return fmt.Sprintf(`{"totalSize":%d,"done":%s,"records":[%s]}`, len(rows), done, strings.Join(rows, ","))
}

func updatedAsk(object string, from, to time.Time) string {
	const form = "2006-01-02T15:04:05+00:00"
	return fmt.Sprintf("GET /services/data/v67.0/sobjects/%s/updated/?end=%s&start=%s", object, to.Format(form), from.Format(form))
}

func coveredReply(t time.Time) string {
	return fmt.Sprintf(`{"ids":[],"latestDateCovered":%q}`, t.Format("2006-01-02T15:04:05.000-0700"))
}

func readOne(t *testing.T, c *Client, object connectors.Object, at connectors.Cursor) connectors.Page {
	t.Helper()
	pages, err := c.Read(t.Context(), []connectors.ReadRequest{{Object: object, Cursor: at}})
	if err != nil {
		t.Fatal(err)
	}
	if pages[0].Err != nil {
		t.Fatal(pages[0].Err)
	}
	return pages[0]
}

func names(p connectors.Page) []string {
	var out []string
	for _, r := range p.Records {
		name := r.Fields["Name"].Text()
		switch {
		case r.Deleted:
			name = "deleted " + r.Ref.ID + " " + r.MergedInto
		case r.OutOfScope:
			name = "out " + r.Ref.ID
		}
		out = append(out, name)
	}
	return out
}

func TestFirstLoadOverREST(t *testing.T) {
	t.Parallel()
	minute := start.Truncate(time.Minute)
	old := minute.Add(-time.Hour)
	c, s, _ := converse(t, nil, nil,
		step{ask: updatedAsk("Account", minute.Add(-time.Minute), minute), reply: coveredReply(minute.Add(-20 * time.Second))},
		step{ask: "GET /services/data/v67.0/queryAll?q=SELECT COUNT() FROM Account WHERE IsDeleted = false", reply: `{"totalSize":3,"done":true,"records":[]}`},
		step{ask: "GET /services/data/v67.0/queryAll?q=" + accountSelect + " WHERE IsDeleted = false ORDER BY Id",
			reply: pageOf("/services/data/v67.0/query/01g-2000", rowOf(idA, "A", old, ""))},
		step{ask: "GET /services/data/v67.0/query/01g-2000", status: 400, reply: `[{"errorCode":"INVALID_QUERY_LOCATOR","message":"invalid query locator"}]`},
		step{ask: "GET /services/data/v67.0/queryAll?q=" + accountSelect + " WHERE IsDeleted = false AND Id > '" + idA + "' ORDER BY Id",
			reply: pageOf("/services/data/v67.0/query/01h-2000", rowOf(idB, "B", old, ""))},
		step{ask: "GET /services/data/v67.0/query/01h-2000", reply: pageOf("", rowOf(idC, "C", old, ""))},
	)
	page := readOne(t, c, connectors.Account, "")
	var got []string
	for range 5 {
		if !page.More || page.Loaded || !page.Through.IsZero() {
			t.Errorf("page: %+v", page)
		}
		page = readOne(t, c, connectors.Account, page.Next)
		got = append(got, names(page)...)
		if page.Loaded {
			break
		}
	}
	if diff := cmp.Diff([]string{"A", "B", "C"}, got); diff != "" {
		t.Error(diff)
	}
	at, err := parseCursor(page.Next, "Account")
	if err != nil || !page.Loaded || at.Phase != phaseChanges || !at.Thru.Equal(minute.Add(-20*time.Second)) {
		t.Errorf("after the load: %+v %v", at, err)
	}
	if diff := cmp.Diff([]string{"describe Account", "token"}, sorted(s.side)); diff != "" {
		t.Error(diff)
	}
}

func sorted(in []string) []string {
	out := append([]string(nil), in...)
	for i := range out {
		for j := i + 1; j < len(out); j++ {
			if out[j] < out[i] {
				out[i], out[j] = out[j], out[i]
			}
		}
	}
	return out
}

// TestIdlePollCosts: six objects, of which accounts are asked for twice, and
// an idle round costs two calls.
func TestIdlePollCosts(t *testing.T) {
	t.Parallel()
	empty := func(n int) string {
		var parts []string
		for i := range n {
			parts = append(parts, fmt.Sprintf(`{"referenceId":"r%d","httpStatusCode":200,"body":%s}`, i, pageOf("")))
		}
		return `{"compositeResponse":[` + strings.Join(parts, ",") + `]}`
	}
	c, s, _ := converse(t, func(cfg *Config) {
		cfg.Where = "Type != 'Partner'"
		for _, object := range readOrder() {
			cfg.Selection.Fields[object] = nil
		}
	}, nil,
		step{ask: "POST /services/data/v67.0/composite", reply: empty(5)},
		step{ask: "GET /services/data/v67.0/queryAll?q=SELECT Id,SystemModstamp,CreatedDate,IsDeleted,AccountId FROM Event WHERE " +
			window(start, start.Add(time.Minute)) + " ORDER BY SystemModstamp,Id", reply: pageOf("")},
	)
	var requests []connectors.ReadRequest
	for _, object := range c.Objects() {
		requests = append(requests, connectors.ReadRequest{Object: object, Cursor: changesAt(t, c, object, start)})
		c.settled.mark(sobject(object), start)
	}
	pages, err := c.Read(t.Context(), requests)
	if err != nil || len(pages) != 5 {
		t.Fatal(err)
	}
	for i, p := range pages {
		if p.Err != nil || p.More || p.Next != requests[i].Cursor {
			t.Errorf("%s: %+v", p.Object, p)
		}
	}
	if len(s.side) != 6 {
		t.Errorf("on the side: %v", s.side)
	}
}

func TestUnknownFieldStopsOneObject(t *testing.T) {
	t.Parallel()
	c, _, _ := converse(t, func(cfg *Config) {
		cfg.Selection.Fields[connectors.Contact] = []string{"Nope__c"}
	}, nil,
		step{ask: windowAsk(start, start.Add(time.Minute)), reply: pageOf("", rowOf(idA, "A", start, ""))},
	)
	c.settled.mark("Account", start)
	cursor := changesAt(t, c, connectors.Account, start)
	pages, err := c.Read(t.Context(), []connectors.ReadRequest{
		{Object: connectors.Contact, Cursor: "{}"}, {Object: connectors.Contact}, {Object: connectors.Account, Cursor: cursor},
	})
	if err != nil {
		t.Fatal(err)
	}
	if connectors.ClassOf(pages[0].Err) != connectors.Restart {
		t.Errorf("bad cursor: %v", pages[0].Err)
	}
	want := "salesforce contact field Nope__c: INVALID_FIELD: no such field (correct the name in the mapping, or grant the integration user read access to the field)"
	if pages[1].Err == nil || pages[1].Err.Error() != want || pages[1].Next != "" {
		t.Errorf("got %v", pages[1].Err)
	}
	if diff := cmp.Diff([]string{"A"}, names(pages[2])); diff != "" {
		t.Error(diff)
	}
}

func TestRelationshipFields(t *testing.T) {
	t.Parallel()
	c, s, _ := converse(t, func(cfg *Config) {
		cfg.Selection.Fields[connectors.Account] = []string{"owner.isactive", "name"}
		cfg.Selection.Fields[connectors.Task] = []string{"Owner.Name"}
	}, map[string]string{"User": "IsActive:boolean", "Task": "OwnerId:reference=User,Group/Owner"},
		step{ask: "GET /services/data/v67.0/queryAll?q=SELECT Id,SystemModstamp,CreatedDate,IsDeleted,MasterRecordId,Owner.IsActive,Name FROM Account WHERE " +
			window(start, start.Add(time.Minute)) + " ORDER BY SystemModstamp,Id",
			reply: pageOf("", rowOf(idA, "A", start, `,"Owner":{"attributes":{},"IsActive":true}`), rowOf(idB, "B", start, `,"Owner":null`))},
	)
	c.settled.mark("Account", start)
	page := readOne(t, c, connectors.Account, changesAt(t, c, connectors.Account, start))
	want := []map[string]connectors.Value{
		{"owner.isactive": connectors.BoolValue(true), "name": connectors.TextValue("A")},
		{"owner.isactive": {}, "name": connectors.TextValue("B")},
	}
	for i, w := range want {
		if diff := cmp.Diff(w, page.Records[i].Fields, cmp.Comparer(func(a, b connectors.Value) bool { return a == b })); diff != "" {
			t.Error(diff)
		}
	}
	cols, err := c.columns(t.Context(), connectors.Task)
	if err != nil || cols.wanted[0].path != "Owner.Name" || cols.wanted[0].kind != kindAny {
		t.Errorf("polymorphic owner: %+v %v", cols, err)
	}
	if diff := cmp.Diff([]string{"describe Account", "describe Task", "describe User", "token"}, sorted(s.side)); diff != "" {
		t.Error(diff)
	}
}

func TestOutageFailsTheRead(t *testing.T) {
	t.Parallel()
	page := `<html><body>Down for maintenance</body></html>`
	ask := windowAsk(start, start.Add(time.Minute))
	down := step{ask: ask, status: 503, reply: page, with: map[string]string{"Content-Type": "text/html"}}
	c, _, _ := converse(t, nil, nil, down, down, down)
	c.settled.mark("Account", start)
	_, err := c.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: changesAt(t, c, connectors.Account, start)}})
	if connectors.ClassOf(err) != connectors.Retry || strings.Contains(err.Error(), "maintenance") {
		t.Errorf("%v", err)
	}
}

func TestDescribeIsConditional(t *testing.T) {
	t.Parallel()
	ask := "GET /services/data/v67.0/sobjects/Account/describe"
	c, _, _ := converse(t, nil, nil,
		step{ask: ask, reply: `{"name":"Account","fields":[{"name":"Name","type":"string","length":255,"nillable":false,"createable":true,"updateable":true},
			{"name":"Rating__c","type":"picklist","restrictedPicklist":true,"picklistValues":[{"value":"Hot","label":"Heiß","active":true},{"value":"Old","label":"Old","active":false}]}]}`,
			with: map[string]string{"ETag": `"e1"`, "Last-Modified": "Sun, 22 Nov 2026 09:00:00 GMT"}},
		step{ask: ask, status: 304, headers: map[string]string{"If-None-Match": `"e1"`, "If-Modified-Since": "Sun, 22 Nov 2026 09:00:00 GMT"}},
	)
	for range 2 {
		schema, err := c.Describe(t.Context(), connectors.Account)
		if err != nil {
			t.Fatal(err)
		}
		want := connectors.Schema{Object: connectors.Account, Name: "Account", Fields: map[string]connectors.Field{
			"Name":      {Name: "Name", Type: "string", Length: 255, Writable: true, Creatable: true, Required: true},
			"Rating__c": {Name: "Rating__c", Type: "picklist", Restricted: true, Options: []connectors.Option{{Value: "Hot", Label: "Heiß", Active: true}, {Value: "Old", Label: "Old"}}},
		}}
		if diff := cmp.Diff(want, schema); diff != "" {
			t.Error(diff)
		}
	}
	if _, err := c.Describe(t.Context(), connectors.Email); connectors.ClassOf(err) != connectors.Stop {
		t.Errorf("describe of an e-mail: %v", err)
	}
}
