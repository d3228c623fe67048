//go:build !race

package connectortest

// Raced tells whether the race detector runs; see raced.go.
const Raced = false
