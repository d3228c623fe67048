package workflows

import (
	"time"

	"handoffd/internal/expression"
	"handoffd/internal/yamlpos"
	"handoffd/workflows/calendar"
)

// most bounds a number of accounts.
const most = 1 << 30

// limits reads the caps on handoffs and the order in which accounts go.
func (k *compiler) limits(n yamlpos.Node) {
	m := n.Map("per_day", "per_week", "per_month", "segments", "owner", string(Inbound), string(Relationship), "order")
	k.p.Limits = Limits{Intent: k.perPeriod(m), Segments: map[string]Limit{}, Alert: map[Type]Limit{}}
	names := make([]string, len(k.p.Segments))
	for i, s := range k.p.Segments {
		names[i] = s.Name
	}
	segments := m.Get("segments").Map(names...)
	for _, s := range names {
		if segments.Has(s) {
			k.p.Limits.Segments[s] = k.limit(segments.Get(s))
		}
	}
	k.p.Limits.Owner = k.limit(m.Get("owner"))
	for _, t := range []Type{Inbound, Relationship} {
		if m.Has(string(t)) {
			k.p.Limits.Alert[t] = k.limit(m.Get(string(t)))
		}
	}
	if m.Has("order") {
		k.p.Order = expression.CompileNode(m.Get("order"), k.c, k.scope, expression.Number)
		k.use(k.p.Order)
	}
}

func (k *compiler) limit(n yamlpos.Node) Limit {
	m := n.Map("per_day", "per_week", "per_month")
	if m.OK() && m.Len() == 0 && n.OK() {
		n.Errorf(yamlpos.CheckMissingKey, "a limit needs per_day, per_week or per_month")
	}
	return k.perPeriod(m)
}

// perPeriod reads the caps. One that is more than a longer period's can never
// be reached.
func (k *compiler) perPeriod(m *yamlpos.Map) Limit {
	limit := Limit{}
	for _, p := range calendar.Periods() {
		n := 0
		if m.Get("per_"+string(p)).IntIn(&n, 1, most) {
			limit[p] = n
		}
	}
	for i, long := range calendar.Periods() {
		for _, short := range calendar.Periods()[:i] {
			if limit[long] > 0 && limit[short] > limit[long] {
				m.Get("per_"+string(short)).Warnf("never", "per_%s %d is never reached: per_%s %d is less", short, limit[short], long, limit[long])
			}
		}
	}
	return limit
}

// deliver reads when ready accounts go.
func (k *compiler) deliver(n yamlpos.Node) {
	if n.Kind() != yamlpos.Mapping {
		var word string
		if yamlpos.Enum(n, &word, "at_once", "weekly") && word == "weekly" {
			k.p.Deliver = Delivery{Weekly: true, Day: time.Monday, At: 9 * time.Hour}
		}
		return
	}
	m := n.Map("weekly")
	m.Require("weekly")
	k.p.Deliver = Delivery{Weekly: true, Day: time.Monday, At: 9 * time.Hour}
	w := m.Get("weekly").Map("day", "at")
	day := ""
	words := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	if yamlpos.Enum(w.Get("day"), &day, words...) {
		for i, word := range words {
			if word == day {
				k.p.Deliver.Day = time.Weekday(i)
			}
		}
	}
	text := ""
	if !w.Get("at").Text(&text) {
		return
	}
	at, ok := yamlpos.ParseTimeOfDay(text)
	if !ok || at >= 24*time.Hour {
		w.Get("at").Errorf(yamlpos.CheckValue, "%q is no time of day; write for example \"09:00\"", text)
		return
	}
	k.p.Deliver.At = at
}

// hold reads when a cycle is too large to go without a person's look.
func (k *compiler) hold(n yamlpos.Node) {
	if n.Kind() == yamlpos.Scalar {
		word := ""
		if yamlpos.Enum(n, &word, "off") {
			k.p.Hold = Hold{}
		}
		return
	}
	m := n.Map("above", "factor")
	m.Get("above").IntIn(&k.p.Hold.Above, 1, most)
	m.Get("factor").FloatIn(&k.p.Hold.Factor, 1, 1e6)
}
