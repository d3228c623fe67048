package scenario

import (
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gopkg.in/yaml.v3"

	"handoffd"
	"handoffd/internal/app"
	"handoffd/internal/yamlpos"
	"handoffd/workflows"
)

// ExampleName is what the embedded example config is called.
const ExampleName = "config.example.yaml"

// The addresses of the sandboxes, which are called in process, and the names of
// the secrets that sign in to them.
const (
	salesforceURL    = "http://127.0.0.1:1"
	hubspotURL       = "http://127.0.0.1:2"
	salesforceSecret = "HANDOFFD_SCENARIO_SALESFORCE_SECRET"
	hubspotToken     = "HANDOFFD_SCENARIO_HUBSPOT_TOKEN"
)

// settings is the config as a tree, with what the scenario changes in it.
type settings struct {
	path   string
	tree   *yaml.Node
	signed bool
	// changes counts the policies of the timeline.
	changes int
}

// loadConfig reads the config file, the embedded example if there is none. Its
// mistakes are the collector's.
func loadConfig(path string, c *yamlpos.Collector) (settings, *app.Config, error) {
	src := handoffd.ExampleConfig
	if path == "" {
		path = ExampleName
	} else {
		var err error
		if src, err = os.ReadFile(path); err != nil {
			return settings{}, nil, fmt.Errorf("reading config: %w", err)
		}
	}
	config, problems := app.Parse(path, src)
	for _, p := range problems.Problems() {
		if p.Severity == yamlpos.Error {
			c.Add(p)
		}
	}
	if problems.Failed() {
		return settings{}, nil, nil
	}
	var root yaml.Node
	if err := yaml.Unmarshal(src, &root); err != nil {
		return settings{}, nil, fmt.Errorf("reading config: %w", err)
	}
	return settings{path: path, tree: root.Content[0], signed: true}, config, nil
}

// with returns the settings with a section's keys laid over; what is no mapping
// replaces what was there.
func (s settings) with(section string, over *yaml.Node) (settings, error) {
	s.tree = clone(s.tree)
	have := valueOf(s.tree, section)
	if have != nil && have.Kind == yaml.ScalarNode { // a file of its own
		src, err := os.ReadFile(filepath.Join(filepath.Dir(s.path), have.Value))
		if err != nil {
			return s, fmt.Errorf("reading the config's %s: %w", section, err)
		}
		var root yaml.Node
		if err := yaml.Unmarshal(src, &root); err != nil || len(root.Content) == 0 {
			return s, fmt.Errorf("reading the config's %s: %w", section, errors.Join(err, errors.New("it is empty")))
		}
		have = root.Content[0]
	}
	if have == nil {
		have = &yaml.Node{Kind: yaml.MappingNode}
	}
	setValue(s.tree, section, merged(have, over))
	return s, nil
}

// compile makes the config that the daemon runs on: signed in to the sandboxes,
// with a store of its own and nothing to listen on.
func (s settings) compile(store, clientID string, at time.Time) (*app.Config, *yamlpos.Collector, error) {
	tree := clone(s.tree)
	over := map[string]any{
		"connectors": map[string]any{
			"salesforce": map[string]any{"login_url": salesforceURL},
			"hubspot":    map[string]any{"base_url": hubspotURL},
		},
		"store": map[string]any{"sqlite": store}, "go_live": false,
	}
	var node yaml.Node
	if err := node.Encode(over); err != nil {
		return nil, nil, fmt.Errorf("making the scenario's config: %w", err)
	}
	tree = merged(tree, &node)
	connectors := valueOf(tree, "connectors")
	auth := map[string]any{
		"salesforce": map[string]any{"client_credentials": map[string]string{"client_id": clientID, "client_secret": "${" + salesforceSecret + "}"}},
		"hubspot":    map[string]any{"token": "${" + hubspotToken + "}"},
	}
	for _, system := range systemsOf() {
		var how yaml.Node
		if err := how.Encode(auth[string(system)]); err != nil {
			return nil, nil, fmt.Errorf("making the scenario's config: %w", err)
		}
		setValue(valueOf(connectors, string(system)), "auth", &how)
	}
	removeKey(tree, "http")
	text, err := yaml.Marshal(tree)
	if err != nil {
		return nil, nil, fmt.Errorf("making the scenario's config: %w", err)
	}
	config, problems := app.Parse(s.path, text)
	if s.signed && !problems.Failed() {
		sign(config, s.changes, at)
	}
	return config, problems, nil
}

// sign lets both sides sign what is played, whatever the file says: a scenario
// is there to try rules before anybody signs them. Each change is signed anew.
func sign(config *app.Config, changes int, at time.Time) {
	signature := workflows.Signature{By: fmt.Sprintf("the scenario, %d", changes+1), On: at}
	config.Policy.Signed.Marketing, config.Policy.Signed.Sales = signature, signature
}

// addresses are the e-mail addresses that the rules name: whom accounts fall
// back to, and who is told.
func (s settings) addresses() []string {
	var out []string
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n == nil {
			return
		}
		if n.Kind == yaml.ScalarNode {
			if a, err := mail.ParseAddress(n.Value); err == nil && a.Name == "" && a.Address == n.Value && !slices.Contains(out, n.Value) {
				out = append(out, n.Value)
			}
		}
		for _, child := range n.Content {
			walk(child)
		}
	}
	walk(valueOf(s.tree, "workflows"))
	return out
}
