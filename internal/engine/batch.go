package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// batch holds the accounts that one transaction touches, and what is to be
// saved with them.
type batch struct {
	engine  *Engine
	tx      Tx
	policy  *workflows.Policy
	mapping *mapping.Mapping
	now     time.Time

	entries  map[string]*entry // by account id
	byRef    map[connectors.Ref]string
	touched  map[string]bool      // to be saved
	pending  map[string]bool      // to be matched by the next sweep, and decided then
	rekeyed  []MatchKey           // keys that a record has, or no longer has
	splits   map[Pair]bool        // nil until they are needed
	cases    map[string]MatchCase // open ones, nil until they are needed
	links    []Link
	reaches  []ReachRow // of records that are no accounts yet
	keys     []MatchKey
	points   []PointRow
	grown    []PointRow
	contacts []ContactRow
	gone     []connectors.Ref // contacts
	problems []ProblemRow
	settled  []settledRecord
	over     []connectors.Ref // records with a refused write that is not wanted any more
	retry    []string         // accounts whose parked writes are tried again
	ledger   *mapping.Ledger
	owners   map[string]string       // e-mail by user id of the page's CRM
	hidden   map[connectors.Ref]bool // records that must leave no trace
	made     map[string]string       // the keys of our own activities on the page, by id
	sold     map[connectors.Ref]mapping.SalesActivity
	sales    []mapping.SalesActivity
	stray    []mapping.Point                 // of the record at hand, which belongs to no account
	people   map[connectors.Ref]ContactRow   // what is known of the page's contacts
	merged   map[connectors.Ref]time.Time    // those that are gone
	reads    map[connectors.Ref]ActivityRead // and of its activities
	readings []ActivityRead                  // to be remembered
	unsold   []connectors.Ref                // sales activities that are gone
	through  time.Time                       // how far the page's object was read before
	sight
	read     *mapping.Horizon // how far both CRMs have been read, once needed
	drift    *drift           // nil unless everything is compared
	contests []ConflictRow
	peopled  *mapping.Mapping // with the users of both CRMs, once needed
	staff    workflows.Users  // the users of both CRMs, once needed
	given    *workflows.Load  // what everybody has been given, once needed
	waits    []WaitRow        // what accounts wait for from now on
}

// entry is one account as it is worked on.
type entry struct {
	row     AccountRow
	account *mapping.Account
	life    workflows.Life
	// waits is what kept it when it was read, or was noted last.
	waits *workflows.Wait
}

// settledRecord is a record that was read again: its old problems are over,
// except on the fields listed.
type settledRecord struct {
	ref    connectors.Ref
	except []string
}

func (e *Engine) batch(tx Tx) *batch {
	policy, m := e.rules()
	return &batch{
		engine: e, tx: tx, policy: policy, mapping: m, now: e.clock.Now(),
		entries: map[string]*entry{}, byRef: map[connectors.Ref]string{}, touched: map[string]bool{}, pending: map[string]bool{},
	}
}

// load brings accounts into the batch.
func (b *batch) load(ids []string) error {
	var missing []string
	for _, id := range ids {
		if b.entries[id] == nil {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	rows, err := b.tx.Accounts(missing)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if _, err := b.open(row); err != nil {
			return err
		}
	}
	return nil
}

// open decodes a row into the batch.
func (b *batch) open(row AccountRow) (*entry, error) {
	if en := b.entries[row.ID]; en != nil {
		return en, nil
	}
	a, err := b.mapping.Decode(row.ID, row.Doc)
	if err != nil {
		return nil, err
	}
	en := &entry{row: row, account: a}
	if len(row.Life) > 0 {
		if err := json.Unmarshal(row.Life, &en.life); err != nil {
			return nil, fmt.Errorf("decoding the life of account %s: %w", row.ID, err)
		}
	}
	en.waits = waitOf(en.life)
	b.entries[row.ID] = en
	if row.Dirty { // it waits for the sweep, which may find out who it is
		b.pending[row.ID] = true
	}
	return en, nil
}

// openAll decodes rows into the batch and returns their ids.
func (b *batch) openAll(rows []AccountRow) ([]string, error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		if _, err := b.open(row); err != nil {
			return nil, err
		}
		ids[i] = row.ID
	}
	return ids, nil
}

// create makes an account of a record that belongs to none. Its id follows
// from the record, so that the same org always gives the same ids, and with
// them the same keys of tasks.
func (b *batch) create(ref connectors.Ref) (*entry, error) {
	id, err := b.uniqueID(ref)
	if err != nil {
		return nil, err
	}
	en := &entry{row: AccountRow{ID: id}, account: b.mapping.NewAccount(id)}
	b.entries[id] = en
	b.link(ref, id)
	b.pend(en)
	return en, nil
}

func accountID(ref connectors.Ref) string {
	if ref.System == connectors.HubSpot {
		return "hs-" + ref.ID
	}
	return "sf-" + ref.ID
}

// pend marks an account whose partner is to be looked for: by the next sweep,
// when all that both CRMs had to tell has been read, so that the order of
// reading decides nothing.
func (b *batch) pend(en *entry) {
	b.touch(en) // what is stored as dirty is left to the sweep by later pages, too
	b.pending[en.row.ID] = true
}

// link says from now on which account a record belongs to.
func (b *batch) link(ref connectors.Ref, account string) {
	b.byRef[ref] = account
	b.links = append(b.links, Link{Ref: ref, Account: account})
}

// touch marks an account to be saved and decided.
func (b *batch) touch(en *entry) {
	en.row.Dirty = true
	b.touched[en.row.ID] = true
}

// keep marks an account to be saved as it is.
func (b *batch) keep(en *entry) { b.touched[en.row.ID] = true }

// touchedIDs lists the accounts to be saved, in a fixed order.
func (b *batch) touchedIDs() []string {
	ids := make([]string, 0, len(b.touched))
	for id := range b.touched {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return ids
}

// save writes everything that the batch holds.
func (b *batch) save() error {
	if err := b.saveRelated(); err != nil {
		return err
	}
	return b.saveAccounts()
}

// saveRelated writes all but the accounts themselves: what matching and
// deciding look up.
func (b *batch) saveRelated() error {
	if err := b.saveLinks(); err != nil {
		return err
	}
	if err := b.tx.PutReaches(b.reaches); err != nil {
		return err
	}
	if err := b.tx.PutKeys(b.keys); err != nil {
		return err
	}
	if _, err := b.tx.AddPoints(b.points); err != nil {
		return err
	}
	if err := b.tx.PutPoints(b.grown); err != nil {
		return err
	}
	if err := b.saveReadings(); err != nil {
		return err
	}
	if err := b.tx.PutActivityReads(b.readings); err != nil {
		return err
	}
	b.readings = nil
	if err := b.tx.PutContacts(b.contacts); err != nil {
		return err
	}
	if err := b.tx.DeleteContacts(b.gone); err != nil {
		return err
	}
	if err := b.saveSales(); err != nil {
		return err
	}
	if err := b.settleOver(); err != nil {
		return err
	}
	if err := b.saveProblems(); err != nil {
		return err
	}
	if err := b.tx.RetryParked(b.retry, b.now); err != nil {
		return err
	}
	if err := b.tx.AddConflicts(b.contests); err != nil {
		return err
	}
	b.retry, b.contests, b.reaches = nil, nil, nil
	b.keys, b.points, b.grown, b.contacts, b.gone, b.problems, b.settled = nil, nil, nil, nil, nil, nil, nil
	return nil
}

func (b *batch) saveAccounts() error {
	rows := make([]AccountRow, 0, len(b.touched))
	for _, id := range b.touchedIDs() {
		en := b.entries[id]
		if err := errors.Join(b.encode(en), b.noteWait(en)); err != nil {
			return err
		}
		rows = append(rows, en.row)
	}
	if err := b.tx.AddWaits(b.waits); err != nil {
		return err
	}
	b.waits = nil
	return b.tx.PutAccounts(rows)
}

// encode brings the row up to date with the account.
func (b *batch) encode(en *entry) error {
	doc, err := b.mapping.Encode(en.account)
	if err != nil {
		return err
	}
	life, err := json.Marshal(en.life)
	if err != nil {
		return fmt.Errorf("encoding the life of account %s: %w", en.row.ID, err)
	}
	en.row.Doc, en.row.Life, en.row.State, en.row.Changed = doc, life, string(en.life.State), b.now
	en.row.Name = b.mapping.Text(en.account, mapping.NameField)
	en.row.Domain = mapping.Domain(b.mapping.Text(en.account, mapping.DomainField))
	en.row.Both = len(homes(en.account)) == len(mapping.Sides())
	return nil
}

// saveProblems settles first what was read anew, then adds what is wrong now.
func (b *batch) saveProblems() error {
	refs := make([]connectors.Ref, len(b.settled))
	for i, s := range b.settled {
		refs[i] = s.ref
	}
	have, err := b.tx.ProblemRefs(refs)
	if err != nil {
		return err
	}
	for _, s := range b.settled {
		if !have[s.ref] {
			continue
		}
		if err := b.tx.SettleProblems(s.ref, s.except); err != nil {
			return err
		}
	}
	for _, p := range b.problems {
		reason := p.Reason
		if p.Ref.Object != connectors.Account && p.Value != "" {
			reason = "the value does not fit" // a person's data stays out of the log (I8)
		}
		b.engine.log.Warn("parked", "ref", p.Ref.String(), "field", p.Field, "reason", reason)
	}
	b.engine.tally.add(func(t *tally) { t.parked += len(b.problems) })
	return b.tx.PutProblems(b.problems)
}

// homes are the records of an account, which its signals and contacts hang on.
func homes(a *mapping.Account) []connectors.Ref {
	var refs []connectors.Ref
	for _, s := range mapping.Sides() {
		if ref, ok := a.Ref(s); ok {
			refs = append(refs, ref)
		}
	}
	return refs
}
