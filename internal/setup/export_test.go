package setup_test

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	hubspot "handoffd/connectors/hubspot/sandbox"
	"handoffd/internal/setup"
)

// The export of a bare org and portal is what the goldens say, is well formed,
// and goes into a folder once.
func TestExport(t *testing.T) {
	t.Parallel()
	r := newRig(t, hubspot.Options{})
	o := r.options(false)
	files, err := setup.Export(o, setup.Run(t.Context(), o))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 41 {
		t.Errorf("%d files", len(files))
	}
	for _, f := range files {
		golden(t, filepath.Join("testdata", "export", filepath.FromSlash(f.Path)), f.Data)
		switch filepath.Ext(f.Path) {
		case ".json":
			if !json.Valid(f.Data) {
				t.Errorf("%s is no JSON", f.Path)
			}
		case ".xml":
			if err := xml.Unmarshal(f.Data, new(struct{ XMLName xml.Name })); err != nil {
				t.Errorf("%s: %v", f.Path, err)
			}
		}
	}
	dir := t.TempDir()
	wrote, err := setup.Save(dir, files)
	if err != nil || len(wrote) != len(files) {
		t.Fatalf("%d of %d written, %v", len(wrote), len(files), err)
	}
	if wrote, err = setup.Save(dir, files); err != nil || len(wrote) != 0 {
		t.Errorf("the same again: %v, %v", wrote, err)
	}
	info, err := os.Stat(filepath.Join(dir, "sfdx-project.json"))
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

// Nothing is written if one file would replace another content.
func TestSaveRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "b.txt"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := setup.Save(dir, []connectors.File{{Path: "a.txt", Data: []byte("a")}, {Path: "b.txt", Data: []byte("b")}})
	if err == nil || !strings.Contains(err.Error(), "b.txt is there already with another content") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "a.txt")); err == nil {
		t.Error("a.txt was written")
	}
	if _, err := setup.Save(dir, []connectors.File{{Path: "../c.txt"}}); err == nil {
		t.Error("a path out of the folder is taken")
	}
}

// From an org and a portal that have all, all can be exported for others; what
// is missing is nothing then, and HubSpot's own properties are not ours to make.
func TestExportWhereAllIsThere(t *testing.T) {
	t.Parallel()
	r := newRig(t, hubspot.Options{TaskUniqueProperties: true})
	o := r.options(false)
	bare := map[string]string{}
	for _, f := range exported(t, o) {
		bare[f.Path] = string(f.Data)
	}
	r.notificationByHand()
	r.run(true)
	for _, f := range exported(t, o) {
		if f.Path == "manifest/package.xml" || strings.HasPrefix(f.Path, "hubspot/properties/") {
			t.Errorf("%s is written, with nothing missing", f.Path)
		}
		if diff := cmp.Diff(bare[f.Path], string(f.Data)); diff != "" {
			t.Errorf("%s, -from a bare org +from a complete one:\n%s", f.Path, diff)
		}
		if f.Path == "hubspot/all/companies.json" && strings.Contains(string(f.Data), `"name": "domain"`) {
			t.Errorf("a property of HubSpot's own is exported:\n%s", f.Data)
		}
		delete(bare, f.Path)
	}
	for path := range bare {
		if path != "manifest/package.xml" && !strings.HasPrefix(path, "hubspot/properties/") {
			t.Errorf("%s is not written", path)
		}
	}
}

func exported(t *testing.T, o setup.Options) []connectors.File {
	t.Helper()
	files, err := setup.Export(o, setup.Run(t.Context(), o))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// An admin sets up for the user that the daemon signs in as.
func TestAssignTo(t *testing.T) {
	t.Parallel()
	r := newRig(t, hubspot.Options{})
	r.user("sync@acme.example")
	o := r.options(true)
	o.AssignTo = "sync@acme.example"
	report := setup.Run(t.Context(), o)
	if report.Short() != 0 {
		t.Errorf("%s", shown(t, report))
	}
	_, rows, err := r.org.Query("SELECT Assignee.Username FROM PermissionSetAssignment WHERE PermissionSet.Name = 'handoffd'", false)
	if err != nil || len(rows) != 1 || rows[0][0] != "sync@acme.example" {
		t.Errorf("%v %v", rows, err)
	}
	before := r.made()
	o = r.options(true)
	o.AssignTo = "sync@acme.example"
	if again := setup.Run(t.Context(), o); again.Count(connectors.StepMade) != 0 || r.made() != before {
		t.Errorf("a second setup made something:\n%s", shown(t, again))
	}
	o = r.options(true)
	o.AssignTo = "nobody@acme.example"
	if failed := setup.Run(t.Context(), o); len(failed.Failures) != 1 || !strings.Contains(failed.Failures[0].What, "nobody@acme.example") {
		t.Errorf("%+v", failed.Failures)
	}
}

// One CRM that does not let us in does not stop the other.
func TestOneSideOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t, hubspot.Options{})
	r.token = "pat-na1-00000000-2222-3333-4444-555555555555"
	report := r.run(true)
	if len(report.Failures) != 1 || report.Failures[0].System != connectors.HubSpot || report.Failures[0].Fix == "" {
		t.Errorf("%+v", report.Failures)
	}
	if report.Count(connectors.StepMade) < 15 {
		t.Errorf("%s", shown(t, report))
	}
}
