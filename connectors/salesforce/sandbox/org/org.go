package org

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Org is one Salesforce org.
type Org struct {
	sync.RWMutex
	id       string
	now      func() time.Time
	objects  []*Object
	byName   map[string]*Object
	byPrefix map[string]*Object
	admin    ID
	// changed is when the schema changed last, version counts the changes.
	changed time.Time
	version int
	rights  rightsCache
	rules   []Rule
	cases   int // the last case number
	customs int // how many custom fields were ever added
	// triggers is what starts each version of a flow.
	triggers map[ID]FlowTrigger
}

// New makes an org with the standard objects, profiles, task and opportunity
// stages, and one integration user. id is its 18-character organization id.
func New(id, name string, now func() time.Time) (*Org, error) {
	objects, err := loadSchema()
	if err != nil {
		return nil, err
	}
	o := &Org{id: id, now: now, objects: objects, byName: map[string]*Object{}, byPrefix: map[string]*Object{}, changed: now(), cases: 1000}
	for _, obj := range objects {
		o.byName[strings.ToLower(obj.Name)] = obj
		o.byPrefix[obj.Prefix] = obj
	}
	o.attachVirtuals()
	o.attachDefinitions()
	if err := o.seed(name); err != nil {
		return nil, fmt.Errorf("seeding the org: %w", err)
	}
	return o, nil
}

// ID is the organization id, 18 characters.
func (o *Org) ID() string { return o.id }

// Admin is the integration user that the org starts with.
func (o *Org) Admin() ID { return o.admin }

// Now is the org's time.
func (o *Org) Now() time.Time { return o.now() }

// Changed is when the schema changed last and how often it has.
func (o *Org) Changed() (time.Time, int) { return o.changed, o.version + o.rights.version() }

// Objects lists the objects by name.
func (o *Org) Objects() []*Object { return o.objects }

// Object finds an object by its API name, in any case; nil if there is none.
func (o *Org) Object(name string) *Object { return o.byName[strings.ToLower(name)] }

// ObjectOf finds the object that an id belongs to, nil if none.
func (o *Org) ObjectOf(id ID) *Object { return o.byPrefix[id.Prefix()] }

func (o *Org) ms() int64 { return o.now().Unix() * 1000 }

// Row returns the row as others see it now, in the bin or not; nil if there
// is none.
func (o *Org) Row(id ID) *Row {
	obj := o.byPrefix[id.Prefix()]
	if obj == nil {
		return nil
	}
	r := obj.table.seen(id.Seq(), o.ms())
	if r == nil || r.purged {
		return nil
	}
	return r
}

// Value reads one field of a row.
func (o *Org) Value(r *Row, f *Field) Value { return o.get(r, f) }

// latest is the row as its writer sees it.
func (o *Org) latest(id ID) *Row {
	obj := o.byPrefix[id.Prefix()]
	if obj == nil || id.Seq() <= 0 || id.Seq() >= len(obj.table.rows) {
		return nil
	}
	r := obj.table.rows[id.Seq()]
	if r == nil || r.purged {
		return nil
	}
	return r
}

// children calls f for the live rows of obj whose reference field points to
// parent.
func (o *Org) children(field *Field, parent ID, f func(*Row)) {
	now := o.ms()
	for _, seq := range append([]int32(nil), field.refs[parent]...) {
		if r := field.object.table.seen(int(seq), now); r != nil && !r.deleted && !r.purged && r.cell(field.slot).ID() == parent {
			f(r)
		}
	}
}

// activity lists the objects that share the custom fields of Activity.
func activity(object string) []string {
	switch strings.ToLower(object) {
	case "activity", "task", "event":
		return []string{"Task", "Event"}
	}
	return []string{object}
}

// AddField adds a custom field to an object. Fields of Activity (or Task, or
// Event) appear on Task and Event alike and share their unique values.
func (o *Org) AddField(object string, f Field) error {
	if !f.Custom() {
		return fmt.Errorf("adding field %s to %s: the name of a custom field ends in __c", f.Name, object)
	}
	targets := activity(object)
	if err := f.complete(); err != nil {
		return fmt.Errorf("adding field %s to %s: %w", f.Name, object, err)
	}
	if f.Unique || f.ExternalID {
		f.unique = newUniqueIndex(f.CaseSensitive)
	}
	for _, name := range targets {
		if obj := o.Object(name); obj == nil {
			return fmt.Errorf("adding field %s: there is no object %s", f.Name, object)
		} else if obj.Field(f.Name) != nil {
			return fmt.Errorf("adding field %s to %s: it is already there", f.Name, obj.Name)
		}
	}
	o.customs++
	f.customID, f.made = makeID("00N", o.customs), o.ms()
	for _, name := range targets {
		copied := f
		o.Object(name).add(&copied)
	}
	o.changed = o.now()
	o.version++
	return nil
}

// RemoveField takes a custom field and its values away.
func (o *Org) RemoveField(object, name string) error {
	for _, target := range activity(object) {
		obj := o.Object(target)
		if obj == nil || obj.Field(name) == nil || !obj.Field(name).Custom() {
			return fmt.Errorf("removing field %s from %s: there is no such custom field", name, object)
		}
		f := obj.Field(name)
		for seq, r := range obj.table.rows {
			if r != nil && !r.cell(f.slot).IsNull() {
				c := r.clone()
				c.set(f, Value{})
				obj.put(seq, r, c)
			}
		}
		delete(obj.byName, strings.ToLower(f.Name))
		for i, other := range obj.Fields {
			if other == f {
				obj.Fields = append(obj.Fields[:i:i], obj.Fields[i+1:]...)
				break
			}
		}
	}
	o.changed = o.now()
	o.version++
	return nil
}

// complete checks a custom field and fills in what its type implies.
func (f *Field) complete() error {
	switch f.Type {
	case "string", "email", "phone", "url", "textarea", "picklist", "multipicklist":
		if f.Length == 0 {
			f.Length = map[string]int{"email": 80, "phone": 40, "textarea": 255, "multipicklist": 4099}[f.Type]
		}
		if f.Length == 0 {
			f.Length = 255
		}
	case "double", "currency", "percent":
		if f.Precision == 0 {
			f.Precision = 18
		}
		if f.Scale < 0 || f.Scale >= f.Precision || f.Precision > 18 {
			return fmt.Errorf("precision %d and scale %d do not fit", f.Precision, f.Scale)
		}
	case "boolean":
		if f.Default == nil {
			f.Default = false
		}
		f.Required, f.defaulted = true, true
	case "reference":
		if len(f.References) == 0 {
			return fmt.Errorf("a reference needs an object to point to")
		}
		f.Length = 18
		if f.Relationship == "" {
			f.Relationship = strings.TrimSuffix(f.Name, "__c") + "__r"
		}
	case "date", "datetime":
	default:
		return fmt.Errorf("there is no field type %q", f.Type)
	}
	return nil
}
