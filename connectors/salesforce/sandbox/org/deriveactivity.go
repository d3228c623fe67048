package org

import "time"

// deriveTask sets the fields that a client cannot: closed from the status,
// the completion time, the priority flag and the account (Object Reference,
// "Task"). The completion time is the latest close: a save with an open status
// clears it, a save that was closed already leaves it.
func deriveTask(tx *Tx, old, row *Row) *Error {
	closed := false
	if r := tx.setting("TaskStatus", tx.val(row, "status").Text()); r != nil {
		closed = tx.val(r, "isclosed").Bool()
	}
	tx.set(row, "isclosed", boolValue(closed))
	switch {
	case !closed:
		tx.set(row, "completeddatetime", Value{})
	case tx.val(row, "completeddatetime").IsNull():
		tx.set(row, "completeddatetime", Value{kind: DateTime, n: row.modified})
	}
	high := false
	if r := tx.setting("TaskPriority", tx.val(row, "priority").Text()); r != nil {
		high = tx.val(r, "ishighpriority").Bool()
	}
	tx.set(row, "ishighpriority", boolValue(high))
	return tx.deriveActivity(row)
}

// deriveActivity sets AccountId: from WhatId when that is an account or has
// one, else from the contact in WhoId.
func (tx *Tx) deriveActivity(row *Row) *Error {
	who, what := tx.val(row, "whoid").ID(), tx.val(row, "whatid").ID()
	if who != 0 && what != 0 && tx.org.ObjectOf(who).Name == "Lead" {
		return refuse("FIELD_INTEGRITY_EXCEPTION", "Related To ID: a task or event on a lead cannot be related to another record", "WhatId")
	}
	account := Value{}
	switch {
	case what != 0 && tx.org.ObjectOf(what).Name == "Account":
		account = refValue(what)
	case what != 0:
		account = tx.val(tx.org.latest(what), "accountid")
	case who != 0:
		account = tx.val(tx.org.latest(who), "accountid")
	}
	tx.set(row, "accountid", account)
	return nil
}

// deriveEvent completes start, end and duration from whichever two were given
// (Object Reference, "Event").
func deriveEvent(tx *Tx, old, row *Row) *Error {
	if tx.val(row, "eventsubtype").IsNull() {
		tx.set(row, "eventsubtype", textValue("Event"))
	}
	if err := tx.deriveActivity(row); err != nil {
		return err
	}
	if tx.val(row, "isalldayevent").Bool() {
		return tx.deriveAllDay(row)
	}
	start := tx.changedOf(old, row, "startdatetime", "activitydatetime")
	if start.IsNull() {
		return errRequired([]string{"DurationInMinutes", "ActivityDateTime"})
	}
	end, minutes := tx.val(row, "enddatetime"), tx.val(row, "durationinminutes")
	endGiven := !same(end, tx.val(old, "enddatetime"))
	switch {
	case !end.IsNull() && (endGiven || minutes.IsNull()):
		minutes = intValue((end.n - start.n) / 60000)
	case !minutes.IsNull():
		end = Value{kind: DateTime, n: start.n + minutes.n*60000}
	default:
		return errRequired([]string{"DurationInMinutes"})
	}
	if minutes.n < 0 {
		return refuse("FIELD_INTEGRITY_EXCEPTION", "End Date Time: Event end must be after its start", "EndDateTime")
	}
	if minutes.n > 14*24*60 {
		return refuse("NUMBER_OUTSIDE_VALID_RANGE", "Duration: Event duration can not exceed 14 days", "DurationInMinutes")
	}
	tx.set(row, "startdatetime", start)
	tx.set(row, "activitydatetime", start)
	tx.set(row, "activitydate", dateValue(start.Time()))
	tx.set(row, "enddatetime", end)
	tx.set(row, "enddate", dateValue(end.Time()))
	tx.set(row, "durationinminutes", minutes)
	return nil
}

func (tx *Tx) deriveAllDay(row *Row) *Error {
	day := tx.val(row, "activitydate")
	if day.IsNull() {
		start := tx.val(row, "startdatetime")
		if start.IsNull() {
			return errRequired([]string{"ActivityDate"})
		}
		day = dateValue(start.Time())
	}
	minutes := tx.val(row, "durationinminutes")
	if minutes.IsNull() {
		minutes = intValue(24 * 60)
	}
	start := Value{kind: DateTime, n: day.n * 86400000}
	end := day.Time().Add(time.Duration(minutes.n)*time.Minute - time.Minute)
	tx.set(row, "activitydate", day)
	tx.set(row, "startdatetime", start)
	tx.set(row, "activitydatetime", start)
	tx.set(row, "enddatetime", timeValue(end))
	tx.set(row, "enddate", dateValue(end))
	tx.set(row, "durationinminutes", minutes)
	return nil
}

// changedOf returns whichever of two fields that mirror each other was given
// a new value, else the first that has one.
func (tx *Tx) changedOf(old, row *Row, names ...string) Value {
	for _, name := range names {
		if v := tx.val(row, name); !v.IsNull() && !same(v, tx.val(old, name)) {
			return v
		}
	}
	for _, name := range names {
		if v := tx.val(row, name); !v.IsNull() {
			return v
		}
	}
	return Value{}
}
