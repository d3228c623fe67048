package sandbox

import (
	"net/http"
	"strings"
)

// recordCount serves /limits/recordCount?sObjects=Account,Contact (REST API
// Developer Guide, "Record Count"). The vendor's counts lag and these do not;
// without names it would list every object, which is not imitated.
func (c *call) recordCount() reply {
	type count struct {
		Count int    `json:"count"`
		Name  string `json:"name"`
	}
	out := []count{}
	for name := range strings.SplitSeq(c.query.Get("sObjects"), ",") {
		obj := c.s.org.Object(strings.TrimSpace(name))
		if obj == nil {
			return refused(http.StatusBadRequest, "INVALID_TYPE", "sObject type '"+name+"' is not supported.")
		}
		res, err := c.s.org.Query(c.session.user, "SELECT COUNT() FROM "+obj.Name, false)
		if err != nil {
			return queryFailed(err)
		}
		out = append(out, count{res.Total, obj.Name})
	}
	return answer(http.StatusOK, map[string]any{"sObjects": out})
}

// recent serves /recent: no one ever looks at a record.
func (c *call) recent() reply {
	if len(c.segments) > 1 {
		return notFound()
	}
	return raw(http.StatusOK, []byte("[]"))
}
