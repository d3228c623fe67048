package portal

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Linked is one associated record with the types of the association.
type Linked struct {
	ToID  string
	Types []LinkedType
}

// LinkedType is one type of an association as read.
type LinkedType struct {
	TypeRef
	Label string
	Name  string
}

// LinkedPage is what one record of an association read gets. Found is false
// when nothing is associated or the record does not exist.
type LinkedPage struct {
	FromID string
	To     []Linked
	Next   string
	Found  bool
}

// Linked lists the associations of records to one object type, at most limit
// of each. after, per id, is a cursor from an earlier page.
func (p *Portal) Linked(from, to *ObjectType, ids, after []string, limit int) ([]LinkedPage, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(from)
	pages := make([]LinkedPage, len(ids))
	for i, id := range ids {
		pages[i] = LinkedPage{FromID: id}
		r, err := tb.resolve(id)
		if err != nil || !r.live() {
			continue
		}
		pages[i].FromID = r.idText()
		set := r.linksTo(to.index)
		if set == nil {
			continue
		}
		start, err := linkCursor(set, after[i])
		if err != nil {
			return nil, err
		}
		p.fill(&pages[i], set.list[start:], limit)
	}
	return pages, nil
}

func (p *Portal) fill(page *LinkedPage, list []link, limit int) {
	for _, l := range list {
		if !l.row.live() {
			continue
		}
		if len(page.To) == limit {
			page.Next = encodeCursor(page.To[limit-1].ToID)
			return
		}
		page.Found = true
		page.To = append(page.To, Linked{ToID: l.row.idText(), Types: p.linkedTypes(l.refs)})
	}
}

func (p *Portal) linkedTypes(refs []TypeRef) []LinkedType {
	var types []LinkedType
	for _, ref := range refs {
		if k := p.kinds.byRef[ref]; k != nil {
			types = append(types, LinkedType{ref, k.Label, k.Name})
		}
	}
	slices.SortFunc(types, func(a, b LinkedType) int { return int(a.ID - b.ID) })
	return types
}

// Association cursors are opaque: base64 of the last id.
func encodeCursor(id string) string { return base64.StdEncoding.EncodeToString([]byte(id)) }

func linkCursor(set *linkSet, after string) (int, error) {
	if after == "" {
		return 0, nil
	}
	raw, err := base64.StdEncoding.DecodeString(after)
	if err != nil {
		return 0, Invalid("Invalid paging cursor: %s", after)
	}
	id, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return 0, Invalid("Invalid paging cursor: %s", after)
	}
	i, found := set.find(id)
	if found {
		i++
	}
	return i, nil
}

// LinkInput asks for one association between existing records. No types means
// the plain one.
type LinkInput struct {
	FromID, ToID string
	Types        []TypeRef
}

// LinkOutcome is what became of a LinkInput.
type LinkOutcome struct {
	FromID, ToID string
	Labels       []string
	Types        []LinkedType
	Err          *Error
}

// Link associates existing records, each pair by itself: one that is refused
// does not stop the others. Nothing is done if a type does not fit the objects.
func (p *Portal) Link(from, to *ObjectType, inputs []LinkInput) ([]LinkOutcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	plain := p.kinds.plain(from.index, to.index)
	if plain == nil {
		return nil, notAssociable(from, to)
	}
	for i := range inputs {
		if len(inputs[i].Types) == 0 {
			inputs[i].Types = []TypeRef{plain.TypeRef}
		}
		for _, ref := range inputs[i].Types {
			if err := p.checkKind(from, to, ref); err != nil {
				return nil, err
			}
		}
	}
	out := make([]LinkOutcome, len(inputs))
	for i, in := range inputs {
		out[i] = p.linkOne(from, to, in)
	}
	return out, nil
}

func (p *Portal) checkKind(from, to *ObjectType, ref TypeRef) error {
	kind := p.kinds.byRef[ref]
	if kind == nil {
		return Invalid("association type id %d in category %s doesn't exist", ref.ID, ref.Category)
	}
	if kind.from != from.index || kind.to != to.index {
		return Invalid("invalid association type %s/%d for associations from %s to %s", ref.Category, ref.ID, from.ID, to.ID)
	}
	return nil
}

func (p *Portal) linkOne(from, to *ObjectType, in LinkInput) LinkOutcome {
	out := LinkOutcome{FromID: in.FromID, ToID: in.ToID, Labels: []string{}}
	ta, tb := p.table(from), p.table(to)
	a, err := p.linkEnd(ta, in.FromID)
	if err != nil {
		out.Err = err
		return out
	}
	b, err := p.linkEnd(tb, in.ToID)
	if err != nil {
		out.Err = err
		return out
	}
	if a == b {
		out.Err = Invalid("Object %s cannot be associated to itself (%s)", a.idText(), b.idText())
		return out
	}
	out.FromID, out.ToID = a.idText(), b.idText()
	now := p.nowMillis()
	p.replaceLabels(ta, a, tb, b, in.Types, now)
	for _, ref := range in.Types {
		p.link(ta, a, tb, b, ref, now)
		if k := p.kinds.byRef[ref]; k.Label != "" {
			out.Labels = append(out.Labels, k.Label)
		}
	}
	if l := a.linkTo(to.index, b.id); l != nil {
		out.Types = p.linkedTypes(l.refs)
	}
	return out
}

// replaceLabels takes the portal's own labels off a link that is written with
// others: those to keep must be named again (Associations guide).
func (p *Portal) replaceLabels(ta *table, a *row, tb *table, b *row, types []TypeRef, now int64) {
	l := a.linkTo(tb.def.index, b.id)
	labelled := slices.ContainsFunc(types, func(ref TypeRef) bool { return ref.Category == UserDefined })
	if l == nil || !labelled {
		return
	}
	for _, ref := range slices.Clone(l.refs) {
		if ref.Category == UserDefined && !slices.Contains(types, ref) {
			p.unlabel(ta, a, tb, b, ref, now)
		}
	}
}

func (p *Portal) linkEnd(t *table, id string) (*row, *Error) {
	r, err := t.resolve(id)
	if err == nil && r.live() {
		return r, nil
	}
	if err != nil && err.(*Error).Category == CategoryNotFound {
		e := Invalid("%s is not a valid ID", id)
		e.SubCategory = "crm.associations.INVALID_IDENTIFIER"
		e.Context = map[string][]string{"id": {id}}
		return nil, e
	}
	e := Invalid("%s with id %s does not exist", strings.ToUpper(t.def.Singular), id)
	e.SubCategory = "crm.associations.OBJECT_NOT_FOUND"
	e.Category, e.Status = CategoryNotFound, http.StatusNotFound
	e.Context = map[string][]string{"id": {id}}
	return nil, e
}

// Unlink removes associations: all of a pair, or only the types given.
// Records or links that do not exist are ignored.
func (p *Portal) Unlink(from, to *ObjectType, inputs []LinkInput) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ta, tb := p.table(from), p.table(to)
	now := p.nowMillis()
	for _, in := range inputs {
		a, errA := ta.resolve(in.FromID)
		b, errB := tb.resolve(in.ToID)
		if errA != nil || errB != nil {
			continue
		}
		if len(in.Types) == 0 {
			p.unlink(ta, a, tb, b, now)
		}
		for _, ref := range in.Types {
			p.unlabel(ta, a, tb, b, ref, now)
		}
	}
}

// NoAssociations is the vendor's per-record answer of an association read
// that finds nothing.
func NoAssociations(from, to *ObjectType, id string) *Error {
	return &Error{
		Status: http.StatusNotFound, Category: CategoryNotFound, SubCategory: "crm.associations.NO_ASSOCIATIONS_FOUND",
		Message: fmt.Sprintf("No %s is associated with %s %s.", to.Singular, from.Singular, id),
		Context: map[string][]string{"fromObjectId": {id}, "fromObjectType": {from.Singular}, "toObjectType": {to.Singular}},
	}
}

// KindByName finds an association type by its legacy name, nil if there is
// none between the two.
func (p *Portal) KindByName(from, to *ObjectType, name string) *AssociationKind {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, k := range p.kinds.byPair[pair{from.index, to.index}] {
		if strings.EqualFold(k.Name, name) || strconv.Itoa(int(k.ID)) == name {
			c := *k
			return &c
		}
	}
	return nil
}

// Inverse is the same association seen from the other side.
func (p *Portal) Inverse(k *AssociationKind) AssociationKind {
	p.mu.Lock()
	defer p.mu.Unlock()
	if other := p.kinds.byRef[k.inverse]; other != nil {
		return *other
	}
	return *k
}
