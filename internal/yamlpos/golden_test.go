package yamlpos_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/internal/yamlpos"
)

var update = flag.Bool("update", false, "rewrite the .out files")

// golden compares what read makes of every testdata/dir/*.yaml with the .out
// beside it.
func golden(t *testing.T, dir string, read func(file *yamlpos.File)) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", dir, "*.yaml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases in testdata/%s (%v)", dir, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var c yamlpos.Collector
			if file := yamlpos.Parse(filepath.Base(path), src, &c); file != nil {
				read(file)
			}
			var got bytes.Buffer
			if err := c.Print(&got); err != nil {
				t.Fatal(err)
			}
			compare(t, strings.TrimSuffix(path, ".yaml")+".out", got.Bytes())
		})
	}
}

func compare(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestSyntaxGolden(t *testing.T) {
	t.Parallel()
	golden(t, "syntax", func(*yamlpos.File) {})
}
