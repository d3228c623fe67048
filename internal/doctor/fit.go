package doctor

import (
	"fmt"
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
)

// Level is how well a field takes the values of a common type.
type Level int

// The levels. What does not fit at run time is parked with its reason, so
// Partly loses nothing; Refused would park every value.
const (
	Fits Level = iota
	Partly
	Refused
)

// Verdict is the result of comparing a common type with a field.
type Verdict struct {
	Level Level
	// Why tells what does not fit, Fix the way out, where there is one.
	Why, Fix string
}

// CanRead judges whether a field's content can be read as the common type.
func CanRead(t mapping.Type, system connectors.System, f connectors.Field) Verdict {
	return verdict(readable(t), t, f, shapeOf(system, f), "read as")
}

// CanWrite judges whether values of the common type can be written to a field.
func CanWrite(t mapping.Type, system connectors.System, f connectors.Field) Verdict {
	s := shapeOf(system, f)
	row := writable(t)
	if s == choice && !f.Restricted && row[s] == 'o' {
		return Verdict{} // an unrestricted picklist takes any text
	}
	if system == connectors.HubSpot && t == mapping.Date && s == instant {
		return Verdict{Level: Partly, Why: partly('u')} // Salesforce refuses a day there
	}
	return verdict(row, t, f, s, "written from")
}

func verdict(row string, t mapping.Type, f connectors.Field, s shape, verb string) Verdict {
	switch code := row[s]; code {
	case '+':
		return Verdict{}
	case '-':
		return Verdict{Level: Refused, Why: fmt.Sprintf("a field of type %s cannot be %s %s", f.Type, verb, t), Fix: advice(t, s)}
	default:
		return Verdict{Level: Partly, Why: partly(code)}
	}
}

// The table: one row per common type, one column per shape, in the order of
// the shapes: bool number text choice choices form date instant clock id
// parts masked. '+' converts without loss, '-' is refused, a letter converts
// those values that partly names. TestTableAgreesWithMapping and
// TestTableAgreesWithClients hold it against the code that converts.

func readable(t mapping.Type) string {
	switch t {
	case mapping.Bool:
		return "+-tt--------"
	case mapping.Number, mapping.Money:
		return "-+nn-n------"
	case mapping.Text:
		return "++++++++++-m"
	case mapping.Enum:
		return "++++s+---+--"
	case mapping.Date:
		return "--d---+-----"
	case mapping.DateTime:
		return "--i---u+----"
	default: // Owner
		return "--p------+--"
	}
}

func writable(t mapping.Type) string {
	switch t {
	case mapping.Bool:
		return "+-+o-------+"
	case mapping.Number, mapping.Money:
		return "-++o-------+"
	case mapping.Text:
		return "--+oof-----+"
	case mapping.Enum:
		return "--+++f-----+"
	case mapping.Date:
		return "--+o--+----+"
	case mapping.DateTime:
		return "--+o---+---+"
	default: // owners are never written
		return "------------"
	}
}

// partly says in words which values convert.
func partly(code byte) string {
	switch code {
	case 't':
		return "only the texts true and false are understood"
	case 'n':
		return "only texts that are numbers are understood"
	case 's':
		return "a record with several values at once fits none of the mapped ones"
	case 'd':
		return "only texts that are dates, like 2026-11-22, are understood"
	case 'i':
		return "only texts that are dates with a time, like 2026-11-22T09:00:00Z, are understood"
	case 'u':
		return "a day stands for its midnight in UTC"
	case 'p':
		return "only ids of users are understood"
	case 'o':
		return "only its options are taken"
	case 'f':
		return "only texts of its form are taken"
	default: // 'm'
		return "its content is masked unless the user may see encrypted data"
	}
}

// advice names the way out of a refusal, where there is one.
func advice(t mapping.Type, s shape) string {
	switch {
	case s == parts:
		return "map its parts one by one"
	case t == mapping.Date && s == instant:
		return "it holds a time of day; map it as datetime"
	case t == mapping.DateTime && s == date:
		return "it holds a day only; map it as date"
	case s == boolean, s == number, s == date, s == instant:
		return "map it as " + strings.Join(natural(s), " or ")
	case t == mapping.Owner:
		return "owners are in reference fields"
	default:
		return "map it as text"
	}
}

// natural lists the common types that a shape is made for.
func natural(s shape) []string {
	switch s {
	case boolean:
		return []string{"bool"}
	case number:
		return []string{"number", "money"}
	case date:
		return []string{"date"}
	default:
		return []string{"datetime"}
	}
}
