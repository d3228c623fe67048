package portal

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// deriveCreate fills in what a fresh record gets from the platform.
func (p *Portal) deriveCreate(d *draft, now int64) {
	fallback := func(name, val string) {
		if d.get(name) == "" && d.table.prop(name) != nil {
			d.set(name, val)
		}
	}
	switch d.table.def.index {
	case contacts, companies:
		fallback("lifecyclestage", "lead")
	case tasks:
		fallback("hs_task_status", "NOT_STARTED")
		fallback("hs_task_priority", "NONE")
		fallback("hs_task_type", "TODO")
	case meetings:
		fallback("hs_timestamp", d.get("hs_meeting_start_time"))
	case tickets:
		if line, _ := p.stage(d.table.def, d.get("hs_pipeline_stage")); line != nil {
			fallback("hs_pipeline", line.ID)
		}
	}
	if d.table.def.Activity {
		if at, ok := ParseTime(d.get("hs_timestamp")); ok && at <= now {
			d.set("hs_engagements_last_contacted", d.get("hs_timestamp"))
		}
	}
}

// derive sets the values that follow from the ones just written.
func (p *Portal) derive(d *draft, now int64) {
	if len(d.changed) == 0 {
		return
	}
	if d.has("hubspot_owner_id") {
		p.deriveOwner(d, now)
	}
	switch d.table.def.index {
	case companies:
		deriveDomain(d)
	case contacts:
		if d.has("lifecyclestage") && !d.fresh && d.get("lifecyclestage") != "" {
			d.set("hs_lifecyclestage_"+d.get("lifecyclestage")+"_date", FormatTime(now))
		}
	case tasks:
		deriveTask(d, now)
	case deals:
		p.deriveDeal(d, now)
	case tickets:
		if _, s := p.stage(d.table.def, d.get("hs_pipeline_stage")); s != nil {
			d.set("hs_is_closed", strconv.FormatBool(s.Metadata["ticketState"] == "CLOSED"))
		}
	}
	if d.has("lifecyclestage") && !d.fresh {
		d.set("hs_v2_date_entered_current_stage", FormatTime(now))
		d.set("hs_v2_time_in_current_stage", FormatTime(now))
	}
}

func (p *Portal) deriveOwner(d *draft, now int64) {
	id := d.get("hubspot_owner_id")
	if id == "" {
		for _, name := range []string{"hubspot_owner_assigneddate", "hs_all_owner_ids", "hs_user_ids_of_all_owners"} {
			d.set(name, "")
		}
		return
	}
	d.set("hubspot_owner_assigneddate", FormatTime(now))
	d.set("hs_all_owner_ids", id)
	if o := p.ownerByID[id]; o != nil {
		d.set("hs_user_ids_of_all_owners", strconv.FormatInt(o.UserIDIncludingInactive, 10))
	}
}

// deriveDomain: a website fills an empty domain and the other way round
// (recorded: a create with a domain returns the website).
func deriveDomain(d *draft) {
	if d.has("website") && d.get("domain") == "" && d.get("website") != "" {
		d.set("domain", DomainOf(d.get("website")))
	}
	if d.has("domain") && d.get("website") == "" && d.get("domain") != "" {
		d.set("website", d.get("domain"))
	}
}

func deriveTask(d *draft, now int64) {
	if !d.has("hs_task_status") && !d.has("hs_task_type") {
		return
	}
	done := d.get("hs_task_status") == "COMPLETED"
	flag := func(name string, on bool) {
		if on {
			d.set(name, "1")
		} else if d.get(name) != "" {
			d.set(name, "0")
		}
	}
	kind := d.get("hs_task_type")
	flag("hs_task_is_completed", done)
	flag("hs_task_completion_count", done)
	flag("hs_task_is_completed_call", done && kind == "CALL")
	flag("hs_task_is_completed_email", done && kind == "EMAIL")
	flag("hs_task_is_completed_linked_in", done && strings.HasPrefix(kind, "LINKED_IN"))
	switch {
	case done && d.get("hs_task_completion_date") == "":
		d.set("hs_task_completion_date", FormatTime(now))
	case !done && d.get("hs_task_completion_date") != "":
		d.set("hs_task_completion_date", "")
	}
}

func (p *Portal) deriveDeal(d *draft, now int64) {
	if d.has("amount") {
		d.set("amount_in_home_currency", d.get("amount"))
		d.set("hs_forecast_amount", d.get("amount"))
	}
	_, s := p.stage(d.table.def, d.get("dealstage"))
	if s == nil {
		return
	}
	closed := s.Metadata["isClosed"] == "true"
	won := closed && s.Metadata["probability"] == "1.0"
	if d.has("dealstage") {
		p.deriveStage(d, s, closed, won, now)
	}
	if d.has("amount") || d.has("dealstage") {
		projected := product(d.get("amount"), s.Metadata["probability"])
		d.set("hs_projected_amount", projected)
		d.set("hs_projected_amount_in_home_currency", projected)
		if won {
			d.set("hs_closed_amount", d.get("amount"))
			d.set("hs_closed_amount_in_home_currency", d.get("amount"))
		}
	}
	if at, ok := ParseTime(d.get("closedate")); ok && d.has("closedate") {
		created := now
		if !d.fresh {
			created = d.row.created
		}
		d.set("days_to_close", strconv.FormatInt(max(0, (at-created)/dayMillis), 10))
	}
}

func (p *Portal) deriveStage(d *draft, s *Stage, closed, won bool, now int64) {
	line, _ := p.stage(d.table.def, s.ID)
	d.set("pipeline", line.ID)
	d.set("hs_is_closed", strconv.FormatBool(closed))
	d.set("hs_is_closed_won", strconv.FormatBool(won))
	d.set("hs_is_closed_lost", strconv.FormatBool(closed && !won))
	d.set("hs_closed_won_count", digit(won))
	d.set("hs_is_closed_count", digit(closed))
	d.set("hs_is_open_count", digit(!closed))
	d.set("hs_deal_stage_probability", exactDecimal(s.Metadata["probability"]))
	d.set("hs_deal_stage_probability_shadow", exactDecimal(s.Metadata["probability"]))
	if closed && d.get("closedate") == "" {
		d.set("closedate", FormatTime(now))
	}
	if !d.fresh {
		d.set("hs_v2_date_entered_current_stage", FormatTime(now))
		d.set("hs_v2_time_in_current_stage", FormatTime(now))
	}
}

func digit(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// product multiplies an amount with a probability as HubSpot does, to the last
// binary digit of the probability.
func product(amount, probability string) string {
	a, ok := new(big.Rat).SetString(amount)
	f, err := strconv.ParseFloat(probability, 64)
	if !ok || err != nil {
		return "0"
	}
	_, fraction, _ := strings.Cut(exactDecimal(probability), ".")
	_, cents, _ := strings.Cut(amount, ".")
	return a.Mul(a, new(big.Rat).SetFloat64(f)).FloatString(len(fraction) + len(cents))
}

// exactDecimal writes a probability as HubSpot does: every digit of the
// binary fraction (recorded: 0.4000000000000000222...).
func exactDecimal(s string) string {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	text := strconv.FormatFloat(f, 'f', 60, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// stageIgnored: a lifecycle stage does not move backwards; HubSpot answers
// with success and changes nothing, unless an earlier request cleared it
// (HubSpot staff, integrate.hubspot.com/t/1333).
func (p *Portal) stageIgnored(t *table, present, wanted string) bool {
	if p.set.BackwardLifecycle || present == "" || wanted == "" {
		return false
	}
	prop := t.prop("lifecyclestage")
	if prop == nil {
		return false
	}
	rank := func(v string) int { return slices.IndexFunc(prop.Options, func(o Option) bool { return o.Value == v }) }
	return rank(wanted) < rank(present)
}
