package portal

import (
	"fmt"
	"slices"
	"strconv"
)

// linkSet holds a row's links to one object type, in ascending order of the
// other's id.
type linkSet struct {
	to   uint8
	list []link
}

type link struct {
	row  *row
	refs []TypeRef // shared between links; replaced, never changed
}

// NewAssociation asks for a link at creation.
type NewAssociation struct {
	To    string
	Types []TypeRef
	// Object is needed only where Types is empty (seeding): the plain type.
	Object string
}

type pendingLink struct {
	table *table
	row   *row
	ref   TypeRef
}

func (r *row) linksTo(to uint8) *linkSet {
	for i := range r.links {
		if r.links[i].to == to {
			return &r.links[i]
		}
	}
	return nil
}

func (s *linkSet) find(id int64) (int, bool) {
	return slices.BinarySearchFunc(s.list, id, func(l link, id int64) int { return int(max(-1, min(1, l.row.id-id))) })
}

func (r *row) linkTo(to uint8, id int64) *link {
	set := r.linksTo(to)
	if set == nil {
		return nil
	}
	if i, ok := set.find(id); ok {
		return &set.list[i]
	}
	return nil
}

// addRef notes a type on the link from r to other and tells whether the link
// is new.
func (r *row) addRef(to uint8, other *row, refs ...TypeRef) bool {
	set := r.linksTo(to)
	if set == nil {
		r.links = append(r.links, linkSet{to: to})
		set = &r.links[len(r.links)-1]
	}
	i, ok := set.find(other.id)
	if !ok {
		set.list = slices.Insert(set.list, i, link{row: other})
	}
	for _, ref := range refs {
		if !slices.Contains(set.list[i].refs, ref) {
			set.list[i].refs = append(slices.Clip(set.list[i].refs), ref)
		}
	}
	return !ok
}

func (r *row) dropRef(to uint8, id int64, ref TypeRef) {
	if l := r.linkTo(to, id); l != nil {
		l.refs = slices.DeleteFunc(slices.Clone(l.refs), func(x TypeRef) bool { return x == ref })
	}
}

func (r *row) dropLink(to uint8, id int64) {
	if set := r.linksTo(to); set != nil {
		if i, ok := set.find(id); ok {
			set.list = slices.Delete(set.list, i, i+1)
		}
	}
}

// resolveNew checks the associations of a create.
func (p *Portal) resolveNew(t *table, list []NewAssociation) ([]pendingLink, error) {
	var out []pendingLink
	for _, a := range list {
		refs := a.Types
		if len(refs) == 0 {
			target, err := p.Type(a.Object)
			if err != nil {
				return nil, err
			}
			kind := p.kinds.plain(t.def.index, target.index)
			if kind == nil {
				return nil, notAssociable(t.def, target)
			}
			refs = []TypeRef{kind.TypeRef}
		}
		for _, ref := range refs {
			l, err := p.resolveLink(t, a.To, ref)
			if err != nil {
				return nil, err
			}
			out = append(out, l)
		}
	}
	return out, nil
}

func (p *Portal) resolveLink(t *table, to string, ref TypeRef) (pendingLink, error) {
	kind := p.kinds.byRef[ref]
	if kind == nil {
		return pendingLink{}, Invalid("association type id %d in category %s doesn't exist", ref.ID, ref.Category)
	}
	if kind.from != t.def.index {
		return pendingLink{}, Invalid("invalid from object type %s for associations to be created. expected: %s", t.def.ID, p.tables[kind.from].def.ID)
	}
	target := p.tables[kind.to]
	r, err := target.resolve(to)
	if err != nil || !r.live() {
		e := Invalid("One or more associations are invalid")
		e.Context = map[string][]string{
			"INVALID_OBJECT_IDS": {fmt.Sprintf("%s=%s is not valid", target.def.FullName, to)},
			"objectId":           {to}, "objectType": {target.def.FullName},
		}
		return pendingLink{}, e
	}
	return pendingLink{target, r, ref}, nil
}

// link associates two rows with a type of the direction from a to b, and b to
// a with its inverse. The plain type always comes along.
func (p *Portal) link(ta *table, a *row, tb *table, b *row, ref TypeRef, now int64) {
	kind := p.kinds.byRef[ref]
	if kind == nil {
		return
	}
	if kind.primary {
		dropPrimary(ta, a, tb, b, kind)
	}
	plain := p.kinds.plain(ta.def.index, tb.def.index)
	refs, back := []TypeRef{ref}, []TypeRef{kind.inverse}
	if plain != nil && plain.TypeRef != ref {
		refs, back = append(refs, plain.TypeRef), append(back, plain.inverse)
	}
	if first := p.firstPrimary(ta, a, tb, b); first != nil {
		refs, back = slices.Insert(refs, 0, first.TypeRef), slices.Insert(back, 0, first.inverse)
	}
	fresh := a.addRef(tb.def.index, b, refs...)
	b.addRef(ta.def.index, a, back...)
	if fresh {
		p.rollLink(ta, a, tb, b, 1, now)
	}
	p.mirrorPrimary(ta, a, now)
	p.mirrorPrimary(tb, b, now)
}

// firstPrimary: a contact's, deal's or ticket's first company becomes its
// primary one (HubSpot Knowledge Base, Set a primary company).
func (p *Portal) firstPrimary(ta *table, a *row, tb *table, b *row) *AssociationKind {
	for _, k := range p.kinds.byPair[pair{ta.def.index, tb.def.index}] {
		if !k.primary {
			continue
		}
		owner, other := a, tb.def.index
		if !k.fromSide {
			owner, other = b, ta.def.index
		}
		if set := owner.linksTo(other); set != nil && slices.ContainsFunc(set.list, func(l link) bool { return l.row.live() }) {
			return nil
		}
		return k
	}
	return nil
}

// dropPrimary takes the primary label from a record's present company before
// another one gets it.
func dropPrimary(ta *table, a *row, tb *table, b *row, kind *AssociationKind) {
	owner, other, ref, back, ownerTable := a, tb.def.index, kind.TypeRef, kind.inverse, ta
	if !kind.fromSide {
		owner, other, ref, back, ownerTable = b, ta.def.index, kind.inverse, kind.TypeRef, tb
	}
	set := owner.linksTo(other)
	if set == nil {
		return
	}
	for i := range set.list {
		if slices.Contains(set.list[i].refs, ref) {
			set.list[i].row.dropRef(ownerTable.def.index, owner.id, back)
			owner.dropRef(other, set.list[i].row.id, ref)
		}
	}
}

// mirrorPrimary keeps a contact's associatedcompanyid equal to its primary
// company.
func (p *Portal) mirrorPrimary(t *table, r *row, now int64) {
	if t.def.index != contacts {
		return
	}
	p.touch(t, r, now, func(d *draft) { d.set("associatedcompanyid", r.primaryCompany(TypeRef{HubSpotDefined, 1})) })
}

func (r *row) primaryCompany(ref TypeRef) string {
	set := r.linksTo(companies)
	if set == nil {
		return ""
	}
	for _, l := range set.list {
		if slices.Contains(l.refs, ref) && l.row.live() {
			return l.row.idText()
		}
	}
	return ""
}

// syncPrimary makes the company that was written to associatedcompanyid the
// contact's primary one.
func (p *Portal) syncPrimary(t *table, r *row, names []string, now int64) {
	if t.def.index != contacts || !slices.Contains(names, "associatedcompanyid") {
		return
	}
	id := t.text(r.cur, "associatedcompanyid")
	if id == r.primaryCompany(TypeRef{HubSpotDefined, 1}) {
		return
	}
	if company, err := p.tables[companies].resolve(id); err == nil && company.live() {
		p.link(t, r, p.tables[companies], company, TypeRef{HubSpotDefined, 1}, now)
		return
	}
	p.mirrorPrimary(t, r, now)
}

// unlink removes all links between two rows.
func (p *Portal) unlink(ta *table, a *row, tb *table, b *row, now int64) {
	if a.linkTo(tb.def.index, b.id) == nil {
		return
	}
	a.dropLink(tb.def.index, b.id)
	b.dropLink(ta.def.index, a.id)
	p.rollLink(ta, a, tb, b, -1, now)
	p.mirrorPrimary(ta, a, now)
	p.mirrorPrimary(tb, b, now)
}

// unlabel removes one type from a link; removing the plain one removes all.
func (p *Portal) unlabel(ta *table, a *row, tb *table, b *row, ref TypeRef, now int64) {
	kind := p.kinds.byRef[ref]
	if kind == nil {
		return
	}
	if kind.plain {
		p.unlink(ta, a, tb, b, now)
		return
	}
	a.dropRef(tb.def.index, b.id, ref)
	b.dropRef(ta.def.index, a.id, kind.inverse)
	p.mirrorPrimary(ta, a, now)
	p.mirrorPrimary(tb, b, now)
}

// inlineAssociations are the links in the legacy wording: one entry per type.
func (p *Portal) inlineAssociations(t *table, r *row, targets []*ObjectType) map[string]AssociatedIDs {
	var out map[string]AssociatedIDs
	for _, target := range targets {
		var ids []AssociatedID
		if set := r.linksTo(target.index); set != nil {
			for _, l := range set.list {
				if !l.row.live() {
					continue
				}
				for _, ref := range l.refs {
					if k := p.kinds.byRef[ref]; k != nil {
						ids = append(ids, AssociatedID{ID: strconv.FormatInt(l.row.id, 10), Type: k.Name})
					}
				}
			}
		}
		if len(ids) == 0 {
			continue
		}
		if out == nil {
			out = map[string]AssociatedIDs{}
		}
		out[target.Plural] = AssociatedIDs{Results: ids}
	}
	return out
}
