package sandbox

import (
	"net/http"
	"strconv"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// The v3 associations know types by name, one entry per type.

// legacyAssociations is GET /crm/v3/objects/{type}/{id}/associations/{type}.
func (s *Server) legacyAssociations(c *call) (reply, error) {
	from, to, err := s.ends(c, 0, 2)
	if err != nil {
		return reply{}, err
	}
	limit, err := c.limit(500, 500)
	if err != nil {
		return reply{}, err
	}
	if _, err := s.portal.Get(from, c.params[1], "", false, portal.View{}); err != nil {
		return reply{}, err
	}
	pages, err := s.portal.Linked(from, to, []string{c.params[1]}, []string{c.query.Get("after")}, limit)
	if err != nil {
		return reply{}, err
	}
	return ok(collection{named(pages[0].To), c.nextPage(pages[0].Next)})
}

func named(list []portal.Linked) []portal.AssociatedID {
	out := []portal.AssociatedID{}
	for _, l := range list {
		for _, t := range l.Types {
			out = append(out, portal.AssociatedID{ID: l.ToID, Type: t.Name})
		}
	}
	return out
}

// kind reads the association type at the end of a v3 path, a name or an id.
func (s *Server) kind(from, to *portal.ObjectType, name string) (*portal.AssociationKind, error) {
	k := s.portal.KindByName(from, to, name)
	if k == nil {
		return nil, portal.Invalid("association type %s doesn't exist between %s and %s", name, from.ID, to.ID)
	}
	return k, nil
}

// legacyAssociate is PUT /crm/v3/objects/{type}/{id}/associations/{type}/{id}/{kind}.
func (s *Server) legacyAssociate(c *call) (reply, error) {
	from, to, err := s.ends(c, 0, 2)
	if err != nil {
		return reply{}, err
	}
	k, err := s.kind(from, to, c.params[4])
	if err != nil {
		return reply{}, err
	}
	outcomes, err := s.portal.Link(from, to, []portal.LinkInput{{FromID: c.params[1], ToID: c.params[3], Types: []portal.TypeRef{k.TypeRef}}})
	if err != nil {
		return reply{}, err
	}
	if outcomes[0].Err != nil {
		return reply{}, outcomes[0].Err
	}
	rec, err := s.portal.Get(from, c.params[1], "", false, portal.View{Associations: []*portal.ObjectType{to}})
	if err != nil {
		return reply{}, err
	}
	return ok(rec)
}

// legacyDissociate is the DELETE of the same path.
func (s *Server) legacyDissociate(c *call) (reply, error) {
	from, to, err := s.ends(c, 0, 2)
	if err != nil {
		return reply{}, err
	}
	k, err := s.kind(from, to, c.params[4])
	if err != nil {
		return reply{}, err
	}
	s.portal.Unlink(from, to, []portal.LinkInput{{FromID: c.params[1], ToID: c.params[3], Types: []portal.TypeRef{k.TypeRef}}})
	return noContent()
}

type legacyInputs struct {
	Inputs []struct {
		ID   text              `json:"id"`
		From struct{ ID text } `json:"from"`
		To   struct{ ID text } `json:"to"`
		Type text              `json:"type"`
	} `json:"inputs"`
}

// legacyBatchRead is POST /crm/v3/associations/{from}/{to}/batch/read.
func (s *Server) legacyBatchRead(c *call) (reply, error) {
	from, to, err := s.ends(c, 0, 1)
	if err != nil {
		return reply{}, err
	}
	var body legacyInputs
	if err := c.decode(&body, "inputs"); err != nil {
		return reply{}, err
	}
	if err := sized(len(body.Inputs), maxAssociationRead); err != nil {
		return reply{}, err
	}
	ids := make([]string, len(body.Inputs))
	for i, in := range body.Inputs {
		ids[i] = in.ID.val
	}
	pages, err := s.portal.Linked(from, to, ids, make([]string, len(ids)), s.settings().AssociationPage)
	if err != nil {
		return reply{}, err
	}
	type entry struct {
		From   idOnly                `json:"from"`
		To     []portal.AssociatedID `json:"to"`
		Paging *paging               `json:"paging,omitempty"`
	}
	results := []entry{}
	var errs []batchItem
	for _, page := range pages {
		if !page.Found {
			errs = append(errs, newBatchItem(portal.NoAssociations(from, to, page.FromID)))
			continue
		}
		results = append(results, entry{idOnly{page.FromID}, named(page.To), c.recordPage(page.Next)})
	}
	return s.finish(c, http.StatusOK, results, errs)
}

type legacyLink struct {
	From idOnly `json:"from"`
	To   idOnly `json:"to"`
	Type string `json:"type"`
}

// legacyBatchCreate is POST /crm/v3/associations/{from}/{to}/batch/create. The
// reply names both directions, the reverse first (recorded).
func (s *Server) legacyBatchCreate(c *call) (reply, error) {
	from, to, list, err := s.legacyLinks(c)
	if err != nil {
		return reply{}, err
	}
	outcomes, err := s.portal.Link(from, to, list)
	if err != nil {
		return reply{}, err
	}
	results := []legacyLink{}
	var errs []batchItem
	for i, o := range outcomes {
		if o.Err != nil {
			errs = append(errs, newBatchItem(o.Err))
			continue
		}
		there := s.portal.KindByName(from, to, strconv.Itoa(int(list[i].Types[0].ID)))
		results = append(results,
			legacyLink{idOnly{o.ToID}, idOnly{o.FromID}, s.portal.Inverse(there).Name},
			legacyLink{idOnly{o.FromID}, idOnly{o.ToID}, there.Name})
	}
	return s.finish(c, http.StatusCreated, results, errs)
}

func (s *Server) legacyLinks(c *call) (from, to *portal.ObjectType, list []portal.LinkInput, err error) {
	if from, to, err = s.ends(c, 0, 1); err != nil {
		return nil, nil, nil, err
	}
	var body legacyInputs
	if err := c.decode(&body, "inputs"); err != nil {
		return nil, nil, nil, err
	}
	if err := sized(len(body.Inputs), maxAssociationWrite); err != nil {
		return nil, nil, nil, err
	}
	for _, in := range body.Inputs {
		k, err := s.kind(from, to, in.Type.val)
		if err != nil {
			return nil, nil, nil, err
		}
		list = append(list, portal.LinkInput{FromID: in.From.ID.val, ToID: in.To.ID.val, Types: []portal.TypeRef{k.TypeRef}})
	}
	return from, to, list, nil
}

// legacyBatchArchive is POST /crm/v3/associations/{from}/{to}/batch/archive.
func (s *Server) legacyBatchArchive(c *call) (reply, error) {
	from, to, list, err := s.legacyLinks(c)
	if err != nil {
		return reply{}, err
	}
	s.portal.Unlink(from, to, list)
	return noContent()
}

// legacyTypes is GET /crm/v3/associations/{from}/{to}/types.
func (s *Server) legacyTypes(c *call) (reply, error) {
	from, to, err := s.ends(c, 0, 1)
	if err != nil {
		return reply{}, err
	}
	type entry struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	results := []entry{}
	for _, k := range s.portal.AssociationKinds(from, to) {
		results = append(results, entry{strconv.Itoa(int(k.ID)), k.Name})
	}
	return ok(collection{Results: results})
}
