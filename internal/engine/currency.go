package engine

import (
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
)

// warnOfCurrencies says at every start that amounts go from one currency to
// another: doctor refuses that, and somebody may not have asked it.
func (e *Engine) warnOfCurrencies(m *mapping.Mapping, ids []connectors.Identity) {
	fields := m.Amounts()
	told := map[string]bool{}
	for _, id := range ids {
		if id.Currency != "" {
			told[id.Currency] = true
		}
	}
	if len(fields) == 0 || len(told) < 2 {
		return
	}
	args := []any{"fields", strings.Join(fields, ", ")}
	for _, id := range ids {
		args = append(args, string(id.System), id.Currency)
	}
	e.log.Warn("amounts travel between two currencies as they stand; `handoffd doctor` says what to do", args...)
}
