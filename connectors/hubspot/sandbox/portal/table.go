package portal

import (
	"slices"
	"strconv"
)

// table holds the rows of one object type.
type table struct {
	def   *ObjectType
	props []*Property       // by slot
	slots map[string]uint16 // live and archived properties by name
	group map[string]*Group

	rows     []*row  // in the order of creation
	modified []int64 // rows' modified stamps as search sees them, for fast scans
	byID     map[int64]*row
	alias    map[int64]int64 // merged-away id to the survivor's
	order    []int32         // positions in rows, sorted by id; lazily rebuilt
	sorted   int             // how many rows order covers

	index map[uint16]map[string]posting // looked-up texts, current values
	lag   []lagging                     // states that search does not see yet, oldest first

	next      [idLanes]int64 // next id of each lane
	made      uint64
	monotonic bool

	virtual map[uint16]func(p *Portal, r *row, s *state) string
}

// lagging is a state on its way into the search index.
type lagging struct {
	row   *row
	state *state
	at    int64
}

// posting lists the rows that hold one text; nearly always there is one.
type posting struct {
	first int32
	more  []int32
}

// idLanes is how many ranges ids are drawn from. HubSpot's ids do not grow
// with time (recorded: a company made at 16:14 had a smaller id than one made
// at 16:12), and old and new ids differ in length.
const idLanes = 4

func newTable(def *ObjectType) (*table, error) {
	t := &table{
		def: def, slots: map[string]uint16{}, group: map[string]*Group{},
		byID: map[int64]*row{}, alias: map[int64]int64{},
		index: map[uint16]map[string]posting{},
	}
	shift := int64(def.index) * 1_000_000_000
	for lane, base := range [idLanes]int64{20_400_000_000, 406_200_000_000, 407_200_000_000 + 60_000_000, 421_000_000_000} {
		t.next[lane] = base + shift + 1501
	}
	list, err := loadCatalog(def)
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		t.addProperty(p)
		t.addGroup(p.GroupName)
	}
	for _, name := range []string{"domain", "email", "salesforceaccountid"} {
		t.addIndex(name)
	}
	t.virtual = virtuals(t)
	return t, nil
}

func (t *table) addProperty(p *Property) {
	if slot, ok := t.slots[p.Name]; ok {
		t.props[slot] = p
	} else {
		t.slots[p.Name] = uint16(len(t.props))
		t.props = append(t.props, p)
	}
	if p.HasUniqueValue {
		t.addIndex(p.Name)
	}
}

func (t *table) addGroup(name string) {
	if t.group[name] == nil {
		t.group[name] = &Group{Name: name, Label: name, DisplayOrder: len(t.group)}
	}
}

// prop returns the live property of that name, nil if there is none.
func (t *table) prop(name string) *Property {
	slot, ok := t.slots[name]
	if !ok || t.props[slot].Archived {
		return nil
	}
	return t.props[slot]
}

// addIndex makes equality on a property a map look-up.
func (t *table) addIndex(name string) {
	slot, ok := t.slots[name]
	if !ok || t.index[slot] != nil {
		return
	}
	t.index[slot] = map[string]posting{}
	for _, r := range t.rows {
		if v, _ := r.cur.get(slot); v != "" && r.live() {
			t.post(slot, v, r.pos)
		}
	}
}

func (t *table) post(slot uint16, val string, pos int32) {
	key := foldKey(val)
	list, ok := t.index[slot][key]
	if !ok {
		t.index[slot][key] = posting{first: pos}
		return
	}
	list.more = append(list.more, pos)
	t.index[slot][key] = list
}

func (t *table) unpost(slot uint16, val string, pos int32) {
	key := foldKey(val)
	list, ok := t.index[slot][key]
	switch {
	case !ok:
	case list.first != pos:
		list.more = slices.DeleteFunc(list.more, func(p int32) bool { return p == pos })
		t.index[slot][key] = list
	case len(list.more) == 0:
		delete(t.index[slot], key)
	default:
		t.index[slot][key] = posting{first: list.more[0], more: list.more[1:]}
	}
}

func (l posting) all() []int32 { return append([]int32{l.first}, l.more...) }

// lookup lists the rows whose current value of an indexed property is val.
func (t *table) lookup(slot uint16, val string) []int32 {
	list, ok := t.index[slot][foldKey(val)]
	if !ok {
		return nil
	}
	return list.all()
}

// newID draws the next id.
func (t *table) newID() int64 {
	lane := 0
	if !t.monotonic {
		lane = int((t.made * 0x9E3779B97F4A7C15 >> 32) % idLanes)
	}
	t.made++
	t.next[lane]++
	return t.next[lane]
}

func (t *table) insert(r *row) {
	r.pos = int32(len(t.rows))
	t.rows = append(t.rows, r)
	t.modified = append(t.modified, r.cur.modified)
	t.byID[r.id] = r
	t.reindex(r, nil, r.cur)
}

// reindex brings the look-up maps from one state of a row to the next; an
// archived row is in none of them.
func (t *table) reindex(r *row, old, next *state) {
	for slot := range t.index {
		var before, after string
		if old != nil && old.archived == 0 {
			before, _ = old.get(slot)
		}
		if next.archived == 0 {
			after, _ = next.get(slot)
		}
		if before == after {
			continue
		}
		if before != "" {
			t.unpost(slot, before, r.pos)
		}
		if after != "" {
			t.post(slot, after, r.pos)
		}
	}
}

// ordered lists positions by ascending id.
func (t *table) ordered() []int32 {
	if t.sorted == len(t.rows) {
		return t.order
	}
	byID := func(a, b int32) int { return int(max(-1, min(1, t.rows[a].id-t.rows[b].id))) }
	fresh := len(t.rows) - t.sorted
	for pos := int32(t.sorted); int(pos) < len(t.rows); pos++ {
		if fresh > 64 {
			t.order = append(t.order, pos)
			continue
		}
		i, _ := slices.BinarySearchFunc(t.order, pos, byID)
		t.order = slices.Insert(t.order, i, pos)
	}
	if fresh > 64 {
		slices.SortFunc(t.order, byID)
	}
	t.sorted = len(t.rows)
	return t.order
}

// resolve finds a row by id text; a merged-away id leads to the survivor.
func (t *table) resolve(id string) (*row, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	switch {
	case err != nil:
		return nil, notNumeric(id)
	case n <= 0:
		return nil, notPositive(id)
	}
	for {
		to, merged := t.alias[n]
		if !merged {
			break
		}
		n = to
	}
	if r := t.byID[n]; r != nil {
		return r, nil
	}
	return nil, notFound()
}

// resolveBy finds a row by a unique property; idProperty "" or hs_object_id
// (single reads only) means the id.
func (t *table) resolveBy(idProperty, val string) (*row, error) {
	if idProperty == "" || idProperty == "hs_object_id" {
		return t.resolve(val)
	}
	p := t.prop(idProperty)
	if p == nil {
		return nil, Invalid("Property %q does not exist", idProperty)
	}
	if !t.unique(p) {
		return nil, Invalid("Unable to perform read by non-unique %s property %s", t.def.ID, idProperty)
	}
	if found := t.lookup(t.slots[idProperty], val); len(found) > 0 {
		return t.rows[found[0]], nil
	}
	return nil, notFound()
}

// unique: the property identifies a record. A contact's e-mail does, though
// its definition does not say so.
func (t *table) unique(p *Property) bool {
	return p.HasUniqueValue || t.def.index == contacts && p.Name == "email"
}
