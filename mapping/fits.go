package mapping

import (
	"fmt"
	"math"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/expression"
)

// Writes tells whether the mapping writes the field on that side.
func (f *Field) Writes(side Side) bool {
	if f.Vendor[side] == "" {
		return false
	}
	switch f.Master {
	case ReadOnly:
		return false
	case FromSalesforce:
		return side != SalesforceSide
	case FromHubSpot:
		return side != HubSpotSide
	default:
		return true
	}
}

// ComesFrom tells whether values of the field come from that side.
func (f *Field) ComesFrom(side Side) bool {
	switch f.Master {
	case FromHandoffd:
		return false
	case FromSalesforce:
		return side == SalesforceSide
	case FromHubSpot:
		return side == HubSpotSide
	default:
		return true
	}
}

// Fits compares a mapped field with the CRM's field, in the directions that
// the mapping uses, and returns what does not fit; nothing for a field that is
// fine. Doctor and setup both ask it.
func Fits(f *Field, side Side, v connectors.Field) []Verdict {
	out := f.fitsReading(side, v)
	if f.Writes(side) {
		out = append(out, f.fitsWriting(side, v)...)
	}
	if unmapped := f.unmapped(side, v); f.ComesFrom(side) && len(unmapped) > 0 {
		out = append(out, Verdict{Level: Partly, Why: "no value is mapped to " + List(unmapped) + ": records with it are parked", Fix: "map it in values of " + f.Name})
	}
	return out
}

// fitsReading judges what is read. What goes through an expression must only
// fit what the expression starts from.
func (f *Field) fitsReading(side Side, v connectors.Field) []Verdict {
	t, s := f.Type, shapeOf(side, v)
	if f.From[side] != nil {
		switch t {
		case Number, Money:
			t = Number
		case Date, DateTime:
			t = DateTime
		default:
			t = Text
		}
	}
	judged := CanRead(t, side, v)
	told := judged.Level == Refused || judged.Level == Partly && f.ComesFrom(side)
	if f.From[side] != nil && judged.Level == Partly && (s == shapeDate || s == shapeChoices) {
		told = false // the expression says what becomes of a day, and of several values
	}
	var out []Verdict
	if told {
		out = append(out, judged)
	}
	if f.Type == Money && f.From[side] == nil && side == SalesforceSide && v.Type == "percent" {
		out = append(out, Verdict{Level: Partly, Why: "it holds a percentage, not an amount", Fix: "map it as number"})
	}
	return out
}

// fitsWriting judges what is written.
func (f *Field) fitsWriting(side Side, v connectors.Field) []Verdict {
	words, known, out := f.words(side, v)
	if judged := f.canWrite(side, v); judged.Level == Refused || judged.Level == Partly && !known {
		out = append(out, judged)
	}
	if !v.Writable {
		out = append(out, Verdict{Level: Refused, Why: "it is read-only for this user", Fix: "grant edit access, or map it so that handoffd only reads it"})
	}
	if v.Controller != "" {
		out = append(out, Verdict{
			Level: Refused, Why: fmt.Sprintf("which values it takes depends on %s, and the API does not hold to it", v.Controller), Fix: "take the field from " + string(side.System()),
		})
	}
	if v.Unique {
		out = append(out, Verdict{Level: Partly, Why: "no two accounts may have the same value in it", Fix: "name a field that is not unique, unless the values are"})
	}
	if v.Required && f.Master != FromHandoffd {
		out = append(out, Verdict{Level: Partly, Why: "it must not be empty: a write that clears it is refused", Fix: "let the field be empty, or see that its source never is"})
	}
	out = append(out, f.fitsNumber(side, v)...)
	out = append(out, f.fitsLength(side, v)...)
	return append(out, f.fitsWords(side, v, words)...)
}

// canWrite judges the type of what is written: the field's own, or that of the
// write expression.
func (f *Field) canWrite(side Side, v connectors.Field) Verdict {
	if f.To[side] == nil {
		return CanWrite(f.Type, side, v)
	}
	var judged Verdict
	switch f.To[side].program.Type {
	case expression.Bool:
		judged = CanWrite(Bool, side, v)
	case expression.Number:
		judged = CanWrite(Number, side, v)
	case expression.Time:
		if f.Type == Date {
			return CanWrite(Date, side, v)
		}
		judged = CanWrite(DateTime, side, v)
	default:
		judged = CanWrite(Text, side, v)
		if s := shapeOf(side, v); judged.Level == Refused && s != shapeParts && s != shapeID {
			return Verdict{Level: Partly, Why: partly('f'), Fix: mend('f', Text, s)} // the expression may give texts of any form
		}
	}
	if judged.Level == Refused {
		judged.Why, judged.Fix = judged.Why+", which the write expression gives", "correct the write expression, or name another field"
	}
	return judged
}

// fitsNumber compares the range and the decimals with the digits that a
// Salesforce number has; HubSpot's numbers have no such limit.
func (f *Field) fitsNumber(side Side, v connectors.Field) []Verdict {
	if side != SalesforceSide || shapeOf(side, v) != shapeNumber || f.Type != Number && f.Type != Money || f.To[side] != nil {
		return nil
	}
	var out []Verdict
	if have := v.Precision - v.Scale; f.Ranged && v.Precision > 0 && Digits(f.Min, f.Max) > have {
		out = append(out, Verdict{
			Level: Refused, Why: fmt.Sprintf("the range needs %d digits before the point, the field has %d", Digits(f.Min, f.Max), have),
			Fix: "make the field longer, or the range smaller",
		})
	}
	return append(out, f.fitsDecimals(v)...)
}

// Digits is how many digits before the point a range needs.
func Digits(low, high float64) int {
	largest := math.Floor(max(math.Abs(low), math.Abs(high)))
	if largest < 1 {
		return 1
	}
	return len(fmt.Sprintf("%.0f", largest))
}

// fitsLength compares the mapping's length with the field's.
func (f *Field) fitsLength(side Side, v connectors.Field) []Verdict {
	if f.Length <= v.Length || v.Length == 0 || f.To[side] != nil || shapeOf(side, v) == shapeChoice {
		return nil
	}
	return []Verdict{{
		Level: Partly, Why: fmt.Sprintf("it takes %d characters and the mapping allows %d: longer texts are parked", v.Length, f.Length),
		Fix: fmt.Sprintf("make the field longer, or map it with length: %d", v.Length),
	}}
}

// shown is how many of a list a message names.
const shown = 6

// List shows texts in quotes, the first few of many.
func List(texts []string) string {
	quoted := make([]string, 0, shown+1)
	for i, t := range texts {
		if i == shown {
			quoted = append(quoted, fmt.Sprintf("%d more", len(texts)-shown))
			break
		}
		quoted = append(quoted, fmt.Sprintf("%q", Clip(t, 60)))
	}
	return strings.Join(quoted, ", ")
}

// longestText is the longest text that a field can hold, 0 if that is not
// known. A picklist can hold no more than its longest option.
func longestText(side Side, v connectors.Field) int {
	if shapeOf(side, v) != shapeChoice || len(v.Options) == 0 {
		return v.Length
	}
	n := 0
	for _, o := range v.Options {
		n = max(n, characters(o.Value))
	}
	return n
}
