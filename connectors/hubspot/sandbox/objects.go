package sandbox

import (
	"net/url"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// page sizes of the list endpoint (CRM API, Objects).
const (
	defaultPage = 10
	maxPage     = 100
	historyPage = 50
)

// collection is a list reply.
type collection struct {
	Results any     `json:"results"`
	Paging  *paging `json:"paging,omitempty"`
}

type paging struct {
	Next next `json:"next"`
}

type next struct {
	After string `json:"after"`
	Link  string `json:"link,omitempty"`
}

// nextPage is the paging part of a list, with the link to the page as
// recorded replies show it.
func (c *call) nextPage(after string) *paging {
	if after == "" {
		return nil
	}
	u := url.URL{Scheme: "http", Host: c.r.Host, Path: c.r.URL.Path}
	if c.r.TLS != nil {
		u.Scheme = "https"
	}
	q := c.r.URL.Query()
	q.Set("after", after)
	u.RawQuery = q.Encode()
	return &paging{next{After: after, Link: u.String()}}
}

// object resolves the object type in the path.
func (s *Server) object(c *call) (*portal.ObjectType, error) { return s.portal.Type(c.params[0]) }

// view reads what of a record was asked for in the query.
func (s *Server) view(c *call) (portal.View, error) {
	v := portal.View{Properties: c.list("properties"), History: c.list("propertiesWithHistory")}
	for _, name := range c.list("associations") {
		t, err := s.portal.Type(name)
		if err != nil {
			return v, err
		}
		v.Associations = append(v.Associations, t)
	}
	return v, nil
}

func (s *Server) listObjects(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	v, err := s.view(c)
	if err != nil {
		return reply{}, err
	}
	archived := c.flag("archived")
	most := maxPage
	if len(v.History) > 0 {
		most = historyPage
	}
	limit, err := c.limit(defaultPage, most)
	if err != nil {
		return reply{}, err
	}
	page, err := s.portal.List(t, c.query.Get("after"), limit, archived, v)
	if err != nil {
		return reply{}, err
	}
	return ok(collection{page.Records, c.nextPage(page.Next)})
}

func (s *Server) getObject(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	v, err := s.view(c)
	if err != nil {
		return reply{}, err
	}
	archived := c.flag("archived")
	rec, err := s.portal.Get(t, c.params[1], c.query.Get("idProperty"), archived, v)
	if err != nil {
		return reply{}, err
	}
	return ok(rec)
}

// association is one entry of a create's associations.
type association struct {
	To struct {
		ID text `json:"id"`
	} `json:"to"`
	Types []associationType `json:"types"`
}

type associationType struct {
	Category string `json:"associationCategory"`
	ID       int32  `json:"associationTypeId"`
}

func (a associationType) ref() portal.TypeRef {
	return portal.TypeRef{Category: a.Category, ID: a.ID}
}

func newAssociations(list []association) ([]portal.NewAssociation, error) {
	var out []portal.NewAssociation
	for _, a := range list {
		if !a.To.ID.set || len(a.Types) == 0 {
			return nil, portal.Invalid("Invalid input JSON on line 1, column 2. Some required fields were not set: [to, types]")
		}
		n := portal.NewAssociation{To: a.To.ID.val}
		for _, t := range a.Types {
			n.Types = append(n.Types, t.ref())
		}
		out = append(out, n)
	}
	return out, nil
}

// writer says on whose behalf a call writes.
func (c *call) writer() portal.Writer {
	return portal.Writer{Source: portal.Integration(c.grant.appID), Rules: c.dated() && c.version >= "2026-09"}
}

func (s *Server) createObject(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	var body struct {
		Properties   map[string]text `json:"properties"`
		Associations []association   `json:"associations"`
	}
	if err := c.decode(&body, "properties"); err != nil {
		return reply{}, err
	}
	links, err := newAssociations(body.Associations)
	if err != nil {
		return reply{}, err
	}
	rec, err := s.portal.Create(t, portal.Input{Properties: texts(body.Properties), Associations: links}, c.writer())
	if err != nil {
		return reply{}, err
	}
	return c.createdAs(rec.ID, rec)
}

func (s *Server) updateObject(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	var body struct {
		Properties map[string]text `json:"properties"`
	}
	if err := c.decode(&body, "properties"); err != nil {
		return reply{}, err
	}
	if len(body.Properties) == 0 {
		return reply{}, portal.Invalid("No properties found to update, please provide at least one.")
	}
	in := portal.Input{ID: c.params[1], IDProperty: c.query.Get("idProperty"), Properties: texts(body.Properties)}
	rec, err := s.portal.Update(t, in, c.writer())
	if err != nil {
		return reply{}, err
	}
	return ok(rec)
}

func (s *Server) archiveObject(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	if err := s.portal.Archive(t, c.params[1], c.writer()); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (s *Server) mergeObjects(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	var body struct {
		Primary text `json:"primaryObjectId"`
		Other   text `json:"objectIdToMerge"`
	}
	if err := c.decode(&body, "primaryObjectId", "objectIdToMerge"); err != nil {
		return reply{}, err
	}
	rec, err := s.portal.Merge(t, body.Primary.val, body.Other.val, c.writer())
	if err != nil {
		return reply{}, err
	}
	return ok(rec)
}

func (s *Server) purgeObject(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	var body struct {
		ID         text `json:"objectId"`
		IDProperty text `json:"idProperty"`
	}
	if err := c.decode(&body, "objectId"); err != nil {
		return reply{}, err
	}
	if err := s.portal.Purge(t, body.ID.val, body.IDProperty.val, c.writer()); err != nil {
		return reply{}, err
	}
	return noContent()
}
