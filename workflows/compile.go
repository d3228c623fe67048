package workflows

import (
	"slices"
	"sort"
	"time"

	"handoffd/internal/expression"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows/calendar"
)

// Compile reads the workflows section against a mapping. Every mistake goes to
// c with its place; the result is usable only if c has no error. hash
// identifies the text that the policy was read from.
func Compile(n yamlpos.Node, m *mapping.Mapping, hash string, c *yamlpos.Collector) *Policy {
	k := compiler{c: c, p: defaults(m, hash)}
	k.scope = expression.Scope{Names: m.Names(), Functions: functions(m, k.window)}
	k.top = n
	top := n.Map("version", "signed_off", "review_every", "calendar", "calendars", "managers", "pools", "routing", "tasks_in", "segments", "rises",
		"handoffs", "deliver", "limits", "hold", "sla", "lifecycle", "alerts", "digest", "targets", "summary")
	top.Require("version", "handoffs")
	top.Get("version").IntIn(&k.p.Version, 1, 1<<30)
	k.signOff(top)
	k.calendars(top)
	k.people(top)
	k.routing(top)
	k.segments(top.Get("segments"))
	k.rises(top.Get("rises"))
	k.handoffs(top.Get("handoffs"))
	k.deliver(top.Get("deliver"))
	k.limits(top.Get("limits"))
	k.hold(top.Get("hold"))
	k.levels(top.Get("sla"))
	k.lifecycle(top.Get("lifecycle"))
	k.alerts(top.Get("alerts"))
	k.digests(top.Get("digest"))
	k.targets(top.Get("targets"))
	k.summary(top.Get("summary"))
	k.creation()
	k.finish()
	return k.p
}

// window notes that some rule looks at a signal's past of that length.
func (k *compiler) window(slot int, length time.Duration) {
	k.p.window = max(k.p.window, length)
	if u := (windowUse{slot, length}); !slices.Contains(k.p.windows, u) {
		k.p.windows = append(k.p.windows, u)
	}
}

type compiler struct {
	c     *yamlpos.Collector
	p     *Policy
	scope expression.Scope
	used  []string
	top   yamlpos.Node
}

func defaults(m *mapping.Mapping, hash string) *Policy {
	p := &Policy{
		Hash: hash, Mapping: m, TasksIn: WhereOwned, Managers: map[string]string{},
		Routing: map[Stage]Routing{}, Status: map[State][2]string{}, Hold: defaultHold(),
		SLA: SLA{
			HandOff: calendar.MustSpan("48h"), Acknowledge: calendar.MustSpan("24h"),
			AcknowledgeManager: calendar.MustSpan("48h"), FirstTouch: calendar.MustSpan("3 business days"), FirstTouchLatest: calendar.MustSpan("5 business days"),
			Assign: calendar.MustSpan("same day"), Report: calendar.MustSpan("7d"), Return: calendar.MustSpan("30d"),
			Scores: 8 * day, // a week, and a day for a late run
		},
		Signed: SignOff{ReviewEvery: 90 * day}, Alerts: defaultAlerts(), Lifecycle: defaultLifecycle(), transitions: Transitions(),
		Targets: defaultTargets(), Rises: Rises{First: true, Joining: true},
		Approach: map[Type]string{
			Intent:       "Light outreach: open with what they looked at, offer help, ask for a discovery call.",
			Inbound:      "They asked: call at once, refer to their request, agree on the discovery call.",
			Relationship: "Warm: name who introduced you, and offer a consultation call.",
		},
		Marketing: defaultMarketing(), ByIndustry: map[string]string{}, BySignal: map[string]string{},
		NextStep: map[Stage]string{
			SDR: "Schedule the discovery call, and learn in it: process, timeline, budget, competition.",
			AE:  "Hold the discovery call, and learn in it: process, timeline, budget, competition.",
		},
	}
	for s, text := range DefaultStatus() {
		p.Status[s] = [2]string{text, text}
	}
	return p
}

func (k *compiler) people(top *yamlpos.Map) {
	for key, value := range top.Get("managers").FreeMap().All() {
		var email string
		if value.Text(&email) {
			k.email(value, email)
			k.p.Managers[key.Raw()] = email
		}
	}
	k.tasksIn(top.Get("tasks_in"))
}

func (k *compiler) segments(n yamlpos.Node) {
	for key, value := range n.FreeMap().All() {
		before := k.faults()
		s := Segment{Name: key.Raw(), When: k.criteria(value)}
		var earlier []*Criteria
		for _, e := range k.p.Segments {
			if e.When.whole() {
				earlier = append(earlier, e.When)
			}
		}
		switch {
		case k.faults() > before:
		case !fires(k.p.Mapping, s.When):
			value.Errorf("never", "no account can be in the segment %s: no values satisfy this", s.Name)
		case !firesWithout(k.p.Mapping, earlier, s.When):
			value.Errorf("never", "no account can be in the segment %s: all of them are in one of those above it, and the first that matches applies", s.Name)
		}
		k.p.Segments = append(k.p.Segments, s)
	}
}

func (k *compiler) levels(n yamlpos.Node) {
	m := n.Map("hand_off", "acknowledge", "acknowledge_manager", "first_touch", "first_touch_latest", "assign", "report", "return", "nurture", "scores")
	for key, dst := range map[string]*calendar.Span{
		"hand_off": &k.p.SLA.HandOff, "acknowledge": &k.p.SLA.Acknowledge, "first_touch": &k.p.SLA.FirstTouch,
		"report": &k.p.SLA.Report, "return": &k.p.SLA.Return, "assign": &k.p.SLA.Assign,
		"acknowledge_manager": &k.p.SLA.AcknowledgeManager, "first_touch_latest": &k.p.SLA.FirstTouchLatest,
	} {
		k.span(m.Get(key), dst)
	}
	k.rhythm(m.Get("nurture"), &k.p.SLA.Nurture)
	m.Get("scores").DurationIn(&k.p.SLA.Scores, time.Hour, 0)
}

func (k *compiler) span(n yamlpos.Node, dst *calendar.Span) bool {
	var text string
	if !n.Text(&text) {
		return false
	}
	span, err := calendar.ParseSpan(text)
	if err != nil {
		n.Errorf(yamlpos.CheckValue, "%q is not a time: write for example 48h, 30d, 3 business days, 4 business hours or same day", text)
		return false
	}
	*dst = span
	return true
}

func (k *compiler) status(n yamlpos.Node) {
	words := make([]string, 0, len(States()))
	for _, s := range States() {
		words = append(words, string(s))
	}
	texts := n.Map(words...)
	for _, s := range States() {
		value := texts.Get(string(s))
		if !value.OK() {
			continue
		}
		both := k.p.Status[s]
		if value.Kind() == yamlpos.Mapping {
			per := value.Map("salesforce", "hubspot")
			per.Get("salesforce").Text(&both[mapping.SalesforceSide])
			per.Get("hubspot").Text(&both[mapping.HubSpotSide])
		} else {
			var text string
			if value.Text(&text) {
				both = [2]string{text, text}
			}
		}
		k.p.Status[s] = both
	}
	k.distinctStatus(texts)
}

// distinctStatus reports two states with one text in a CRM: a person's move to
// it could not be followed. Nurture and ready may share one: sales sees no
// difference.
func (k *compiler) distinctStatus(texts *yamlpos.Map) {
	for i, a := range States() {
		for _, b := range States()[i+1:] {
			if a == Nurture && b == Ready {
				continue
			}
			for side, text := range k.p.Status[a] {
				if text == k.p.Status[b][side] {
					n := texts.Get(string(b))
					if !n.OK() {
						n = texts.Get(string(a))
					}
					n.Errorf("enum-value", "%s and %s have the same text %q in %s, so it cannot be read back", a, b, text, mapping.Side(side).System())
					break
				}
			}
		}
	}
}

func (k *compiler) summary(n yamlpos.Node) {
	m := n.Map("template", "approach", "next_step", "marketing")
	k.approach(m.Get("approach"))
	k.marketing(m.Get("marketing"))
	next := m.Get("next_step").Map(string(SDR), string(AE))
	for _, s := range []Stage{SDR, AE} {
		text := k.p.NextStep[s]
		if next.Get(string(s)).Text(&text) {
			k.p.NextStep[s] = text
		}
	}
	text := defaultDossier
	m.Get("template").Text(&text)
	t, err := ParseDossier(text)
	if err != nil {
		m.Get("template").Errorf("template", "%v", err)
		return
	}
	k.p.Dossier = t
}

// finish orders the rules, notes what they read, and checks what only shows
// in the whole.
func (k *compiler) finish() {
	p := k.p
	sort.SliceStable(p.Handoffs, func(i, j int) bool { return p.Handoffs[i].Type.strength() < p.Handoffs[j].Type.strength() })
	names := p.Mapping.Names()
	for _, name := range k.used {
		p.uses = append(p.uses, use{name: name, slot: names[name].Slot})
	}
	for _, name := range p.tellsOf() {
		p.tells = append(p.tells, use{name: name, slot: names[name].Slot})
	}
	p.Mapping.CheckOwners(k.written(), k.c)
	if !k.c.Failed() { // a rule that could not be read may use what seems unused
		p.Mapping.WarnUnused(k.used, k.c)
	}
	for i := range p.Mapping.Fields {
		f := &p.Mapping.Fields[i]
		switch {
		case f.Lifecycle:
			p.StatusField = f.Name
			if f.Master != mapping.FromHandoffd {
				k.c.Errorf(k.top.KeyPos(), "direction", "%s carries the lifecycle's status, so it must say from: handoffd", f.Name)
			}
		case f.Name == "mqa":
			p.MQAField = f.Name
			if f.Type != mapping.Bool {
				k.c.Errorf(k.top.KeyPos(), yamlpos.CheckType, "mqa says whether sales has the account, so its type must be bool, not %s", f.Type)
			}
		}
	}
}

// Bind gives the mapping the lifecycle's texts, which the fields with
// `values: lifecycle` read and write.
func (p *Policy) Bind() { p.Mapping.SetLifecycle(p.StatusTexts()) }
