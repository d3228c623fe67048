package engine

import (
	"handoffd/connectors"
	"handoffd/mapping"
)

// merges follows what a record says of merges: old ids lead to the survivor
// for ever. Both CRMs tell it in two ways, on the old record (MergedInto) and
// on the new one (Aliases), and in any order.
func (b *batch) merges(r connectors.Record) error {
	if r.Deleted && r.MergedInto != "" {
		if err := b.tx.PutMerged(r.Ref, r.Modified); err != nil {
			return err
		}
		return b.merge(r.Ref, sibling(r.Ref, r.MergedInto))
	}
	for _, alias := range r.Aliases {
		if err := b.merge(sibling(r.Ref, alias), r.Ref); err != nil {
			return err
		}
	}
	return nil
}

func sibling(r connectors.Ref, id string) connectors.Ref {
	return connectors.Ref{System: r.System, Object: r.Object, ID: id}
}

// merge lets an old record's account go on as the new record's.
func (b *batch) merge(from, to connectors.Ref) error {
	if from.ID == to.ID {
		return nil
	}
	side := mapping.SideOf(from.System)
	if err := b.renameKeys(from, to); err != nil {
		return err
	}
	was, now := b.find(from), b.find(to)
	switch {
	case was == nil && now == nil:
		return nil
	case was == nil:
		b.link(from, now.row.ID)
		return nil
	case now == nil || was == now:
		b.link(to, was.row.ID)
		if v := was.account.Views[side]; v != nil && v.ID == from.ID {
			return b.rename(was, side, to)
		}
		return nil
	}
	if v := was.account.Views[side]; v != nil && v.ID != from.ID {
		return nil // an older merge made another record of it, which speaks for itself
	}
	return b.absorb(now, was, from, to)
}

// rename lets the account's record go on under another id.
func (b *batch) rename(en *entry, side mapping.Side, to connectors.Ref) error {
	v := en.account.Views[side]
	from := sibling(to, v.ID)
	b.unkey(v, from)
	v.ID, v.Keys, v.Deleted = to.ID, nil, false
	b.mapping.RetryRefused(en.account, side)
	b.mapping.Estrange(en.account) // what the survivor holds was not changed, it came with it
	if err := b.move(en.row.ID, from, to, true); err != nil {
		return err
	}
	b.touch(en)
	b.pend(en)
	return nil
}

// unkey removes what a record that is gone was compared by.
func (b *batch) unkey(v *mapping.View, ref connectors.Ref) {
	for rule, key := range v.Keys {
		b.keys = append(b.keys, MatchKey{Ref: ref, Rule: rule})
		b.rekeyed = append(b.rekeyed, MatchKey{Rule: rule, Key: key})
	}
}

// renameKeys lets records of the other CRM that named a record by id name the
// one that it was merged into.
func (b *batch) renameKeys(from, to connectors.Ref) error {
	other := mapping.SideOf(from.System).Other()
	for _, rule := range b.mapping.Rules {
		if !rule.NamesID(other) {
			continue
		}
		refs, err := b.tx.RecordsByKey(rule.Name, from.ID, other.System())
		if err != nil {
			return err
		}
		if err := b.loadRecords(refs); err != nil {
			return err
		}
		for _, ref := range refs {
			en := b.find(ref)
			if en == nil || en.account.Views[other] == nil || en.account.Views[other].ID != ref.ID {
				continue
			}
			en.account.Views[other].Keys[rule.Name] = to.ID
			b.keys = append(b.keys, MatchKey{Ref: ref, Rule: rule.Name, Key: to.ID})
			b.rekeyed = append(b.rekeyed, MatchKey{Rule: rule.Name, Key: to.ID})
			b.touch(en)
			b.pend(en)
		}
	}
	return nil
}

// move lets what hangs on one record hang on another: what is stored, and what
// this page has brought.
func (b *batch) move(account string, from, to connectors.Ref, continues bool) error {
	for i := range b.points {
		if b.points[i].Home == from {
			b.points[i].Home = to
		}
	}
	for i := range b.contacts {
		if b.contacts[i].Home == from {
			b.contacts[i].Home = to
		}
	}
	if err := b.tx.MoveRecord(from, to, continues); err != nil {
		return err
	}
	b.splits = nil
	b.retry = append(b.retry, account)
	for _, o := range []connectors.Object{connectors.Account, writeObject, carryObject} {
		b.settled = append(b.settled, settledRecord{ref: objectOf(from, o)})
	}
	return b.retarget(account, from, to, continues)
}

// absorb joins the accounts of two records of one CRM that were merged there.
// Where each has another partner in the other CRM, one account cannot hold
// both: the old partner goes on alone, and a person is asked.
func (b *batch) absorb(now, was *entry, from, to connectors.Ref) error {
	side := mapping.SideOf(from.System)
	if v := was.account.Views[side]; v != nil {
		b.unkey(v, from)
	}
	if err := b.move(was.row.ID, from, to, false); err != nil {
		return err
	}
	theirs, mine := was.account.Views[side.Other()], now.account.Views[side.Other()]
	if theirs != nil && mine != nil && !theirs.Deleted && !mine.Deleted {
		return b.part(now, was, from, to)
	}
	was.account.Views[side] = nil
	switch { // one view at most; the living one counts, and the other's id stays known
	case theirs == nil || mine == nil:
	case mine.Deleted && !theirs.Deleted:
		now.account.Views[side.Other()] = nil
	default:
		was.account.Views[side.Other()] = nil
	}
	keep, gone := now, was
	if gone.life.Episode > 0 && keep.life.Episode == 0 {
		keep, gone = gone, keep
	}
	linked := now.account.Linked
	if linked == "" {
		linked = was.account.Linked
	}
	b.mapping.Join(keep.account, gone.account, linked)
	b.engine.log.Info("merged", "account", keep.row.ID, "system", from.System, "old", from.ID, "new", to.ID)
	return b.fold(keep, gone)
}

// part ends what the old account and its other record had in common.
func (b *batch) part(now, was *entry, from, to connectors.Ref) error {
	side := mapping.SideOf(from.System)
	partner, _ := was.account.Ref(side.Other())
	open, err := b.tx.OpenHandoff(was.row.ID)
	if err != nil {
		return err
	}
	if err := b.saveLinks(); err != nil {
		return err
	}
	was.account.Views[side], was.account.Linked = nil, ""
	if err := b.tx.MoveSystemLinks(was.row.ID, now.row.ID, from.System); err != nil {
		return err
	}
	for ref, id := range b.byRef {
		if id == was.row.ID && ref.System == from.System {
			b.byRef[ref] = now.row.ID
		}
	}
	b.link(from, now.row.ID)
	reach(&now.life, was.life.Reach) // what it is about went along
	if open != nil && open.System == from.System {
		if err := b.handOver(now, was, open); err != nil {
			return err
		}
	}
	b.touch(now)
	b.touch(was)
	return b.openMergeCase(now, from, to, partner)
}

// handOver moves an open handoff, whose task went along with the merge, to the
// survivor's account; if that has one, it is closed as merged.
func (b *batch) handOver(now, was *entry, open *HandoffRow) error {
	mine, err := b.tx.OpenHandoff(now.row.ID)
	if err != nil {
		return err
	}
	if mine != nil {
		if err := b.closeHandoff(open, outcomeMerged); err != nil {
			return err
		}
	}
	state := was.life
	if err := b.tx.MoveHistory(was.row.ID, now.row.ID); err != nil {
		return err
	}
	if mine == nil {
		now.life.State, now.life.Since, now.life.Open = state.State, state.Since, state.Open
		b.wearLike(now, was)
	}
	now.life.Episode += state.Episode
	b.endLife(was)
	b.retry = append(b.retry, now.row.ID)
	return nil
}
