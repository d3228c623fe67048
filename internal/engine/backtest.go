package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// backtestPage is how many accounts are read at once: no more of their past is
// ever in memory.
const backtestPage = 100

// replayed is what several policies give of the past of all accounts.
type replayed struct {
	tallies  []*workflows.Tally    // by policy
	passings [][]workflows.Passing // of the policies whose accounts are asked for
	real     []workflows.Real
	accounts int
	targets  int
	lacked   workflows.Lacked
}

// replay lets each policy decide all that happened in the span anew. They share
// one mapping. Of the first so many policies the accounts are kept, of the
// others they are only counted.
func replay(ctx context.Context, s Store, policies []*workflows.Policy, keep int, span workflows.Span) (out replayed, err error) {
	out = replayed{passings: make([][]workflows.Passing, keep), lacked: workflows.Lacked{}}
	for _, p := range policies {
		out.tallies = append(out.tallies, p.Tally())
	}
	var handoffs map[string][]workflows.Real
	err = s.View(ctx, func(tx Tx) (err error) {
		handoffs, err = realHandoffs(tx, policies[0], span.From.Add(-lookBack))
		return err
	})
	for last := ""; err == nil; {
		var pasts []*workflows.Past
		err = s.View(ctx, func(tx Tx) error {
			rows, err := tx.AccountsAfter(last, backtestPage)
			if err != nil || len(rows) == 0 {
				return err
			}
			last = rows[len(rows)-1].ID
			pasts, err = out.read(tx, policies[0], rows, handoffs, span)
			return err
		})
		if err != nil || len(pasts) == 0 {
			break
		}
		for _, past := range pasts {
			out.decide(policies, past, span)
		}
		err = ctx.Err()
	}
	if err != nil {
		return out, fmt.Errorf("replaying the past: %w", err)
	}
	return out, nil
}

// decide lets every policy decide one account's past.
func (r *replayed) decide(policies []*workflows.Policy, past *workflows.Past, span workflows.Span) {
	for i, p := range policies {
		passed := p.Passings(past, span)
		r.tallies[i].Add(passed)
		if i < len(r.passings) {
			r.passings[i] = append(r.passings[i], passed...)
		}
	}
	lacks := policies[0].Lacks(past, span)
	if len(policies) > 1 { // another one may read other fields
		maps.Copy(lacks, policies[1].Lacks(past, span))
	}
	r.lacked.Add(lacks)
}

// read lays out the pasts of a page of accounts.
func (r *replayed) read(tx Tx, p *workflows.Policy, rows []AccountRow, handoffs map[string][]workflows.Real, span workflows.Span) ([]*workflows.Past, error) {
	ids := make([]string, len(rows))
	accounts := make([]*mapping.Account, len(rows))
	var refs []connectors.Ref
	for i, row := range rows {
		a, err := p.Mapping.Decode(row.ID, row.Doc)
		if err != nil {
			return nil, err
		}
		ids[i], accounts[i] = row.ID, a
		refs = append(refs, everyHome(a)...)
		if p.OnTarget(a) {
			r.targets++
		}
	}
	points, err := tx.Points(refs, span.From.Add(-max(p.Window(), keepLevels)))
	if err != nil {
		return nil, err
	}
	logs := map[string][]workflows.Logged{}
	err = tx.Logs(ids, span.From, span.To, func(account string, trace []byte) error {
		var l workflows.Logged
		if err := json.Unmarshal(trace, &l); err != nil {
			return fmt.Errorf("decoding a decision of account %s: %w", account, err)
		}
		logs[account] = append(logs[account], l)
		return nil
	})
	if err != nil {
		return nil, err
	}
	pasts := make([]*workflows.Past, len(rows))
	for i, a := range accounts {
		var all []mapping.Point
		for _, ref := range everyHome(a) {
			all = append(all, ownPoints(p.Mapping, everyHome(a), points[ref])...)
		}
		name := rows[i].Name
		if name == "" {
			name = rows[i].ID
		}
		handed := handoffs[a.ID]
		for j := range handed {
			handed[j].Name = name
		}
		pasts[i] = p.Remember(a, name, workflows.NewHistory(all), logs[a.ID], handed)
		r.real = append(r.real, handed...)
	}
	r.accounts += len(rows)
	return pasts, nil
}

// everyHome are the records of an account, also those that are gone now.
func everyHome(a *mapping.Account) (refs []connectors.Ref) {
	for _, side := range mapping.Sides() {
		if v := a.Views[side]; v != nil {
			refs = append(refs, connectors.Ref{System: side.System(), Object: connectors.Account, ID: v.ID})
		}
	}
	return refs
}

// realHandoffs lists what was handed off since, by account, oldest first.
func realHandoffs(tx Tx, p *workflows.Policy, since time.Time) (map[string][]workflows.Real, error) {
	rows, err := tx.Handoffs(since)
	if err != nil {
		return nil, err
	}
	out := map[string][]workflows.Real{}
	for i := range rows {
		row := &rows[i]
		if row.Outcome == outcomeMerged {
			continue // the other one counts
		}
		h, err := handedOf(p, row, nil)
		if err != nil {
			return nil, err
		}
		if h.Story == nil {
			continue
		}
		out[row.Account] = append(out[row.Account], workflows.Real{Measured: h, Opened: row.Opened, Adopted: row.Rule == ruleAdopted})
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b workflows.Real) int { return a.Opened.Compare(b.Opened) })
	}
	return out, nil
}
