package portal

import "slices"

// Record is a row as the API shows it, with the JSON names and order of
// recorded replies.
type Record struct {
	ID           string                   `json:"id"`
	Properties   map[string]*string       `json:"properties"`
	History      map[string][]Version     `json:"propertiesWithHistory,omitempty"`
	CreatedAt    string                   `json:"createdAt"`
	UpdatedAt    string                   `json:"updatedAt"`
	Archived     bool                     `json:"archived"`
	ArchivedAt   string                   `json:"archivedAt,omitempty"`
	New          *bool                    `json:"new,omitempty"`
	URL          string                   `json:"url,omitempty"`
	Associations map[string]AssociatedIDs `json:"associations,omitempty"`
}

// Version is one value in a property's history, newest first.
type Version struct {
	Value       string `json:"value"`
	Timestamp   string `json:"timestamp"`
	SourceType  string `json:"sourceType"`
	SourceID    string `json:"sourceId,omitempty"`
	SourceLabel string `json:"sourceLabel,omitempty"`
}

// AssociatedIDs is one object type's entry of a record's inline associations.
type AssociatedIDs struct {
	Results []AssociatedID `json:"results"`
}

// AssociatedID is one association in the legacy wording.
type AssociatedID struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// View says what of a record to show.
type View struct {
	// Properties asked for; none means the type's defaults.
	Properties []string
	// History lists properties to show with their earlier values.
	History []string
	// Associations lists object types whose links to show inline.
	Associations []*ObjectType
}

// view shows a row. Names that no property has are left out, as HubSpot does.
func (p *Portal) view(t *table, r *row, s *state, v View) Record {
	names := v.Properties
	if len(names) == 0 {
		names = t.def.Defaults
	}
	rec := p.frame(t, r, s)
	rec.Properties = make(map[string]*string, len(names)+3)
	for _, list := range [][]string{names, v.History, t.def.Always} {
		for _, name := range list {
			p.show(t, r, s, name, rec.Properties)
		}
	}
	for _, name := range v.History {
		if t.prop(name) == nil {
			continue
		}
		if rec.History == nil {
			rec.History = map[string][]Version{}
		}
		rec.History[name] = p.history(t, r, t.slots[name])
	}
	rec.Associations = p.inlineAssociations(t, r, v.Associations)
	return rec
}

func (p *Portal) show(t *table, r *row, s *state, name string, into map[string]*string) {
	if t.prop(name) == nil {
		return
	}
	val, set := t.value(p, r, s, t.slots[name])
	if !set {
		into[name] = nil
		return
	}
	into[name] = &val
}

// frame is a record without properties.
func (p *Portal) frame(t *table, r *row, s *state) Record {
	rec := Record{
		ID: r.idText(), CreatedAt: FormatTime(r.created), UpdatedAt: FormatTime(s.modified),
		URL: recordURL(t.def, p.uiDomain, p.id, r.idText()),
	}
	if s.archived > 0 {
		rec.Archived, rec.ArchivedAt = true, FormatTime(s.archived)
	}
	return rec
}

// written is the reply to a create or update: what was sent and what the
// platform fills in, without nulls.
func (p *Portal) written(t *table, r *row, sent []string, created bool) Record {
	rec := p.frame(t, r, r.cur)
	rec.Properties = map[string]*string{}
	for _, name := range sent {
		p.show(t, r, r.cur, name, rec.Properties)
	}
	if created {
		for slot, prop := range t.props {
			if _, stored := r.cur.get(uint16(slot)); stored || t.virtual[uint16(slot)] != nil {
				p.show(t, r, r.cur, prop.Name, rec.Properties)
			}
		}
	}
	for _, name := range updateEcho(t.def) {
		p.show(t, r, r.cur, name, rec.Properties)
	}
	if created {
		for _, name := range createHides(t.def) {
			delete(rec.Properties, name)
		}
	}
	empty := ""
	for name, v := range rec.Properties {
		switch {
		case v != nil:
		case slices.Contains(sent, name):
			rec.Properties[name] = &empty // recorded: a cleared value comes back as ""
		default:
			delete(rec.Properties, name)
		}
	}
	return rec
}

// createHides are stamps that recorded create replies do not repeat under
// their second name.
func createHides(t *ObjectType) []string {
	switch t.index {
	case companies, contacts, tickets:
		return []string{"hs_createdate"}
	case tasks:
		return []string{"hs_task_is_open"}
	}
	return nil
}

// updateEcho are the system properties that recorded update replies hold
// besides the ones that were sent.
func updateEcho(t *ObjectType) []string {
	list := slices.Clone(t.Always)
	list = append(list, "hs_object_source", "hs_object_source_id", "hs_object_source_label")
	switch {
	case t.index == companies:
		list = append(list, "domain", "hs_pipeline", "hs_task_label", "lifecyclestage", "hs_v2_date_entered_current_stage", "hs_v2_time_in_current_stage")
	case t.index == contacts:
		list = append(list, "hs_is_unworked", "hs_pipeline", "lifecyclestage", "hs_v2_date_entered_current_stage", "hs_v2_time_in_current_stage")
	case t.index == tasks:
		list = append(list, taskEcho()...)
	case t.index == deals:
		list = append(list, dealEcho()...)
	case t.Activity:
		list = append(list, "hs_obj_coords", "hs_body_preview", "hs_body_preview_html", "hs_body_preview_is_truncated")
	}
	return list
}

func taskEcho() []string {
	return []string{
		"hs_body_preview", "hs_body_preview_html", "hs_body_preview_is_truncated", "hs_obj_coords",
		"hs_start_date_with_fallback", "hs_task_completion_count", "hs_task_completion_date", "hs_task_is_completed",
		"hs_task_is_completed_call", "hs_task_is_completed_email", "hs_task_is_completed_linked_in",
		"hs_task_is_completed_sequence", "hs_task_is_open", "hs_task_is_overdue", "hs_task_is_past_due_date",
		"hs_task_missed_due_date", "hs_task_missed_due_date_count", "hs_task_type", "hs_timestamp",
	}
}

func dealEcho() []string {
	return []string{
		"amount_in_home_currency", "days_to_close", "hs_closed_amount", "hs_closed_amount_in_home_currency",
		"hs_closed_won_count", "hs_days_to_close_raw", "hs_deal_stage_probability", "hs_deal_stage_probability_shadow",
		"hs_forecast_amount", "hs_is_closed", "hs_is_closed_count", "hs_is_closed_won", "hs_is_open_count",
		"hs_projected_amount", "hs_projected_amount_in_home_currency", "hs_v2_date_entered_current_stage",
		"hs_v2_time_in_current_stage", "pipeline",
	}
}

// history lists the values of one property, the present one first.
func (p *Portal) history(t *table, r *row, slot uint16) []Version {
	version := func(c change) Version {
		s := p.sources[c.source]
		return Version{Value: c.val, Timestamp: FormatTime(c.at), SourceType: s.Type, SourceID: s.ID, SourceLabel: s.Label}
	}
	list := []Version{}
	for _, c := range slices.Backward(r.hist) {
		if c.slot == slot {
			list = append(list, version(c))
		}
	}
	if len(list) > 0 {
		return list
	}
	if val, set := t.value(p, r, r.cur, slot); set {
		list = append(list, version(change{slot: slot, source: r.source, at: r.created, val: val}))
	}
	return list
}
