package scenario

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/doctor"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
)

// everywhere writes a field of the common account on both sides, as if it had
// always stood there; "" only where it is mastered.
const everywhere = connectors.System("everywhere")

// now is a value that becomes the time at which it is written.
type now struct{}

// fields reads the fields of an account: common ones by their name, vendors'
// own below salesforce: and hubspot:. in says where common ones are written.
func (r *reader) fields(a *account, m *yamlpos.Map, other []string, in connectors.System) map[connectors.System]map[string]any {
	out := map[connectors.System]map[string]any{}
	for key, value := range m.All() {
		f := r.config.Mapping.Field(key.Raw())
		if f == nil || slices.Contains(other, key.Raw()) {
			continue
		}
		for _, side := range r.sides(a, f, in, key) {
			v, ok := r.common(f, side, value)
			if !ok {
				break // reported once
			}
			put(out, side.System(), f.Vendor[side], v)
			if stamp := f.UpdatedAt[side]; stamp != "" {
				put(out, side.System(), stamp, now{})
			}
		}
	}
	r.vendorFields(out, m, connectors.Account)
	return out
}

// sides says where a common field is written.
func (r *reader) sides(a *account, f *mapping.Field, in connectors.System, key yamlpos.Node) []mapping.Side {
	var can []mapping.Side
	for _, side := range mapping.Sides() {
		if f.Vendor[side] != "" && slices.Contains(a.in, side.System()) {
			can = append(can, side)
		}
	}
	if in == everywhere {
		return can
	}
	want := in
	if want == "" && (f.Master == mapping.FromSalesforce || f.Master == mapping.FromHubSpot) {
		want = connectors.System(f.Master)
	}
	if want == "" && len(can) > 0 {
		want = can[0].System()
	}
	for _, side := range can {
		if side.System() == want {
			return []mapping.Side{side}
		}
	}
	if a.key != "" && want != "" {
		key.Errorf(yamlpos.CheckValue, "%s is set in %s, where %s does not stand or the field is not mapped; say in which CRM with in:", f.Name, want, a.key)
	} else if a.key != "" {
		key.Errorf(yamlpos.CheckValue, "%s is mapped in no CRM in which %s stands", f.Name, a.key)
	}
	return nil
}

// common turns a value of the common account into a side's own.
func (r *reader) common(f *mapping.Field, side mapping.Side, n yamlpos.Node) (any, bool) {
	if n.Kind() == yamlpos.Null {
		return nil, true
	}
	switch f.Type {
	case mapping.Bool:
		var b bool
		if !n.Bool(&b) {
			return nil, false
		}
		return sideValue(side, b, strconv.FormatBool(b)), true
	case mapping.Number, mapping.Money:
		var x float64
		if !n.Float(&x) {
			return nil, false
		}
		text := strconv.FormatFloat(x, 'f', -1, 64)
		return sideValue(side, json.Number(text), text), true
	case mapping.Enum:
		return r.word(f, side, n)
	case mapping.Date, mapping.DateTime:
		t, ok := r.when(n)
		return dated(t.In(r.zone), f.Type == mapping.Date), ok
	case mapping.Owner:
		p := r.person(n)
		return p, p != nil
	case mapping.Multi:
		var words []string
		ok := n.Strings(&words)
		return strings.Join(words, ";"), ok
	default:
		if n.Kind() != yamlpos.Scalar {
			n.Errorf(yamlpos.CheckType, "%s: expected a value", n.Path())
			return nil, false
		}
		return n.Raw(), true
	}
}

func dated(t time.Time, day bool) string {
	if day {
		return t.Format(time.DateOnly)
	}
	return instant(t)
}

func sideValue(side mapping.Side, typed any, text string) any {
	if side == mapping.HubSpotSide {
		return text
	}
	return typed
}

// word is an enum's text: by the common word, or as the CRM has it.
func (r *reader) word(f *mapping.Field, side mapping.Side, n yamlpos.Node) (any, bool) {
	if texts, ok := f.Values[n.Raw()]; ok && texts[side] != "" {
		return texts[side], true
	}
	for _, word := range sortedKeys(f.Values) {
		if f.Values[word][side] == n.Raw() {
			return n.Raw(), true
		}
	}
	if len(f.Values) == 0 && n.Kind() == yamlpos.Scalar {
		return n.Raw(), true
	}
	n.NotAllowed(sortedKeys(f.Values))
	return nil, false
}

// vendorFields reads what stands below salesforce: and hubspot:.
func (r *reader) vendorFields(out map[connectors.System]map[string]any, m *yamlpos.Map, object connectors.Object) {
	for _, system := range systemsOf() {
		for key, value := range m.Get(string(system)).FreeMap().All() {
			f, ok := r.vendorField(system, object, key)
			if !ok {
				continue
			}
			put(out, system, f.Name, r.vendorValue(system, f, value))
		}
	}
}

// vendorField finds a field by the vendor's own name.
func (r *reader) vendorField(system connectors.System, object connectors.Object, key yamlpos.Node) (connectors.Field, bool) {
	schema := r.schema[system][object]
	f, ok := doctor.Lookup(schema, system, key.Raw())
	if !ok {
		names := sortedKeys(schema.Fields)
		key.Add(yamlpos.Problem{
			Check: yamlpos.CheckUnknownKey, Message: schema.Name + " has no field \"" + key.Raw() + "\" in " + string(system),
			Nearest: yamlpos.Nearest(key.Raw(), names),
		})
	}
	return f, ok
}

// vendorValue is a scalar as the vendor's API takes it.
func (r *reader) vendorValue(system connectors.System, f connectors.Field, n yamlpos.Node) any {
	raw := n.Raw()
	if f.Name == "OwnerId" || f.Name == "hubspot_owner_id" {
		return r.person(n)
	}
	switch {
	case n.Kind() == yamlpos.Null:
		return nil
	case n.Kind() != yamlpos.Scalar:
		n.Errorf(yamlpos.CheckType, "%s: expected a value", n.Path())
		return nil
	case system == connectors.HubSpot:
		return raw
	case f.Type == "boolean":
		var b bool
		n.Bool(&b)
		return b
	case slices.Contains([]string{"double", "currency", "percent", "int"}, f.Type):
		var x float64
		n.Float(&x)
		return json.Number(strconv.FormatFloat(x, 'f', -1, 64))
	}
	return raw
}

// instant is t as both CRMs take it.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
