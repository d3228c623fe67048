package app_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// rooms says what each room may import of the others (docs/architecture.md).
// The longest prefix that fits a package is its room. "*" may import all.
var rooms = map[string][]string{
	"internal/clock":                {},
	"internal/yamlpos":              {},
	"connectors":                    {},
	"internal/expression":           {"connectors", "internal/yamlpos"},
	"connectors/transport":          {"connectors", "internal/clock"},
	"connectors/salesforce":         {"connectors", "connectors/transport", "internal/clock"},
	"connectors/hubspot":            {"connectors", "connectors/transport", "internal/clock"},
	"connectors/salesforce/sandbox": {"connectors", "internal/clock"},
	"connectors/hubspot/sandbox":    {"connectors", "internal/clock"},
	"connectors/connectortest":      {"connectors", "internal/clock"},
	"mapping":                       {"connectors", "internal/expression", "internal/yamlpos"},
	"workflows":                     {"connectors", "mapping", "internal/expression", "internal/yamlpos"},
	"internal/engine":               {"connectors", "mapping", "workflows", "internal/clock"},
	"internal/store":                {"connectors", "mapping", "internal/engine", "internal/clock"},
	"internal/lanes":                {"internal/clock"},
	"internal/channels":             {"connectors", "workflows", "internal/engine", "internal/clock"},
	"internal/dashboard":            {"connectors", "connectors/transport", "mapping", "workflows", "internal/engine", "internal/clock"},
	"internal/doctor":               {"connectors", "mapping", "workflows", "internal/engine", "internal/clock", "internal/yamlpos"},
	"internal/report":               {"workflows"},
	"internal/setup":                {"connectors", "mapping", "internal/engine", "internal/doctor"},
	"internal/demo":                 {"*"},
	"internal/scenario":             {"*"},
	"internal/app":                  {"*"},
	"cmd/handoffd":                  {"*"},
}

// onlyFor lists what only the given rooms may import: test servers must never
// reach the client that they imitate a vendor for.
var onlyFor = map[string][]string{
	"connectors/salesforce/sandbox": {"internal/demo", "cmd/handoffd"},
	"connectors/hubspot/sandbox":    {"internal/demo", "cmd/handoffd"},
	"connectors/connectortest":      {},
	"internal/app":                  {"internal/demo", "internal/scenario", "cmd/handoffd"},
	"internal/demo":                 {"internal/scenario", "cmd/handoffd"},
	"internal/scenario":             {"internal/demo", "cmd/handoffd"},
}

// pure rooms compute: they take a time and never ask for one.
var pure = []string{"connectors", "mapping", "workflows", "internal/expression", "internal/yamlpos"}

var impure = []string{"net/http", "database/sql", "os/exec", "log", "math/rand", "math/rand/v2", "os", "net"}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestHouse(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "handoffd/")
		if name == "handoffd" {
			continue
		}
		room := roomOf(name)
		if room == "" {
			t.Errorf("%s is in no room: add it to the house, or move it", name)
			continue
		}
		for _, imported := range p.Imports {
			if target, ok := strings.CutPrefix(imported, "handoffd/"); ok {
				checkArrow(t, name, room, target)
			} else if isPure(room) {
				for _, bad := range impure {
					if imported == bad {
						t.Errorf("%s is pure and must not import %s", name, bad)
					}
				}
			}
		}
	}
}

func checkArrow(t *testing.T, name, room, target string) {
	targetRoom := roomOf(target)
	if targetRoom == room {
		return
	}
	if !contains(rooms[room], targetRoom) && !contains(rooms[room], "*") {
		t.Errorf("%s imports %s: the arrow points the wrong way", name, target)
	}
	if allowed, guarded := onlyFor[targetRoom]; guarded && !contains(allowed, room) {
		t.Errorf("%s imports %s, which only %v may", name, target, allowed)
	}
}

func isPure(room string) bool { return contains(pure, room) }

// roomOf finds the room by the longest prefix; sub-packages belong to theirs.
func roomOf(name string) string {
	for name != "" {
		if _, ok := rooms[name]; ok {
			return name
		}
		i := strings.LastIndex(name, "/")
		if i < 0 {
			return ""
		}
		name = name[:i]
	}
	return ""
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "handoffd/...").Output()
	if err != nil {
		t.Fatalf("listing packages: %v", err)
	}
	var list []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); err == io.EOF {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}
