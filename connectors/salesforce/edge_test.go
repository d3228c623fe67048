package salesforce

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

// TestLoadIsNarrowedWhenTooBig: a first load that takes too long goes on with
// fewer rows per query.
func TestLoadIsNarrowedWhenTooBig(t *testing.T) {
	t.Parallel()
	tooLong := `[{"errorCode":"QUERY_TIMEOUT","message":"Your query request was running for too long."}]`
	ask := "GET /services/data/v67.0/queryAll?q=" + accountSelect + " WHERE IsDeleted = false "
	c, _, _ := converse(t, nil, nil,
		step{ask: ask + "ORDER BY Id", status: 400, reply: tooLong},
		step{ask: ask + "ORDER BY Id LIMIT 1000", status: 400, reply: tooLong},
		step{ask: ask + "ORDER BY Id LIMIT 500", reply: pageOf("/services/data/v67.0/query/01g-200", rowOf(idA, "A", start, ""))},
		step{ask: "GET /services/data/v67.0/query/01g-200", reply: pageOf("", rowOf(idB, "B", start, ""))},
	)
	cols, err := c.columns(t.Context(), connectors.Account)
	if err != nil {
		t.Fatal(err)
	}
	page := connectors.Page{Next: position{From: "Account", Phase: phaseLoad, Print: cols.print, Begun: start}.cursor()}
	var got []string
	for range 4 {
		page = readOne(t, c, connectors.Account, page.Next)
		got = append(got, names(page)...)
	}
	if diff := cmp.Diff([]string{"A", "B"}, got); diff != "" || !page.Loaded {
		t.Errorf("%s loaded %v", diff, page.Loaded)
	}
}

// TestAnotherSelectionBeginsTheQueryAnew: a locator answers to the fields
// that it was asked with, so a changed mapping does not follow it.
func TestAnotherSelectionBeginsTheQueryAnew(t *testing.T) {
	t.Parallel()
	c, _, _ := converse(t, nil, nil,
		step{ask: "GET /services/data/v67.0/queryAll?q=" + accountSelect + " WHERE IsDeleted = false AND Id > '" + idA + "' ORDER BY Id", reply: pageOf("")},
		step{ask: windowAsk(start.Add(-time.Minute), start.Add(time.Minute)), reply: pageOf("")},
	)
	c.settled.mark("Account", start)
	readOne(t, c, connectors.Account, position{
		From: "Account", Phase: phaseLoad, Print: "another", After: idA, Next: "/services/data/v67.0/query/01g-2000",
	}.cursor())
	readOne(t, c, connectors.Account, position{
		From: "Account", Phase: phaseChanges, Print: "another", Thru: start.Add(-time.Hour), In: "/services/data/v67.0/query/01g-2000",
		Lo: start.Add(-time.Minute), Hi: start.Add(time.Minute),
	}.cursor())
}

// TestSlowCompositeGoesInParts: five queries that are too slow together are
// asked one by one, and only the slow one is narrowed.
func TestSlowCompositeGoesInParts(t *testing.T) {
	t.Parallel()
	contactAsk := "GET /services/data/v67.0/queryAll?q=SELECT Id,SystemModstamp,CreatedDate,IsDeleted,MasterRecordId,AccountId FROM Contact WHERE " +
		window(start, start.Add(time.Minute)) + " ORDER BY SystemModstamp,Id"
	tooLong := `[{"errorCode":"QUERY_TIMEOUT","message":"m"}]`
	c, _, _ := converse(t, func(cfg *Config) { cfg.Selection.Fields[connectors.Contact] = nil }, nil,
		step{ask: "POST /services/data/v67.0/composite", status: 400, reply: tooLong},
		step{ask: windowAsk(start, start.Add(time.Minute)), reply: pageOf("", rowOf(idA, "A", start, ""))},
		step{ask: contactAsk, status: 400, reply: tooLong},
	)
	c.settled.mark("Account", start)
	c.settled.mark("Contact", start)
	pages, err := c.Read(t.Context(), []connectors.ReadRequest{
		{Object: connectors.Account, Cursor: changesAt(t, c, connectors.Account, start)},
		{Object: connectors.Contact, Cursor: changesAt(t, c, connectors.Contact, start)},
	})
	if err != nil || len(pages[0].Records) != 1 || pages[1].Err != nil || !pages[1].More {
		t.Errorf("%+v %v", pages, err)
	}
}

// TestExpiredLocatorLosesNothing: rows in scope are at their first page, rows
// out of scope have come further. The window begins anew from the former.
func TestExpiredLocatorLosesNothing(t *testing.T) {
	t.Parallel()
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	tests := []struct {
		name string
		p    position
		lo   time.Time
	}{
		{"in is behind", position{In: "x", InLast: at(10), OutLast: at(50)}, at(10)},
		{"out is behind", position{Out: "x", InLast: at(50), OutLast: at(10)}, at(10)},
		{"both, in is behind", position{In: "x", Out: "y", InLast: at(10), OutLast: at(20)}, at(10)},
		{"both, out is behind", position{In: "x", Out: "y", InLast: at(20), OutLast: at(10)}, at(10)},
		{"nothing came yet", position{In: "x"}, at(0)},
		{"one of them brought nothing yet", position{In: "x", Out: "y", InLast: at(20)}, at(0)},
	}
	for _, tt := range tests {
		tt.p.Lo, tt.p.Hi = start, start.Add(time.Minute)
		tt.p.again()
		if !tt.p.Lo.Equal(tt.lo) || !tt.p.Fresh || tt.p.In+tt.p.Out != "" {
			t.Errorf("%s: %+v, want to begin at %s", tt.name, tt.p, tt.lo)
		}
	}
}

func TestForeignLocatorIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, next := range []string{"", "https://elsewhere.example/services/data/", "@elsewhere.example/"} {
		page := queryPage{Next: next}
		if got, err := page.locator(); err == nil {
			t.Errorf("%q is followed as %q", next, got)
		}
	}
}

func TestObjectNotVisible(t *testing.T) {
	t.Parallel()
	ask := "GET /services/data/v67.0/sobjects/Account/describe"
	refused := step{ask: ask, status: 404, reply: `[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]`}
	c, _, _ := converse(t, nil, nil, refused, refused)
	pages, err := c.Read(t.Context(), []connectors.ReadRequest{{Object: connectors.Account}})
	if err != nil || connectors.ClassOf(pages[0].Err) != connectors.Stop || !strings.Contains(pages[0].Err.Error(), "read access") {
		t.Errorf("%v %v", pages, err)
	}
}

// TestMoreDeletesThanAPage are found page by page, each verified.
func TestMoreDeletesThanAPage(t *testing.T) {
	t.Parallel()
	minute := start.Truncate(time.Minute)
	var rows []string
	for i := range deletedPage + 1 {
		rows = append(rows, fmt.Sprintf(`{"id":"001%012dAAA","deletedDate":"2026-11-22T09:%02d:00.000+0000"}`, i, i*50/(deletedPage+1)))
	}
	c, _, _ := converse(t, nil, nil,
		step{ask: strings.Replace(updatedAsk("Account", minute.Add(-time.Hour), minute), "/updated/", "/deleted/", 1),
			reply: `{"deletedRecords":[` + strings.Join(rows, ",") + `],"latestDateCovered":"2026-11-22T10:00:00.000+0000"}`},
		step{ask: "POST /services/data/v67.0/composite", reply: rowsReply(`"httpStatusCode":200,"body":`+pageOf(""), `"httpStatusCode":200,"body":`+pageOf(""),
			`"httpStatusCode":200,"body":`+pageOf(""), `"httpStatusCode":200,"body":`+pageOf(""), `"httpStatusCode":200,"body":`+pageOf("", `{"Id":"001000000000999AAA"}`))},
	)
	cols, err := c.columns(t.Context(), connectors.Account)
	if err != nil {
		t.Fatal(err)
	}
	gone, until, full, err := c.purged(t.Context(), cols, minute.Add(-time.Hour))
	if err != nil || len(gone) != deletedPage-1 || !full || !until.Equal(time.Date(2026, 11, 22, 9, 49, 0, 0, time.UTC)) {
		t.Errorf("%d rows until %s, more %v, %v", len(gone), until, full, err)
	}
}

func TestNoWatermarkStaysBehind(t *testing.T) {
	t.Parallel()
	minute := start.Truncate(time.Minute)
	tooMany := `[{"errorCode":"EXCEEDED_ID_LIMIT","message":"m"}]`
	long, short := updatedAsk("Account", minute.Add(-time.Hour), minute), updatedAsk("Account", minute.Add(-time.Minute), minute)
	c, _, _ := converse(t, nil, nil,
		step{ask: long, status: 400, reply: tooMany}, step{ask: short, reply: coveredReply(minute)},
		step{ask: long, status: 400, reply: `[{"errorCode":"INVALID_TYPE","message":"not replicable"}]`},
		step{ask: long, reply: `{"latestDateCovered":"whenever"}`},
	)
	for i, want := range []time.Time{minute, start.Add(-blindLag), start.Add(-blindLag)} {
		got, err := c.watermark(t.Context(), "Account", start.Add(-3*time.Hour))
		if err != nil || !got.Equal(want) {
			t.Errorf("%d: %s %v, want %s", i, got, err, want)
		}
	}
}

func TestGuardedWriteGivesUpAndReadsAreNoWrites(t *testing.T) {
	t.Parallel()
	const ask = "POST /services/data/v67.0/composite"
	holds := func() step {
		return step{ask: ask, reply: rowsReply(`"httpStatusCode":200,"httpHeaders":{"ETag":"e1"},"body":{"name":"old"}`)}
	}
	stale := func() step { return step{ask: ask, reply: rowsReply(`"httpStatusCode":412,"body":null`)} }
	drop := step{ask: ask, drop: true}
	gone := step{ask: ask, reply: rowsReply(`"httpStatusCode":404,"body":[{"errorCode":"NOT_FOUND","message":"m"}]`)}
	c, _, _ := converse(t, nil, nil, holds(), stale(), holds(), stale(), holds(), stale(), drop, drop, drop, drop, gone)
	w := update("k", idA, map[string]connectors.Value{"Name": connectors.TextValue("new")})
	w.Expect = map[string]connectors.Value{"Name": connectors.TextValue("old")}
	var got []connectors.Result
	for range 3 {
		got = append(got, c.Write(t.Context(), []connectors.Write{w})...)
	}
	want := []string{
		"k failed " + idA + " retry UNABLE_TO_LOCK_ROW", "k failed " + idA + " retry DROPPED", "k failed " + idA + " gone NOT_FOUND",
	}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
}

func TestSmallWriteCases(t *testing.T) {
	t.Parallel()
	c, _, _ := converse(t, nil, map[string]string{"Task": "handoffd_Key__c:string Priority:picklist Status:picklist", "Account": "Day__c:date"},
		step{ask: insertAsk, reply: `[{"id":"00T000000000003AAA","success":true,"errors":[]}]`},
	)
	badDay := newTask("t2")
	badDay.Activity.Day = "tomorrow"
	got := c.Write(t.Context(), []connectors.Write{
		newTask("t1"), newTask("t1"), badDay,
		update("u1", idA, nil),
		update("u2", idA[:15], map[string]connectors.Value{"Day__c": connectors.BoolValue(true)}),
	})
	want := []string{
		"t1 done 00T000000000003AAA", "t1 done 00T000000000003AAA", "t2 failed  park_record ",
		"u1 failed " + idA + " park_field ", "u2 failed " + idA + " park_field  -Day__c",
	}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
	if got := c.Write(t.Context(), []connectors.Write{update("u3", idA, nil)}); got[0].Outcome != connectors.Done {
		t.Errorf("an update of nothing: %+v", got[0])
	}
	if c.System() != connectors.Salesforce {
		t.Error("system")
	}
}

func TestClosedStatusOfARenamedPicklist(t *testing.T) {
	t.Parallel()
	ask := "GET /services/data/v67.0/query?q=SELECT ApiName FROM TaskStatus WHERE IsClosed = true ORDER BY SortOrder LIMIT 1"
	c, _, _ := converse(t, nil, map[string]string{"Task": "Status:string"},
		step{ask: ask, reply: pageOf("")},
		step{ask: ask, reply: pageOf("", `{"ApiName":"Erledigt"}`)},
	)
	if _, err := c.closedStatus(t.Context()); connectors.ClassOf(err) != connectors.Stop {
		t.Errorf("no closed status: %v", err)
	}
	for range 2 {
		if status, err := c.closedStatus(t.Context()); status != "Erledigt" || err != nil {
			t.Errorf("%q %v", status, err)
		}
	}
}

// TestCreateIsNotSentBlind: without knowing how the org tells tasks apart,
// nothing is made.
func TestCreateIsNotSentBlind(t *testing.T) {
	t.Parallel()
	refused := step{ask: "GET /services/data/v67.0/sobjects/Task/describe", status: 403, reply: `[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]`}
	c, _, _ := converse(t, nil, nil, refused, refused)
	got := c.Write(t.Context(), []connectors.Write{newTask("t1")})
	got = append(got, c.Resolve(t.Context(), newTask("t1")))
	want := []string{"t1 failed  retry REQUEST_LIMIT_EXCEEDED", "t1 unsure  retry REQUEST_LIMIT_EXCEEDED"}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
	var e *connectors.Error
	if !errors.As(got[0].Err, &e) || !e.RetryAt.Equal(start.Add(15*time.Minute)) {
		t.Errorf("%+v", e)
	}
}

func TestOddCompositeReplies(t *testing.T) {
	t.Parallel()
	c, _, _ := converse(t, nil, nil)
	for _, tt := range []struct {
		reply subreply
		class connectors.Class
	}{
		{subreply{}, connectors.UnknownOutcome},
		{subreply{Status: 500}, connectors.UnknownOutcome},
		{subreply{Status: 503}, connectors.Retry},
		{subreply{Status: 404}, connectors.Gone},
		{subreply{Status: 400, Body: []byte(`[{"errorCode":"PROCESSING_HALTED","message":"m"}]`)}, connectors.SplitBatch},
	} {
		if got := connectors.ClassOf(tt.reply.err(c)); got != tt.class {
			t.Errorf("%+v is %s, want %s", tt.reply, got, tt.class)
		}
	}
}
