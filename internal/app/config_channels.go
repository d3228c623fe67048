package app

import (
	"net"
	"net/mail"
	"net/url"
	"strconv"

	"handoffd/internal/channels"
	"handoffd/internal/engine"
	"handoffd/internal/yamlpos"
	"handoffd/workflows"
)

// ChannelsConfig is the channels section: what is absent is nil.
type ChannelsConfig struct {
	Email   *EmailConfig
	Slack   *SlackConfig
	Webhook *WebhookConfig
}

// EmailConfig is the channels.email section.
type EmailConfig struct {
	SMTP, From, TLS    string
	Username, Password yamlpos.Secret
}

// SlackConfig is the channels.slack section: a webhook, or a token and the
// channel that the bot posts to.
type SlackConfig struct {
	WebhookURL, Token yamlpos.Secret
	Channel           string
}

// WebhookConfig is the channels.webhook section.
type WebhookConfig struct{ URL, Secret yamlpos.Secret }

// ready tells which channels are set up.
func (c ChannelsConfig) ready() map[workflows.Channel]bool {
	return map[workflows.Channel]bool{
		workflows.ByEmail: c.Email != nil, workflows.BySlack: c.Slack != nil, workflows.ByWebhook: c.Webhook != nil,
	}
}

func (k *reader) channels(n yamlpos.Node) {
	m := n.Map("email", "slack", "webhook")
	if m.Has("email") {
		k.email(m.Get("email"))
	}
	if m.Has("slack") {
		k.slack(m.Get("slack"))
	}
	if m.Has("webhook") {
		w := &WebhookConfig{}
		k.config.Channels.Webhook = w
		hook := m.Get("webhook").Map("url", "secret")
		hook.Require("url", "secret")
		k.hookURL(hook.Get("url"), &w.URL)
		k.secret(hook.Get("secret"), &w.Secret)
	}
}

func (k *reader) email(n yamlpos.Node) {
	e := &EmailConfig{TLS: channels.StartTLS}
	k.config.Channels.Email = e
	m := n.Map("smtp", "from", "username", "password", "tls")
	m.Require("smtp", "from")
	host := ""
	if m.Get("smtp").Text(&e.SMTP) {
		var port string
		var err error
		host, port, err = net.SplitHostPort(e.SMTP)
		if number, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || number == 0 || host == "" {
			m.Get("smtp").Errorf(yamlpos.CheckValue, "%q is no address of a mail server; write host:port, such as smtp.acme.example:587", e.SMTP)
		}
	}
	if m.Get("from").Text(&e.From) {
		if _, err := mail.ParseAddress(e.From); err != nil {
			m.Get("from").Errorf(yamlpos.CheckValue, "%q is not an e-mail address; write for example handoffd@acme.example", e.From)
		}
	}
	if yamlpos.Enum(m.Get("tls"), &e.TLS, channels.StartTLS, channels.TLS, channels.NoTLS) && e.TLS == channels.NoTLS && !loopback(host) {
		m.Get("tls").Errorf(yamlpos.CheckSecret, "without TLS the password and all mail would travel in plain; none is for a server on this machine only")
	}
	m.Get("username").Secret(&e.Username)
	k.secret(m.Get("password"), &e.Password)
	if m.Has("username") != m.Has("password") {
		m.Require("username", "password")
	}
}

func (k *reader) slack(n yamlpos.Node) {
	s := &SlackConfig{}
	k.config.Channels.Slack = s
	m := n.Map("webhook_url", "token", "channel")
	if m.OK() && m.RequireOne("webhook_url", "token") == "token" {
		k.secret(m.Get("token"), &s.Token)
		m.Require("channel")
		m.Get("channel").Text(&s.Channel)
		return
	}
	// Whoever has the address may post, so it is a credential.
	k.secret(m.Get("webhook_url"), &s.WebhookURL)
	if m.Has("channel") {
		m.Get("channel").Warnf("channel", "a webhook posts to the channel that it was made for; this changes nothing")
	}
}

// hookURL reads an address to post to, in plain or as a reference.
func (k *reader) hookURL(n yamlpos.Node, dst *yamlpos.Secret) {
	if n.Secret(dst) && dst.Plain() {
		if why := badURL(n.Raw()); why != "" {
			n.Errorf(yamlpos.CheckValue, "%s", why)
		}
	}
}

// badURL says why an address to post to is not acceptable, "" if it is.
func badURL(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "this is not a web address; write for example https://hooks.acme.example/handoffd"
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "http would send the messages in plain; use https (http is for this machine only)"
	case u.User != nil:
		return "a user and password do not belong in the address"
	}
	return ""
}

// Channels makes the channels that are set up. A secret that cannot be had is
// a Problem in the collector, at the place of its reference.
func Channels(c *Config, problems *yamlpos.Collector, env Environment) ([]engine.Channel, error) {
	var list []engine.Channel
	var err error
	if e := c.Channels.Email; e != nil && env.Channels[workflows.ByEmail] == nil {
		var made *channels.Email
		made, err = channels.NewEmail(channels.EmailConfig{
			Server: e.SMTP, From: e.From, TLS: e.TLS, Clock: env.Clock,
			Username: env.expand(c, e.Username), Password: env.expand(c, e.Password),
		})
		list = append(list, made)
	}
	if s := c.Channels.Slack; s != nil && env.Channels[workflows.BySlack] == nil {
		list = append(list, channels.NewSlack(channels.SlackConfig{
			WebhookURL: env.hookURL(c, s.WebhookURL), Token: env.expand(c, s.Token), Channel: s.Channel, Clock: env.Clock,
		}))
	}
	if w := c.Channels.Webhook; w != nil && env.Channels[workflows.ByWebhook] == nil {
		list = append(list, channels.NewWebhook(channels.WebhookConfig{
			URL: env.hookURL(c, w.URL), Secret: env.expand(c, w.Secret), Clock: env.Clock,
		}))
	}
	for name, ready := range c.Channels.ready() {
		if stand := env.Channels[name]; ready && stand != nil {
			list = append(list, stand)
		}
	}
	if problems.Failed() {
		return nil, problems.Err()
	}
	return list, err
}

// hookURL gets an address that stands behind a reference, and looks at it as
// check looks at one in plain.
func (env Environment) hookURL(c *Config, s yamlpos.Secret) string {
	value := env.expand(c, s)
	if why := badURL(value); value != "" && why != "" {
		s.Node().Errorf(yamlpos.CheckSecret, "what %s stands for: %s", s, why)
	}
	return value
}
