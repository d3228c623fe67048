package doctor

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
)

// objects reports what could not be described or read.
func (e *examination) objects() {
	e.each(func(s *site) {
		for _, o := range e.described(s) {
			if err := s.unknown[o]; err != nil {
				what, fix := reason(err)
				e.add(Fail, fmt.Sprintf("%s %s", s.System(), o), "its fields cannot be listed: "+what, fix)
			}
		}
		for _, o := range s.Objects() {
			where := fmt.Sprintf("%s %s", s.System(), o)
			if err := s.reading[o]; err != nil {
				what, fix := reason(err)
				e.add(Fail, where, "it cannot be read: "+what, fix)
			} else {
				e.add(OK, where, "it can be read", "")
			}
		}
	})
}

// fields judges every mapped field on both sides.
func (e *examination) fields() {
	for i := range e.mapping.Fields {
		f := &e.mapping.Fields[i]
		e.each(func(s *site) {
			if name := f.Vendor[s.side]; name != "" {
				e.field(s, f, name)
			}
			if name := f.UpdatedAt[s.side]; name != "" {
				e.readable(s, connectors.Account, name, mapping.DateTime, f.Name+" was confirmed at")
			}
		})
		e.pair(f)
	}
}

func (e *examination) field(s *site, f *mapping.Field, name string) {
	found, ok := e.find(s, connectors.Account, name, Writes(f, s.side))
	if !ok {
		return
	}
	where, fine := s.place(connectors.Account, name), true
	for _, judged := range Judge(f, s.System(), found) {
		judged.Where = where
		e.report.Findings = append(e.report.Findings, judged)
		fine = false
	}
	if fine {
		use := "read"
		if Writes(f, s.side) {
			use = "read and written"
		}
		e.add(OK, where, fmt.Sprintf("%s: %s in %s, %s", f.Name, f.Type, found.Type, use), "")
	}
}

// find looks a field up and reports one that is not there. Fields of other
// records, written with dots, cannot be looked up here; the CRM has judged
// them when the object was read.
func (e *examination) find(s *site, o connectors.Object, name string, written bool) (connectors.Field, bool) {
	schema, known := s.schemas[o]
	if !known {
		return connectors.Field{}, false // reported once for the whole object
	}
	if s.System() == connectors.Salesforce && strings.Contains(name, ".") {
		if written {
			e.add(Fail, s.place(o, name), "a field of another record cannot be written", "map a field of the account itself")
		} else {
			e.add(OK, s.place(o, name), "read over a relationship", "")
		}
		return connectors.Field{}, false
	}
	f, ok := Lookup(schema, s.System(), name)
	if !ok {
		e.add(Fail, s.place(o, name), "there is no such field, or it is hidden from this user", fixMissing(schema, name))
	}
	return f, ok
}

func fixMissing(schema connectors.Schema, name string) string {
	names := make([]string, 0, len(schema.Fields))
	for n := range schema.Fields {
		names = append(names, n)
	}
	slices.Sort(names)
	if near := yamlpos.Nearest(name, names); near != "" {
		return "did you mean " + near + "? Else let `handoffd setup` make it, or grant read access"
	}
	return "let `handoffd setup` make it, or grant read access"
}

// readable checks a field that is only read, beside the mapped ones.
func (e *examination) readable(s *site, o connectors.Object, name string, t mapping.Type, use string) {
	f, ok := e.find(s, o, name, false)
	if !ok {
		return
	}
	where := s.place(o, name)
	switch v := CanRead(t, s.System(), f); v.Level {
	case Refused:
		e.add(Fail, where, use+": "+v.Why, "name a field of another type")
	case Partly:
		e.add(Warn, where, use+": "+v.Why, "")
	default:
		e.add(OK, where, fmt.Sprintf("%s: %s in %s, read", use, t, f.Type), "")
	}
}

// Judge compares a mapped field with the CRM's field and returns what does not
// fit; nothing for a field that is fine. Where is left empty.
func Judge(f *mapping.Field, system connectors.System, c connectors.Field) []Finding {
	side := mapping.SideOf(system)
	var out []Finding
	add := func(s Status, what, fix string) { out = append(out, Finding{Status: s, What: what, Fix: fix}) }
	if v := CanRead(f.Type, system, c); v.Level == Refused || v.Level == Partly && source(f, side) {
		add(weight(v), v.Why, v.Fix)
	}
	if Writes(f, side) {
		if v := CanWrite(f.Type, system, c); v.Level != Fits {
			add(weight(v), v.Why, v.Fix)
		}
		if !c.Writable {
			add(Fail, "it is read-only for this user", "grant edit access, or map it so that handoffd only reads it")
		}
		if c.Unique {
			add(Warn, "no two accounts may have the same value in it", "")
		}
		out = append(out, judgeNumber(f, system, c)...)
	}
	return append(out, judgeChoices(f, side, c)...)
}

func weight(v Verdict) Status {
	if v.Level == Refused {
		return Fail
	}
	return Warn
}

// source tells whether values of the field come from that side.
func source(f *mapping.Field, side mapping.Side) bool {
	switch f.Master {
	case mapping.FromHandoffd:
		return false
	case mapping.FromSalesforce:
		return side == mapping.SalesforceSide
	case mapping.FromHubSpot:
		return side == mapping.HubSpotSide
	default:
		return true
	}
}

// judgeNumber compares the range with the digits that a Salesforce number has;
// HubSpot's numbers have no such limit.
func judgeNumber(f *mapping.Field, system connectors.System, c connectors.Field) []Finding {
	if system != connectors.Salesforce || shapeOf(system, c) != number || f.Type != mapping.Number && f.Type != mapping.Money {
		return nil
	}
	var out []Finding
	if have := c.Precision - c.Scale; f.Ranged && c.Precision > 0 && Digits(f.Min, f.Max) > have {
		out = append(out, Finding{
			Status: Fail,
			What:   fmt.Sprintf("the range needs %d digits before the point, the field has %d", Digits(f.Min, f.Max), have),
			Fix:    "make the field longer, or the range smaller",
		})
	}
	if c.Scale == 0 {
		out = append(out, Finding{Status: Warn, What: "it has no decimals: Salesforce rounds a number that has some", Fix: "give the field decimal places, unless the values are whole"})
	}
	return out
}

// Digits is how many digits before the point a range needs.
func Digits(low, high float64) int {
	largest := math.Floor(max(math.Abs(low), math.Abs(high)))
	if largest < 1 {
		return 1
	}
	return len(fmt.Sprintf("%.0f", largest))
}
