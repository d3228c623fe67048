package mapping_test

import (
	"os"
	"testing"

	"handoffd/connectors/connectortest"
)

func TestMain(m *testing.M) { os.Exit(connectortest.Main(m)) }
