//go:build race

package connectortest

// Raced tells whether the race detector runs, under which everything takes
// several times as long: random laws draw fewer histories then, and counted
// costs are counted over fewer rows. Without it they run in full.
const Raced = true
