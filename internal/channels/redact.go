package channels

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// addressForm finds what looks like an e-mail address; servers like to repeat
// the recipient's in their refusals.
var addressForm = regexp.MustCompile(`[^\s<>"'(),;:]+@[^\s<>"'(),;:]+`)

// addressOfWeb finds addresses that may carry a token.
var addressOfWeb = regexp.MustCompile(`(?i)\bhttps?://[^\s"'<>]+`)

// messageMost is how much of a server's own words is kept.
const messageMost = 200

// redact makes a server's or library's text fit for a log: one short line
// without addresses and without any of the secrets (I8).
func redact(text string, secrets ...string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "(secret)")
		}
	}
	text = addressOfWeb.ReplaceAllString(text, "(web address)")
	text = addressForm.ReplaceAllString(text, "(address)")
	text = oneLine(text)
	if r := []rune(text); len(r) > messageMost {
		text = string(r[:messageMost]) + "…"
	}
	return text
}

// cause takes the address of a request off its error.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
