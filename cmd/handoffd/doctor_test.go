package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"handoffd/internal/doctor"
)

// rehearsal is a config for two sandboxes that listen until the test ends.
func rehearsal(t *testing.T, edits ...string) (config string) {
	t.Helper()
	config = filepath.Join(t.TempDir(), "config.yaml")
	_, end := beginSandbox(t, "--write-config", config)
	t.Cleanup(func() {
		if _, err := end(); err != nil {
			t.Error(err)
		}
	})
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(edits...).Replace(string(text))
	if len(edits) > 0 && changed == string(text) {
		t.Fatalf("the config has none of %q", edits)
	}
	if err := os.WriteFile(config, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	return config
}

// printed runs a command and returns its exit code and what it printed.
func printed(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = report(&stderr, command(t.Context(), &stdout, &stderr, append(args, "--log-level", "error")...))
	return code, stdout.String() + stderr.String()
}

func TestDoctorCommand(t *testing.T) {
	t.Parallel()
	config := rehearsal(t)
	code, out := printed(t, "doctor", "--config", config)
	if code != exitFine || !strings.Contains(out, "signed in: sync@acme.example") || !strings.Contains(out, " 0 fail") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

func TestDoctorCommandFails(t *testing.T) {
	t.Parallel()
	config := rehearsal(t, "salesforce: MQA__c", "salesforce: MQAA__c")
	code, out := printed(t, "doctor", "--config", config, "--output", "json")
	line, rest, _ := strings.Cut(out, "\n")
	var r doctor.Report
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if code != exitEnvironment || !r.Failed() || !strings.Contains(line, "did you mean MQA__c?") {
		t.Errorf("exit %d\n%s", code, line)
	}
	if !strings.HasPrefix(rest, "handoffd: ") || !strings.Contains(rest, "checks failed") {
		t.Errorf("stderr says %q", rest)
	}
}

func TestDoctorCommandMistakes(t *testing.T) {
	t.Parallel()
	config := rehearsal(t, "sdr.lead@acme.example", "sdr.lead.acme.example")
	if code, out := printed(t, "doctor", "--config", config); code != exitFiles {
		t.Errorf("a faulty file: exit %d\n%s", code, out)
	}
	if code, out := printed(t, "doctor"); code != exitFiles {
		t.Errorf("no config: exit %d\n%s", code, out)
	}
}
