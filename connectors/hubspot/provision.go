package hubspot

import (
	"context"
	"net/http"
	"slices"
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
	stepGroup    = "property group"
	stepProperty = "property"
)

// Provision compares the needs with the portal and, if apply is set, makes the
// property group and the properties. It takes the scope
// crm.schemas.<object>.write.
func (c *Client) Provision(ctx context.Context, needs connectors.Needs, apply bool) ([]connectors.Step, error) {
	var steps []connectors.Step
	for _, o := range objectsOf(needs) {
		k, _ := kindOf(o)
		p := &provision{c: c, kind: k, apply: apply}
		if refused := p.look(ctx); refused != nil {
			return nil, refused.of(k).Error
		}
		for _, n := range needs.Fields {
			if n.Object == o {
				p.property(ctx, n)
			}
		}
		steps = append(steps, p.steps...)
	}
	return steps, nil
}

func objectsOf(needs connectors.Needs) []connectors.Object {
	var out []connectors.Object
	for _, n := range needs.Fields {
		if _, known := kindOf(n.Object); known && !slices.Contains(out, n.Object) {
			out = append(out, n.Object)
		}
	}
	return out
}

// provision is the comparison of one object.
type provision struct {
	c *Client
	kind
	apply bool
	have  map[string]definition
	// grouped: the group's step is among the steps; group is the group that
	// new properties go into, "" if it could not be made.
	grouped bool
	group   string
	steps   []connectors.Step
}

// look reads the properties as they are defined.
func (p *provision) look(ctx context.Context) *refusal {
	var reply struct {
		Results []definition `json:"results"`
	}
	if refused := p.c.get(ctx, "properties/"+p.plural, transport.PriorityReport, p.c.paths.properties(p.plural), &reply); refused != nil {
		return refused
	}
	p.have = make(map[string]definition, len(reply.Results))
	for _, d := range reply.Results {
		p.have[d.Name] = d
	}
	return nil
}

func (p *provision) add(s connectors.Step) {
	s.System = connectors.HubSpot
	p.steps = append(p.steps, s)
}

// standard tells whether only HubSpot itself, or another integration of it,
// makes a property of this name.
func standard(name string) bool {
	return strings.HasPrefix(name, "hs_") || strings.HasPrefix(name, "hubspot_") || strings.HasPrefix(name, "salesforce")
}

// property looks for one property and makes it.
func (p *provision) property(ctx context.Context, n connectors.FieldNeed) {
	d := definitionOf(n, groupName)
	s := connectors.Step{Kind: stepProperty, Name: p.plural + "." + n.Name, State: connectors.StepMissing, What: d.summary(), Optional: n.Optional}
	have, there := p.have[n.Name]
	s.Builtin = have.HubSpotDefined || standard(n.Name)
	switch {
	case there && n.Unique && !have.HasUniqueValue:
		s.State, s.What = connectors.StepDiffers, "the property is there, but its values need not be unique"
		s.Fix = "HubSpot cannot change that: name another property in task_key_property"
	case there:
		s.State, s.What = connectors.StepPresent, have.Type+"/"+have.FieldType
	case n.Unique && n.Optional && p.refusedBefore(ctx, n.Name):
		s.State, s.What = connectors.StepManual, "the portal refused a unique property here before; a marker in the text is used instead"
		s.Fix = "nothing: each create reads the company's " + p.plural + " first. To let setup ask again, delete the property group " + refusedGroup(n.Name)
	case standard(n.Name):
		s.State, s.What, s.Fix = connectors.StepManual, "HubSpot's own property, which this portal does not have", fixStandard(n.Name)
	case !p.apply:
		p.needGroup(ctx, n)
	default:
		p.needGroup(ctx, n)
		p.make(ctx, n, &s)
	}
	if n.Unique && s.State == connectors.StepMissing {
		s.What += "; portals may refuse it on " + p.plural + ", then a marker in the text is used"
	}
	p.add(s)
}

func fixStandard(name string) string {
	if strings.HasPrefix(name, "salesforce") {
		return "connect HubSpot's Salesforce integration, which brings it, or leave the rule out"
	}
	return "correct the name in the mapping"
}

// needGroup makes the group before the first property that needs it. The key
// of tasks and notes, which many portals refuse, goes into the group that the
// object has, so that a refusal leaves nothing behind.
func (p *provision) needGroup(ctx context.Context, n connectors.FieldNeed) {
	if n.Unique && n.Optional {
		if p.group == "" {
			p.group = p.have[propTimestamp].GroupName
		}
		return
	}
	if p.grouped {
		return
	}
	p.grouped, p.group = true, groupName
	s := connectors.Step{Kind: stepGroup, Name: p.plural + "." + groupName, State: connectors.StepMissing, What: "holds the properties"}
	have, refused := p.groups(ctx)
	if refused != nil {
		s.State, s.What, s.Fix, p.group = connectors.StepFailed, short(refused.Error), refused.Fix, ""
		p.add(s)
		return
	}
	if slices.Contains(have, groupName) {
		s.State = connectors.StepPresent
	} else if p.apply {
		refused := p.c.define(ctx, "properties/groups", p.c.paths.properties(p.plural, "groups"), ownGroup(groupName, groupName))
		if settle(&s, refused); s.State == connectors.StepFailed {
			p.group = ""
		}
	}
	p.add(s)
}

func (p *provision) make(ctx context.Context, n connectors.FieldNeed, s *connectors.Step) {
	if p.group == "" {
		s.State, s.What = connectors.StepFailed, "waits for the property group"
		return
	}
	refused := p.c.define(ctx, "properties/"+p.plural, p.c.paths.properties(p.plural), definitionOf(n, p.group))
	settle(s, refused)
	if n.Unique && n.Optional && s.State == connectors.StepFailed {
		p.unique(ctx, n, s, refused)
	}
}

// groups lists the names of the object's property groups.
func (p *provision) groups(ctx context.Context) ([]string, *refusal) {
	var have struct {
		Results []group `json:"results"`
	}
	if refused := p.c.get(ctx, "properties/groups", transport.PriorityReport, p.c.paths.properties(p.plural, "groups"), &have); refused != nil {
		return nil, refused
	}
	var names []string
	for _, g := range have.Results {
		names = append(names, g.Name)
	}
	return names, nil
}

// define makes a definition, once: a second one of the name would be refused.
func (c *Client) define(ctx context.Context, endpoint, path string, body any) *refusal {
	return c.do(ctx, request{
		Call:   transport.Call{Endpoint: endpoint, Priority: transport.PriorityReport},
		method: http.MethodPost, path: path, body: body, into: &struct{}{},
	}).unknownPath()
}

// settle notes how an attempt to make something ended. Somebody else may have
// made it in between.
func settle(s *connectors.Step, refused *refusal) {
	switch {
	case refused == nil:
		s.State = connectors.StepMade
	case refused.Status == http.StatusConflict:
		s.State = connectors.StepPresent
	default:
		s.State, s.What, s.Fix = connectors.StepFailed, short(refused.Error), refused.Fix
		if refused.Class == connectors.UnknownOutcome {
			s.Fix = "it may have been made all the same: run setup again"
		}
	}
}

// short is HubSpot's own word on a failure.
func short(e *connectors.Error) string {
	switch {
	case e.Code != "" && e.Message != "":
		return e.Code + ": " + e.Message
	case e.Message != "":
		return e.Message
	default:
		return e.Error()
	}
}
