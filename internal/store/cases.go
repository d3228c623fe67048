package store

import (
	"database/sql"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

const (
	// since stays while the case is open: it is when a person could first see it.
	putCase = `
INSERT INTO match_cases (id, rule, key, reason, state, since, closed) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO UPDATE SET rule = excluded.rule, key = excluded.key, reason = excluded.reason,
    since = CASE WHEN match_cases.state = 'open' THEN match_cases.since ELSE excluded.since END,
    state = excluded.state, closed = excluded.closed`
	dropCandidates = `DELETE FROM match_candidates WHERE case_id = $1`
	addCandidate   = `INSERT INTO match_candidates (case_id, system, id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	caseColumns    = `
SELECT c.id, c.rule, c.key, c.reason, c.state, c.since, c.closed, m.system, m.id, coalesce(a.name, ''), coalesce(a.domain, '')
FROM match_cases AS c
LEFT JOIN match_candidates AS m ON m.case_id = c.id
LEFT JOIN links AS l ON l.id = m.id AND l.system = m.system AND l.object = 'account'
LEFT JOIN accounts AS a ON a.id = l.account`
	caseOrder    = ` ORDER BY c.since, c.id, m.system DESC, m.id`
	casesInState = caseColumns + ` WHERE c.state = $1` + caseOrder
	caseCount    = `SELECT count(*) FROM match_cases WHERE state = 'open'`

	allSplits   = `SELECT salesforce, hubspot FROM match_splits`
	addSplit    = `INSERT INTO match_splits (salesforce, hubspot, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	removeSplit = `DELETE FROM match_splits WHERE salesforce = $1 AND hubspot = $2`
)

var casesOfRecords = caseColumns + ` WHERE c.state = 'open' AND c.id IN (
    SELECT case_id FROM match_candidates WHERE system = $1 AND ` + inList("id", 2) + `)` + caseOrder

// PutCase inserts or replaces a case with its candidates.
func (t *Tx) PutCase(c engine.MatchCase) error {
	const doing = "writing match case"
	if c.Since.IsZero() {
		c.Since = t.clock.Now()
	}
	if _, err := t.exec(doing, putCase, c.ID, c.Rule, c.Key, c.Reason, c.State, micros(c.Since), nullable(c.Closed)); err != nil {
		return err
	}
	if _, err := t.exec(doing, dropCandidates, c.ID); err != nil {
		return err
	}
	_, err := execEach(t, doing, addCandidate, c.Candidates, func(m engine.Candidate, buf []any) []any {
		return append(buf, c.ID, string(m.Ref.System), m.Ref.ID)
	})
	return err
}

// Cases lists the cases in a state, oldest first.
func (t *Tx) Cases(state string) ([]engine.MatchCase, error) {
	var list []engine.MatchCase
	err := t.query("reading match cases", casesInState, appendCases(&list), state)
	return list, err
}

// CasesOf lists the open cases of the records.
func (t *Tx) CasesOf(refs []connectors.Ref) ([]engine.MatchCase, error) {
	var list []engine.MatchCase
	seen := map[string]bool{}
	for _, g := range groupRefs(refs) {
		if g.object != connectors.Account {
			continue
		}
		var found []engine.MatchCase
		if err := t.eachList("reading match cases of records", casesOfRecords, g.ids, appendCases(&found), string(g.system)); err != nil {
			return nil, err
		}
		for _, c := range found {
			if !seen[c.ID] {
				seen[c.ID] = true
				list = append(list, c)
			}
		}
	}
	return list, nil
}

// appendCases gathers the rows of a case, which follow each other.
func appendCases(list *[]engine.MatchCase) scanFunc {
	return func(rows *sql.Rows) error {
		var c engine.MatchCase
		var m engine.Candidate
		var system, id sql.NullString
		var since int64
		var closed sql.NullInt64
		if err := rows.Scan(&c.ID, &c.Rule, &c.Key, &c.Reason, &c.State, &since, &closed, &system, &id, &m.Name, &m.Domain); err != nil {
			return err
		}
		c.Since, c.Closed = timeOf(since), timeOrZero(closed)
		if n := len(*list); n == 0 || (*list)[n-1].ID != c.ID {
			*list = append(*list, c)
		}
		if id.Valid {
			m.Ref = connectors.Ref{System: connectors.System(system.String), Object: connectors.Account, ID: id.String}
			last := &(*list)[len(*list)-1]
			last.Candidates = append(last.Candidates, m)
		}
		return nil
	}
}

// CaseCount counts the open cases.
func (t *Tx) CaseCount() (int, error) {
	var n int
	err := t.query("counting match cases", caseCount, func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n, err
}

// Splits returns all pairs that a person has split.
func (t *Tx) Splits() (map[engine.Pair]bool, error) {
	found := map[engine.Pair]bool{}
	err := t.query("reading splits", allSplits, func(rows *sql.Rows) error {
		var p engine.Pair
		err := rows.Scan(&p.Salesforce, &p.HubSpot)
		found[p] = true
		return err
	})
	return found, err
}

// PutSplits remembers pairs.
func (t *Tx) PutSplits(pairs []engine.Pair) error {
	now := t.clock.Now()
	_, err := execEach(t, "writing splits", addSplit, pairs, func(p engine.Pair, buf []any) []any {
		return append(buf, p.Salesforce, p.HubSpot, micros(now))
	})
	return err
}

// RemoveSplit forgets a pair.
func (t *Tx) RemoveSplit(p engine.Pair) error {
	_, err := t.exec("forgetting split", removeSplit, p.Salesforce, p.HubSpot)
	return err
}

// splitColumn is the system's column in match_splits.
func splitColumn(s connectors.System) (own, other string) {
	if s == connectors.HubSpot {
		return "hubspot", "salesforce"
	}
	return "salesforce", "hubspot"
}

// moveSplits copies the splits of one record to another.
func moveSplits(s connectors.System) string {
	own, other := splitColumn(s)
	return strings.NewReplacer("OWN", own, "OTHER", other).Replace(
		`INSERT INTO match_splits (OWN, OTHER, at) SELECT $2, OTHER, at FROM match_splits WHERE OWN = $1 ON CONFLICT DO NOTHING`)
}
