package sandbox

import (
	"strconv"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// listLabels is GET associations/{from}/{to}/labels.
func (s *Server) listLabels(c *call) (reply, error) {
	from, to, err := s.ends(c, 0, 1)
	if err != nil {
		return reply{}, err
	}
	return ok(collection{Results: kindsOut(s.portal.AssociationKinds(from, to))})
}

func kindsOut(kinds []portal.AssociationKind) []labelledType {
	out := make([]labelledType, len(kinds))
	for i, k := range kinds {
		out[i] = labelledType{Category: k.Category, TypeID: k.ID}
		if k.Label != "" {
			out[i].Label = &k.Label
		}
	}
	return out
}

// createLabel is POST associations/{from}/{to}/labels.
func (s *Server) createLabel(c *call) (reply, error) {
	from, to, err := s.ends(c, 0, 1)
	if err != nil {
		return reply{}, err
	}
	var body struct {
		Name, Label, InverseLabel text
	}
	if err := c.decode(&body, "label", "name"); err != nil {
		return reply{}, err
	}
	kinds, err := s.portal.NewLabel(from, to, body.Name.val, body.Label.val, body.InverseLabel.val)
	if err != nil {
		return reply{}, err
	}
	return ok(collection{Results: kindsOut(kinds)})
}

// updateLabel is PUT associations/{from}/{to}/labels.
func (s *Server) updateLabel(c *call) (reply, error) {
	from, to, err := s.ends(c, 0, 1)
	if err != nil {
		return reply{}, err
	}
	var body struct {
		AssociationTypeID   int32
		Label, InverseLabel text
	}
	if err := c.decode(&body, "label", "associationTypeId"); err != nil {
		return reply{}, err
	}
	if err := s.portal.Relabel(from, to, body.AssociationTypeID, body.Label.val, body.InverseLabel.val); err != nil {
		return reply{}, err
	}
	return noContent()
}

// deleteLabel is DELETE associations/{from}/{to}/labels/{label}.
func (s *Server) deleteLabel(c *call) (reply, error) {
	from, to, err := s.ends(c, 0, 1)
	if err != nil {
		return reply{}, err
	}
	id, err := strconv.ParseInt(c.params[2], 10, 32)
	if err != nil {
		return reply{}, portal.Invalid("Invalid association type id: %s", c.params[2])
	}
	if err := s.portal.DeleteLabel(from, to, int32(id)); err != nil {
		return reply{}, err
	}
	return noContent()
}
