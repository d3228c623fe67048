package workflows

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/internal/expression"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows/calendar"
)

func (k *compiler) handoffs(n yamlpos.Node) {
	for key, value := range n.FreeMap().All() {
		k.p.Handoffs = append(k.p.Handoffs, k.handoff(key.Raw(), value))
	}
	if len(k.p.Handoffs) == 0 && n.OK() {
		n.Errorf(yamlpos.CheckMissingKey, "no handoff is described, so nothing would ever be handed off")
	}
}

func (k *compiler) handoff(name string, n yamlpos.Node) Handoff {
	h := Handoff{Name: name, Segments: map[string]*Criteria{}, NurturedFor: map[string]time.Duration{}}
	m := n.Map("type", "to", "gate", "when", "momentum", "segments", "nurtured_for", "call_within")
	m.Require("to", "when")
	yamlpos.Enum(m.Get("to"), &h.To, SDR, AE)
	h.Type = Inbound
	if h.To == SDR || name == string(Intent) {
		h.Type = Intent
	}
	yamlpos.Enum(m.Get("type"), &h.Type, Intent, Inbound, Relationship)
	if h.Type == Intent && !m.Has("gate") && m.OK() {
		k.c.Warnf(n.KeyPos(), "gate", "%s has no gate: every account on either CRM can be handed off, on the target list or not", name)
	}
	if m.Has("gate") {
		h.Gate = k.criteria(m.Get("gate"))
	}
	if m.Has("momentum") {
		h.Gate = both(h.Gate, k.criteria(m.Get("momentum")))
	}
	if m.Has("when") {
		h.When = k.criteria(m.Get("when"))
	}
	segments := make([]string, len(k.p.Segments))
	for i, s := range k.p.Segments {
		segments[i] = s.Name
	}
	special := m.Get("segments").Map(segments...)
	for _, s := range segments {
		if !special.Has(s) {
			continue
		}
		sm := special.Get(s).Map("when", "nurtured_for")
		if !sm.Has("nurtured_for") {
			sm.Require("when")
		}
		if sm.Has("when") {
			h.Segments[s] = k.criteria(sm.Get("when"))
		}
		k.nurtured(&h, s, sm.Get("nurtured_for"))
	}
	k.nurtured(&h, "", m.Get("nurtured_for"))
	if !k.c.Failed() && !fires(k.p.Mapping, h.Gate, h.When) {
		m.Get("when").Errorf("never", "the rule %s can never fire: no values satisfy the gate and these criteria at once", name)
	}
	if h.Type == Inbound {
		h.CallWithin = calendar.MustSpan("24h")
	}
	k.span(m.Get("call_within"), &h.CallWithin)
	return h
}

// nurtured reads how long marketing must have had an account of a segment.
func (k *compiler) nurtured(h *Handoff, segment string, n yamlpos.Node) {
	var d time.Duration
	if n.OK() && n.DurationIn(&d, time.Hour, 0) {
		h.NurturedFor[segment] = d
	}
}

// criteria reads an expression, or any/all over a list of criteria.
func (k *compiler) criteria(n yamlpos.Node) *Criteria {
	if n.Kind() != yamlpos.Mapping {
		if n.Kind() == yamlpos.List {
			n.Errorf(yamlpos.CheckType, "say whether any or all of these must hold: {any: [...]} or {all: [...]}")
			return &Criteria{}
		}
		p := expression.CompileNode(n, k.c, k.scope, expression.Bool)
		k.use(p)
		k.impossible(n, p)
		return &Criteria{Program: p}
	}
	m := n.Map("any", "all")
	key := m.RequireOne("any", "all")
	c := &Criteria{All: key == "all"}
	if key == "" {
		return c
	}
	items := m.Get(key).List()
	for _, item := range items {
		c.Items = append(c.Items, k.criteria(item))
	}
	if len(items) == 0 && m.Get(key).Kind() == yamlpos.List {
		m.Get(key).Errorf("never", "the list is empty: %s", map[bool]string{true: "all of nothing always holds", false: "any of nothing can never hold"}[c.All])
	}
	return c
}

// use notes what an expression reads.
func (k *compiler) use(p *expression.Program) {
	if p == nil {
		return
	}
	for _, name := range p.Names() {
		if !slices.Contains(k.used, name) {
			k.used = append(k.used, name)
		}
	}
}

// impossible reports comparisons that no value of the field can pass.
func (k *compiler) impossible(n yamlpos.Node, p *expression.Program) {
	if p == nil {
		return
	}
	for _, b := range p.Bounds() {
		f := k.p.Mapping.Field(b.Atom)
		if f == nil {
			continue
		}
		if why := never(f, b); why != "" {
			n.Errorf("never", "%s %s %s can never be true: %s", b.Atom, b.Operator, show(b), why)
		}
	}
}

func show(b expression.Bound) string {
	if b.Limit.Text() != "" && b.Operator == "==" {
		return fmt.Sprintf("%q", b.Limit.Text())
	}
	return b.Limit.String()
}

func never(f *mapping.Field, b expression.Bound) string {
	limit := b.Limit.Float()
	inRange := fmt.Sprintf("%s lies between %v and %v", f.Name, f.Min, f.Max)
	switch {
	case f.Type == mapping.Enum && b.Operator == "==":
		if names := valueNames(f); len(names) > 0 && !slices.Contains(names, b.Limit.Text()) {
			return "the values of " + f.Name + " are " + strings.Join(names, ", ")
		}
	case !f.Ranged:
	case b.Operator == ">=" && limit > f.Max, b.Operator == ">" && limit >= f.Max,
		b.Operator == "<=" && limit < f.Min, b.Operator == "<" && limit <= f.Min,
		b.Operator == "==" && (limit < f.Min || limit > f.Max):
		return inRange
	}
	return ""
}

func valueNames(f *mapping.Field) []string {
	names := make([]string, 0, len(f.Values))
	if f.Lifecycle {
		for _, s := range States() {
			names = append(names, string(s))
		}
		return names
	}
	for v := range f.Values {
		names = append(names, v)
	}
	slices.Sort(names)
	return names
}

// email reports a text that is no address; it is compared with the CRMs'
// users at start.
func (k *compiler) email(n yamlpos.Node, s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || !strings.Contains(domain, ".") || strings.ContainsAny(s, " <>,;") {
		n.Errorf(yamlpos.CheckValue, "%q is not an e-mail address", s)
		return false
	}
	return true
}

// calendarFault puts a calendar's fault at the key that caused it.
func (k *compiler) calendarFault(m *yamlpos.Map, err error) {
	var ce *calendar.ConfigError
	if errors.As(err, &ce) && m.Has(ce.Key) {
		n := m.Get(ce.Key)
		n.Add(yamlpos.Problem{Check: yamlpos.CheckValue, Message: ce.Message, Allowed: ce.Allowed, Nearest: yamlpos.Nearest(ce.Value, ce.Allowed)})
		return
	}
	m.Node().Errorf(yamlpos.CheckValue, "%v", err)
}

// both joins two conditions, of which the first may be missing.
func both(a, b *Criteria) *Criteria {
	if a == nil {
		return b
	}
	return &Criteria{All: true, Items: []*Criteria{a, b}}
}
