package salesforce

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

func account(id string) connectors.Ref {
	return connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: id}
}

func update(key, id string, fields map[string]connectors.Value) connectors.Write {
	return connectors.Write{Key: key, Op: connectors.Update, Ref: account(id), Fields: fields}
}

// shown makes results comparable: classes instead of errors.
func shown(results []connectors.Result) []string {
	var out []string
	for _, r := range results {
		line := fmt.Sprintf("%s %s %s", r.Key, r.Outcome, r.ID)
		if r.Err != nil {
			line += " " + string(connectors.ClassOf(r.Err))
			var e *connectors.Error
			if errors.As(r.Err, &e) {
				line += " " + e.Code
			}
		}
		for _, d := range r.Dropped {
			line += " -" + d.Field
		}
		out = append(out, line)
	}
	return out
}

const collectionAsk = "PATCH /services/data/v67.0/composite/sobjects"

func TestUpdatesAreOneCollection(t *testing.T) {
	t.Parallel()
	c, _, _ := converse(t, nil, map[string]string{"Account": "MQA__c:boolean ACV__c:currency Day__c:date"},
		step{ask: collectionAsk, body: `{"allOrNone":false,"records":[
			{"attributes":{"type":"Account"},"id":"` + idA + `","ACV__c":250000.1,"MQA__c":true,"Name":null},
			{"attributes":{"type":"Account"},"id":"` + idB + `","Name":"O'Neil \"x\""}]}`,
			reply: `[{"id":"` + idA + `","success":true,"errors":[]},{"id":"` + idB + `","success":true,"errors":[]}]`},
	)
	got := c.Write(t.Context(), []connectors.Write{
		update("k1", idA, map[string]connectors.Value{"MQA__c": connectors.BoolValue(false), "ACV__c": number("250000.10")}),
		update("k2", idB[:15], map[string]connectors.Value{"Name": connectors.TextValue(`O'Neil "x"`)}),
		// The same record again: the later value wins, in the same request.
		update("k3", idA[:15], map[string]connectors.Value{"MQA__c": connectors.BoolValue(true), "Name": {}}),
		update("k4", "not an id", nil),
		update("k5", idB, map[string]connectors.Value{"Day__c": connectors.TextValue("soon")}),
		{Key: "k6", Op: "burn", Ref: account(idA)},
		{Key: "k7", Op: connectors.Update, Ref: connectors.Ref{Object: connectors.Email, ID: idA}},
	})
	want := []string{
		"k1 done " + idA, "k2 done " + idB, "k3 done " + idA, "k4 failed  park_record ", "k5 done " + idB + " -Day__c",
		"k6 failed  park_record ", "k7 failed  park_record ",
	}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
}

func TestAttributesComeFirst(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(entry{from: "Account", id: idA, fields: []field{{"A__c", json.RawMessage("1")}}})
	if want := `{"attributes":{"type":"Account"},"id":"` + idA + `","A__c":1}`; string(text) != want || err != nil {
		t.Errorf("got %s, want %s", text, want)
	}
}

func TestRefusedFieldsAreDroppedAndTheRestSent(t *testing.T) {
	t.Parallel()
	first := `{"allOrNone":false,"records":[
		{"attributes":{"type":"Account"},"id":"` + idA + `","Bad__c":"x","Gone__c":"y","Name":"A"},
		{"attributes":{"type":"Account"},"id":"` + idB + `","Bad__c":"x"},
		{"attributes":{"type":"Account"},"id":"` + idC + `","Name":"C"}]}`
	c, _, _ := converse(t, nil, nil,
		step{ask: collectionAsk, body: first, reply: `[
			{"success":false,"errors":[{"statusCode":"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST","message":"bad value","fields":["Bad__c"]}]},
			{"success":false,"errors":[{"statusCode":"STRING_TOO_LONG","message":"m","fields":["Bad__c"]}]},
			{"success":false,"errors":[{"statusCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"No!","fields":["Name"]}]}]`},
		step{ask: collectionAsk, body: `{"allOrNone":false,"records":[{"attributes":{"type":"Account"},"id":"` + idA + `","Gone__c":"y","Name":"A"}]}`,
			reply: `[{"success":false,"errors":[{"statusCode":"INVALID_FIELD","message":"No such column 'Gone__c' on sobject of type Account","fields":[]}]}]`},
		step{ask: collectionAsk, body: `{"allOrNone":false,"records":[{"attributes":{"type":"Account"},"id":"` + idA + `","Name":"A"}]}`,
			reply: `[{"id":"` + idA + `","success":true,"errors":[]}]`},
	)
	text := connectors.TextValue
	got := c.Write(t.Context(), []connectors.Write{
		update("k1", idA, map[string]connectors.Value{"Name": text("A"), "Bad__c": text("x"), "Gone__c": text("y")}),
		update("k2", idB, map[string]connectors.Value{"Bad__c": text("x")}),
		update("k3", idC, map[string]connectors.Value{"Name": text("C")}),
	})
	want := []string{
		"k1 done " + idA + " -Bad__c -Gone__c",
		"k2 failed " + idB + " park_field STRING_TOO_LONG",
		"k3 failed " + idC + " park_record FIELD_CUSTOM_VALIDATION_EXCEPTION",
	}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
	if msg := got[2].Err.Error(); !strings.Contains(msg, "account "+idC) || !strings.Contains(msg, "No!") {
		t.Errorf("the parked record is not named: %s", msg)
	}
}

func TestLockedRowsAreSentAgain(t *testing.T) {
	t.Parallel()
	locked := `[{"success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW","message":"unable to obtain exclusive access","fields":[]}]}]`
	done := `[{"id":"` + idA + `","success":true,"errors":[]}]`
	for _, tt := range []struct {
		name    string
		replies []string
		want    string
	}{
		{"freed", []string{locked, locked, done}, "k done " + idA},
		{"held", []string{locked, locked, locked}, "k failed " + idA + " retry UNABLE_TO_LOCK_ROW"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var steps []step
			for _, reply := range tt.replies {
				steps = append(steps, step{ask: collectionAsk, reply: reply})
			}
			c, _, fake := converse(t, nil, nil, steps...)
			got := c.Write(t.Context(), []connectors.Write{update("k", idA, map[string]connectors.Value{"Name": connectors.TextValue("A")})})
			if diff := cmp.Diff([]string{tt.want}, shown(got)); diff != "" {
				t.Error(diff)
			}
			if waited := fake.Now().Sub(start); waited < lockPause || waited > 2*lockTries*lockPause {
				t.Errorf("waited %s", waited)
			}
		})
	}
}

// TestThousandUpdatesAreOneCall, and each reply finds its record.
func TestThousandUpdatesAreOneCall(t *testing.T) {
	t.Parallel()
	var replies []string
	for r := range 5 {
		var rows []string
		for i := range 200 {
			id, _ := ID18(fmt.Sprintf("001%012d", r*200+i+1))
			rows = append(rows, `{"id":"`+id+`","success":true,"errors":[]}`)
		}
		replies = append(replies, fmt.Sprintf(`{"referenceId":"r%d","httpStatusCode":200,"body":[%s]}`, r, strings.Join(rows, ",")))
	}
	c, _, _ := converse(t, nil, nil,
		step{ask: "POST /services/data/v67.0/composite", reply: `{"compositeResponse":[` + strings.Join(replies, ",") + `]}`},
		step{ask: collectionAsk, reply: `[{"id":"001000000001001AAA","success":true,"errors":[]}]`},
	)
	var batch []connectors.Write
	for i := range 1001 {
		id := fmt.Sprintf("001%012d", i+1)
		batch = append(batch, update(id, id, map[string]connectors.Value{"Name": connectors.TextValue(id)}))
	}
	for i, r := range c.Write(t.Context(), batch) {
		if r.Outcome != connectors.Done || r.Key != batch[i].Key || !strings.HasPrefix(r.ID, r.Key) {
			t.Fatalf("%d: %+v", i, r)
		}
	}
}

// TestSpoiledCollectionIsSplit: one record makes Salesforce refuse the whole
// request; the others go through.
func TestSpoiledCollectionIsSplit(t *testing.T) {
	t.Parallel()
	refused := `[{"errorCode":"JSON_PARSER_ERROR","message":"Unexpected character"}]`
	ok := func(id string) string { return `[{"id":"` + id + `","success":true,"errors":[]}]` }
	c, _, _ := converse(t, nil, nil,
		step{ask: collectionAsk, status: 400, reply: refused},
		step{ask: collectionAsk, reply: ok(idA)},
		step{ask: collectionAsk, status: 400, reply: refused},
		step{ask: collectionAsk, status: 400, reply: refused},
		step{ask: collectionAsk, reply: ok(idC)},
	)
	var batch []connectors.Write
	for _, id := range []string{idA, idB, idC} {
		batch = append(batch, update(id, id, map[string]connectors.Value{"Name": connectors.TextValue("x")}))
	}
	want := []string{idA + " done " + idA, idB + " failed " + idB + " park_field JSON_PARSER_ERROR", idC + " done " + idC}
	if diff := cmp.Diff(want, shown(c.Write(t.Context(), batch))); diff != "" {
		t.Error(diff)
	}
}

func TestUpdateWithoutAnAnswerIsUnsure(t *testing.T) {
	t.Parallel()
	drop := step{ask: collectionAsk, drop: true}
	resolve := "GET /services/data/v67.0/queryAll?q=SELECT Id,IsDeleted,Name FROM Account WHERE Id = '" + idA + "'"
	c, _, _ := converse(t, nil, nil, drop, drop, drop, drop,
		step{ask: resolve, reply: pageOf("", `{"Id":"`+idA+`","IsDeleted":false,"Name":"new"}`)},
		step{ask: resolve, reply: pageOf("", `{"Id":"`+idA+`","IsDeleted":false,"Name":"old"}`)},
		step{ask: resolve, reply: pageOf("", `{"Id":"`+idA+`","IsDeleted":true,"Name":"new"}`)},
		step{ask: resolve, reply: pageOf("")},
	)
	w := update("k", idA, map[string]connectors.Value{"Name": connectors.TextValue("new")})
	got := c.Write(t.Context(), []connectors.Write{w})
	for range 4 {
		got = append(got, c.Resolve(t.Context(), w))
	}
	want := []string{
		"k unsure " + idA + " retry DROPPED", "k done " + idA, "k failed  retry ", "k failed " + idA + " gone ", "k failed " + idA + " gone ",
	}
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Error(diff)
	}
}

func TestSessionExpiresMidRun(t *testing.T) {
	t.Parallel()
	body := `{"allOrNone":false,"records":[{"attributes":{"type":"Account"},"id":"` + idA + `","Name":"x"}]}`
	c, s, _ := converse(t, nil, nil,
		step{ask: collectionAsk, body: body, status: http.StatusUnauthorized, reply: `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`},
		step{ask: collectionAsk, body: body, reply: `[{"id":"` + idA + `","success":true,"errors":[]}]`},
	)
	got := c.Write(t.Context(), []connectors.Write{update("k", idA, map[string]connectors.Value{"Name": connectors.TextValue("x")})})
	if diff := cmp.Diff([]string{"k done " + idA}, shown(got)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"describe Account", "token", "token"}, sorted(s.side)); diff != "" {
		t.Error(diff)
	}
}
