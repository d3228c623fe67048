package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// setup lists, exports and makes a field that the config names and the org
// lacks; then there is nothing left to do.
func TestSetupCommand(t *testing.T) {
	t.Parallel()
	config := rehearsal(t, "salesforce: MQA__c", "salesforce: Marketing_Qualified__c")
	code, out := printed(t, "setup", "--config", config)
	if code != exitEnvironment || !strings.Contains(out, "Account.Marketing_Qualified__c") || !strings.Contains(out, "4 of ") {
		t.Errorf("listing: exit %d\n%s", code, out)
	}
	dir := filepath.Join(t.TempDir(), "export")
	if code, out = printed(t, "setup", "--config", config, "--export", dir); code != exitEnvironment {
		t.Errorf("exporting: exit %d\n%s", code, out)
	}
	file := filepath.Join(dir, "force-app", "main", "default", "objects", "Account", "fields", "Marketing_Qualified__c.field-meta.xml")
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), "<type>Checkbox</type>") {
		t.Errorf("%v %s", err, text)
	}
	if code, out = printed(t, "setup", "--config", config, "--apply"); code != exitFine || !strings.Contains(out, "made") {
		t.Errorf("applying: exit %d\n%s", code, out)
	}
	if code, out = printed(t, "setup", "--config", config, "--apply"); code != exitFine || !strings.Contains(out, " 0 made") {
		t.Errorf("applying again: exit %d\n%s", code, out)
	}
	all := filepath.Join(t.TempDir(), "all")
	if code, out = printed(t, "setup", "--config", config, "--export", all); code != exitFine || !strings.Contains(out, "wrote "+filepath.Join(all, "manifest", "all.xml")) {
		t.Errorf("exporting what is there: exit %d\n%s", code, out)
	}
	if code, out = printed(t, "setup", "--config", config, "--export", all); code != exitFine || !strings.Contains(out, "nothing written: "+all) {
		t.Errorf("exporting again: exit %d\n%s", code, out)
	}
	if code, out = printed(t, "doctor", "--config", config); code != exitFine {
		t.Errorf("doctor: exit %d\n%s", code, out)
	}
	if code, out = printed(t, "setup", "--config", config, "--apply", "--export", dir); code != exitFiles {
		t.Errorf("both flags: exit %d\n%s", code, out)
	}
}
