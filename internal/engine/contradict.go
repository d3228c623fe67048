package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
)

// otherRule stands for the rule of cases in which a linked record of that CRM
// names another partner than it has.
func otherRule(s connectors.System) string { return string(s) + " names another" }

// contradict asks a person about a linked record that names another one of the
// other CRM by id: the link stands, but somebody, or the CRMs' own sync, sees
// another account in it. What a person has linked is not asked about.
func (b *batch) contradict(en *entry) error {
	for _, side := range mapping.Sides() {
		ref, named, err := b.namesOther(en, side)
		if err != nil {
			return err
		}
		if named.ID == "" {
			continue
		}
		has, _ := en.account.Ref(side.Other())
		c := MatchCase{Rule: otherRule(ref.System), Key: ref.ID + "/" + named.ID, State: CaseOpen, Since: b.now}
		c.ID = group{c.Rule, c.Key}.id()
		c.Candidates = []Candidate{{Ref: ref}, {Ref: has}, {Ref: named}}
		c.Reason = fmt.Sprintf("%s %s is linked to %s %s, but names %s", ref.System, ref.ID, has.System, has.ID, named.ID)
		if err := b.putCase(c); err != nil {
			return err
		}
	}
	return nil
}

// namesOther finds the living record that a linked one names instead of its
// partner; an empty ref if it names none.
func (b *batch) namesOther(en *entry, side mapping.Side) (ref, named connectors.Ref, err error) {
	if len(homes(en.account)) < 2 || en.account.Linked == byHand || !en.account.InScope() {
		return ref, named, nil
	}
	ref, _ = en.account.Ref(side)
	has, _ := en.account.Ref(side.Other())
	for _, rule := range b.mapping.Rules {
		key := en.account.Views[side].Keys[rule.Name]
		if key == "" || key == has.ID || !rule.NamesID(side) {
			continue
		}
		other := sibling(has, key)
		if err := errors.Join(b.loadRecords([]connectors.Ref{other}), b.loadSplits()); err != nil {
			return ref, named, err
		}
		there := b.find(other)
		if there == nil || there == en || b.splits[pairOf(ref, other)] {
			continue
		}
		if now, alive := there.account.Ref(side.Other()); alive && now == other {
			return ref, other, nil
		}
	}
	return ref, named, nil
}

// confirmLink makes a link the word of the person who asks for what stands, if
// that is in question.
func (b *batch) confirmLink(en *entry) error {
	for _, side := range mapping.Sides() {
		if _, named, err := b.namesOther(en, side); err != nil {
			return err
		} else if named.ID != "" {
			en.account.Linked = byHand
			b.touch(en)
			return nil
		}
	}
	return nil
}

// contradictPartners looks at the linked records that name one which is new.
func (b *batch) contradictPartners(f fits) error {
	if !slices.ContainsFunc(b.mapping.Rules, func(r mapping.MatchRule) bool {
		return r.Name == f.group.rule && (r.NamesID(mapping.SalesforceSide) || r.NamesID(mapping.HubSpotSide))
	}) {
		return nil
	}
	if err := b.loadRecords(f.partners); err != nil {
		return err
	}
	for _, ref := range f.partners {
		if en := b.find(ref); en != nil && !free(en) {
			if err := b.contradict(en); err != nil {
				return err
			}
		}
	}
	return nil
}

// reviewOther settles such a case once the record names its partner, or the
// one that it named is gone.
func (b *batch) reviewOther(c MatchCase, side mapping.Side) error {
	id, namedID, _ := strings.Cut(c.Key, "/")
	ref := connectors.Ref{System: side.System(), Object: connectors.Account, ID: id}
	if err := b.loadRecords([]connectors.Ref{ref}); err != nil {
		return err
	}
	if en := b.find(ref); en != nil {
		one, named, err := b.namesOther(en, side)
		if err != nil || one == ref && named.ID == namedID {
			return err
		}
	}
	return b.endCase(c, CaseSettled)
}
