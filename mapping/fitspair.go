package mapping

import (
	"fmt"
	"slices"

	"handoffd/connectors"
)

// FitsPair compares the two sides of a field whose values travel to a side:
// what the one CRM can hold, the other must take.
func FitsPair(f *Field, to Side, from, target connectors.Field) []Verdict {
	side := to.Other()
	if f.From[side] != nil || f.To[to] != nil {
		return nil
	}
	out := f.fitsForm(from, target)
	if passes := f.Type == Text || (f.Type == Enum || f.Type == Multi) && f.Values == nil; !passes {
		return out
	}
	longest := longestText(side, from)
	if f.Type != Multi && f.Length == 0 && target.Length > 0 && longest > target.Length {
		out = append(out, Verdict{
			Level: Partly, Why: fmt.Sprintf("it takes %d characters, %s up to %d: longer texts are parked", target.Length, side.System(), longest),
			Fix: "make the field longer, unless the texts are short",
		})
	}
	var missing []string
	listed := target.Restricted || f.Type != Text && shapeOf(to, target) == shapeChoice && len(target.Options) > 0
	for _, o := range from.Options {
		if listed && o.Active && !hasOption(target, o.Value) && !slices.Contains(missing, o.Value) {
			missing = append(missing, o.Value)
		}
	}
	if len(missing) > 0 {
		out = append(out, Verdict{
			Level: Partly, Why: fmt.Sprintf("%s has options that this field lacks: %s", side.System(), List(missing)), Fix: "add the options, or map the values of " + f.Name,
		})
	}
	return out
}

// fitsForm compares what the same value means on the two sides: a percentage,
// and a text that one of them takes for markup.
func (f *Field) fitsForm(from, target connectors.Field) []Verdict {
	switch {
	case f.Type == Number && (from.Type == "percent" || target.Type == "percent"):
		return []Verdict{{
			Level: Partly, Why: "Salesforce keeps 45 for 45 %, HubSpot 0.45 in a number that it shows as a percentage",
			Fix: "let HubSpot show the number as it is, or map it with read and write expressions: value * 100 and value / 100",
		}}
	case f.Type != Text || from.HTML == target.HTML:
		return nil
	case target.HTML:
		return []Verdict{{
			Level: Refused, Why: "it holds formatted text: lines of a plain one run together in it, and what looks like markup is changed",
			Fix: "name a plain text field, or map it with read and write expressions",
		}}
	default:
		return []Verdict{{
			Level: Refused, Why: "the other CRM's field holds formatted text, whose markup would stand in this one",
			Fix: "name a plain text field there, or map it with read and write expressions",
		}}
	}
}
