// Package channels tells people something outside of the CRMs: by e-mail, in
// Slack, or by a signed POST to a web address.
//
//   - email.go sends by SMTP (go-mail); mailfault.go says what a refusal means.
//   - slack.go posts to a webhook or as a bot (slack-go).
//   - webhook.go posts JSON, signed as standardwebhooks.com says.
//   - httpfault.go says what an HTTP answer means; redact.go keeps addresses
//     and secrets out of errors; text.go makes texts safe.
//
// Everything that a message says comes from CRM records and is hostile: no
// channel lets it become a header, markup or a mention.
package channels

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"handoffd/connectors"
)

// patience is how long a send or a probe may take.
const patience = 20 * time.Second

// Prober is a channel that can be looked at without telling anybody anything.
type Prober interface {
	// Probe says what was found, or why the channel does not work.
	Probe(ctx context.Context) (what string, err error)
}

// messageID identifies a message for receivers: the same key gives the same
// id for ever, and no key can break a header.
func messageID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}

func done(key, id string) connectors.Result {
	return connectors.Result{Key: key, Outcome: connectors.Done, ID: id}
}

// failed turns an error into a result.
func failed(key string, err *connectors.Error) connectors.Result {
	outcome := connectors.Failed
	if err.Class == connectors.UnknownOutcome {
		outcome = connectors.Unsure
	}
	return connectors.Result{Key: key, Outcome: outcome, Err: err}
}
