package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// settleReadings is how late a counter may be read and still change sums.
const settleReadings = 7 * 24 * time.Hour

// prepareSignals loads what the page's signals are compared with.
func (b *batch) prepareSignals(records []connectors.Record) error {
	var keys []ReadingKey
	for _, r := range records {
		for i := range b.mapping.Signals {
			s := &b.mapping.Signals[i]
			if src := s.Reads(r.Ref); src != nil && s.Kind != mapping.Event {
				keys = append(keys, ReadingKey{mapping.CounterKey{Record: r.Ref.String(), Property: src.Property}, r.Modified})
			}
		}
	}
	rows, err := b.tx.Readings(keys)
	if err != nil {
		return err
	}
	if b.owners, err = b.emails(records); err != nil {
		return err
	}
	b.ledger = mapping.NewLedger(rows)
	b.ledger.Settled = b.now.Add(-settleReadings)
	if err := b.hide(records); err != nil {
		return err
	}
	return b.prepareSales(records)
}

// emails gives the addresses of a CRM's users, by which the other CRM knows
// them as well, if the page has activities to be compared.
func (b *batch) emails(records []connectors.Record) (map[string]string, error) {
	for _, r := range records {
		if r.Ref.Object == connectors.Account || r.Ref.Object == connectors.Contact {
			continue
		}
		users, err := b.tx.Users(r.Ref.System)
		out := make(map[string]string, len(users))
		for _, u := range users {
			out[u.ID] = strings.ToLower(strings.TrimSpace(u.Email))
		}
		return out, err
	}
	return nil, nil
}

// saveReadings writes what the ledger took up. A counter that grew twice on
// one page is in it twice; the later one counts.
func (b *batch) saveReadings() error {
	if b.ledger == nil {
		return nil
	}
	rows := b.ledger.Added()
	b.ledger = nil
	return b.tx.PutReadings(rows)
}

// signals takes up what a record says of behaviour, and parks what does not
// fit together with the problems that its fields have. It tells whether
// anything is there.
func (b *batch) signals(r connectors.Record, home connectors.Ref, en *entry, problems ...mapping.Problem) bool {
	found := b.mapping.Extract(r, home.ID, b.ledger)
	b.park(r.Ref, append(problems, found.Problems...))
	ref := func(id string) connectors.Ref {
		return connectors.Ref{System: r.Ref.System, Object: connectors.Account, ID: id}
	}
	for _, g := range found.Grown {
		b.grown = append(b.grown, PointRow{Home: ref(g.Home), Point: g.Point})
	}
	if home.ID == "" {
		b.stray = found.Points
		return false
	}
	found.Points = b.ownEvents(r, home, found.Points)
	for _, p := range found.Points {
		p.Owner = b.owners[p.Owner]
		b.points = append(b.points, PointRow{Home: home, Point: p})
	}
	b.reachBack(home, en, found.Points)
	return len(found.Points)+len(found.Grown) > 0
}

// hide finds the records that must leave no trace: people who were forgotten,
// and the activities that handoffd made itself, which are no behaviour (I5).
func (b *batch) hide(records []connectors.Record) error {
	b.hidden = map[connectors.Ref]bool{}
	var hashes, made []string
	for _, r := range records {
		switch r.Ref.Object {
		case connectors.Account, connectors.Opportunity:
		case connectors.Contact:
			hashes = append(hashes, personHashes(r.Ref, emailOf(r))...)
		default:
			made = append(made, r.Ref.ID)
		}
	}
	forgotten, err := b.tx.Forgotten(hashes)
	if err != nil {
		return err
	}
	if b.made, err = b.tx.Made(made); err != nil {
		return err
	}
	for _, r := range records {
		switch r.Ref.Object {
		case connectors.Account, connectors.Opportunity:
		case connectors.Contact:
			for _, h := range personHashes(r.Ref, emailOf(r)) {
				b.hidden[r.Ref] = b.hidden[r.Ref] || forgotten[h]
			}
		default:
			b.hidden[r.Ref] = b.made[r.Ref.ID] != ""
		}
	}
	return nil
}

func emailOf(r connectors.Record) string {
	return r.Fields[contactFields[r.Ref.System][3]].Text()
}

// personHashes are what the list of forgotten people knows a contact by: the
// record and the e-mail address, neither of which can be read from it.
func personHashes(ref connectors.Ref, email string) []string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte("handoffd forget " + text))
		return hex.EncodeToString(sum[:])
	}
	hashes := []string{hash(ref.String())}
	if email = strings.ToLower(strings.TrimSpace(email)); email != "" {
		hashes = append(hashes, hash(email))
	}
	return hashes
}
