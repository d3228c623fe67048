package expression

import (
	"strings"

	"handoffd/connectors"
)

// Base returns the functions that every scope has: known, lower, upper, trim,
// round.
func Base() map[string]Function {
	return map[string]Function{
		"known": {Usage: "known(field)", Bind: bindKnown},
		"lower": textFunction("lower", strings.ToLower),
		"upper": textFunction("upper", strings.ToUpper),
		"trim":  textFunction("trim", strings.TrimSpace),
		"round": {Usage: "round(number, 2)", Bind: bindRound},
	}
}

// bindKnown turns "is it missing" into a decided answer.
func bindKnown(args []Argument) (Type, Eval, error) {
	if len(args) != 1 || args[0].Name == "" || args[0].Type == Signal {
		return 0, nil, &ArgumentError{Message: "known takes one field"}
	}
	x := args[0].Eval
	return Bool, func(e Env) connectors.Value { return connectors.BoolValue(!x(e).IsNull()) }, nil
}

func textFunction(name string, op func(string) string) Function {
	return Function{
		Usage: name + "(text)",
		Bind: func(args []Argument) (Type, Eval, error) {
			if len(args) != 1 || args[0].Type != Text {
				return 0, nil, &ArgumentError{Message: name + " takes one text"}
			}
			x := args[0].Eval
			return Text, func(e Env) connectors.Value {
				v := x(e)
				if v.IsNull() {
					return v
				}
				return connectors.TextValue(op(v.Text()))
			}, nil
		},
	}
}
