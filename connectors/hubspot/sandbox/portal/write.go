package portal

import (
	"fmt"
	"net/http"
	"slices"
)

// Writer says on whose behalf a write happens.
type Writer struct {
	Source Source
	// Platform: HubSpot itself writes, so read-only values may be set.
	Platform bool
	// Rules: admin-configured create rules are enforced (from 2026-09 on).
	Rules bool
}

// Input is one record to create, update or upsert.
type Input struct {
	// ID and IDProperty name the record (not for creates).
	ID, IDProperty string
	Properties     map[string]string
	Associations   []NewAssociation
	// TraceID is the caller's objectWriteTraceId.
	TraceID string
}

// prepared is an input that passed the checks of its values.
type prepared struct {
	input Input
	names []string // sorted
	vals  []string // canonical
	links []pendingLink
	row   *row // updates
}

// Create makes one record.
func (p *Portal) Create(t *ObjectType, in Input, w Writer) (Record, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	item, faults := p.prepare(tb, in, w)
	if len(faults) > 0 {
		return Record{}, p.invalidValues(faults)
	}
	if err := p.prepareCreate(tb, item, w); err != nil {
		return Record{}, err
	}
	r := p.create(tb, item, w)
	return p.written(tb, r, item.names, true), nil
}

// Update changes one record, found by id or by a unique property.
func (p *Portal) Update(t *ObjectType, in Input, w Writer) (Record, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	item, faults := p.prepare(tb, in, w)
	r, err := tb.resolveBy(in.IDProperty, in.ID)
	if err != nil {
		return Record{}, err
	}
	if !r.live() {
		return Record{}, notFound()
	}
	if len(faults) > 0 {
		return Record{}, p.invalidValues(faults)
	}
	item.row = r
	if err := p.checkUnique(tb, item, nil); err != nil {
		return Record{}, err
	}
	p.update(tb, item, w)
	return p.written(tb, r, item.names, false), nil
}

// prepare validates the values of one input.
func (p *Portal) prepare(t *table, in Input, w Writer) (*prepared, []propertyFault) {
	item := &prepared{input: in, names: make([]string, 0, len(in.Properties))}
	for name := range in.Properties {
		item.names = append(item.names, name)
	}
	slices.Sort(item.names)
	item.vals = make([]string, len(item.names))
	var faults []propertyFault
	for i, name := range item.names {
		prop := t.prop(name)
		switch {
		case prop == nil:
			faults = append(faults, propertyFault{name, "PROPERTY_DOESNT_EXIST", fmt.Sprintf("Property %q does not exist", name)})
			continue
		case prop.Modification.ReadOnlyValue && !w.Platform:
			faults = append(faults, propertyFault{name, "READ_ONLY_VALUE", fmt.Sprintf("%q is a read only property; its value cannot be set.", name)})
			continue
		}
		val, fault := p.check.clean(t.def, prop, in.Properties[name])
		if fault != nil {
			faults = append(faults, *fault)
			continue
		}
		item.vals[i] = val
	}
	if fault := p.stageMisplaced(t, item); fault != nil {
		faults = append(faults, *fault)
	}
	return item, faults
}

// stageMisplaced refuses a stage together with another pipeline than its own.
func (p *Portal) stageMisplaced(t *table, item *prepared) *propertyFault {
	lineName, stageName := "pipeline", "dealstage"
	if t.def.index == tickets {
		lineName, stageName = "hs_pipeline", "hs_pipeline_stage"
	} else if t.def.index != deals {
		return nil
	}
	line, _ := p.stage(t.def, item.value(stageName))
	if line == nil || item.value(lineName) == "" || line.ID == item.value(lineName) {
		return nil
	}
	return &propertyFault{stageName, "INVALID_OPTION", fmt.Sprintf("%s is not a stage of pipeline %s", item.value(stageName), item.value(lineName))}
}

func (item *prepared) value(name string) string {
	if i, ok := slices.BinarySearch(item.names, name); ok {
		return item.vals[i]
	}
	return ""
}

// prepareCreate checks what only a create needs: required properties,
// uniqueness and associations.
func (p *Portal) prepareCreate(t *table, item *prepared, w Writer) error {
	if err := p.checkRequired(t, item, w); err != nil {
		return err
	}
	if err := p.checkUnique(t, item, nil); err != nil {
		return err
	}
	links, err := p.resolveNew(t, item.input.Associations)
	item.links = links
	return err
}

func (p *Portal) checkRequired(t *table, item *prepared, w Writer) error {
	if w.Platform {
		return nil
	}
	var missing []string
	for _, name := range t.def.required {
		fallback := t.def.index == meetings && name == "hs_timestamp" && item.value("hs_meeting_start_time") != ""
		if item.value(name) == "" && !fallback {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return missingRequired(t.def, missing)
	}
	if err := p.checkForm(t, item, w); err != nil {
		return err
	}
	if len(t.def.oneOf) == 0 || slices.ContainsFunc(t.def.oneOf, func(n string) bool { return item.value(n) != "" }) {
		return nil
	}
	return missingRequired(t.def, t.def.oneOf)
}

// checkForm asks for what the admin marked as required on the create form (the
// code is HubSpot's, CRM API write validation; where it stands is assumed).
func (p *Portal) checkForm(t *table, item *prepared, w Writer) error {
	var faults []propertyFault
	for _, name := range p.set.RequiredOnCreate[t.def.Plural] {
		if w.Rules && item.value(name) == "" {
			faults = append(faults, propertyFault{name: name, code: "MISSING_REQUIRED_PROPERTY", message: fmt.Sprintf("Property %q is required", name)})
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return p.invalidValues(faults)
}

// checkUnique refuses a value that identifies another record; taken holds the
// values that earlier members of the same batch will take.
func (p *Portal) checkUnique(t *table, item *prepared, taken map[string]bool) error {
	for i, name := range item.names {
		prop := t.prop(name)
		if item.vals[i] == "" || !t.unique(prop) {
			continue
		}
		key := name + "\x00" + foldKey(item.vals[i])
		var other *row
		for _, pos := range t.lookup(t.slots[name], item.vals[i]) {
			if t.rows[pos] != item.row {
				other = t.rows[pos]
			}
		}
		if other == nil && !taken[key] {
			if taken != nil {
				taken[key] = true
			}
			continue
		}
		return p.conflict(t, item, prop, item.vals[i], other)
	}
	return nil
}

func (p *Portal) conflict(t *table, item *prepared, prop *Property, val string, other *row) error {
	if t.def.index == contacts && prop.Name == "email" {
		e := &Error{Status: http.StatusConflict, Category: CategoryConflict, Message: "Contact already exists"}
		if other != nil {
			e.Message += ". Existing ID: " + other.idText()
		}
		return e
	}
	target, owner := "null", "another object"
	if item.row != nil {
		target = item.row.idText()
	}
	if other != nil {
		owner = other.idText()
	}
	return Invalid("Cannot set PropertyValueCoordinates{portalId=%s, objectTypeId=%s, propertyName=%s, value=%s} on %s. %s already has that value.",
		p.id, t.def.ID, prop.Name, val, target, owner)
}

// create stores a checked input.
func (p *Portal) create(t *table, item *prepared, w Writer) *row {
	now := p.nowMillis()
	r := &row{id: t.newID(), created: now, source: p.sourceIndex(w.Source)}
	r.cur = &state{modified: now}
	d := t.edit(r)
	d.fresh = true
	for i, name := range item.names {
		d.set(name, item.vals[i])
	}
	p.deriveCreate(d, now)
	p.derive(d, now)
	r.cur = &state{modified: now, cells: slices.Clip(d.cells)}
	t.insert(r)
	p.publishNew(t, r, now)
	for _, l := range item.links {
		p.link(t, r, l.table, l.row, l.ref, now)
	}
	p.syncPrimary(t, r, item.names, now)
	if !w.Platform {
		p.wrote(t.def, r)
	}
	return r
}

// update stores a checked input; a write that changes nothing leaves no trace.
func (p *Portal) update(t *table, item *prepared, w Writer) {
	now := p.nowMillis()
	d := t.edit(item.row)
	for i, name := range item.names {
		if name == "lifecyclestage" && !w.Platform && p.stageIgnored(t, d.get(name), item.vals[i]) {
			continue
		}
		d.set(name, item.vals[i])
	}
	p.derive(d, now)
	if p.commit(d, now, p.sourceIndex(w.Source)) {
		p.syncPrimary(t, item.row, item.names, now)
	}
	if !w.Platform {
		p.wrote(t.def, item.row)
	}
}

// commit replaces a row's state by the draft's and tells whether it changed.
func (p *Portal) commit(d *draft, at int64, source uint16) bool {
	if len(d.changed) == 0 {
		return false
	}
	r, old := d.row, d.row.cur
	next := &state{modified: max(at, old.modified), archived: old.archived, cells: d.cells}
	r.remember(old, d.changed, at, source, p.historyDepth(d.table.def))
	r.cur = next
	d.table.reindex(r, old, next)
	p.publish(d.table, r, next, at)
	p.rollUp(d.table, r, old, next, at)
	return true
}

// touch lets the platform change a row as a consequence of something else.
func (p *Portal) touch(t *table, r *row, at int64, edit func(d *draft)) {
	d := t.edit(r)
	edit(d)
	p.commit(d, at, p.sourceIndex(platform("CALCULATED")))
}

// publish makes a state visible to search, at once or after the index lag.
func (p *Portal) publish(t *table, r *row, s *state, at int64) {
	if p.set.IndexLag <= 0 && len(t.lag) == 0 {
		t.expose(r, s)
		return
	}
	t.lag = append(t.lag, lagging{row: r, state: s, at: at})
}

func (p *Portal) publishNew(t *table, r *row, at int64) {
	t.modified[r.pos] = unseen
	p.publish(t, r, r.cur, at)
}

// unseen stands in table.modified for a row that search does not know yet.
const unseen = -1 << 62

func (t *table) expose(r *row, s *state) {
	r.seen = s
	t.modified[r.pos] = s.modified
	if s.archived != 0 {
		t.modified[r.pos] = unseen
	}
}

// settle exposes the states whose lag is over.
func (p *Portal) settle(t *table) {
	limit := p.nowMillis() - p.set.IndexLag.Milliseconds()
	n := 0
	for n < len(t.lag) && t.lag[n].at <= limit {
		t.expose(t.lag[n].row, t.lag[n].state)
		n++
	}
	t.lag = slices.Delete(t.lag, 0, n)
}
