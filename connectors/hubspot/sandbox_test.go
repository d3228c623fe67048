package hubspot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/connectors/hubspot/sandbox"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

// rehearsal is the client against the sandbox, on one clock.
type rehearsal struct {
	t      *testing.T
	clock  *clock.Fake
	hub    *sandbox.Server
	client *Client
}

const sandboxToken = "pat-na1-11111111-2222-3333-4444-555555555555"

func rehearse(t *testing.T, options sandbox.Options, change func(*Config)) *rehearsal {
	t.Helper()
	fake := clock.NewFake(start).AutoAdvance()
	options.Clock = fake
	r := &rehearsal{t: t, clock: fake, hub: sandbox.New(options)}
	r.hub.AddToken(sandbox.Token{Value: sandboxToken})
	config := Config{
		BaseURL: "https://api.hubspot.test", Auth: Auth{Token: sandboxToken}, Clock: fake, HTTP: transport.Handler(r.hub),
		Selection: connectors.Selection{Fields: map[connectors.Object][]string{connectors.Account: {"name"}}},
	}
	if change != nil {
		change(&config)
	}
	var err error
	if r.client, err = New(config); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rehearsal) insert(object string, properties map[string]string, to ...sandbox.Association) string {
	r.t.Helper()
	id, err := r.hub.Insert(object, properties, to...)
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

func (r *rehearsal) set(object, id string, properties map[string]string) {
	r.t.Helper()
	if err := r.hub.Set(object, id, properties); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rehearsal) fault(f sandbox.Fault) {
	r.t.Helper()
	if _, err := r.hub.AddFault(f); err != nil {
		r.t.Fatal(err)
	}
}

// tasks are the ids of a company's tasks.
func (r *rehearsal) tasks(company string) []string {
	r.t.Helper()
	ids, err := r.hub.Associated("companies", company, "tasks")
	if err != nil {
		r.t.Fatal(err)
	}
	return ids
}

// story follows one object and keeps the last record of every id.
type story struct {
	*rehearsal
	object  connectors.Object
	cursor  connectors.Cursor
	records map[string]connectors.Record
	rows    int
	between func() // between two pages
}

func (r *rehearsal) follow(o connectors.Object) *story {
	return &story{rehearsal: r, object: o, records: make(map[string]connectors.Record)}
}

func (s *story) round() {
	s.t.Helper()
	for range 20_000 {
		pages, err := s.client.Read(s.t.Context(), []connectors.ReadRequest{{Object: s.object, Cursor: s.cursor}})
		if err != nil {
			s.t.Fatalf("reading: %v", err)
		}
		if pages[0].Err != nil {
			s.t.Fatalf("reading page: %v", pages[0].Err)
		}
		for _, rec := range pages[0].Records {
			s.rows++
			s.records[rec.Ref.ID] = rec
		}
		s.cursor = pages[0].Next
		if !pages[0].More {
			return
		}
		if s.between != nil {
			s.between()
		}
	}
	s.t.Fatal("reading does not come to an end")
}

func (s *story) calls(endpoint string) int64 {
	for _, c := range s.client.Calls() {
		if c.Endpoint == endpoint {
			return c.Count
		}
	}
	return 0
}

func (s *story) checkNames() {
	s.t.Helper()
	wrong := 0
	ids := s.hub.IDs("companies")
	for _, id := range ids {
		values, _ := s.hub.Get("companies", id)
		if got := s.records[id].Fields["name"].Text(); got != values["name"] {
			if wrong++; wrong < 5 {
				s.t.Errorf("company %s: read %q, the portal has %q", id, got, values["name"])
			}
		}
	}
	if wrong > 0 {
		s.t.Errorf("%d of %d companies are wrong", wrong, len(ids))
	}
}

// TestSandboxReadsEverything plays edits between pages, an index that lags, and
// ids that are ordered as texts.
func TestSandboxReadsEverything(t *testing.T) {
	t.Parallel()
	for _, version := range []string{DefaultVersion, LegacyVersion} {
		for _, textIDs := range []bool{false, true} {
			t.Run(fmt.Sprint(version, " text ids ", textIDs), func(t *testing.T) {
				t.Parallel()
				r := rehearse(t, sandbox.Options{TextOrderedIDs: textIDs, IndexLag: 90 * time.Second, SearchPerSecond: 100}, func(c *Config) { c.APIVersion = version })
				var ids []string
				for i := range 1500 {
					ids = append(ids, r.insert("companies", map[string]string{"name": fmt.Sprint("first ", i)}))
				}
				s := r.follow(connectors.Account)
				n := 0
				s.between = func() {
					n++
					r.set("companies", ids[n*7%len(ids)], map[string]string{"name": fmt.Sprint("edit ", n)})
				}
				s.round()
				for i := range 8 {
					r.clock.Advance(100 * time.Second)
					for j := range 150 {
						r.set("companies", ids[(i*150+j)%len(ids)], map[string]string{"name": fmt.Sprint("bulk ", i, " ", j)})
						r.clock.Advance(7 * time.Millisecond)
					}
					s.round()
				}
				s.between = nil
				for range 2 {
					r.clock.Advance(10 * time.Minute)
					s.round()
				}
				s.checkNames()
			})
		}
	}
}

// TestSandboxCallsPerChange counts the search calls of fifty thousand changed
// rows, most of them of one instant.
func TestSandboxCallsPerChange(t *testing.T) {
	t.Parallel()
	const rows = 50_000
	r := rehearse(t, sandbox.Options{}, nil)
	var ids []string
	for i := range rows {
		ids = append(ids, r.insert("companies", map[string]string{"name": fmt.Sprint("first ", i)}))
	}
	r.clock.Advance(time.Hour)
	s := r.follow(connectors.Account)
	s.round()
	if got := s.calls("companies/list"); got != rows/listPage {
		t.Errorf("%d list calls for the first load, want %d", got, rows/listPage)
	}
	r.clock.Advance(time.Hour)
	s.round()
	for i, id := range ids {
		r.set("companies", id, map[string]string{"name": fmt.Sprint("second ", i)})
		if i >= 30_000 {
			r.clock.Advance(time.Millisecond)
		}
	}
	before := s.calls("companies/search")
	s.round()
	r.clock.Advance(10 * time.Minute)
	s.round()
	s.checkNames()
	if got, most := s.calls("companies/search")-before, int64(rows/searchPage*105/100); got > most {
		t.Errorf("%d search calls for %d rows, want at most %d", got, rows, most)
	}
	if got := s.calls("companies/list"); got != rows/listPage {
		t.Errorf("the list was read again: %d calls", got)
	}
}

// TestSandboxOneInstant: more rows of one millisecond than search reaches, in a
// portal that orders ids as texts.
func TestSandboxOneInstant(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{TextOrderedIDs: true}, nil)
	var ids []string
	for i := range searchReach + 700 {
		ids = append(ids, r.insert("companies", map[string]string{"name": fmt.Sprint("first ", i)}))
	}
	r.clock.Advance(time.Hour)
	s := r.follow(connectors.Account)
	s.round()
	r.clock.Advance(time.Hour)
	s.round()
	for i, id := range ids {
		r.set("companies", id, map[string]string{"name": fmt.Sprint("second ", i)})
	}
	for range 10 {
		r.clock.Advance(time.Minute)
		s.round()
	}
	s.checkNames()
}

func TestSandboxObjects(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{}, func(c *Config) {
		c.Selection = connectors.Selection{
			Fields: map[connectors.Object][]string{
				connectors.Account: {"name", "domain"}, connectors.Contact: {"email", "recent_conversion_date"},
				connectors.Opportunity: {"dealname", "dealstage"}, connectors.Task: {"hs_task_subject", "hs_task_status"},
				connectors.Meeting: {"hs_meeting_title"}, connectors.Call: {"hs_call_title"}, connectors.Email: {"hs_email_subject"}, connectors.Note: {"hs_note_body"},
			},
			History: map[connectors.Object][]string{connectors.Contact: {"recent_conversion_date"}},
		}
		c.Where = []Filter{{Property: "country", Operator: NotIn, Values: []string{"Atlantis"}}}
	})
	company := r.insert("companies", map[string]string{"name": "Acme", "domain": "acme.example"})
	other := r.insert("companies", map[string]string{"name": "Other", "country": "Atlantis"})
	link := func(id string) sandbox.Association { return sandbox.Association{To: id, Object: "companies"} }
	contact := r.insert("contacts", map[string]string{"email": "jo@acme.example", "recent_conversion_date": "2026-11-01T10:00:00.000Z"}, link(company))
	deal := r.insert("deals", map[string]string{"dealname": "Big", "hs_lastmodifieddate": ""}, link(company), link(other))
	activities := map[connectors.Object]string{}
	for o, title := range map[connectors.Object]string{connectors.Task: "hs_task_subject", connectors.Meeting: "hs_meeting_title", connectors.Call: "hs_call_title", connectors.Email: "hs_email_subject", connectors.Note: "hs_note_body"} {
		k, _ := kindOf(o)
		activities[o] = r.insert(k.plural, map[string]string{title: "x", "hs_timestamp": "2026-11-20T10:00:00.000Z"}, link(company))
	}
	stories := map[connectors.Object]*story{}
	for _, o := range r.client.Objects() {
		stories[o] = r.follow(o)
		stories[o].round()
	}
	check := func() {
		t.Helper()
		if got := stories[connectors.Account].records; got[company].OutOfScope || !got[other].OutOfScope {
			t.Errorf("scope: %v, %v", got[company].OutOfScope, got[other].OutOfScope)
		}
		for o, want := range map[connectors.Object][]string{connectors.Contact: {company}, connectors.Opportunity: {company, other}} {
			id := map[connectors.Object]string{connectors.Contact: contact, connectors.Opportunity: deal}[o]
			if diff := cmp.Diff(want, stories[o].records[id].Accounts); diff != "" {
				t.Errorf("%s accounts (-want +got):\n%s", o, diff)
			}
		}
		for o, id := range activities {
			if diff := cmp.Diff([]string{company}, stories[o].records[id].Accounts); diff != "" {
				t.Errorf("%s accounts (-want +got):\n%s", o, diff)
			}
		}
	}
	check()
	r.clock.Advance(time.Hour)
	r.set("contacts", contact, map[string]string{"recent_conversion_date": "2026-11-22T10:00:00.000Z"})
	r.set("companies", company, map[string]string{"name": "Acme 2"})
	r.set("deals", deal, map[string]string{"dealname": "Bigger"})
	for o, id := range activities {
		k, _ := kindOf(o)
		r.set(k.plural, id, map[string]string{"hs_timestamp": "2026-11-21T10:00:00.000Z"})
	}
	for _, s := range stories {
		s.records = map[string]connectors.Record{connectors.Record{}.Ref.ID: {}, other: {OutOfScope: true}}
		s.round()
	}
	check()
	versions := stories[connectors.Contact].records[contact].History["recent_conversion_date"]
	if len(versions) != 2 || !versions[0].At.Before(versions[1].At) || versions[1].Value != text("2026-11-22T10:00:00Z") && versions[1].Value != text("2026-11-22T10:00:00.000Z") {
		t.Errorf("history %v, want two versions, oldest first", versions)
	}
	r.set("companies", company, map[string]string{"country": "Atlantis"})
	stories[connectors.Account].round()
	if !stories[connectors.Account].records[company].OutOfScope {
		t.Error("a company that left the scope was not seen")
	}
}

func TestSandboxArchiveAndMerge(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{}, nil)
	first := r.insert("companies", map[string]string{"name": "first"})
	second := r.insert("companies", map[string]string{"name": "second"})
	third := r.insert("companies", map[string]string{"name": "third"})
	s := r.follow(connectors.Account)
	s.round()
	r.clock.Advance(20 * time.Minute)
	s.round()
	survivor, err := r.hub.Merge("companies", first, second)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.hub.Archive("companies", third); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		r.clock.Advance(6 * time.Minute)
		s.round()
	}
	got := s.records[survivor]
	slices.Sort(got.Aliases)
	want := []string{first, second}
	slices.Sort(want)
	if diff := cmp.Diff(want, got.Aliases); diff != "" {
		t.Errorf("aliases (-want +got):\n%s", diff)
	}
	if !s.records[third].Deleted || s.records[third].MergedInto != "" {
		t.Errorf("the archived company: %+v", s.records[third])
	}
	for _, id := range []string{first, second} {
		if rec := s.records[id]; rec.Deleted && rec.MergedInto != survivor {
			t.Errorf("%s is deleted without a word of its survivor: %+v", id, rec)
		}
	}
	// A write to an old id reaches the survivor.
	result := r.client.Write(t.Context(), []connectors.Write{set(first, "k", map[string]connectors.Value{"name": text("one")})})
	if values, _ := r.hub.Get("companies", survivor); result[0].Outcome != connectors.Done || result[0].ID != survivor || values["name"] != "one" {
		t.Errorf("writing to a merged id: %+v; the survivor's name is %q", result[0], values["name"])
	}
}

// TestSandboxExactlyOneTask is I2: whatever happens to the reply, resolving
// before resending leaves one task.
func TestSandboxExactlyOneTask(t *testing.T) {
	t.Parallel()
	faults := map[string]sandbox.Fault{
		"dropped after the commit":   {Kind: sandbox.DropAfter},
		"dropped before the commit":  {Kind: sandbox.DropBefore},
		"gateway timeout":            {Kind: sandbox.Status, Status: 504, AfterCommit: true},
		"edge timeout":               {Kind: sandbox.Status, Status: 524, AfterCommit: true},
		"edge's page":                {Kind: sandbox.HTML, AfterCommit: true},
		"broken JSON":                {Kind: sandbox.Malformed},
		"cut short":                  {Kind: sandbox.Truncated},
		"server error, nothing done": {Kind: sandbox.Status, Status: 500},
	}
	for name, fault := range faults {
		for _, unique := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", unique key ", unique), func(t *testing.T) {
				t.Parallel()
				r := rehearse(t, sandbox.Options{TaskUniqueProperties: unique}, nil)
				if unique {
					if err := r.hub.AddProperty("tasks", sandbox.Property{Name: DefaultTaskKeyProperty, HasUniqueValue: true}); err != nil {
						t.Fatal(err)
					}
				}
				company := r.insert("companies", map[string]string{"name": "Acme"})
				owner := r.hub.AddOwner(sandbox.Owner{Email: "jo@acme.example", FirstName: "Jo", LastName: "Li"})
				fault := fault
				fault.Path = "tasks/batch/create"
				r.fault(fault)
				w := task("acme/1/sdr", company)
				w.Activity.OwnerID, w.Activity.ContactID = owner, ""
				got := r.client.Write(t.Context(), []connectors.Write{w})[0]
				if got.Outcome != connectors.Unsure {
					t.Fatalf("got %+v, want unsure", got)
				}
				if got = r.client.Resolve(t.Context(), w); got.Outcome == connectors.Failed && connectors.ClassOf(got.Err) == connectors.Retry {
					got = r.client.Write(t.Context(), []connectors.Write{w})[0]
				}
				if got.Outcome != connectors.Done || got.ID == "" {
					t.Fatalf("got %+v, want done", got)
				}
				again := r.client.Write(t.Context(), []connectors.Write{w})[0]
				if again.Outcome != connectors.Existed || again.ID != got.ID {
					t.Errorf("a resend: %+v, want existed %s", again, got.ID)
				}
				if diff := cmp.Diff([]string{got.ID}, r.tasks(company)); diff != "" {
					t.Errorf("tasks (-want +got):\n%s", diff)
				}
				values, _ := r.hub.Get("tasks", got.ID)
				if values["hs_task_subject"] != w.Activity.Subject || values["hubspot_owner_id"] != owner || values["hs_task_status"] != "NOT_STARTED" || values["hs_task_priority"] != "HIGH" {
					t.Errorf("task %v", values)
				}
			})
		}
	}
}

// TestSandboxTaskOnMergedCompany: the company was merged away between the
// decision and the task, or between the task and its resend.
func TestSandboxTaskOnMergedCompany(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		r := rehearse(t, sandbox.Options{}, nil)
		company := r.insert("companies", map[string]string{"name": "Acme"})
		other := r.insert("companies", map[string]string{"name": "Acme Inc"})
		w := task("acme/1/sdr", company)
		w.Activity.OwnerID, w.Activity.ContactID = "", ""
		survivor := ""
		merge := func() {
			var err error
			if survivor, err = r.hub.Merge("companies", company, other); err != nil {
				t.Fatal(err)
			}
		}
		if !late {
			merge()
		}
		first := r.client.Write(t.Context(), []connectors.Write{w})[0]
		if late {
			merge()
		}
		again := r.client.Write(t.Context(), []connectors.Write{w})[0]
		if first.Outcome != connectors.Done || again.Outcome != connectors.Existed || again.ID != first.ID {
			t.Errorf("merged late %v: first %+v, again %+v", late, first, again)
		}
		if diff := cmp.Diff([]string{first.ID}, r.tasks(survivor)); diff != "" {
			t.Errorf("merged late %v: tasks (-want +got):\n%s", late, diff)
		}
	}
}

// TestSandboxTaskWithoutThePerson: the contact, the company or the owner is
// not there any more.
func TestSandboxTaskWithoutThePerson(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{}, nil)
	company := r.insert("companies", map[string]string{"name": "Acme"})
	contact := r.insert("contacts", map[string]string{"email": "jo@acme.example"})
	left := r.hub.AddOwner(sandbox.Owner{Email: "al@acme.example", Archived: true})
	if err := r.hub.Archive("contacts", contact); err != nil {
		t.Fatal(err)
	}
	var batch []connectors.Write
	for i, edit := range []func(*connectors.Write){
		func(w *connectors.Write) { w.Activity.ContactID = "" },
		func(w *connectors.Write) { w.Activity.ContactID = contact },
		func(w *connectors.Write) { w.Activity.ContactID = "99999999999" },
		func(w *connectors.Write) { w.Activity.ContactID, w.Activity.OwnerID = "", left },
		func(w *connectors.Write) { w.Activity.ContactID, w.Ref.ID = "", "99999999999" },
	} {
		w := task(fmt.Sprint("acme/1/", i), company)
		w.Activity.OwnerID = ""
		edit(&w)
		batch = append(batch, w)
	}
	got := r.client.Write(t.Context(), batch)
	for i, want := range []struct {
		outcome connectors.Outcome
		field   string
	}{{connectors.Done, ""}, {connectors.Done, "contact"}, {connectors.Done, "contact"}, {connectors.Done, propOwner}, {connectors.Failed, ""}} {
		field := ""
		if len(got[i].Dropped) > 0 {
			field = got[i].Dropped[0].Field
		}
		if got[i].Outcome != want.outcome || field != want.field {
			t.Errorf("task %d: %+v, want %s without %q", i, got[i], want.outcome, want.field)
		}
	}
	if n := len(r.tasks(company)); n != 4 {
		t.Errorf("%d tasks, want 4", n)
	}
}

// TestSandboxPoisonedBatch: what does not fit takes nothing else along, whether
// the portal refuses it alone or the whole batch with it.
func TestSandboxPoisonedBatch(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]sandbox.Options{
		"alone": {}, "the whole batch": {WholeUpdates: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			poisonedBatch(t, options)
		})
	}
}

func poisonedBatch(t *testing.T, options sandbox.Options) {
	t.Helper()
	r := rehearse(t, options, nil)
	var batch []connectors.Write
	want := make(map[string]connectors.Outcome)
	for i := range 100 {
		id := r.insert("companies", map[string]string{"name": fmt.Sprint(i)})
		fields := map[string]connectors.Value{"name": text(fmt.Sprint("new ", i)), "industry": text("COMPUTER_SOFTWARE")}
		key := fmt.Sprint("k", i)
		want[key] = connectors.Done
		switch i {
		case 10:
			fields["industry"] = text("No such industry")
		case 20:
			fields["no_such_property"] = text("x")
		case 30:
			fields["hs_analytics_num_visits"] = text("5")
		case 40:
			if err := r.hub.Archive("companies", id); err != nil {
				t.Fatal(err)
			}
			want[key] = connectors.Failed
		case 50:
			fields = map[string]connectors.Value{"numberofemployees": text("a lot")}
			want[key] = connectors.Failed
		}
		batch = append(batch, set(id, key, fields))
	}
	for i, got := range r.client.Write(t.Context(), batch) {
		if got.Outcome != want[got.Key] {
			t.Errorf("write %d: %+v", i, got)
			continue
		}
		dropped := i == 10 || i == 20 || i == 30
		if dropped && len(got.Dropped) != 1 || !dropped && i != 50 && len(got.Dropped) != 0 {
			t.Errorf("write %d dropped %v", i, got.Dropped)
		}
		values, _ := r.hub.Get("companies", got.ID)
		if got.Outcome == connectors.Done && values["name"] != fmt.Sprint("new ", i) {
			t.Errorf("write %d: the portal has %q", i, values["name"])
		}
	}
	for _, rec := range r.hub.Calls().Records {
		if rec.Writes > 1 {
			t.Errorf("%s %s was written %d times", rec.Object, rec.ID, rec.Writes)
		}
	}
}

// TestSandboxDemandedProperty: a rule of the portal parks the record that breaks
// it, names the property and stops no other.
func TestSandboxDemandedProperty(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{RequiredOnCreate: map[string][]string{"companies": {"industry"}}}, nil)
	company := func(key string, fields map[string]connectors.Value) connectors.Write {
		fields["name"] = text(key)
		return connectors.Write{Key: key, Op: connectors.CreateAccount, Ref: connectors.Ref{System: connectors.HubSpot, Object: connectors.Account}, Fields: fields, Since: start}
	}
	got := r.client.Write(t.Context(), []connectors.Write{
		company("without", map[string]connectors.Value{}), company("with", map[string]connectors.Value{"industry": text("BANKING")}),
	})
	var e *connectors.Error
	if got[0].Outcome != connectors.Failed || !errors.As(got[0].Err, &e) || e.Class != connectors.ParkRecord || e.Field != "industry" || !strings.Contains(e.Fix, "lift the rule") {
		t.Errorf("without: %+v", got[0])
	}
	if got[1].Outcome != connectors.Done {
		t.Errorf("with: %+v", got[1])
	}
}

// TestSandboxShortURLs: where a list's URL is too long for the way to HubSpot,
// the values come by another call.
func TestSandboxShortURLs(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{URLLimit: 200}, func(c *Config) {
		c.Selection.Fields[connectors.Account] = []string{"name", "city", "phone", "industry", "annualrevenue", "numberofemployees"}
	})
	id := r.insert("companies", map[string]string{"name": "Acme", "city": "Rome"})
	s := r.follow(connectors.Account)
	s.round()
	if got := s.records[id].Fields["city"]; got.Text() != "Rome" {
		t.Errorf("city is %v", got)
	}
}

func TestSandboxLifecycle(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{}, nil)
	id := r.insert("companies", map[string]string{"name": "Acme", "lifecyclestage": "opportunity"})
	for _, stage := range []string{"customer", "lead", "salesqualifiedlead"} {
		got := r.client.Write(t.Context(), []connectors.Write{set(id, stage, map[string]connectors.Value{"lifecyclestage": text(stage)})})[0]
		values, _ := r.hub.Get("companies", id)
		if got.Outcome != connectors.Done || len(got.Dropped) > 0 || values["lifecyclestage"] != stage {
			t.Errorf("stage %s: %+v; the portal has %q", stage, got, values["lifecyclestage"])
		}
	}
}

// TestSandboxTrouble: what passes by itself is waited for.
func TestSandboxTrouble(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]sandbox.Fault{
		"burst": {Kind: sandbox.RateLimit, Policy: "TEN_SECONDLY_ROLLING"}, "search": {Kind: sandbox.RateLimit, Policy: "SECONDLY"},
		"lock": {Kind: sandbox.Locked}, "gateway": {Kind: sandbox.Status, Status: 502}, "unavailable": {Kind: sandbox.Status, Status: 503},
		"page": {Kind: sandbox.HTML}, "broken": {Kind: sandbox.Malformed}, "cut": {Kind: sandbox.Truncated},
		"dropped": {Kind: sandbox.DropBefore}, "slow": {Kind: sandbox.Latency, LatencyMS: 20_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rehearse(t, sandbox.Options{}, nil)
			id := r.insert("companies", map[string]string{"name": "Acme"})
			f.Count = 2
			f.Path = "/companies"
			r.fault(f)
			s := r.follow(connectors.Account)
			s.round()
			s.checkNames()
			r.clock.Advance(time.Hour)
			r.set("companies", id, map[string]string{"name": "Acme 2"})
			f.Path = "/search"
			r.fault(f)
			s.round()
			s.checkNames()
			f.Path = "batch/update"
			r.fault(f)
			got := r.client.Write(t.Context(), []connectors.Write{set(id, "k", map[string]connectors.Value{"name": text("Acme 3")})})[0]
			if values, _ := r.hub.Get("companies", id); got.Outcome != connectors.Done || values["name"] != "Acme 3" {
				t.Errorf("update: %+v; the portal has %q", got, values["name"])
			}
		})
	}
}

// TestSandboxStaysInPace: the client's own limiters keep it from any 429.
func TestSandboxStaysInPace(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{BurstLimit: 100, SearchPerSecond: 5}, nil)
	for i := range 2500 {
		r.insert("companies", map[string]string{"name": fmt.Sprint(i)})
	}
	s := r.follow(connectors.Account)
	for range 6 {
		s.round()
		r.clock.Advance(3 * time.Minute)
	}
	s.checkNames()
	for _, e := range r.hub.Calls().Endpoints {
		if n := e.Statuses["429"]; n > 0 {
			t.Errorf("%s answered 429 %d times", e.Endpoint, n)
		}
	}
}

func TestSandboxWhoIsWho(t *testing.T) {
	t.Parallel()
	r := rehearse(t, sandbox.Options{PortalID: 62515, TimeZone: "US/Eastern"}, nil)
	active := r.hub.AddOwner(sandbox.Owner{Email: "jo@acme.example", FirstName: "Jo", LastName: "Li"})
	left := r.hub.AddOwner(sandbox.Owner{Email: "al@acme.example", FirstName: "Al", Archived: true})
	identity, err := r.client.Identify(t.Context())
	if err != nil || identity.OrgID != "62515" || identity.TimeZone != "US/Eastern" || !strings.HasSuffix(identity.RecordURL, "/contacts/62515/record/0-2/%s") {
		t.Errorf("identity %+v, %v", identity, err)
	}
	users, err := r.client.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]bool)
	for _, u := range users {
		got[u.ID] = u.Active
	}
	if diff := cmp.Diff(map[string]bool{active: true, left: false}, got); diff != "" {
		t.Errorf("active users (-want +got):\n%s", diff)
	}
	schema, err := r.client.Describe(t.Context(), connectors.Account)
	if err != nil {
		t.Fatal(err)
	}
	if f := schema.Fields["hs_analytics_num_visits"]; f.Writable || f.Type != "number" {
		t.Errorf("visits: %+v", f)
	}
	if f := schema.Fields["lifecyclestage"]; !f.Writable || !f.Restricted || len(f.Options) == 0 {
		t.Errorf("lifecycle stage: %+v", f)
	}
	alert := connectors.Alert{Key: "alert/1", Title: "Acme waits", Body: "x", Email: "jo@acme.example", Due: start.Add(time.Hour)}
	if res := r.client.Alert(t.Context(), alert); res.Outcome != connectors.Done {
		t.Errorf("alert: %+v", res)
	}
}

func TestSandboxOAuth(t *testing.T) {
	t.Parallel()
	for _, version := range []string{DefaultVersion, LegacyVersion} {
		r := rehearse(t, sandbox.Options{}, func(c *Config) {
			c.APIVersion = version
			c.Auth = Auth{OAuth: &OAuth{ClientID: "id", ClientSecret: "secret", RefreshToken: "refresh"}}
		})
		r.hub.AddApp(sandbox.App{ClientID: "id", ClientSecret: "secret", RefreshToken: "refresh"})
		for range 5 {
			if _, err := r.client.Identify(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.clock.Advance(29 * time.Minute)
		}
		r.fault(sandbox.Fault{Kind: sandbox.ExpiredToken, Path: "account-info"})
		if _, err := r.client.Identify(t.Context()); err != nil {
			t.Errorf("%s: after the token expired: %v", version, err)
		}
	}
}
