package demo

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"handoffd"
	"handoffd/internal/app"
	"handoffd/internal/clock"
	"handoffd/internal/demo/world"
)

func settings() Settings {
	return Settings{
		SalesforceURL: "http://127.0.0.1:40001", HubSpotURL: "http://127.0.0.1:40002", ClientID: `odd "id" \ with # marks`,
		Username: "sync@acme.example", KeyFile: "my sandbox: one.key", TokenFile: "one.token", Store: "one.db", Listen: "127.0.0.1:0", GoLive: true,
	}
}

func TestConfigIsTheExampleWithOtherAddresses(t *testing.T) {
	t.Parallel()
	text, err := Config(settings())
	if err != nil {
		t.Fatal(err)
	}
	c, problems := app.Parse("folder/config.yaml", text)
	if problems.Failed() {
		t.Fatal(problems.Err())
	}
	if c.Salesforce.LoginURL != "http://127.0.0.1:40001" || c.HubSpot.BaseURL != "http://127.0.0.1:40002" || !c.GoLive || c.Listen != "127.0.0.1:0" {
		t.Errorf("read back: %s, %s, go live %t, %s", c.Salesforce.LoginURL, c.HubSpot.BaseURL, c.GoLive, c.Listen)
	}
	if id, _ := c.Salesforce.ClientID.Expand(nil, nil); id != settings().ClientID {
		t.Errorf("the client id is read back as %q", id)
	}
	if c.Salesforce.PrivateKeyFile != filepath.Join("folder", "my sandbox: one.key") || c.SQLite != filepath.Join("folder", "one.db") || c.HubSpot.Token.File != "one.token" {
		t.Errorf("files: %s, %s, %s", c.Salesforce.PrivateKeyFile, c.SQLite, c.HubSpot.Token.File)
	}
	example, _ := app.Parse("config.example.yaml", handoffd.ExampleConfig)
	if c.Policy.Hash != example.Policy.Hash {
		t.Error("the policy is not the example's")
	}
	was, is := strings.Split(string(handoffd.ExampleConfig), "\n"), strings.Split(string(text), "\n")
	if len(was) != len(is) {
		t.Fatalf("%d lines became %d", len(was), len(is))
	}
	changed := 0
	for i := range was {
		if was[i] == is[i] {
			continue
		}
		changed++
		_, before, _ := strings.Cut(was[i], " #")
		if _, after, _ := strings.Cut(is[i], " #"); before != after && !strings.Contains(is[i], "client_id") {
			t.Errorf("the comment of line %d is lost:\n%s\n%s", i+1, was[i], is[i])
		}
	}
	if changed != 7 {
		t.Errorf("%d lines changed", changed)
	}
}

func TestConfigFailsLoudly(t *testing.T) {
	t.Parallel()
	remote := settings()
	remote.SalesforceURL = "http://10.0.0.7:40001"
	if _, err := Config(remote); err == nil || !strings.Contains(err.Error(), "http would send the credential in plain") {
		t.Errorf("an address without TLS: %v", err)
	}
	for name, test := range map[string]struct{ src, path, want string }{
		"no such key":    {"a: {b: 1}\n", "a.c", "there is no c"},
		"no scalar":      {"a: {b: {c: 1}}\n", "a.b", "not a single value"},
		"escaped":        {"a: \"\\x41\"\n", "a", "does not hold"},
		"plain":          {"a: b # c\n", "a", ""},
		"after umlauts":  {"ä: {ö: \"ü\", b: c}\n", "ä.b", ""},
		"single quotes":  {"a: 'it''s'\n", "a", ""},
		"not a mapping":  {"- a\n", "a", "there is no a"},
		"block of lines": {"a: |\n  b\n  c\n", "a", "does not hold"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var root yaml.Node
			if err := yaml.Unmarshal([]byte(test.src), &root); err != nil {
				t.Fatal(err)
			}
			e, err := locate([]byte(test.src), &root, test.path)
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			e.with = `"x"`
			var out yaml.Node
			if err := yaml.Unmarshal(replace([]byte(test.src), []edit{e}), &out); err != nil {
				t.Fatal(err)
			}
			if again, err := locate(replace([]byte(test.src), []edit{e}), &out, test.path); err != nil || again.to-again.from != 3 {
				t.Errorf("replaced it reads %s, %v", replace([]byte(test.src), []edit{e}), err)
			}
		})
	}
}

func TestWriteConfig(t *testing.T) {
	t.Parallel()
	key, err := testKey()
	try(t, err)
	w, err := world.New(world.Options{Clock: clock.NewFake(monday()), Key: key})
	try(t, err)
	folder := t.TempDir()
	file := filepath.Join(folder, "new", "rehearsal.yaml")
	try(t, os.MkdirAll(filepath.Dir(file), 0o755))
	try(t, os.WriteFile(file, []byte("an older one"), 0o644))
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	keyFile, err := WriteConfig(file, w, "http://127.0.0.1:1", "http://127.0.0.1:2", true, logger)
	try(t, err)
	if keyFile != filepath.Join(folder, "new", "rehearsal.salesforce.key") || log.Len() > 0 {
		t.Errorf("key in %s, log %s", keyFile, log.String())
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	try(t, err)
	for _, e := range entries {
		info, err := e.Info()
		try(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %s", e.Name(), info.Mode())
		}
	}
	if len(entries) != 3 {
		t.Errorf("%d files", len(entries))
	}
	c, problems, err := app.Load(file)
	try(t, err)
	if _, err := app.Connectors(c, problems, app.Environment{Clock: clock.NewFake(monday()), Logger: logger}); err != nil {
		t.Errorf("the config does not work: %v", err)
	}
	try(t, os.WriteFile(c.SQLite, nil, 0o600))
	_, err = WriteConfig(file, w, "http://127.0.0.1:1", "http://127.0.0.1:2", true, logger)
	if err != nil || !strings.Contains(log.String(), "earlier sandbox") {
		t.Errorf("a store from before: %v, log %q", err, log.String())
	}
}

func TestWriteConfigTellsWhere(t *testing.T) {
	t.Parallel()
	key, err := testKey()
	try(t, err)
	w, err := world.New(world.Options{Clock: clock.NewFake(monday()), Key: key})
	try(t, err)
	file := filepath.Join(t.TempDir(), "taken")
	try(t, os.WriteFile(file, nil, 0o600))
	if _, err := WriteKey(file, w); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("writing into a file: %v", err)
	}
	if _, err := WriteConfig(filepath.Join(file, "c.yaml"), w, "http://127.0.0.1:1", "http://127.0.0.1:2", true, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("writing beside a file in a file worked")
	}
}
