package hubspot

import (
	"context"
	"net/http"
	"slices"

	"handoffd/connectors"
)

// refusedGroup is the empty property group that stands for "a unique property
// of this name was asked for here and refused". Nothing that HubSpot tells
// says which objects take unique properties, so one has to ask; the group lets
// the next setup know the answer without asking again. The name of the
// property stays free for the day on which the portal takes it.
func refusedGroup(property string) string { return "no_unique_" + property }

const noteText = "stays empty: it tells the next setup that the portal takes no unique property here"

// refusedBefore tells whether an earlier setup asked for the property.
func (p *provision) refusedBefore(ctx context.Context, property string) bool {
	names, refused := p.groups(ctx)
	if refused != nil {
		return false // the property itself is asked for, or listed as missing
	}
	return slices.Contains(names, refusedGroup(property))
}

// unique settles a unique property that could not be made. A scope that is
// missing can be granted and an outage ends, so only the portal's own no is
// remembered.
func (p *provision) unique(ctx context.Context, n connectors.FieldNeed, s *connectors.Step, refused *refusal) {
	s.State = connectors.StepManual
	s.What = "the portal refuses it (" + short(refused.Error) + "); a marker in the text is used instead"
	if refused.Class != connectors.Stop {
		s.Fix = "nothing: each create reads the company's " + p.plural + " first"
	}
	if refused.Status != http.StatusBadRequest {
		return
	}
	note := connectors.Step{
		Kind: stepGroup, Name: p.plural + "." + refusedGroup(n.Name), State: connectors.StepMissing, Optional: true,
		What: noteText,
	}
	settle(&note, p.c.define(ctx, "properties/groups", p.c.paths.properties(p.plural, "groups"),
		ownGroup(refusedGroup(n.Name), "handoffd: unique "+n.Name+" refused")))
	if note.State == connectors.StepFailed {
		note.What = "the next setup will ask again: " + note.What
	}
	p.add(note)
}
