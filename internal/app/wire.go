package app

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"

	"github.com/prometheus/client_golang/prometheus"

	"handoffd/connectors"
	"handoffd/connectors/hubspot"
	"handoffd/connectors/salesforce"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
	"handoffd/internal/yamlpos"
	"handoffd/mapping"
	"handoffd/workflows"
)

// Environment is what the outside gives: tests and scenarios bring their own.
type Environment struct {
	Clock  clock.Clock
	Logger *slog.Logger
	// LookupEnv finds an environment variable; nil means os.LookupEnv.
	LookupEnv func(string) (string, bool)
	// HTTP per system sends the requests; absent means the network.
	HTTP map[connectors.System]http.RoundTripper
	// Observe sees every exchange with a CRM; nil for nobody.
	Observe func(transport.Observation)
	// Registry is where metrics go; nil means one of the dashboard's own.
	Registry *prometheus.Registry
	// Channels are stand-ins for the channels that the config sets up, by name.
	Channels map[workflows.Channel]engine.Channel
	// Report makes the digests; nil: they say what `handoffd report` says.
	Report engine.Reporter
	// PlanOnly: decide and show, write nothing.
	PlanOnly bool
}

func (env Environment) lookup() func(string) (string, bool) {
	if env.LookupEnv != nil {
		return env.LookupEnv
	}
	return os.LookupEnv
}

// Connectors makes both connectors. A secret that cannot be had is a Problem
// in the collector, at the place of its reference.
func Connectors(c *Config, problems *yamlpos.Collector, env Environment) ([]connectors.Connector, error) {
	log.SetOutput(io.Discard) // simpleforce prints URLs and bodies to the standard logger
	sf, errSalesforce := newSalesforce(c, env)
	hs, errHubSpot := newHubSpot(c, env)
	if problems.Failed() {
		return nil, problems.Err()
	}
	if err := errors.Join(errSalesforce, errHubSpot); err != nil {
		return nil, err
	}
	return []connectors.Connector{sf, hs}, nil
}

func (env Environment) expand(c *Config, s yamlpos.Secret) string {
	if s.IsZero() {
		return ""
	}
	value, _ := s.Expand(env.lookup(), func(name string) ([]byte, error) { return os.ReadFile(resolve(c.Path, name)) })
	return value
}

func newSalesforce(c *Config, env Environment) (*salesforce.Client, error) {
	s := c.Salesforce
	config := salesforce.Config{
		LoginURL: s.LoginURL, APIVersion: s.APIVersion, Selection: engine.Reads(c.Policy, connectors.Salesforce),
		Where: c.Mapping.SalesforceWhere, SettleEvery: s.SettleEvery, DailyShare: s.DailyShare, DailyCalls: int64(s.DailyCalls),
		TaskKeyField: s.TaskKeyField, AccountKeyField: s.AccountKeyField, NotificationType: s.NotificationType, Clock: env.Clock,
		HTTP: env.HTTP[connectors.Salesforce], Logger: env.Logger.With("component", "salesforce"), Observe: env.Observe,
	}
	id, secret := env.expand(c, s.ClientID), env.expand(c, s.ClientSecret)
	switch s.Auth {
	case "jwt":
		key, err := readKey(s.PrivateKeyFile)
		if err != nil {
			return nil, err
		}
		config.Auth.JWT = &salesforce.JWT{ClientID: id, Username: env.expand(c, s.Username), PrivateKey: key, Audience: s.Audience}
	case "client_credentials":
		config.Auth.ClientCredentials = &salesforce.ClientCredentials{ClientID: id, ClientSecret: secret}
	case "refresh":
		config.Auth.Refresh = &salesforce.Refresh{ClientID: id, ClientSecret: secret, RefreshToken: env.expand(c, s.RefreshToken)}
	}
	client, err := salesforce.New(config)
	if err != nil {
		return nil, fmt.Errorf("setting up salesforce: %w", err)
	}
	return client, nil
}

// KeyError says that the private key cannot be had: the user's file is wrong.
type KeyError struct {
	Path string
	Err  error
}

// Error names the file and what is wrong with it.
func (e *KeyError) Error() string {
	return fmt.Sprintf("reading salesforce's private_key_file %s: %v", e.Path, e.Err)
}

// Unwrap returns the cause.
func (e *KeyError) Unwrap() error { return e.Err }

// readKey reads an RSA private key in PEM form, PKCS #1 or #8.
func readKey(path string) (*rsa.PrivateKey, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &KeyError{path, errors.Unwrap(err)}
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, &KeyError{path, errors.New("it holds no PEM block")}
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, &KeyError{path, errors.New("it holds no RSA private key")}
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, &KeyError{path, errors.New("it holds a key that is not RSA; Salesforce takes RS256 only")}
	}
	return key, nil
}

func newHubSpot(c *Config, env Environment) (*hubspot.Client, error) {
	h := c.HubSpot
	config := hubspot.Config{
		BaseURL: h.BaseURL, APIVersion: h.APIVersion, Selection: engine.Reads(c.Policy, connectors.HubSpot),
		Where: filters(c.Mapping.HubSpotWhere), SettleEvery: h.SettleEvery, DailyShare: h.DailyShare, DailyCalls: int64(h.DailyCalls),
		TaskKeyProperty: h.TaskKeyProperty, AccountKeyProperty: h.AccountKeyProperty, Clock: env.Clock, HTTP: env.HTTP[connectors.HubSpot],
		Logger: env.Logger.With("component", "hubspot"), Observe: env.Observe,
	}
	if h.OAuth {
		config.Auth.OAuth = &hubspot.OAuth{
			ClientID: env.expand(c, h.ClientID), ClientSecret: env.expand(c, h.ClientSecret), RefreshToken: env.expand(c, h.RefreshToken),
		}
	} else {
		config.Auth.Token = env.expand(c, h.Token)
	}
	client, err := hubspot.New(config)
	if err != nil {
		return nil, fmt.Errorf("setting up hubspot: %w", err)
	}
	return client, nil
}

func filters(in []mapping.Filter) []hubspot.Filter {
	out := make([]hubspot.Filter, len(in))
	for i, f := range in {
		out[i] = hubspot.Filter{Property: f.Property, Operator: hubspot.Operator(f.Operator), Value: f.Value, Values: f.Values}
	}
	return out
}
