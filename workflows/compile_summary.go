package workflows

import (
	"slices"
	"strings"

	"handoffd/internal/yamlpos"
	"handoffd/mapping"
)

// The account fields that the summary knows by name, all optional.
const (
	FieldIndustry       = "industry"
	FieldTechnology     = "technology"
	FieldNews           = "news"
	FieldDecisionMakers = "decision_makers"
)

// notesFields are what CRM notes may be called; the first that holds something
// is shown.
func notesFields() []string { return []string{"crm_notes", "notes", "description"} }

func defaultMarketing() map[Type]string {
	const all = "Pauses aggressive outreach, provides educational content, sends competitive positioning as needed."
	return map[Type]string{Intent: all, Inbound: all, Relationship: all}
}

func handoffTypes() []Type { return []Type{Intent, Inbound, Relationship} }

// approach reads what sales is advised: per type, and what an industry and a
// signal add to it.
func (k *compiler) approach(n yamlpos.Node) {
	const industries, signals = "industries", "signals"
	m := n.Map(string(Intent), string(Inbound), string(Relationship), industries, signals)
	for _, t := range handoffTypes() {
		text := k.p.Approach[t]
		if m.Get(string(t)).Text(&text) {
			k.p.Approach[t] = text
		}
	}
	k.byIndustry(m.Get(industries))
	if m.Has(signals) {
		for key, value := range m.Get(signals).Map(k.behind()...).All() {
			var text string
			if value.Text(&text) {
				k.p.BySignal[key.Raw()] = text
			}
		}
	}
}

func (k *compiler) byIndustry(n yamlpos.Node) {
	if !n.OK() {
		return
	}
	field := k.p.Mapping.Field(FieldIndustry)
	if field == nil {
		n.Errorf("unknown-field", "the mapping has no field named %s, so no account has one", FieldIndustry)
		return
	}
	entries := n.FreeMap()
	if words := industryWords(field); words != nil {
		entries = n.Map(words...)
	}
	for key, value := range entries.All() {
		var text string
		if value.Text(&text) {
			k.p.ByIndustry[strings.ToLower(key.Raw())] = text
		}
	}
}

// industryWords are the industries that the mapping knows, nil for any.
func industryWords(f *mapping.Field) (words []string) {
	if f.Type != mapping.Enum && f.Type != mapping.Multi {
		return nil
	}
	for word := range f.Values {
		words = append(words, word)
	}
	slices.Sort(words)
	return words
}

// behind lists what the rules look at: a hint for something else would never
// be shown.
func (k *compiler) behind() []string {
	names := slices.Clone(k.used)
	slices.Sort(names)
	return slices.Compact(names)
}

// marketing reads what marketing does while sales has the account: one text,
// or one per type.
func (k *compiler) marketing(n yamlpos.Node) {
	if n.Kind() != yamlpos.Mapping {
		var text string
		if n.Text(&text) {
			for _, t := range handoffTypes() {
				k.p.Marketing[t] = text
			}
		}
		return
	}
	m := n.Map(string(Intent), string(Inbound), string(Relationship))
	for _, t := range handoffTypes() {
		text := k.p.Marketing[t]
		if m.Get(string(t)).Text(&text) {
			k.p.Marketing[t] = text
		}
	}
}
