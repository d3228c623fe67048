package engine

import (
	"slices"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// prepareRelated loads what is known of the page's contacts and activities, and
// the accounts that they belonged to.
func (b *batch) prepareRelated(records []connectors.Record) (err error) {
	var people, activities, homes []connectors.Ref
	for _, r := range records {
		switch r.Ref.Object {
		case connectors.Account:
		case connectors.Contact:
			people = append(people, r.Ref)
			for _, id := range append([]string{r.MergedInto}, r.Aliases...) {
				if id != "" {
					people = append(people, sibling(r.Ref, id))
				}
			}
		default:
			activities = append(activities, r.Ref)
		}
	}
	if b.people, err = b.tx.ContactRecords(people); err != nil {
		return err
	}
	unknown := slices.DeleteFunc(people, func(r connectors.Ref) bool { _, ok := b.people[r]; return ok })
	if b.merged, err = b.tx.MergedAt(unknown); err != nil {
		return err
	}
	if b.reads, err = b.tx.ActivityReads(activities); err != nil {
		return err
	}
	for _, p := range b.people {
		homes = append(homes, p.Home)
	}
	for _, a := range b.reads {
		homes = append(homes, a.Home)
	}
	return b.loadRecords(slices.DeleteFunc(homes, func(r connectors.Ref) bool { return r.ID == "" }))
}

// touchHome lets the account of a record be decided anew.
func (b *batch) touchHome(home connectors.Ref) {
	if en := b.find(home); en != nil {
		b.touch(en)
	}
}

// person brings a contact up to date: where it belongs, and since when.
func (b *batch) person(r connectors.Record, home connectors.Ref) error {
	if err := b.mergePeople(r, home); err != nil {
		return err
	}
	known, ok := b.people[r.Ref]
	switch {
	case home.ID == "" && (!ok || known.Home.ID == ""):
		return nil
	case ok && r.Modified.Before(known.Modified):
		return nil // a page that came late
	}
	row := contactRow(r, home)
	row.Joined = known.Joined
	if ok && known.Home != home {
		row.Joined = later(known.Joined, known.Modified) // what happened until then is the other account's
		b.touchHome(known.Home)
	}
	b.people[r.Ref] = row
	b.contacts = append(b.contacts, row)
	return nil
}

// mergePeople follows a merge of contacts: what the old ones did is the
// survivor's from now on, so that it does not count once more.
func (b *batch) mergePeople(r connectors.Record, home connectors.Ref) error {
	for _, id := range r.Aliases {
		old, ok := b.people[sibling(r.Ref, id)]
		if !ok || id == r.Ref.ID {
			continue
		}
		if err := b.mergePerson(old, r.Ref, home, r.Modified); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) mergePerson(old ContactRow, to, home connectors.Ref, at time.Time) error {
	if err := b.left(old.Ref, at); err != nil {
		return err
	}
	for i := range b.points { // what this page has brought
		if b.points[i].Source == old.Ref.String() {
			b.points[i].Source = to.String()
		}
	}
	for _, at := range b.placesOf(old.Home, home) {
		if err := b.tx.RenameSource(at, old.Ref.String(), to.String()); err != nil {
			return err
		}
	}
	if row, known := b.people[to]; !known {
		b.people[to] = ContactRow{Ref: to, Home: old.Home, Name: old.Name, Title: old.Title, Email: old.Email, Modified: old.Modified, Joined: old.Joined}
		b.contacts = append(b.contacts, b.people[to])
	} else {
		joined := old.Joined // what the old one did elsewhere before is elsewhere's
		if row.Home != old.Home {
			joined = old.Modified
		}
		row.Joined = later(row.Joined, joined)
		b.people[to] = row
		b.contacts = append(b.contacts, row)
	}
	delete(b.people, old.Ref)
	b.gone = append(b.gone, old.Ref)
	b.settled = append(b.settled, settledRecord{ref: old.Ref})
	b.touchHome(old.Home)
	return nil
}

// placesOf are the records whose points an account's record may have, by the
// ids that it had and has.
func (b *batch) placesOf(refs ...connectors.Ref) (places []connectors.Ref) {
	add := func(ref connectors.Ref) {
		if ref.ID != "" && !slices.Contains(places, ref) {
			places = append(places, ref)
		}
	}
	for _, ref := range refs {
		add(ref)
		if en := b.find(ref); en != nil {
			if now, ok := en.account.Ref(mapping.SideOf(ref.System)); ok {
				add(now)
			}
		}
	}
	return places
}

// leaver forgets a contact that was deleted, or merged into another one.
func (b *batch) leaver(r connectors.Record) error {
	old, ok := b.people[r.Ref]
	if ok && r.MergedInto != "" && r.MergedInto != r.Ref.ID {
		return b.mergePerson(old, sibling(r.Ref, r.MergedInto), old.Home, r.Modified)
	}
	if err := b.left(r.Ref, r.Modified); err != nil {
		return err
	}
	b.gone = append(b.gone, r.Ref)
	b.settled = append(b.settled, settledRecord{ref: r.Ref}, settledRecord{ref: requestRef(r)})
	if ok {
		delete(b.people, r.Ref)
		b.touchHome(old.Home)
	}
	return nil
}

// left notes that a contact is gone, so that no late page brings it back.
func (b *batch) left(ref connectors.Ref, at time.Time) error {
	b.merged[ref] = later(b.merged[ref], at)
	return b.tx.PutMerged(ref, at)
}

func later(a, z time.Time) time.Time {
	if z.After(a) {
		return z
	}
	return a
}

// ownEvents leaves out the events that a contact brought along from the account
// that it was with before: there they have been counted.
func (b *batch) ownEvents(r connectors.Record, home connectors.Ref, points []mapping.Point) []mapping.Point {
	known, ok := b.people[r.Ref]
	if !ok || r.Ref.Object != connectors.Contact || known.Home != home || known.Joined.IsZero() {
		return points
	}
	return slices.DeleteFunc(points, func(p mapping.Point) bool { return !p.At.After(known.Joined) })
}

// replaced makes room for what an activity says now: its time may have been
// corrected, and it may belong to somebody else. It tells whether the record is
// older than what is known. An activity that is gone counts for nothing.
func (b *batch) replaced(r connectors.Record, home connectors.Ref) (stale bool, err error) {
	signals := b.singleEvents(r.Ref)
	if len(signals) == 0 {
		return false, nil
	}
	known := b.reads[r.Ref]
	if r.Modified.Before(known.Modified) {
		return true, nil
	}
	if r.Deleted {
		home = connectors.Ref{}
	}
	now := ActivityRead{Ref: r.Ref, Home: home, Modified: r.Modified}
	if known == now {
		return false, nil
	}
	b.reads[r.Ref] = now
	b.readings = append(b.readings, now)
	source := r.Ref.String()
	b.points = slices.DeleteFunc(b.points, func(p PointRow) bool { return p.Source == source && slices.Contains(signals, p.Signal) })
	for _, at := range b.placesOf(known.Home, home) {
		if err := b.tx.DropPoints(at, source, signals); err != nil {
			return false, err
		}
	}
	b.touchHome(known.Home)
	return false, nil
}

// singleEvents are the events of which a record tells one: the time that it
// holds now.
func (b *batch) singleEvents(ref connectors.Ref) (names []string) {
	if ref.Object == connectors.Account || ref.Object == connectors.Contact {
		return nil
	}
	for i := range b.mapping.Signals {
		if s := &b.mapping.Signals[i]; s.Kind == mapping.Event && !s.History && s.Reads(ref) != nil {
			names = append(names, s.Name)
		}
	}
	return names
}
