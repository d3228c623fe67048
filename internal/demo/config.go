package demo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"handoffd"
	"handoffd/internal/app"
)

// Settings are what a config for two sandboxes says otherwise than the example.
// Paths are relative to the config's folder.
type Settings struct {
	SalesforceURL, HubSpotURL string
	ClientID, Username        string
	KeyFile, TokenFile, Store string
	// Listen is where the daemon's web pages are.
	Listen string
	// GoLive: the daemon writes without a release.
	GoLive bool
}

// Config returns the example config with the settings in place of its own
// values; everything else, comments too, stays as it is. It fails if the
// example no longer has a value that is to be replaced.
func Config(s Settings) ([]byte, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(handoffd.ExampleConfig, &root); err != nil {
		return nil, fmt.Errorf("reading the example config: %w", err)
	}
	var edits []edit
	for _, v := range s.values() {
		e, err := locate(handoffd.ExampleConfig, &root, v.path)
		if err != nil {
			return nil, fmt.Errorf("making a config from the example: %w", err)
		}
		e.with = v.text
		edits = append(edits, e)
	}
	out := replace(handoffd.ExampleConfig, edits)
	if _, problems := app.Parse("config.yaml", out); problems.Failed() {
		return nil, fmt.Errorf("making a config from the example: %w", problems.Err())
	}
	return out, nil
}

type value struct{ path, text string }

func (s Settings) values() []value {
	return []value{
		{"connectors.salesforce.login_url", quoted(s.SalesforceURL)},
		{"connectors.salesforce.auth.jwt.client_id", quoted(s.ClientID)},
		{"connectors.salesforce.auth.jwt.username", quoted(s.Username)},
		{"connectors.salesforce.auth.jwt.private_key_file", quoted(s.KeyFile)},
		{"connectors.hubspot.base_url", quoted(s.HubSpotURL)},
		{"connectors.hubspot.auth.token", quoted("file:" + s.TokenFile)},
		{"store.sqlite", quoted(s.Store)},
		{"http.listen", quoted(s.Listen)},
		{"go_live", strconv.FormatBool(s.GoLive)},
	}
}

// quoted writes a scalar in double quotes; a JSON string is one in YAML too.
func quoted(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string and a Builder cannot fail
	return strings.TrimSpace(b.String())
}

// edit replaces the text from one offset to another.
type edit struct {
	from, to int
	with     string
}

// replace carries out edits that do not overlap.
func replace(src []byte, edits []edit) []byte {
	sort.Slice(edits, func(i, j int) bool { return edits[i].from < edits[j].from })
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, src[at:e.from]...), e.with...)
		at = e.to
	}
	return append(out, src[at:]...)
}

// locate finds where the scalar at a path ("store.sqlite") stands in the text.
func locate(src []byte, root *yaml.Node, path string) (edit, error) {
	n := root.Content[0]
	for _, key := range strings.Split(path, ".") {
		child := childOf(n, key)
		if child == nil {
			return edit{}, fmt.Errorf("finding %s: there is no %s", path, key)
		}
		n = child
	}
	if n.Kind != yaml.ScalarNode {
		return edit{}, fmt.Errorf("finding %s: it is not a single value", path)
	}
	from, err := offset(src, n.Line, n.Column)
	if err != nil {
		return edit{}, fmt.Errorf("finding %s: %w", path, err)
	}
	written := n.Value
	switch n.Style {
	case yaml.DoubleQuotedStyle:
		written = quoted(n.Value)
	case yaml.SingleQuotedStyle:
		written = "'" + strings.ReplaceAll(n.Value, "'", "''") + "'"
	}
	if !bytes.HasPrefix(src[from:], []byte(written)) {
		return edit{}, fmt.Errorf("finding %s: line %d does not hold %s where it should", path, n.Line, written)
	}
	return edit{from: from, to: from + len(written)}, nil
}

func childOf(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// offset is where a line and column (both from 1, columns in characters) lie.
func offset(src []byte, line, column int) (int, error) {
	at := 0
	for range line - 1 {
		end := bytes.IndexByte(src[at:], '\n')
		if end < 0 {
			return 0, errors.New("the text has fewer lines")
		}
		at += end + 1
	}
	rest := []rune(string(src[at:]))
	if column-1 > len(rest) {
		return 0, errors.New("the line is shorter")
	}
	return at + len(string(rest[:column-1])), nil
}
