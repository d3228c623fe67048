package mapping

import (
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
)

// SalesActivity is something that sales, or the buyer, did on an account, or
// an opportunity on it: as its CRM has it now.
type SalesActivity struct {
	Ref  connectors.Ref `json:"-"`
	Home connectors.Ref `json:"-"` // the account's record in the same CRM
	// Key is the key of the write by which handoffd itself made it, "" for a
	// person's.
	Key string `json:"key,omitempty"`
	// Kind is call, email, meeting, task or opportunity. A call or an e-mail
	// that was logged in Salesforce is one here as well.
	Kind    connectors.Object `json:"kind"`
	Subject string            `json:"subject,omitempty"`
	OwnerID string            `json:"owner,omitempty"`
	Status  string            `json:"status,omitempty"`
	// Owner is the owner's e-mail address, which both CRMs share.
	Owner string `json:"owner_email,omitempty"`
	// Amount of an opportunity, as the CRM has it, "" for none.
	Amount   string    `json:"amount,omitempty"`
	Created  time.Time `json:"created,omitzero"`
	Modified time.Time `json:"-"`
	// At is when it took place: a meeting's end, a task's completion, the
	// first sight of an opportunity's close. Zero if that is not known.
	At time.Time `json:"at,omitzero"`
	// Begun is when a task was first seen to have left its first status.
	Begun time.Time `json:"begun,omitzero"`
	// Done: completed, sent, held, or closed. A meeting without an outcome is
	// done when it is over.
	Done bool `json:"done,omitempty"`
	// Inbound: the buyer did it. Automated: a machine did. Cancelled: it did
	// not take place. Won is for opportunities.
	Inbound   bool `json:"inbound,omitempty"`
	Automated bool `json:"automated,omitempty"`
	Cancelled bool `json:"cancelled,omitempty"`
	Won       bool `json:"won,omitempty"`
	// SelfBooked: the buyer booked the meeting by a scheduling link.
	SelfBooked bool `json:"self_booked,omitempty"`
}

// salesFields are the properties that sales activities are read from
// (Salesforce Object Reference: Task, Event, Opportunity; HubSpot CRM API:
// calls, emails, meetings, tasks, deals).
var salesFields = map[connectors.System]map[connectors.Object][]string{
	connectors.Salesforce: {
		connectors.Task:        {"Subject", "Status", "IsClosed", "TaskSubtype", "CallType", "OwnerId", "ActivityDate", "CompletedDateTime"},
		connectors.Meeting:     {"Subject", "EndDateTime", "OwnerId"},
		connectors.Opportunity: {"Name", "StageName", "IsClosed", "IsWon", "Amount", "OwnerId"},
	},
	connectors.HubSpot: {
		connectors.Task:        {"hs_task_subject", "hs_task_status", "hs_task_completion_date", "hubspot_owner_id"},
		connectors.Meeting:     {"hs_meeting_title", "hs_meeting_outcome", "hs_meeting_end_time", "hubspot_owner_id", "hs_meeting_source", "hs_meeting_created_from_link_id"},
		connectors.Call:        {"hs_call_title", "hs_call_status", "hs_call_direction", "hs_timestamp", "hubspot_owner_id"},
		connectors.Email:       {"hs_email_subject", "hs_email_status", "hs_email_direction", "hs_timestamp", "hubspot_owner_id"},
		connectors.Opportunity: {"dealname", "dealstage", "hs_is_closed", "hs_is_closed_won", "amount", "hubspot_owner_id"},
	},
}

// optionalSalesFields may be missing in an org, by its edition, its licences
// or its field-level security.
var optionalSalesFields = map[connectors.System]map[connectors.Object][]string{
	connectors.Salesforce: {connectors.Task: {"TaskSubtype", "CallType", "CompletedDateTime"}, connectors.Opportunity: {"Amount"}},
	connectors.HubSpot: {
		connectors.Task: {"hs_task_completion_date"}, connectors.Opportunity: {"hs_is_closed", "hs_is_closed_won"},
		connectors.Meeting: {"hs_meeting_source", "hs_meeting_created_from_link_id"},
	},
}

// SalesObjects lists the kinds of record that sales activities can be read
// from in one CRM.
func SalesObjects(side Side) []connectors.Object {
	return append(activityObjects(side), connectors.Opportunity)
}

// SelectSales adds what sales activities of these kinds are read from.
func SelectSales(sel *connectors.Selection, side Side, objects []connectors.Object) {
	system := side.System()
	for _, o := range objects {
		for _, f := range salesFields[system][o] {
			if slices.Contains(sel.Fields[o], f) {
				continue
			}
			sel.Fields[o] = append(sel.Fields[o], f)
			if slices.Contains(optionalSalesFields[system][o], f) {
				if sel.Optional == nil {
					sel.Optional = map[connectors.Object][]string{}
				}
				sel.Optional[o] = append(sel.Optional[o], f)
			}
		}
	}
}

// ReadSalesActivity tells what a record says of sales. before is what was
// known of it, nil for nothing: the time of a change is when it was first seen.
func ReadSalesActivity(r connectors.Record, home connectors.Ref, before *SalesActivity) (a SalesActivity, ok bool) {
	if _, ok := salesFields[r.Ref.System][r.Ref.Object]; !ok || r.Deleted {
		return a, false
	}
	a = SalesActivity{Ref: r.Ref, Home: home, Kind: r.Ref.Object, Created: r.Created, Modified: r.Modified}
	if r.Created.IsZero() {
		a.Created = r.Modified
	}
	if before != nil {
		a.Key, a.Begun = before.Key, before.Begun
		if before.Done {
			a.At = before.At // when it was first seen done; a record that tells the time itself overwrites it
		}
	}
	read := vendorRecord(r)
	if r.Ref.System == connectors.Salesforce {
		a.readSalesforce(read)
	} else {
		a.readHubSpot(read)
	}
	if a.Kind == connectors.Task && a.Begun.IsZero() && (a.begun() || before != nil && before.Status != a.Status) {
		a.Begun = r.Modified
	}
	if a.Done && a.At.IsZero() {
		a.At = r.Modified
	}
	return a, true
}

// begun tells whether a task's status is known to be no first one.
func (a *SalesActivity) begun() bool {
	switch a.Status {
	case "In Progress", "Waiting on someone else", "Deferred", // Salesforce's own values
		"IN_PROGRESS", "WAITING", "DEFERRED":
		return true
	}
	return a.Done
}

// vendorRecord reads a record's properties, which HubSpot sends as text.
type vendorRecord connectors.Record

func (r vendorRecord) text(name string) string {
	v := r.Fields[name]
	if v.IsNull() {
		return ""
	}
	return Clip(strings.Join(strings.Fields(v.String()), " "), 255)
}

func (r vendorRecord) yes(name string) bool {
	v := r.Fields[name]
	return v.Kind() == connectors.Bool && v.Bool() || v.Kind() == connectors.Text && v.Text() == "true"
}

func (r vendorRecord) time(name string) time.Time {
	t, _ := ParseTime(r.Fields[name])
	return t
}

func (a *SalesActivity) readSalesforce(r vendorRecord) {
	a.Subject, a.OwnerID = r.text("Subject"), r.text("OwnerId")
	switch a.Ref.Object {
	case connectors.Task:
		a.Status, a.Done = r.text("Status"), r.yes("IsClosed")
		switch r.text("TaskSubtype") {
		case "Call":
			a.Kind = connectors.Call
		case "Email":
			a.Kind = connectors.Email
		case "ListEmail":
			a.Kind, a.Automated = connectors.Email, true
		}
		a.Inbound = r.text("CallType") == "Inbound"
		if done := r.time("CompletedDateTime"); a.Done && !done.IsZero() {
			a.At = done
		}
	case connectors.Meeting:
		a.At, a.Done = r.time("EndDateTime"), true
	case connectors.Opportunity:
		a.Subject, a.Status, a.Amount = r.text("Name"), r.text("StageName"), r.text("Amount")
		a.Done, a.Won = r.yes("IsClosed"), r.yes("IsWon")
	}
}

// selfBooked tells whether a meeting in HubSpot came of a scheduling page: it
// names the link, or has a page, public or embedded, as its source.
func (r vendorRecord) selfBooked() bool {
	switch r.text("hs_meeting_source") {
	case "MEETINGS_PUBLIC", "MEETINGS_EMBEDDED":
		return true
	}
	return r.text("hs_meeting_created_from_link_id") != ""
}

func (a *SalesActivity) readHubSpot(r vendorRecord) {
	a.OwnerID = r.text("hubspot_owner_id")
	switch a.Ref.Object {
	case connectors.Task:
		a.Subject, a.Status = r.text("hs_task_subject"), r.text("hs_task_status")
		a.Done = a.Status == "COMPLETED"
		if done := r.time("hs_task_completion_date"); a.Done && !done.IsZero() {
			a.At = done
		}
	case connectors.Meeting:
		a.Subject, a.Status, a.At = r.text("hs_meeting_title"), r.text("hs_meeting_outcome"), r.time("hs_meeting_end_time")
		a.Done = a.Status == "COMPLETED" || a.Status == ""
		a.SelfBooked = r.selfBooked()
		a.Cancelled = a.Status == "CANCELED" || a.Status == "NO_SHOW" || a.Status == "RESCHEDULED"
	case connectors.Call:
		a.Subject, a.Status, a.At = r.text("hs_call_title"), r.text("hs_call_status"), r.time("hs_timestamp")
		a.Done = a.Status == "COMPLETED" || a.Status == ""
		a.Inbound = r.text("hs_call_direction") == "INBOUND"
	case connectors.Email:
		direction := r.text("hs_email_direction")
		a.Subject, a.Status, a.At = r.text("hs_email_subject"), r.text("hs_email_status"), r.time("hs_timestamp")
		a.Inbound = direction == "INCOMING_EMAIL"
		a.Done = a.Inbound || direction == "EMAIL" && a.Status != "BOUNCED" && a.Status != "FAILED"
	case connectors.Opportunity:
		a.Subject, a.Status, a.Amount = r.text("dealname"), r.text("dealstage"), r.text("amount")
		a.Done, a.Won = r.yes("hs_is_closed"), r.yes("hs_is_closed_won")
	}
}

// OnceEach leaves out the activities that another sync has copied into the
// second CRM: of two of one kind in different CRMs, at about one time, with the
// same subject and not of two people, only Salesforce's stays.
func OnceEach(list []SalesActivity) []SalesActivity {
	taken, left := make([]bool, len(list)), make([]bool, len(list))
	list = slices.Clone(list)
	for i, a := range list {
		if a.Ref.System != connectors.HubSpot || a.Key != "" {
			continue
		}
		if original := mirrored(a, list, taken); original >= 0 {
			left[i] = true
			list[original].SelfBooked = list[original].SelfBooked || a.SelfBooked // only HubSpot says so
		}
	}
	var out []SalesActivity
	for i, a := range list {
		if !left[i] {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b SalesActivity) int { return a.At.Compare(b.At) })
	return out
}

// mirrored finds the original of a HubSpot activity, the nearest one, and marks
// it as taken; -1 if there is none.
func mirrored(a SalesActivity, list []SalesActivity, taken []bool) int {
	found, nearest := -1, time.Duration(0)
	for i, b := range list {
		if taken[i] || b.Ref.System != connectors.Salesforce || !a.copies(b) {
			continue
		}
		if gap := a.apart(b); found < 0 || gap < nearest {
			found, nearest = i, gap
		}
	}
	if found >= 0 {
		taken[found] = true
	}
	return found
}

// copies tells whether an activity in HubSpot may be one in Salesforce. Calls
// and e-mails may be tasks there.
func (a *SalesActivity) copies(b SalesActivity) bool {
	own := func(k connectors.Object) bool { return k == connectors.Meeting || k == connectors.Opportunity }
	if a.Done != b.Done || (own(a.Kind) || own(b.Kind)) && a.Kind != b.Kind || a.Owner != "" && b.Owner != "" && a.Owner != b.Owner {
		return false
	}
	limit := mirrorSlack
	switch {
	case a.Kind == connectors.Opportunity:
		limit = mirrorSlackDeal
	case a.Subject == "" || b.Subject == "":
		return a.apart(b) <= mirrorSlackBare
	}
	return a.apart(b) <= limit && sameSubject(a.Subject, b.Subject)
}

// mirrorSlackDeal is how much later a copy of an opportunity may be made.
const mirrorSlackDeal = 24 * time.Hour

// apart is how far apart in time two activities are: a copy may be closed, or
// started, later than the original.
func (a *SalesActivity) apart(b SalesActivity) time.Duration {
	if a.Kind == connectors.Opportunity || !a.Done {
		return a.Created.Sub(b.Created).Abs()
	}
	return a.At.Sub(b.At).Abs()
}
