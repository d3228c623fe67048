package channels_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/channels"
	"handoffd/internal/clock"
)

// hostile is what every text of a message must have become: no mention, no
// link, no markup.
const hostile = "Evil &lt;b&gt;Corp&lt;/b&gt; &amp; &lt;!channel&gt;\nsecond line"

func TestSlackWebhook(t *testing.T) {
	t.Parallel()
	s, got := receiver(t, http.StatusOK, nil, "ok")
	c := channels.NewSlack(channels.SlackConfig{WebhookURL: s.URL + "/services/T0/B0/x", Clock: clock.NewFake(monday())})
	m := message()
	m.Title = "*bold* <!here> <@U1>"
	if r := c.Send(t.Context(), m); r.Outcome != connectors.Done {
		t.Fatalf("result %+v", r)
	}
	var sent struct{ Text, Parse string }
	if err := json.Unmarshal((*got)[0].body, &sent); err != nil {
		t.Fatal(err)
	}
	if sent.Parse != "none" || !strings.Contains(sent.Text, hostile) || strings.ContainsAny(sent.Text, "<>") || !strings.HasPrefix(sent.Text, "*·bold· &lt;!here&gt; &lt;@U1&gt;*\n") {
		t.Errorf("sent %+v", sent)
	}
	if what, err := c.Probe(t.Context()); err != nil || len(*got) != 1 {
		t.Errorf("probe %q, %v; %d requests, want none of its own", what, err, len(*got))
	}
}

func TestSlackBot(t *testing.T) {
	t.Parallel()
	s, got := receiver(t, http.StatusOK, nil, `{"ok": true, "channel": "C1", "ts": "1.2", "team": "Acme"}`)
	c := channels.NewSlack(channels.SlackConfig{Token: "xoxb-1", Channel: "C1", API: s.URL + "/", Clock: clock.NewFake(monday())})
	if r := c.Send(t.Context(), message()); r.Outcome != connectors.Done || r.ID != "1.2" || c.Repeats() {
		t.Fatalf("result %+v", r)
	}
	form, err := url.ParseQuery(string((*got)[0].body))
	if err != nil || (*got)[0].path != "/chat.postMessage" || form.Get("channel") != "C1" || !strings.Contains(form.Get("text"), hostile) {
		t.Errorf("posted %v to %s, %v", form, (*got)[0].path, err)
	}
	if form.Get("parse") == "full" || form.Get("link_names") == "true" || form.Get("link_names") == "1" {
		t.Errorf("names in the text would become mentions: %v", form)
	}
	if what, err := c.Probe(t.Context()); err != nil || !strings.Contains(what, "Acme") || (*got)[1].path != "/auth.test" {
		t.Errorf("probe %q, %v", what, err)
	}
}

func TestSlackFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		header map[string]string
		body   string
		class  connectors.Class
	}{
		{"wait", http.StatusTooManyRequests, map[string]string{"Retry-After": "30"}, "", connectors.Retry},
		{"dead token", http.StatusOK, nil, `{"ok": false, "error": "token_revoked"}`, connectors.Stop},
		{"not in channel", http.StatusOK, nil, `{"ok": false, "error": "not_in_channel"}`, connectors.Stop},
		{"no text", http.StatusOK, nil, `{"ok": false, "error": "no_text"}`, connectors.ParkRecord},
		{"perhaps", http.StatusOK, nil, `{"ok": false, "error": "fatal_error"}`, connectors.UnknownOutcome},
		{"down", http.StatusServiceUnavailable, nil, "<html>", connectors.Retry},
		{"broken", http.StatusBadGateway, nil, "<html>", connectors.UnknownOutcome},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, _ := receiver(t, c.status, c.header, c.body)
			bot := channels.NewSlack(channels.SlackConfig{Token: "xoxb-1", Channel: "C1", API: s.URL + "/", Clock: clock.NewFake(monday())})
			r := bot.Send(t.Context(), message())
			if connectors.ClassOf(r.Err) != c.class {
				t.Fatalf("result %+v, want class %s", r, c.class)
			}
			if at := retryAt(r.Err); c.name == "wait" && !at.Equal(monday().Add(30*time.Second)) {
				t.Errorf("retry at %v", at)
			}
			secretFree(t, r.Err, "xoxb-1")
		})
	}
	gone, _ := receiver(t, http.StatusNotFound, nil, "no_service")
	hook := channels.NewSlack(channels.SlackConfig{WebhookURL: gone.URL + "/services/secret", Clock: clock.NewFake(monday())})
	if r := hook.Send(t.Context(), message()); connectors.ClassOf(r.Err) != connectors.Stop {
		t.Errorf("a webhook that is gone gave %+v", r)
	}
	gone.Close()
	r := hook.Send(t.Context(), message())
	if connectors.ClassOf(r.Err) != connectors.Retry {
		t.Errorf("no connection gave %+v", r)
	}
	secretFree(t, r.Err, "services/secret")
	odd := channels.NewSlack(channels.SlackConfig{WebhookURL: "https://hooks.slack.com/T0/B0", Clock: clock.NewFake(monday())})
	if _, err := odd.Probe(t.Context()); connectors.ClassOf(err) != connectors.Stop {
		t.Errorf("an address that is none of Slack's: %v", err)
	}
}

func TestSlackLongText(t *testing.T) {
	t.Parallel()
	s, got := receiver(t, http.StatusOK, nil, "ok")
	c := channels.NewSlack(channels.SlackConfig{WebhookURL: s.URL, Clock: clock.NewFake(monday())})
	m := message()
	m.Body = strings.Repeat("é", 50000)
	if r := c.Send(t.Context(), m); r.Outcome != connectors.Done {
		t.Fatalf("result %+v", r)
	}
	var sent struct{ Text string }
	if err := json.Unmarshal((*got)[0].body, &sent); err != nil || !strings.Contains(sent.Text, "the rest does not fit") || len([]rune(sent.Text)) > 40000 {
		t.Errorf("%d characters, %v", len([]rune(sent.Text)), err)
	}
}
