package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// oldestVersion is the oldest API version that Salesforce still runs: 7.0 to
// 20.0 retired with Summer '22, 21.0 to 30.0 with Summer '25 (REST API
// Developer Guide, "API End-of-Life Policy").
const oldestVersion = 31.0

// release names the season of an API version: 66.0 is Spring '26.
func release(version float64) string {
	n := int(version) - 31 // Summer '14
	seasons := []string{"Summer", "Winter", "Spring"}
	year := 14 + (n+2)/3
	return fmt.Sprintf("%s '%d", seasons[n%3], year)
}

// listVersions serves GET /services/data.
func (s *Server) listVersions() reply {
	type entry struct {
		Label   string `json:"label"`
		URL     string `json:"url"`
		Version string `json:"version"`
	}
	out := []entry{}
	for _, v := range s.versions {
		n, _ := strconv.ParseFloat(v, 64)
		out = append(out, entry{release(n), "/services/data/v" + v, v})
	}
	return answer(http.StatusOK, out)
}

// checkVersion refuses versions that are retired (410) or unknown (404).
func (s *Server) checkVersion(version string) *reply {
	if slices.Contains(s.versions, version) {
		return nil
	}
	n, err := strconv.ParseFloat(version, 64)
	r := notFound()
	if err == nil && n >= 7 && n < oldestVersion && strings.HasSuffix(version, ".0") {
		r = refused(http.StatusGone, "UNSUPPORTED_API_VERSION", fmt.Sprintf("The requested API version %s is retired.", version))
	}
	return &r
}

// resources serves GET /services/data/vXX.X.
func (c *call) resources() reply {
	out := map[string]string{"identity": c.base + "/id/" + c.s.org.ID() + "/" + c.session.user.String()}
	for _, name := range []string{"actions", "composite", "limits", "parameterizedSearch", "query", "queryAll", "recent", "search", "sobjects", "tooling"} {
		out[name] = c.root() + "/" + name
	}
	out["jobs"] = c.root() + "/jobs"
	return answer(http.StatusOK, out)
}
