package connectortest

import (
	"flag"
	"runtime/debug"
	"testing"
)

// RacedChecks is how many histories a random law draws under the race
// detector.
const RacedChecks = "4"

// Main is a TestMain for packages with random laws. They make much garbage and
// keep little, so it is collected seldom.
func Main(m *testing.M) int {
	debug.SetGCPercent(400)
	if Raced {
		if err := flag.Set("rapid.checks", RacedChecks); err != nil {
			panic("setting rapid.checks: " + err.Error())
		}
	}
	return m.Run()
}
