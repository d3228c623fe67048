package workflows_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"handoffd/workflows"
)

// TestReportPage keeps the table in the docs as the measures are; run with
// -update after a change.
func TestReportPage(t *testing.T) {
	t.Parallel()
	const path = "../docs/report.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- generated from workflows.Measures -->\n", "<!-- end -->"
	head, rest, ok := strings.Cut(string(page), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s lost the marks of its generated part", path)
	}
	want := head + begin + measureTable() + end + tail
	if want == string(page) {
		return
	}
	if !*update {
		t.Fatalf("%s is not what the measures say; run go test ./workflows -update", path)
	}
	if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
		t.Fatal(err)
	}
}

func measureTable() string {
	var b strings.Builder
	section := ""
	for _, m := range workflows.Measures() {
		if m.Section != section {
			section = m.Section
			fmt.Fprintf(&b, "\n| %s | what is counted | target |\n|---|---|---|\n", section)
		}
		target := m.Target
		if target == "" {
			target = "shown"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", m.Name, m.What, target)
	}
	return b.String() + "\n"
}
