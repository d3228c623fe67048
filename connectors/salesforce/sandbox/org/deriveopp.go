package org

import (
	"fmt"
	"strings"
)

// stage finds the OpportunityStage row of a stage name.
func (tx *Tx) stage(name string) *Row {
	return tx.setting("OpportunityStage", name)
}

// setting finds the row of a picklist's setup object by its API name.
func (tx *Tx) setting(object, name string) *Row {
	obj := tx.org.Object(object)
	f := obj.byName["apiname"]
	for _, r := range obj.table.rows {
		if r != nil && strings.EqualFold(r.cell(f.slot).s, name) {
			return r
		}
	}
	return nil
}

// deriveOpportunity sets what follows from the stage: closed, won, probability
// and forecast category unless they were given, the expected amount and the
// fiscal period (Object Reference, "Opportunity").
func deriveOpportunity(tx *Tx, old, row *Row) *Error {
	stage := tx.val(row, "stagename")
	if moved := old == nil || !same(tx.val(old, "stagename"), stage); moved {
		if r := tx.stage(stage.Text()); r != nil {
			tx.set(row, "isclosed", tx.val(r, "isclosed"))
			tx.set(row, "iswon", tx.val(r, "iswon"))
			if p := tx.val(row, "probability"); p.IsNull() || old != nil && same(p, tx.val(old, "probability")) {
				tx.set(row, "probability", tx.val(r, "defaultprobability"))
			}
			if c := tx.val(row, "forecastcategoryname"); c.IsNull() || old != nil && same(c, tx.val(old, "forecastcategoryname")) {
				tx.set(row, "forecastcategoryname", tx.val(r, "forecastcategoryname"))
				tx.set(row, "forecastcategory", tx.val(r, "forecastcategory"))
			}
		} else {
			tx.set(row, "isclosed", Value{})
			tx.set(row, "iswon", Value{})
		}
		if old != nil {
			tx.set(row, "laststagechangedate", Value{kind: DateTime, n: tx.now})
		}
	}
	if amount := tx.val(row, "amount"); amount.IsNull() {
		tx.set(row, "expectedrevenue", Value{})
	} else {
		tx.set(row, "expectedrevenue", doubleValue(round(amount.Float()*tx.val(row, "probability").Float()/100, 2)))
	}
	if d := tx.val(row, "closedate"); !d.IsNull() {
		year, quarter := d.Time().Year(), (int(d.Time().Month())+2)/3
		tx.set(row, "fiscalyear", intValue(int64(year)))
		tx.set(row, "fiscalquarter", intValue(int64(quarter)))
		tx.set(row, "fiscal", textValue(fmt.Sprintf("%d %d", year, quarter)))
	}
	return nil
}

// afterOpportunity writes the stage history and moves the activities of an
// opportunity that has changed its account.
func afterOpportunity(tx *Tx, old, row *Row) {
	changed := old == nil
	for _, name := range []string{"amount", "probability", "stagename", "closedate"} {
		changed = changed || !same(tx.val(old, name), tx.val(row, name))
	}
	if changed {
		obj := tx.org.Object("OpportunityHistory")
		h := tx.newRow(obj)
		h.created, h.stamp, h.createdBy = row.modified, row.modified, row.modifiedBy
		tx.set(h, "opportunityid", refValue(row.id))
		for _, name := range []string{"stagename", "amount", "expectedrevenue", "closedate", "probability", "forecastcategory"} {
			tx.set(h, name, tx.val(row, name))
		}
		tx.write(obj, nil, h)
	}
	if old != nil && !same(tx.val(old, "accountid"), tx.val(row, "accountid")) {
		tx.moveActivities(row.id, tx.val(row, "accountid"))
	}
}

func (tx *Tx) moveActivities(what ID, account Value) {
	for _, name := range []string{"Task", "Event"} {
		obj := tx.org.Object(name)
		tx.org.children(obj.byName["whatid"], what, func(r *Row) {
			tx.touch(obj, r, func(c *Row) { tx.set(c, "accountid", account) })
		})
	}
}
