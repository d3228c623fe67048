package engine

import (
	"handoffd/connectors"
	"handoffd/mapping"
)

// named are the records of the other CRM that a record names by id.
func (b *batch) named(r connectors.Record) []connectors.Ref {
	if r.Ref.Object != connectors.Account || r.Deleted {
		return nil
	}
	side := mapping.SideOf(r.Ref.System)
	var refs []connectors.Ref
	for _, rule := range b.mapping.Rules {
		if key := rule.Key(r); key != "" && rule.NamesID(side) {
			refs = append(refs, connectors.Ref{System: side.Other().System(), Object: connectors.Account, ID: key})
		}
	}
	return refs
}

// canonical replaces an old id that the record names by the survivor's.
func (b *batch) canonical(r connectors.Record, keys map[string]string) map[string]string {
	side := mapping.SideOf(r.Ref.System)
	for _, rule := range b.mapping.Rules {
		key := keys[rule.Name]
		if key == "" || !rule.NamesID(side) {
			continue
		}
		en := b.find(connectors.Ref{System: side.Other().System(), Object: connectors.Account, ID: key})
		if en == nil {
			continue
		}
		if ref, ok := en.account.Ref(side.Other()); ok {
			keys[rule.Name] = ref.ID
		}
	}
	return keys
}

// own leaves out the levels of records that were merged into the account's:
// the other record's score is no fall or rise of this one's. Events and
// counters count.
func (b *batch) own(a *mapping.Account, points []mapping.Point) []mapping.Point {
	return ownPoints(b.mapping, homes(a), points)
}

// ownPoints are those of signals, and the levels of the records given.
func ownPoints(m *mapping.Mapping, homes []connectors.Ref, points []mapping.Point) []mapping.Point {
	sources := map[string]bool{}
	for _, ref := range homes {
		sources[ref.String()] = true
	}
	out := points[:0:0]
	for _, p := range points {
		if m.Field(p.Signal) == nil || sources[p.Source] {
			out = append(out, p)
		}
	}
	return out
}

// pendNeighbours leaves to the sweep all free accounts that share a key with a
// record whose keys have changed: what fits them may be another one now.
func (b *batch) pendNeighbours() error {
	seen := map[MatchKey]bool{}
	for _, k := range b.rekeyed {
		if k.Key == "" || seen[k] {
			continue
		}
		seen[k] = true
		for _, side := range mapping.Sides() {
			refs, err := b.tx.RecordsByKey(k.Rule, k.Key, side.System())
			if err != nil {
				return err
			}
			if err := b.loadRecords(refs); err != nil {
				return err
			}
			for _, ref := range refs {
				if en := b.find(ref); en != nil && free(en) && !b.pending[en.row.ID] {
					b.touch(en)
					b.pend(en)
				}
			}
		}
	}
	b.rekeyed = nil
	return nil
}

// settledIDs are the touched accounts that can be decided right away.
func (b *batch) settledIDs() []string {
	var ids []string
	for _, id := range b.touchedIDs() {
		if !b.pending[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// alsoTouched adds the touched accounts to the ids.
func (b *batch) alsoTouched(ids []string) []string {
	have := make(map[string]bool, len(ids))
	for _, id := range ids {
		have[id] = true
	}
	for _, id := range b.touchedIDs() {
		if !have[id] {
			ids = append(ids, id)
		}
	}
	return ids
}
