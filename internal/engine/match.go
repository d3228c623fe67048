package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// group is all records that have one key under one rule.
type group struct{ rule, key string }

// match looks for the partner in the other CRM of accounts that have a record
// on one side only. Two records are joined when each is the only one for the
// other, under the first rule that finds anything for either. What comes out
// depends on the records alone, not on the order in which they are looked at.
// Everything else is a case for a person.
func (b *batch) match(ids []string) error {
	done := map[group]bool{}
	refs := b.everyRef(ids)
	for _, id := range ids {
		en := b.entries[id]
		if en == nil {
			continue
		}
		if !free(en) {
			if err := b.contradict(en); err != nil {
				return err
			}
			continue
		}
		f, err := b.fit(en)
		if err != nil {
			return err
		}
		if len(f.partners) == 0 || done[f.group] {
			continue
		}
		if err := b.contradictPartners(f); err != nil {
			return err
		}
		done[f.group] = true
		if err := b.settleGroup(f.group); err != nil {
			return err
		}
	}
	return b.reviewCases(refs, done)
}

// free tells whether the account has exactly one living record. One whose
// other record was deleted counts, but is never joined by a rule. One that is
// out of scope counts: what it is joined with is out of scope as well.
func free(en *entry) bool { return len(homes(en.account)) == 1 }

// widowed tells whether the account's other record was deleted.
func widowed(en *entry) bool {
	return slices.ContainsFunc(en.account.Views[:], func(v *mapping.View) bool { return v != nil && v.Deleted })
}

// fits is what the rules find for one record.
type fits struct {
	group    group
	partners []connectors.Ref
	// doubt is why the record must not be joined without a person, "" if
	// nothing speaks against it.
	doubt string
}

// fit applies the rules to a free account's record; the first that finds
// anything counts. A record that names its partner by id and does not find it
// is not joined with another one by a weaker rule.
func (b *batch) fit(en *entry) (fits, error) {
	ref := homes(en.account)[0]
	side := mapping.SideOf(ref.System)
	var f fits
	if widowed(en) {
		f.doubt = fmt.Sprintf("%s %s was linked to a record that is deleted", ref.System, ref.ID)
	}
	for _, rule := range b.mapping.Rules {
		key := en.account.Views[side].Keys[rule.Name]
		if key == "" {
			continue
		}
		partners, err := b.partners(ref, rule.Name, key)
		if err != nil {
			return f, err
		}
		if len(partners) > 0 {
			f.group, f.partners = group{rule.Name, key}, partners
			return f, nil
		}
		if rule.NamesID(side) {
			f.doubt = fmt.Sprintf("%s %s names %s %s, which is not there", ref.System, ref.ID, side.Other().System(), mapping.Clip(key, 40))
		}
	}
	return f, nil
}

// partners are the records of the other side with the key, without those that
// a person has split from this one.
func (b *batch) partners(ref connectors.Ref, rule, key string) ([]connectors.Ref, error) {
	all, err := b.tx.RecordsByKey(rule, key, mapping.SideOf(ref.System).Other().System())
	if err != nil {
		return nil, err
	}
	if err := b.loadSplits(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(other connectors.Ref) bool { return b.splits[pairOf(ref, other)] }), nil
}

func (b *batch) loadSplits() (err error) {
	if b.splits == nil {
		b.splits, err = b.tx.Splits()
	}
	return err
}

func pairOf(one, other connectors.Ref) Pair {
	if one.System == connectors.HubSpot {
		one, other = other, one
	}
	return Pair{Salesforce: one.ID, HubSpot: other.ID}
}

// member is a record of a group that could be joined.
type member struct {
	ref   connectors.Ref
	entry *entry
	doubt string
}

// settleGroup joins a group that is one record on each side, or makes a case
// of it, or finds that there is nothing to do.
func (b *batch) settleGroup(g group) error {
	var members [2][]member
	var size [2]int
	for _, side := range mapping.Sides() {
		refs, err := b.tx.RecordsByKey(g.rule, g.key, side.System())
		if err != nil {
			return err
		}
		size[side] = len(refs)
		if members[side], err = b.members(g, refs); err != nil {
			return err
		}
	}
	sf, hs := members[mapping.SalesforceSide], members[mapping.HubSpotSide]
	if !b.anyPair(sf, hs) {
		return b.closeCase(g, CaseSettled)
	}
	if size == [2]int{1, 1} && sf[0].doubt == "" && hs[0].doubt == "" {
		if err := b.closeCase(g, CaseSettled); err != nil {
			return err
		}
		return b.join(sf[0].entry, hs[0].entry, g.rule)
	}
	if !anyInScope(sf) && !anyInScope(hs) {
		return b.closeCase(g, CaseSettled) // nothing depends on it
	}
	return b.openCase(g, sf, hs, size)
}

func anyInScope(list []member) bool {
	return slices.ContainsFunc(list, func(m member) bool { return m.entry.account.InScope() })
}

// members are those of the records that are free and for which this is the
// group that counts.
func (b *batch) members(g group, refs []connectors.Ref) ([]member, error) {
	if err := b.loadRecords(refs); err != nil {
		return nil, err
	}
	var out []member
	for _, ref := range refs {
		en := b.find(ref)
		if en == nil || !free(en) || homes(en.account)[0] != ref {
			continue
		}
		f, err := b.fit(en)
		if err != nil {
			return nil, err
		}
		if f.group == g {
			out = append(out, member{ref: ref, entry: en, doubt: f.doubt})
		}
	}
	return out, nil
}

func (b *batch) anyPair(sf, hs []member) bool {
	return slices.ContainsFunc(sf, func(s member) bool {
		return slices.ContainsFunc(hs, func(h member) bool { return !b.splits[pairOf(s.ref, h.ref)] })
	})
}

// loadRecords brings the accounts of records into the batch.
func (b *batch) loadRecords(refs []connectors.Ref) error {
	var unknown []connectors.Ref
	for _, ref := range refs {
		if b.byRef[ref] == "" {
			unknown = append(unknown, ref)
		}
	}
	links, err := b.tx.Links(unknown)
	if err != nil {
		return err
	}
	var ids []string
	for ref, id := range links {
		b.byRef[ref] = id
		ids = append(ids, id)
	}
	return b.load(ids)
}

// join makes one account of two free ones. The one that has had a handoff
// stays; else Salesforce's.
func (b *batch) join(sf, hs *entry, rule string) error {
	keep, gone := sf, hs
	if gone.life.Episode > keep.life.Episode {
		keep, gone = gone, keep
	}
	b.mapping.Join(keep.account, gone.account, rule)
	b.engine.log.Debug("linked", "account", keep.row.ID, "rule", rule)
	if err := b.fold(keep, gone); err != nil || keep.account.InScope() {
		return err
	}
	return b.leave(keep)
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
