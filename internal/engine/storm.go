package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"handoffd/connectors"
)

// stormWindow is the time over which notices to one addressee are counted.
const stormWindow = time.Hour

// put lays one alert into the outbox and enters it in the ledger, unless its
// key was there before. In a storm it is held back for the digest.
func (t *telling) put(r OutboxRow, addressee string, digest any) error {
	b := t.batch
	at := t.at
	if t.at.After(b.now) {
		r.NotBefore = t.at
	}
	entry := AlertRow{Key: r.Key, Channel: string(r.System), Addressee: addressee, At: at}
	var carrier OutboxRow
	if r.Kind == kindAlert {
		var err error
		if carrier, err = t.stormed(r, entry, digest); err != nil {
			return err
		}
	}
	if carrier.Key != "" {
		r.State, r.Result, r.Error, entry.Digest = OutboxDone, carrier.Key, "told in a digest", carrier.Key
	}
	added, err := b.tx.Enqueue([]OutboxRow{r})
	if err != nil || added == 0 {
		return err
	}
	if carrier.Key != "" {
		if _, err := b.tx.Enqueue([]OutboxRow{carrier}); err != nil {
			return err
		}
	}
	return b.tx.AddAlerts([]AlertRow{entry})
}

// stormed returns the digest that an alert must wait for, with an empty key if
// it goes alone. One digest serves an addressee and a channel for an hour.
func (t *telling) stormed(r OutboxRow, entry AlertRow, payload any) (OutboxRow, error) {
	b := t.batch
	sent, err := b.tx.AlertsTold(entry.Channel, entry.Addressee, entry.At.Add(-stormWindow), entry.At)
	if err != nil {
		return OutboxRow{}, err
	}
	due, held := b.policy.Alerts.StormDigest(sent, entry.At)
	if !held {
		return OutboxRow{}, nil
	}
	key := fmt.Sprintf("digest/%s/%s/%s", entry.Channel, entry.Addressee, due.Format("2006-01-02T15Z"))
	have, found, err := b.tx.OutboxRow(key)
	if err != nil || found && (have.State != OutboxPending || have.Attempts > 0) {
		return OutboxRow{}, err // it has gone: only a clock that was set back comes here
	}
	switch p := payload.(type) {
	case Message:
		p.Key, p.Kind, p.At, p.Due = key, kindDigest, due, time.Time{}
		p.Account, p.Record, p.Urgent = "", connectors.Ref{}, false
		payload = p
	case connectors.Alert:
		p.Key, p.Due = key, due
		payload = p
	}
	data, err := json.Marshal(payload)
	if err != nil {
		return OutboxRow{}, fmt.Errorf("encoding %s: %w", key, err)
	}
	return OutboxRow{
		Key: key, System: r.System, Kind: kindDigest, Priority: r.Priority, Payload: data,
		State: OutboxPending, NotBefore: due, Created: b.now,
	}, nil
}

// digest puts together what was held back: every title and every text.
func (d *delivery) digest(ctx context.Context, key string) (title, body string, err error) {
	var held []OutboxRow
	err = d.engine.store.View(ctx, func(tx Tx) error {
		held, err = tx.OutboxHeld(key)
		return err
	})
	if err != nil {
		return "", "", fmt.Errorf("reading digest %s: %w", key, err)
	}
	var text strings.Builder
	for _, r := range held {
		var one struct {
			Title string `json:"title"`
			Body  string `json:"body"`
		}
		if err := json.Unmarshal(r.Payload, &one); err != nil {
			return "", "", err
		}
		text.WriteString("- " + one.Title + "\n")
		if one.Body != "" {
			text.WriteString("  " + strings.ReplaceAll(one.Body, "\n", "\n  ") + "\n")
		}
	}
	return fmt.Sprintf("%d more notices of the last hour", len(held)), text.String(), nil
}

// addresseeID identifies a person in keys and in the ledger without naming
// them.
func addresseeID(text string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(text))))
	return hex.EncodeToString(sum[:8])
}

// place is the addressee of channels where all arrives in one place.
const place = "all"
