package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// workflows keeps the account's workflows (Automation API v4, "Workflows").
// They are listed and never run: there is nothing here that enrolls records.
type workflows struct {
	mu   sync.Mutex
	list []workflow
}

// workflow is one workflow: what the list says of it, and all that its maker
// sent.
type workflow struct {
	ID         string    `json:"id"`
	IsEnabled  bool      `json:"isEnabled"`
	FlowType   string    `json:"flowType"`
	ObjectType string    `json:"objectTypeId"`
	RevisionID string    `json:"revisionId"`
	Name       string    `json:"name,omitempty"`
	CreatedAt  time.Time `json:"createdAt"`
	UpdatedAt  time.Time `json:"updatedAt"`

	definition map[string]json.RawMessage
}

func (s *Server) workflowRoutes() []route {
	const v4 = "v4"
	scope := fixedScope("automation")
	return []route{
		{method: "GET", path: "automation/flows", versions: v4, handle: s.listWorkflows, scopes: scope},
		{method: "POST", path: "automation/flows", versions: v4, handle: s.createWorkflow, scopes: scope},
		{method: "POST", path: "automation/flows/batch/read", versions: v4, handle: s.batchReadWorkflows, scopes: scope},
		{method: "GET", path: "automation/flows/{flow}", versions: v4, handle: s.getWorkflow, scopes: scope},
		{method: "DELETE", path: "automation/flows/{flow}", versions: v4, handle: s.deleteWorkflow, scopes: scope},
	}
}

// full is a workflow as a read of it shows it: its maker's definition, and
// what the account adds.
func (w workflow) full() (map[string]json.RawMessage, error) {
	text, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	out := map[string]json.RawMessage{}
	for k, v := range w.definition {
		out[k] = v
	}
	return out, json.Unmarshal(text, &out)
}

// listWorkflows is GET automation/v4/flows, in the order of their making. A
// page holds 100, which is assumed to be the most as well.
func (s *Server) listWorkflows(c *call) (reply, error) {
	limit, err := c.limit(100, 100)
	if err != nil {
		return reply{}, err
	}
	after, _ := strconv.Atoi(c.query.Get("after"))
	s.workflows.mu.Lock()
	defer s.workflows.mu.Unlock()
	page, next := []workflow{}, ""
	for _, w := range s.workflows.list {
		if n, _ := strconv.Atoi(w.ID); n <= after {
			continue
		}
		if len(page) == limit {
			next = page[limit-1].ID
			break
		}
		page = append(page, w)
	}
	return ok(collection{page, c.nextPage(next)})
}

func (s *Server) getWorkflow(c *call) (reply, error) {
	s.workflows.mu.Lock()
	defer s.workflows.mu.Unlock()
	i := s.workflows.find(c.params[0])
	if i < 0 {
		return reply{}, noWorkflow(c.params[0])
	}
	full, err := s.workflows.list[i].full()
	if err != nil {
		return reply{}, err
	}
	return ok(full)
}

func (w *workflows) find(id string) int {
	return slices.IndexFunc(w.list, func(w workflow) bool { return w.ID == id })
}

func noWorkflow(id string) error {
	return &portal.Error{Status: http.StatusNotFound, Category: "OBJECT_NOT_FOUND", Message: "Flow with ID " + id + " not found"}
}

// createWorkflow is POST automation/v4/flows. The words of its refusals are
// assumed.
func (s *Server) createWorkflow(c *call) (reply, error) {
	var in struct {
		workflow
		Type string `json:"type"`
	}
	if err := c.decode(&in, "isEnabled", "type", "objectTypeId", "actions"); err != nil {
		return reply{}, err
	}
	t, err := s.portal.Type(in.ObjectType)
	switch {
	case in.Type != "CONTACT_FLOW" && in.Type != "PLATFORM_FLOW":
		return reply{}, portal.Invalid("Invalid request to flow create: type must be CONTACT_FLOW or PLATFORM_FLOW, not %q", in.Type)
	case err != nil || t.ID != in.ObjectType:
		return reply{}, portal.Invalid("Invalid request to flow create: %q is no object type id", in.ObjectType)
	case (in.Type == "CONTACT_FLOW") != (in.ObjectType == "0-1"):
		return reply{}, portal.Invalid("Invalid request to flow create: a CONTACT_FLOW has the object type 0-1, a PLATFORM_FLOW any other")
	}
	w := in.workflow
	if err := json.Unmarshal(c.body, &w.definition); err != nil {
		return reply{}, err
	}
	if w.FlowType == "" {
		w.FlowType = "WORKFLOW"
	}
	s.workflows.mu.Lock()
	defer s.workflows.mu.Unlock()
	last := 1_600_000_000
	if n := len(s.workflows.list); n > 0 {
		last, _ = strconv.Atoi(s.workflows.list[n-1].ID)
	}
	w.ID, w.RevisionID, w.CreatedAt = strconv.Itoa(last+1), "1", s.clock.Now().UTC().Truncate(time.Millisecond)
	w.UpdatedAt = w.CreatedAt
	s.workflows.list = append(s.workflows.list, w)
	full, err := w.full()
	if err != nil {
		return reply{}, err
	}
	return created(full)
}

// batchReadWorkflows is POST automation/v4/flows/batch/read; flows that are
// not there are left out.
func (s *Server) batchReadWorkflows(c *call) (reply, error) {
	var in struct {
		Inputs []struct {
			Type string `json:"type"`
			ID   text   `json:"flowId"`
		} `json:"inputs"`
	}
	if err := c.decode(&in, "inputs"); err != nil {
		return reply{}, err
	}
	s.workflows.mu.Lock()
	defer s.workflows.mu.Unlock()
	results := []any{}
	for _, input := range in.Inputs {
		if input.Type != "FLOW_ID" {
			return reply{}, portal.Invalid("Invalid input type %q: FLOW_ID is the only one", input.Type)
		}
		if i := s.workflows.find(input.ID.val); i >= 0 {
			full, err := s.workflows.list[i].full()
			if err != nil {
				return reply{}, err
			}
			results = append(results, full)
		}
	}
	now := s.clock.Now().UTC()
	return ok(struct {
		Status    string    `json:"status"`
		Results   []any     `json:"results"`
		Started   time.Time `json:"startedAt"`
		Completed time.Time `json:"completedAt"`
	}{"COMPLETE", results, now, now})
}

func (s *Server) deleteWorkflow(c *call) (reply, error) {
	s.workflows.mu.Lock()
	defer s.workflows.mu.Unlock()
	i := s.workflows.find(c.params[0])
	if i < 0 {
		return reply{}, noWorkflow(c.params[0])
	}
	s.workflows.list = slices.Delete(s.workflows.list, i, i+1)
	return noContent()
}
