package org

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf16"
)

// check tells whether the field takes a value of its own type.
func (f *Field) check(v Value) *Error {
	switch {
	case v.kind == Null:
		return nil
	case v.kind == Text:
		return f.checkText(v.s)
	case f.Type == "int":
		if limit := math.Pow10(f.digits); f.digits > 0 && math.Abs(float64(v.n)) >= limit || v.n > math.MaxInt32 || v.n < math.MinInt32 {
			return f.outOfRange(v)
		}
	case v.kind == Double:
		if math.Abs(v.Float()) >= math.Pow10(f.Precision-f.Scale) {
			return f.outOfRange(v)
		}
	case v.kind == Date || v.kind == DateTime:
		if y := v.Time().Year(); y < 1700 || y > 4000 {
			return refuse("INVALID_TYPE_ON_FIELD_IN_RECORD", fmt.Sprintf("%s: invalid date: %s", f.Label, v), f.Name)
		}
	}
	return nil
}

func (f *Field) outOfRange(v Value) *Error {
	return refuse("NUMBER_OUTSIDE_VALID_RANGE", fmt.Sprintf("%s: value outside of valid range on numeric field: %s", f.Label, v), f.Name)
}

func (f *Field) checkText(s string) *Error {
	// The vendor counts UTF-16 code units.
	if f.Length > 0 && len(s) > f.Length && len(utf16.Encode([]rune(s))) > f.Length {
		return refuse("STRING_TOO_LONG", fmt.Sprintf("%s: data value too large: %s (max length=%d)", f.Label, s, f.Length), f.Name)
	}
	switch f.Type {
	case "email":
		if !ValidEmail(s) {
			return refuse("INVALID_EMAIL_ADDRESS", fmt.Sprintf("%s: invalid email address: %s", f.Label, s), f.Name)
		}
	case "picklist":
		if f.Restricted && !f.offers(s) {
			return f.badPick(s)
		}
	case "multipicklist":
		for _, part := range strings.Split(s, ";") {
			if f.Restricted && !f.offers(part) {
				return f.badPick(part)
			}
		}
	}
	return nil
}

func (f *Field) offers(s string) bool {
	o, ok := f.option(s)
	return ok && !o.Inactive
}

func (f *Field) badPick(s string) *Error {
	return refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", fmt.Sprintf("%s: bad value for restricted picklist field: %s", f.Label, s), f.Name)
}

// ValidEmail checks the shape that the vendor asks for: one @, a local part of
// the usual characters, and a domain with a dot (Object Reference, "Email").
func ValidEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || len(local) > 64 || strings.Contains(domain, "@") || strings.HasSuffix(local, ".") || strings.HasPrefix(local, ".") ||
		strings.Contains(local, "..") {
		return false
	}
	for _, r := range local {
		if !isAlnum(r) && !strings.ContainsRune("!#$%&'*/=?^_+-`{|}~.", r) {
			return false
		}
	}
	labels := strings.Split(domain, ".")
	for _, l := range labels {
		if l == "" || strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-") {
			return false
		}
		for _, r := range l {
			if !isAlnum(r) && r != '-' {
				return false
			}
		}
	}
	return len(labels) >= 2
}

func isAlnum(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// checkReference tells whether the field may point to the row.
func (o *Org) checkReference(f *Field, id ID) *Error {
	target := o.byPrefix[id.Prefix()]
	fits := false
	for _, name := range f.References {
		fits = fits || target != nil && target.Name == name
	}
	if !fits {
		return refuse("FIELD_INTEGRITY_EXCEPTION", fmt.Sprintf("%s: id value of incorrect type: %s", f.Label, id), f.Name)
	}
	r := o.latest(id)
	switch {
	case r == nil:
		return &Error{Code: "INVALID_CROSS_REFERENCE_KEY", Message: "invalid cross reference id", Fields: []string{f.Name}}
	case r.deleted:
		return &Error{Code: "ENTITY_IS_DELETED", Message: "entity is deleted"}
	}
	return nil
}

// checkOwner refuses inactive users and groups that are no queue for the
// object (Object Reference, "QueueSobject").
func (o *Org) checkOwner(obj *Object, f *Field, id ID) *Error {
	r := o.latest(id)
	if r == nil {
		return nil
	}
	switch owner := o.ObjectOf(id); owner.Name {
	case "User":
		if !o.get(r, owner.Field("IsActive")).Bool() {
			return refuse("INACTIVE_OWNER_OR_USER", fmt.Sprintf("operation performed with inactive user [%s] as owner of %s", id.Short(), strings.ToLower(obj.Name)), f.Name)
		}
	case "Group":
		if !o.queueTakes(id, r, obj.Name) {
			return refuse("INVALID_CROSS_REFERENCE_KEY", fmt.Sprintf("Queue not associated with this SObject type: %s", id), f.Name)
		}
	}
	return nil
}

func (o *Org) queueTakes(id ID, group *Row, object string) bool {
	if o.get(group, o.Object("Group").Field("Type")).Text() != "Queue" {
		return false
	}
	queue, found := o.Object("QueueSobject"), false
	o.children(queue.Field("QueueId"), id, func(r *Row) {
		found = found || strings.EqualFold(o.get(r, queue.Field("SobjectType")).Text(), object)
	})
	return found
}
