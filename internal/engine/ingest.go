package engine

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// The fields of a contact that the summary shows, per CRM.
var contactFields = map[connectors.System][]string{
	connectors.Salesforce: {"FirstName", "LastName", "Title", "Email"},
	connectors.HubSpot:    {"firstname", "lastname", "jobtitle", "email"},
}

// Reads is what the engine reads from one CRM: the mapping's selection, and
// what sales does.
func Reads(p *workflows.Policy, system connectors.System) connectors.Selection {
	side := mapping.SideOf(system)
	sel := Selection(p.Mapping, system)
	mapping.SelectSales(&sel, side, p.Lifecycle.Read[side])
	return sel
}

// Selection is what the mapping names, and the people on the accounts.
func Selection(m *mapping.Mapping, system connectors.System) connectors.Selection {
	sel := m.Select(mapping.SideOf(system))
	for _, f := range contactFields[system] {
		sel.Fields[connectors.Contact] = appendOnce(sel.Fields[connectors.Contact], f)
	}
	return sel
}

func appendOnce(list []string, s string) []string {
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}

// ingest maps the records of a page (doors 2 and 3).
func (b *batch) ingest(page connectors.Page) error {
	if err := b.prepare(page.Records); err != nil {
		return err
	}
	for _, r := range page.Records {
		var err error
		if r.Ref.Object == connectors.Account {
			err = b.ingestAccount(r)
		} else {
			err = b.ingestRelated(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// prepare loads in few queries what the page's records refer to.
func (b *batch) prepare(records []connectors.Record) error {
	var refs []connectors.Ref
	for _, r := range records {
		refs = append(refs, b.accountRefs(r)...)
		refs = append(refs, b.named(r)...)
	}
	links, err := b.tx.Links(refs)
	if err != nil {
		return err
	}
	ids := make([]string, 0, len(links))
	for ref, id := range links {
		b.byRef[ref] = id
		ids = append(ids, id)
	}
	if err := b.load(ids); err != nil {
		return err
	}
	if err := b.prepareRelated(records); err != nil {
		return err
	}
	return b.prepareSignals(records)
}

// accountRefs are the accounts that a record is, was, or belongs to.
func (b *batch) accountRefs(r connectors.Record) []connectors.Ref {
	ref := func(id string) connectors.Ref {
		return connectors.Ref{System: r.Ref.System, Object: connectors.Account, ID: id}
	}
	var refs []connectors.Ref
	if r.Ref.Object == connectors.Account {
		refs = append(refs, r.Ref)
		for _, alias := range r.Aliases {
			refs = append(refs, ref(alias))
		}
		if r.MergedInto != "" {
			refs = append(refs, ref(r.MergedInto))
		}
		return refs
	}
	for _, id := range r.Accounts {
		refs = append(refs, ref(id))
	}
	return refs
}

// find returns the account that a record belongs to, nil if it is unknown.
func (b *batch) find(ref connectors.Ref) *entry {
	return b.entries[b.byRef[ref]]
}

func (b *batch) ingestAccount(r connectors.Record) error {
	if err := b.merges(r); err != nil {
		return err
	}
	en := b.find(r.Ref)
	b.drift.compare(en, r)
	if en == nil {
		if r.Deleted {
			return nil // never known, and nothing to know
		}
		var err error
		if en, err = b.create(r.Ref); err != nil {
			return err
		}
		for _, alias := range r.Aliases { // merged before we knew any of them
			b.link(sibling(r.Ref, alias), en.row.ID)
		}
	}
	side := mapping.SideOf(r.Ref.System)
	if v := en.account.Views[side]; v != nil && v.ID != r.Ref.ID {
		if back, err := b.cameBack(r); err != nil || !back {
			return err // an old id of a merged record; the survivor speaks for it
		}
		merged := en.life
		var err error
		if en, err = b.create(r.Ref); err != nil {
			return err
		}
		b.startAfter(en, merged)
	}
	before, scoped := seen(b.mapping, en.account, side), en.account.InScope()
	alive := len(homes(en.account)) > 0
	if v := en.account.Views[side]; v != nil {
		v.Through = b.through
	}
	applied := b.mapping.Apply(en.account, r)
	if applied.Changed {
		en.account.Notice(side, b.now)
	}
	if applied.Stale {
		if applied.Changed {
			b.touch(en)
		}
		if alive && len(homes(en.account)) == 0 {
			return b.bury(en)
		}
		return nil // a page that came late
	}
	news := b.signals(r, r.Ref, en, applied.Problems...)
	b.levels(en, side, before)
	rekeyed := b.rekey(en.account.Views[side], r)
	if applied.Changed || rekeyed || news {
		b.touch(en)
	}
	if err := b.rescope(en, scoped); err != nil {
		return err
	}
	if applied.Changed { // what was refused for the record as it was may go through now
		b.retry = append(b.retry, en.row.ID)
	}
	if alive && len(homes(en.account)) == 0 {
		return b.bury(en)
	}
	return nil
}

// cameBack tells whether a living record with an old id was taken out of the
// bin after its merge. HubSpot brings none back; its search may only show one
// for a while that is gone. What is older than the merge is a late page.
func (b *batch) cameBack(r connectors.Record) (bool, error) {
	if r.Ref.System != connectors.Salesforce || r.Deleted {
		return false, nil
	}
	at, err := b.tx.MergedAt([]connectors.Ref{r.Ref})
	return !r.Modified.Before(at[r.Ref]), err
}

// rekey brings what the record is compared by up to date.
func (b *batch) rekey(v *mapping.View, r connectors.Record) bool {
	keys := b.canonical(r, b.mapping.Keys(r))
	if maps.Equal(keys, v.Keys) {
		return false
	}
	names := slices.Collect(maps.Keys(v.Keys)) // of rules that are gone, too
	for _, rule := range b.mapping.Rules {
		names = appendOnce(names, rule.Name)
	}
	slices.Sort(names)
	for _, name := range names {
		if keys[name] != v.Keys[name] {
			b.keys = append(b.keys, MatchKey{Ref: r.Ref, Rule: name, Key: keys[name]})
			b.rekeyed = append(b.rekeyed, MatchKey{Rule: name, Key: keys[name]}, MatchKey{Rule: name, Key: v.Keys[name]})
		}
	}
	v.Keys = keys
	b.pend(b.find(r.Ref))
	return true
}

// seen lists what the side held before.
func seen(m *mapping.Mapping, a *mapping.Account, side mapping.Side) []connectors.Value {
	values := make([]connectors.Value, len(m.Fields))
	if v := a.Views[side]; v != nil {
		for i := range m.Fields {
			values[i] = v.Cells[i].Seen
		}
	}
	return values
}

// levels records a point for every number that changed, so that a rise can be
// told from a level.
func (b *batch) levels(en *entry, side mapping.Side, before []connectors.Value) {
	view := en.account.Views[side]
	for i := range b.mapping.Fields {
		f := &b.mapping.Fields[i]
		cell := &view.Cells[i]
		if f.Type != mapping.Number || cell.Seen.IsNull() || cell.Seen == before[i] || cell.At.IsZero() {
			continue
		}
		if _, origin := b.mapping.Value(en.account, i); origin.Own || origin.Side != side {
			continue
		}
		ref, ok := en.account.Ref(side)
		if !ok {
			continue
		}
		// Of two values with one stamp (Salesforce counts in seconds) the one
		// that was read last stands.
		b.grown = append(b.grown, PointRow{Home: ref, Point: mapping.Point{
			Signal: f.Name, Source: ref.String(), At: cell.At, Value: cell.Seen.Float(),
		}})
	}
}

// park turns a record's problems into rows and settles those that are over.
func (b *batch) park(ref connectors.Ref, problems []mapping.Problem) {
	except := make([]string, 0, len(problems))
	for _, p := range problems {
		except = append(except, p.Field)
		b.problems = append(b.problems, ProblemRow{Ref: p.Ref, Field: p.Field, Vendor: p.Vendor, Value: p.Value, Reason: p.Reason, Since: b.now})
	}
	b.settled = append(b.settled, settledRecord{ref: ref, except: except})
}

// ingestRelated takes a record whose signals, and for a contact the person,
// belong to an account.
func (b *batch) ingestRelated(r connectors.Record) error {
	if r.Deleted {
		if r.Ref.Object == connectors.Contact {
			return b.leaver(r)
		}
		_, err := b.replaced(r, connectors.Ref{})
		return errors.Join(err, b.unsellGone(r))
	}
	var home connectors.Ref
	if len(r.Accounts) > 0 {
		home = connectors.Ref{System: r.Ref.System, Object: connectors.Account, ID: r.Accounts[0]} // the primary one
	}
	en := b.find(home)
	if en != nil { // the record may name the account by an old id
		if now, alive := en.account.Ref(mapping.SideOf(home.System)); alive {
			home = now
		}
	}
	if at, gone := b.merged[r.Ref]; gone && !r.Modified.After(at) {
		return nil // a late page of a contact that is gone
	}
	if gone := b.reads[r.Ref]; gone.Home.ID == "" && r.Modified.Before(gone.Modified) {
		return nil // and one of an activity that is gone
	}
	if err := b.sell(r, home, en); err != nil {
		return err
	}
	if b.hidden[r.Ref] {
		return nil // a person to be forgotten, or what handoffd made itself
	}
	if r.Ref.Object == connectors.Contact {
		if err := b.person(r, home); err != nil {
			return err
		}
	} else if stale, err := b.replaced(r, home); stale || err != nil {
		return err
	}
	if b.signals(r, home, en) && en != nil {
		b.touch(en)
	}
	if r.Ref.Object != connectors.Contact {
		return nil
	}
	if home.ID == "" {
		return b.homeless(r, b.stray)
	}
	b.housed(r)
	return nil
}

func contactRow(r connectors.Record, home connectors.Ref) ContactRow {
	text := func(i int) string {
		v := r.Fields[contactFields[r.Ref.System][i]]
		return mapping.Clip(strings.TrimSpace(v.Text()), 200)
	}
	return ContactRow{
		Ref: r.Ref, Home: home,
		Name: strings.TrimSpace(text(0) + " " + text(1)), Title: text(2), Email: text(3), Modified: r.Modified,
	}
}
