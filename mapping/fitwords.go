package mapping

import (
	"fmt"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
)

// words lists all that is ever written to a side, where that can be told: the
// mapped values, and both of a yes/no, each through the write expression. Those
// that cannot be written are in out.
func (f *Field) words(side Side, v connectors.Field) (words []string, known bool, out []Verdict) {
	var all []connectors.Value
	switch {
	case (f.Type == Enum || f.Type == Multi) && f.Values != nil:
		for _, w := range sortedNames(f.Values) {
			if f.Values[w][side] != "" {
				all = append(all, connectors.TextValue(w))
			}
		}
	case f.Type == Bool && (f.To[side] != nil || shapeOf(side, v) == shapeChoice && v.Restricted):
		all = []connectors.Value{connectors.BoolValue(true), connectors.BoolValue(false)}
	}
	if f.Type == Multi && f.To[side] != nil {
		return nil, false, nil // the expression sees several at once
	}
	for _, value := range all {
		got, err := f.Write(side, value)
		if err != nil {
			out = append(out, Verdict{Level: Partly, Why: fmt.Sprintf("%s is not written: %v", value.String(), err), Fix: "correct the write expression of " + f.Name})
		} else if text := got.String(); !slices.Contains(words, text) {
			words = append(words, text)
		}
	}
	s := shapeOf(side, v)
	known = f.To[side] != nil || f.Type == Bool
	return words, known && (s == shapeText || s == shapeChoice || s == shapeChoices), out
}

// fitsWords compares what is written with the options of the field.
func (f *Field) fitsWords(side Side, v connectors.Field, words []string) []Verdict {
	out := f.lacking(side, v, words)
	var long, joined []string
	for _, w := range words {
		if v.Length > 0 && characters(w) > v.Length {
			long = append(long, w)
		}
		if f.Type == Multi && strings.Contains(w, separator) && f.To[side] == nil {
			joined = append(joined, w)
		}
	}
	if len(long) > 0 {
		out = append(out, Verdict{Level: Refused, Why: fmt.Sprintf("it takes %d characters, fewer than %s has", v.Length, List(long)), Fix: "make the field longer"})
	}
	if len(joined) > 0 {
		out = append(out, Verdict{Level: Refused, Why: List(joined) + " has a semicolon, which separates its values", Fix: "map to texts without one"})
	}
	return out
}

// lacking finds texts that a restricted field would refuse. An unrestricted
// picklist takes them, but people cannot choose them.
func (f *Field) lacking(side Side, v connectors.Field, words []string) []Verdict {
	s := shapeOf(side, v)
	if len(v.Options) == 0 && !v.Restricted || s != shapeChoice && s != shapeChoices && f.Type == Bool {
		return nil
	}
	var missing, inactive, names []string
	for _, o := range v.Options {
		names = append(names, o.Value)
	}
	for _, w := range words {
		i := slices.Index(names, w)
		switch {
		case i < 0:
			missing = append(missing, w)
		case !v.Options[i].Active:
			inactive = append(inactive, w)
		}
	}
	if !v.Restricted {
		if missing = append(missing, inactive...); len(missing) == 0 {
			return nil
		}
		return []Verdict{{Level: Partly, Why: "its list lacks " + List(missing) + ": it takes them, but people cannot choose them", Fix: "add the options"}}
	}
	var out []Verdict
	if len(missing) > 0 {
		fix := "add the options, or correct " + f.wordsKey(side)
		if near := yamlpos.Nearest(missing[0], names); near != "" {
			fix += fmt.Sprintf(" (did you mean %q?)", near)
		}
		out = append(out, Verdict{Level: Refused, Why: "it lacks the options " + List(missing), Fix: fix})
	}
	if len(inactive) > 0 {
		out = append(out, Verdict{Level: Refused, Why: "the options " + List(inactive) + " are not active", Fix: "activate them, or correct " + f.wordsKey(side)})
	}
	return out
}

// wordsKey names what in the config says which texts are written.
func (f *Field) wordsKey(side Side) string {
	switch {
	case f.To[side] != nil:
		return "the write expression of " + f.Name
	case f.Lifecycle:
		return "workflows.lifecycle.status"
	case f.Type == Bool:
		return f.Name + ": map it as enum, or with a read and a write expression"
	default:
		return "the values of " + f.Name
	}
}

// unmapped lists the active options that no common value has.
func (f *Field) unmapped(side Side, v connectors.Field) []string {
	if f.Type != Enum && f.Type != Multi || f.Values == nil || f.From[side] != nil {
		return nil
	}
	var out []string
	for _, o := range v.Options {
		mapped := false
		for _, texts := range f.Values {
			mapped = mapped || texts[side] == o.Value
		}
		if o.Active && !mapped {
			out = append(out, o.Value)
		}
	}
	return out
}
