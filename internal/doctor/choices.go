package doctor

import (
	"fmt"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows"
)

// Texts lists the texts that an enum has on one side, each once: a lifecycle's
// in the order of an account's life, others by their common word.
func Texts(f *mapping.Field, side mapping.Side) []string {
	var words []string
	if f.Lifecycle {
		for _, s := range workflows.States() {
			words = append(words, string(s))
		}
	} else {
		for w := range f.Values {
			words = append(words, w)
		}
		slices.Sort(words)
	}
	var out []string
	for _, w := range words {
		if t := f.Values[w][side]; t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// judgeChoices compares an enum's texts with the options of the field.
func judgeChoices(f *mapping.Field, side mapping.Side, c connectors.Field) []Finding {
	if f.Type != mapping.Enum || f.Values == nil {
		return nil
	}
	texts := Texts(f, side)
	var out []Finding
	if Writes(f, side) {
		out = append(out, lacking(f, c, texts)...)
		out = append(out, tooLong(c, texts)...)
	}
	if unmapped := unmapped(c, texts); source(f, side) && len(unmapped) > 0 {
		out = append(out, Finding{
			Status: Warn, What: "no value is mapped to " + list(unmapped) + ": records with it are parked", Fix: "map it in values of " + f.Name,
		})
	}
	return out
}

// lacking finds texts that a restricted field would refuse. An unrestricted
// picklist takes them, but people cannot choose them.
func lacking(f *mapping.Field, c connectors.Field, texts []string) []Finding {
	if len(c.Options) == 0 && !c.Restricted {
		return nil
	}
	var missing, inactive, names []string
	for _, o := range c.Options {
		names = append(names, o.Value)
	}
	for _, t := range texts {
		i := slices.IndexFunc(c.Options, func(o connectors.Option) bool { return o.Value == t })
		switch {
		case i < 0:
			missing = append(missing, t)
		case !c.Options[i].Active:
			inactive = append(inactive, t)
		}
	}
	key := "the values of " + f.Name
	if f.Lifecycle {
		key = "workflows.lifecycle.status"
	}
	if !c.Restricted {
		if missing = append(missing, inactive...); len(missing) == 0 {
			return nil
		}
		return []Finding{{Status: Warn, What: "its list lacks " + list(missing) + ": it takes them, but people cannot choose them", Fix: "add the options"}}
	}
	var out []Finding
	if len(missing) > 0 {
		fix := "add the options, or correct " + key
		if near := yamlpos.Nearest(missing[0], names); near != "" {
			fix += fmt.Sprintf(" (did you mean %q?)", near)
		}
		out = append(out, Finding{Status: Fail, What: "it lacks the options " + list(missing), Fix: fix})
	}
	if len(inactive) > 0 {
		out = append(out, Finding{Status: Fail, What: "the options " + list(inactive) + " are not active", Fix: "activate them, or correct " + key})
	}
	return out
}

// tooLong finds texts that are longer than the field.
func tooLong(c connectors.Field, texts []string) []Finding {
	var long []string
	for _, t := range texts {
		if c.Length > 0 && len([]rune(t)) > c.Length {
			long = append(long, t)
		}
	}
	if len(long) == 0 {
		return nil
	}
	return []Finding{{Status: Fail, What: fmt.Sprintf("it takes %d characters, fewer than %s has", c.Length, list(long)), Fix: "make the field longer"}}
}

// unmapped lists the active options that no common value has.
func unmapped(c connectors.Field, texts []string) []string {
	var out []string
	for _, o := range c.Options {
		if o.Active && !slices.Contains(texts, o.Value) {
			out = append(out, o.Value)
		}
	}
	return out
}

// shown is how many of a list a finding names.
const shown = 6

// list shows texts in quotes.
func list(texts []string) string {
	quoted := make([]string, 0, shown+1)
	for i, t := range texts {
		if i == shown {
			quoted = append(quoted, fmt.Sprintf("%d more", len(texts)-shown))
			break
		}
		quoted = append(quoted, fmt.Sprintf("%q", mapping.Clip(t, 60)))
	}
	return strings.Join(quoted, ", ")
}
