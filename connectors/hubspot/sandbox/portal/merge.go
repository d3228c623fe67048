package portal

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// maxMerged is how many ids one record can have taken in.
const maxMerged = 250

// gone is the archived stamp of a row that no longer exists under its id.
const gone = -1

// Merge makes one record of two. Since 2025 the result has a new id and both
// old ones become aliases of it (HubSpot changelog, updated merge
// functionality for contacts and companies); with MergeKeepsID it has the
// primary's. The primary record's values win.
func (p *Portal) Merge(t *ObjectType, primaryID, otherID string, w Writer) (Record, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	if t.index == companies && p.set.SalesforceIntegration {
		return Record{}, Invalid("Companies can't be merged while the Salesforce integration is enabled.")
	}
	a, b, err := p.mergePair(tb, primaryID, otherID)
	if err != nil {
		return Record{}, err
	}
	now := p.nowMillis()
	d := tb.edit(a)
	for _, c := range b.cur.cells {
		if name := tb.props[c.slot].Name; d.get(name) == "" {
			d.set(name, c.val)
		}
	}
	m := p.survivor(tb, a, b)
	m.cur = &state{modified: max(now, a.cur.modified, b.cur.modified), cells: slices.Clone(d.cells)}
	p.zeroRollUps(tb, m)
	links := mergedLinks(a, b)
	p.retire(tb, a, gone, now)
	p.retire(tb, b, gone, now)
	for _, id := range m.aliases {
		tb.alias[id] = m.id
	}
	tb.insert(m)
	p.publishNew(tb, m, now)
	p.adopt(tb, m, []*row{a, b}, links, now)
	if !w.Platform {
		p.wrote(t, m)
	}
	return p.view(tb, m, m.cur, View{}), nil
}

// survivor is the row that stands for both, still without values.
func (p *Portal) survivor(t *table, a, b *row) *row {
	m := &row{source: a.source, hist: slices.Clone(a.hist)}
	if p.set.MergeKeepsID {
		m.id, m.created = a.id, a.created
		m.aliases = slices.Concat(a.aliases, b.aliases, []int64{b.id})
		return m
	}
	m.id, m.created = t.newID(), min(a.created, b.created)
	m.aliases = slices.Concat(a.aliases, b.aliases, []int64{a.id, b.id})
	return m
}

func (p *Portal) mergePair(t *table, primaryID, otherID string) (a, b *row, err error) {
	if a, err = t.resolve(primaryID); err != nil {
		return nil, nil, err
	}
	if b, err = t.resolve(otherID); err != nil {
		return nil, nil, err
	}
	switch {
	case !a.live() || !b.live():
		return nil, nil, notFound()
	case a == b:
		return nil, nil, Invalid("Cannot merge an object into itself: %s", primaryID)
	case len(a.aliases)+len(b.aliases)+2 > maxMerged:
		return nil, nil, &Error{
			Status: http.StatusRequestURITooLong, Category: CategoryValidation,
			Message: fmt.Sprintf("Cannot have more than %d identities on a profile", maxMerged),
		}
	}
	return a, b, nil
}

// zeroRollUps clears the figures that come back link by link.
func (p *Portal) zeroRollUps(t *table, r *row) {
	names := append([]string{"num_associated_contacts", "num_associated_deals", "hs_num_open_deals", "hs_total_deal_value", "num_notes", "num_contacted_notes"}, summed()...)
	if t.def.index == contacts {
		names = []string{"num_associated_deals", "num_notes", "num_contacted_notes"}
	}
	for _, name := range names {
		slot, ok := t.slots[name]
		if !ok {
			continue
		}
		if i, found := r.cur.find(slot); found {
			r.cur.cells = slices.Delete(r.cur.cells, i, i+1)
		}
	}
}

type mergedLink struct {
	to   uint8
	row  *row
	refs []TypeRef
}

// mergedLinks are the links of both rows, the primary's first, without those
// between the two.
func mergedLinks(a, b *row) []mergedLink {
	var out []mergedLink
	for _, r := range []*row{a, b} {
		for _, set := range r.links {
			for _, l := range set.list {
				if l.row != a && l.row != b {
					out = append(out, mergedLink{set.to, l.row, l.refs})
				}
			}
		}
	}
	return out
}

// adopt gives the merged row the links of the two that it replaces.
func (p *Portal) adopt(t *table, m *row, old []*row, links []mergedLink, now int64) {
	for _, l := range links {
		for _, r := range old {
			l.row.dropLink(t.def.index, r.id)
		}
	}
	for _, l := range links {
		target := p.tables[l.to]
		refs := slices.Clone(l.refs)
		slices.SortFunc(refs, func(x, y TypeRef) int { return int(y.ID - x.ID) })
		for _, ref := range refs {
			k := p.kinds.byRef[ref]
			if k == nil || k.primary && k.fromSide && m.hasPrimary(k) {
				continue // a surplus primary label is dropped
			}
			p.link(t, m, target, l.row, ref, now)
		}
	}
	for _, r := range old {
		r.links = nil
	}
}

// hasPrimary tells whether a row already has a link with a primary label.
func (r *row) hasPrimary(k *AssociationKind) bool {
	set := r.linksTo(k.to)
	return set != nil && slices.ContainsFunc(set.list, func(l link) bool { return slices.Contains(l.refs, k.TypeRef) })
}

// Purge removes a record for good (the GDPR delete): not even its id leads
// anywhere afterwards.
func (p *Portal) Purge(t *ObjectType, id, idProperty string, w Writer) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	r, err := tb.resolveBy(idProperty, strings.TrimSpace(id))
	if err != nil {
		return err
	}
	p.retire(tb, r, gone, p.nowMillis())
	delete(tb.byID, r.id)
	if !w.Platform {
		p.wrote(t, r)
	}
	return nil
}
