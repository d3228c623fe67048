package mapping

import (
	"fmt"
	"hash/fnv"
	"slices"

	"handoffd/internal/expression"
	"handoffd/internal/yamlpos"
)

// What `empty` may say.
const (
	keepEmpty  = "keep"
	clearEmpty = "clear"
)

// travel reads how values go from one side to the other.
func (k *compiler) travel(m *yamlpos.Map, f *Field) {
	var empty string
	if yamlpos.Enum(m.Get("empty"), &empty, keepEmpty, clearEmpty) {
		f.ClearEmpty = empty == clearEmpty
		switch {
		case f.Master == SyncFillBlank && f.ClearEmpty:
			m.Get("empty").Errorf("direction", "%s: fill_blank only fills what is empty, so an emptied value cannot clear anything", f.Name)
		case f.Master == ReadOnly || f.Master == FromHandoffd:
			m.Get("empty").Errorf("direction", "%s: empty says whether an emptied value travels to the other CRM; no value of this field does", f.Name)
		}
	}
	var tie string
	if !m.Has("newest_tie") || !yamlpos.Enum(m.Get("newest_tie"), &tie, systems()...) {
		return
	}
	f.Tie = sideIf(tie == string(HubSpotSide.System()), HubSpotSide)
	if f.Master != SyncNewest {
		m.Get("newest_tie").Errorf("direction", "%s: newest_tie decides where `sync: newest` cannot tell which change is the later one", f.Name)
	}
}

// length reads how long a text may be when it is written.
func (k *compiler) length(m *yamlpos.Map, f *Field) {
	m.Get("length").IntIn(&f.Length, 1, 131072)
	m.Get("truncate").Bool(&f.Truncate)
	switch {
	case m.Has("length") && f.Type != Text:
		m.Get("length").Errorf(yamlpos.CheckValue, "length needs the type text")
	case f.Truncate && !m.Has("length"):
		m.Get("truncate").Errorf(yamlpos.CheckMissingKey, "%s: say with length how many characters are kept", f.Name)
	}
}

// decimals reads how many decimals a number may have when it is written.
func (k *compiler) decimals(m *yamlpos.Map, f *Field) {
	if !m.Has("decimals") {
		return
	}
	n := m.Get("decimals")
	f.Scaled = n.IntIn(&f.Decimals, 0, 18)
	switch {
	case f.Type != Number && f.Type != Money:
		n.Errorf(yamlpos.CheckValue, "decimals needs the type number or money")
	case !f.Writes(SalesforceSide):
		n.Errorf("direction", "%s: decimals says what Salesforce's field keeps, and %s is not written there", f.Name, f.Name)
	}
}

// transforms reads the expressions that a value goes through on each side.
// Where a side is both read through one and written, its reverse must be
// written too.
func (k *compiler) transforms(m *yamlpos.Map, f *Field) {
	read, write := m.Get("read").Map(systems()...), m.Get("write").Map(systems()...)
	for _, s := range Sides() {
		name := string(s.System())
		for _, t := range []*yamlpos.Map{read, write} {
			if t.Has(name) && f.Vendor[s] == "" {
				t.Get(name).Errorf("direction", "%s has no field in %s", f.Name, name)
			}
		}
		if read.Has(name) {
			f.From[s] = k.readTransform(read.Get(name), f)
		}
		if write.Has(name) {
			f.To[s] = k.writeTransform(write.Get(name), f)
		}
		switch {
		case write.Has(name) && !f.Writes(s):
			write.Get(name).Errorf("direction", "%s is not written in %s, so there is nothing to transform", f.Name, name)
		case read.Has(name) && !write.Has(name) && f.Writes(s):
			read.Get(name).Errorf("direction", "%s is read through an expression in %s and is written there too: write the reverse as write.%s, or take it from %s", f.Name, name, name, name)
		}
	}
	if f.Type == Owner && (read.Len() > 0 || write.Len() > 0) {
		m.Node().Errorf(yamlpos.CheckValue, "%s: owners are not transformed; say under owners who is whom", f.Name)
	}
}

// rawType is what `value` is in a read expression: what the vendor keeps.
func (t Type) rawType() expression.Type {
	if t == Bool {
		return expression.Text
	}
	return t.expressionType()
}

func (k *compiler) readTransform(n yamlpos.Node, f *Field) *Transform {
	t := &Transform{}
	scope := expression.Scope{
		Names: map[string]expression.Name{valueName: {Type: f.Type.rawType()}}, Functions: expression.Base(),
		Open: func(name string) (expression.Name, bool) {
			slot := slices.Index(t.props, name)
			if slot < 0 {
				slot = len(t.props)
				t.props = append(t.props, name)
			}
			return expression.Name{Type: expression.Text, Slot: slot + 1}, true
		},
	}
	t.program = expression.CompileNode(n, k.c, scope, f.Type.expressionType())
	if t.program == nil {
		return nil
	}
	return t
}

func (k *compiler) writeTransform(n yamlpos.Node, f *Field) *Transform {
	scope := expression.Scope{Names: map[string]expression.Name{valueName: {Type: f.Type.expressionType()}}, Functions: expression.Base()}
	program := expression.CompileNode(n, k.c, scope, 0)
	if program == nil {
		return nil
	}
	return &Transform{program: program}
}

// owners reads who is whom: pairs of Salesforce and HubSpot e-mail addresses,
// and who stands in for people whom the other CRM does not know.
func (k *compiler) owners(n yamlpos.Node) {
	m := n.Map("same", "fallback")
	for key, value := range m.Get("same").FreeMap().All() {
		var other string
		if !value.Text(&other) {
			continue
		}
		pair := [sides]string{emailKey(key.Raw()), emailKey(other)}
		for _, have := range k.m.Owners.Same {
			if have[HubSpotSide] == pair[HubSpotSide] {
				value.Errorf(yamlpos.CheckDuplicateKey, "%s is already the same person as %s; going back it would be unclear who is meant", other, have[SalesforceSide])
			}
		}
		k.m.Owners.Same = append(k.m.Owners.Same, pair)
	}
	fallback := m.Get("fallback").Map(systems()...)
	for _, s := range Sides() {
		var email string
		if fallback.Get(string(s.System())).Text(&email) {
			k.m.Owners.Fallback[s] = emailKey(email)
		}
	}
}

// fingerprint tells whether what a field says about writing has changed.
func (f *Field) fingerprint() uint32 {
	h := fnv.New32a()
	fmt.Fprint(h, f.Type, f.Master, f.Vendor, f.Ranged, f.Min, f.Max, f.ClearEmpty, f.Tie, f.Length, f.Truncate)
	if f.Scaled { // alone, so that fields without it stay as they were
		fmt.Fprint(h, "decimals", f.Decimals)
	}
	for _, name := range sortedNames(f.Values) {
		fmt.Fprintf(h, "%q%q", name, f.Values[name])
	}
	for _, s := range Sides() {
		fmt.Fprintf(h, "%q%q", f.From[s].source(), f.To[s].source())
	}
	return h.Sum32()
}

// readingOf tells whether what a field says about reading a side has changed.
func (f *Field) readingOf(side Side) uint32 {
	h := fnv.New32a()
	fmt.Fprintf(h, "%q%q%q", f.Type, f.Vendor[side], f.From[side].source())
	for _, name := range sortedNames(f.Values) {
		fmt.Fprintf(h, "%q%q", name, f.Values[name][side])
	}
	return h.Sum32()
}

// Readings lists what the mapping makes of the fields of a side: where one is
// new, every record has something to say that was not looked at.
func (m *Mapping) Readings(side Side) []string {
	list := []string{}
	for i := range m.Fields {
		if f := &m.Fields[i]; f.Vendor[side] != "" {
			list = append(list, fmt.Sprintf("%s=%08x", f.Name, f.readingOf(side)))
		}
	}
	return list
}
