package mapping

import (
	"fmt"
	"slices"

	"handoffd/connectors"
)

// Degree is how well a field takes the values of a common type.
type Degree int

// The degrees. What does not fit at run time is parked with its reason, so
// Partly loses nothing; Refused would park every value, or lose a part of some.
const (
	Fitting Degree = iota
	Partly
	Refused
)

// Verdict is the result of comparing a common type with a field.
type Verdict struct {
	Level Degree
	// Why tells what does not fit, Fix the way out, where there is one.
	Why, Fix string
}

// CanRead judges whether a field's content can be read as the common type.
func CanRead(t Type, side Side, v connectors.Field) Verdict {
	s := shapeOf(side, v)
	code := readable(t)[s]
	switch {
	case t == Owner && side == SalesforceSide && s == shapeNumber:
		code = '-' // only HubSpot's ids are numbers
	case t == Bool && s == shapeChoice && v.Restricted && !hasOption(v, "true") && !hasOption(v, "false"):
		return Verdict{Level: Refused, Why: "none of its options is true or false", Fix: "map it as enum, or with a read and a write expression"}
	}
	return compared(code, t, v, s, "read as")
}

// CanWrite judges whether values of the common type can be written to a field.
func CanWrite(t Type, side Side, v connectors.Field) Verdict {
	s := shapeOf(side, v)
	code := writable(t)[s]
	switch {
	case s == shapeChoice && !v.Restricted && code == 'o':
		code = 'l'
	case side == HubSpotSide && t == Date && s == shapeInstant:
		code = 'u' // Salesforce refuses a day there
	case t == Owner && side == SalesforceSide && s == shapeNumber:
		code = '-'
	}
	return compared(code, t, v, s, "written from")
}

func compared(code byte, t Type, v connectors.Field, s shape, verb string) Verdict {
	switch code {
	case '+':
		return Verdict{}
	case '-':
		return Verdict{Level: Refused, Why: fmt.Sprintf("a field of type %s cannot be %s %s", v.Type, verb, t), Fix: advice(t, s)}
	}
	return Verdict{Level: Partly, Why: partly(code), Fix: mend(code, t, s)}
}

// mend names what makes the rest of the values convert, too.
func mend(code byte, t Type, s shape) string {
	switch {
	case code == 's' || code == 'w' || code == 'o' && t == Text && s == shapeChoices:
		return "map it as multi"
	case code == 'o' && t == Text:
		return "map it as enum"
	case code == 'o' || code == 'l' && t != Text:
		return "name a field of type " + string(t) + ", or add the options that occur"
	case code == 'l':
		return "map it as enum with values, or name a text field"
	case code == 'v':
		return "name a field that takes several values"
	case code == 'u' && t == Date:
		return "name a date field, or map it as datetime"
	case code == 'u':
		return "name a field with a time of day, or map it as date"
	case code == 'f':
		return "see that the values have that form, or name a text field"
	case code == 'm':
		return "grant the integration user View Encrypted Data, or name another field"
	case code == 'p':
		return "name a field that holds an owner"
	default: // 't', 'n', 'd', 'i'
		return "name a field of type " + string(t) + ", or add a read expression"
	}
}

// The table: one row per common type, one column per shape, in the order of
// the shapes: bool number text choice choices form date instant clock id
// parts masked. '+' converts without loss, '-' is refused, a letter converts
// those values that partly names. TestTableAgreesWithMapping and the doctor's
// TestTableAgreesWithClients hold it against the code that converts.

func readable(t Type) string {
	switch t {
	case Bool:
		return "+-tt--------"
	case Number, Money:
		return "-+nn-n------"
	case Text:
		return "++++w+++++-m"
	case Enum:
		return "++++s+---+--"
	case Multi:
		return "--+++------m"
	case Date:
		return "--d---+-----"
	case DateTime:
		return "--i---u+----"
	default: // Owner
		return "-pp------+--"
	}
}

func writable(t Type) string {
	switch t {
	case Bool:
		return "+-+o-------+"
	case Number, Money:
		return "-++o-------+"
	case Text:
		return "--+oof-----+"
	case Enum:
		return "--+++f-----+"
	case Multi:
		return "--+v+------+"
	case Date:
		return "--+o--+----+"
	case DateTime:
		return "--+o---+---+"
	default: // Owner
		return "-+-------+--"
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
	case 'w':
		return "the same values in another order count as another text"
	case 'v':
		return "it holds one value: several at once are parked"
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
	case 'l':
		return "its list is open: texts that are not in it are taken, but as values that are not active, which people cannot choose"
	default: // 'm'
		return "its content is masked unless the user may see encrypted data"
	}
}

// advice names the way out of a refusal, where there is one.
func advice(t Type, s shape) string {
	switch {
	case s == shapeParts:
		return "map its parts one by one"
	case t == Date && s == shapeInstant:
		return "it holds a time of day; map it as datetime"
	case t == DateTime && s == shapeDate:
		return "it holds a day only; map it as date"
	case s == shapeBool:
		return "map it as bool"
	case s == shapeNumber:
		return "map it as number or money"
	case s == shapeDate:
		return "map it as date"
	case s == shapeInstant:
		return "map it as datetime"
	case t == Owner:
		return "owners are in reference fields"
	default:
		return "map it as text"
	}
}

func hasOption(v connectors.Field, text string) bool {
	return slices.ContainsFunc(v.Options, func(o connectors.Option) bool { return o.Active && o.Value == text })
}
