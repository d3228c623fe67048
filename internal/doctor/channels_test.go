package doctor_test

import (
	"context"
	"strings"
	"testing"

	"handoffd/connectors"
	"handoffd/internal/doctor"
	"handoffd/internal/engine"
	"handoffd/workflows"
)

// way is a channel that says what a test wants it to say.
type way struct {
	name workflows.Channel
	err  error
}

func (w way) Name() workflows.Channel { return w.name }
func (w way) Repeats() bool           { return false }
func (w way) Send(context.Context, engine.Message) connectors.Result {
	panic("doctor told somebody something")
}
func (w way) Probe(context.Context) (string, error) { return "it answers", w.err }

// findings shows what a report says of places that begin with a word.
func findings(r doctor.Report, where string) string {
	var b strings.Builder
	for _, f := range r.Findings {
		if strings.HasPrefix(f.Where, where) {
			b.WriteString(string(f.Status) + " " + f.Where + ": " + f.What + "\n")
		}
	}
	return b.String()
}

func TestChannels(t *testing.T) {
	t.Parallel()
	r := newRig(t).people().fields()
	r.person("retired@acme.example", false)
	people := `{manager: [crm], heads: [crm, email, slack], people: {heads: [manager@acme.example, retired@acme.example, vp@elsewhere.example]}}`
	r.edit = append(r.edit, [2]string{"alerts: {manager: crm}", "alerts: " + people},
		[2]string{"store: {sqlite", "channels: {email: {smtp: \"127.0.0.1:25\", from: a@acme.example}, slack: {webhook_url: \"${SECRET}\"}}\nstore: {sqlite"})
	r.ways = []engine.Channel{
		way{name: workflows.ByEmail}, way{name: workflows.ByWebhook},
		way{name: workflows.BySlack, err: &connectors.Error{System: "slack", Class: connectors.Stop, Code: "token_revoked", Fix: "a new token"}},
	}
	report := r.examine()
	if got, want := findings(report, "channels."), `ok channels.email: it answers
warn channels.webhook: it is set up, and no audience is told on it
ok channels.webhook: it answers
fail channels.slack: token_revoked
`; got != want {
		t.Errorf("findings\n%s", got)
	}
	for _, says := range []string{
		"ok workflows.alerts.people.heads[0]: manager@acme.example is manager Person", "ok workflows.alerts.people.heads[1]: retired@acme.example is no active user of a CRM and is told by e-mail",
	} {
		if got := findings(report, "workflows.alerts"); !strings.Contains(got, says) {
			t.Errorf("no %q in\n%s", says, got)
		}
	}
	r.ways = nil
	if got := findings(r.examine(), "workflows.alerts.people.heads[2]"); !strings.HasPrefix(got, "warn") || !strings.Contains(got, "only Salesforce can tell them") {
		t.Errorf("findings %s", got)
	}
}
