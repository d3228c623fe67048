package salesforce

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// The limits of a custom notification (Salesforce Help, "Considerations for
// Custom Notifications"). A longer alert goes another way: it is never cut.
const (
	notificationTitleMost = 250
	notificationBodyMost  = 750
)

type notificationType struct{ once[string] }

// Alert tells a person by the best way that the org allows: a notification in
// the app, an e-mail, or a task. The first two have no key; the caller keeps
// the ledger. An e-mail that was taken is not yet delivered: Salesforce drops
// mail from domains that the org has not verified, and tells nobody.
func (c *Client) Alert(ctx context.Context, a connectors.Alert) connectors.Result {
	ways := []func(context.Context, connectors.Alert) (connectors.Result, bool){c.notifyInApp, c.mail, c.taskAlert}
	last := connectors.Result{Key: a.Key, Outcome: connectors.Failed, Err: &connectors.Error{
		System: connectors.Salesforce, Class: connectors.ParkRecord, Message: "the alert has no recipient in Salesforce",
		Fix: "give the manager a user or an e-mail address",
	}}
	for i, way := range ways {
		r, open := way(ctx, a)
		if !open {
			continue
		}
		r.Key = a.Key
		if i == 0 && r.Outcome == connectors.Done && a.Mail {
			c.alsoMail(ctx, a)
		}
		if r.Outcome != connectors.Failed || !closedForGood(r.Err) {
			return r
		}
		c.log.Warn("alert refused, trying another way", "account", a.Account.ID, "error", r.Err.Error())
		last = r
	}
	return last
}

// alsoMail sends the e-mail that goes beside a notification. The person has
// been told: a mail that does not go is logged, and nothing is repeated for it.
func (c *Client) alsoMail(ctx context.Context, a connectors.Alert) {
	if r, open := c.mail(ctx, a); open && r.Outcome != connectors.Done {
		c.log.Warn("the e-mail beside a notification was not sent", "account", a.Account.ID, "error", r.Err.Error())
	}
}

// closedForGood: another try on the same way is pointless.
func closedForGood(err error) bool {
	switch connectors.ClassOf(err) {
	case connectors.Stop, connectors.ParkRecord, connectors.ParkField, connectors.Gone:
		return true
	default:
		return false
	}
}

// notifyInApp sends a custom notification. Not open where none is configured,
// the recipient is no user, or the text does not fit.
func (c *Client) notifyInApp(ctx context.Context, a connectors.Alert) (connectors.Result, bool) {
	if c.cfg.NotificationType == "" || a.UserID == "" || a.Account.ID == "" ||
		characters(a.Title) > notificationTitleMost || characters(a.Body) > notificationBodyMost {
		return connectors.Result{}, false
	}
	id, err := c.notificationType(ctx)
	if err != nil {
		return connectors.Result{Outcome: connectors.Failed, Err: err}, true
	}
	return c.act(ctx, "customNotificationAction", map[string]any{
		"customNotifTypeId": id, "recipientIds": []string{a.UserID}, "title": a.Title, "body": a.Body, "targetId": a.Account.ID,
	}), true
}

func (c *Client) notificationType(ctx context.Context) (string, error) {
	return c.notify.get(func() (string, error) {
		rows, err := c.follow(ctx, c.queryPath(query{
			fields: []string{fieldID}, from: "CustomNotificationType",
			where: []string{"DeveloperName = " + quote(c.cfg.NotificationType)},
		}, false), transport.PriorityAlert)
		if err != nil {
			return "", err
		}
		if len(rows) == 0 {
			return "", &connectors.Error{
				System: connectors.Salesforce, Class: connectors.Stop, Code: "NO_NOTIFICATION_TYPE",
				Message: "the org has no custom notification type " + c.cfg.NotificationType,
				Fix:     "create it in Setup, Custom Notifications, or correct notification_type",
			}
		}
		return textAt(rows[0], fieldID, kindID), nil
	})
}

// mail sends by the emailSimple action (Actions Developer Guide).
func (c *Client) mail(ctx context.Context, a connectors.Alert) (connectors.Result, bool) {
	if a.Email == "" {
		return connectors.Result{}, false
	}
	return c.act(ctx, "emailSimple", map[string]any{
		"emailAddresses": a.Email, "emailSubject": a.Title, "emailBody": a.Body, "senderType": "CurrentUser",
	}), true
}

// taskAlert makes a task for the recipient, which at least cannot get lost.
func (c *Client) taskAlert(ctx context.Context, a connectors.Alert) (connectors.Result, bool) {
	if a.UserID == "" || a.Account.ID == "" {
		return connectors.Result{}, false
	}
	return c.Write(ctx, []connectors.Write{{
		Key: a.Key, Op: connectors.CreateTask, Ref: a.Account,
		Activity: &connectors.Activity{Subject: a.Title, Text: a.Body, OwnerID: a.UserID, Due: a.Due, High: true},
	}})[0], true
}

// act runs an invocable action for one input. The reply tells per input
// whether it worked, whatever the HTTP status.
func (c *Client) act(ctx context.Context, action string, input map[string]any) connectors.Result {
	body, err := json.Marshal(map[string]any{"inputs": []any{input}})
	if err != nil {
		return connectors.Result{Outcome: connectors.Failed, Err: fmt.Errorf("writing alert: %w", err)}
	}
	got, err := c.send(ctx, request{
		endpoint: "actions/" + action, method: http.MethodPost, path: c.data("/actions/standard/" + action), body: body,
		priority: transport.PriorityAlert,
	})
	if err != nil {
		outcome := connectors.Failed
		if uncertain(err) {
			outcome = connectors.Unsure
		}
		return connectors.Result{Outcome: outcome, Err: err}
	}
	var answers []struct {
		Success bool          `json:"isSuccess"`
		Errors  []vendorError `json:"errors"`
	}
	if err := decode(got.body, &answers); err != nil || len(answers) != 1 {
		return connectors.Result{Outcome: connectors.Unsure, Err: &connectors.Error{
			System: connectors.Salesforce, Class: connectors.UnknownOutcome, Message: "the action's reply has an unexpected shape",
		}}
	}
	if answers[0].Success {
		return connectors.Result{Outcome: connectors.Done}
	}
	if len(answers[0].Errors) == 0 {
		return connectors.Result{Outcome: connectors.Failed, Err: &connectors.Error{
			System: connectors.Salesforce, Class: connectors.ParkRecord, Message: action + " did not work and gave no reason",
		}}
	}
	return connectors.Result{Outcome: connectors.Failed, Err: explain(answers[0].Errors[0], c.now())}
}
