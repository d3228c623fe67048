package channels

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/slack-go/slack"

	"handoffd/connectors"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// SlackConfig is what a Slack is made of: an incoming webhook, or a bot's
// token and the channel that it posts to.
type SlackConfig struct {
	WebhookURL     string
	Token, Channel string
	Clock          clock.Clock
	HTTP           http.RoundTripper // nil for the network
	// API is where Slack's API is; "" for Slack itself.
	API string
}

// Slack posts messages to one Slack channel.
type Slack struct {
	config SlackConfig
	client *http.Client
	api    *slack.Client
}

// NewSlack returns a Slack.
func NewSlack(c SlackConfig) *Slack {
	s := &Slack{config: c, client: noRedirects(c.HTTP)}
	options := []slack.Option{slack.OptionHTTPClient(s.client)}
	if c.API != "" {
		options = append(options, slack.OptionAPIURL(c.API))
	}
	s.api = slack.New(c.Token, options...)
	return s
}

// Name is slack.
func (s *Slack) Name() workflows.Channel { return workflows.BySlack }

// Repeats is false: Slack shows what it gets twice two times.
func (s *Slack) Repeats() bool { return false }

// Send posts one message.
func (s *Slack) Send(ctx context.Context, m engine.Message) connectors.Result {
	ctx, cancel := s.config.Clock.WithTimeout(ctx, patience)
	defer cancel()
	text := slackText(m)
	if s.config.WebhookURL != "" {
		off := false
		err := slack.PostWebhookCustomHTTPContext(ctx, s.config.WebhookURL, s.client, &slack.WebhookMessage{
			Text: text, Parse: "none", UnfurlLinks: &off, UnfurlMedia: &off,
		})
		if err != nil {
			return failed(m.Key, s.explain(err))
		}
		return done(m.Key, "")
	}
	_, stamp, err := s.api.PostMessageContext(ctx, s.config.Channel,
		slack.MsgOptionText(text, false), slack.MsgOptionParse(false), slack.MsgOptionLinkNames(false),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	if err != nil {
		return failed(m.Key, s.explain(err))
	}
	return done(m.Key, stamp)
}

// Probe asks Slack who the token is. An incoming webhook cannot be asked
// anything without posting, so only its form is looked at.
func (s *Slack) Probe(ctx context.Context) (string, error) {
	if s.config.WebhookURL != "" {
		u, err := url.Parse(s.config.WebhookURL)
		if err == nil && u.Hostname() == "hooks.slack.com" && !strings.HasPrefix(u.Path, "/services/") && !strings.HasPrefix(u.Path, "/workflows/") {
			err = errors.New("its path is none of Slack's")
		}
		if err != nil {
			return "", &connectors.Error{
				System: system(s.Name()), Class: connectors.Stop, Message: "the webhook's address has not the form of Slack's",
				Fix: "copy it anew from the app's Incoming Webhooks page",
			}
		}
		return "the webhook's address has the right form; whether it works shows with the first message", nil
	}
	ctx, cancel := s.config.Clock.WithTimeout(ctx, patience)
	defer cancel()
	who, err := s.api.AuthTestContext(ctx)
	if err != nil {
		return "", s.explain(err)
	}
	return "signed in to the workspace " + oneLine(who.Team), nil
}

// slackMost is where Slack begins to cut texts (chat.postMessage, "Truncating
// content"); what is longer says so itself.
const slackMost = 39000

// slackText is a message in Slack's own form. The three characters that mean
// something there are escaped, so that no text of a CRM becomes a mention or
// a link; without parsing, a name with an at sign stays a name.
func slackText(m engine.Message) string {
	text := "*" + slackEscape(strings.ReplaceAll(oneLine(m.Title), "*", "·")) + "*\n" + slackEscape(plain(m.Body))
	if r := []rune(text); len(r) > slackMost {
		text = string(r[:slackMost]) + "\n… the rest does not fit into a Slack message"
	}
	return text
}

func slackEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// explain says what Slack's refusal means.
func (s *Slack) explain(err error) *connectors.Error {
	const fix = "look at channels.slack: the token or webhook, and that the app is in the channel"
	e := &connectors.Error{System: system(s.Name()), Class: connectors.ParkRecord}
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	var refused slack.SlackErrorResponse
	switch {
	case errors.As(err, &limited):
		e.Class, e.Message, e.RetryAt = connectors.Retry, "Slack asks to wait", s.config.Clock.Now().Add(limited.RetryAfter)
	case errors.As(err, &status):
		return answered(s.Name(), status.Code, fix)
	case errors.As(err, &refused):
		e.Code = redact(refused.Err)
		switch refused.Err {
		case "ratelimited", "rate_limited", "service_unavailable", "team_added_to_org":
			e.Class = connectors.Retry
		case "internal_error", "fatal_error", "request_timeout":
			e.Class = connectors.UnknownOutcome
		case "no_text", "msg_too_long", "invalid_blocks":
		default:
			e.Class, e.Fix = connectors.Stop, fix
		}
	default:
		return unanswered(s.Name(), err, s.config.WebhookURL, s.config.Token)
	}
	return e
}
