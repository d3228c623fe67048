package setup

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/doctor"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

// decimals is how many places a new number field has: scores and rates come
// with one or two.
const decimals = 2

// collector gathers needs, each field once; the first to ask decides its type.
type collector struct {
	system connectors.System
	needs  connectors.Needs
	// other is the account of the other CRM as it is described, if it is.
	other connectors.Schema
}

func (k *collector) add(n connectors.FieldNeed) {
	skip := n.Name == "" || n.Name == "Id" || n.Name == "hs_object_id" ||
		k.system == connectors.Salesforce && strings.Contains(n.Name, ".") // another record's
	known := slices.ContainsFunc(k.needs.Fields, func(f connectors.FieldNeed) bool {
		return f.Object == n.Object && strings.EqualFold(f.Name, n.Name)
	})
	if skip || known {
		return
	}
	if n.Label == "" {
		n.Label = label(n.Name)
	}
	if n.Help == "" {
		n.Help = "Read by handoffd"
	}
	k.needs.Fields = append(k.needs.Fields, n)
}

// needs derives all that a config needs in one CRM, given the accounts of the
// other.
func (o Options) needs(system connectors.System, other connectors.Schema) connectors.Needs {
	k := &collector{system: system, other: other}
	side := mapping.SideOf(system)
	for i := range o.Mapping.Fields {
		k.mapped(&o.Mapping.Fields[i], side)
	}
	k.scope(o.Mapping)
	for i := range o.Mapping.Signals {
		k.signal(&o.Mapping.Signals[i])
	}
	selection := engine.Selection(o.Mapping, system)
	for _, object := range []connectors.Object{connectors.Account, connectors.Contact} {
		for _, name := range selection.Fields[object] {
			k.add(connectors.FieldNeed{Object: object, Name: name, Kind: connectors.FieldText})
		}
	}
	k.keys(o.TaskKey[system])
	if o.Mapping.Create[side].On {
		k.key(connectors.Account, o.AccountKey[system])
	}
	if system == connectors.Salesforce {
		k.needs.Notification, k.needs.AssignTo = o.Notification, o.AssignTo
	}
	return k.needs
}

// mapped is a field of the common account.
func (k *collector) mapped(f *mapping.Field, side mapping.Side) {
	n := connectors.FieldNeed{Object: connectors.Account, Name: f.Vendor[side], Label: fieldLabel(f), Write: f.Writes(side)}
	switch {
	case f.Master == mapping.FromHandoffd:
		n.Help = "Kept by handoffd: do not edit by hand"
	case n.Write:
		n.Help = "Read and written by handoffd"
	}
	n.Decimals = decimals
	if f.Ranged {
		n.Digits, n.Decimals = mapping.Digits(f.Min, f.Max), max(decimals, places(f.Min), places(f.Max))
	}
	if f.Scaled {
		n.Decimals = f.Decimals
	}
	if f.Type == mapping.Enum || f.Type == mapping.Multi {
		if n.Values = doctor.Texts(f, side); f.Type == mapping.Multi && f.Values == nil {
			n.Values = k.otherOptions(f, side)
		}
	}
	n = fitting(f, side, n)
	if n.Kind != connectors.FieldNumber && n.Kind != connectors.FieldMoney {
		n.Digits, n.Decimals = 0, 0
	}
	k.add(n)
	k.add(connectors.FieldNeed{
		Object: connectors.Account, Name: f.UpdatedAt[side], Kind: connectors.FieldDateTime,
		Help: "When " + fieldLabel(f) + " was last confirmed, set by its source; read by handoffd",
	})
}

// otherOptions are those of the field on the other side, from which values
// without a common word come as they are.
func (k *collector) otherOptions(f *mapping.Field, side mapping.Side) []string {
	found, _ := doctor.Lookup(k.other, side.Other().System(), f.Vendor[side.Other()])
	var out []string
	for _, o := range found.Options {
		if o.Active && !slices.Contains(out, o.Value) {
			out = append(out, o.Value)
		}
	}
	return out
}

// places is how many decimals a number is written with.
func places(x float64) int {
	_, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(x), 'f', -1, 64), ".")
	return len(fraction)
}

// scope is what the where clause asks about. What it is compared with tells
// the type.
func (k *collector) scope(m *mapping.Mapping) {
	if k.system == connectors.Salesforce {
		for _, c := range doctor.Conditions(m.SalesforceWhere) {
			k.add(connectors.FieldNeed{Object: connectors.Account, Name: c.Field, Kind: kindOf(c.Literal)})
		}
		return
	}
	for _, f := range m.HubSpotWhere {
		value := f.Value
		if value == "" && len(f.Values) > 0 {
			value = f.Values[0]
		}
		kind := kindOf(value)
		if kind != connectors.FieldBool && kind != connectors.FieldNumber {
			kind = connectors.FieldText
		}
		k.add(connectors.FieldNeed{Object: connectors.Account, Name: f.Property, Kind: kind})
	}
}

// kindOf guesses a field's type by a literal that it is compared with (SOQL
// and SOSL Reference, "fieldExpression Syntax").
func kindOf(literal string) connectors.FieldKind {
	lower := strings.ToLower(literal)
	_, err := strconv.ParseFloat(literal, 64)
	switch {
	case lower == "true" || lower == "false":
		return connectors.FieldBool
	case err == nil:
		return connectors.FieldNumber
	case len(lower) == len("2026-11-22") && strings.Count(lower, "-") == 2 && lower[0] != '\'',
		lower == "today", lower == "yesterday", lower == "tomorrow", strings.HasPrefix(lower, "last_"), strings.HasPrefix(lower, "next_"), strings.HasPrefix(lower, "this_"):
		return connectors.FieldDate
	case strings.Contains(lower, "t") && strings.Count(lower, "-") >= 2 && lower[0] != '\'':
		return connectors.FieldDateTime
	default:
		return connectors.FieldText
	}
}

// signal is what behaviour is read from.
func (k *collector) signal(s *mapping.Signal) {
	src := s.Source(mapping.SideOf(k.system))
	if src == nil {
		return
	}
	kind := connectors.FieldNumber
	if s.Kind == mapping.Event {
		kind = connectors.FieldDateTime
	}
	for _, o := range src.Objects {
		k.add(connectors.FieldNeed{Object: o, Name: src.Property, Kind: kind})
		for _, p := range src.WhenProps {
			k.add(connectors.FieldNeed{Object: o, Name: p, Kind: connectors.FieldText})
		}
	}
}

// keys make a create happen once. Without them handoffd looks for a marker.
func (k *collector) keys(name string) {
	objects := []connectors.Object{connectors.Task}
	if k.system == connectors.HubSpot {
		objects = append(objects, connectors.Note)
	}
	for _, o := range objects {
		k.key(o, name)
	}
}

func (k *collector) key(o connectors.Object, name string) {
	k.add(connectors.FieldNeed{
		Object: o, Name: name, Label: "handoffd key", Kind: connectors.FieldText, Unique: true, Write: true, Optional: true,
		Help: "Tells handoffd that it made this record, so that it makes it once",
	})
}

// fieldLabel is what people read above a field: Salesforce's name keeps the
// capitals that people know it by.
func fieldLabel(f *mapping.Field) string {
	if name := f.Vendor[mapping.SalesforceSide]; name != "" {
		return label(name)
	}
	return label(f.Name)
}

func label(name string) string {
	s := strings.TrimSpace(strings.ReplaceAll(strings.TrimSuffix(name, "__c"), "_", " "))
	if s == "" {
		return name
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
