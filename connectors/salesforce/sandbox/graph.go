package sandbox

import (
	"net/http"
	"strings"
)

const (
	// The bounds of a graph request (REST API Developer Guide, "Composite
	// Graph Limits").
	maxGraphs, maxGraphNodes, maxFailedGraphs = 75, 500, 14
)

type graphResult struct {
	ID       string        `json:"graphId"`
	Response graphResponse `json:"graphResponse"`
	OK       bool          `json:"isSuccessful"`
}

type graphResponse struct {
	Composite []subresponse `json:"compositeResponse"`
}

// graph serves POST /composite/graph: every graph is all or nothing.
func (c *call) graph() reply {
	body, bad := c.bodyObject()
	if bad != nil {
		return *bad
	}
	graphs := body.list("graphs")
	if len(graphs) == 0 || len(graphs) > maxGraphs {
		return refused(http.StatusBadRequest, "LIMIT_EXCEEDED", "graphs must hold between 1 and 75 graphs")
	}
	nodes, failed := 0, 0
	results := []graphResult{}
	for _, v := range graphs {
		g, _ := v.(object)
		subs, bad := c.subrequests(g.list("compositeRequest"), maxGraphNodes)
		if bad != nil {
			return *bad
		}
		if nodes += len(subs); nodes > maxGraphNodes {
			return refused(http.StatusBadRequest, "LIMIT_EXCEEDED", "The maximum number of nodes in all graphs is 500")
		}
		res := graphResult{ID: g.text("graphId"), OK: true}
		if failed > maxFailedGraphs {
			res.Response.Composite = halted(nil, subs, -1)
		} else {
			res.Response.Composite = c.runAll(subs, true, graphAllows)
		}
		for _, r := range res.Response.Composite {
			res.OK = res.OK && !r.failed()
		}
		if !res.OK {
			failed++
		}
		results = append(results, res)
	}
	return answer(http.StatusOK, map[string][]graphResult{"graphs": results})
}

// graphAllows lets records through and nothing else.
func graphAllows(u string) bool {
	parts := strings.Split(resource(u), "/")
	return parts[0] == "sobjects" && len(parts) >= 2 && len(parts) <= 4 && parts[len(parts)-1] != "describe"
}
