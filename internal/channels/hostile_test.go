package channels_test

import (
	"encoding/json"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/internal/channels"
	"handoffd/internal/clock"
	"handoffd/internal/engine"
)

// hostileText draws texts that try to become something else.
func hostileText() *rapid.Generator[string] {
	piece := rapid.SampledFrom([]string{
		"\r\n", "\n", "\r", "\x00", "\u2028", "\u202e", "Bcc: x@evil.example", "Subject: y", "<!channel>", "<@U1>", "<script>", "&lt;", "]]>", ".\r\n", "=?utf-8?q?a=0D=0AB?=", "é", "名", "a", " ", "\xff",
	})
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "") })
}

// TestHostileTexts: whatever a CRM holds, a mail has the same headers as any
// other and its page no markup of theirs, and Slack gets no mention.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	server := newMailServer(t, nil)
	e := email(t, server, nil)
	hook, posts := receiver(t, http.StatusOK, nil, "ok")
	s := channels.NewSlack(channels.SlackConfig{WebhookURL: hook.URL, Clock: clock.NewFake(monday())})
	headers := []string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To", "User-Agent", "X-Mailer"}
	rapid.Check(t, func(rt *rapid.T) {
		m := engine.Message{Key: hostileText().Draw(rt, "key"), To: "boss@acme.example", At: monday(), Account: hostileText().Draw(rt, "account")}
		m.Title, m.Body = hostileText().Draw(rt, "title"), hostileText().Draw(rt, "body")
		if r := e.Send(t.Context(), m); r.Outcome != connectors.Done {
			rt.Fatalf("mail %+v", r)
		}
		all := server.taken()
		parsed, err := mail.ReadMessage(strings.NewReader(all[len(all)-1].data))
		if err != nil {
			rt.Fatal(err)
		}
		for name := range parsed.Header {
			if !slices.Contains(headers, name) {
				rt.Fatalf("the title %q made a header %s", m.Title, name)
			}
		}
		if _, html := parts(t, parsed); strings.Contains(html, "<script") || strings.Contains(html, "<!channel") {
			rt.Fatalf("the page holds markup: %s", html)
		}
		if r := s.Send(t.Context(), m); r.Outcome != connectors.Done {
			rt.Fatalf("slack %+v", r)
		}
		var sent struct{ Text string }
		if err := json.Unmarshal((*posts)[len(*posts)-1].body, &sent); err != nil || strings.ContainsAny(sent.Text, "<>\x00\u202e") {
			rt.Fatalf("slack got %q, %v", sent.Text, err)
		}
	})
}
