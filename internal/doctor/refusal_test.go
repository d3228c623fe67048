package doctor_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/doctor"
)

// refusing is a connector that fails at one question.
type refusing struct {
	connectors.Connector
	inspector connectors.Inspector
	question  string
	err       error
}

func (c refusing) fails(question string) error {
	if c.question == question {
		return c.err
	}
	return nil
}

func (c refusing) Identify(ctx context.Context) (connectors.Identity, error) {
	if err := c.fails("identify"); err != nil {
		return connectors.Identity{}, err
	}
	id, err := c.Connector.Identify(ctx)
	if c.question == "zone" {
		id.TimeZone = "Mars/Olympus"
	}
	return id, err
}

func (c refusing) Describe(ctx context.Context, o connectors.Object) (connectors.Schema, error) {
	if err := c.fails("describe"); err != nil {
		return connectors.Schema{}, err
	}
	return c.Connector.Describe(ctx, o)
}

func (c refusing) Read(ctx context.Context, r []connectors.ReadRequest) ([]connectors.Page, error) {
	if err := c.fails("read"); err != nil {
		return nil, err
	}
	return c.Connector.Read(ctx, r)
}

func (c refusing) Users(ctx context.Context) ([]connectors.User, error) {
	if err := c.fails("users"); err != nil {
		return nil, err
	}
	return c.Connector.Users(ctx)
}

func (c refusing) Rights(ctx context.Context) ([]connectors.Right, error) {
	if c.question == "right" {
		return []connectors.Right{{What: "edit accounts"}, {What: "alerts", Optional: true}}, nil
	}
	if err := c.fails("rights"); err != nil {
		return nil, err
	}
	return c.inspector.Rights(ctx)
}

func (c refusing) Automations(ctx context.Context, o connectors.Object, fields []string) ([]connectors.Automation, error) {
	if c.question == "automation" {
		return []connectors.Automation{{Kind: "flow", Name: "F", Fields: fields[:1]}, {Kind: "flow", Name: "G"}}, nil
	}
	if err := c.fails("automations"); err != nil {
		return nil, err
	}
	return c.inspector.Automations(ctx, o, fields)
}

// Whatever question a CRM refuses, and however, doctor says what helps: the
// rig demands a fix of every line that is not ok. The rest is still examined.
func TestEveryRefusalHasAFix(t *testing.T) {
	t.Parallel()
	r := newRig(t).people().fields()
	config := r.config()
	refusals := []error{errors.New("connection reset")}
	for _, class := range []connectors.Class{
		connectors.Retry, connectors.Reauth, connectors.ParkRecord, connectors.ParkField, connectors.SplitBatch, connectors.Gone, connectors.Narrow,
		connectors.Restart, connectors.Stop, connectors.UnknownOutcome, "",
	} {
		refusals = append(refusals, &connectors.Error{System: connectors.Salesforce, Class: class, Code: "X"})
	}
	refusals = append(refusals, &connectors.Error{System: connectors.HubSpot, Class: connectors.Retry, RetryAt: start.Add(time.Hour)})
	for _, question := range []string{"identify", "describe", "read", "users", "rights", "automations", "zone", "right", "automation"} {
		for i, err := range refusals {
			if i > 1 && question != "users" {
				continue // how a refusal is worded is the same for every question
			}
			for at := range connectors.Systems() {
				clients := r.connect(config)
				clients[at] = refusing{Connector: clients[at], inspector: clients[at].(connectors.Inspector), question: question, err: err}
				report := r.examineBy(config, clients)
				told := report.Count(doctor.Warn)+report.Count(doctor.Fail) > 0 ||
					strings.Contains(strings.Join(report.Notes, "\n"), "not all visible")
				if !told || report.Count(doctor.OK) < 15 {
					t.Errorf("%s of %s, %v: %d ok, %d warn, %d fail", question, clients[at].System(), err, report.Count(doctor.OK), report.Count(doctor.Warn), report.Count(doctor.Fail))
				}
			}
		}
	}
}

// A CRM's automations that name what handoffd writes are listed one by one;
// the others are only counted.
func TestAutomationsListed(t *testing.T) {
	t.Parallel()
	r := newRig(t).people().fields()
	config := r.config()
	clients := r.connect(config)
	clients[0] = refusing{Connector: clients[0], inspector: clients[0].(connectors.Inspector), question: "automation"}
	listed := map[string]doctor.Status{}
	for _, f := range r.examineBy(config, clients).Findings {
		listed[f.Where] = f.Status
	}
	if listed["salesforce flow F"] != doctor.Warn || listed["salesforce flow G"] != "" || listed["salesforce automations"] != doctor.OK {
		t.Errorf("F %q, G %q, automations %q", listed["salesforce flow F"], listed["salesforce flow G"], listed["salesforce automations"])
	}
}

// ruled is a connector whose CRM has rules for values, or hides them.
type ruled struct {
	connectors.Connector
	err error
}

func (c ruled) Rules(context.Context, connectors.Object, []string) ([]connectors.FieldRule, error) {
	return []connectors.FieldRule{{Field: "mqa_status", Rule: "MIN_LENGTH 30"}}, c.err
}

// What an admin demands of the values that handoffd writes is told.
func TestRules(t *testing.T) {
	t.Parallel()
	r := newRig(t).people().fields()
	config := r.config()
	clients := r.connect(config)
	clients[1] = ruled{Connector: clients[1]}
	if got := found(r.examineBy(config, clients), "hubspot companies.mqa_status"); !strings.Contains(got, "warn a rule is checked at every write: MIN_LENGTH 30; a value that breaks it is parked") {
		t.Error(got)
	}
	clients[1] = ruled{Connector: clients[1], err: errors.New("hidden")}
	if notes := strings.Join(r.examineBy(config, clients).Notes, "\n"); !strings.Contains(notes, "hubspot rules for the values of fields cannot be looked at (hidden)") {
		t.Error(notes)
	}
}
