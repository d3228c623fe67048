package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"handoffd/connectors/salesforce/sandbox/org"
)

const (
	// dailyEmails is the daily workflow e-mail allowance of a Developer
	// Edition org, as its limits resource shows.
	dailyEmails = 8040
	// The bounds of a custom notification (Salesforce Help, "Considerations
	// for Custom Notifications").
	maxTitle, maxNotificationBody, maxRecipients = 250, 750, 500
	// maxEmailAddresses is the most recipients of emailSimple together, from
	// version 64.0 on; 5 before (Actions Developer Guide, "Email Simple").
	maxEmailAddresses, maxEmailAddressesOld = 150, 5
)

// SentAlert is an e-mail or notification that an action sent.
type SentAlert struct {
	Action     string    `json:"action"` // emailSimple or customNotificationAction
	At         time.Time `json:"at"`
	Recipients []string  `json:"recipients"`
	Title      string    `json:"title"` // the subject of an e-mail
	Body       string    `json:"body"`
	TargetID   string    `json:"target_id,omitempty"`
	TypeID     string    `json:"type_id,omitempty"`
	SenderID   string    `json:"sender_id"`
}

// Alerts lists what the actions have sent, oldest first.
func (s *Server) Alerts() []SentAlert {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]SentAlert{}, s.alerts...)
}

func (s *Server) emailsToday() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	since := s.clock.Now().Add(-24 * time.Hour)
	for _, a := range s.alerts {
		if a.Action == "emailSimple" && a.At.After(since) {
			n += len(a.Recipients)
		}
	}
	return min(n, dailyEmails)
}

// actionResult is one entry of the array that an action answers.
type actionResult struct {
	Name    string         `json:"actionName"`
	Errors  []rowFault     `json:"errors"`
	Success bool           `json:"isSuccess"`
	Outputs map[string]any `json:"outputValues"`
}

// actions serves /actions.
func (c *call) actions() reply {
	at := c.root() + "/actions"
	if len(c.segments) == 1 {
		return c.get(func() reply {
			return answer(http.StatusOK, map[string]string{"standard": at + "/standard", "custom": at + "/custom"})
		})
	}
	if c.segments[1] != "standard" || len(c.segments) > 3 {
		return notFound()
	}
	if len(c.segments) == 2 {
		return c.get(c.listActions)
	}
	run := map[string]func(object) (SentAlert, *org.Error){"emailSimple": c.emailSimple, "customNotificationAction": c.customNotification}[c.segments[2]]
	switch {
	case run == nil:
		return notFound()
	case c.method == http.MethodGet:
		return answer(http.StatusOK, map[string]any{"name": c.segments[2], "standard": true, "type": strings.ToUpper(c.segments[2]), "inputs": []any{}, "outputs": []any{}})
	case c.method != http.MethodPost:
		return notAllowed(c.method, "GET,HEAD,POST")
	}
	return c.runAction(c.segments[2], run)
}

func (c *call) listActions() reply {
	type entry struct {
		Label string `json:"label"`
		Name  string `json:"name"`
		Type  string `json:"type"`
		URL   string `json:"url"`
	}
	at := c.root() + "/actions/standard/"
	return answer(http.StatusOK, map[string][]entry{"actions": {
		{"Send Email", "emailSimple", "EMAILSIMPLE", at + "emailSimple"},
		{"Send Custom Notification", "customNotificationAction", "CUSTOMNOTIFICATIONACTION", at + "customNotificationAction"},
	}})
}

// runAction runs an action for every input. One failure makes the answer a
// 400, though the other inputs were carried out.
func (c *call) runAction(name string, run func(object) (SentAlert, *org.Error)) reply {
	body, bad := c.bodyObject()
	if bad != nil {
		return *bad
	}
	inputs := body.list("inputs")
	if len(inputs) == 0 {
		return refused(http.StatusBadRequest, "INVALID_INPUT", "inputs must hold at least one entry")
	}
	status, results := http.StatusOK, []actionResult{}
	for _, v := range inputs {
		in, _ := v.(object)
		alert, err := run(in)
		if err != nil {
			status = http.StatusBadRequest
			results = append(results, actionResult{Name: name, Errors: []rowFault{newRowFault(err)}})
			continue
		}
		alert.Action, alert.At, alert.SenderID = name, c.s.clock.Now(), c.session.user.String()
		c.s.mu.Lock()
		c.s.alerts = append(c.s.alerts, alert)
		c.s.mu.Unlock()
		results = append(results, actionResult{Name: name, Success: true})
	}
	return answer(status, results)
}

func missing(names ...string) *org.Error {
	return &org.Error{Code: "REQUIRED_FIELD_MISSING", Message: "Missing required input parameter: " + strings.Join(names, ", "), Fields: names}
}

func (c *call) emailSimple(in object) (SentAlert, *org.Error) {
	var to []string
	for _, a := range append(strings.Split(in.text("emailAddresses"), ","), texts(in.list("emailAddressesArray"))...) {
		if a = strings.TrimSpace(a); a != "" {
			to = append(to, a)
		}
	}
	if id := in.text("recipientId"); id != "" {
		address, err := c.address(id)
		if err != nil {
			return SentAlert{}, err
		}
		to = append(to, address)
	}
	limit := maxEmailAddressesOld
	if c.version >= "64.0" {
		limit = maxEmailAddresses
	}
	switch {
	case len(to) == 0:
		return SentAlert{}, missing("emailAddresses")
	case in.text("emailSubject") == "":
		return SentAlert{}, missing("emailSubject")
	case in.text("emailBody") == "":
		return SentAlert{}, missing("emailBody")
	case len(to) > limit:
		return SentAlert{}, &org.Error{Code: "LIMIT_EXCEEDED", Message: fmt.Sprintf("You can specify at most %d recipients", limit)}
	case c.s.emailsToday()+len(to) > dailyEmails:
		return SentAlert{}, &org.Error{Code: "LIMIT_EXCEEDED", Message: "The daily limit for workflow emails is reached"}
	}
	for _, a := range to {
		if !org.ValidEmail(a) {
			return SentAlert{}, &org.Error{Code: "INVALID_EMAIL_ADDRESS", Message: "Invalid email address: " + a, Fields: []string{"emailAddresses"}}
		}
	}
	if s := in.text("senderType"); s != "" && !slices.Contains([]string{"CurrentUser", "DefaultWorkflowUser", "OrgWideEmailAddress"}, s) {
		return SentAlert{}, &org.Error{Code: "INVALID_INPUT", Message: "Invalid senderType: " + s}
	}
	return SentAlert{Recipients: to, Title: in.text("emailSubject"), Body: in.text("emailBody"), TargetID: in.text("relatedRecordId")}, nil
}

// address is the e-mail address of a user, contact or lead.
func (c *call) address(id string) (string, *org.Error) {
	parsed, ok := org.ParseID(id)
	row := c.s.org.Row(parsed)
	if !ok || row == nil || row.Deleted() || c.s.org.ObjectOf(parsed).Field("Email") == nil {
		return "", &org.Error{Code: "INVALID_ID_FIELD", Message: "Invalid recipientId: " + id, Fields: []string{"recipientId"}}
	}
	return c.s.org.Value(row, c.s.org.ObjectOf(parsed).Field("Email")).Text(), nil
}

func (c *call) customNotification(in object) (SentAlert, *org.Error) {
	bad := func(name, why string) (SentAlert, *org.Error) {
		return SentAlert{}, &org.Error{Code: "INVALID_INPUT", Message: why, Fields: []string{name}}
	}
	to, title, body := texts(in.list("recipientIds")), in.text("title"), in.text("body")
	switch {
	case in.text("customNotifTypeId") == "":
		return SentAlert{}, missing("customNotifTypeId")
	case len(to) == 0:
		return SentAlert{}, missing("recipientIds")
	case title == "" || body == "":
		return SentAlert{}, missing("title", "body")
	case in.text("targetId") == "" && in.text("targetPageRef") == "":
		return SentAlert{}, missing("targetId")
	case !c.exists(in.text("customNotifTypeId"), "CustomNotificationType"):
		return bad("customNotifTypeId", "Custom notification type not found: "+in.text("customNotifTypeId"))
	case length(title) > maxTitle:
		return bad("title", "The title can't exceed 250 characters")
	case length(body) > maxNotificationBody:
		return bad("body", "The body can't exceed 750 characters")
	case len(to) > maxRecipients:
		return bad("recipientIds", "You can specify at most 500 recipients")
	case in.text("targetId") != "" && !c.exists(in.text("targetId")):
		return bad("targetId", "Invalid target record id: "+in.text("targetId"))
	}
	for _, id := range to {
		if !c.exists(id, "User", "Group", "Account", "Opportunity") {
			return bad("recipientIds", "Invalid recipient id: "+id)
		}
	}
	return SentAlert{Recipients: to, Title: title, Body: body, TargetID: in.text("targetId"), TypeID: in.text("customNotifTypeId")}, nil
}

func length(s string) int { return len(utf16.Encode([]rune(s))) }

// exists tells whether an id belongs to a live row of one of the objects, of
// any object if none is named.
func (c *call) exists(id string, objects ...string) bool {
	parsed, ok := org.ParseID(id)
	if !ok {
		return false
	}
	row := c.s.org.Row(parsed)
	return row != nil && !row.Deleted() && (len(objects) == 0 || slices.Contains(objects, c.s.org.ObjectOf(parsed).Name))
}
