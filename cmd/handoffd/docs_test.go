package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"handoffd"
	"handoffd/internal/app"
	"handoffd/internal/scenario"
	"handoffd/internal/yamlpos"
)

// TestDocs checks every block of every page. What a block is, its fence says:
//
//	yaml                  a config, or a part of one: it is laid over the example
//	                      config, under the section that its keys belong to
//	yaml fields           fields of mapping.account, laid over in the same way
//	yaml signals          signals of mapping.signals
//	yaml scenario         a scenario, which is played
//	yaml scenario entry   entries of a timeline, played in the page's scenario
//	json                  JSON
//	console, text, mermaid   nothing that could be checked
//
// A block of any other kind, or without one, fails; so does YAML that hides in an
// indented block.
func TestDocs(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../*.md")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir("../../docs", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(path) == ".md" {
			pages = append(pages, path)
		}
		return err
	})
	if err != nil || len(pages) < 20 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	checked := map[string]int{}
	for _, page := range pages {
		src, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		blocks, err := blocksOf(string(src))
		if err != nil {
			t.Errorf("%s: %v", page, err)
		}
		for _, b := range blocks {
			checked[b.kind]++
			if err := b.check(t, blocks); err != nil {
				t.Errorf("%s:%d: %v", page, b.line, err)
			}
		}
	}
	for _, kind := range []string{"yaml", "yaml fields", "yaml signals", "yaml scenario", "yaml scenario entry"} {
		if checked[kind] == 0 {
			t.Errorf("no block of the kind %q was found, of %v", kind, checked)
		}
	}
}

// block is one block of code on a page.
type block struct {
	kind string // what its fence says; "indented" for one without a fence
	line int
	text string
}

// TestDocsFinds: what TestDocs is there to find, it finds.
func TestDocsFinds(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]string{
		"an unknown kind":          "```toml\na = 1\n```\n",
		"no kind":                  "```\nlimits: {per_day: 1}\n```\n",
		"a block that never ends":  "```yaml\nlimits: {per_day: 1}\n",
		"an unknown key":           "  ```yaml\n  limitts: {per_day: 1}\n  ```\n",
		"a key in the wrong place": "```yaml\nmapping: {limits: {per_day: 1}}\n```\n",
		"a config with too little": "```yaml\nconnectors: {}\nmapping: {}\nworkflows: {version: 1}\n```\n",
		"a wrong field":            "```yaml fields\nx: {type: nmuber}\n```\n",
		"a wrong signal":           "```yaml signals\nx: {hubspot: contact.x, kind: sometimes}\n```\n",
		"no YAML":                  "```yaml\na: [\n```\n",
		"no JSON":                  "```json\n{\n```\n",
		"hidden YAML":              "Say:\n\n    limits: {per_day: 1}\n",
		"a scenario that fails":    "```yaml scenario\nname: x\nstart: 2026-03-02\naccounts: {a: {}}\ntimeline: [{by: 10:00, expect: {a: {state: won}}}]\n```\n",
		"entries without a story":  "```yaml scenario entry\nset: {a: {value: 1}}\n```\n",
	} {
		blocks, err := blocksOf(page)
		for _, b := range blocks {
			if err == nil {
				err = b.check(t, blocks)
			}
		}
		if err == nil {
			t.Errorf("%s is not found", name)
		}
	}
}

// blocksOf finds the fenced blocks of a page, and the indented ones.
func blocksOf(page string) (blocks []block, err error) {
	var open *block
	var fence string
	blank := true
	for i, line := range strings.Split(page, "\n") {
		text := strings.TrimLeft(line, " ")
		switch {
		case open == nil && (strings.HasPrefix(text, "```") || strings.HasPrefix(text, "~~~")):
			fence = text[:3]
			open = &block{kind: strings.TrimSpace(strings.TrimLeft(text, fence[:1])), line: i + 1}
		case open == nil && strings.HasPrefix(line, "    ") && text != "":
			if last := len(blocks) - 1; !blank && last >= 0 && blocks[last].kind == indented {
				blocks[last].text += line[4:] + "\n"
			} else if blank {
				blocks = append(blocks, block{kind: indented, line: i + 1, text: line[4:] + "\n"})
			}
		case open == nil:
		case strings.HasPrefix(text, fence):
			blocks = append(blocks, *open)
			open = nil
		default:
			open.text += line + "\n"
		}
		blank = text == ""
	}
	if open != nil {
		return blocks, fmt.Errorf("the block of line %d is never closed", open.line)
	}
	return blocks, nil
}

const indented = "indented"

func (b block) check(t *testing.T, page []block) error {
	switch b.kind {
	case "console", "text", "mermaid":
		return nil
	case "json":
		if !json.Valid([]byte(b.text)) {
			return fmt.Errorf("this is no JSON")
		}
		return nil
	case "yaml":
		return b.config()
	case "yaml fields":
		return b.config("mapping", "account")
	case "yaml signals":
		return b.config("mapping", "signals")
	case "yaml scenario":
		return play(t, []byte(b.text))
	case "yaml scenario entry":
		return b.entry(t, page)
	case indented:
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(b.text), &n); err == nil && len(n.Content) == 1 && n.Content[0].Kind != yaml.ScalarNode {
			return fmt.Errorf("this indented block is YAML: put it into a fence that says what it is, or that it is text:\n%s", b.text)
		}
		return nil
	}
	return fmt.Errorf("a block of the kind %q: TestDocs knows no way to check it", b.kind)
}

// config checks the block as a whole config, or laid over the example.
func (b block) config(under ...string) error {
	var root, example yaml.Node
	if err := yaml.Unmarshal([]byte(b.text), &root); err != nil {
		return fmt.Errorf("reading the block: %w", err)
	}
	if len(root.Content) == 0 {
		return fmt.Errorf("the block is empty")
	}
	if err := yaml.Unmarshal(handoffd.ExampleConfig, &example); err != nil {
		return err
	}
	over := root.Content[0]
	if over.Kind != yaml.MappingNode {
		return fmt.Errorf("a config is a mapping")
	}
	if len(under) == 0 {
		under = sectionOf(over.Content[0].Value)
	}
	whole := example.Content[0]
	if !has(over, "connectors") || !has(over, "mapping") || !has(over, "workflows") {
		for _, key := range slices.Backward(under) {
			over = &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: key}, over}}
		}
		overlay(whole, over)
	} else {
		whole = over
	}
	text, err := yaml.Marshal(whole)
	if err != nil {
		return err
	}
	_, problems := app.Parse("block.yaml", text)
	var faults []string
	for _, p := range problems.Problems() {
		switch p.Check {
		case "signed-off": // other rules than those of the example are not signed
		case "unused-signal": // a signal is shown without a rule that uses it
		default:
			faults = append(faults, fmt.Sprintf("%s [%s]", p.Message, p.Check))
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("check says of this block, laid over the example config:\n  %s", strings.Join(faults, "\n  "))
	}
	return nil
}

// sectionOf is the section that a key belongs to, the workflows for all that are
// not known: there it is refused.
func sectionOf(key string) []string {
	switch key {
	case "connectors", "store", "http", "go_live", "reconcile_every", "channels", "mapping", "workflows":
		return nil
	case "where", "match", "create", "account", "signals", "owners", "currency":
		return []string{"mapping"}
	}
	return []string{"workflows"}
}

// overlay lays one tree over another; what is no mapping replaces what was there.
func overlay(base, over *yaml.Node) {
	for i := 0; i+1 < len(over.Content); i += 2 {
		key, value := over.Content[i], over.Content[i+1]
		at := slices.IndexFunc(base.Content, func(n *yaml.Node) bool { return n.Value == key.Value })
		switch {
		case at < 0:
			base.Content = append(base.Content, key, value)
		case value.Kind == yaml.MappingNode && base.Content[at+1].Kind == yaml.MappingNode:
			overlay(base.Content[at+1], value)
		default:
			base.Content[at+1] = value
		}
	}
}

func has(n *yaml.Node, key string) bool {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return true
		}
	}
	return false
}

// entry plays the page's scenario with the block's entries at the end. One that
// says no time happens on the fifth day.
func (b block) entry(t *testing.T, page []block) error {
	at := slices.IndexFunc(page, func(b block) bool { return b.kind == "yaml scenario" })
	if at < 0 {
		return fmt.Errorf("the page has no scenario that these entries could stand in")
	}
	text := strings.TrimRight(page[at].text, "\n") + "\n"
	for i, line := range strings.Split(strings.TrimRight(b.text, "\n"), "\n") {
		switch {
		case strings.HasPrefix(b.text, "- "):
			text += "  " + line + "\n"
		case i == 0:
			text += "  - at: +5d 10:00\n    " + line + "\n"
		default:
			text += "    " + line + "\n"
		}
	}
	return play(t, []byte(text))
}

// play plays a scenario; nothing of it may fail.
func play(t *testing.T, src []byte) error {
	result, problems, err := scenario.Play(t.Context(), "block.yaml", scenario.Options{Source: src})
	var text strings.Builder
	_ = problems.Print(&text)
	switch {
	case err != nil:
		return err
	case problems.Problems().Count(yamlpos.Error) > 0 || result == nil:
		return fmt.Errorf("the scenario is wrong:\n%s", text.String())
	case len(result.Failures) > 0:
		return fmt.Errorf("the scenario does not go as expected: %+v", result.Failures)
	}
	return nil
}
