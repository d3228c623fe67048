package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"handoffd/connectors"
	"handoffd/internal/demo/crmapi"
	"handoffd/internal/engine"
	"handoffd/internal/yamlpos"
)

// command is what an admin does with handoffd.
func (r *reader) command(m *yamlpos.Map) act {
	var word string
	yamlpos.Enum(m.Get("handoffd"), &word, "release", "pause", "resume", "restart")
	return func(ctx context.Context, p *player) (string, error) {
		words := "handoffd " + word
		switch word {
		case "release":
			return words, engine.Release(ctx, p.daemon.Store, p.clock.Now())
		case "pause":
			return words, engine.Pause(ctx, p.daemon.Store, p.clock.Now())
		case "resume":
			return words, engine.Resume(ctx, p.daemon.Store)
		default:
			return words, p.restart(ctx)
		}
	}
}

// policy is a new version of the rules: laid over the ones that hold, signed,
// and taken over as at a reload.
func (r *reader) policy(m *yamlpos.Map) act {
	n := m.Get("policy")
	set, config, ok := r.override(n, "workflows", r.scenario.settings)
	if !ok {
		return nil
	}
	set.changes++
	set.signed = true
	r.scenario.settings, r.config = set, config
	r.knowRules()
	return func(ctx context.Context, p *player) (string, error) {
		next, problems, err := set.compile(p.config.SQLite, p.world.Credentials.Salesforce.ClientID, p.clock.Now())
		if err == nil {
			err = problems.Err()
		}
		if err != nil {
			return "", err
		}
		p.config = next
		return "the policy is changed", p.restart(ctx)
	}
}

// restart ends the daemon and starts it anew on the same store.
func (p *player) restart(ctx context.Context) error {
	if err := p.daemon.Close(); err != nil {
		return err
	}
	p.daemon = nil
	return p.startDaemon(ctx)
}

// outage lets a CRM's API answer 503, until it ends. People go on working in
// its pages meanwhile.
func (r *reader) outage(m *yamlpos.Map) act {
	in, lasts := r.system(m.Get("outage")), time.Duration(0)
	m.Require("for")
	m.Get("for").DurationIn(&lasts, time.Second, 0)
	return func(ctx context.Context, p *player) (string, error) {
		fault := map[string]any{"action": "status", "status": 503, "count": -1, "path": "^/services/(oauth2/|data/v" + regexp.QuoteMeta(p.config.Salesforce.APIVersion) + "/)"}
		if in == connectors.HubSpot {
			fault = map[string]any{"kind": "status", "status": 503, "count": -1, "path": "/" + regexp.QuoteMeta(p.config.HubSpot.APIVersion) + "/"}
		}
		var reply struct {
			IDs []string `json:"ids"`
		}
		if err := p.crm.Call(ctx, in, http.MethodPost, "/_sandbox/faults", "", fault, &reply); err != nil {
			return "", err
		}
		p.later(p.clock.Now().Add(lasts), func(ctx context.Context, p *player) (string, error) {
			return said("%s answers again", systemName(in)), p.dropFaults(ctx, in, reply.IDs)
		})
		return said("%s is out of order for %s", systemName(in), yamlpos.FormatDuration(lasts)), nil
	}
}

func (p *player) dropFaults(ctx context.Context, in connectors.System, ids []string) error {
	var errs []error
	for _, id := range ids {
		path := "/_sandbox/faults/" + id
		if in == connectors.Salesforce {
			path = "/_sandbox/faults?id=" + id
		}
		errs = append(errs, p.crm.Call(ctx, in, http.MethodDelete, path, "", nil, nil))
	}
	return errors.Join(errs...)
}

// fault is any fault of a sandbox, as its control plane takes it.
func (r *reader) fault(m *yamlpos.Map) act {
	in, with := r.system(m.Get("fault")), r.anything(m.Get("with"))
	m.Require("with")
	return func(ctx context.Context, p *player) (string, error) {
		return said("%s has a fault: %v", systemName(in), compact(with)), p.crm.Call(ctx, in, http.MethodPost, "/_sandbox/faults", "", with, nil)
	}
}

func (r *reader) clearFaults(m *yamlpos.Map) act {
	in := r.system(m.Get("clear_faults"))
	return func(ctx context.Context, p *player) (string, error) {
		return said("the faults of %s end", systemName(in)), p.crm.Call(ctx, in, http.MethodDelete, "/_sandbox/faults", "", nil, nil)
	}
}

// request is any request to a CRM's API; {globex} and {globex.ann} stand for
// ids in that CRM.
func (r *reader) request(m *yamlpos.Map) act {
	in, method, path, body := r.system(m.Get("request")), "GET", r.text(m.Get("path")), r.anything(m.Get("body"))
	m.Require("method", "path")
	m.Get("method").Text(&method)
	return func(ctx context.Context, p *player) (string, error) {
		to, err := p.filled(in, path)
		if err != nil {
			return "", err
		}
		var send any
		if body != nil {
			text, err := p.filled(in, compact(body))
			if err != nil {
				return "", err
			}
			send = json.RawMessage(text)
		}
		words := said("%s %s in %s", method, to, systemName(in))
		if in == connectors.HubSpot {
			return words, p.crm.HubSpot(ctx, method, to, send, nil)
		}
		return words, p.crm.Salesforce(ctx, "", method, to, send, nil)
	}
}

// anything reads a tree as it would stand in JSON.
func (r *reader) anything(n yamlpos.Node) (v any) {
	if !n.OK() {
		return nil
	}
	node := at(r.raw, n.Pos())
	if node == nil {
		n.Errorf(yamlpos.CheckType, "%s: expected a mapping or a list", n.Path())
		return nil
	}
	if err := node.Decode(&v); err != nil {
		n.Errorf(yamlpos.CheckType, "%s: %v", n.Path(), err)
	}
	return v
}

func compact(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}

// filled puts ids into a text.
func (p *player) filled(in connectors.System, text string) (string, error) {
	var missing error
	out := regexp.MustCompile(`\{([A-Za-z0-9_-]+)(?:\.([A-Za-z0-9_-]+))?\}`).ReplaceAllStringFunc(text, func(word string) string {
		inner := word[1 : len(word)-1]
		for _, a := range p.scenario.accounts {
			if a.key == inner && a.ids[in] != "" {
				return a.ids[in]
			}
			for _, c := range a.contacts {
				if a.key+"."+c.key == inner && c.ids[in] != "" {
					return c.ids[in]
				}
			}
		}
		missing = fmt.Errorf("filling in %s: nothing of that name stands in %s", word, in)
		return word
	})
	return out, missing
}

func userPath(who *person) string { return crmapi.Data + "/sobjects/User/" + who.salesforce }
