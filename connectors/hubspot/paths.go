package hubspot

import (
	"net/url"
	"strings"
)

// LegacyVersion asks for the paths from before date-based versions: v3, and
// v4 for associations.
const LegacyVersion = "v3"

// DefaultVersion is the date-based version that New uses.
const DefaultVersion = "2026-09"

// paths builds the request paths of one API version. The two shapes are no
// plain substitution of each other (HubSpot developer docs, "API versioning",
// and the OpenAPI files of 2026-09). Every part that comes from outside is
// escaped: go-hubspot does not do it, and an id with a slash or a question
// mark would lead to another place.
type paths struct{ version string }

func (p paths) legacy() bool { return p.version == LegacyVersion }

func (p paths) join(legacyPrefix, prefix string, rest ...string) string {
	parts := []string{prefix, url.PathEscape(p.version)}
	if p.legacy() {
		parts = []string{legacyPrefix}
	}
	for _, r := range rest {
		parts = append(parts, url.PathEscape(r))
	}
	return strings.Join(parts, "/")
}

// objects is crm/objects/2026-09/companies and what follows it.
func (p paths) objects(plural string, rest ...string) string {
	return p.join("crm/v3/objects", "crm/objects", append([]string{plural}, rest...)...)
}

// associations reads links in batches.
func (p paths) associations(from, to string) string {
	return p.join("crm/v4/associations", "crm/associations", from, to, "batch", "read")
}

// properties lists or names the properties of an object.
func (p paths) properties(plural string, rest ...string) string {
	return p.join("crm/v3/properties", "crm/properties", append([]string{plural}, rest...)...)
}

func (p paths) owners() string { return p.join("crm/v3/owners", "crm/owners") }

// token is where a refresh token is exchanged. The v1 path is refused from
// 16 February 2027 on; its successor v3 stands beside the dated one.
func (p paths) token() string { return p.join("oauth/v3/token", "oauth", tokenTail(p)...) }

func tokenTail(p paths) []string {
	if p.legacy() {
		return nil
	}
	return []string{"token"}
}

// rules is where the rules for values of an object's properties are listed.
func (p paths) rules(objectTypeID string) string {
	return p.join("crm/v3/property-validations", "crm/property-validations", objectTypeID)
}

// workflows is where the account's workflows are listed. Its dated form is a
// beta in 2026-09 (HubSpot developer docs, "Workflows API").
func (p paths) workflows(id string) string {
	path := "automation/v4/flows"
	if id != "" {
		path += "/" + url.PathEscape(id)
	}
	return path
}

// account tells who the portal is. The first that exists counts: not every
// dated version has had it.
func (p paths) account() []string {
	legacy := "account-info/v3/details"
	if p.legacy() {
		return []string{legacy}
	}
	return []string{"account-info/" + url.PathEscape(p.version) + "/details", legacy}
}

// withQuery appends an encoded query.
func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
