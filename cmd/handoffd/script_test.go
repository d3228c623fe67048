package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"handoffd/connectors/connectortest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"handoffd": func() { os.Exit(Main()) }})
}

// TestScript runs the program as its users do. Each file of testdata/script is
// one story; besides testscript's own commands it may use
//
//	sandbox NAME ARGS...   starts `handoffd sandbox` with NAME.yaml as its config,
//	                       and sets $SF, $HS, $TOKEN and $SFTOKEN, and for the apps $SFCLIENT,
//	                       $SFSECRET, $SFREFRESH, $HSCLIENT, $HSSECRET and $HSREFRESH
//	awaited SYSTEM PATH PATTERN
//	                       asks a CRM for PATH until the reply matches
//	json PATH VALUE        compares a field of the last line of stdout, such as writes.hubspot
//	hubspot METHOD PATH [BODY], salesforce METHOD PATH [BODY]
//	                       call the vendors' own APIs; the reply is stdout
//	receive [STATUS]       starts a webhook's receiver, or lets it answer with STATUS
//	received COUNT [TITLE] compares what it took
//	status CODE ARGS...    runs handoffd and checks its exit code
//	number NAME PATH       keeps a field of stdout's last line in $NAME
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Condition: func(name string) (bool, error) {
			if name != "race" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return connectortest.Raced, nil
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("GORACE", "atexit_sleep_ms=0") // else each command takes a second longer under the race detector
			env.Values[processKey{}] = map[string]*process{}
			env.Values[receiverKey{}] = &receiver{}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"sandbox": startSandbox, "json": compareJSON, "number": keepNumber,
			"hubspot":    func(ts *testscript.TestScript, neg bool, args []string) { call(ts, neg, "HS", "TOKEN", args) },
			"salesforce": func(ts *testscript.TestScript, neg bool, args []string) { call(ts, neg, "SF", "SFTOKEN", args) },
			"status":     exitStatus,
			"awaited":    awaitReply,
			"daemon":     startDaemon, "signal": sendSignal, "logged": awaitLog,
			"receive": receive, "received": received,
		},
	})
}

// process is a program that runs beside the script.
type process struct {
	cmd  *exec.Cmd
	out  *bufio.Reader
	logs chan string
	done chan error
}

func start(ts *testscript.TestScript, name string, args ...string) *process {
	// The script's own handoffd, as testscript installed it.
	path := filepath.Join(filepath.SplitList(ts.Getenv("PATH"))[0], "handoffd")
	p := &process{cmd: exec.Command(path, args...), logs: make(chan string, 10000), done: make(chan error, 1)}
	p.cmd.Dir = ts.Getenv("WORK")
	p.cmd.Env = append(os.Environ(), "TESTSCRIPT_COMMAND=handoffd")
	for _, name := range []string{"HSCLIENT", "HSSECRET", "HSREFRESH"} { // what a config may name
		p.cmd.Env = append(p.cmd.Env, name+"="+ts.Getenv(name))
	}
	stdout, err := p.cmd.StdoutPipe()
	ts.Check(err)
	stderr, err := p.cmd.StderrPipe()
	ts.Check(err)
	ts.Check(p.cmd.Start())
	p.out = bufio.NewReader(stdout)
	go func() {
		for scanner := bufio.NewScanner(stderr); scanner.Scan(); {
			p.logs <- scanner.Text()
		}
		close(p.logs)
		p.done <- p.cmd.Wait()
	}()
	ts.Defer(func() { _ = p.cmd.Process.Kill() })
	processes(ts)[name] = p
	return p
}

// processes are the script's, kept where only this script sees them.
func processes(ts *testscript.TestScript) map[string]*process {
	if m, ok := ts.Value(processKey{}).(map[string]*process); ok {
		return m
	}
	panic("no processes")
}

type processKey struct{}

func startSandbox(ts *testscript.TestScript, neg bool, args []string) {
	config := filepath.Join(ts.Getenv("WORK"), args[0]+".yaml")
	p := start(ts, args[0], append([]string{"sandbox", "--write-config", config}, args[1:]...)...)
	line, err := p.out.ReadBytes('\n')
	ts.Check(err)
	var ready struct {
		Salesforce struct {
			URL          string `json:"url"`
			ClientID     string `json:"client_id"`
			ClientSecret string `json:"client_secret"`
			RefreshToken string `json:"refresh_token"`
		} `json:"salesforce"`
		HubSpot struct {
			URL          string `json:"url"`
			Token        string `json:"token"`
			ClientID     string `json:"client_id"`
			ClientSecret string `json:"client_secret"`
			RefreshToken string `json:"refresh_token"`
		} `json:"hubspot"`
	}
	ts.Check(json.Unmarshal(line, &ready))
	ts.Setenv("SF", ready.Salesforce.URL)
	ts.Setenv("HS", ready.HubSpot.URL)
	ts.Setenv("TOKEN", ready.HubSpot.Token)
	for name, value := range map[string]string{
		"SFCLIENT": ready.Salesforce.ClientID, "SFSECRET": ready.Salesforce.ClientSecret, "SFREFRESH": ready.Salesforce.RefreshToken,
		"HSCLIENT": ready.HubSpot.ClientID, "HSSECRET": ready.HubSpot.ClientSecret, "HSREFRESH": ready.HubSpot.RefreshToken,
	} {
		ts.Setenv(name, value)
	}
	reply, err := http.PostForm(ready.Salesforce.URL+"/services/oauth2/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {ready.Salesforce.ClientID}, "client_secret": {ready.Salesforce.ClientSecret},
	})
	ts.Check(err)
	defer reply.Body.Close()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	ts.Check(json.NewDecoder(reply.Body).Decode(&token))
	ts.Setenv("SFTOKEN", token.AccessToken)
}

func exitStatus(ts *testscript.TestScript, neg bool, args []string) {
	code := 0
	if err := ts.Exec("handoffd", args[1:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Check(err)
		}
		code = exit.ExitCode()
	}
	if (fmt.Sprint(code) == args[0]) == neg {
		ts.Fatalf("handoffd %s: exit code %d\n%s", args[1], code, ts.ReadFile("stderr"))
	}
}

func startDaemon(ts *testscript.TestScript, neg bool, args []string) {
	start(ts, args[0], append([]string{"run", "--log-format", "json"}, args[1:]...)...)
}

// patience is how long a script waits for another process before it fails.
const patience = 30 * time.Second

// awaitLog waits for a line in the logs of a process.
func awaitLog(ts *testscript.TestScript, neg bool, args []string) {
	p := processes(ts)[args[0]]
	deadline := time.After(patience)
	for {
		select {
		case line, ok := <-p.logs:
			if !ok {
				ts.Fatalf("%s ended without logging %q", args[0], args[1])
			}
			if strings.Contains(line, args[1]) {
				return
			}
		case <-deadline:
			ts.Fatalf("%s did not log %q", args[0], args[1])
		}
	}
}

// awaitReply waits until what a CRM says matches.
func awaitReply(ts *testscript.TestScript, neg bool, args []string) {
	base, token := "HS", "TOKEN"
	if args[0] == "salesforce" {
		base, token = "SF", "SFTOKEN"
	}
	pattern, err := regexp.Compile(args[2])
	ts.Check(err)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	deadline := time.After(patience)
	for {
		call(ts, false, base, token, []string{http.MethodGet, args[1]})
		if pattern.MatchString(ts.ReadFile("reply")) != neg {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			ts.Fatalf("%s %s never matches %q: %s", args[0], args[1], args[2], ts.ReadFile("reply"))
		}
	}
}

// sendSignal sends a signal; with `end` it waits for the process to end well.
func sendSignal(ts *testscript.TestScript, neg bool, args []string) {
	p := processes(ts)[args[0]]
	signals := map[string]os.Signal{"HUP": syscall.SIGHUP, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}
	ts.Check(p.cmd.Process.Signal(signals[args[1]]))
	if len(args) < 3 {
		return
	}
	deadline := time.After(10 * time.Second)
	for {
		select {
		case err := <-p.done:
			if (err != nil) != neg {
				ts.Fatalf("%s ended with %v", args[0], err)
			}
			return
		case <-p.logs:
		case <-deadline:
			ts.Fatalf("%s did not end within 10 s", args[0])
		}
	}
}

func call(ts *testscript.TestScript, neg bool, base, token string, args []string) {
	var body io.Reader
	if len(args) > 2 {
		body = strings.NewReader(args[2])
	}
	request, err := http.NewRequest(args[0], ts.Getenv(base)+args[1], body)
	ts.Check(err)
	request.Header.Set("Authorization", "Bearer "+ts.Getenv(token))
	request.Header.Set("Content-Type", "application/json")
	reply, err := http.DefaultClient.Do(request)
	ts.Check(err)
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), "reply"), append(bytes.TrimSpace(text), '\n'), 0o600))
	if (reply.StatusCode >= 300) != neg {
		ts.Fatalf("%s %s: %d %s", args[0], args[1], reply.StatusCode, text)
	}
}

// field reads a path such as writes.hubspot or results.0.id from the last line
// of stdout, or of the file reply when the path begins with "reply:".
func field(ts *testscript.TestScript, path string) any {
	file := "stdout"
	if rest, ok := strings.CutPrefix(path, "reply:"); ok {
		file, path = "reply", rest
	}
	lines := strings.Split(strings.TrimSpace(ts.ReadFile(file)), "\n")
	var v any
	d := json.NewDecoder(strings.NewReader(lines[len(lines)-1]))
	d.UseNumber()
	ts.Check(d.Decode(&v))
	for _, key := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			var i int
			if key == "count" {
				return len(x)
			}
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(x) {
				ts.Fatalf("no %s in %s", key, path)
			}
			v = x[i]
		default:
			ts.Fatalf("no %s in %s", key, path)
		}
	}
	return v
}

func compareJSON(ts *testscript.TestScript, neg bool, args []string) {
	got := fmt.Sprint(field(ts, args[0]))
	if (got == args[1]) == neg {
		ts.Fatalf("%s is %s", args[0], got)
	}
}

func keepNumber(ts *testscript.TestScript, neg bool, args []string) {
	ts.Setenv(args[0], fmt.Sprint(field(ts, args[1])))
}
