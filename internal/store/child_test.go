package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"handoffd/connectors/connectortest"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// childJob in the environment makes this test binary do that job on the store
// named by childPath instead of testing.
const (
	childJob  = "HANDOFFD_STORE_TEST_JOB"
	childPath = "HANDOFFD_STORE_TEST_PATH"
)

func TestMain(m *testing.M) {
	job := os.Getenv(childJob)
	if job == "" {
		os.Exit(connectortest.Main(m))
	}
	if err := runChild(job, os.Getenv(childPath)); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func runChild(job, path string) error {
	s, err := Open(context.Background(), path, Options{})
	if err != nil {
		return err
	}
	switch job {
	case "lock":
		if err := s.Lock(); err != nil {
			return err
		}
		fmt.Println("locked")
		return waitForKill()
	case "half": // three transactions, and half of a fourth
		for i := range 3 {
			if err := s.Update(context.Background(), func(tx engine.Tx) error { return childWrite(tx, i) }); err != nil {
				return err
			}
		}
		return s.Update(context.Background(), func(tx engine.Tx) error {
			if err := childWrite(tx, 3); err != nil {
				return err
			}
			// Enough to spill from the cache into the log.
			if err := tx.PutAccounts(bigAccounts(20_000)); err != nil {
				return err
			}
			fmt.Println("half")
			return waitForKill()
		})
	case "busy": // transactions without end
		for i := 0; ; i++ {
			if err := s.Update(context.Background(), func(tx engine.Tx) error { return childWrite(tx, i) }); err != nil {
				return err
			}
			fmt.Println(i)
		}
	default:
		return errors.New("there is no such job")
	}
}

// childWrite is what belongs together: an account with its link, a decision, a
// handoff's outbox row, and the cursor.
func childWrite(tx engine.Tx, i int) error {
	n := strconv.Itoa(i)
	ref := hsAccount(n)
	_, err := tx.Enqueue([]engine.OutboxRow{{Key: n, System: connectors.HubSpot}})
	return errors.Join(err,
		tx.PutAccounts([]engine.AccountRow{{ID: n, Doc: make([]byte, 1000)}}),
		tx.PutLinks([]engine.Link{{Ref: ref, Account: n}}),
		tx.AddDecisions([]engine.DecisionRow{{Account: "all", At: noon, Reason: n}}),
		tx.PutCursor(engine.CursorRow{System: connectors.HubSpot, Object: connectors.Account, Cursor: connectors.Cursor(n)}),
	)
}

// waitForKill waits for what the parent never sends.
func waitForKill() error {
	_, err := bufio.NewReader(os.Stdin).ReadByte()
	return err
}

// child is another process that works on a store.
type child struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

func startChild(t *testing.T, job, path string) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childJob+"="+job, childPath+"="+path)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil { // kept open, so that the child waits
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: cmd, lines: bufio.NewScanner(out)}
	t.Cleanup(c.kill)
	return c
}

// line waits for the child's next line.
func (c *child) line(t *testing.T) string {
	t.Helper()
	if !c.lines.Scan() {
		t.Fatal("the child ended early:", c.lines.Err())
	}
	return c.lines.Text()
}

// kill ends the child as kill -9 does, without a last word. It is safe to
// call twice.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}
