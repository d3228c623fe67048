package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// createWait is how long a record waits that cannot be made yet.
const createWait = time.Minute

// round counts what one round of deliveries may still do.
type round struct{ creates int }

// turnOf judges a record to be made at its turn, for much may have happened
// since it was asked for: a partner may have been found, or the rule may no
// longer hold. It tells whether the row goes out, and changes it if it does not.
func (e *Engine) turnOf(tx Tx, r *OutboxRow, round *round) (bool, error) {
	if r.Kind != kindCreateAccount || r.State != OutboxPending {
		return true, nil
	}
	b := e.batch(tx)
	wait, why, err := b.ripe(r)
	switch {
	case err != nil:
		return false, err
	case wait != "":
		r.NotBefore, r.Error = b.now.Add(createWait), wait
		return false, nil
	case why != "":
		r.State, r.Held, r.Error = OutboxParked, "", "not made: "+why
		b.settled = append(b.settled, settledRecord{ref: unborn(r.Account, r.System)})
		return false, b.save()
	}
	round.creates--
	return true, b.save() // values that do not fit
}

// ripe says what the row waits for, or why it is not wanted; if neither, the
// row's payload is the record as it is to be made now.
func (b *batch) ripe(r *OutboxRow) (wait, why string, err error) {
	if wait, err = b.unread(r.System); err != nil || wait != "" {
		return wait, "", err
	}
	if err := b.load([]string{r.Account}); err != nil {
		return "", "", err
	}
	en := b.entries[r.Account]
	if en == nil {
		return "", "its account is gone", nil
	}
	if en.row.Dirty {
		return "the account is to be decided first", "", nil
	}
	ids := []string{r.Account}
	histories, err := b.histories(ids)
	if err != nil {
		return "", "", err
	}
	cases, err := b.openCases(ids)
	if err != nil {
		return "", "", err
	}
	system, why, err := b.lacks(en, histories[r.Account], cases[r.Account])
	switch {
	case err != nil || why != "":
		return "", why, err
	case system != r.System:
		return "", "the account has a record there", nil
	}
	return b.compose(en, r)
}

// unread says why it is not known what the CRM has: all accounts are compared
// first (I13), and so is what we may just have made in the other one, which
// would look like an account that this one lacks.
func (b *batch) unread(system connectors.System) (string, error) {
	if done, err := b.engine.complete(b.tx); err != nil || !done {
		return "both CRMs are to be read and compared first", err
	}
	if why, err := b.engine.identifying(b.tx); err != nil || why != "" {
		return why, err
	}
	other := mapping.SideOf(system).Other().System()
	if n, err := b.tx.CreatesUnderWay(other); err != nil || n > 0 {
		return fmt.Sprintf("%d records are being made in %s", n, other), err
	}
	return "", nil
}

// compose fills the row with what the record is to hold. The CRM must have
// been read beyond the account's own last change, or its twin may stand there.
func (b *batch) compose(en *entry, r *OutboxRow) (wait, why string, err error) {
	cursors, err := b.tx.Cursors(r.System)
	if err != nil {
		return "", "", err
	}
	side := mapping.SideOf(r.System)
	created := en.account.Views[side.Other()].Created
	if through := cursors[connectors.Account].Through; !created.IsZero() && !through.After(created) {
		return fmt.Sprintf("%s is read up to %s only", r.System, through.UTC().Format(time.RFC3339)), "", nil
	}
	m, err := b.withPeople()
	if err != nil {
		return "", "", err
	}
	fields, problems := m.Newborn(en.account, side)
	b.parkUnborn(en, r.System, problems)
	w := connectors.Write{Key: r.Key, Op: connectors.CreateAccount, Ref: connectors.Ref{System: r.System, Object: connectors.Account}, Fields: fields, Since: b.now}
	if r.Payload, err = json.Marshal(w); err != nil {
		return "", "", fmt.Errorf("encoding %s: %w", r.Key, err)
	}
	return "", "", b.tx.PutPayloads([]OutboxRow{*r})
}

// unbornObject keeps what a record lacks that is made apart from what was
// wrong with the record that it is made from.
const unbornObject = connectors.Object("create")

// unborn names the record to be made by the one that is there.
func unborn(account string, system connectors.System) connectors.Ref {
	return connectors.Ref{System: system, Object: unbornObject, ID: account}
}

func (b *batch) parkUnborn(en *entry, system connectors.System, problems []mapping.Problem) {
	ref := unborn(en.row.ID, system)
	b.settled = append(b.settled, settledRecord{ref: ref})
	for _, p := range problems {
		b.problems = append(b.problems, ProblemRow{Ref: ref, Field: p.Field, Vendor: p.Vendor, Value: p.Value, Reason: "made without it: " + p.Reason, Since: b.now})
	}
}

// birth is a record that a CRM has made for an account.
type birth struct {
	row     OutboxRow
	id      string
	dropped []*connectors.Error
	// earlier: the CRM refused to make it a second time. What the first
	// request had sent is not known for sure, so the next read tells.
	earlier bool
}

// bear notes a record that was made, to be linked when the results are saved.
func (d *delivery) bear(r OutboxRow, result connectors.Result) {
	if r.Kind == kindCreateAccount && (result.Outcome == connectors.Done || result.Outcome == connectors.Existed) {
		earlier := result.Outcome == connectors.Existed && r.State == OutboxPending
		d.born = append(d.born, birth{row: r, id: result.ID, dropped: result.Dropped, earlier: earlier})
	}
}

// christen links the records that were made with their accounts, in the
// transaction that records the results: when a poll brings them, they are known.
func (d *delivery) christen(tx Tx) error {
	if len(d.born) == 0 {
		return nil
	}
	b := d.engine.batch(tx)
	var errs []error
	for _, born := range d.born {
		errs = append(errs, b.christen(born))
	}
	if err := errors.Join(append(errs, b.save())...); err != nil {
		return fmt.Errorf("linking records that were made: %w", err)
	}
	return nil
}

func (b *batch) christen(born birth) error {
	var w connectors.Write
	if err := json.Unmarshal(born.row.Payload, &w); err != nil {
		return fmt.Errorf("decoding write %s: %w", born.row.Key, err)
	}
	ref := connectors.Ref{System: born.row.System, Object: connectors.Account, ID: born.id}
	source := sourceOf(born.row)
	if err := b.loadRecords([]connectors.Ref{ref, source}); err != nil {
		return err
	}
	en, other := b.find(source), b.find(ref)
	side := mapping.SideOf(ref.System)
	switch {
	case en == nil, en == other && en.account.Views[side] != nil:
		return nil // read in the meantime, and joined by a rule
	case other != nil && other != en:
		return b.adoptBorn(en, other, ref)
	case en.account.Views[side] != nil:
		b.stranger(en, ref)
		return nil
	}
	if born.earlier {
		w.Fields = nil
	}
	b.mapping.Born(en.account, side, ref.ID, w.Fields)
	en.account.Linked = linkedByCreate
	b.link(ref, en.row.ID)
	b.took(en, side, &verdict{ref: ref, sent: w.Fields, dropped: droppedNames(born.dropped)})
	b.touch(en)
	b.engine.log.Info("created", "account", en.row.ID, "system", ref.System, "record", ref.ID)
	return nil
}

func droppedNames(dropped []*connectors.Error) []string {
	var names []string
	for _, e := range dropped {
		names = append(names, e.Field)
	}
	return names
}

// adoptBorn joins the account with the one that a poll has made of the new
// record before its link was known.
func (b *batch) adoptBorn(en, other *entry, ref connectors.Ref) error {
	if !free(en) || !free(other) || widowed(en) || widowed(other) {
		b.stranger(en, ref)
		return nil
	}
	if ref.System == connectors.HubSpot {
		return b.join(en, other, linkedByCreate)
	}
	return b.join(other, en, linkedByCreate)
}

// stranger reports a record that was made for an account which has got another
// partner meanwhile: a person must say which of the two stays.
func (b *batch) stranger(en *entry, ref connectors.Ref) {
	b.problems = append(b.problems, ProblemRow{
		Ref: unborn(en.row.ID, ref.System), Value: ref.ID, Since: b.now,
		Reason: "the record was made, and meanwhile the account got another one there: merge the two",
	})
}

// sourceOf is the record that the account of a row began with; its link leads
// to the account, whatever was merged since.
func sourceOf(r OutboxRow) connectors.Ref {
	id := strings.TrimSuffix(r.Key, "/create/"+string(r.System))
	_, id, _ = strings.Cut(id, "-")
	return connectors.Ref{System: mapping.SideOf(r.System).Other().System(), Object: connectors.Account, ID: id}
}

// PlannedCreate tells which records would be made in a CRM: how many, and
// which are the first.
type PlannedCreate struct {
	System connectors.System `json:"system"`
	Count  int               `json:"count"`
	// Accounts and Names are those of the first, in the same order.
	Accounts []string `json:"accounts"`
	Names    []string `json:"names"`
	// PerRound is how many one round makes at most.
	PerRound int `json:"per_round"`
}

// NamedCreates is how many of the records to be made are named to people.
const NamedCreates = 20

// creates lists what is to be made, naming most.
func (e *Engine) creates(tx Tx, most int) (out []PlannedCreate, err error) {
	policy, m := e.rules()
	for _, system := range e.order {
		if policy.Create[mapping.SideOf(system)] == nil {
			continue
		}
		rows, all, err := tx.Creations(system, most)
		if err != nil {
			return nil, err
		}
		if all == 0 {
			continue
		}
		p := PlannedCreate{System: system, Count: all, PerRound: m.CreatePerRound}
		for _, r := range rows {
			p.Accounts, p.Names = append(p.Accounts, r.Account), append(p.Names, r.Name)
		}
		out = append(out, p)
	}
	return out, nil
}

// PlannedCreates tells which records mapping.create is about to make, naming
// at most so many per CRM.
func (e *Engine) PlannedCreates(ctx context.Context, most int) (out []PlannedCreate, err error) {
	err = e.store.View(ctx, func(tx Tx) error {
		out, err = e.creates(tx, most)
		return err
	})
	return out, err
}
