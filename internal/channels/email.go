package channels

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"handoffd/connectors"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// The ways to protect the connection to a mail server.
const (
	StartTLS = "starttls" // asked for, and refused to go on without
	TLS      = "tls"      // from the first byte
	NoTLS    = "none"     // for a server on this machine only
)

// EmailConfig is what an Email is made of.
type EmailConfig struct {
	// Server is host:port.
	Server, From       string
	Username, Password string // both empty: without signing in
	TLS                string
	Clock              clock.Clock
	// Roots are the authorities to trust; nil for those of the machine.
	Roots *x509.CertPool
}

// Email sends mail through the team's own server, one connection for each:
// few are sent, and a server may close an idle one at any time.
type Email struct {
	config EmailConfig
	host   string
	port   int
	from   *netmail.Address
}

// NewEmail returns an Email. Nothing is connected yet.
func NewEmail(c EmailConfig) (*Email, error) {
	host, port, err := net.SplitHostPort(c.Server)
	if err != nil {
		return nil, errors.New("reading the mail server's address: it must be host:port")
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, errors.New("reading the mail server's address: the port is no number")
	}
	from, err := netmail.ParseAddress(c.From)
	if err != nil {
		return nil, errors.New("reading the sender's address: it is none")
	}
	return &Email{config: c, host: host, port: int(number), from: from}, nil
}

// Name is email.
func (e *Email) Name() workflows.Channel { return workflows.ByEmail }

// Repeats is true: a mail that comes twice has the same Message-ID, by which mailboxes
// tell that they have it already.
func (e *Email) Repeats() bool { return true }

// Send sends one mail to one person.
func (e *Email) Send(ctx context.Context, m engine.Message) connectors.Result {
	ctx, cancel := e.config.Clock.WithTimeout(ctx, patience)
	defer cancel()
	letter, err := e.letter(m)
	if err != nil {
		return failed(m.Key, err)
	}
	session, cerr := e.dial(ctx)
	if cerr != nil {
		return failed(m.Key, cerr)
	}
	defer session.end()
	sendErr := session.client.SendWithSMTPClient(session.smtp, letter)
	if letter.IsDelivered() {
		return done(m.Key, e.id(m.Key)) // what came after the server took it does not matter
	}
	if letter.HasSendError() {
		sendErr = letter.SendError()
	}
	return failed(m.Key, e.explain(sendErr))
}

// Probe connects, signs in and says NOOP.
func (e *Email) Probe(ctx context.Context) (string, error) {
	ctx, cancel := e.config.Clock.WithTimeout(ctx, patience)
	defer cancel()
	session, err := e.dial(ctx)
	if err != nil {
		return "", err
	}
	defer session.end()
	if err := session.smtp.Noop(); err != nil {
		return "", e.explain(err)
	}
	what := "the mail server answers"
	if e.config.Username != "" {
		what += " and the credential signs in"
	}
	return what, nil
}

func (e *Email) id(key string) string {
	_, domain, _ := strings.Cut(e.from.Address, "@")
	return messageID(key) + "@handoffd." + domain
}

// letter is a message as a mail.
func (e *Email) letter(m engine.Message) (*mail.Msg, *connectors.Error) {
	refused := func(what string) *connectors.Error {
		return &connectors.Error{System: system(workflows.ByEmail), Class: connectors.ParkRecord, Message: what, Fix: "correct the person's address"}
	}
	letter := mail.NewMsg()
	letter.Subject(oneLine(m.Title))
	letter.SetDateWithValue(m.At)
	letter.SetMessageIDWithValue(e.id(m.Key))
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // no out-of-office replies, RFC 3834
	if err := letter.From(e.from.String()); err != nil {
		return nil, refused("the sender's address is not taken")
	}
	to, err := netmail.ParseAddress(m.To)
	if err != nil || to.Address != m.To { // a name, or a second address, has no business here
		return nil, refused("the recipient's address is none")
	}
	if err := letter.To(m.To); err != nil {
		return nil, refused("the recipient's address is not taken")
	}
	html, err := mailHTML(m)
	if err != nil {
		return nil, refused("the text cannot be shown")
	}
	letter.SetBodyString(mail.TypeTextPlain, plain(m.Body)+"\n\n-- \n"+footer(m)+"\n")
	letter.AddAlternativeString(mail.TypeTextHTML, html)
	return letter, nil
}

// session is one connection that is signed in.
type session struct {
	client *mail.Client
	smtp   *smtp.Client
}

func (s *session) end() {
	_ = s.client.CloseWithSMTPClient(s.smtp) // what was taken is taken
}

// dial connects and signs in. The connection ends with ctx.
func (e *Email) dial(ctx context.Context) (*session, *connectors.Error) {
	options := []mail.Option{
		mail.WithPort(e.port), mail.WithTimeout(patience), mail.WithoutNoop(),
		mail.WithTLSConfig(&tls.Config{ServerName: e.host, MinVersion: tls.VersionTLS12, RootCAs: e.config.Roots}),
	}
	switch e.config.TLS {
	case TLS:
		options = append(options, mail.WithSSL())
	case NoTLS:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS), mail.WithDialContextFunc(bound(ctx)))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory), mail.WithDialContextFunc(bound(ctx)))
	}
	if e.config.Username != "" {
		kind := mail.SMTPAuthAutoDiscover
		if e.config.TLS == NoTLS {
			kind = mail.SMTPAuthPlainNoEnc
		}
		options = append(options, mail.WithSMTPAuth(kind), mail.WithUsername(e.config.Username), mail.WithPassword(e.config.Password))
	}
	client, err := mail.NewClient(e.host, options...)
	if err != nil {
		return nil, e.explainDial(fmt.Errorf("setting up: %w", err))
	}
	connected, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return nil, e.explainDial(err)
	}
	return &session{client, connected}, nil
}

// bound dials a connection that is closed when ctx ends: the library looks at
// its context only while it connects, and a server may fall silent later.
// With TLS from the first byte the library dials by itself, since it would not
// see the protection otherwise; there only its own timeout ends a silence.
func bound(ctx context.Context) mail.DialContextFunc {
	return func(dialing context.Context, network, address string) (net.Conn, error) {
		var d net.Dialer
		conn, err := d.DialContext(dialing, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = conn.Close() })
		return conn, nil
	}
}
