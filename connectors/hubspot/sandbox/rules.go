package sandbox

import "handoffd/connectors/hubspot/sandbox/portal"

// ruleRoutes serve the rules that an admin sets for values (Property
// Validations API).
func (s *Server) ruleRoutes() []route {
	const all = "v3 dated"
	read := s.anyObjectScope("read")
	return []route{
		{method: "GET", path: "property-validations/{type}", versions: all, handle: s.listRules, scopes: read},
		{method: "GET", path: "property-validations/{type}/{property}", versions: all, handle: s.getRules, scopes: read},
		{method: "PUT", path: "property-validations/{type}/{property}/rule-type/{rule}", versions: all, handle: s.putRule, scopes: s.schemaScope},
	}
}

func (s *Server) listRules(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	return ok(collection{Results: s.portal.Rules(t)})
}

func (s *Server) getRules(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	rules := []portal.ValidationRule{}
	for _, p := range s.portal.Rules(t) {
		if p.Name == c.params[1] {
			rules = p.Rules
		}
	}
	return ok(collection{Results: rules})
}

func (s *Server) putRule(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	var in portal.ValidationRule
	if err := c.decode(&in, "ruleArguments"); err != nil {
		return reply{}, err
	}
	in.Type = c.params[2]
	if err := s.portal.SetRule(t, c.params[1], in); err != nil {
		return reply{}, err
	}
	return noContent()
}
