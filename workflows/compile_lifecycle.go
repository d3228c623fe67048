package workflows

import (
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows/calendar"
)

const day = 24 * time.Hour

// defaultLifecycle are the framework's numbers.
func defaultLifecycle() Lifecycle {
	return Lifecycle{
		LastTouches: 2, LastWindow: calendar.MustSpan("7d"), MinTouches: 3, MaxTouches: 5,
		Accept: calendar.MustSpan("1d"), Decide: calendar.MustSpan("5 business days"), Content: calendar.MustSpan("3 business days"),
		Hibernate: 180 * day, Rest: 90 * day, HibernateFrom: map[State]bool{Declined: true},
		MQA: setOf(withSales()...), Paused: setOf(append(withSales(), Hibernation)...),
		Reasons:  map[string]ReturnClass{string(NoAnswer): NoAnswer, "no response": NoAnswer},
		NotSales: map[string]bool{},
		Read: map[mapping.Side][]connectors.Object{
			mapping.SalesforceSide: mapping.SalesObjects(mapping.SalesforceSide),
			mapping.HubSpotSide:    mapping.SalesObjects(mapping.HubSpotSide),
		},
	}
}

func (k *compiler) lifecycle(n yamlpos.Node) {
	m := n.Map("status", "last_touches", "last_touch_within", "accept_after", "decide_within", "content_within", "contact_every",
		"hibernate_after", "hibernate_from", "rest_after_loss", "mqa_while", "pause_while", "touches", "return_reasons", "not_sales", "responses", "marketing_contacts", "read")
	l := &k.p.Lifecycle
	k.status(m.Get("status"))
	m.Get("last_touches").IntIn(&l.LastTouches, 1, 10)
	k.span(m.Get("last_touch_within"), &l.LastWindow)
	k.span(m.Get("accept_after"), &l.Accept)
	k.span(m.Get("decide_within"), &l.Decide)
	k.span(m.Get("content_within"), &l.Content)
	k.rhythm(m.Get("contact_every"), &l.Contact)
	m.Get("hibernate_after").DurationIn(&l.Hibernate, day, 0)
	m.Get("rest_after_loss").DurationIn(&l.Rest, day, 0)
	k.stateList(m.Get("hibernate_from"), &l.HibernateFrom, Nurture, Declined)
	k.stateList(m.Get("mqa_while"), &l.MQA, shown()...)
	k.stateList(m.Get("pause_while"), &l.Paused, shown()...)
	touches := m.Get("touches").Map("min", "max")
	touches.Get("min").IntIn(&l.MinTouches, 1, 100)
	touches.Get("max").IntIn(&l.MaxTouches, 1, 100)
	if l.MinTouches > l.MaxTouches {
		touches.Get("min").Errorf(yamlpos.CheckValue, "min %d is more than max %d", l.MinTouches, l.MaxTouches)
	}
	k.reasons(m.Get("return_reasons"))
	for _, item := range m.Get("not_sales").ListOrOne() {
		var email string
		if item.Text(&email) {
			k.email(item, email)
			l.NotSales[strings.ToLower(email)] = true
		}
	}
	l.Responses = k.signalNames(m.Get("responses"))
	l.Marketing = k.signalNames(m.Get("marketing_contacts"))
	k.read(m.Get("read"))
}

// withSales are the states in which sales has an account, and won: mqa and the
// pause of nurture end on return or loss.
func withSales() []State { return []State{HandedOff, Working, Engaged, Opportunity, InProgress, Won} }

// shown are the states that sales can see an account in.
func shown() []State {
	return []State{HandedOff, Working, Engaged, Opportunity, InProgress, Returned, Declined, Hibernation, Disputed, Won, Lost}
}

func setOf(states ...State) map[State]bool {
	set := map[State]bool{}
	for _, s := range states {
		set[s] = true
	}
	return set
}

// stateList reads a list of states.
func (k *compiler) stateList(n yamlpos.Node, dst *map[State]bool, allowed ...State) {
	if !n.OK() {
		return
	}
	*dst = map[State]bool{}
	for _, item := range n.ListOrOne() {
		var s State
		if yamlpos.Enum(item, &s, allowed...) {
			(*dst)[s] = true
		}
	}
}

// reasons sorts the words of return_reason.
func (k *compiler) reasons(n yamlpos.Node) {
	m := n.Map(string(Unqualified), string(NoAnswer))
	for _, class := range []ReturnClass{Unqualified, NoAnswer} {
		var words []string
		m.Get(string(class)).Strings(&words)
		for _, w := range words {
			k.p.Lifecycle.Reasons[w] = class
		}
	}
}

// signalNames reads a list of the mapping's signals.
func (k *compiler) signalNames(n yamlpos.Node) (out []string) {
	var names []string
	for i := range k.p.Mapping.Signals {
		names = append(names, k.p.Mapping.Signals[i].Name)
	}
	for _, item := range n.ListOrOne() {
		var name string
		if !item.Text(&name) {
			continue
		}
		if k.p.Mapping.Signal(name) == nil {
			item.Add(yamlpos.Problem{Check: yamlpos.CheckValue, Message: "there is no signal " + name, Allowed: names, Nearest: yamlpos.Nearest(name, names)})
			continue
		}
		out = append(out, name)
		k.used = append(k.used, name)
	}
	return out
}

// read says which records sales activities are read from.
func (k *compiler) read(n yamlpos.Node) {
	m := n.Map(string(connectors.Salesforce), string(connectors.HubSpot))
	for _, side := range mapping.Sides() {
		if !m.Has(string(side.System())) {
			continue
		}
		list := []connectors.Object{}
		for _, item := range m.Get(string(side.System())).List() {
			var o connectors.Object
			if yamlpos.Enum(item, &o, mapping.SalesObjects(side)...) {
				list = append(list, o)
			}
		}
		k.p.Lifecycle.Read[side] = list
	}
}
