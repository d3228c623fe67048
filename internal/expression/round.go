package expression

import (
	"math/big"
	"strings"

	"handoffd/connectors"
)

// mostDecimals is how many decimals a number can be rounded to.
const mostDecimals = 18

// bindRound rounds a number to so many decimals, none if it is not said: the
// way to say that digits may go, which nothing else takes away.
func bindRound(args []Argument) (Type, Eval, error) {
	if len(args) == 0 || len(args) > 2 || args[0].Type != Number {
		return 0, nil, &ArgumentError{Message: "round takes one number, and how many decimals to keep"}
	}
	decimals := 0
	if len(args) == 2 {
		c := args[1].Const
		if c == nil || c.Kind() != connectors.Number || c.Float() < 0 || c.Float() > mostDecimals || strings.Contains(c.Text(), ".") {
			return 0, nil, &ArgumentError{Index: 1, Message: "how many decimals to keep is a whole number from 0 to 18"}
		}
		decimals = int(c.Float())
	}
	x := args[0].Eval
	return Number, func(e Env) connectors.Value { return round(x(e), decimals) }, nil
}

// round works on the digits, so that no float takes part; a half goes away
// from zero.
func round(v connectors.Value, decimals int) connectors.Value {
	if v.Kind() != connectors.Number {
		return v
	}
	text, negative := strings.CutPrefix(v.Text(), "-")
	before, behind, _ := strings.Cut(text, ".")
	if len(behind) <= decimals {
		return v
	}
	n, ok := new(big.Int).SetString(before+behind[:decimals], 10)
	if !ok {
		return connectors.Value{}
	}
	if behind[decimals] >= '5' {
		n.Add(n, big.NewInt(1))
	}
	digits := n.String()
	if missing := decimals + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - decimals
	text = digits[:point] + "." + digits[point:] + "0"
	if negative {
		text = "-" + text
	}
	out, err := connectors.NumberValue(text)
	if err != nil {
		return connectors.Value{}
	}
	return out
}
