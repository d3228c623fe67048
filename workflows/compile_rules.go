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
	faults := k.faults()
	if m.Has("gate") {
		h.Gate = k.criteria(m.Get("gate"))
	}
	if m.Has("momentum") {
		h.Gate = both(h.Gate, k.criteria(m.Get("momentum")))
	}
	if m.Has("when") {
		h.When = k.criteria(m.Get("when"))
		if k.faults() == faults && !fires(k.p.Mapping, h.Gate, h.When) {
			m.Get("when").Errorf("never", "the rule %s can never fire: no values satisfy the gate and these criteria at once", name)
		}
	}
	k.inSegments(m.Get("segments"), &h)
	k.nurtured(&h, "", m.Get("nurtured_for"))
	if h.Type == Inbound {
		h.CallWithin = calendar.MustSpan("24h")
	}
	k.span(m.Get("call_within"), &h.CallWithin)
	return h
}

// inSegments reads what a rule asks of the accounts of single segments.
func (k *compiler) inSegments(n yamlpos.Node, h *Handoff) {
	segments := make([]string, len(k.p.Segments))
	for i, s := range k.p.Segments {
		segments[i] = s.Name
	}
	special := n.Map(segments...)
	for _, s := range segments {
		if !special.Has(s) {
			continue
		}
		sm := special.Get(s).Map("when", "nurtured_for")
		if !sm.Has("nurtured_for") {
			sm.Require("when")
		}
		if sm.Has("when") {
			before := k.faults()
			h.Segments[s] = k.criteria(sm.Get("when"))
			if k.faults() == before {
				k.inSegment(sm.Get("when"), h, s)
			}
		}
		k.nurtured(h, s, sm.Get("nurtured_for"))
	}
}

// faults counts the mistakes so far: what has one is not looked at as a whole.
func (k *compiler) faults() int { return k.c.Problems().Count(yamlpos.Error) }

// inSegment reports criteria that no account of their segment can meet.
func (k *compiler) inSegment(n yamlpos.Node, h *Handoff, segment string) {
	i := slices.IndexFunc(k.p.Segments, func(s Segment) bool { return s.Name == segment })
	in := k.p.Segments[i].When
	if in.whole() && h.Gate.whole() && !fires(k.p.Mapping, in, h.Gate, h.Segments[segment]) {
		n.Errorf("never", "no account of the segment %s can meet these criteria: no values satisfy the segment, the gate and these at once", segment)
	}
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
		k.constant(n, p)
		k.words(n, p)
		return &Criteria{Program: p, drifts: k.drifts(p)}
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

// constant reports a clause that reads nothing of the account.
func (k *compiler) constant(n yamlpos.Node, p *expression.Program) {
	switch {
	case p == nil || len(p.Atoms()) > 0:
	case p.Eval(nil).Bool():
		k.c.Warnf(n, "always", "this always holds: it reads nothing of the account")
	default:
		n.Errorf("never", "this can never hold: it reads nothing of the account")
	}
}

// words reports words that an enum field is compared with and that are none of
// its values. What impossible has reported is left out.
func (k *compiler) words(n yamlpos.Node, p *expression.Program) {
	if p == nil {
		return
	}
	for _, c := range p.Comparisons() {
		f := k.p.Mapping.Field(c.Name)
		if f == nil || f.Type != mapping.Enum {
			continue
		}
		names := valueNames(f)
		reported := slices.ContainsFunc(p.Bounds(), func(b expression.Bound) bool { return b.Atom == c.Name && b.Limit.Text() == c.Text })
		if len(names) == 0 || slices.Contains(names, c.Text) || reported {
			continue
		}
		span := n.TextSpan(c.Offset, c.Offset+c.Width)
		k.c.Add(yamlpos.Problem{
			Pos: span.Pos, Width: span.Width, Check: "enum-value", Message: fmt.Sprintf("%q is no value of %s", c.Text, c.Name),
			Allowed: names, Nearest: yamlpos.Nearest(c.Text, names),
		})
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

// calendarFault puts each of a calendar's faults at the key that caused it.
func (k *compiler) calendarFault(m *yamlpos.Map, err error) {
	var several interface{ Unwrap() []error }
	if errors.As(err, &several) {
		for _, one := range several.Unwrap() {
			k.calendarFault(m, one)
		}
		return
	}
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
