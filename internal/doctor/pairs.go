package doctor

import (
	"fmt"
	"slices"

	"handoffd/connectors"
	"handoffd/mapping"
)

// pair compares the two sides of a field whose values travel: what one CRM can
// hold, the other must take.
func (e *examination) pair(f *mapping.Field) {
	for _, to := range mapping.Sides() {
		a, from := e.sites[to.Other().System()], e.fieldOn(f, to.Other())
		b, target := e.sites[to.System()], e.fieldOn(f, to)
		if a == nil || b == nil || from == nil || target == nil || !Writes(f, to) || !source(f, to.Other()) {
			continue
		}
		for _, judged := range judgePair(f, a.System(), *from, *target) {
			judged.Where = b.place(connectors.Account, f.Vendor[to])
			e.report.Findings = append(e.report.Findings, judged)
		}
	}
}

func (e *examination) fieldOn(f *mapping.Field, side mapping.Side) *connectors.Field {
	s := e.sites[side.System()]
	if s == nil || f.Vendor[side] == "" {
		return nil
	}
	found, ok := Lookup(s.schemas[connectors.Account], s.System(), f.Vendor[side])
	if !ok {
		return nil
	}
	return &found
}

// judgePair tells which values of one field the other will not take.
func judgePair(f *mapping.Field, fromSystem connectors.System, from, to connectors.Field) []Finding {
	passes := f.Type == mapping.Text || f.Type == mapping.Enum && f.Values == nil
	var out []Finding
	if longest := longest(fromSystem, from); passes && to.Length > 0 && longest > to.Length {
		out = append(out, Finding{
			Status: Warn, What: fmt.Sprintf("it takes %d characters, %s up to %d: longer texts are parked", to.Length, fromSystem, longest),
			Fix: "make the field longer, unless the texts are short",
		})
	}
	if passes && to.Restricted && len(from.Options) > 0 {
		var missing []string
		for _, o := range from.Options {
			if o.Active && !slices.ContainsFunc(to.Options, func(t connectors.Option) bool { return t.Active && t.Value == o.Value }) {
				missing = append(missing, o.Value)
			}
		}
		if len(missing) > 0 {
			out = append(out, Finding{
				Status: Warn, What: fmt.Sprintf("%s has options that this field lacks: %s", fromSystem, list(missing)), Fix: "add the options, or map the values of " + f.Name,
			})
		}
	}
	return out
}

// longest is the longest text that a field can hold, 0 if that is not known.
// A picklist can hold no more than its longest option.
func longest(system connectors.System, f connectors.Field) int {
	if s := shapeOf(system, f); s != choice || len(f.Options) == 0 {
		return f.Length
	}
	n := 0
	for _, o := range f.Options {
		n = max(n, len([]rune(o.Value)))
	}
	return n
}
