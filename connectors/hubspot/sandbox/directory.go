package sandbox

import "handoffd/connectors/hubspot/sandbox/portal"

// listOwners is GET owners; a page holds at most 500 (CRM Owners API).
func (s *Server) listOwners(c *call) (reply, error) {
	limit, err := c.limit(100, 500)
	if err != nil {
		return reply{}, err
	}
	archived := c.flag("archived")
	list, after := s.portal.Owners(c.query.Get("after"), c.query.Get("email"), archived, limit)
	if list == nil {
		list = []portal.Owner{}
	}
	return ok(collection{list, c.nextPage(after)})
}

func (s *Server) getOwner(c *call) (reply, error) {
	archived := c.flag("archived")
	var byUser bool
	switch by := c.query.Get("idProperty"); by {
	case "", "id":
	case "userId":
		byUser = true
	default:
		return reply{}, portal.Invalid("Invalid value for parameter idProperty: %s", by)
	}
	o, err := s.portal.Owner(c.params[0], byUser, archived)
	if err != nil {
		return reply{}, err
	}
	return ok(o)
}

// settingsUsers is GET /settings/v3/users/, the users as the settings see them.
func (s *Server) settingsUsers(*call) (reply, error) {
	type user struct {
		ID         string   `json:"id"`
		Email      string   `json:"email"`
		FirstName  string   `json:"firstName,omitempty"`
		LastName   string   `json:"lastName,omitempty"`
		RoleIDs    []string `json:"roleIds"`
		SuperAdmin bool     `json:"superAdmin"`
	}
	owners, _ := s.portal.Owners("", "", false, 1<<30)
	users := []user{}
	for _, o := range owners {
		if o.Type == "PERSON" {
			users = append(users, user{ID: o.ID, Email: o.Email, FirstName: o.FirstName, LastName: o.LastName, RoleIDs: []string{}})
		}
	}
	return ok(collection{Results: users})
}
