package salesforce

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

// changesAt is the cursor of a reader whose durable edge is at thru.
func changesAt(t *testing.T, c *Client, object connectors.Object, thru time.Time) connectors.Cursor {
	t.Helper()
	cols, err := c.columns(t.Context(), object)
	if err != nil {
		t.Fatal(err)
	}
	return position{From: cols.from, Phase: phaseChanges, Print: cols.print, Thru: thru, Gone: thru}.cursor()
}

func windowAsk(lo, hi time.Time) string {
	return "GET /services/data/v67.0/queryAll?q=" + accountSelect + " WHERE " + window(lo, hi) + " ORDER BY SystemModstamp,Id"
}

// TestChangesFastAndSettled: the fast pass follows what it has seen, the
// settled one goes back to the durable edge and brings only what is new.
func TestChangesFastAndSettled(t *testing.T) {
	t.Parallel()
	thru := start.Add(-10 * time.Minute)
	minute := start.Truncate(time.Minute)
	seen := start.Add(-5 * time.Second)
	late := start.Add(-8 * time.Minute)
	at := func(after time.Duration) time.Time { return start.Add(after) }
	c, _, fake := converse(t, nil, nil,
		// The first poll settles; the watermark is held back by a transaction.
		step{ask: updatedAsk("Account", thru.Truncate(time.Minute), minute), reply: coveredReply(at(-9 * time.Minute))},
		step{ask: windowAsk(thru.Add(-2*time.Minute), at(time.Minute)), reply: pageOf("", rowOf(idA, "A1", seen, ""))},
		// A minute later the fast pass begins at the last row it saw.
		step{ask: windowAsk(seen, at(2*time.Minute)), reply: pageOf("", rowOf(idA, "A1", seen, ""), rowOf(idB, "B1", at(30*time.Second), ""))},
		// Five minutes on it settles again: the late row appears.
		step{ask: updatedAsk("Account", at(-9*time.Minute).Truncate(time.Minute), minute.Add(5*time.Minute)), reply: coveredReply(minute.Add(5 * time.Minute))},
		step{ask: windowAsk(at(-11*time.Minute), at(6*time.Minute)), reply: pageOf("",
			rowOf(idC, "late", late, ""), rowOf(idA, "A1", seen, ""), rowOf(idB, "B1", at(30*time.Second), ""))},
	)
	page := readOne(t, c, connectors.Account, changesAt(t, c, connectors.Account, thru))
	if diff := cmp.Diff([]string{"A1"}, names(page)); diff != "" || !page.Through.Equal(at(-9*time.Minute)) || page.More {
		t.Errorf("first: %s through %s", diff, page.Through)
	}
	fake.Advance(time.Minute)
	page = readOne(t, c, connectors.Account, page.Next)
	if diff := cmp.Diff([]string{"B1"}, names(page)); diff != "" || !page.Through.Equal(at(-9*time.Minute)) {
		t.Errorf("second: %s through %s", diff, page.Through)
	}
	fake.Advance(4 * time.Minute)
	page = readOne(t, c, connectors.Account, page.Next)
	if diff := cmp.Diff([]string{"late"}, names(page)); diff != "" || !page.Through.Equal(minute.Add(5*time.Minute)) {
		t.Errorf("third: %s through %s", diff, page.Through)
	}
}

// TestUncommittedPageComesAgain: a caller who could not commit a page asks
// with the old cursor and gets every row once more (I1).
func TestUncommittedPageComesAgain(t *testing.T) {
	t.Parallel()
	thru := start.Add(-time.Minute)
	minute := start.Truncate(time.Minute)
	answer := pageOf("", rowOf(idA, "A1", start.Add(-5*time.Second), ""))
	c, _, _ := converse(t, nil, nil,
		step{ask: updatedAsk("Account", minute.Add(-time.Minute), minute), reply: coveredReply(minute)},
		step{ask: windowAsk(thru.Add(-2*time.Minute), start.Add(time.Minute)), reply: answer},
		step{ask: windowAsk(thru, start.Add(time.Minute)), reply: answer},
	)
	cursor := changesAt(t, c, connectors.Account, thru)
	first, again := readOne(t, c, connectors.Account, cursor), readOne(t, c, connectors.Account, cursor)
	if diff := cmp.Diff(names(first), names(again)); diff != "" || len(again.Records) != 1 {
		t.Errorf("the second answer differs: %s", diff)
	}
}

func TestScopeDeletedAndMerged(t *testing.T) {
	t.Parallel()
	thru := start.Add(-time.Minute)
	minute := start.Truncate(time.Minute)
	gone := `{"Id":"` + idB + `","SystemModstamp":"2026-11-22T10:00:10.000+0000","IsDeleted":true,"MasterRecordId":"` + idA + `","Name":"B"}`
	inScope := window(thru.Add(-2*time.Minute), start.Add(time.Minute)) + " AND (Type != 'Partner')"
	outOfScope := window(thru.Add(-2*time.Minute), start.Add(time.Minute)) + " AND (NOT (Type != 'Partner'))"
	c, _, _ := converse(t, func(cfg *Config) { cfg.Where = "Type != 'Partner'" }, nil,
		step{ask: updatedAsk("Account", minute.Add(-time.Minute), minute), reply: coveredReply(minute)},
		step{ask: "POST /services/data/v67.0/composite", body: `{"allOrNone":false,"compositeRequest":[
			{"method":"GET","referenceId":"r0","url":"` + escaped("/services/data/v67.0/queryAll?q=", accountSelect+" WHERE "+inScope+" ORDER BY SystemModstamp,Id") + `"},
			{"method":"GET","referenceId":"r1","url":"` + escaped("/services/data/v67.0/queryAll?q=", "SELECT Id,SystemModstamp,IsDeleted,MasterRecordId FROM Account WHERE "+outOfScope+" ORDER BY SystemModstamp,Id") + `"}]}`,
			reply: `{"compositeResponse":[
			{"referenceId":"r1","httpStatusCode":200,"body":` + pageOf("", `{"Id":"`+idC+`","SystemModstamp":"2026-11-22T10:00:11.000+0000","IsDeleted":false,"MasterRecordId":null}`) + `},
			{"referenceId":"r0","httpStatusCode":200,"body":` + pageOf("", rowOf(idA, "A", start, ""), gone) + `}]}`},
	)
	page := readOne(t, c, connectors.Account, changesAt(t, c, connectors.Account, thru))
	want := []string{"A", "deleted " + idB + " " + idA, "out " + idC}
	if diff := cmp.Diff(want, names(page)); diff != "" {
		t.Error(diff)
	}
	if r := page.Records[2]; len(r.Fields) != 0 || !r.OutOfScope {
		t.Errorf("out of scope: %+v", r)
	}
}

func escaped(prefix, soql string) string {
	return strings.NewReplacer(`"`, `\"`).Replace(prefix + url.QueryEscape(soql))
}

// TestWindowIsHalvedWhenTooBig: and Through moves only when both halves have
// been read, since a row of the first may have moved to the second meanwhile.
func TestWindowIsHalvedWhenTooBig(t *testing.T) {
	t.Parallel()
	thru := start.Add(-62 * time.Minute).Truncate(time.Second)
	lo := thru.Add(-2 * time.Minute)
	hi := start.Add(time.Minute)
	half := (hi.Sub(lo) / 2).Truncate(time.Second)
	minute := start.Truncate(time.Minute)
	deleted := strings.Replace(updatedAsk("Account", thru.Truncate(time.Minute), minute), "/updated/", "/deleted/", 1)
	c, _, _ := converse(t, nil, nil,
		step{ask: updatedAsk("Account", minute.Add(-time.Hour), minute), reply: coveredReply(minute)},
		step{ask: deleted, reply: `{"deletedRecords":[],"latestDateCovered":"2026-11-22T10:00:00.000+0000"}`},
		step{ask: windowAsk(lo, hi), status: 400, reply: `[{"errorCode":"QUERY_TIMEOUT","message":"Your query request was running for too long."}]`},
		step{ask: windowAsk(lo, lo.Add(half)), reply: pageOf("", rowOf(idA, "A", lo, ""))},
		step{ask: windowAsk(lo.Add(half), hi), reply: pageOf("", rowOf(idB, "B", start, ""))},
	)
	page := readOne(t, c, connectors.Account, changesAt(t, c, connectors.Account, thru))
	if len(page.Records) != 0 || !page.More || !page.Through.Equal(thru) {
		t.Fatalf("refused window: %+v", page)
	}
	page = readOne(t, c, connectors.Account, page.Next)
	if diff := cmp.Diff([]string{"A"}, names(page)); diff != "" || !page.More || !page.Through.Equal(thru) {
		t.Fatalf("first half: %s %+v", diff, page)
	}
	page = readOne(t, c, connectors.Account, page.Next)
	if diff := cmp.Diff([]string{"B"}, names(page)); diff != "" || page.More || !page.Through.Equal(minute) {
		t.Fatalf("second half: %s %+v", diff, page)
	}
}

func TestHardDeletesAreFound(t *testing.T) {
	t.Parallel()
	thru := start.Add(-70 * time.Minute)
	minute := start.Truncate(time.Minute)
	deleted := strings.Replace(updatedAsk("Account", thru.Truncate(time.Minute), minute), "/updated/", "/deleted/", 1)
	c, _, _ := converse(t, nil, nil,
		step{ask: updatedAsk("Account", minute.Add(-time.Hour), minute), reply: coveredReply(minute)},
		step{ask: deleted, reply: `{"deletedRecords":[{"id":"` + idA[:15] + `","deletedDate":"2026-11-22T09:30:00.000+0000"},{"id":"` + idB + `","deletedDate":"2026-11-22T09:31:00.000+0000"}],"latestDateCovered":"2026-11-22T09:59:00.000+0000"}`},
		step{ask: "GET /services/data/v67.0/queryAll?q=SELECT Id FROM Account WHERE Id IN ('" + idA + "','" + idB + "')",
			reply: pageOf("", `{"Id":"`+idB+`"}`)},
		step{ask: windowAsk(thru.Add(-2*time.Minute), start.Add(time.Minute)), reply: pageOf("")},
	)
	page := readOne(t, c, connectors.Account, changesAt(t, c, connectors.Account, thru))
	if diff := cmp.Diff([]string{"deleted " + idA + " "}, names(page)); diff != "" {
		t.Error(diff)
	}
	at, _ := parseCursor(page.Next, "Account")
	if !at.Gone.Equal(minute.Add(-time.Minute)) {
		t.Errorf("looked for hard deletes until %s", at.Gone)
	}
}
