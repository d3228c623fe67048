package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

var (
	_ connectors.Provisioner = (*Client)(nil)
	_ connectors.Inspector   = (*Client)(nil)
)

// The kinds of step.
const (
	stepField        = "field"
	stepSet          = "permission set"
	stepPermission   = "field permission"
	stepAssignment   = "assignment"
	stepNotification = "notification type"
)

// provision is one comparison of a config's needs with the org.
type provision struct {
	c     *Client
	needs connectors.Needs
	apply bool
	steps []connectors.Step

	described map[connectors.Object]*description
	// custom holds the org's custom fields, "account.mqa__c", those that
	// field-level security hides from us as well; blind says why they could
	// not be listed.
	custom map[string]bool
	blind  error
	access access
	failed map[string]bool // fields that could not be made
}

// Provision compares the needs with the org and, if apply is set, makes custom
// fields over the Tooling API and lets a permission set "handoffd" grant them:
// a new field is hidden from everybody, its maker included, until one does
// (Tooling API Developer Guide, "CustomField"; Object Reference,
// "FieldPermissions"). It takes the permissions Customize Application and
// Manage Profiles and Permission Sets.
func (c *Client) Provision(ctx context.Context, needs connectors.Needs, apply bool) ([]connectors.Step, error) {
	p := &provision{c: c, needs: needs, apply: apply, described: map[connectors.Object]*description{}, failed: map[string]bool{}}
	for _, n := range needs.Fields {
		if p.described[n.Object] != nil {
			continue
		}
		d, err := c.describe(ctx, sobject(n.Object), 0, transport.PriorityReport)
		if err != nil {
			return nil, fmt.Errorf("looking at the fields of %s: %w", sobject(n.Object), err)
		}
		p.described[n.Object] = d
	}
	p.custom, p.blind = c.customFields(ctx)
	for _, n := range needs.Fields {
		p.field(ctx, n)
	}
	if err := p.permissions(ctx); err != nil {
		return nil, err
	}
	p.notification(ctx)
	return p.steps, nil
}

// customFields lists the org's own custom fields of the objects that we deal
// with; those of installed packages carry a prefix and are told apart by it.
func (c *Client) customFields(ctx context.Context) (map[string]bool, error) {
	rows, err := c.tooling(ctx, query{
		fields: []string{"DeveloperName", "NamespacePrefix", "TableEnumOrId"}, from: "CustomField",
		where: []string{in("TableEnumOrId", []string{"Account", "Contact", "Activity"})},
	})
	if err != nil {
		return nil, err
	}
	found := make(map[string]bool, len(rows))
	for _, row := range rows {
		name := textAt(row, "DeveloperName", kindText) + "__c"
		if prefix := textAt(row, "NamespacePrefix", kindText); prefix != "" {
			name = prefix + "__" + name
		}
		found[strings.ToLower(textAt(row, "TableEnumOrId", kindText)+"."+name)] = true
	}
	return found, nil
}

// tooling runs a query on the Tooling API to its last page.
func (c *Client) tooling(ctx context.Context, q query) ([]map[string]json.RawMessage, error) {
	path := strings.Replace(c.queryPath(q, false), c.data("/query"), c.data("/tooling/query"), 1)
	return c.follow(ctx, path, transport.PriorityReport)
}

func (p *provision) add(s connectors.Step) {
	s.System = connectors.Salesforce
	p.steps = append(p.steps, s)
}

func fieldName(n connectors.FieldNeed) string { return ownerOf(n.Object) + "." + n.Name }

func (p *provision) visible(n connectors.FieldNeed) *fieldDescription {
	return p.described[n.Object].field(n.Name)
}

// field looks for one field and makes it.
func (p *provision) field(ctx context.Context, n connectors.FieldNeed) {
	s := connectors.Step{Kind: stepField, Name: fieldName(n), State: connectors.StepPresent, Optional: n.Optional}
	m := metadataOf(n)
	s.What = m.summary()
	switch {
	case p.visible(n) != nil:
		s.What = p.visible(n).Type
	case !isCustom(n.Name):
		s.State, s.What = connectors.StepManual, "Salesforce has no such field, or hides it from this user"
		s.Fix = "correct the name in the mapping, or grant the field in a permission set"
	case p.custom[strings.ToLower(fieldName(n))]:
		s.What = "hidden from this user"
	default:
		s.State = connectors.StepMissing
		if p.blind != nil {
			s.What += "; missing, or hidden from this user (custom fields cannot be listed: " + short(p.blind) + ")"
		}
		if p.apply {
			p.makeField(ctx, n, m, &s)
		}
	}
	p.failed[s.Name] = s.State == connectors.StepFailed || s.State == connectors.StepManual
	p.add(s)
}

func (p *provision) makeField(ctx context.Context, n connectors.FieldNeed, m fieldMetadata, s *connectors.Step) {
	err := p.c.create(ctx, "tooling/sobjects/CustomField", map[string]any{"FullName": fieldName(n), "Metadata": m})
	if hasCode(err, "DUPLICATE_DEVELOPER_NAME") {
		s.State, s.What = connectors.StepPresent, "hidden from this user"
		return
	}
	settle(s, err, "sign in as somebody with Customize Application, or have an admin deploy the export")
}

// settle notes how an attempt to make something ended. fix is what helps
// against a lack of rights.
func settle(s *connectors.Step, err error, fix string) {
	if err == nil {
		s.State = connectors.StepMade
		return
	}
	s.State, s.What, s.Fix = connectors.StepFailed, short(err), fix
	var e *connectors.Error
	switch {
	case uncertain(err):
		s.Fix = "it may have been made all the same: run setup again"
	case errors.As(err, &e) && e.Class != connectors.Stop && e.Class != connectors.Gone && !strings.HasPrefix(e.Code, "INSUFFICIENT"):
		s.Fix = "" // the message says it; our own words are for records
	}
}

// create makes one row or piece of metadata.
func (c *Client) create(ctx context.Context, resource string, row any) error {
	body, err := json.Marshal(row)
	if err != nil {
		return fmt.Errorf("writing %s: %w", resource, err)
	}
	_, err = c.send(ctx, request{
		endpoint: resource, method: http.MethodPost, path: c.data("/" + resource), body: body, priority: transport.PriorityReport,
	})
	return err
}

func hasCode(err error, code string) bool {
	var e *connectors.Error
	return errors.As(err, &e) && e.Code == code
}

// short is the vendor's own word on a failure.
func short(err error) string {
	var e *connectors.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	switch {
	case e.Code != "" && e.Message != "":
		return e.Code + ": " + e.Message
	case e.Message != "":
		return e.Message
	default:
		return err.Error()
	}
}

// summary shows a definition to a person.
func (m *fieldMetadata) summary() string {
	switch {
	case m.Length > 0 && m.Unique != nil && *m.Unique:
		return fmt.Sprintf("%s(%d), unique, case sensitive, external id", m.Type, m.Length)
	case m.Length > 0:
		return fmt.Sprintf("%s(%d)", m.Type, m.Length)
	case m.Precision > 0:
		return fmt.Sprintf("%s(%d,%d)", m.Type, m.Precision, *m.Scale)
	case m.ReferenceTo != "":
		return fmt.Sprintf("%s(%s)", m.Type, m.ReferenceTo)
	case m.ValueSet != nil:
		return fmt.Sprintf("%s, %d values, unrestricted", m.Type, len(m.ValueSet.Definition.Values))
	default:
		return m.Type
	}
}
