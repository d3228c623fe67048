package mapping

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/expression"
	"handoffd/internal/yamlpos"
)

// Compile reads the mapping section. Every mistake goes to c with its place;
// the result is usable only if c has no error.
func Compile(n yamlpos.Node, c *yamlpos.Collector) *Mapping {
	k := compiler{c: c, m: &Mapping{byName: map[string]int{}}}
	top := n.Map("where", "match", "create", "account", "owners", "signals")
	top.Require("account")
	k.where(top.Get("where"))
	k.rules(top.Get("match"))
	k.creation(top.Get("create"))
	k.fields(top.Get("account"))
	k.owners(top.Get("owners"))
	k.signals(top.Get("signals"))
	return k.m
}

type compiler struct {
	c *yamlpos.Collector
	m *Mapping
}

func systems() []string { return []string{string(connectors.Salesforce), string(connectors.HubSpot)} }

// perSystem reads a mapping with one text per CRM.
func (k *compiler) perSystem(n yamlpos.Node) (texts [sides]string) {
	m := n.Map(systems()...)
	for _, s := range Sides() {
		k.vendorName(m.Get(string(s.System())), s, &texts[s])
	}
	return texts
}

var (
	salesforceName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$`)
	hubspotName    = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// vendorName reads a field's name and checks its form, since it will stand in
// a query.
func (k *compiler) vendorName(n yamlpos.Node, s Side, dst *string) {
	var name string
	if !n.Text(&name) {
		return
	}
	pattern, form := salesforceName, "letters, digits and underscores, such as Fit_Score__c"
	if s == HubSpotSide {
		pattern, form = hubspotName, "lower-case letters, digits and underscores, such as fit_score"
	}
	if !pattern.MatchString(name) {
		n.Errorf(yamlpos.CheckValue, "%q is not a %s field name: %s", name, s.System(), form)
		return
	}
	*dst = name
}

var operators = []string{"EQ", "NEQ", "LT", "LTE", "GT", "GTE", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}

func (k *compiler) where(n yamlpos.Node) {
	m := n.Map(systems()...)
	k.salesforceWhere(m.Get("salesforce"))
	for _, item := range m.Get("hubspot").List() {
		f := item.Map("property", "operator", "value", "values")
		f.Require("property", "operator")
		var out Filter
		k.vendorName(f.Get("property"), HubSpotSide, &out.Property)
		yamlpos.Enum(f.Get("operator"), &out.Operator, operators...)
		f.Get("value").Text(&out.Value)
		f.Get("values").Strings(&out.Values)
		switch out.Operator {
		case "IN", "NOT_IN":
			f.Require("values")
		case "HAS_PROPERTY", "NOT_HAS_PROPERTY", "":
		default:
			f.Require("value")
		}
		k.m.HubSpotWhere = append(k.m.HubSpotWhere, out)
	}
}

// reserved are words that mean something else inside rules.
var reserved = []string{"and", "or", "not", "in", "matches", "contains", "startsWith", "endsWith", "true", "false", "nil", "let", "if", "else", "now", "known", "lower", "upper", "trim", "rises", "count", "sum", "rate"}

var commonName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// declare checks a name that the user makes up.
func (k *compiler) declare(key yamlpos.Node) (string, bool) {
	name := key.Raw()
	switch {
	case !commonName.MatchString(name):
		key.Errorf("name", "%q is not a name: use lower-case letters, digits and underscores", name)
	case slices.Contains(reserved, name):
		key.Errorf("name", "%q means something else inside rules; choose another name", name)
	default:
		return name, true
	}
	return "", false
}

func (k *compiler) fields(n yamlpos.Node) {
	for _, f := range builtin() {
		k.add(f)
	}
	for key, value := range n.FreeMap().All() {
		name, ok := k.declare(key)
		if !ok {
			continue
		}
		k.add(k.field(name, value))
		k.singleMaster(name, value)
	}
}

// singleMaster reports a vendor field that is written for one of our fields
// and mapped to another as well: the two would fight for ever.
func (k *compiler) singleMaster(name string, n yamlpos.Node) {
	f := k.m.Field(name)
	for _, side := range Sides() {
		for i := range k.m.Fields {
			other := &k.m.Fields[i]
			same := other.Slot != f.Slot && f.Vendor[side] != "" && strings.EqualFold(other.Vendor[side], f.Vendor[side])
			if same && (f.Writes(side) || other.Writes(side)) {
				n.Errorf("direction", "%s and %s are both mapped to %s in %s, and one of them is written there: they would overwrite each other", other.Name, name, f.Vendor[side], side.System())
			}
		}
	}
}

// add registers a field, replacing a built-in one of that name.
func (k *compiler) add(f Field) {
	if slot, ok := k.m.byName[f.Name]; ok {
		f.Slot = slot
		k.m.Fields[slot] = f
		return
	}
	f.Slot = len(k.m.Fields)
	k.m.byName[f.Name] = f.Slot
	k.m.Fields = append(k.m.Fields, f)
}

func builtin() []Field {
	return []Field{
		{Name: NameField, Type: Text, Vendor: [sides]string{"Name", "name"}},
		{Name: DomainField, Type: Text, Vendor: [sides]string{"Website", "domain"}},
		{Name: OwnerField, Type: Owner, Vendor: builtinOwner()},
	}
}

func builtinOwner() [sides]string { return [sides]string{"OwnerId", "hubspot_owner_id"} }

func (k *compiler) field(name string, n yamlpos.Node) Field {
	f := Field{Name: name}
	m := n.Map("type", "salesforce", "hubspot", "from", "sync", "range", "fresh_for", "updated_at", "values",
		"empty", "newest_tie", "length", "truncate", "decimals", "read", "write")
	m.Require("type")
	yamlpos.Enum(m.Get("type"), &f.Type, Bool, Number, Money, Text, Enum, Date, DateTime, Owner, Multi)
	for _, s := range Sides() {
		k.vendorName(m.Get(string(s.System())), s, &f.Vendor[s])
	}
	if f.Vendor == ([sides]string{}) && m.OK() && !m.Has("salesforce") && !m.Has("hubspot") {
		key := m.Node()
		k.c.Errorf(key.KeyPos(), yamlpos.CheckMissingKey, "%s: name the field in salesforce, hubspot or both", name)
	}
	k.master(m, &f)
	k.bounds(m, &f)
	k.freshness(m, &f)
	k.values(m, &f)
	k.travel(m, &f)
	k.length(m, &f)
	k.decimals(m, &f)
	k.transforms(m, &f)
	f.mark, f.reading = f.fingerprint(), [sides]uint32{f.readingOf(SalesforceSide), f.readingOf(HubSpotSide)}
	return f
}

func (k *compiler) master(m *yamlpos.Map, f *Field) {
	if m.Has("from") && m.Has("sync") {
		m.RequireOne("from", "sync")
		return
	}
	yamlpos.Enum(m.Get("from"), &f.Master, FromSalesforce, FromHubSpot, FromHandoffd)
	yamlpos.Enum(m.Get("sync"), &f.Master, SyncNewest, SyncSalesforce, SyncHubSpot, SyncFillBlank)
	for _, s := range Sides() {
		if m.Has(string(s.System())) {
			continue
		}
		if f.Master == FromSalesforce && s == SalesforceSide || f.Master == FromHubSpot && s == HubSpotSide {
			m.Get("from").Errorf("direction", "%s has no field in %s, so its value cannot come from there", f.Name, s.System())
		}
		if f.Master.synced() {
			m.Get("sync").Errorf("direction", "%s has no field in %s, so there is nothing to sync", f.Name, s.System())
		}
	}
	f.from = m.Get("from")
}

func (k *compiler) bounds(m *yamlpos.Map, f *Field) {
	if !m.Has("range") {
		return
	}
	n := m.Get("range")
	if f.Type != Number && f.Type != Money {
		n.Errorf(yamlpos.CheckValue, "a range needs the type number or money")
		return
	}
	items := n.List()
	if len(items) != 2 {
		n.Errorf(yamlpos.CheckValue, "a range is two numbers, such as [0, 100]")
		return
	}
	if items[0].Float(&f.Min) && items[1].Float(&f.Max) {
		f.Ranged = true
		if f.Min > f.Max || math.IsNaN(f.Min) || math.IsNaN(f.Max) {
			n.Errorf(yamlpos.CheckValue, "the range is empty: the first number is the greater one")
		}
	}
}

func (k *compiler) freshness(m *yamlpos.Map, f *Field) {
	m.Get("fresh_for").DurationIn(&f.FreshFor, time.Minute, 0)
	if m.Has("updated_at") {
		f.UpdatedAt = k.perSystem(m.Get("updated_at"))
		if !m.Has("fresh_for") {
			m.Get("updated_at").Errorf(yamlpos.CheckMissingKey, "%s: updated_at says when the value was confirmed; say with fresh_for how long it then counts", f.Name)
		}
	}
}

func (k *compiler) values(m *yamlpos.Map, f *Field) {
	n := m.Get("values")
	if !n.OK() {
		if f.Type == Enum && m.OK() {
			k.c.Errorf(m.Node().KeyPos(), "enum-value", "%s: an enum needs values: one text per value and CRM, or `values: lifecycle`; for free text use the type text", f.Name)
		}
		return
	}
	if f.Type != Enum && f.Type != Multi {
		n.Errorf(yamlpos.CheckValue, "values needs the type enum or multi")
		return
	}
	if n.Raw() == "lifecycle" {
		f.Lifecycle = true
		return
	}
	f.Values = map[string][sides]string{}
	for key, value := range n.FreeMap().All() {
		var texts [sides]string
		if value.Kind() == yamlpos.Mapping {
			m := value.Map(systems()...)
			for _, s := range Sides() {
				if f.Vendor[s] != "" && !m.Has(string(s.System())) {
					value.Errorf("enum-value", "%s: %q has no text for %s", f.Name, key.Raw(), s.System())
				}
				m.Get(string(s.System())).Text(&texts[s])
			}
		} else {
			var text string
			value.Text(&text)
			texts = [sides]string{text, text}
		}
		k.distinct(key, f, texts)
		f.Values[key.Raw()] = texts
	}
	if len(f.Values) == 0 {
		n.Errorf("enum-value", "%s: an enum needs at least one value, or `values: lifecycle`", f.Name)
	}
	f.buildReverse()
}

// distinct reports a text that two values share: it could not be read back.
func (k *compiler) distinct(key yamlpos.Node, f *Field, texts [sides]string) {
	for other, t := range f.Values {
		for _, s := range Sides() {
			if f.Vendor[s] != "" && t[s] == texts[s] {
				key.Errorf("enum-value", "%s: %q and %q have the same text %q in %s, so it cannot be read back", f.Name, key.Raw(), other, t[s], s.System())
			}
		}
	}
}

// scopeOfRecord lets a when clause name any property of the record.
func scopeOfRecord(props *[]string) expression.Scope {
	return expression.Scope{
		Functions: expression.Base(),
		Open: func(name string) (expression.Name, bool) {
			slot := slices.Index(*props, name)
			if slot < 0 {
				slot = len(*props)
				*props = append(*props, name)
			}
			return expression.Name{Type: expression.Text, Slot: slot}, true
		},
	}
}
