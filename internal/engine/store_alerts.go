package engine

import "time"

// AlertRow is an entry in the ledger of what people were told: it holds
// nobody's name and no text.
type AlertRow struct {
	Key     string // of the outbox row
	Channel string
	// Addressee identifies a person or a place on the channel.
	Addressee string
	At        time.Time // when it is to be told
	// Digest is the key of the digest that it waits for, "" if it goes alone.
	Digest string
}

// AlertTx reads and writes the ledger of alerts.
type AlertTx interface {
	AddAlerts(rows []AlertRow) error
	// AlertsTold counts what an addressee is told alone on a channel after
	// one time and until another.
	AlertsTold(channel, addressee string, after, until time.Time) (int, error)
	// OutboxRow finds a row by its key.
	OutboxRow(key string) (row OutboxRow, found bool, err error)
	// OutboxHeld lists the rows that a digest carries, oldest first.
	OutboxHeld(digest string) ([]OutboxRow, error)
}
