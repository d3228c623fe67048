package channels

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"

	"handoffd/connectors"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// WebhookConfig is what a Webhook is made of.
type WebhookConfig struct {
	URL, Secret string
	Clock       clock.Clock
	HTTP        http.RoundTripper // nil for the network
}

// Webhook posts messages as JSON to one address, signed with a shared secret
// in the form of standardwebhooks.com, for which receivers find libraries.
type Webhook struct {
	config WebhookConfig
	client *http.Client
}

// NewWebhook returns a Webhook.
func NewWebhook(c WebhookConfig) *Webhook {
	return &Webhook{config: c, client: noRedirects(c.HTTP)}
}

// Name is webhook.
func (w *Webhook) Name() workflows.Channel { return workflows.ByWebhook }

// Repeats is true: a message that comes twice has the same webhook-id.
func (w *Webhook) Repeats() bool { return true }

// fixWebhook is what to do about an address that refuses.
const fixWebhook = "look at channels.webhook: the address, and the secret on both sides"

// Send posts one message.
func (w *Webhook) Send(ctx context.Context, m engine.Message) connectors.Result {
	ctx, cancel := w.config.Clock.WithTimeout(ctx, patience)
	defer cancel()
	m.Title, m.Body = plain(m.Title), plain(m.Body)
	body, err := json.Marshal(m)
	if err != nil {
		return failed(m.Key, &connectors.Error{System: system(w.Name()), Class: connectors.ParkRecord, Message: "it cannot be written as JSON"})
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.config.URL, bytes.NewReader(body))
	if err != nil {
		return failed(m.Key, &connectors.Error{System: system(w.Name()), Class: connectors.Stop, Message: "the address is none", Fix: fixWebhook})
	}
	id, stamp := "msg_"+messageID(m.Key), strconv.FormatInt(w.config.Clock.Now().Unix(), 10)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "handoffd")
	request.Header.Set("webhook-id", id)
	request.Header.Set("webhook-timestamp", stamp)
	request.Header.Set("webhook-signature", Sign(w.config.Secret, id, stamp, body))
	if cerr := w.do(request); cerr != nil {
		return failed(m.Key, cerr)
	}
	return done(m.Key, id)
}

// Probe asks what the address allows: OPTIONS changes nothing, and any answer
// shows that somebody is there.
func (w *Webhook) Probe(ctx context.Context) (string, error) {
	ctx, cancel := w.config.Clock.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodOptions, w.config.URL, nil)
	if err != nil {
		return "", &connectors.Error{System: system(w.Name()), Class: connectors.Stop, Message: "the address is none", Fix: fixWebhook}
	}
	reply, err := w.client.Do(request)
	if err != nil {
		cerr := unanswered(w.Name(), err, w.config.URL, w.config.Secret)
		cerr.Class, cerr.Fix = connectors.Stop, "look whether the receiver runs and can be reached from this machine"
		return "", cerr
	}
	defer reply.Body.Close()
	if reply.StatusCode == http.StatusNotFound || reply.StatusCode == http.StatusGone {
		return "", answered(w.Name(), reply.StatusCode, fixWebhook)
	}
	return "the receiver answers; whether it takes the signature shows with the first message", nil
}

func (w *Webhook) do(request *http.Request) *connectors.Error {
	reply, err := w.client.Do(request)
	if err != nil {
		return unanswered(w.Name(), err, w.config.URL, w.config.Secret)
	}
	defer reply.Body.Close()
	_, _ = io.CopyN(io.Discard, reply.Body, 4096) // so that the connection can be used again
	cerr := answered(w.Name(), reply.StatusCode, fixWebhook)
	if cerr != nil {
		if cerr.Class == connectors.UnknownOutcome {
			cerr.Class = connectors.Retry // the receiver knows what comes twice
		}
		cerr.RetryAt = retryAfter(reply.Header.Get("Retry-After"), w.config.Clock.Now())
	}
	return cerr
}

// Sign is the signature of a message: HMAC-SHA256 over id, time and body. A
// receiver computes the same, and refuses what is old or came before.
func Sign(secret, id, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, signingKey(secret))
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signingKey is the secret itself, or what it stands for in the form
// whsec_BASE64 of the standard.
func signingKey(secret string) []byte {
	const form = "whsec_"
	if len(secret) > len(form) && secret[:len(form)] == form {
		if key, err := base64.StdEncoding.DecodeString(secret[len(form):]); err == nil {
			return key
		}
	}
	return []byte(secret)
}
