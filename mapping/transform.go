package mapping

import (
	"errors"
	"fmt"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/expression"
)

// valueName is the field's own value inside a transform.
const valueName = "value"

// Transform is a compiled read or write expression of one side.
type Transform struct {
	program *expression.Program
	props   []string // the vendor's fields that it reads besides the value
}

// source is the expression's text, "" for none.
func (t *Transform) source() string {
	if t == nil || t.program == nil {
		return ""
	}
	return t.program.Source
}

// transformEnv shows a value and its record to a transform.
type transformEnv struct {
	value  connectors.Value
	record connectors.Record
	props  []string
}

// Lookup returns the value itself for slot 0, else the vendor's field as text.
func (e transformEnv) Lookup(slot int) connectors.Value {
	if slot == 0 {
		return e.value
	}
	return asText(e.record.Fields[e.props[slot-1]])
}

// asText shows a vendor's value as text; empty is Null.
func asText(v connectors.Value) connectors.Value {
	if v.IsNull() || v.Kind() == connectors.Text && strings.TrimSpace(v.Text()) == "" {
		return connectors.Value{}
	}
	return connectors.TextValue(v.String())
}

// read turns what a record holds into the field's common form, through the
// side's expression if it has one.
func (f *Field) read(side Side, raw connectors.Value, r connectors.Record) (connectors.Value, error) {
	t := f.From[side]
	if t == nil {
		return f.Read(side, raw)
	}
	in, err := f.raw(raw)
	if err != nil {
		return connectors.Value{}, err
	}
	return f.Read(side, t.program.Eval(transformEnv{value: in, record: r, props: t.props}))
}

// raw gives a vendor's value the type that the read expression was checked
// for.
func (f *Field) raw(v connectors.Value) (connectors.Value, error) {
	if asText(v).IsNull() {
		return connectors.Value{}, nil
	}
	switch f.Type {
	case Number, Money:
		return readAsNumber(v)
	case Date, DateTime:
		return readDateTime(v)
	default:
		return asText(v), nil
	}
}

// transformed writes a value through the side's expression. Where it can be
// told that reading would not give the value back, it is refused.
func (f *Field) transformed(side Side, v, word connectors.Value) (connectors.Value, error) {
	out := f.To[side].program.Eval(transformEnv{value: word})
	if out.IsNull() {
		return out, errors.New("the write expression gives nothing for it")
	}
	out = f.format(side, out)
	if t := f.From[side]; t != nil && len(t.props) > 0 {
		return out, nil // what it reads besides is not known here
	}
	back, err := f.read(side, out, connectors.Record{})
	if err != nil {
		return out, fmt.Errorf("the write expression gives %q, which does not fit: %w", Clip(out.String(), 40), err)
	}
	if back != v {
		return out, fmt.Errorf("the write expression gives %q, which would be read back as %q", Clip(out.String(), 40), Clip(back.String(), 40))
	}
	return out, nil
}
