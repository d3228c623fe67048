package sandbox

import (
	"net/http"
	"slices"
	"strconv"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// The most inputs of association batches (HubSpot changelog, batch read limit
// for the associations API; Workato's description of batch create).
const (
	maxAssociationRead  = 1000
	maxAssociationWrite = 2000
)

// objectID is an id that v4 writes as a number (recorded) and the dated
// versions as a string (their specification).
type objectID struct {
	id     string
	number bool
}

// MarshalJSON writes the id in its version's form.
func (o objectID) MarshalJSON() ([]byte, error) {
	if o.number {
		if _, err := strconv.ParseInt(o.id, 10, 64); err == nil {
			return []byte(o.id), nil
		}
	}
	return []byte(strconv.Quote(o.id)), nil
}

func (c *call) objectID(id string) objectID { return objectID{id, !c.dated()} }

type idOnly struct {
	ID string `json:"id"`
}

type labelledType struct {
	Category string  `json:"category"`
	TypeID   int32   `json:"typeId"`
	Label    *string `json:"label"`
}

type linkedObject struct {
	ToObjectID objectID       `json:"toObjectId"`
	Types      []labelledType `json:"associationTypes"`
}

// ends resolves the two object types in the path; a path with a record id
// between them has it at places[1].
func (s *Server) ends(c *call, places ...int) (from, to *portal.ObjectType, err error) {
	if from, err = s.portal.Type(c.params[places[0]]); err != nil {
		return nil, nil, err
	}
	to, err = s.portal.Type(c.params[places[1]])
	return from, to, err
}

func (c *call) linked(list []portal.Linked) []linkedObject {
	out := make([]linkedObject, len(list))
	for i, l := range list {
		out[i] = linkedObject{ToObjectID: c.objectID(l.ToID), Types: labelledTypes(l.Types)}
	}
	return out
}

func labelledTypes(types []portal.LinkedType) []labelledType {
	out := make([]labelledType, len(types))
	for i, t := range types {
		out[i] = labelledType{Category: t.Category, TypeID: t.ID}
		if t.Label != "" {
			out[i].Label = &t.Label
		}
	}
	return out
}

// listAssociations is GET objects/{type}/{id}/associations/{type}.
func (s *Server) listAssociations(c *call) (reply, error) {
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
	return ok(collection{c.linked(pages[0].To), c.nextPage(pages[0].Next)})
}

type associationsOf struct {
	From   idOnly         `json:"from"`
	To     []linkedObject `json:"to"`
	Paging *paging        `json:"paging,omitempty"`
}

// batchReadAssociations is POST associations/{from}/{to}/batch/read.
func (s *Server) batchReadAssociations(c *call) (reply, error) {
	from, to, err := s.ends(c, 0, 1)
	if err != nil {
		return reply{}, err
	}
	var body struct {
		Inputs []struct {
			ID    text `json:"id"`
			After text `json:"after"`
		} `json:"inputs"`
	}
	if err := c.decode(&body, "inputs"); err != nil {
		return reply{}, err
	}
	if err := sized(len(body.Inputs), maxAssociationRead); err != nil {
		return reply{}, err
	}
	var ids, after []string
	for _, in := range body.Inputs {
		ids, after = append(ids, in.ID.val), append(after, in.After.val)
	}
	pages, err := s.portal.Linked(from, to, ids, after, s.settings().AssociationPage)
	if err != nil {
		return reply{}, err
	}
	results := []associationsOf{}
	var errs []batchItem
	for _, page := range pages {
		if page.Found {
			results = append(results, associationsOf{From: idOnly{page.FromID}, To: c.linked(page.To), Paging: c.recordPage(page.Next)})
		} else if !c.dated() || s.settings().DatedAssociationErrors {
			errs = append(errs, newBatchItem(portal.NoAssociations(from, to, page.FromID)))
		}
	}
	return s.finish(c, http.StatusOK, results, errs)
}

// recordPage is the paging of one record within a batch; its link is of no
// use to anybody, as in the vendor's replies.
func (c *call) recordPage(after string) *paging {
	if after == "" {
		return nil
	}
	return &paging{next{After: after}}
}

// linkInputs reads the inputs of an association batch.
func (s *Server) linkInputs(c *call, typed bool) (from, to *portal.ObjectType, list []portal.LinkInput, failed []batchItem, err error) {
	if from, to, err = s.ends(c, 0, 1); err != nil {
		return nil, nil, nil, nil, err
	}
	var body struct {
		Inputs []struct {
			From  struct{ ID text } `json:"from"`
			To    struct{ ID text } `json:"to"`
			Types []associationType `json:"types"`
		} `json:"inputs"`
	}
	if err := c.decode(&body, "inputs"); err != nil {
		return nil, nil, nil, nil, err
	}
	if err := sized(len(body.Inputs), maxAssociationWrite); err != nil {
		return nil, nil, nil, nil, err
	}
	for i, in := range body.Inputs {
		if !in.From.ID.set || !in.To.ID.set || typed && len(in.Types) == 0 {
			return nil, nil, nil, nil, portal.Invalid("Invalid input JSON on line 1, column 12. Some required fields were not set: [from, to, types]")
		}
		if slices.Contains(c.fail, i) {
			failed = append(failed, injected(in.From.ID.val, ""))
			continue
		}
		l := portal.LinkInput{FromID: in.From.ID.val, ToID: in.To.ID.val}
		for _, t := range in.Types {
			l.Types = append(l.Types, t.ref())
		}
		list = append(list, l)
	}
	return from, to, list, failed, nil
}

type labelsBetween struct {
	FromType string   `json:"fromObjectTypeId"`
	FromID   objectID `json:"fromObjectId"`
	ToType   string   `json:"toObjectTypeId"`
	ToID     objectID `json:"toObjectId"`
	Labels   []string `json:"labels"`
}

// batchAssociate is POST associations/{from}/{to}/batch/create.
func (s *Server) batchAssociate(c *call) (reply, error) {
	from, to, list, errs, err := s.linkInputs(c, true)
	if err != nil {
		return reply{}, err
	}
	outcomes, err := s.portal.Link(from, to, list)
	if err != nil {
		return reply{}, err
	}
	results := []labelsBetween{}
	for _, o := range outcomes {
		if o.Err != nil {
			errs = append(errs, newBatchItem(o.Err))
			continue
		}
		results = append(results, labelsBetween{from.ID, c.objectID(o.FromID), to.ID, c.objectID(o.ToID), o.Labels})
	}
	status := http.StatusCreated
	if c.version == "2026-09" {
		status = http.StatusOK
	}
	return s.finish(c, status, results, errs)
}

type defaultAssociation struct {
	From idOnly          `json:"from"`
	To   idOnly          `json:"to"`
	Spec associationType `json:"associationSpec"`
}

// batchAssociateDefault is POST associations/{from}/{to}/batch/associate/default.
func (s *Server) batchAssociateDefault(c *call) (reply, error) {
	from, to, list, errs, err := s.linkInputs(c, false)
	if err != nil {
		return reply{}, err
	}
	for i := range list {
		list[i].Types = nil
	}
	return s.linkDefault(c, from, to, list, errs)
}

func (s *Server) linkDefault(c *call, from, to *portal.ObjectType, list []portal.LinkInput, errs []batchItem) (reply, error) {
	outcomes, err := s.portal.Link(from, to, list)
	if err != nil {
		return reply{}, err
	}
	spec := func(a, b *portal.ObjectType) associationType {
		for _, k := range s.portal.AssociationKinds(a, b) {
			if k.Label == "" && k.Category == portal.HubSpotDefined {
				return associationType{k.Category, k.ID}
			}
		}
		return associationType{}
	}
	results := []defaultAssociation{}
	for _, o := range outcomes {
		if o.Err != nil {
			errs = append(errs, newBatchItem(o.Err))
			continue
		}
		results = append(results,
			defaultAssociation{idOnly{o.FromID}, idOnly{o.ToID}, spec(from, to)},
			defaultAssociation{idOnly{o.ToID}, idOnly{o.FromID}, spec(to, from)})
	}
	return s.finish(c, http.StatusOK, results, errs)
}

// associateDefault is PUT objects/{type}/{id}/associations/default/{type}/{id}.
func (s *Server) associateDefault(c *call) (reply, error) {
	from, to, err := s.ends(c, 0, 2)
	if err != nil {
		return reply{}, err
	}
	return s.linkDefault(c, from, to, []portal.LinkInput{{FromID: c.params[1], ToID: c.params[3]}}, nil)
}

// associate is PUT objects/{type}/{id}/associations/{type}/{id} with a list of
// types.
func (s *Server) associate(c *call) (reply, error) {
	from, to, err := s.ends(c, 0, 2)
	if err != nil {
		return reply{}, err
	}
	var types []associationType
	if err := c.decode(&types); err != nil {
		return reply{}, err
	}
	if len(types) == 0 {
		return reply{}, portal.Invalid("At least one association type is required")
	}
	in := portal.LinkInput{FromID: c.params[1], ToID: c.params[3]}
	for _, t := range types {
		in.Types = append(in.Types, t.ref())
	}
	outcomes, err := s.portal.Link(from, to, []portal.LinkInput{in})
	if err != nil {
		return reply{}, err
	}
	o := outcomes[0]
	if o.Err != nil {
		return reply{}, o.Err
	}
	return created(labelsBetween{from.ID, c.objectID(o.FromID), to.ID, c.objectID(o.ToID), o.Labels})
}

// dissociate is DELETE objects/{type}/{id}/associations/{type}/{id}.
func (s *Server) dissociate(c *call) (reply, error) {
	from, to, err := s.ends(c, 0, 2)
	if err != nil {
		return reply{}, err
	}
	s.portal.Unlink(from, to, []portal.LinkInput{{FromID: c.params[1], ToID: c.params[3]}})
	return noContent()
}

// batchDissociate is POST associations/{from}/{to}/batch/archive: each input
// has one from and a list of to; 100 different from are the most.
func (s *Server) batchDissociate(c *call) (reply, error) {
	from, to, err := s.ends(c, 0, 1)
	if err != nil {
		return reply{}, err
	}
	var body struct {
		Inputs []struct {
			From struct{ ID text }   `json:"from"`
			To   []struct{ ID text } `json:"to"`
		} `json:"inputs"`
	}
	if err := c.decode(&body, "inputs"); err != nil {
		return reply{}, err
	}
	if err := sized(len(body.Inputs), maxAssociationWrite); err != nil {
		return reply{}, err
	}
	var list []portal.LinkInput
	sources := map[string]bool{}
	for _, in := range body.Inputs {
		sources[in.From.ID.val] = true
		for _, id := range in.To {
			list = append(list, portal.LinkInput{FromID: in.From.ID.val, ToID: id.ID.val})
		}
	}
	if err := sized(len(sources), maxBatch); err != nil {
		return reply{}, err
	}
	s.portal.Unlink(from, to, list)
	return s.void(c)
}

// batchUnlabel is POST associations/{from}/{to}/batch/labels/archive.
func (s *Server) batchUnlabel(c *call) (reply, error) {
	from, to, list, _, err := s.linkInputs(c, true)
	if err != nil {
		return reply{}, err
	}
	s.portal.Unlink(from, to, list)
	return s.void(c)
}

// void ends a batch without results: 204 in v4, an empty batch reply in the
// dated specification.
func (s *Server) void(c *call) (reply, error) {
	if c.dated() {
		return s.finish(c, http.StatusOK, []string{}, nil)
	}
	return noContent()
}
