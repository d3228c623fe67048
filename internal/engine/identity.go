package engine

import (
	"context"
	"fmt"
	"slices"

	"handoffd/connectors"
	"handoffd/mapping"
)

// byHand is what Linked says of accounts that a person has joined.
const byHand = "by hand"

// RefusedError says why what a person asked for cannot be done.
type RefusedError struct{ Reason string }

// Error gives the reason.
func (e *RefusedError) Error() string { return e.Reason }

func refused(format string, args ...any) error {
	return &RefusedError{Reason: fmt.Sprintf(format, args...)}
}

// Cases lists the open match cases, oldest first.
func (e *Engine) Cases(ctx context.Context) (list []MatchCase, err error) {
	err = e.store.View(ctx, func(tx Tx) error {
		list, err = tx.Cases(CaseOpen)
		return err
	})
	return list, err
}

// Link joins a Salesforce account and a HubSpot company for good. It refuses
// (*RefusedError) what contradicts a link that stands: that one must be split
// first. Linking what is linked already changes nothing.
func (e *Engine) Link(ctx context.Context, salesforceID, hubspotID string) error {
	return e.byPerson(ctx, func(b *batch) error { return b.linkPair(salesforceID, hubspotID) })
}

// Split undoes a link, or says of a case that its candidates do not belong
// together; no rule links them again. The id is a case's, or a record's of
// either CRM, or an account's.
func (e *Engine) Split(ctx context.Context, id string) error {
	return e.byPerson(ctx, func(b *batch) error {
		open, err := b.tx.Cases(CaseOpen)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(open, func(c MatchCase) bool { return c.ID == id }); i >= 0 {
			return b.splitCase(open[i])
		}
		return b.splitRecord(id)
	})
}

// byPerson runs what a person has decided, and looks again at what it touches.
func (e *Engine) byPerson(ctx context.Context, f func(*batch) error) error {
	return e.store.Update(ctx, func(tx Tx) error {
		b := e.batch(tx)
		if err := f(b); err != nil {
			return err
		}
		b.splits, b.cases = nil, nil
		if err := b.reviewCases(b.everyRef(b.touchedIDs()), nil); err != nil {
			return err
		}
		return b.save()
	})
}

// known finds the account of a record.
func (b *batch) known(ref connectors.Ref) (*entry, error) {
	if err := b.loadRecords([]connectors.Ref{ref}); err != nil {
		return nil, err
	}
	en := b.find(ref)
	if en == nil {
		return nil, refused("%s account %s is not known here; it may not be read yet", ref.System, mapping.Clip(ref.ID, 40))
	}
	if _, alive := en.account.Ref(mapping.SideOf(ref.System)); !alive {
		return nil, refused("%s account %s is deleted", ref.System, ref.ID)
	}
	return en, nil
}

func (b *batch) linkByHand(sf, hs *entry) error {
	if sf == hs {
		return b.confirmLink(sf)
	}
	one, _ := sf.account.Ref(mapping.SalesforceSide)
	other, _ := hs.account.Ref(mapping.HubSpotSide)
	for _, en := range []*entry{sf, hs} {
		list := homes(en.account)
		if len(list) > 1 {
			return refused("salesforce %s is linked to hubspot %s (%s); undo that with `handoffd cases split %s` first",
				list[0].ID, list[1].ID, en.account.Linked, list[0].ID)
		}
	}
	if err := b.detach(sf, mapping.HubSpotSide); err != nil {
		return err
	}
	if err := b.detach(hs, mapping.SalesforceSide); err != nil {
		return err
	}
	if err := b.tx.RemoveSplit(Pair{Salesforce: one.ID, HubSpot: other.ID}); err != nil {
		return err
	}
	if err := b.endCasesOf(one, other, CaseLinked); err != nil {
		return err
	}
	return b.join(sf, hs, byHand)
}

// endCasesOf ends the cases that have both records as candidates.
func (b *batch) endCasesOf(one, other connectors.Ref, state string) error {
	open, err := b.tx.CasesOf([]connectors.Ref{one})
	if err != nil {
		return err
	}
	for _, c := range open {
		if slices.ContainsFunc(c.Candidates, func(m Candidate) bool { return m.Ref == other }) {
			if err := b.endCase(c, state); err != nil {
				return err
			}
		}
	}
	return nil
}

// detach gives the account's deleted record of a side an account of its own,
// where it may come back.
func (b *batch) detach(en *entry, side mapping.Side) error {
	v := en.account.Views[side]
	if v == nil {
		return nil
	}
	_, err := b.separate(en, side)
	return err
}

// separate takes one side's record out of an account into a new one. What was
// handed off stays with the old account and is used up for the new one.
func (b *batch) separate(en *entry, side mapping.Side) (*entry, error) {
	v := en.account.Views[side]
	ref := connectors.Ref{System: side.System(), Object: connectors.Account, ID: v.ID}
	en.account.Views[side], en.account.Linked = nil, ""
	other, err := b.create(ref)
	if err != nil {
		return nil, err
	}
	other.account.Views[side] = v
	b.startAfter(other, en.life)
	if err := b.saveLinks(); err != nil {
		return nil, err
	}
	if err := b.tx.MoveSystemLinks(en.row.ID, other.row.ID, side.System()); err != nil { // its old ids go along
		return nil, err
	}
	b.touch(en)
	b.touch(other)
	return other, nil
}

func (b *batch) splitCase(c MatchCase) error {
	var pairs []Pair
	for _, one := range c.Candidates {
		if err := b.loadRecords([]connectors.Ref{one.Ref}); err != nil {
			return err
		}
		if en := b.find(one.Ref); en != nil {
			b.touch(en)
		}
		for _, other := range c.Candidates {
			if one.Ref.System == connectors.Salesforce && other.Ref.System == connectors.HubSpot && (b.find(one.Ref) == nil || b.find(one.Ref) != b.find(other.Ref)) {
				pairs = append(pairs, pairOf(one.Ref, other.Ref))
			}
		}
	}
	if err := b.tx.PutSplits(pairs); err != nil {
		return err
	}
	return b.endCase(c, CaseSplit)
}

// splitRecord undoes the link of a record's account; of a record that is not
// linked, it splits what its cases would link it to.
func (b *batch) splitRecord(id string) error {
	rows, err := b.tx.FindAccounts(id)
	if err != nil {
		return err
	}
	ids, err := b.openAll(rows)
	if err != nil {
		return err
	}
	if len(ids) != 1 {
		return refused("%q names %d accounts; give the id of a case, or of a record", mapping.Clip(id, 60), len(ids))
	}
	en := b.entries[ids[0]]
	refs := homes(en.account)
	if len(refs) == 2 {
		return b.unlink(en, refs)
	}
	open, err := b.tx.CasesOf(refs)
	if err != nil {
		return err
	}
	if len(open) == 0 {
		return refused("%s is not linked, and no case is open for it", en.row.ID)
	}
	for _, c := range open {
		if err := b.splitFrom(c, refs[0]); err != nil {
			return err
		}
	}
	b.touch(en)
	return nil
}

// splitFrom splits one candidate of a case from those of the other CRM.
func (b *batch) splitFrom(c MatchCase, ref connectors.Ref) error {
	var pairs []Pair
	for _, m := range c.Candidates {
		if m.Ref.System != ref.System {
			pairs = append(pairs, pairOf(ref, m.Ref))
		}
	}
	return b.tx.PutSplits(pairs)
}

// unlink makes two accounts of one and remembers the pair. The account stays
// with the record that has the open handoff's task, else with the one that it
// is named after.
func (b *batch) unlink(en *entry, refs []connectors.Ref) error {
	h, err := b.tx.OpenHandoff(en.row.ID)
	if err != nil {
		return err
	}
	leaves := mapping.HubSpotSide
	switch {
	case h != nil && h.System != "":
		leaves = mapping.SideOf(h.System).Other()
	case en.row.ID == accountID(refs[mapping.HubSpotSide]):
		leaves = mapping.SalesforceSide
	}
	if err := b.tx.PutSplits([]Pair{pairOf(refs[0], refs[1])}); err != nil {
		return err
	}
	b.engine.log.Info("split", "account", en.row.ID, "leaves", refs[leaves].String())
	_, err = b.separate(en, leaves)
	return err
}

// SplitPair says of two records that they are not one account; a link of the
// two is undone.
func (e *Engine) SplitPair(ctx context.Context, salesforceID, hubspotID string) error {
	return e.byPerson(ctx, func(b *batch) error { return b.splitPair(salesforceID, hubspotID) })
}
