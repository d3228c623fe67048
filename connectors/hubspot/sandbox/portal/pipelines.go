package portal

import "slices"

// Pipeline is one pipeline, with the JSON names of the vendor's schema (CRM
// Pipelines API).
type Pipeline struct {
	Label        string  `json:"label"`
	DisplayOrder int     `json:"displayOrder"`
	ID           string  `json:"id"`
	Stages       []Stage `json:"stages"`
	CreatedAt    string  `json:"createdAt"`
	UpdatedAt    string  `json:"updatedAt"`
	Archived     bool    `json:"archived"`
}

// Stage is one stage of a pipeline.
type Stage struct {
	Label            string            `json:"label"`
	DisplayOrder     int               `json:"displayOrder"`
	Metadata         map[string]string `json:"metadata"`
	ID               string            `json:"id"`
	CreatedAt        string            `json:"createdAt"`
	UpdatedAt        string            `json:"updatedAt"`
	WritePermissions string            `json:"writePermissions"`
	Archived         bool              `json:"archived"`
}

func stages(closedKey string, list [][4]string) []Stage {
	out := make([]Stage, len(list))
	for i, s := range list {
		out[i] = Stage{
			ID: s[0], Label: s[1], DisplayOrder: i, Metadata: map[string]string{closedKey: s[2]},
			CreatedAt: FormatTime(0), UpdatedAt: FormatTime(0), WritePermissions: "CRM_PERMISSIONS_ENFORCEMENT",
		}
		if s[3] != "" {
			out[i].Metadata["probability"] = s[3]
		}
	}
	return out
}

// dealPipelines is the sales pipeline of a new portal, as recorded.
func dealPipelines() []*Pipeline {
	return []*Pipeline{{
		ID: "default", Label: "Sales Pipeline", CreatedAt: FormatTime(0), UpdatedAt: FormatTime(0),
		Stages: stages("isClosed", [][4]string{
			{"appointmentscheduled", "Appointment Scheduled", "false", "0.2"},
			{"qualifiedtobuy", "Qualified To Buy", "false", "0.4"},
			{"presentationscheduled", "Presentation Scheduled", "false", "0.6"},
			{"decisionmakerboughtin", "Decision Maker Bought-In", "false", "0.8"},
			{"contractsent", "Contract Sent", "false", "0.9"},
			{"closedwon", "Closed Won", "true", "1.0"},
			{"closedlost", "Closed Lost", "true", "0.0"},
		}),
	}}
}

func ticketPipelines() []*Pipeline {
	return []*Pipeline{{
		ID: "0", Label: "Support Pipeline", CreatedAt: FormatTime(0), UpdatedAt: FormatTime(0),
		Stages: stages("ticketState", [][4]string{
			{"1", "New", "OPEN", ""},
			{"2", "Waiting on contact", "OPEN", ""},
			{"3", "Waiting on us", "OPEN", ""},
			{"4", "Closed", "CLOSED", ""},
		}),
	}}
}

// Pipelines lists the pipelines of an object type.
func (p *Portal) Pipelines(t *ObjectType) []Pipeline {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := []Pipeline{}
	for _, line := range p.pipelines[t.index] {
		list = append(list, *line)
	}
	return list
}

// AddPipeline adds or replaces a pipeline of deals or tickets.
func (p *Portal) AddPipeline(t *ObjectType, line Pipeline) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pipelines[t.index] = slices.DeleteFunc(p.pipelines[t.index], func(x *Pipeline) bool { return x.ID == line.ID })
	p.pipelines[t.index] = append(p.pipelines[t.index], &line)
}

// pipelineKnows tells whether a pipeline id or stage id exists.
func (p *Portal) pipelineKnows(t *ObjectType, property, id string) bool {
	for _, line := range p.pipelines[t.index] {
		if (property == "pipeline" || property == "hs_pipeline") && line.ID == id {
			return true
		}
		if (property == "dealstage" || property == "hs_pipeline_stage") && line.stage(id) != nil {
			return true
		}
	}
	return false
}

func (l *Pipeline) stage(id string) *Stage {
	for i := range l.Stages {
		if l.Stages[i].ID == id {
			return &l.Stages[i]
		}
	}
	return nil
}

// stage finds a stage and its pipeline.
func (p *Portal) stage(t *ObjectType, id string) (*Pipeline, *Stage) {
	for _, line := range p.pipelines[t.index] {
		if s := line.stage(id); s != nil {
			return line, s
		}
	}
	return nil, nil
}
