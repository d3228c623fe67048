package app_test

import (
	"bytes"
	"testing"

	"handoffd"
	"handoffd/internal/app"
)

func TestExampleConfigIsFine(t *testing.T) {
	t.Parallel()
	_, problems := app.Parse("config.example.yaml", handoffd.ExampleConfig)
	var b bytes.Buffer
	if err := problems.Print(&b); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 0 {
		t.Errorf("the example has problems:\n%s", b.String())
	}
}
