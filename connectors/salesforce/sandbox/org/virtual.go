package org

import (
	"strings"
	"time"
)

// archiveAfter is how old a closed task or an event must be to be archived
// (SOAP API Developer Guide, "Archived Activities").
const archiveAfter = 365 * 24 * time.Hour

// attachVirtuals gives the fields that are worked out on reading their
// functions.
func (o *Org) attachVirtuals() {
	set := func(object, field string, f func(*Org, *Row) Value) {
		o.Object(object).Field(field).virtual = f
	}
	for _, object := range []string{"Account", "Contact", "Lead"} {
		set(object, "PhotoUrl", photoURL)
	}
	set("Account", "LastActivityDate", lastActivity("AccountId"))
	set("Contact", "LastActivityDate", lastActivity("WhoId"))
	set("Lead", "LastActivityDate", lastActivity("WhoId"))
	set("Opportunity", "LastActivityDate", lastActivity("WhatId"))
	set("Opportunity", "HasOpenActivity", hasOpen(false))
	set("Opportunity", "HasOverdueTask", hasOpen(true))
	set("Contact", "IsEmailBounced", func(o *Org, r *Row) Value {
		return boolValue(!o.get(r, o.Object("Contact").byName["emailbounceddate"]).IsNull())
	})
	for _, kind := range []string{"Phone", "Email", "Fax"} {
		set("Case", "Contact"+kind, ofContact(strings.ToLower(kind)))
	}
	set("Case", "ContactMobile", ofContact("mobilephone"))
	set("Task", "IsArchived", func(o *Org, r *Row) Value { return boolValue(o.archived(r)) })
	set("Event", "IsArchived", func(o *Org, r *Row) Value { return boolValue(o.archived(r)) })
	for _, obj := range o.objects {
		for _, f := range obj.Fields {
			if f.Type == "address" {
				f.virtual = noValue
			}
		}
	}
}

// ofContact reads a field of the contact that a case is from.
func ofContact(field string) func(*Org, *Row) Value {
	return func(o *Org, r *Row) Value {
		contact := o.latest(r.cell(o.Object("Case").byName["contactid"].slot).ID())
		if contact == nil {
			return Value{}
		}
		return o.get(contact, o.Object("Contact").byName[field])
	}
}

// noValue stands for compound fields, which render from their parts.
func noValue(*Org, *Row) Value { return Value{} }

func photoURL(_ *Org, r *Row) Value { return textValue("/services/images/photo/" + r.id.String()) }

// archived tells whether an activity has left the ordinary queries. It works
// on the object's own rows only.
func (o *Org) archived(r *Row) bool {
	obj := o.ObjectOf(r.id)
	limit := o.now().Add(-archiveAfter)
	switch obj.Name {
	case "Task":
		if !r.cell(obj.byName["isclosed"].slot).Bool() {
			return false
		}
		if d := r.cell(obj.byName["activitydate"].slot); !d.IsNull() {
			return d.Time().Before(limit)
		}
		return time.UnixMilli(r.created).Before(limit)
	case "Event":
		return r.cell(obj.byName["enddatetime"].slot).Time().Before(limit)
	}
	return false
}

// lastActivity is the latest due date of a closed task or of a past event on
// the record (Object Reference, "Account", LastActivityDate).
func lastActivity(through string) func(*Org, *Row) Value {
	return func(o *Org, r *Row) Value {
		var last Value
		today := dateValue(o.now())
		for _, name := range []string{"Task", "Event"} {
			obj := o.Object(name)
			date := obj.Field("ActivityDate")
			o.children(obj.Field(through), r.id, func(a *Row) {
				v := a.cell(date.slot)
				done := name == "Task" && a.cell(obj.byName["isclosed"].slot).Bool() || name == "Event" && compare(v, today) <= 0
				if done && (last.IsNull() || compare(v, last) > 0) {
					last = v
				}
			})
		}
		return last
	}
}

func hasOpen(overdue bool) func(*Org, *Row) Value {
	return func(o *Org, r *Row) Value {
		found := false
		today := dateValue(o.now())
		obj := o.Object("Task")
		o.children(obj.byName["whatid"], r.id, func(t *Row) {
			due := t.cell(obj.byName["activitydate"].slot)
			open := !t.cell(obj.byName["isclosed"].slot).Bool()
			found = found || open && (!overdue || !due.IsNull() && compare(due, today) < 0)
		})
		return boolValue(found)
	}
}
