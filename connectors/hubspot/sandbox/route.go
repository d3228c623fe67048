package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// route is one endpoint. The path is the version-free one that normalise
// gives; {x} matches any segment and becomes a param.
type route struct {
	method   string
	path     string
	versions string // the path versions that serve it: "v1 v3 v4 dated"
	handle   func(*call) (reply, error)
	scopes   func(*call) ([]string, error)
	search   bool
	open     bool // no authentication
}

// matched is the route of a request.
type matched struct {
	route
	shown       string // the path with ids taken out, for the counters
	otherMethod bool
}

// releases are the dated API versions that the sandbox knows.
func releases() []string { return []string{"2025-09", "2026-03", "2026-09"} }

// normalise takes the version out of a path: /crm/v3/objects/companies and
// /crm/objects/2026-09/companies both become objects/companies. area is the
// legacy or dated prefix as it was, for the counters.
func normalise(path string) (segments []string, version, area string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	at := slices.IndexFunc(parts, func(p string) bool {
		return slices.Contains(releases(), p) || p == "v1" || p == "v3" || p == "v4"
	})
	if at < 0 || at > 2 {
		return nil, "", ""
	}
	version = parts[at]
	head, rest := strings.Join(parts[:at], "/"), parts[at+1:]
	dated := strings.HasPrefix(version, "20")
	switch {
	case head == "crm" && !dated: // crm/v3/objects/...
		return rest, version, "/crm/" + version
	case head == "crm-object-schemas", head == "account-info", head == "oauth", head == "settings":
		return append([]string{head}, rest...), version, "/" + head + "/" + version
	case head == "automation" && version == "v4": // the dated form is a beta
		return append([]string{head}, rest...), version, "/automation/v4"
	case head == "events" && !dated && len(rest) > 0 && rest[0] == "events":
		return append([]string{"events"}, rest[1:]...), version, "/events/" + version + "/events"
	case head == "events/event-occurrences" && dated:
		return append([]string{"events"}, rest...), version, "/events/event-occurrences/" + version
	case at == 2 && parts[0] == "crm" && (dated || parts[1] == "associations" && version == "v4"):
		return append([]string{parts[1]}, rest...), version, "/crm/" + parts[1] + "/" + version
	}
	return nil, "", ""
}

// match finds the route of a request and fills in the call's version and
// params.
func (s *Server) match(c *call) (matched, bool) {
	segments, version, _ := normalise(c.r.URL.Path)
	if segments == nil {
		return matched{}, false
	}
	c.version = version
	group := version
	if c.dated() {
		group = "dated"
	}
	other := false
	for _, rt := range s.routes {
		params, fits := fit(rt.path, segments)
		if !fits || !slices.Contains(strings.Fields(rt.versions), group) {
			continue
		}
		if rt.method != c.r.Method {
			other = true
			continue
		}
		c.params = params
		return matched{route: rt, shown: shown(c.r.URL.Path, rt.path, params)}, true
	}
	return matched{otherMethod: other}, false
}

func fit(pattern string, segments []string) (params []string, ok bool) {
	parts := strings.Split(pattern, "/")
	if len(parts) != len(segments) {
		return nil, false
	}
	for i, part := range parts {
		switch {
		case strings.HasPrefix(part, "{"):
			if segments[i] == "" {
				return nil, false
			}
			params = append(params, segments[i])
		case part != segments[i]:
			return nil, false
		}
	}
	return params, true
}

// shown is the request's path with the params replaced by their names, object
// types excepted.
func shown(path, pattern string, params []string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	names := strings.Split(pattern, "/")
	offset := len(parts) - len(names)
	for i, name := range names {
		if strings.HasPrefix(name, "{") && !strings.HasSuffix(name, "type}") && offset+i >= 0 {
			parts[offset+i] = name
		}
	}
	return "/" + strings.Join(parts, "/")
}

// table lists all endpoints. Fixed segments stand before params that could
// take them.
func (s *Server) table() []route {
	return slices.Concat(s.objectRoutes(), s.associationRoutes(), s.propertyRoutes(), s.otherRoutes(), s.workflowRoutes(), s.ruleRoutes(), s.oauthRoutes())
}

func (s *Server) objectRoutes() []route {
	const all, legacy = "v3 dated", "v3"
	read, write := s.objectScope("read"), s.objectScope("write")
	return []route{
		{method: "POST", path: "objects/{type}/search", versions: all, handle: s.searchObjects, scopes: read, search: true},
		{method: "POST", path: "objects/{type}/merge", versions: all, handle: s.mergeObjects, scopes: write},
		{method: "POST", path: "objects/{type}/gdpr-delete", versions: all, handle: s.purgeObject, scopes: write},
		{method: "POST", path: "objects/{type}/batch/read", versions: all, handle: s.batchRead, scopes: read},
		{method: "POST", path: "objects/{type}/batch/create", versions: all, handle: s.batchCreate, scopes: write},
		{method: "POST", path: "objects/{type}/batch/update", versions: all, handle: s.batchUpdate, scopes: write},
		{method: "POST", path: "objects/{type}/batch/upsert", versions: all, handle: s.batchUpsert, scopes: write},
		{method: "POST", path: "objects/{type}/batch/archive", versions: all, handle: s.batchArchive, scopes: write},
		{method: "GET", path: "objects/{type}", versions: all, handle: s.listObjects, scopes: read},
		{method: "POST", path: "objects/{type}", versions: all, handle: s.createObject, scopes: write},
		{method: "GET", path: "objects/{type}/{id}", versions: all, handle: s.getObject, scopes: read},
		{method: "PATCH", path: "objects/{type}/{id}", versions: all, handle: s.updateObject, scopes: write},
		{method: "DELETE", path: "objects/{type}/{id}", versions: all, handle: s.archiveObject, scopes: write},
		{method: "GET", path: "objects/{type}/{id}/associations/{type}", versions: legacy, handle: s.legacyAssociations, scopes: read},
		{method: "PUT", path: "objects/{type}/{id}/associations/{type}/{id}/{kind}", versions: legacy, handle: s.legacyAssociate, scopes: write},
		{method: "DELETE", path: "objects/{type}/{id}/associations/{type}/{id}/{kind}", versions: legacy, handle: s.legacyDissociate, scopes: write},
	}
}

func (s *Server) associationRoutes() []route {
	const now, v3 = "v4 dated", "v3"
	read, write := s.anyObjectScope("read"), s.anyObjectScope("write")
	return []route{
		{method: "PUT", path: "objects/{type}/{id}/associations/default/{type}/{id}", versions: now, handle: s.associateDefault, scopes: write},
		{method: "GET", path: "objects/{type}/{id}/associations/{type}", versions: now, handle: s.listAssociations, scopes: read},
		{method: "PUT", path: "objects/{type}/{id}/associations/{type}/{id}", versions: now, handle: s.associate, scopes: write},
		{method: "DELETE", path: "objects/{type}/{id}/associations/{type}/{id}", versions: now, handle: s.dissociate, scopes: write},
		{method: "POST", path: "associations/{type}/{type}/batch/read", versions: now, handle: s.batchReadAssociations, scopes: read},
		{method: "POST", path: "associations/{type}/{type}/batch/create", versions: now, handle: s.batchAssociate, scopes: write},
		{method: "POST", path: "associations/{type}/{type}/batch/associate/default", versions: now, handle: s.batchAssociateDefault, scopes: write},
		{method: "POST", path: "associations/{type}/{type}/batch/archive", versions: now, handle: s.batchDissociate, scopes: write},
		{method: "POST", path: "associations/{type}/{type}/batch/labels/archive", versions: now, handle: s.batchUnlabel, scopes: write},
		{method: "GET", path: "associations/{type}/{type}/labels", versions: now, handle: s.listLabels, scopes: read},
		{method: "POST", path: "associations/{type}/{type}/labels", versions: now, handle: s.createLabel, scopes: write},
		{method: "PUT", path: "associations/{type}/{type}/labels", versions: now, handle: s.updateLabel, scopes: write},
		{method: "DELETE", path: "associations/{type}/{type}/labels/{label}", versions: now, handle: s.deleteLabel, scopes: write},
		{method: "POST", path: "associations/{type}/{type}/batch/read", versions: v3, handle: s.legacyBatchRead, scopes: read},
		{method: "POST", path: "associations/{type}/{type}/batch/create", versions: v3, handle: s.legacyBatchCreate, scopes: write},
		{method: "POST", path: "associations/{type}/{type}/batch/archive", versions: v3, handle: s.legacyBatchArchive, scopes: write},
		{method: "GET", path: "associations/{type}/{type}/types", versions: v3, handle: s.legacyTypes, scopes: read},
	}
}

func (s *Server) propertyRoutes() []route {
	const all = "v3 dated"
	read, write := s.anyObjectScope("read"), s.schemaScope
	return []route{
		{method: "GET", path: "properties/{type}/groups", versions: all, handle: s.listGroups, scopes: read},
		{method: "POST", path: "properties/{type}/groups", versions: all, handle: s.createGroup, scopes: write},
		{method: "GET", path: "properties/{type}/groups/{group}", versions: all, handle: s.getGroup, scopes: read},
		{method: "PATCH", path: "properties/{type}/groups/{group}", versions: all, handle: s.patchGroup, scopes: write},
		{method: "DELETE", path: "properties/{type}/groups/{group}", versions: all, handle: s.deleteGroup, scopes: write},
		{method: "POST", path: "properties/{type}/batch/read", versions: all, handle: s.batchReadProperties, scopes: read},
		{method: "POST", path: "properties/{type}/batch/create", versions: all, handle: s.batchCreateProperties, scopes: write},
		{method: "POST", path: "properties/{type}/batch/archive", versions: all, handle: s.batchArchiveProperties, scopes: write},
		{method: "GET", path: "properties/{type}", versions: all, handle: s.listProperties, scopes: read},
		{method: "POST", path: "properties/{type}", versions: all, handle: s.createProperty, scopes: write},
		{method: "GET", path: "properties/{type}/{property}", versions: all, handle: s.getProperty, scopes: read},
		{method: "PATCH", path: "properties/{type}/{property}", versions: all, handle: s.patchProperty, scopes: write},
		{method: "DELETE", path: "properties/{type}/{property}", versions: all, handle: s.deleteProperty, scopes: write},
	}
}

func (s *Server) otherRoutes() []route {
	const all = "v3 dated"
	owners := fixedScope("crm.objects.owners.read")
	read := s.anyObjectScope("read")
	return []route{
		{method: "GET", path: "owners", versions: all, handle: s.listOwners, scopes: owners},
		{method: "GET", path: "owners/{owner}", versions: all, handle: s.getOwner, scopes: owners},
		{method: "GET", path: "settings/users", versions: "v3", handle: s.settingsUsers, scopes: fixedScope("settings.users.read")},
		{method: "GET", path: "account-info/details", versions: all, handle: s.accountDetails},
		{method: "GET", path: "account-info/api-usage/daily", versions: "v3", handle: s.apiUsage},
		{method: "GET", path: "account-info/api-usage/daily/private-apps", versions: all, handle: s.apiUsage},
		{method: "GET", path: "pipelines/{type}", versions: all, handle: s.listPipelines, scopes: read},
		{method: "GET", path: "pipelines/{type}/{pipeline}", versions: all, handle: s.getPipeline, scopes: read},
		{method: "GET", path: "pipelines/{type}/{pipeline}/stages", versions: all, handle: s.listStages, scopes: read},
		{method: "GET", path: "pipelines/{type}/{pipeline}/stages/{stage}", versions: all, handle: s.getStage, scopes: read},
		{method: "GET", path: "schemas", versions: "v3", handle: s.listSchemas, scopes: fixedScope("crm.schemas.custom.read")},
		{method: "GET", path: "schemas/{type}", versions: "v3", handle: s.getSchema, scopes: read},
		{method: "GET", path: "crm-object-schemas/schemas", versions: all, handle: s.listSchemas, scopes: fixedScope("crm.schemas.custom.read")},
		{method: "GET", path: "crm-object-schemas/schemas/{type}", versions: all, handle: s.getSchema, scopes: read},
		{method: "GET", path: "events", versions: all, handle: s.listEvents},
		{method: "GET", path: "events/event-types", versions: all, handle: s.eventTypes},
	}
}

func (s *Server) oauthRoutes() []route {
	const now = "v3 dated"
	return []route{
		{method: "POST", path: "oauth/token", versions: "v1 " + now, handle: s.token, open: true},
		{method: "POST", path: "oauth/token/introspect", versions: now, handle: s.introspect, open: true},
		{method: "POST", path: "oauth/token/revoke", versions: now, handle: s.revoke, open: true},
		{method: "GET", path: "oauth/access-tokens/{token}", versions: "v1", handle: s.accessTokenInfo, open: true},
		{method: "GET", path: "oauth/refresh-tokens/{token}", versions: "v1", handle: s.refreshTokenInfo, open: true},
		{method: "DELETE", path: "oauth/refresh-tokens/{token}", versions: "v1", handle: s.deleteRefreshToken, open: true},
	}
}

// objectScope asks for the scope of the object type in the path.
func (s *Server) objectScope(verb string) func(*call) ([]string, error) {
	return func(c *call) ([]string, error) {
		t, err := s.portal.Type(c.params[0])
		if err != nil {
			return nil, err
		}
		if t.Scope == "tickets" {
			return []string{"tickets"}, nil
		}
		return []string{"crm.objects." + t.Scope + "." + verb}, nil
	}
}

// anyObjectScope asks for the verb on any object, as property metadata and
// associations do.
func (s *Server) anyObjectScope(verb string) func(*call) ([]string, error) {
	list := []string{}
	for _, object := range []string{"contacts", "companies", "deals", "custom"} {
		list = append(list, "crm.objects."+object+"."+verb)
		if verb == "read" {
			list = append(list, "crm.schemas."+object+".read")
		}
	}
	list = append(list, "tickets")
	return func(*call) ([]string, error) { return list, nil }
}

// schemaScope asks for the right to change definitions.
func (s *Server) schemaScope(c *call) ([]string, error) {
	t, err := s.portal.Type(c.params[0])
	if err != nil {
		return nil, err
	}
	return []string{"crm.schemas." + t.Scope + ".write"}, nil
}

func fixedScope(scope string) func(*call) ([]string, error) {
	return func(*call) ([]string, error) { return []string{scope}, nil }
}

var _ http.Handler = (*Server)(nil)
