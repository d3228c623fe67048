package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// A reload reads an object from its beginning once more, under a cursor of its
// own, so that reading changes goes on meanwhile as if nothing were. It fills
// fields that the mapping has gained, tries values that did not fit, and finds
// what reading changes has missed.
const reloadMark = "@reload"

func reloadObject(o connectors.Object) connectors.Object { return o + reloadMark }

// reloadedObject is the object that a cursor reads, be it for the reload or not.
func reloadedObject(o connectors.Object) connectors.Object {
	return connectors.Object(strings.TrimSuffix(string(o), reloadMark))
}

// Why a reload runs.
const (
	reloadMapping  = "the mapping reads more than before"
	reloadScope    = "the mapping's where clause has changed"
	reloadRules    = "the match rules have changed"
	reloadProblems = "values that did not fit are tried again"
	reloadCompare  = "comparing with the CRM"
)

// reload is the state of one, as it is kept in the settings.
type reload struct {
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
	Read   int       `json:"read"`
	// Missed counts records that reading changes should have brought.
	Missed int `json:"missed"`
}

func settingReload(system connectors.System, o connectors.Object) string {
	return "reload/" + string(system) + "/" + string(o)
}

// begin starts a reload of an object that has been read before. One that is
// under way starts again: it may have begun before what is new.
func (e *Engine) begin(tx Tx, system connectors.System, o connectors.Object, reason string) error {
	cursors, err := tx.Cursors(system)
	if err != nil || cursors[o].Cursor == "" && !cursors[o].Loaded {
		return err
	}
	var running reload
	if err := getSetting(tx, settingReload(system, o), &running); err != nil {
		return err
	}
	if running.Reason == reloadScope || running.Reason == reloadRules && reason != reloadScope {
		reason = running.Reason // its end has more to do than the others', or nothing is decided before it
	}
	if err := e.dropCursor(tx, cursors[reloadObject(o)]); err != nil {
		return err
	}
	e.log.Info("reading everything once more", "system", system, "object", o, "reason", reason)
	return putSetting(tx, settingReload(system, o), reload{Reason: reason, Since: e.clock.Now()})
}

// selected is what was read of an object when the store was opened last.
type selected struct {
	Fields  []string `json:"fields"`
	History []string `json:"history"`
	Where   string   `json:"where"`
	// Outside is what was read of records out of scope, Rules what records
	// were compared by; both of accounts alone.
	Outside []string `json:"outside"`
	Rules   []string `json:"rules"`
	// Readings are what the mapping makes of the fields; nil where that was
	// not kept yet.
	Readings []string `json:"readings,omitempty"`
}

// covers tells whether everything that the other reads is read here.
func (s selected) covers(other selected) bool {
	within := func(list, in []string) bool {
		return !slices.ContainsFunc(list, func(x string) bool { return !slices.Contains(in, x) })
	}
	return within(other.Fields, s.Fields) && within(other.History, s.History) && (s.Readings == nil || within(other.Readings, s.Readings))
}

// reason is why what was read before has to be read once more, "" if it has
// not: what records are compared by is not stored but as keys, so another rule
// needs all records.
func (s selected) reason(before selected) string {
	switch {
	case s.Where != before.Where, !slices.Equal(s.Outside, before.Outside):
		return reloadScope
	case !slices.Equal(s.Rules, before.Rules):
		return reloadRules
	case !before.covers(s):
		return reloadMapping
	}
	return ""
}

// planReloads compares what the mapping reads now with what it read before. A
// field that is gone needs nothing; the CRM's data is left alone.
func (e *Engine) planReloads(tx Tx, policyChanged bool) error {
	policy, m := e.rules()
	for _, system := range e.order {
		sel := Reads(policy, system)
		for _, o := range e.connectors[system].Objects() {
			now := selected{Fields: sel.Fields[o], History: sel.History[o]}
			if o == connectors.Account {
				now.Where, now.Rules, now.Readings = m.Where(mapping.SideOf(system)), m.RuleTexts(), m.Readings(mapping.SideOf(system))
				if now.Where != "" {
					now.Outside = sel.Outside[o]
				}
			}
			if err := e.planReload(tx, system, o, now); err != nil {
				return err
			}
		}
		if err := e.dropUnread(tx, system); err != nil {
			return err
		}
	}
	if !policyChanged {
		return nil
	}
	return e.retryProblems(tx, "")
}

func (e *Engine) planReload(tx Tx, system connectors.System, o connectors.Object, now selected) error {
	key := "selection/" + string(system) + "/" + string(o)
	text, err := tx.Setting(key)
	if err != nil {
		return err
	}
	var before selected
	if text != "" {
		if err := json.Unmarshal([]byte(text), &before); err != nil {
			return fmt.Errorf("decoding setting %s: %w", key, err)
		}
		if reason := now.reason(before); reason != "" {
			if err := e.begin(tx, system, o, reason); err != nil {
				return err
			}
		}
	}
	data, err := json.Marshal(now)
	if err != nil || string(data) == text {
		return err
	}
	return tx.PutSetting(key, string(data))
}

// retryProblems reads again the objects in which a value did not fit; system
// "" means all of them.
func (e *Engine) retryProblems(tx Tx, system connectors.System) error {
	refs, err := tx.ObjectsInTrouble()
	if err != nil {
		return err
	}
	for _, r := range refs {
		c := e.connectors[r.System]
		if system != "" && r.System != system || c == nil || !slices.Contains(c.Objects(), r.Object) {
			continue
		}
		if err := e.begin(tx, r.System, r.Object, reloadProblems); err != nil {
			return err
		}
	}
	return nil
}

// identifying tells why a reload runs that may change which records are one
// account, or whether it is in scope, "" if none does: until it is done nothing
// is decided (I12).
func (e *Engine) identifying(tx Tx) (reason string, err error) {
	for _, system := range e.order {
		var running reload
		if err := getSetting(tx, settingReload(system, connectors.Account), &running); err != nil {
			return "", err
		}
		if running.Reason == reloadScope || running.Reason == reloadRules {
			return running.Reason + ": all accounts of " + string(system) + " are read once more first", nil
		}
	}
	return "", nil
}

// Reload goes on with the reloads of one CRM until they are done.
func (e *Engine) Reload(ctx context.Context, system connectors.System) error {
	if err := e.known(ctx, system); err != nil {
		return err
	}
	if err := e.endAbandoned(ctx, system); err != nil {
		return err
	}
	for _, o := range e.connectors[system].Objects() {
		for ctx.Err() == nil {
			done, err := e.reloadPage(ctx, system, o)
			if err != nil {
				return fmt.Errorf("reading all %s records of %s once more: %w", o, system, err)
			}
			if done {
				break
			}
		}
	}
	return nil
}

// reloadPage reads the next page of a reload; done means that none is due.
func (e *Engine) reloadPage(ctx context.Context, system connectors.System, o connectors.Object) (done bool, err error) {
	var state reload
	var row CursorRow
	err = e.store.View(ctx, func(tx Tx) error {
		cursors, err := tx.Cursors(system)
		if err != nil {
			return err
		}
		row, done = cursors[reloadObject(o)], !cursors[o].Loaded
		return getSetting(tx, settingReload(system, o), &state)
	})
	if err != nil || done || state.Reason == "" {
		return true, err
	}
	if row.Loaded { // all is read, but the end was not reached
		return true, e.finish(ctx, system, o, state)
	}
	pages, err := e.connectors[system].Read(ctx, []connectors.ReadRequest{{Object: o, Cursor: row.Cursor}})
	if err != nil {
		return false, err
	}
	page := pages[0]
	if page.Err != nil {
		page.Object = reloadObject(o)
		if err := e.restart(ctx, system, page); err != nil {
			return false, err
		}
		return false, page.Err
	}
	return false, e.commitReload(ctx, system, page, state)
}

// commitReload takes a page through the same doors as any other.
func (e *Engine) commitReload(ctx context.Context, system connectors.System, page connectors.Page, state reload) error {
	return e.store.Update(ctx, func(tx Tx) error {
		cursors, err := tx.Cursors(system)
		if err != nil {
			return err
		}
		b := e.batch(tx)
		b.drift = newDrift(state, cursors[page.Object].Through)
		if err := b.ingest(page); err != nil {
			return err
		}
		if err := b.saveRelated(); err != nil {
			return err
		}
		refs := make([]connectors.Ref, len(page.Records))
		for i, r := range page.Records {
			refs[i] = r.Ref
		}
		if err := tx.MarkSeen(refs); err != nil {
			return err
		}
		state.Read += len(page.Records)
		state.Missed += b.drift.missed
		if err := putSetting(tx, settingReload(system, page.Object), state); err != nil {
			return err
		}
		err = tx.PutCursor(CursorRow{
			System: system, Object: reloadObject(page.Object), Cursor: page.Next, Loaded: page.Loaded, Changed: e.clock.Now(),
		})
		if err != nil {
			return err
		}
		e.tally.add(func(t *tally) { t.read[system] += len(page.Records); t.changed += len(b.touched) })
		if ready, err := e.settle(tx, b); err != nil || !ready || !page.Loaded {
			return err
		}
		return e.act(tx, sight{})
	})
}

// getSetting reads a setting that holds JSON; one that was never set, or was
// emptied, leaves v alone.
func getSetting(tx Tx, key string, v any) error {
	text, err := tx.Setting(key)
	if err != nil || text == "" {
		return err
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("decoding setting %s: %w", key, err)
	}
	return nil
}

func putSetting(tx Tx, key string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding setting %s: %w", key, err)
	}
	return tx.PutSetting(key, string(data))
}
