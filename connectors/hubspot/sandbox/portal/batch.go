package portal

import (
	"maps"
	"slices"
	"strings"
)

// ItemError is why one member of a batch failed while others went through.
type ItemError struct {
	Err     *Error
	TraceID string
	ID      string
}

// BatchResult is the outcome of a batch. If Err is set nothing was done.
type BatchResult struct {
	Records []Record
	Errors  []ItemError
	// Created tells for an upsert whether anything was made anew.
	Created bool
}

// BatchCreate makes several records. A value that is not valid, or a conflict,
// rejects the whole batch, unless every input has its own objectWriteTraceId:
// then only that input fails (Error handling, Multi-status errors).
func (p *Portal) BatchCreate(t *ObjectType, inputs []Input, w Writer) (BatchResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	partial := traced(inputs)
	items, failed, err := p.prepareAll(tb, inputs, partial, w)
	if err != nil {
		return BatchResult{}, err
	}
	res := BatchResult{Errors: failed}
	taken := map[string]bool{}
	good := items[:0:0]
	for _, item := range items {
		err := p.prepareCreate(tb, item, w)
		if err == nil {
			err = p.checkUnique(tb, item, taken)
		}
		if err == nil {
			good = append(good, item)
			continue
		}
		if !partial {
			return BatchResult{}, err
		}
		res.Errors = append(res.Errors, itemError(err, item.input))
	}
	for _, item := range good {
		r := p.create(tb, item, w)
		rec := p.written(tb, r, item.names, true)
		res.Records = append(res.Records, rec)
	}
	return res, nil
}

// prepareAll validates the values of all inputs and collects every fault. With
// partial the faulty inputs fail by themselves, as long as one is good; their
// errors have the list inside the message only.
func (p *Portal) prepareAll(t *table, inputs []Input, partial bool, w Writer) (items []*prepared, failed []ItemError, err error) {
	var faults []propertyFault
	for _, in := range inputs {
		item, f := p.prepare(t, in, w)
		faults = append(faults, f...)
		if len(f) == 0 {
			items = append(items, item)
			continue
		}
		e := p.invalidValues(f)
		e.Errors = nil
		failed = append(failed, itemError(e, in))
	}
	if len(faults) > 0 && (!partial || len(items) == 0) {
		return nil, nil, p.invalidValues(faults)
	}
	return items, failed, nil
}

// traced tells whether every input carries a trace id of its own.
func traced(inputs []Input) bool {
	seen := map[string]bool{}
	for _, in := range inputs {
		if in.TraceID == "" || seen[in.TraceID] {
			return false
		}
		seen[in.TraceID] = true
	}
	return true
}

// itemError is a refusal of one input, with its trace id as a list inside the
// context, where recordings show it.
func itemError(err error, in Input) ItemError {
	e := *err.(*Error)
	e.Context = maps.Clone(e.Context)
	if e.Context == nil {
		e.Context = map[string][]string{}
	}
	if in.TraceID != "" {
		e.Context["objectWriteTraceId"] = []string{in.TraceID}
	}
	if _, id, ok := strings.Cut(e.Message, "Existing ID: "); ok {
		e.Context["existingId"] = []string{id}
	}
	return ItemError{Err: &e, TraceID: in.TraceID, ID: in.ID}
}

// duplicates is the refusal of a batch that names a record twice.
func duplicates(ids []string) error {
	seen := map[string]bool{}
	var twice []string
	for _, id := range ids {
		if seen[id] && !slices.Contains(twice, id) {
			twice = append(twice, id)
		}
		seen[id] = true
	}
	if len(twice) == 0 {
		return nil
	}
	e := Invalid("Duplicate IDs found in batch input: [%s]. IDs must be unique", strings.Join(twice, ", "))
	e.Context = map[string][]string{"ids": twice}
	return e
}

// Duplicates refuses a list of ids in which one occurs twice.
func Duplicates(ids []string) error { return duplicates(ids) }

// BatchUpdate changes several records. Records that do not exist are reported
// one by one; two inputs that lead to the same record, also by way of a merge,
// reject the batch.
func (p *Portal) BatchUpdate(t *ObjectType, inputs []Input, w Writer) (BatchResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	if err := duplicates(idsOf(inputs)); err != nil {
		return BatchResult{}, err
	}
	partial := traced(inputs)
	items, failed, err := p.prepareAll(tb, inputs, partial && !p.set.WholeUpdates, w)
	if err != nil {
		return BatchResult{}, err
	}
	found, missing, err := p.locate(tb, items)
	if err != nil {
		return BatchResult{}, err
	}
	res, err := p.finishUpdate(tb, found, missing, partial, w)
	res.Errors = append(failed, res.Errors...)
	return res, err
}

func idsOf(inputs []Input) []string {
	ids := make([]string, len(inputs))
	for i, in := range inputs {
		ids[i] = in.ID
	}
	return ids
}

// locate finds the rows of the items. Missing ones are returned apart.
func (p *Portal) locate(t *table, items []*prepared) (found, missing []*prepared, err error) {
	var resolved []string
	for _, item := range items {
		if err := p.uniqueProperty(t, item.input.IDProperty, false); err != nil {
			return nil, nil, err
		}
		r, err := t.resolveBy(item.input.IDProperty, item.input.ID)
		if err != nil || !r.live() {
			missing = append(missing, item)
			continue
		}
		item.row = r
		found = append(found, item)
		resolved = append(resolved, r.idText())
	}
	return found, missing, duplicates(resolved)
}

// uniqueProperty checks that idProperty names a property that identifies.
func (p *Portal) uniqueProperty(t *table, name string, required bool) error {
	if name == "" && !required {
		return nil
	}
	prop := t.prop(name)
	if prop == nil && name != "" && name != "hs_object_id" {
		return Invalid("Property %q does not exist", name)
	}
	if prop == nil || !t.unique(prop) || name == "hs_object_id" {
		return Invalid("Unable to perform update/upsert by non-unique %s property %s in portal ID %s", t.def.ID, name, p.id)
	}
	return nil
}

func (p *Portal) finishUpdate(t *table, found, missing []*prepared, partial bool, w Writer) (BatchResult, error) {
	res := BatchResult{Records: []Record{}}
	taken := map[string]bool{}
	good := found[:0:0]
	for _, item := range found {
		err := p.checkUnique(t, item, taken)
		if err == nil {
			good = append(good, item)
			continue
		}
		if !partial {
			return BatchResult{}, err
		}
		res.Errors = append(res.Errors, itemError(err, item.input))
	}
	for _, item := range good {
		p.update(t, item, w)
		rec := p.written(t, item.row, item.names, false)
		res.Records = append(res.Records, rec)
	}
	if len(missing) > 0 {
		ids := make([]string, len(missing))
		for i, item := range missing {
			ids[i] = item.input.ID
		}
		res.Errors = append(res.Errors, ItemError{Err: missingObjects(t.def, ids)})
	}
	return res, nil
}

// BatchUpsert updates the records that a unique property finds and creates
// the others.
func (p *Portal) BatchUpsert(t *ObjectType, inputs []Input, w Writer) (BatchResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	for i := range inputs {
		if err := p.uniqueProperty(tb, inputs[i].IDProperty, true); err != nil {
			return BatchResult{}, err
		}
		inputs[i].Properties = maps.Clone(inputs[i].Properties)
		if inputs[i].Properties == nil {
			inputs[i].Properties = map[string]string{}
		}
		if inputs[i].Properties[inputs[i].IDProperty] == "" {
			inputs[i].Properties[inputs[i].IDProperty] = inputs[i].ID
		}
	}
	if err := duplicates(idsOf(inputs)); err != nil {
		return BatchResult{}, err
	}
	partial := traced(inputs)
	items, failed, err := p.prepareAll(tb, inputs, partial, w)
	if err != nil {
		return BatchResult{}, err
	}
	found, fresh, err := p.locate(tb, items)
	if err != nil {
		return BatchResult{}, err
	}
	res, err := p.finishUpsert(tb, found, fresh, partial, w)
	res.Errors = append(failed, res.Errors...)
	return res, err
}

func (p *Portal) finishUpsert(t *table, found, fresh []*prepared, partial bool, w Writer) (BatchResult, error) {
	taken := map[string]bool{}
	var failed []ItemError
	makeable := fresh[:0:0]
	for _, item := range fresh {
		err := p.prepareCreate(t, item, w)
		if err == nil {
			err = p.checkUnique(t, item, taken)
		}
		switch {
		case err == nil:
			makeable = append(makeable, item)
		case partial:
			failed = append(failed, itemError(err, item.input))
		default:
			return BatchResult{}, err
		}
	}
	res, err := p.finishUpdate(t, found, nil, partial, w)
	if err != nil {
		return BatchResult{}, err
	}
	no, yes := false, true
	for i := range res.Records {
		res.Records[i].New = &no
	}
	for _, item := range makeable {
		rec := p.written(t, p.create(t, item, w), item.names, true)
		rec.New = &yes
		res.Records = append(res.Records, rec)
		res.Created = true
	}
	res.Errors = append(res.Errors, failed...)
	return res, nil
}

// BatchArchive archives several records; ids that do not exist are ignored.
func (p *Portal) BatchArchive(t *ObjectType, ids []string, w Writer) error {
	for _, id := range ids {
		if err := p.Archive(t, id, w); err != nil {
			return err
		}
	}
	return nil
}
