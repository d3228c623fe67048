package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// matchField is the field under which an ambiguous match is parked.
const matchField = "match"

// match looks for the partner in the other CRM of accounts that have a record
// on one side only. The first rule that finds exactly one partner, for which
// this is the only one as well, joins the two; several are a case for a person.
func (b *batch) match(ids []string) error {
	for _, id := range ids {
		en := b.entries[id]
		if en == nil || len(homes(en.account)) != 1 || !en.account.InScope() {
			continue
		}
		if err := b.matchOne(en); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) matchOne(en *entry) error {
	ref := homes(en.account)[0]
	keys := en.account.Views[mapping.SideOf(ref.System)].Keys
	for _, rule := range b.mapping.Rules {
		key := keys[rule.Name]
		if key == "" {
			continue
		}
		partners, err := b.tx.RecordsByKey(rule.Name, key, mapping.SideOf(ref.System).Other().System())
		if err != nil {
			return err
		}
		if len(partners) == 0 {
			continue
		}
		rivals, err := b.tx.RecordsByKey(rule.Name, key, ref.System)
		if err != nil {
			return err
		}
		if len(partners) > 1 || len(rivals) > 1 {
			b.parkMatch(ref, rule, key, partners, rivals)
			return nil
		}
		return b.join(en, partners[0], rule.Name)
	}
	b.settled = append(b.settled, settledRecord{ref: connectors.Ref{System: ref.System, Object: matchObject, ID: ref.ID}})
	return nil
}

// matchObject keeps the problems of matching apart from those of the record's
// values, so that reading the record again does not settle them.
const matchObject = connectors.Object("match")

func (b *batch) parkMatch(ref connectors.Ref, rule mapping.MatchRule, key string, partners, rivals []connectors.Ref) {
	list := func(refs []connectors.Ref) string {
		ids := make([]string, len(refs))
		for i, r := range refs {
			ids[i] = r.ID
		}
		return strings.Join(ids, ", ")
	}
	b.problems = append(b.problems, ProblemRow{
		Ref: connectors.Ref{System: ref.System, Object: matchObject, ID: ref.ID}, Field: matchField, Value: mapping.Clip(key, 80), Since: b.now,
		Reason: fmt.Sprintf("%s fits several records: %s %s and %s %s; it stays unlinked", rule.Name,
			ref.System, list(rivals), mapping.SideOf(ref.System).Other().System(), list(partners)),
	})
}

// join makes one account of two. The one that has had a handoff stays; else
// Salesforce's.
func (b *batch) join(en *entry, partner connectors.Ref, rule string) error {
	links, err := b.tx.Links([]connectors.Ref{partner})
	if err != nil {
		return err
	}
	if err := b.load([]string{links[partner]}); err != nil {
		return err
	}
	other := b.entries[links[partner]]
	if other == nil || other == en || len(homes(other.account)) != 1 {
		return nil // linked elsewhere by a stronger rule
	}
	keep, gone := en, other
	if gone.life.Episode > keep.life.Episode || gone.life.Episode == keep.life.Episode && homes(gone.account)[0].System == connectors.Salesforce {
		keep, gone = gone, keep
	}
	for ref, id := range b.byRef {
		if id == gone.row.ID {
			b.byRef[ref] = keep.row.ID
		}
	}
	for _, ref := range homes(gone.account) {
		b.link(ref, keep.row.ID)
	}
	mapping.Join(keep.account, gone.account, rule)
	b.touch(keep)
	delete(b.touched, gone.row.ID)
	delete(b.entries, gone.row.ID)
	if err := b.tx.PutLinks(b.links); err != nil {
		return err
	}
	b.links = nil
	if err := b.tx.MoveLinks(gone.row.ID, keep.row.ID); err != nil { // old ids of merged records too
		return err
	}
	return b.tx.DeleteAccount(gone.row.ID)
}

// matchAll matches every account once, after both first loads (I13). It goes
// in chunks; after a crash it starts again, which changes nothing.
func (e *Engine) matchAll(ctx context.Context) error {
	for after, more := "", true; more; {
		err := e.store.Update(ctx, func(tx Tx) error {
			rows, err := tx.AccountsAfter(after, chunk)
			if err != nil {
				return err
			}
			if more = len(rows) == chunk; len(rows) > 0 {
				after = rows[len(rows)-1].ID
			}
			b := e.batch(tx)
			ids, err := b.openAll(rows)
			if err != nil {
				return err
			}
			if err := b.match(ids); err != nil {
				return err
			}
			if err := b.save(); err != nil || more {
				return err
			}
			return tx.PutSetting(settingMatched, e.clock.Now().Format(time.RFC3339))
		})
		if err != nil {
			return fmt.Errorf("matching accounts: %w", err)
		}
	}
	return nil
}

// chunk is how many accounts one transaction of a sweep takes.
const chunk = 500
