package portal

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// virtuals are the properties whose value is worked out when read, because it
// follows from the row itself or from the time; a stored value goes before.
func virtuals(t *table) map[uint16]func(p *Portal, r *row, s *state) string {
	all := map[uint16]func(*Portal, *row, *state) string{}
	add := func(name string, f func(*Portal, *row, *state) string) {
		if slot, ok := t.slots[name]; ok {
			all[slot] = f
		}
	}
	addRowVirtuals(t, add)
	for _, name := range zeroes(t.def) {
		add(name, func(*Portal, *row, *state) string { return "0" })
	}
	for name, value := range constants(t.def) {
		add(name, func(*Portal, *row, *state) string { return value })
	}
	if t.def.Activity {
		addActivityVirtuals(t, add)
	}
	if t.def.index == contacts {
		addContactVirtuals(t, add)
	}
	if t.def.index == companies {
		add("hs_task_label", func(_ *Portal, _ *row, s *state) string { return t.text(s, "name") })
	}
	if t.def.index == contacts || t.def.index == companies {
		add("hs_searchable_calculated_phone_number", func(_ *Portal, _ *row, s *state) string {
			return strings.Map(func(r rune) rune {
				if r < '0' || r > '9' {
					return -1
				}
				return r
			}, t.text(s, "phone"))
		})
	}
	if t.def.index == tickets {
		add("hs_ticket_id", func(_ *Portal, r *row, _ *state) string { return r.idText() })
	}
	return all
}

// addRowVirtuals are the values that stand in the row itself. Contacts keep
// their stamp in lastmodifieddate alone: their hs_lastmodifieddate stays null,
// and a search by it finds nothing.
func addRowVirtuals(t *table, add func(string, func(*Portal, *row, *state) string)) {
	created := func(_ *Portal, r *row, _ *state) string { return FormatTime(r.created) }
	add("createdate", created)
	add("hs_createdate", created)
	add(t.def.Modified, func(_ *Portal, _ *row, s *state) string { return FormatTime(s.modified) })
	if t.def.index == contacts || t.def.index == companies || t.def.index == tickets {
		add("hs_v2_date_entered_current_stage", created)
		add("hs_v2_time_in_current_stage", created)
	}
	add("hs_object_id", func(_ *Portal, r *row, _ *state) string { return r.idText() })
	add("hs_object_source", func(p *Portal, r *row, _ *state) string { return p.sources[r.source].Type })
	add("hs_object_source_id", func(p *Portal, r *row, _ *state) string { return p.sources[r.source].ID })
	add("hs_object_source_label", func(p *Portal, r *row, _ *state) string { return p.sources[r.source].Label })
	add("hs_merged_object_ids", func(_ *Portal, r *row, _ *state) string { return r.aliasText() })
}

// zeroes are the counters that a fresh record shows as "0" (recorded create
// replies).
func zeroes(t *ObjectType) []string {
	switch t.index {
	case companies:
		return []string{
			"hs_num_blockers", "hs_num_child_companies", "hs_num_contacts_with_buying_roles",
			"hs_num_decision_makers", "hs_num_open_deals", "num_associated_contacts", "num_notes",
		}
	case contacts:
		return []string{
			"hs_associated_target_accounts", "hs_membership_has_accessed_private_content",
			"hs_prospecting_agent_actively_enrolled_count", "hs_prospecting_agent_total_enrolled_count",
			"hs_registered_member", "hs_sequences_actively_enrolled_count", "num_notes",
		}
	case deals:
		return []string{
			"days_to_close", "hs_closed_amount", "hs_closed_amount_in_home_currency", "hs_closed_won_count",
			"hs_days_to_close_raw", "hs_deal_stage_probability_shadow", "hs_num_associated_active_deal_registrations",
			"hs_num_associated_deal_registrations", "hs_projected_amount", "hs_projected_amount_in_home_currency",
			"hs_num_associated_deal_splits", "hs_num_of_associated_line_items", "hs_num_target_accounts",
			"hs_number_of_call_engagements", "hs_number_of_inbound_calls", "hs_number_of_outbound_calls",
			"hs_number_of_overdue_tasks", "num_associated_contacts", "num_notes",
		}
	case tickets:
		return []string{"hs_num_associated_companies", "hs_num_times_contacted", "num_notes"}
	case tasks:
		return []string{
			"hs_task_completion_count", "hs_task_is_completed", "hs_task_is_completed_call",
			"hs_task_is_completed_email", "hs_task_is_completed_linked_in", "hs_task_is_completed_sequence",
		}
	}
	return nil
}

// constants are what the platform fills in alike for every record.
func constants(t *ObjectType) map[string]string {
	switch t.index {
	case companies:
		return map[string]string{"hs_annual_revenue_currency_code": "USD", "hs_pipeline": "companies-lifecycle-pipeline"}
	case contacts:
		return map[string]string{
			"hs_is_contact": "true", "hs_is_unworked": "true", "hs_pipeline": "contacts-lifecycle-pipeline",
			"hs_currently_enrolled_in_prospecting_agent": "false",
		}
	case tasks:
		return map[string]string{
			"hs_task_family": "SALES", "hs_task_for_object_type": "OWNER",
			"hs_task_is_all_day": "false", "hs_task_is_sub_task": "false",
		}
	case deals:
		return map[string]string{
			"hs_is_deal_split": "false", "hs_is_closed_won": "false", "hs_is_closed_lost": "false",
			"hs_has_last_conversation_follow_ups": "false", "hs_has_last_meeting_followups": "false",
		}
	}
	return nil
}

func addContactVirtuals(t *table, add func(string, func(*Portal, *row, *state) string)) {
	add("hs_all_contact_vids", func(_ *Portal, r *row, _ *state) string {
		if extra := r.aliasText(); extra != "" {
			return r.idText() + ";" + extra
		}
		return r.idText()
	})
	for _, stage := range []string{
		"subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist", "other",
	} {
		add("hs_lifecyclestage_"+stage+"_date", func(_ *Portal, r *row, s *state) string {
			if t.text(s, "lifecyclestage") != stage {
				return ""
			}
			return FormatTime(r.created)
		})
	}
	add("hs_email_domain", func(_ *Portal, _ *row, s *state) string {
		_, domain, _ := strings.Cut(t.text(s, "email"), "@")
		return domain
	})
	add("hs_full_name_or_email", func(_ *Portal, _ *row, s *state) string {
		name := strings.TrimSpace(t.text(s, "firstname") + " " + t.text(s, "lastname"))
		if name == "" {
			return t.text(s, "email")
		}
		return name
	})
}

func addActivityVirtuals(t *table, add func(string, func(*Portal, *row, *state) string)) {
	add("hs_obj_coords", func(_ *Portal, r *row, _ *state) string { return t.def.ID + "-" + r.idText() })
	body := map[uint8]string{
		tasks: "hs_task_body", notes: "hs_note_body", calls: "hs_call_body",
		meetings: "hs_meeting_body", emails: "hs_email_text",
	}[t.def.index]
	add("hs_body_preview", func(_ *Portal, _ *row, s *state) string { return preview(t.text(s, body)) })
	add("hs_body_preview_html", func(_ *Portal, _ *row, s *state) string {
		if text := t.text(s, body); text != "" {
			return "<html>\n<head></head>\n<body>\n" + text + "\n</body>\n</html>"
		}
		return ""
	})
	add("hs_body_preview_is_truncated", func(_ *Portal, _ *row, s *state) string {
		text := stripTags(t.text(s, body))
		if text == "" {
			return ""
		}
		return strconv.FormatBool(preview(text) != text)
	})
	if t.def.index == tasks {
		addTaskVirtuals(t, add)
	}
}

func addTaskVirtuals(t *table, add func(string, func(*Portal, *row, *state) string)) {
	late := func(p *Portal, s *state) bool {
		due, ok := ParseTime(t.text(s, "hs_timestamp"))
		return ok && t.text(s, "hs_task_status") != "COMPLETED" && due < p.nowMillis()
	}
	for _, name := range []string{"hs_task_is_overdue", "hs_task_is_past_due_date", "hs_task_missed_due_date"} {
		add(name, func(p *Portal, _ *row, s *state) string { return strconv.FormatBool(late(p, s)) })
	}
	add("hs_task_missed_due_date_count", func(p *Portal, _ *row, s *state) string {
		if late(p, s) {
			return "1"
		}
		return "0"
	})
	add("hs_task_is_open", func(_ *Portal, _ *row, s *state) string {
		return strconv.FormatBool(t.text(s, "hs_task_status") != "COMPLETED")
	})
	add("hs_start_date_with_fallback", func(_ *Portal, r *row, _ *state) string { return FormatTime(r.created) })
}

// previewRunes is where HubSpot cuts a body preview.
const previewRunes = 255

func preview(html string) string {
	text := stripTags(html)
	if utf8.RuneCountInString(text) <= previewRunes {
		return text
	}
	return string([]rune(text)[:previewRunes])
}

func stripTags(html string) string {
	if !strings.Contains(html, "<") {
		return html
	}
	var b strings.Builder
	inside := false
	for _, c := range html {
		switch {
		case c == '<':
			inside = true
		case c == '>' && inside:
			inside = false
		case !inside:
			b.WriteRune(c)
		}
	}
	return strings.TrimSpace(b.String())
}

// text is the stored value of a property, "" if there is none.
func (t *table) text(s *state, name string) string {
	slot, ok := t.slots[name]
	if !ok {
		return ""
	}
	v, _ := s.get(slot)
	return v
}

// value is what a reader sees: set tells null from "".
func (t *table) value(p *Portal, r *row, s *state, slot uint16) (val string, set bool) {
	if v, ok := s.get(slot); ok {
		return v, true
	}
	if f := t.virtual[slot]; f != nil {
		if v := f(p, r, s); v != "" {
			return v, true
		}
	}
	return "", false
}

func (r *row) aliasText() string {
	if len(r.aliases) == 0 {
		return ""
	}
	ids := slices.Clone(r.aliases)
	slices.Sort(ids)
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(parts, ";")
}
