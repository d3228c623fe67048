package engine

import (
	"encoding/json"
	"fmt"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// kindCreateAccount is the kind of the outbox rows that make a record.
const kindCreateAccount = string(connectors.CreateAccount)

// linkedByCreate is what Linked says of accounts whose other record was made.
const linkedByCreate = "created"

// createKey names the one record that an account ever gets in a CRM: one that
// was deleted there is not made again.
func createKey(account string, system connectors.System) string {
	return account + "/create/" + string(system)
}

// offer puts into the outbox what mapping.create asks for, and takes back what
// it no longer asks for. Nothing is sent before the writes are live, and each
// is judged once more at its turn (see birth.go).
func (b *batch) offer(ids []string, histories map[string]workflows.History, cases map[string]string) error {
	if !b.policy.CreatesRecords() {
		return nil
	}
	var rows []OutboxRow
	var wanted, unwanted []string
	for _, id := range ids {
		en := b.entries[id]
		if en == nil {
			continue
		}
		system, why, err := b.lacks(en, histories[id], cases[id])
		switch {
		case err != nil:
			return err
		case system == "":
		case why != "":
			unwanted = append(unwanted, id)
		default:
			row, err := b.createRow(en, system)
			if err != nil {
				return err
			}
			rows, wanted = append(rows, row), append(wanted, id)
		}
	}
	if err := b.tx.WithdrawCreations(unwanted, "mapping.create does not ask for it"); err != nil {
		return err
	}
	if err := b.tx.RetryCreations(wanted, b.now); err != nil {
		return err
	}
	_, err := b.tx.Enqueue(rows)
	return err
}

func (b *batch) createRow(en *entry, system connectors.System) (OutboxRow, error) {
	w := connectors.Write{Key: createKey(en.row.ID, system), Op: connectors.CreateAccount, Ref: connectors.Ref{System: system, Object: connectors.Account}}
	data, err := json.Marshal(w)
	if err != nil {
		return OutboxRow{}, fmt.Errorf("encoding %s: %w", w.Key, err)
	}
	return OutboxRow{Key: w.Key, Account: en.row.ID, System: system, Kind: kindCreateAccount, Priority: PriorityCreate, Payload: data, State: OutboxPending, Created: b.now}, nil
}

// lacks names the CRM that has no record of the account, "" if none does, and
// says why none is to be made there, "" if one is.
func (b *batch) lacks(en *entry, history workflows.History, open string) (connectors.System, string, error) {
	if !free(en) {
		return "", "", nil
	}
	side := mapping.SideOf(homes(en.account)[0].System).Other()
	in := workflows.Input{Account: en.account, Life: en.life, History: history, Now: b.now, Case: open}
	switch wanted, why := b.policy.Creates(in, side); {
	case widowed(en):
		return side.System(), "its record there was deleted", nil
	case !wanted:
		return side.System(), why, nil
	case b.mapping.Text(en.account, mapping.NameField) == "":
		return side.System(), "it has no name", nil
	}
	why, err := b.resembles(en)
	return side.System(), why, err
}

// resembles says which record may be the account's already: one that a match
// rule finds in either CRM, or one that the record names and that is not seen.
// Made in spite of it, the new record would be the second of its kind.
func (b *batch) resembles(en *entry) (string, error) {
	f, err := b.fit(en)
	if err != nil {
		return "", err
	}
	if f.doubt != "" {
		return f.doubt, nil
	}
	ref := homes(en.account)[0]
	for _, rule := range b.mapping.Rules {
		key := en.account.Views[mapping.SideOf(ref.System)].Keys[rule.Name]
		if key == "" {
			continue
		}
		for _, system := range connectors.Systems() {
			found, err := b.tx.RecordsByKey(rule.Name, key, system)
			if err != nil {
				return "", err
			}
			for _, other := range found {
				if other != ref {
					return fmt.Sprintf("%s %s has the same %s", other.System, other.ID, rule.Name), nil
				}
			}
		}
	}
	return "", nil
}
