package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
)

// mergeRule stands for the rule of cases that a merge in one CRM has made.
func mergeRule(s connectors.System) string { return string(s) + " merge" }

// id names a group's case, the same for ever.
func (g group) id() string {
	sum := sha256.Sum256([]byte(g.rule + "\x00" + g.key))
	return "c" + hex.EncodeToString(sum[:5])
}

// everyRef lists the records of accounts, deleted ones too.
func (b *batch) everyRef(ids []string) []connectors.Ref {
	var refs []connectors.Ref
	for _, id := range ids {
		en := b.entries[id]
		if en == nil {
			continue
		}
		for _, s := range mapping.Sides() {
			if v := en.account.Views[s]; v != nil {
				refs = append(refs, connectors.Ref{System: s.System(), Object: connectors.Account, ID: v.ID})
			}
		}
	}
	return refs
}

// openCase puts a group before a person.
func (b *batch) openCase(g group, sf, hs []member, size [2]int) error {
	c := MatchCase{ID: g.id(), Rule: g.rule, Key: g.key, State: CaseOpen, Since: b.now}
	var doubts []string
	for _, m := range slices.Concat(sf, hs) {
		c.Candidates = append(c.Candidates, Candidate{Ref: m.ref})
		if m.doubt != "" {
			doubts = append(doubts, m.doubt)
		}
		if !m.entry.account.InScope() {
			doubts = append(doubts, fmt.Sprintf("%s %s is out of scope", m.ref.System, m.ref.ID))
		}
	}
	c.Reason = strings.Join(doubts, "; ")
	if size != [2]int{1, 1} {
		fit := fmt.Sprintf("%d salesforce and %d hubspot records fit", size[mapping.SalesforceSide], size[mapping.HubSpotSide])
		c.Reason = strings.TrimSuffix(fit+"; "+c.Reason, "; ")
	}
	return b.putCase(c)
}

// putCase writes a case if it is new or another than it was, and tells of a
// new one once.
func (b *batch) putCase(c MatchCase) error {
	if len(c.Candidates) == 0 {
		return nil
	}
	known, err := b.tx.CasesOf([]connectors.Ref{c.Candidates[0].Ref})
	if err != nil {
		return err
	}
	for _, k := range known {
		if k.ID == c.ID && k.Reason == c.Reason && slices.EqualFunc(sorted(k.Candidates), sorted(c.Candidates), sameRecord) {
			return nil
		}
	}
	if b.cases != nil {
		b.cases[c.ID] = c
	}
	if !slices.ContainsFunc(known, func(k MatchCase) bool { return k.ID == c.ID }) {
		b.engine.log.Warn("a match needs a person", "case", c.ID, "rule", c.Rule, "reason", c.Reason)
	}
	if err := b.touchCandidates(c, known...); err != nil {
		return err
	}
	return b.tx.PutCase(c)
}

// touchCandidates lets the accounts of a case be decided anew, those that were
// part of it until now as well: while it is open they wait (I12).
func (b *batch) touchCandidates(c MatchCase, earlier ...MatchCase) error {
	var refs []connectors.Ref
	for _, m := range c.Candidates {
		refs = append(refs, m.Ref)
	}
	for _, e := range earlier {
		for _, m := range e.Candidates {
			if e.ID == c.ID {
				refs = append(refs, m.Ref)
			}
		}
	}
	if err := b.loadRecords(refs); err != nil {
		return err
	}
	for _, ref := range refs {
		if en := b.find(ref); en != nil {
			b.touch(en)
		}
	}
	return nil
}

// openCases tells which of the accounts have a record in an open case.
func (b *batch) openCases(ids []string) (map[string]string, error) {
	home := map[connectors.Ref]string{}
	var all []connectors.Ref
	for _, id := range ids {
		for _, ref := range b.everyRef([]string{id}) {
			home[ref], all = id, append(all, ref)
		}
	}
	found, err := b.tx.CasesOf(all)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, c := range found {
		for _, m := range c.Candidates {
			if id := home[m.Ref]; id != "" && out[id] == "" {
				out[id] = c.ID
			}
		}
	}
	return out, nil
}

func sameRecord(a, z Candidate) bool { return a.Ref == z.Ref }

func sorted(list []Candidate) []Candidate {
	return slices.SortedFunc(slices.Values(list), func(a, z Candidate) int { return strings.Compare(a.Ref.String(), z.Ref.String()) })
}

// openMergeCase asks a person which partner the survivor of a merge should
// have: the two merged records were linked to two records of the other CRM.
func (b *batch) openMergeCase(now *entry, from, to, partner connectors.Ref) error {
	side := mapping.SideOf(to.System)
	c := MatchCase{Rule: mergeRule(to.System), Key: to.ID + "/" + partner.ID, State: CaseOpen, Since: b.now}
	c.ID = group{c.Rule, c.Key}.id()
	c.Candidates = []Candidate{{Ref: to}, {Ref: partner}}
	c.Reason = fmt.Sprintf("%s %s was merged into %s, but was linked to %s %s", to.System, from.ID, to.ID, partner.System, partner.ID)
	if kept, ok := now.account.Ref(side.Other()); ok {
		c.Candidates = append(c.Candidates, Candidate{Ref: kept})
		c.Reason += fmt.Sprintf(", and %s is linked to %s", to.ID, kept.ID)
	}
	return b.putCase(c)
}

// closeCase ends a group's case, if it has an open one.
func (b *batch) closeCase(g group, state string) error {
	if b.cases == nil {
		open, err := b.tx.Cases(CaseOpen)
		if err != nil {
			return err
		}
		b.cases = map[string]MatchCase{}
		for _, c := range open {
			b.cases[c.ID] = c
		}
	}
	c, ok := b.cases[g.id()]
	if !ok {
		return nil
	}
	delete(b.cases, g.id())
	return b.endCase(c, state)
}

func (b *batch) endCase(c MatchCase, state string) error {
	if err := b.touchCandidates(c); err != nil {
		return err
	}
	c.State, c.Closed = state, b.now
	return b.tx.PutCase(c)
}

// reviewCases looks again at the open cases of records, apart from the groups
// that were settled just now.
func (b *batch) reviewCases(refs []connectors.Ref, done map[group]bool) error {
	open, err := b.tx.CasesOf(refs)
	if err != nil {
		return err
	}
	for _, c := range open {
		g := group{c.Rule, c.Key}
		if done[g] {
			continue
		}
		if err := b.reviewCase(c, g); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) reviewCase(c MatchCase, g group) error {
	for _, s := range mapping.Sides() {
		if c.Rule == mergeRule(s.System()) {
			return b.reviewMerge(c, s)
		}
		if c.Rule == otherRule(s.System()) {
			return b.reviewOther(c, s)
		}
	}
	if !slices.ContainsFunc(b.mapping.Rules, func(r mapping.MatchRule) bool { return r.Name == c.Rule }) {
		return b.endCase(c, CaseSettled) // the mapping no longer has the rule
	}
	return b.settleGroup(g)
}

// reviewMerge settles a merge's case once the partner that was left alone has
// found another place, or one of the two is gone.
func (b *batch) reviewMerge(c MatchCase, side mapping.Side) error {
	id, partnerID, _ := strings.Cut(c.Key, "/")
	one := connectors.Ref{System: side.System(), Object: connectors.Account, ID: id}
	other := connectors.Ref{System: side.Other().System(), Object: connectors.Account, ID: partnerID}
	if err := b.loadRecords([]connectors.Ref{one, other}); err != nil {
		return err
	}
	if err := b.loadSplits(); err != nil {
		return err
	}
	survivor, partner := b.find(one), b.find(other)
	if survivor != nil && partner != nil && survivor != partner && len(homes(survivor.account)) > 0 && len(homes(partner.account)) == 1 && !b.splits[pairOf(one, other)] {
		return nil
	}
	return b.endCase(c, CaseSettled)
}
