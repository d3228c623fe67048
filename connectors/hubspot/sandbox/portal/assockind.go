package portal

import (
	"slices"
	"strings"
)

// The categories of association types (Associations v4).
const (
	HubSpotDefined    = "HUBSPOT_DEFINED"
	UserDefined       = "USER_DEFINED"
	IntegratorDefined = "INTEGRATOR_DEFINED"
)

// TypeRef names an association type.
type TypeRef struct {
	Category string `json:"category"`
	ID       int32  `json:"typeId"`
}

// AssociationKind is one association type in one direction.
type AssociationKind struct {
	TypeRef
	// Label is what people see, "" for the plain type.
	Label string
	// Name is the type in the legacy wording: contact_to_company.
	Name     string
	from, to uint8
	inverse  TypeRef
	plain    bool // the unlabelled type of its pair
	primary  bool // at most one per record on the from side (or its inverse)
	fromSide bool // a primary type as seen from the contact, deal or ticket
}

type pair struct{ from, to uint8 }

// associationKinds are the types that a portal knows.
type associationKinds struct {
	byPair map[pair][]*AssociationKind
	byRef  map[TypeRef]*AssociationKind
	next   int32 // next user-defined id
}

// kindRow defines a type and its inverse at once.
type kindRow struct {
	from, to         uint8
	id, inverse      int32
	name, inverseNme string
	label, inverseLb string
	primary, plain   bool
}

// standardKinds are HubSpot's own types (enum AssociationTypes of the vendor's
// Node client; Associations v4 guide).
func standardKinds() []kindRow {
	rows := []kindRow{
		{contacts, companies, 1, 2, "contact_to_company", "company_to_contact", "Primary", "Primary", true, false},
		{contacts, companies, 279, 280, "contact_to_company_unlabeled", "company_to_contact_unlabeled", "", "", false, true},
		{deals, companies, 5, 6, "deal_to_company", "company_to_deal", "Primary", "Primary", true, false},
		{deals, companies, 341, 342, "deal_to_company_unlabeled", "company_to_deal_unlabeled", "", "", false, true},
		{tickets, companies, 26, 25, "ticket_to_company", "company_to_ticket", "Primary", "Primary", true, false},
		{tickets, companies, 339, 340, "ticket_to_company_unlabeled", "company_to_ticket_unlabeled", "", "", false, true},
		{contacts, deals, 4, 3, "contact_to_deal", "deal_to_contact", "", "", false, true},
		{contacts, tickets, 15, 16, "contact_to_ticket", "ticket_to_contact", "", "", false, true},
		{deals, tickets, 27, 28, "deal_to_ticket", "ticket_to_deal", "", "", false, true},
		{companies, companies, 13, 14, "parent_to_child_company", "child_to_parent_company", "Child Company", "Parent Company", false, false},
		{companies, companies, 450, 450, "company_to_company", "company_to_company", "", "", false, true},
		{contacts, contacts, 449, 449, "contact_to_contact", "contact_to_contact", "", "", false, true},
		{deals, deals, 451, 451, "deal_to_deal", "deal_to_deal", "", "", false, true},
		{tickets, tickets, 452, 452, "ticket_to_ticket", "ticket_to_ticket", "", "", false, true},
		{calls, meetings, 399, 400, "call_to_meeting_event", "meeting_event_to_call", "", "", false, true},
	}
	return append(rows, activityKinds()...)
}

// activityKinds: every activity goes to a company, a contact, a deal and a
// ticket; the reverse type is one less.
func activityKinds() []kindRow {
	ids := map[uint8][4]int32{
		calls: {182, 194, 206, 220}, emails: {186, 198, 210, 224}, meetings: {188, 200, 212, 226},
		notes: {190, 202, 214, 228}, tasks: {192, 204, 216, 230},
	}
	targets := [4]uint8{companies, contacts, deals, tickets}
	var rows []kindRow
	for _, activity := range []uint8{calls, emails, meetings, notes, tasks} {
		from := strings.ToLower(newObjectType(activity).FullName)
		for i, target := range targets {
			to := newObjectType(target).Singular
			id := ids[activity][i]
			rows = append(rows, kindRow{activity, target, id, id - 1, from + "_to_" + to, to + "_to_" + from, "", "", false, true})
		}
	}
	return rows
}

func newAssociationKinds() *associationKinds {
	k := &associationKinds{byPair: map[pair][]*AssociationKind{}, byRef: map[TypeRef]*AssociationKind{}, next: 100}
	for _, r := range standardKinds() {
		k.add(HubSpotDefined, r)
	}
	return k
}

func (k *associationKinds) add(category string, r kindRow) (there, back *AssociationKind) {
	there = &AssociationKind{
		TypeRef: TypeRef{category, r.id}, Label: r.label, Name: r.name, from: r.from, to: r.to,
		inverse: TypeRef{category, r.inverse}, plain: r.plain, primary: r.primary, fromSide: true,
	}
	k.byPair[pair{r.from, r.to}] = append(k.byPair[pair{r.from, r.to}], there)
	k.byRef[there.TypeRef] = there
	if r.id == r.inverse {
		return there, there
	}
	back = &AssociationKind{
		TypeRef: TypeRef{category, r.inverse}, Label: r.inverseLb, Name: r.inverseNme, from: r.to, to: r.from,
		inverse: there.TypeRef, plain: r.plain, primary: r.primary,
	}
	k.byPair[pair{r.to, r.from}] = append(k.byPair[pair{r.to, r.from}], back)
	k.byRef[back.TypeRef] = back
	return there, back
}

// plain is the unlabelled type of a pair, nil if the two cannot be associated.
func (k *associationKinds) plain(from, to uint8) *AssociationKind {
	i := slices.IndexFunc(k.byPair[pair{from, to}], func(a *AssociationKind) bool { return a.plain })
	if i < 0 {
		return nil
	}
	return k.byPair[pair{from, to}][i]
}

// AssociationKinds lists the types from one object type to another.
func (p *Portal) AssociationKinds(from, to *ObjectType) []AssociationKind {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := []AssociationKind{}
	for _, k := range p.kinds.byPair[pair{from.index, to.index}] {
		list = append(list, *k)
	}
	return list
}

// maxLabels is how many labels the portal may add to a pair of objects.
const maxLabels = 50

// NewLabel makes a user-defined association label; inverse, if set, names the
// other direction. It returns the types of both directions.
func (p *Portal) NewLabel(from, to *ObjectType, name, label, inverse string) ([]AssociationKind, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.checkLabel(from, to, name, label); err != nil {
		return nil, err
	}
	if inverse == "" {
		inverse = label
	}
	r := kindRow{from: from.index, to: to.index, id: p.kinds.next, inverse: p.kinds.next + 1, name: name, inverseNme: name + "_inverse", label: label, inverseLb: inverse}
	if from == to && inverse == label {
		r.inverse = r.id
	}
	p.kinds.next += 2
	there, back := p.kinds.add(UserDefined, r)
	if there == back {
		return []AssociationKind{*there}, nil
	}
	return []AssociationKind{*there, *back}, nil
}

// checkLabel refuses a label that there is already (the words were measured by
// others), and one too many (437 by the associations guide; its words are own).
func (p *Portal) checkLabel(from, to *ObjectType, name, label string) error {
	if p.kinds.plain(from.index, to.index) == nil {
		return notAssociable(from, to)
	}
	n := 0
	for _, k := range p.kinds.byPair[pair{from.index, to.index}] {
		switch {
		case k.Name == name:
			return Invalid("Association definition named %s already exists for portal", name)
		case k.Category == UserDefined && k.Label == label:
			return Invalid("Association definition label %s already exists on ObjectType pair", label)
		case k.Category == UserDefined:
			n++
		}
	}
	if n >= maxLabels {
		e := Invalid("Object types %s and %s have %d labels already", from.ID, to.ID, maxLabels)
		e.Status = statusTooManyLabels
		return e
	}
	return nil
}

// statusTooManyLabels is HubSpot's own.
const statusTooManyLabels = 437

// Relabel renames a user-defined label; inverse, if set, that of the other
// direction.
func (p *Portal) Relabel(from, to *ObjectType, id int32, label, inverse string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := p.kinds.byRef[TypeRef{UserDefined, id}]
	if k == nil || k.from != from.index || k.to != to.index {
		return Invalid("Unable to find association type %d", id)
	}
	k.Label = label
	if back := p.kinds.byRef[k.inverse]; inverse != "" && back != k {
		back.Label = inverse
	}
	return nil
}

// DeleteLabel removes a user-defined label from all records.
func (p *Portal) DeleteLabel(from, to *ObjectType, id int32) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := p.kinds.byRef[TypeRef{UserDefined, id}]
	if k == nil || k.from != from.index || k.to != to.index {
		return Invalid("Unable to find objectTypeIds")
	}
	for _, ref := range []TypeRef{k.TypeRef, k.inverse} {
		gone := p.kinds.byRef[ref]
		if gone == nil {
			continue
		}
		delete(p.kinds.byRef, ref)
		key := pair{gone.from, gone.to}
		p.kinds.byPair[key] = slices.DeleteFunc(p.kinds.byPair[key], func(a *AssociationKind) bool { return a.TypeRef == ref })
		for _, r := range p.tables[gone.from].rows {
			if l := r.linksTo(gone.to); l != nil {
				for i := range l.list {
					l.list[i].refs = slices.DeleteFunc(slices.Clone(l.list[i].refs), func(x TypeRef) bool { return x == ref })
				}
			}
		}
	}
	return nil
}

func notAssociable(from, to *ObjectType) *Error {
	return Invalid("No association type exists between %s and %s", from.FullName, to.FullName)
}
