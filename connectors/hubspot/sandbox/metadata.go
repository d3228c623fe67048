package sandbox

import (
	"fmt"
	"net/http"
	"time"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// accountDetails is GET account-info/details, as recorded.
func (s *Server) accountDetails(*call) (reply, error) {
	_, offset := s.clock.Now().In(s.zone).Zone()
	sign, abs := "+", offset
	if offset < 0 {
		sign, abs = "-", -offset
	}
	location := "na1"
	if s.opts.UIDomain == "app-eu1.hubspot.com" {
		location = "eu1"
	}
	return ok(struct {
		PortalID    int64    `json:"portalId"`
		AccountType string   `json:"accountType"`
		TimeZone    string   `json:"timeZone"`
		Currency    string   `json:"companyCurrency"`
		Additional  []string `json:"additionalCurrencies"`
		Offset      string   `json:"utcOffset"`
		OffsetMS    int      `json:"utcOffsetMilliseconds"`
		UIDomain    string   `json:"uiDomain"`
		Location    string   `json:"dataHostingLocation"`
	}{
		s.opts.PortalID, s.opts.AccountType, s.opts.TimeZone, s.opts.Currency, []string{},
		fmt.Sprintf("%s%02d:%02d", sign, abs/3600, abs/60%60), offset * 1000, s.opts.UIDomain, location,
	})
}

// apiUsage is GET account-info/api-usage/daily/private-apps.
func (s *Server) apiUsage(*call) (reply, error) {
	now := s.clock.Now()
	used, resets := s.limits.usage(now)
	type usage struct {
		Name        string `json:"name"`
		UsageLimit  int    `json:"usageLimit"`
		Current     int    `json:"currentUsage"`
		CollectedAt string `json:"collectedAt"`
		FetchStatus string `json:"fetchStatus"`
		ResetsAt    string `json:"resetsAt"`
	}
	stamp := func(t time.Time) string { return portal.FormatTime(t.UnixMilli()) }
	return ok(collection{Results: []usage{{
		"private-apps-api-calls-daily", s.settings().DailyLimit, used, stamp(now), "SUCCESS", stamp(resets),
	}}})
}

func (s *Server) listPipelines(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	return ok(collection{Results: s.portal.Pipelines(t)})
}

func (s *Server) pipeline(c *call) (portal.Pipeline, error) {
	t, err := s.object(c)
	if err != nil {
		return portal.Pipeline{}, err
	}
	for _, p := range s.portal.Pipelines(t) {
		if p.ID == c.params[1] {
			return p, nil
		}
	}
	return portal.Pipeline{}, missing("Pipeline", c.params[1])
}

func missing(what, id string) error {
	return &portal.Error{Status: http.StatusNotFound, Category: portal.CategoryNotFound, Message: fmt.Sprintf("%s %s does not exist.", what, id)}
}

func (s *Server) getPipeline(c *call) (reply, error) {
	p, err := s.pipeline(c)
	if err != nil {
		return reply{}, err
	}
	return ok(p)
}

func (s *Server) listStages(c *call) (reply, error) {
	p, err := s.pipeline(c)
	if err != nil {
		return reply{}, err
	}
	return ok(collection{Results: p.Stages})
}

func (s *Server) getStage(c *call) (reply, error) {
	p, err := s.pipeline(c)
	if err != nil {
		return reply{}, err
	}
	for _, stage := range p.Stages {
		if stage.ID == c.params[2] {
			return ok(stage)
		}
	}
	return reply{}, missing("Stage", c.params[2])
}

// listSchemas lists the custom objects; the sandbox has none.
func (s *Server) listSchemas(*call) (reply, error) {
	return ok(collection{Results: []string{}})
}

// getSchema describes a standard object.
func (s *Server) getSchema(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	type association struct {
		From string `json:"fromObjectTypeId"`
		To   string `json:"toObjectTypeId"`
		Name string `json:"name"`
		ID   string `json:"id"`
	}
	links := []association{}
	for _, to := range portal.Types() {
		for _, k := range s.portal.AssociationKinds(t, to) {
			links = append(links, association{t.ID, to.ID, k.Name, fmt.Sprint(k.ID)})
		}
	}
	return ok(map[string]any{
		"labels":             map[string]string{"singular": t.Singular, "plural": t.Plural},
		"requiredProperties": []string{}, "searchableProperties": t.Searchable, "primaryDisplayProperty": t.Defaults[0],
		"secondaryDisplayProperties": []string{}, "allowsSensitiveProperties": false,
		"archived": false, "metaType": "HUBSPOT", "id": t.ID[2:], "fullyQualifiedName": t.FullName,
		"objectTypeId": t.ID, "properties": s.portal.Properties(t, false), "associations": links, "name": t.FullName,
		"createdAt": portal.FormatTime(0), "updatedAt": portal.FormatTime(0),
	})
}

// listEvents is GET events: without an Enterprise hub it is refused.
func (s *Server) listEvents(*call) (reply, error) {
	if err := s.enterprise(); err != nil {
		return reply{}, err
	}
	return ok(collection{Results: []string{}})
}

func (s *Server) eventTypes(*call) (reply, error) {
	if err := s.enterprise(); err != nil {
		return reply{}, err
	}
	return ok(map[string][]string{"eventTypes": {"e_visited_page"}})
}

func (s *Server) enterprise() error {
	if s.settings().Enterprise {
		return nil
	}
	return &portal.Error{
		Status: http.StatusForbidden, Category: "FORBIDDEN",
		Message: "This account does not have access to event analytics. It needs an Enterprise subscription.",
	}
}
