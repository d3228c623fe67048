package engine_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// hers are the words of which nothing may be left.
var hers = []string{"fox-lee", "dana@x.example", "dana@old.example"}

// mentions tells in which column of which table somebody is named, and how
// often. It reads all there is, also what nobody thought of.
func mentions(t *testing.T, path string, words []string) map[string]int {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	found := map[string]int{}
	for _, table := range column(t, db, `SELECT name FROM sqlite_master WHERE type = 'table'`) {
		for _, name := range column(t, db, fmt.Sprintf(`SELECT name FROM pragma_table_info('%s')`, table)) {
			for _, text := range column(t, db, fmt.Sprintf(`SELECT lower(CAST("%s" AS TEXT)) FROM "%s"`, name, table)) {
				for _, w := range words {
					if strings.Contains(text, w) {
						found[table+"."+name]++
					}
				}
			}
		}
	}
	return found
}

func column(t *testing.T, db *sql.DB, query string) (list []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text sql.NullString
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		list = append(list, text.String)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// wholeLife is a house in which Dana has left traces wherever one can: as the
// contact of a handoff with its summary, its notices and its digest, as a
// caller, in fields of the account that both sides have changed, and in the
// report of the month.
func wholeLife(t *testing.T) *channelled {
	t.Helper()
	h := withChannels(t, `digest: {weekly: {day: mon, at: "08:00", to: heads}}`)
	h.mapping = strings.Replace(mappingText, "signals:\n", `  champion: {type: text, hubspot: champion, salesforce: Champion__c, sync: newest}
  size: {type: number, hubspot: size, salesforce: Size__c, from: hubspot}
  return_reason: {type: text, hubspot: return_reason, salesforce: Return_Reason__c, sync: newest}
signals:
  demo: {hubspot: contact.demo_at, kind: event, when: 'demo_note != ""'}
`, 1)
	h.policy = strings.Replace(policyText, "handoffs:\n", "handoffs:\n  demo_request: {to: sdr, when: 'count(demo, \"1d\") >= 1'}\n", 1) + `
alerts: {manager: [crm, email, slack], heads: [email], people: {heads: vp@acme.example}}
digest: {weekly: {day: mon, at: "08:00", to: heads}}
`
	h.sf.objects = []connectors.Object{connectors.Task}
	h.hs.objects = []connectors.Object{connectors.Call}
	week := "Dana Fox-Lee <dana@x.example> asked"
	h.report = func(context.Context, workflows.Period) (engine.Report, error) {
		defer func() { week = "nobody asked" }()
		return engine.Report{Title: "Week", Text: week}, nil
	}
	h.restart()
	h.pair(1, "10")
	h.once()
	contact := map[string]string{"firstname": "Dana", "lastname": "Fox-Lee", "email": "dana@old.example", "jobtitle": "Head of Dana Fox-Lee's team"}
	h.hs.put(connectors.Contact, "71", []string{"1"}, contact)
	h.later()
	contact["email"], contact["demo_at"], contact["demo_note"] = "dana@x.example", h.stamp(), "I am Dana Fox-Lee, dana@x.example"
	h.hs.put(connectors.Contact, "71", nil, contact)
	h.sf.put(connectors.Contact, "003000000000001AAA", []string{sfID(1)}, map[string]string{"FirstName": "Dana", "LastName": "Fox-Lee", "Email": "dana@x.example"})
	h.once()
	h.hs.put(connectors.Call, "501", []string{"1"}, map[string]string{"hs_call_title": "Call with Dana Fox-Lee", "hs_call_status": "COMPLETED", "hs_call_direction": "OUTBOUND", "hs_timestamp": h.stamp(), "hubspot_owner_id": "1"})
	h.later()
	h.clock.Advance(time.Hour) // both sides name her, in the same minute
	h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"Champion__c": "Dana Fox-Lee <dana@x.example>"})
	h.hs.put(connectors.Account, "1", nil, map[string]string{"champion": "Dana Fox-Lee (dana@x.example)", "size": "ask dana@x.example"})
	h.later()
	h.hs.put(connectors.Account, "1", nil, map[string]string{"return_reason": "Dana Fox-Lee has left"})
	h.later()
	h.clock.Set(time.Date(2026, 11, 9, 8, 0, 0, 0, time.UTC)) // the weekly digest
	h.once()
	november := h.clock.Now()
	h.clock.Set(time.Date(2027, 8, 2, 8, 0, 0, 0, time.UTC))
	h.month(november) // nothing of it can change any more
	return h
}

// TestForgetEverywhere: after a whole life nothing names the person in any
// table, nor in the file and its log, and it goes on like that.
func TestForgetEverywhere(t *testing.T) {
	t.Parallel()
	h := wholeLife(t)
	before := mentions(t, h.path, hers)
	for _, where := range []string{
		"contacts.email", "former_people.email", "handoffs.summary", "outbox.payload", "points.label", "conflicts.salesforce",
		"accounts.doc", "problems.value", "sales_activities.doc", "handoffs.story", "handoffs.outcome", "decisions.trace",
	} {
		if before[where] == 0 {
			t.Errorf("nothing names her in %s to begin with: %v", where, before)
		}
	}
	h.explain(time.Time{})
	if _, err := engine.Forget(t.Context(), h.store, "003000000000001", h.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if left := mentions(t, h.path, hers); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if left := mentions(t, h.path, []string{"contact/71", "contact/003000000000001aaa"}); len(left) > 0 {
		t.Errorf("her records are known: %v", left)
	}
	if err := h.store.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{h.path, h.path + "-wal"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range hers {
			if n := bytes.Count(bytes.ToLower(data), []byte(w)); n > 0 {
				t.Errorf("%s: %d times %q", file, n, w)
			}
		}
	}
	h.staysForgotten(t)
}

// staysForgotten: the daemon goes on. What the CRMs say of the account comes
// back when it is read, what is not read is not written, and her records are
// left out.
func (h *channelled) staysForgotten(t *testing.T) {
	t.Helper()
	before := len(h.sf.writes) + len(h.hs.writes)
	h.hs.put(connectors.Account, "1", nil, map[string]string{"champion": "Eve", "size": "12", "return_reason": "other"})
	h.sf.put(connectors.Account, sfID(1), nil, map[string]string{"Champion__c": "Eve", "Return_Reason__c": "other"})
	h.hs.put(connectors.Contact, "71", nil, map[string]string{"visits": "9"})
	h.hs.put(connectors.Call, "501", nil, map[string]string{"hs_call_title": "Call"})
	h.later()
	h.later()
	if left := mentions(t, h.path, hers); len(left) > 0 {
		t.Errorf("back again: %v", left)
	}
	for _, w := range append(h.sf.writes, h.hs.writes...) {
		for name, v := range w.Fields {
			if strings.Contains(v.String(), "[erased]") {
				t.Errorf("%s was written to %s", v, name)
			}
		}
	}
	if h.sf.field(sfID(1), "Champion__c") != "Eve" || h.hs.field("1", "champion") != "Eve" || h.sf.field(sfID(1), "Size__c") != "12" {
		t.Errorf("the account's own fields are not kept up any more, after %d writes", len(h.sf.writes)+len(h.hs.writes)-before)
	}
}
