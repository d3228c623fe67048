package sandbox

import (
	"net/http"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

// search serves /search?q=FIND {text} and /parameterizedSearch?q=text: a plain
// match of the words in the names and e-mails of accounts, contacts, leads
// and opportunities. Ranking, IN groups and RETURNING are not imitated beyond
// the list of objects.
func (c *call) search() reply {
	if c.method != http.MethodGet {
		return notAllowed(c.method, "HEAD,GET")
	}
	text := c.query.Get("q")
	names := []string{"Account", "Contact", "Lead", "Opportunity"}
	if strings.EqualFold(c.segments[0], "search") {
		_, after, ok := strings.Cut(text, "{")
		inside, rest, ok2 := strings.Cut(after, "}")
		if !ok || !ok2 || !strings.HasPrefix(strings.ToUpper(strings.TrimSpace(text)), "FIND") {
			return refused(http.StatusBadRequest, "MALFORMED_SEARCH", "No search term found. The search term must be enclosed in braces.")
		}
		text = inside
		if _, list, ok := strings.Cut(strings.ToUpper(rest), "RETURNING"); ok {
			names = returning(names, list)
		}
	} else if only := c.query["sobject"]; len(only) > 0 {
		names = only
	}
	if len([]rune(strings.Trim(text, "*?\" "))) < 2 {
		return refused(http.StatusBadRequest, "MALFORMED_SEARCH", "search term must be longer than one character: "+text)
	}
	b := []byte(`{"searchRecords":[`)
	first := true
	for _, name := range names {
		obj := c.s.org.Object(name)
		if obj == nil {
			return refused(http.StatusBadRequest, "INVALID_TYPE", "sObject type '"+name+"' is not supported.")
		}
		b = c.appendHits(b, obj, text, &first)
	}
	return raw(http.StatusOK, append(b, "]}"...))
}

func returning(names []string, list string) []string {
	var out []string
	for _, name := range names {
		if strings.Contains(list, strings.ToUpper(name)) {
			out = append(out, name)
		}
	}
	return out
}

// maxHits is the most records per object (SOQL and SOSL Reference, "SOSL").
const maxHits = 200

func (c *call) appendHits(b []byte, obj *org.Object, text string, first *bool) []byte {
	like := "'%" + strings.ReplaceAll(strings.Trim(soqlQuote(strings.Trim(text, `*"`)), "'"), "*", "%") + "%'"
	where := "Name LIKE " + like
	if obj.Field("Email") != nil {
		where += " OR Email LIKE " + like
	}
	res, err := c.s.org.Query(c.session.user, "SELECT Id FROM "+obj.Name+" WHERE "+where+" ORDER BY Name LIMIT 200", false)
	if err != nil || res.Rows() == 0 {
		return b
	}
	if !*first {
		b = append(b, ',')
	}
	*first = false
	return res.Append(b, 0, min(res.Rows(), maxHits), c.root())
}
