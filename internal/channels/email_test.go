package channels_test

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/channels"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
)

func monday() time.Time { return time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC) }

// message is one whose account has a hostile name.
func message() engine.Message {
	return engine.Message{
		Key: "hs-1/1/sdr/alert/manager/email/aa", Kind: "alert", To: "boss@acme.example",
		Title: "Late: Evil\r\nBcc: everybody@acme.example\r\n\r\n<script>", Body: "Evil <b>Corp</b> & <!channel>\nsecond line", At: monday(),
	}
}

func email(t *testing.T, s *mailServer, change func(*channels.EmailConfig)) *channels.Email {
	t.Helper()
	c := channels.EmailConfig{Server: s.address, From: "handoffd <robot@acme.example>", TLS: channels.NoTLS, Clock: clock.NewFake(monday())}
	if change != nil {
		change(&c)
	}
	e, err := channels.NewEmail(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestMail(t *testing.T) {
	t.Parallel()
	s := newMailServer(t, nil)
	e := email(t, s, nil)
	for range 2 {
		if r := e.Send(t.Context(), message()); r.Outcome != connectors.Done {
			t.Fatalf("result %+v", r)
		}
	}
	mails := s.taken()
	if len(mails) != 2 || mails[0].to != "TO:<boss@acme.example>" {
		t.Fatalf("mails %+v", mails)
	}
	var ids []string
	for _, m := range mails {
		parsed, err := mail.ReadMessage(strings.NewReader(m.data))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, parsed.Header.Get("Message-ID"))
		subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
		if want := "Late: Evil Bcc: everybody@acme.example <script>"; err != nil || subject != want {
			t.Errorf("subject %q, %v, want %q", subject, err, want)
		}
		if got := parsed.Header.Get("Bcc"); got != "" {
			t.Errorf("a title became the header Bcc: %q", got)
		}
		if at, err := parsed.Header.Date(); err != nil || !at.Equal(monday()) {
			t.Errorf("date %v, %v", at, err)
		}
		text, html := parts(t, parsed)
		if !strings.Contains(text, "Evil <b>Corp</b> & <!channel>\r\nsecond line") {
			t.Errorf("text %q", text)
		}
		if strings.Contains(html, "<b>") || strings.Contains(html, "<script>") || !strings.Contains(html, "Evil &lt;b&gt;Corp&lt;/b&gt; &amp; &lt;!channel&gt;") {
			t.Errorf("html is not escaped: %s", html)
		}
	}
	if ids[0] == "" || ids[0] != ids[1] || !strings.HasSuffix(ids[0], "@handoffd.acme.example>") {
		t.Errorf("message ids %v, want the same twice", ids)
	}
}

func parts(t *testing.T, m *mail.Message) (text, html string) {
	t.Helper()
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return found["text/plain"], found["text/html"]
		} else if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		found[kind] = string(data)
	}
}

// TestMailFaults: what a server says decides whether the mail is tried again,
// parked, or waits for the operator; no address and no secret is repeated.
func TestMailFaults(t *testing.T) {
	t.Parallel()
	refuse := func(verb, answer string) func(*mailServer) {
		return func(s *mailServer) {
			s.answer = func(command string) string {
				if strings.HasPrefix(command, verb) {
					return answer
				}
				return ""
			}
		}
	}
	signIn := func(password string) func(*channels.EmailConfig) {
		return func(c *channels.EmailConfig) { c.Username, c.Password = "robot", password }
	}
	wanted := func(s *mailServer) { s.user = "robot\x00right" }
	for _, c := range []struct {
		name   string
		server func(*mailServer)
		config func(*channels.EmailConfig)
		class  connectors.Class
		says   string
	}{
		{"greylisted", refuse("RCPT", "451 4.7.1 boss@acme.example later"), nil, connectors.Retry, "later"},
		{"no such person", refuse("RCPT", "550 5.1.1 <boss@acme.example> unknown"), nil, connectors.ParkRecord, "unknown"},
		{"sender refused", refuse("MAIL", "553 robot@acme.example is not yours"), nil, connectors.Stop, "channels.email.from"},
		{"sign-in wanted", refuse("MAIL", "530 5.7.0 sign in first"), nil, connectors.Stop, "username and password"},
		{"content refused", refuse(".", "554 5.7.1 looks like spam"), nil, connectors.ParkRecord, "spam"},
		{"content later", refuse(".", "452 4.3.1 disk full"), nil, connectors.Retry, "disk full"},
		{"answer lost", refuse(".", "drop"), nil, connectors.UnknownOutcome, ""},
		{"busy", refuse("", "421 too busy"), nil, connectors.Retry, ""},
		{"no STARTTLS", nil, func(c *channels.EmailConfig) { c.TLS = channels.StartTLS }, connectors.Stop, "offers no STARTTLS"},
		{"wrong password", wanted, signIn("hunter2"), connectors.Stop, "correct username and password"},
		{"nobody there", func(s *mailServer) { _ = s.listener.Close() }, nil, connectors.Retry, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newMailServer(t, c.server)
			r := email(t, s, c.config).Send(t.Context(), message())
			if r.Outcome == connectors.Done || connectors.ClassOf(r.Err) != c.class || !strings.Contains(r.Err.Error(), c.says) {
				t.Fatalf("result %+v, want class %s that says %q", r, c.class, c.says)
			}
			if want := c.class == connectors.UnknownOutcome; (r.Outcome == connectors.Unsure) != want {
				t.Errorf("outcome %s", r.Outcome)
			}
			for _, secret := range []string{"@acme.example", "hunter2", "Evil"} {
				if strings.Contains(fmt.Sprintf("%v", r.Err), secret) {
					t.Errorf("the error repeats %q: %v", secret, r.Err)
				}
			}
			if n := len(s.taken()); n != 0 {
				t.Errorf("%d mails were taken", n)
			}
		})
	}
}

func TestMailToNoAddress(t *testing.T) {
	t.Parallel()
	e := email(t, newMailServer(t, nil), nil)
	for _, to := range []string{"", "nobody", "a@acme.example, b@acme.example", "a@acme.example\r\nRCPT TO:<b@acme.example>", "X <a@acme.example>"} {
		m := message()
		m.To = to
		if r := e.Send(t.Context(), m); connectors.ClassOf(r.Err) != connectors.ParkRecord {
			t.Errorf("to %q: %+v, want it parked", to, r)
		}
	}
}

func TestMailOverTLS(t *testing.T) {
	t.Parallel()
	config, roots := certificate(t)
	for _, way := range []string{channels.StartTLS, channels.TLS} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := newMailServer(t, func(s *mailServer) { s.tls, s.implicit, s.user = config, way == channels.TLS, "robot\x00right" })
			trusting := email(t, s, func(c *channels.EmailConfig) {
				c.TLS, c.Roots, c.Username, c.Password = way, roots, "robot", "right"
			})
			if r := trusting.Send(t.Context(), message()); r.Outcome != connectors.Done {
				t.Errorf("result %+v", r)
			}
			if what, err := trusting.Probe(t.Context()); err != nil || !s.heard("NOOP") || !strings.Contains(what, "signs in") {
				t.Errorf("probe: %q, %v", what, err)
			}
			wary := email(t, s, func(c *channels.EmailConfig) { c.TLS = way })
			if r := wary.Send(t.Context(), message()); connectors.ClassOf(r.Err) != connectors.Stop {
				t.Errorf("a foreign certificate gave %+v", r)
			}
		})
	}
	s := newMailServer(t, nil) // speaks no TLS
	plainly := email(t, s, func(c *channels.EmailConfig) { c.TLS = channels.TLS })
	if r := plainly.Send(t.Context(), message()); connectors.ClassOf(r.Err) != connectors.Stop {
		t.Errorf("a server without TLS gave %+v", r)
	}
}

// TestMailServerFallsSilent: the clock ends a send, whatever the server does.
func TestMailServerFallsSilent(t *testing.T) {
	t.Parallel()
	silent := make(chan struct{}, 1)
	s := newMailServer(t, func(s *mailServer) {
		s.answer = func(command string) string {
			if strings.HasPrefix(command, "MAIL") {
				silent <- struct{}{}
				return "hang"
			}
			return ""
		}
	})
	c := clock.NewFake(monday())
	e := email(t, s, func(config *channels.EmailConfig) { config.Clock = c })
	done := make(chan connectors.Result)
	go func() { done <- e.Send(t.Context(), message()) }()
	<-silent
	c.Advance(time.Minute)
	if r := <-done; connectors.ClassOf(r.Err) != connectors.Retry {
		t.Errorf("result %+v, want it tried again: no mail was sent", r)
	}
}

func TestNewEmailRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []channels.EmailConfig{
		{Server: "smtp.acme.example", From: "a@acme.example"}, {Server: "smtp.acme.example:x", From: "a@acme.example"}, {Server: "smtp.acme.example:25", From: "a"},
	} {
		if _, err := channels.NewEmail(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

// TestMailOfAPage: a report is a whole page, and its mail is that page alone.
func TestMailOfAPage(t *testing.T) {
	t.Parallel()
	s := newMailServer(t, nil)
	m := message()
	m.HTML = "<!DOCTYPE html>\n<html><body><h1>October</h1></body>\n</html>\n"
	if r := email(t, s, nil).Send(t.Context(), m); r.Outcome != connectors.Done {
		t.Fatalf("result %+v", r)
	}
	parsed, err := mail.ReadMessage(strings.NewReader(s.taken()[0].data))
	if err != nil {
		t.Fatal(err)
	}
	_, html := parts(t, parsed)
	if strings.Count(html, "<html") != 1 || strings.Count(html, "</body>") != 1 || !strings.Contains(html, "<h1>October</h1>") || !strings.Contains(html, "Sent by handoffd") {
		t.Errorf("the page: %s", html)
	}
}
