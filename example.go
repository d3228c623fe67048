// Package handoffd holds the example config, so that the binary carries it.
package handoffd

import _ "embed" // the example

// ExampleConfig is config.example.yaml.
//
//go:embed config.example.yaml
var ExampleConfig []byte
