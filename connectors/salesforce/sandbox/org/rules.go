package org

import (
	"fmt"
	"strings"
)

// RuleKind names what a Rule does.
type RuleKind string

// The kinds of rules that an org's admin sets up.
const (
	// Validation refuses a save that leaves Field at Equals.
	Validation RuleKind = "validation_rule"
	// Duplicate refuses a save whose Field another live row has as well.
	Duplicate RuleKind = "duplicate_rule"
	// Lock refuses saves of one row: an approval process, or another
	// transaction that holds it.
	Lock RuleKind = "record_lock"
)

// Rule is an org rule that saves over the API must pass.
type Rule struct {
	Kind    RuleKind
	Object  string
	Field   string
	Equals  string // Validation: the text form of the value that is refused; "" refuses an empty field
	Message string
	Code    string // Lock: ENTITY_IS_LOCKED or UNABLE_TO_LOCK_ROW
	Record  ID     // Lock
	// AllowSave: a duplicate rule that alerts, which a client may pass with
	// Sforce-Duplicate-Rule-Header: allowSave=true.
	AllowSave bool
}

// SetRules replaces the org's rules.
func (o *Org) SetRules(rules []Rule) { o.rules = rules }

func (o *Org) checkLocks(id ID) *Error {
	for _, r := range o.rules {
		if r.Kind != Lock || id == 0 || r.Record != id {
			continue
		}
		if r.Code == "UNABLE_TO_LOCK_ROW" {
			return refuse("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
		}
		return refuse("ENTITY_IS_LOCKED", "This record is locked. If you need to edit it, contact your admin.")
	}
	return nil
}

func (o *Org) checkRules(tx *Tx, obj *Object, old, row *Row) *Error {
	for _, rule := range o.rules {
		if rule.Kind == Lock || !strings.EqualFold(rule.Object, obj.Name) {
			continue
		}
		f := obj.Field(rule.Field)
		if f == nil {
			continue
		}
		var err *Error
		if rule.Kind == Validation {
			err = o.checkValidation(rule, f, row)
		} else {
			err = o.checkDuplicate(tx, rule, f, old, row)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (o *Org) checkValidation(rule Rule, f *Field, row *Row) *Error {
	if !strings.EqualFold(o.get(row, f).String(), rule.Equals) {
		return nil
	}
	message := rule.Message
	if message == "" {
		message = fmt.Sprintf("%s is not allowed here", f.Label)
	}
	return refuse("FIELD_CUSTOM_VALIDATION_EXCEPTION", message, f.Name)
}

func (o *Org) checkDuplicate(tx *Tx, rule Rule, f *Field, old, row *Row) *Error {
	v := o.get(row, f)
	if rule.AllowSave && tx.AllowDuplicates || v.IsNull() || old != nil && compare(o.get(old, f), v) == 0 {
		return nil
	}
	var matches []ID
	for _, r := range f.object.table.rows {
		if r != nil && r.id != row.id && !r.deleted && !r.purged && compare(o.get(r, f), v) == 0 {
			matches = append(matches, r.id)
		}
	}
	if len(matches) == 0 {
		return nil
	}
	message := rule.Message
	if message == "" {
		message = "Use one of these records?"
	}
	return &Error{Code: "DUPLICATES_DETECTED", Message: message, Matches: matches, Entity: f.object.Name, Root: tx.Root, AllowSave: rule.AllowSave}
}
