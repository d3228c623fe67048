package channels

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"

	"handoffd/connectors"
	"handoffd/workflows"
)

func system(c workflows.Channel) connectors.System { return connectors.System(c) }

// explainDial says what it means that the server could not be spoken to.
func (e *Email) explainDial(err error) *connectors.Error {
	out := &connectors.Error{System: system(workflows.ByEmail), Class: connectors.Retry, Message: e.words(err)}
	var reply *textproto.Error
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var verification *tls.CertificateVerificationError
	switch {
	case errors.As(err, &reply) && reply.Code >= 500:
		out.Class, out.Code = connectors.Stop, strconv.Itoa(reply.Code)
		out.Fix = "correct username and password in channels.email"
	case errors.As(err, &reply):
		out.Code = strconv.Itoa(reply.Code)
	case errors.As(err, &authority), errors.As(err, &name), errors.As(err, &verification):
		out.Class, out.Fix = connectors.Stop, "the server's certificate does not fit channels.email.smtp"
	case strings.Contains(err.Error(), "STARTTLS"):
		out.Class, out.Fix = connectors.Stop, "the server offers no STARTTLS: set channels.email.tls to tls, or use its other port"
	case strings.Contains(err.Error(), "SMTP AUTH"), errors.Is(err, mail.ErrPlainAuthNotSupported), errors.Is(err, mail.ErrNoSupportedAuthDiscovered):
		out.Class, out.Fix = connectors.Stop, "the server takes no sign-in that fits; correct channels.email"
	case errors.As(err, new(tls.RecordHeaderError)):
		out.Class, out.Fix = connectors.Stop, "the server does not speak TLS from the first byte: set channels.email.tls to starttls"
	}
	return out
}

// explain says what it means that the server did not take a mail.
func (e *Email) explain(err error) *connectors.Error {
	out := &connectors.Error{System: system(workflows.ByEmail), Class: connectors.Retry, Message: e.words(err)}
	var sent *mail.SendError
	if !errors.As(err, &sent) {
		return out
	}
	code := sent.ErrorCode()
	if code > 0 {
		out.Code = strconv.Itoa(code)
	}
	switch {
	case code == 0 && sent.Reason == mail.ErrSMTPDataClose:
		// The whole mail was sent and the answer is missing.
		out.Class = connectors.UnknownOutcome
	case code == 0 && (sent.Reason == mail.ErrGetSender || sent.Reason == mail.ErrGetRcpts || sent.Reason == mail.ErrNoUnencoded):
		out.Class = connectors.ParkRecord
	case code == 530 || code == 535:
		out.Class, out.Fix = connectors.Stop, "the server wants a sign-in: set username and password in channels.email"
	case code >= 500 && sent.Reason == mail.ErrSMTPMailFrom:
		out.Class, out.Fix = connectors.Stop, "the server does not let us send from channels.email.from"
	case code >= 500 && sent.Reason == mail.ErrSMTPRcptTo:
		out.Class, out.Fix = connectors.ParkRecord, "correct the person's address"
	case code >= 500:
		out.Class = connectors.ParkRecord
	}
	return out
}

// words are what the server or the library says, without addresses.
func (e *Email) words(err error) string {
	text, _, _ := strings.Cut(err.Error(), ", affected recipient")
	text, _, _ = strings.Cut(text, ", affected message")
	return redact(text, e.config.Password, e.config.Username)
}
