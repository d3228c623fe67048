package app

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"handoffd/internal/yamlpos"
)

func (k *reader) connectors(n yamlpos.Node) {
	m := n.Map("salesforce", "hubspot")
	m.Require("salesforce", "hubspot")
	k.salesforce(m.Get("salesforce"))
	k.hubspot(m.Get("hubspot"))
}

var salesforceVersion = regexp.MustCompile(`^[1-9][0-9]\.0$`)

func (k *reader) salesforce(n yamlpos.Node) {
	s := &k.config.Salesforce
	*s = SalesforceConfig{
		PollConfig: PollConfig{PollEvery: time.Minute, SettleEvery: 5 * time.Minute, DailyShare: 0.2},
		LoginURL:   "https://login.salesforce.com", APIVersion: "67.0", TaskKeyField: "handoffd_Key__c", AccountKeyField: "handoffd_Key__c",
	}
	m := n.Map("login_url", "api_version", "auth", "poll_every", "settle_every", "daily_calls", "notification_type", "task_key_field", "account_key_field")
	k.url(m.Get("login_url"), &s.LoginURL)
	if m.Get("api_version").Text(&s.APIVersion) && !salesforceVersion.MatchString(s.APIVersion) {
		m.Get("api_version").Errorf(yamlpos.CheckValue, "%q is not a Salesforce API version; write for example \"67.0\"", s.APIVersion)
	}
	k.polling(m, &s.PollConfig)
	m.Get("notification_type").Text(&s.NotificationType)
	m.Get("task_key_field").Text(&s.TaskKeyField)
	m.Get("account_key_field").Text(&s.AccountKeyField)
	if m.OK() {
		m.Require("auth")
	}
	auth := m.Get("auth").Map("jwt", "client_credentials", "refresh")
	if !auth.Node().OK() {
		return
	}
	s.Auth = auth.RequireOne("jwt", "client_credentials", "refresh")
	switch s.Auth {
	case "jwt":
		a := auth.Get("jwt").Map("client_id", "username", "private_key_file", "audience")
		a.Require("client_id", "username", "private_key_file")
		a.Get("client_id").Secret(&s.ClientID)
		a.Get("username").Secret(&s.Username)
		k.keyFile(a.Get("private_key_file"), &s.PrivateKeyFile)
		a.Get("audience").Text(&s.Audience)
	case "client_credentials":
		a := auth.Get("client_credentials").Map("client_id", "client_secret")
		a.Require("client_id", "client_secret")
		a.Get("client_id").Secret(&s.ClientID)
		k.secret(a.Get("client_secret"), &s.ClientSecret)
	case "refresh":
		a := auth.Get("refresh").Map("client_id", "client_secret", "refresh_token")
		a.Require("client_id", "refresh_token")
		a.Get("client_id").Secret(&s.ClientID)
		k.secret(a.Get("client_secret"), &s.ClientSecret)
		k.secret(a.Get("refresh_token"), &s.RefreshToken)
	}
}

func (k *reader) hubspot(n yamlpos.Node) {
	h := &k.config.HubSpot
	*h = HubSpotConfig{
		PollConfig: PollConfig{PollEvery: 30 * time.Second, SettleEvery: 5 * time.Minute, DailyShare: 0.2},
		BaseURL:    "https://api.hubapi.com", APIVersion: "2026-09", TaskKeyProperty: "handoffd_key", AccountKeyProperty: "handoffd_key",
	}
	m := n.Map("base_url", "api_version", "auth", "poll_every", "settle_every", "daily_calls", "task_key_property", "account_key_property")
	k.url(m.Get("base_url"), &h.BaseURL)
	yamlpos.Enum(m.Get("api_version"), &h.APIVersion, "2026-09", "2026-03", "v3")
	k.polling(m, &h.PollConfig)
	m.Get("task_key_property").Text(&h.TaskKeyProperty)
	m.Get("account_key_property").Text(&h.AccountKeyProperty)
	if m.OK() {
		m.Require("auth")
	}
	auth := m.Get("auth").Map("token", "oauth")
	if !auth.Node().OK() {
		return
	}
	switch auth.RequireOne("token", "oauth") {
	case "token":
		k.secret(auth.Get("token"), &h.Token)
	case "oauth":
		h.OAuth = true
		a := auth.Get("oauth").Map("client_id", "client_secret", "refresh_token")
		a.Require("client_id", "client_secret", "refresh_token")
		a.Get("client_id").Secret(&h.ClientID)
		k.secret(a.Get("client_secret"), &h.ClientSecret)
		k.secret(a.Get("refresh_token"), &h.RefreshToken)
	}
}

func (k *reader) polling(m *yamlpos.Map, p *PollConfig) {
	m.Get("poll_every").DurationIn(&p.PollEvery, time.Second, 24*time.Hour)
	m.Get("settle_every").DurationIn(&p.SettleEvery, time.Minute, 24*time.Hour)
	n := m.Get("daily_calls")
	if strings.ContainsAny(n.Raw(), "%.") {
		n.Percent(&p.DailyShare)
	} else if n.IntIn(&p.DailyCalls, 1, 1<<30) {
		p.DailyShare = 0
	}
}

// keyFile reads the path of a private key, and refuses the key itself.
func (k *reader) keyFile(n yamlpos.Node, dst *string) {
	if strings.Contains(n.Raw(), "-----") || strings.ContainsAny(n.Raw(), "\n\r") {
		var masked yamlpos.Secret // reading it so blots it out of the source line
		n.Secret(&masked)
		n.Errorf(yamlpos.CheckSecret, "the private key is written in plain; put it in a file and write the file's path here")
		return
	}
	if n.Text(dst) {
		*dst = k.path(*dst)
	}
}

// secret reads a credential and refuses one that is written in plain.
func (k *reader) secret(n yamlpos.Node, dst *yamlpos.Secret) {
	if n.Secret(dst) && dst.Plain() {
		n.Errorf(yamlpos.CheckSecret, "the secret is written in plain; write \"${NAME}\" and put it in the environment, or file:path and put it in a file")
	}
}

// url reads a base address: https, or http to this machine only.
func (k *reader) url(n yamlpos.Node, dst *string) {
	var text string
	if !n.Text(&text) {
		return
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		n.Errorf(yamlpos.CheckValue, "%q is not a web address; write for example https://login.salesforce.com", text)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		n.Errorf(yamlpos.CheckSecret, "http would send the credential in plain; use https (http is for this machine only)")
	case u.User != nil:
		var masked yamlpos.Secret
		n.Secret(&masked)
		n.Errorf(yamlpos.CheckSecret, "a user and password do not belong in the address")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "":
		n.Errorf(yamlpos.CheckValue, "only the host belongs here, without a path")
	default:
		*dst = strings.TrimSuffix(text, "/")
	}
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
