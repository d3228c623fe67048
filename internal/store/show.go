package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// overviews finds accounts by findArgs. Only if there is one does it have an
// id by which the rest is found, each part through an index of its own: $7
// writes and $8 conflicts at most. The cross joins keep the order in which the
// tables are read.
const overviews = `
WITH found AS MATERIALIZED (
    SELECT id FROM accounts WHERE id IN (` + fittingIDs + `) ORDER BY id LIMIT $5
), told AS (
    SELECT id AS each, CASE (SELECT count(*) FROM found) WHEN 1 THEN id END AS one FROM found
)
SELECT ` + accountColumns + `,
    (SELECT json_object('reason', reason, 'at', at) FROM decisions WHERE account = told.one ORDER BY at DESC, seq DESC LIMIT 1),
    (SELECT json_object('id', h.id, 'rule', rule, 'stage', stage, 'owner', owner, 'opened', opened, 'due', due, 'why',
            (SELECT json(why) FROM assignments WHERE handoff = h.id ORDER BY seq DESC LIMIT 1), 'summaries',
            (SELECT json_group_array(json_object('stage', s.stage, 'at', s.at, 'hash', s.hash, 'text', s.text) ORDER BY s.seq)
                FROM summaries AS s WHERE s.handoff = h.id))
        FROM handoffs AS h WHERE account = told.one AND closed IS NULL),
    (SELECT json_group_array(json_object('key', key, 'system', system, 'kind', kind, 'state', state, 'created', created,
            'sent', sent, 'result', result, 'error', error) ORDER BY seq DESC)
        FROM (SELECT key, seq, system, kind, state, created, sent, result, error FROM outbox
            WHERE account = told.one ORDER BY seq DESC LIMIT $7)),
    (SELECT json_group_array(json_object('field', field, 'at', at, 'salesforce', salesforce, 'hubspot', hubspot,
            'winner', winner, 'policy', policy, 'reason', reason) ORDER BY at DESC, field)
        FROM (SELECT ` + conflictColumns + ` FROM conflicts
            WHERE account = told.one ORDER BY at DESC, field LIMIT $8)),
    (SELECT json_group_array(json_object('system', system, 'object', object, 'id', l.id, 'people',
            (SELECT count(*) FROM contacts AS c WHERE c.home_id = l.id AND c.system = l.system)) ORDER BY system, object, l.id)
        FROM links AS l WHERE account = told.one),
    (SELECT json_group_array(json_object('system', p.system, 'object', p.object, 'id', p.id, 'field', p.field, 'vendor', p.vendor,
            'value', p.value, 'reason', p.reason, 'since', p.since, 'next', p.next_try, 'at', r.system, 'home', r.home)
            ORDER BY p.system, p.object, p.id, p.field, r.home)
        FROM (
            SELECT told.one AS id, '' AS system, '' AS home
            UNION SELECT l.id, '', '' FROM links AS l WHERE l.account = told.one
            UNION SELECT c.id, l.system, l.id FROM links AS l CROSS JOIN contacts AS c
                WHERE l.account = told.one AND l.object = 'account' AND c.home_id = l.id AND c.system = l.system
        ) AS r CROSS JOIN problems AS p WHERE p.id = r.id)
FROM told CROSS JOIN accounts WHERE accounts.id = told.each ORDER BY accounts.id`

// Overviews finds accounts as FindAccounts does and reads what is known of the
// one that it found.
func (t *Tx) Overviews(query string, writes, conflicts int) ([]engine.Overview, error) {
	args := findArgs(query)
	if args == nil {
		return nil, nil
	}
	var found []engine.Overview
	err := t.query("reading all of an account", overviews, func(rows *sql.Rows) error {
		var o engine.Overview
		var due sql.NullInt64
		var changed int64
		var p parts
		err := rows.Scan(&o.ID, &o.Name, &o.Domain, &o.State, &o.Outcome, &o.Doc, &o.Life, &o.Dirty, &due, &changed, &o.Both,
			part{&p.Decision}, part{&p.Handoff}, part{&p.Writes}, part{&p.Conflicts}, part{&p.Links}, part{&p.Problems})
		if err != nil {
			return err
		}
		o.Due, o.Changed = timeOrZero(due), timeOf(changed)
		p.fill(&o)
		found = append(found, o)
		return nil
	}, append(args, max(0, writes), max(0, conflicts))...)
	return found, err
}

// part reads a column of JSON; NULL leaves its target alone.
type part struct{ target any }

// Scan implements sql.Scanner.
func (p part) Scan(column any) error {
	text, ok := column.(string)
	if !ok {
		return nil
	}
	if err := json.Unmarshal([]byte(text), p.target); err != nil {
		return fmt.Errorf("decoding %T: %w", p.target, err)
	}
	return nil
}

// stored is a time as JSON has it: microseconds, or null for none.
type stored struct{ time.Time }

// UnmarshalJSON reads it.
func (s *stored) UnmarshalJSON(text []byte) error {
	var n *int64
	if err := json.Unmarshal(text, &n); err != nil {
		return err
	}
	if n != nil {
		s.Time = timeOf(*n)
	}
	return nil
}

// parts are the columns of an overview that are JSON.
type parts struct {
	Decision struct {
		Reason string
		At     stored
	}
	Handoff *struct {
		ID, Rule, Stage, Owner string
		Opened, Due            stored
		Why                    []string
		Summaries              []struct {
			Stage, Hash, Text string
			At                stored
		}
	}
	Writes []struct {
		Key, System, Kind, State, Result, Error string
		Created, Sent                           stored
	}
	Conflicts []struct {
		Field, Salesforce, HubSpot, Winner, Policy, Reason string
		At                                                 stored
	}
	Links []struct {
		System connectors.System
		Object connectors.Object
		ID     string
		People int
	}
	Problems []problemPart
}

type problemPart struct {
	System                           connectors.System
	Object                           connectors.Object
	ID, Field, Vendor, Value, Reason string
	Since, Next                      stored
	At                               connectors.System
	Home                             string
}

func (p *parts) fill(o *engine.Overview) {
	o.Reason, o.Decided = p.Decision.Reason, p.Decision.At.Time
	if h := p.Handoff; h != nil {
		o.Handoff = &engine.ShownHandoff{ID: h.ID, Rule: h.Rule, Stage: h.Stage, Owner: h.Owner, Opened: h.Opened.Time, Due: h.Due.Time, Assigned: h.Why}
		for _, page := range h.Summaries {
			o.Handoff.Summaries = append(o.Handoff.Summaries, engine.FrozenSummary{Stage: page.Stage, At: page.At.Time, Hash: page.Hash, Text: page.Text})
		}
	}
	for _, w := range p.Writes {
		o.Writes = append(o.Writes, engine.ShownWrite{
			Key: w.Key, System: w.System, Kind: w.Kind, State: w.State, Created: w.Created.Time, Sent: w.Sent.Time, Result: w.Result, Error: w.Error,
		})
	}
	for _, c := range p.Conflicts {
		o.Conflicts = append(o.Conflicts, engine.ShownConflict{
			Field: c.Field, At: c.At.Time, Salesforce: c.Salesforce, HubSpot: c.HubSpot, Winner: c.Winner, Policy: c.Policy, Reason: c.Reason,
		})
	}
	o.People = map[connectors.Ref]int{}
	for _, l := range p.Links {
		ref := connectors.Ref{System: l.System, Object: l.Object, ID: l.ID}
		o.Links = append(o.Links, ref)
		if l.Object == connectors.Account {
			o.People[ref] = l.People
		}
	}
	for _, x := range p.Problems {
		ref := connectors.Ref{System: x.System, Object: x.Object, ID: x.ID}
		o.Problems = append(o.Problems, engine.HomeProblem{Home: homeOf(x.At, x.Home), ProblemRow: engine.ProblemRow{
			Ref: ref, Field: x.Field, Vendor: x.Vendor, Value: x.Value, Reason: x.Reason, Since: x.Since.Time, NextTry: x.Next.Time,
		}})
	}
}
