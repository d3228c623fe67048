package mapping

import (
	"math"
	"strings"
	"time"

	"handoffd/connectors"
)

// alike tells whether have may be what a CRM made of sent: trimmed, in other
// case, cut at its length, rounded to fewer digits, or cut to the second, as
// Salesforce keeps times.
func alike(sent, have connectors.Value) bool {
	if sent.Kind() != have.Kind() {
		return sent.IsNull() && have.Kind() == connectors.Bool && !have.Bool() // a checkbox knows no "unknown"
	}
	switch sent.Kind() {
	case connectors.Number:
		return roundsTo(sent, have)
	case connectors.Text:
		a, b := fold(sent.Text()), fold(have.Text())
		return a == b || len(b) >= shortestCut && strings.HasPrefix(a, b)
	case connectors.Time:
		return have == sent || have == toSecond(sent)
	default:
		return sent == have
	}
}

// toSecond is what Salesforce makes of a time.
func toSecond(v connectors.Value) connectors.Value {
	if v.Kind() != connectors.Time {
		return v
	}
	return connectors.TimeValue(v.Time().Truncate(time.Second))
}

// shortestCut: a text shorter than that was not cut by a CRM; somebody wrote it.
const shortestCut = 20

func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// roundsTo tells whether have is sent with fewer digits behind the point,
// rounded or cut.
func roundsTo(sent, have connectors.Value) bool {
	_, fraction, _ := strings.Cut(have.Text(), ".")
	_, all, _ := strings.Cut(sent.Text(), ".")
	if len(fraction) >= len(all) {
		return sent == have
	}
	unit := math.Pow10(-len(fraction))
	slack := 1e-9 * math.Max(1, math.Abs(sent.Float()))
	if fraction == "" { // the trailing zeros of a whole number hide its digits
		return math.Abs(sent.Float()-have.Float()) < 1+slack
	}
	return math.Abs(sent.Float()-have.Float()) < unit+slack
}
