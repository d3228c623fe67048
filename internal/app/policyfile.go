package app

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"

	"handoffd/internal/yamlpos"
	"handoffd/workflows"
)

// LoadPolicy reads another policy to be held against the config's: a config
// file, of which the workflows section counts, or a file that is one. It is
// read over the config's own mapping, since that is what the past was read by.
func (c *Config) LoadPolicy(path string) (*workflows.Policy, *yamlpos.Collector, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the policy: %w", err)
	}
	problems := &yamlpos.Collector{}
	file := yamlpos.Parse(path, src, problems)
	if file == nil {
		return nil, problems, nil
	}
	node := file.Root()
	if top := node.FreeMap(); top.Has("workflows") {
		k := reader{c: problems, config: &Config{Path: path}}
		text := readPolicyText(src)
		node, _ = k.section(top.Get("workflows"), &text.workflows)
	}
	sum := sha256.Sum256(src)
	return workflows.Compile(node, c.Mapping, hex.EncodeToString(sum[:8]), problems), problems, nil
}
