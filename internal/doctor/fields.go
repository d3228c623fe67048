package doctor

import (
	"fmt"
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
	found, ok := e.find(s, connectors.Account, name, f.Writes(s.side))
	if !ok {
		return
	}
	where := s.place(connectors.Account, name)
	judged := mapping.Fits(f, s.side, found)
	e.judged(where, judged)
	if len(judged) == 0 {
		use := "read"
		if f.Writes(s.side) {
			use = "read and written"
		}
		e.add(OK, where, fmt.Sprintf("%s: %s in %s, %s", f.Name, f.Type, found.Type, use), "")
	}
}

// judged reports what mapping says of a field.
func (e *examination) judged(where string, list []mapping.Verdict) {
	for _, v := range list {
		status := Warn
		if v.Level == mapping.Refused {
			status = Fail
		}
		e.add(status, where, v.Why, v.Fix)
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
	switch v := mapping.CanRead(t, s.side, f); v.Level {
	case mapping.Refused:
		e.add(Fail, where, use+": "+v.Why, "name a field of another type")
	case mapping.Partly:
		e.add(Warn, where, use+": "+v.Why, "name a field of type "+string(t)+", or correct the values")
	default:
		e.add(OK, where, fmt.Sprintf("%s: %s in %s, read", use, t, f.Type), "")
	}
}
