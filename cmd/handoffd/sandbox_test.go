package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"handoffd/internal/demo"
)

// command runs a command line until ctx ends or it is done.
func command(ctx context.Context, stdout, stderr io.Writer, args ...string) error {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return root.ExecuteContext(ctx)
}

// beginSandbox runs the command sandbox and returns its line, and what ends it.
func beginSandbox(t *testing.T, args ...string) (line []byte, end func() (rest string, err error)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := command(ctx, in, io.Discard, append([]string{"sandbox"}, args...)...)
		_ = in.CloseWithError(errors.Join(err, io.EOF)) // never fails
		done <- err
	}()
	reader := bufio.NewReader(out)
	line, err := reader.ReadBytes('\n')
	if err != nil {
		t.Fatalf("sandbox printed no line: %v", err)
	}
	return line, func() (string, error) {
		cancel()
		rest, _ := io.ReadAll(reader)
		return string(rest), <-done
	}
}

func TestSandboxTellsHowToSignIn(t *testing.T) {
	t.Parallel()
	line, end := beginSandbox(t, "--seed", "demo")
	var keys map[string]map[string]string
	if err := json.Unmarshal(line, &keys); err != nil {
		t.Fatal(err)
	}
	for crm, names := range map[string][]string{
		"salesforce": {"url", "client_id", "client_secret", "refresh_token", "username", "private_key_file"},
		"hubspot":    {"url", "token", "client_id", "client_secret", "refresh_token"},
	} {
		for _, name := range names {
			if keys[crm][name] == "" {
				t.Errorf("%s has no %s", crm, name)
			}
		}
		if len(keys[crm]) != len(names) {
			t.Errorf("%s has %d keys", crm, len(keys[crm]))
		}
	}
	sf := keys["salesforce"]
	reply, err := http.PostForm(sf["url"]+"/services/oauth2/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {sf["client_id"]}, "client_secret": {sf["client_secret"]},
	})
	if err != nil || reply.StatusCode != http.StatusOK {
		t.Fatalf("signing in: %v, %v", reply, err)
	}
	_ = reply.Body.Close()
	info, err := os.Stat(sf["private_key_file"])
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info, err)
	}
	rest, err := end()
	if err != nil || rest != "" {
		t.Errorf("it ended with %v and printed more: %q", err, rest)
	}
	if _, err := os.Stat(filepath.Dir(sf["private_key_file"])); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the key's folder stays: %v", err)
	}
	if _, err := http.Get(sf["url"]); err == nil {
		t.Error("it still listens")
	}
}

func TestSandboxConfigRuns(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "rehearsal.yaml")
	_, end := beginSandbox(t, "--seed", "40", "--write-config", file)
	var first, second struct {
		Live     bool
		Accounts int
		Handoffs int
		Writes   map[string]int
		Failures []string
	}
	for _, into := range []any{&first, &second} {
		var out, log bytes.Buffer
		if err := command(t.Context(), &out, &log, "run", "--once", "--output", "json", "--config", file); err != nil {
			t.Fatalf("run: %v\n%s", err, log.String())
		}
		if err := json.Unmarshal(out.Bytes(), into); err != nil {
			t.Fatal(err)
		}
	}
	if !first.Live || first.Accounts < 35 || first.Handoffs == 0 || first.Writes["salesforce"] == 0 || first.Writes["hubspot"] == 0 {
		t.Errorf("the first run: %+v", first)
	}
	if second.Handoffs != 0 || second.Writes["salesforce"]+second.Writes["hubspot"] != 0 {
		t.Errorf("the second run: %+v", second)
	}
	if _, err := end(); err != nil {
		t.Errorf("the sandbox ended with %v", err)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(file), "rehearsal.db")); err != nil {
		t.Errorf("the store is not beside the config: %v", err)
	}
}

func TestSandboxRefuses(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"a seed that it does not know":  {"--seed", "lots"},
		"an address that others reach":  {"--salesforce", "0.0.0.0:0"},
		"an address without a port":     {"--hubspot", "127.0.0.1"},
		"arguments that it has no name": {"demo"},
		"a flag that it does not have":  {"--sead", "demo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := command(t.Context(), &out, io.Discard, append([]string{"sandbox"}, args...)...)
			if exitCode(err) != exitFiles && name != "arguments that it has no name" || err == nil {
				t.Errorf("%v, exit code %d", err, exitCode(err))
			}
			if out.Len() > 0 {
				t.Errorf("it printed %q", out.String())
			}
		})
	}
}

func TestDemoSaysWhatFailed(t *testing.T) {
	t.Parallel()
	err := verdict(&demo.Report{Failures: []string{"one"}, Expectations: 3})
	if err == nil || exitCode(err) != exitFailed || verdict(&demo.Report{}) != nil {
		t.Errorf("%v, exit code %d", err, exitCode(err))
	}
}
