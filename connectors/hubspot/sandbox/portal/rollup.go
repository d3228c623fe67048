package portal

import (
	"strconv"
)

// summed are the contact counters that a company shows as the sum over its
// contacts; latest are the datetimes of which it shows the newest.
func summed() []string {
	return []string{"hs_analytics_num_visits", "hs_analytics_num_page_views", "num_conversion_events"}
}

func latest() []string {
	return []string{"hs_analytics_last_visit_timestamp", "hs_analytics_last_timestamp", "hs_last_sales_activity_timestamp", "hs_sales_email_last_replied"}
}

// rollUp carries a contact's or deal's changed values to its companies.
func (p *Portal) rollUp(t *table, r *row, old, next *state, now int64) {
	set := r.linksTo(companies)
	if set == nil {
		return
	}
	switch t.def.index {
	case contacts:
		if !rolls(t, old, next) {
			return
		}
		for _, l := range set.list {
			if l.row.live() {
				p.touch(p.tables[companies], l.row, now, func(d *draft) { rollContact(t, d, old, next) })
			}
		}
	case deals:
		for _, l := range set.list {
			p.rollDeals(l.row, now)
		}
	}
}

// rolls tells whether a contact's change concerns its companies.
func rolls(t *table, old, next *state) bool {
	for _, list := range [][]string{summed(), latest(), {"recent_conversion_date"}} {
		for _, name := range list {
			if t.text(old, name) != t.text(next, name) {
				return true
			}
		}
	}
	return false
}

// rollContact replaces a contact's old share in its company's values by the
// new one. Either state may be nil: the contact joins or leaves.
func rollContact(t *table, d *draft, old, next *state) {
	text := func(s *state, name string) string {
		if s == nil {
			return ""
		}
		return t.text(s, name)
	}
	for _, name := range summed() {
		delta := number(text(next, name)) - number(text(old, name))
		if delta != 0 {
			d.set(name, strconv.FormatFloat(number(d.get(name))+delta, 'f', -1, 64))
		}
	}
	for _, name := range latest() {
		if later(text(next, name), d.get(name)) {
			d.set(name, text(next, name))
		}
	}
	if later(text(next, "recent_conversion_date"), d.get("recent_conversion_date")) {
		d.set("recent_conversion_date", text(next, "recent_conversion_date"))
		d.set("recent_conversion_event_name", text(next, "recent_conversion_event_name"))
	}
}

func number(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return f
}

func later(a, b string) bool {
	at, ok := ParseTime(a)
	if !ok {
		return false
	}
	bt, ok := ParseTime(b)
	return !ok || at > bt
}

// rollLink accounts for a link that came (sign 1) or went (sign -1).
func (p *Portal) rollLink(ta *table, a *row, tb *table, b *row, sign int, now int64) {
	if !a.live() || !b.live() {
		return
	}
	p.rollOneWay(ta, a, tb, b, sign, now)
	p.rollOneWay(tb, b, ta, a, sign, now)
}

// rollOneWay accounts for from at to.
func (p *Portal) rollOneWay(tf *table, from *row, tt *table, to *row, sign int, now int64) {
	count := func(d *draft, name string) {
		d.set(name, strconv.FormatFloat(max(0, number(d.get(name))+float64(sign)), 'f', -1, 64))
	}
	switch {
	case tf.def.index == contacts && tt.def.index == companies:
		p.touch(tt, to, now, func(d *draft) {
			count(d, "num_associated_contacts")
			if sign > 0 {
				rollContact(tf, d, nil, from.cur)
			} else {
				rollContact(tf, d, from.cur, nil)
			}
		})
	case tf.def.index == contacts && tt.def.index == deals:
		p.touch(tt, to, now, func(d *draft) { count(d, "num_associated_contacts") })
	case tf.def.index == deals && tt.def.index == companies:
		p.rollDeals(to, now)
	case tf.def.index == deals && tt.def.index == contacts:
		p.touch(tt, to, now, func(d *draft) { count(d, "num_associated_deals") })
	case tf.def.Activity && !tt.def.Activity:
		p.touch(tt, to, now, func(d *draft) { rollActivity(tf, from, d, count, sign, now) })
	}
}

// rollActivity counts an activity at the record that it is on.
func rollActivity(t *table, activity *row, d *draft, count func(*draft, string), sign int, now int64) {
	count(d, "num_notes")
	at := t.text(activity.cur, "hs_timestamp")
	contacted := t.def.index == calls || t.def.index == emails || t.def.index == meetings
	if contacted {
		count(d, "num_contacted_notes")
	}
	ms, ok := ParseTime(at)
	if sign < 0 || !ok {
		return
	}
	if ms > now {
		if next := d.get("notes_next_activity_date"); next == "" || later(next, at) {
			d.set("notes_next_activity_date", at)
		}
		return
	}
	if later(at, d.get("notes_last_updated")) {
		d.set("notes_last_updated", at)
	}
	if contacted && later(at, d.get("notes_last_contacted")) {
		d.set("notes_last_contacted", at)
	}
}

// rollDeals works out a company's deal figures anew; a company has few deals.
func (p *Portal) rollDeals(company *row, now int64) {
	if !company.live() {
		return
	}
	t := p.tables[deals]
	var n, open int
	var total, revenue, recent float64
	var closed string
	if set := company.linksTo(deals); set != nil {
		for _, l := range set.list {
			if !l.row.live() {
				continue
			}
			n++
			amount := number(t.text(l.row.cur, "amount"))
			total += amount
			switch {
			case t.text(l.row.cur, "hs_is_closed_won") == "true":
				revenue += amount
				if at := t.text(l.row.cur, "closedate"); later(at, closed) {
					closed, recent = at, amount
				}
			case t.text(l.row.cur, "hs_is_closed") != "true":
				open++
			}
		}
	}
	plain := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	p.touch(p.tables[companies], company, now, func(d *draft) {
		d.set("num_associated_deals", strconv.Itoa(n))
		d.set("hs_num_open_deals", strconv.Itoa(open))
		d.set("hs_total_deal_value", plain(total))
		if closed != "" {
			d.set("total_revenue", plain(revenue))
			d.set("recent_deal_amount", plain(recent))
			d.set("recent_deal_close_date", closed)
		}
	})
}

// rollLinks accounts for a row that leaves (sign -1) or comes back (1).
func (p *Portal) rollLinks(t *table, r *row, sign int, now int64) {
	for _, set := range r.links {
		for _, l := range set.list {
			if l.row.live() {
				p.rollOneWay(t, r, p.tables[set.to], l.row, sign, now)
				p.mirrorPrimary(p.tables[set.to], l.row, now)
			}
		}
	}
}
