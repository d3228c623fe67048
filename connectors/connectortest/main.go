package connectortest

import (
	"flag"
	"testing"
)

// RacedChecks is how many histories a random law draws under the race
// detector.
const RacedChecks = "4"

// Main is a TestMain for packages with random laws.
func Main(m *testing.M) int {
	if Raced {
		if err := flag.Set("rapid.checks", RacedChecks); err != nil {
			panic("setting rapid.checks: " + err.Error())
		}
	}
	return m.Run()
}
