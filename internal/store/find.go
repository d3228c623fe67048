package store

import (
	"strings"

	"handoffd/internal/engine"
	"handoffd/mapping"
)

const findLimit = 20

// Each part uses an index of its own. $1 is what was typed, $2 the same with
// the case folded, $3 to $4 the range of Salesforce ids that it abbreviates,
// $5 how many are wanted, and $6 the record behind handoffd's id of an account
// that is no longer: it was joined with the one that has the record now.
const (
	fittingIDs = `
    SELECT id FROM accounts WHERE id = $1
    UNION SELECT account FROM links WHERE id = $1
    UNION SELECT account FROM links WHERE id = $6 AND id <> '' AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = $1)
    UNION SELECT account FROM links WHERE id >= $3 AND id < $4 AND system = 'salesforce'
    UNION SELECT id FROM accounts WHERE lower(domain) = $2 AND domain <> ''
    UNION SELECT id FROM accounts WHERE name_key = $2`
	findAccounts = `SELECT ` + accountColumns + ` FROM accounts WHERE id IN (` + fittingIDs + `) ORDER BY id LIMIT $5`
)

// FindAccounts finds accounts by handoffd's id, also of one that was joined with
// another, by a vendor's id of any linked
// record, by domain, or by the whole name in whatever case. At most 20, by id.
func (t *Tx) FindAccounts(query string) ([]engine.AccountRow, error) {
	args := findArgs(query)
	if args == nil {
		return nil, nil
	}
	var found []engine.AccountRow
	err := t.query("finding accounts", findAccounts, appendAccounts(&found), args...)
	return found, err
}

// findArgs are the parameters of fittingIDs, nil if nothing was typed.
func findArgs(query string) []any {
	query = strings.TrimSpace(query)
	if query == "" {
		return nil
	}
	if len(query) == 18 { // a Salesforce id may have lost its case
		if id := mapping.SalesforceID(query); strings.EqualFold(id, query) {
			query = id
		}
	}
	// A Salesforce id of 15 characters is case-sensitive, and the form with
	// 18 adds three capitals or digits to it ("Salesforce Object Reference",
	// "ID Field Type").
	from, to := "", ""
	if len(query) == 15 {
		from, to = query, query+"~"
	}
	record := ""
	for _, prefix := range []string{"sf-", "hs-"} {
		if id, own := strings.CutPrefix(query, prefix); own {
			record = id
		}
	}
	return []any{query, fold(query), from, to, findLimit, record}
}

// fold gives texts that differ only in case the same form, in every script:
// through upper case first, because some letters have two lower-case forms.
func fold(s string) string {
	return strings.ToLower(strings.ToUpper(strings.TrimSpace(s)))
}
