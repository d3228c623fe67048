package hubspot

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
)

const updateCompanies = "POST /crm/objects/2026-09/companies/batch/update"

func set(id, key string, fields map[string]connectors.Value) connectors.Write {
	return connectors.Write{Key: key, Op: connectors.Update, Ref: account(id), Fields: fields}
}

func text(s string) connectors.Value { return connectors.TextValue(s) }

// outcomes shows the results in short: key, outcome, id, class of the error and
// the dropped fields.
func outcomes(results []connectors.Result) []string {
	var out []string
	for _, r := range results {
		line := fmt.Sprintf("%s %s %s", r.Key, r.Outcome, r.ID)
		var e *connectors.Error
		if errors.As(r.Err, &e) {
			line += fmt.Sprintf(" %s:%s:%s", e.Class, e.Code, e.Field)
		}
		for _, d := range r.Dropped {
			line += fmt.Sprintf(" dropped %s:%s", d.Field, d.Code)
		}
		out = append(out, strings.TrimSpace(line))
	}
	return out
}

func TestUpdates(t *testing.T) {
	t.Parallel()
	name := func(s string) map[string]connectors.Value { return map[string]connectors.Value{"name": text(s)} }
	cases := []struct {
		name  string
		batch []connectors.Write
		turns []turn
		want  []string
	}{
		{
			name: "all go through, values as texts",
			batch: []connectors.Write{
				set("1", "a", map[string]connectors.Value{"mqa": connectors.BoolValue(true), "value": connectors.FloatValue(12.5), "note": {}}),
				set("2", "b", name("B")),
			},
			turns: []turn{{
				want: updateCompanies,
				body: `{"inputs":[{"id":"1","properties":{"mqa":"true","value":"12.5","note":""},"objectWriteTraceId":"0"},{"id":"2","properties":{"name":"B"},"objectWriteTraceId":"1"}]}`,
				// The order of the results is not promised.
				reply: `{"status":"COMPLETE","results":[{"id":"2"},{"id":"1"}]}`,
			}},
			want: []string{"a done 1", "b done 2"},
		},
		{
			name:  "two of one record are two batches",
			batch: []connectors.Write{set("1", "a", name("A")), set("1", "b", name("B")), set("2", "c", name("C"))},
			turns: []turn{
				{want: updateCompanies, body: `{"inputs":[{"id":"1","properties":{"name":"A"},"objectWriteTraceId":"0"},{"id":"2","properties":{"name":"C"},"objectWriteTraceId":"1"}]}`, reply: `{"results":[{"id":"1"},{"id":"2"}]}`},
				{want: updateCompanies, body: `{"inputs":[{"id":"1","properties":{"name":"B"},"objectWriteTraceId":"0"}]}`, reply: `{"results":[{"id":"1"}]}`},
			},
			want: []string{"a done 1", "b done 1", "c done 2"},
		},
		{
			name:  "errors in a reply that says success",
			batch: []connectors.Write{set("1", "a", name("A")), set("2", "b", name("B")), set("3", "c", name("C"))},
			turns: []turn{{
				want: updateCompanies, status: 200,
				reply: `{"status":"COMPLETE","results":[{"id":"3"}],"numErrors":2,"errors":[
					{"status":"error","category":"OBJECT_NOT_FOUND","message":"gone","context":{"ids":["1"]}},
					{"status":"error","category":"VALIDATION_ERROR","message":"bad","context":{"objectWriteTraceId":["1"]}}]}`,
			}},
			want: []string{"a failed 1 gone:OBJECT_NOT_FOUND:", "b failed 2 park_record:VALIDATION_ERROR:", "c done 3"},
		},
		{
			name:  "a merged record answers under its new id",
			batch: []connectors.Write{set("1", "a", name("A")), set("2", "b", name("B"))},
			turns: []turn{
				{want: updateCompanies, status: 207, reply: `{"results":[{"id":"2"},{"id":"900"}]}`},
				{want: updateCompanies, reply: `{"results":[{"id":"900"}]}`},
			},
			want: []string{"a done 900", "b done 2"},
		},
		{
			name:  "ids that lead to one record spoil the batch",
			batch: []connectors.Write{set("1", "a", name("A")), set("2", "b", name("B")), set("3", "c", name("C"))},
			turns: []turn{
				{want: updateCompanies, status: 400, reply: `{"category":"VALIDATION_ERROR","message":"Duplicate IDs found in batch input: [1]. IDs must be unique","context":{"ids":["1"]}}`},
				{want: updateCompanies, reply: `{"results":[{"id":"2"},{"id":"3"}]}`},
				{want: updateCompanies, reply: `{"results":[{"id":"2"}]}`},
			},
			want: []string{"a done 2", "b done 2", "c done 3"},
		},
		{
			name: "a property that the portal lacks is dropped from all",
			batch: []connectors.Write{
				set("1", "a", map[string]connectors.Value{"name": text("A"), "nope": text("x")}),
				set("2", "b", map[string]connectors.Value{"nope": text("x")}),
				set("3", "c", name("C")),
			},
			turns: []turn{
				{want: updateCompanies, status: 400, reply: `{"category":"VALIDATION_ERROR","message":"Property values were not valid: [{\"isValid\":false,\"message\":\"Property \\\"nope\\\" does not exist\",\"error\":\"PROPERTY_DOESNT_EXIST\",\"name\":\"nope\"}]"}`},
				{want: updateCompanies, body: `{"inputs":[{"id":"1","properties":{"name":"A"},"objectWriteTraceId":"0"},{"id":"3","properties":{"name":"C"},"objectWriteTraceId":"1"}]}`, reply: `{"results":[{"id":"1"},{"id":"3"}]}`},
			},
			want: []string{"a done 1 dropped nope:PROPERTY_DOESNT_EXIST", "b failed 2 park_field:PROPERTY_DOESNT_EXIST:nope dropped nope:PROPERTY_DOESNT_EXIST", "c done 3"},
		},
		{
			name: "the only one with the refused property is the culprit",
			batch: []connectors.Write{
				set("1", "a", map[string]connectors.Value{"name": text("A"), "tier": text("gold")}),
				set("2", "b", name("B")),
			},
			turns: []turn{
				{want: updateCompanies, status: 400, reply: `{"category":"VALIDATION_ERROR","errors":[{"message":"bad","code":"INVALID_OPTION","context":{"propertyName":["tier"]}}]}`},
				{want: updateCompanies, reply: `{"results":[{"id":"1"},{"id":"2"}]}`},
			},
			want: []string{"a done 1 dropped tier:INVALID_OPTION", "b done 2"},
		},
		{
			name:  "a rule of the portal's that names another property parks the record",
			batch: []connectors.Write{set("1", "a", name("A"))},
			turns: []turn{{want: updateCompanies, status: 400, reply: `{"category":"VALIDATION_ERROR","errors":[{"message":"industry is required","code":"REQUIRED","context":{"propertyName":["industry"]}}]}`}},
			want:  []string{"a failed 1 park_record:REQUIRED:industry"},
		},
		{
			name:  "no scope stops all",
			batch: []connectors.Write{set("1", "a", name("A")), set("2", "b", name("B"))},
			turns: []turn{{want: updateCompanies, status: 403, reply: `{"category":"MISSING_SCOPES"}`}},
			want:  []string{"a failed  stop:MISSING_SCOPES:", "b failed  stop:MISSING_SCOPES:"},
		},
		{
			name:  "a locked record is waited for",
			batch: []connectors.Write{set("1", "a", name("A"))},
			turns: []turn{{want: updateCompanies, status: 423, reply: `{}`}, {want: updateCompanies, reply: `{"results":[{"id":"1"}]}`}},
			want:  []string{"a done 1"},
		},
		{
			name:  "a plain update is repeated after a drop",
			batch: []connectors.Write{set("1", "a", name("A"))},
			turns: []turn{{want: updateCompanies, drop: true}, {want: updateCompanies, reply: `{"results":[{"id":"1"}]}`}},
			want:  []string{"a done 1"},
		},
		{
			name: "not ours",
			batch: []connectors.Write{
				{Key: "a", Op: connectors.Update, Ref: connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: "1"}, Fields: name("A")},
				{Key: "b", Op: connectors.Update, Ref: account("1")},
				{Key: "c", Op: "delete", Ref: account("1")},
				{Key: "d", Op: connectors.CreateTask, Ref: account("1")},
			},
			want: []string{"a failed  park_record:BAD_WRITE:", "b failed  park_record:BAD_WRITE:", "c failed  park_record:BAD_WRITE:", "d failed  park_record:BAD_WRITE:"},
		},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			client, _ := converse(t, nil, tc.turns...)
			if diff := cmp.Diff(tc.want, outcomes(client.Write(t.Context(), tc.batch))); diff != "" {
				t.Errorf("results (-want +got):\n%s", diff)
			}
		})
	}
}

// picky refuses a whole batch if one value in it is bad, as HubSpot does, and
// names the property but not the record.
type picky struct {
	mu       sync.Mutex
	requests int
	written  map[string]string
}

func (p *picky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests++
	var body batchWrite
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	if slices.ContainsFunc(body.Inputs, func(in writeInput) bool { return strings.HasPrefix(in.Properties["tier"], "bad") }) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"category":"VALIDATION_ERROR","errors":[{"code":"INVALID_OPTION","context":{"propertyName":["tier"]}}]}`)
		return
	}
	var results []string
	for _, in := range body.Inputs {
		p.written[in.ID] += in.Properties["name"]
		results = append(results, fmt.Sprintf(`{"id":%q}`, in.ID))
	}
	fmt.Fprintf(w, `{"results":[%s]}`, strings.Join(results, ","))
}

// TestPoisonedBatch: three bad values among 250 records cost them their own
// field and nobody else anything, in few requests.
func TestPoisonedBatch(t *testing.T) {
	t.Parallel()
	p := &picky{written: make(map[string]string)}
	client, _ := clientOn(t, p, nil)
	var batch []connectors.Write
	for i := range 250 {
		tier := "gold"
		if i == 3 || i == 77 || i == 249 {
			tier = "bad" + fmt.Sprint(i)
		}
		batch = append(batch, set(fmt.Sprint(i+1), fmt.Sprint("k", i), map[string]connectors.Value{"name": text("x"), "tier": text(tier)}))
	}
	dropped := 0
	for i, r := range client.Write(t.Context(), batch) {
		if r.Outcome != connectors.Done || r.Key != batch[i].Key || r.ID != batch[i].Ref.ID {
			t.Errorf("write %d: %+v", i, r)
		}
		dropped += len(r.Dropped)
	}
	if dropped != 3 {
		t.Errorf("%d fields were dropped, want 3", dropped)
	}
	for id, names := range p.written {
		if names != "x" {
			t.Errorf("record %s was written %d times", id, len(names))
		}
	}
	if len(p.written) != 250 || p.requests > 50 {
		t.Errorf("%d records in %d requests", len(p.written), p.requests)
	}
}

func TestExpect(t *testing.T) {
	t.Parallel()
	const readCompanies = "POST /crm/objects/2026-09/companies/batch/read"
	write := set("1", "a", map[string]connectors.Value{"value": connectors.FloatValue(20)})
	write.Expect = map[string]connectors.Value{"value": connectors.FloatValue(10)}
	row := func(id, value string) string {
		return fmt.Sprintf(`{"results":[{"id":%q,"properties":{"value":%s,"hs_merged_object_ids":"1"}}]}`, id, value)
	}
	cases := []struct {
		name  string
		turns []turn
		want  []string
	}{
		{"holds", []turn{
			{want: readCompanies, body: `{"properties":["value","hs_object_id","hs_lastmodifieddate","createdate","hs_merged_object_ids"],"propertiesWithHistory":[],"inputs":[{"id":"1"}]}`, reply: row("1", `"10.0"`)},
			{want: updateCompanies, reply: `{"results":[{"id":"1"}]}`},
		}, []string{"a done 1"}},
		{"a person was faster", []turn{{want: readCompanies, reply: row("1", `"11"`)}}, []string{"a conflicted 1"}},
		{"it was written before", []turn{{want: readCompanies, reply: row("1", `"20"`)}}, []string{"a existed 1"}},
		{"merged away", []turn{
			{want: readCompanies, reply: row("9", `"10"`)},
			{want: updateCompanies, body: `{"inputs":[{"id":"9","properties":{"value":"20"},"objectWriteTraceId":"0"}]}`, reply: `{"results":[{"id":"9"}]}`},
		}, []string{"a done 9"}},
		{"gone", []turn{{want: readCompanies, status: 207, reply: `{"results":[],"numErrors":1,"errors":[{"category":"OBJECT_NOT_FOUND","context":{"ids":["1"]}}]}`}}, []string{"a failed 1 gone:OBJECT_NOT_FOUND:"}},
		{"not repeated blindly", []turn{
			{want: readCompanies, reply: row("1", `"10"`)},
			{want: updateCompanies, drop: true},
		}, []string{"a unsure  unknown_outcome:DROPPED:"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			client, _ := converse(t, nil, tc.turns...)
			got := client.Write(t.Context(), []connectors.Write{write})
			if diff := cmp.Diff(tc.want, outcomes(got)); diff != "" {
				t.Errorf("results (-want +got):\n%s", diff)
			}
			if got[0].Outcome == connectors.Conflicted && got[0].Current["value"] != text("11") {
				t.Errorf("current values %v", got[0].Current)
			}
		})
	}
}

func TestLifecycleBackwards(t *testing.T) {
	t.Parallel()
	const readCompanies = "POST /crm/objects/2026-09/companies/batch/read"
	stage := func(s string) string {
		return fmt.Sprintf(`{"results":[{"id":"1","properties":{"lifecyclestage":%q}}]}`, s)
	}
	done := `{"results":[{"id":"1"}]}`
	first := []turn{{want: updateCompanies, body: `{"inputs":[{"id":"1","properties":{"lifecyclestage":"lead","name":"A"},"objectWriteTraceId":"0"}]}`, reply: done}}
	back := []turn{
		{want: readCompanies, reply: stage("customer")},
		{want: updateCompanies, body: `{"inputs":[{"id":"1","properties":{"lifecyclestage":""},"objectWriteTraceId":"0"}]}`, reply: done},
		{want: updateCompanies, body: `{"inputs":[{"id":"1","properties":{"lifecyclestage":"lead"},"objectWriteTraceId":"0"}]}`, reply: done},
	}
	cases := []struct {
		name  string
		turns []turn
		want  []string
	}{
		{"forwards", []turn{{want: readCompanies, reply: stage("lead")}}, []string{"a done 1"}},
		{"backwards", append(slices.Clone(back), turn{want: readCompanies, reply: stage("lead")}), []string{"a done 1"}},
		{"the portal insists", append(slices.Clone(back), turn{want: readCompanies, reply: stage("customer")}), []string{"a done 1 dropped lifecyclestage:STAGE_NOT_TAKEN"}},
		{"interrupted", append(slices.Clone(back[:2]), turn{want: updateCompanies, status: 403, reply: `{}`}), []string{"a unsure 1 unknown_outcome::"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			client, _ := converse(t, nil, append(slices.Clone(first), tc.turns...)...)
			got := client.Write(t.Context(), []connectors.Write{set("1", "a", map[string]connectors.Value{"lifecyclestage": text("lead"), "name": text("A")})})
			if diff := cmp.Diff(tc.want, outcomes(got)); diff != "" {
				t.Errorf("results (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTimesAndDays(t *testing.T) {
	t.Parallel()
	noon := connectors.TimeValue(time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC))
	client, _ := converse(t, nil,
		turn{want: "GET /crm/properties/2026-09/companies", reply: `{"results":[{"name":"day","type":"date"},{"name":"moment","type":"datetime"}]}`},
		turn{want: updateCompanies, body: `{"inputs":[{"id":"1","properties":{"moment":"2026-03-12T12:00:00.000Z"},"objectWriteTraceId":"0"}]}`, reply: `{"results":[{"id":"1"}]}`},
	)
	got := client.Write(t.Context(), []connectors.Write{set("1", "a", map[string]connectors.Value{"day": noon, "moment": noon})})
	if diff := cmp.Diff([]string{"a done 1 dropped day:INVALID_DATE"}, outcomes(got)); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}
