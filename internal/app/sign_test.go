package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"handoffd"
	"handoffd/internal/app"
	"handoffd/workflows"
)

// parsed reads a config that must be without mistakes.
func parsed(t testing.TB, src string) *app.Config {
	t.Helper()
	c, problems := app.Parse("config.yaml", []byte(src))
	if problems.Failed() {
		t.Fatalf("%v\n%s", problems.Err(), src)
	}
	return c
}

func hashOf(t testing.TB, src string) string {
	t.Helper()
	return parsed(t, src).Policy.Signed.Present
}

// TestExampleIsSigned keeps the hashes in config.example.yaml right: with
// -update it signs the policy anew.
func TestExampleIsSigned(t *testing.T) {
	t.Parallel()
	src := handoffd.ExampleConfig
	s := parsed(t, string(src)).Policy.Signed
	if *update {
		for side, signature := range map[string]workflows.Signature{app.Marketing: s.Marketing, app.Sales: s.Sales} {
			signature.Hash = s.Present
			out, err := app.SignText(src, side, signature)
			if err != nil {
				t.Fatal(err)
			}
			src = out
		}
		if err := os.WriteFile("../../config.example.yaml", src, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if s.Marketing.Hash != s.Present || s.Sales.Hash != s.Present {
		t.Errorf("the example is signed %s and %s, its policy is %s: run go test ./internal/app -run TestExampleIsSigned -update", s.Marketing.Hash, s.Sales.Hash, s.Present)
	}
}

const small = `connectors:
  salesforce:
    auth: {jwt: {client_id: "${SF_CLIENT_ID}", username: sync@acme.example, private_key_file: secrets/sf.key}}
  hubspot:
    auth: {token: "${HUBSPOT_TOKEN}"}
store: {sqlite: data/handoffd.db}
mapping:
  where: {salesforce: "Type != 'Partner'"}
  account:
    fit:   {type: bool, hubspot: fit, salesforce: Fit__c, from: hubspot}
    score: {type: number, range: [0, 100], hubspot: score, from: hubspot}
    phone: {type: text, hubspot: phone, salesforce: Phone, sync: newest}
workflows:
  version: 1
  segments: {big: score >= 90, small: score < 20}
  handoffs:
    intent: {to: sdr, gate: fit, when: "rises(score, 70)"}
    warm: {to: sdr, gate: fit, when: "rises(score, 60)"}
`

// TestWhatTheHashCovers: the meaning counts, not the writing.
func TestWhatTheHashCovers(t *testing.T) {
	t.Parallel()
	before := hashOf(t, small)
	tests := []struct {
		name, old, with string
		same            bool
	}{
		{"a comment", "  version: 1", "  # the first\n  version: 1 # yes", true},
		{"the order of keys", `{to: sdr, gate: fit, when: "rises(score, 70)"}`, `{when: "rises(score, 70)", to: sdr, gate: fit}`, true},
		{"block for flow, other quotes", `{to: sdr, gate: fit, when: "rises(score, 70)"}`, "\n      to: sdr\n      gate: 'fit'\n      when: rises(score, 70)", true},
		{"an anchor", `gate: fit, when: "rises(score, 60)"`, `gate: &gate fit, when: "rises(score, 60)"`, true},
		{"a signature", "  version: 1", "  version: 1\n  signed_off: {sales: {by: S, on: 2026-10-01}}", true},
		{"a field that no rule reads", "phone: {type: text, hubspot: phone", "phone: {type: text, hubspot: mobile", true},
		{"another poll", `token: "${HUBSPOT_TOKEN}"}`, `token: "${OTHER_TOKEN}"}`, true},
		{"a threshold", "rises(score, 70)", "rises(score, 71)", false},
		{"the version", "version: 1", "version: 2", false},
		{"what a name of a rule means", "fit:   {type: bool, hubspot: fit,", "fit:   {type: bool, hubspot: fit2,", false},
		{"which accounts are in scope", "Type != 'Partner'", "Type != 'Other'", false},
		{"the order of segments, of which the first that matches counts", "big: score >= 90, small: score < 20", "small: score < 20, big: score >= 90", false},
		{"the order of rules of one type", `    intent: {to: sdr, gate: fit, when: "rises(score, 70)"}
    warm: {to: sdr, gate: fit, when: "rises(score, 60)"}`, `    warm: {to: sdr, gate: fit, when: "rises(score, 60)"}
    intent: {to: sdr, gate: fit, when: "rises(score, 70)"}`, false},
		{"a limit", "  version: 1", "  version: 1\n  limits: {per_month: 20}", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			changed := strings.Replace(small, tt.old, tt.with, 1)
			if changed == small {
				t.Fatal("nothing was changed")
			}
			if got := hashOf(t, changed); (got == before) != tt.same {
				t.Errorf("hash %s, before %s", got, before)
			}
		})
	}
}

// TestHashOfDates: quotes around a date mean nothing.
func TestHashOfDates(t *testing.T) {
	t.Parallel()
	with := func(day string) string {
		return hashOf(t, strings.Replace(small, "  version: 1", "  version: 1\n  calendar: {zone: UTC, extra_holidays: ["+day+"]}", 1))
	}
	if with("2026-12-24") != with(`"2026-12-24"`) || with("2026-12-24") == with("2026-12-25") {
		t.Error("the hash is of the writing, not of the day")
	}
}

// TestHashOfSectionsInFiles: it does not matter in which file a section stands.
func TestHashOfSectionsInFiles(t *testing.T) {
	t.Parallel()
	head, rest, _ := strings.Cut(small, "mapping:\n")
	m, w, _ := strings.Cut(rest, "workflows:\n")
	dir := t.TempDir()
	write(t, filepath.Join(dir, "m.yaml"), outdent(m))
	write(t, filepath.Join(dir, "w.yaml"), outdent(w))
	path := filepath.Join(dir, "config.yaml")
	write(t, path, head+"mapping: m.yaml\nworkflows: w.yaml\n")
	c, problems, err := app.Load(path)
	if err != nil || problems.Failed() {
		t.Fatal(err, problems.Err())
	}
	if c.Policy.Signed.Present != hashOf(t, small) || c.Policy.Hash != parsed(t, small).Policy.Hash {
		t.Error("the hashes differ from those of one file")
	}
	signed, err := app.Sign(c, app.Sales, workflows.Signature{By: "VP Sales", On: october})
	if err != nil || signed != filepath.Join(dir, "w.yaml") {
		t.Fatalf("signed %s, %v", signed, err)
	}
	if c, _, err = app.Load(path); err != nil || c.Policy.Signed.Sales.Hash != c.Policy.Signed.Present {
		t.Errorf("signature %+v, %v", c.Policy.Signed.Sales, err)
	}
}

func outdent(s string) string {
	return strings.ReplaceAll(strings.TrimPrefix(s, "  "), "\n  ", "\n")
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

var october = time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC)

// TestSignText puts a signature into what stands there already, and changes
// nothing else.
func TestSignText(t *testing.T) {
	t.Parallel()
	const mine = `{by: VP Sales, on: 2026-10-05, hash: "abc"}`
	tests := []struct{ name, old, with string }{
		{"nothing yet", "  version: 1 # one\n", "  version: 1 # one\n  signed_off: {sales: " + mine + "}\n"},
		{"nothing yet, with the line ends of Windows", "  version: 1\r\n", "  version: 1\r\n  signed_off: {sales: " + mine + "}\r\n"},
		{"nothing behind the key", "  version: 1\n  signed_off: # soon\n", "  version: 1\n  signed_off: {sales: " + mine + "} # soon\n"},
		{"an empty mapping", "  version: 1\n  signed_off: {}\n", "  version: 1\n  signed_off: {sales: " + mine + "}\n"},
		{"the other side only", "  version: 1\n  signed_off: {marketing: {by: M, on: 2026-10-01}} # ok\n", "  version: 1\n  signed_off: {sales: " + mine + ", marketing: {by: M, on: 2026-10-01}} # ok\n"},
		{"the other side only, as a block", "  version: 1\n  signed_off:\n    # who\n    marketing: {by: M, on: 2026-10-01}\n", "  version: 1\n  signed_off:\n    # who\n    sales: " + mine + "\n    marketing: {by: M, on: 2026-10-01}\n"},
		{"an old signature", "  version: 1\n  signed_off: {sales: {by: \"Old \\\"Joe\\\"\", on: 2026-01-01, hash: 'x''y'}} # é\n", "  version: 1\n  signed_off: {sales: " + mine + "} # é\n"},
		{"one without a hash", "  version: 1\n  signed_off: {sales: {by: VP Sales, on: 2026-01-01}, marketing: {by: M, on: 2026-10-01}}\n", "  version: 1\n  signed_off: {sales: " + mine + ", marketing: {by: M, on: 2026-10-01}}\n"},
		{"a block", "  version: 1\n  signed_off:\n    sales:\n      on: 2026-01-01 # day\n      by: Old\n    marketing: {by: M, on: 2026-10-01}\n", "  version: 1\n  signed_off:\n    sales:\n      on: 2026-10-05 # day\n      by: VP Sales\n      hash: \"abc\"\n    marketing: {by: M, on: 2026-10-01}\n"},
		{"a block at the end of the file", "  version: 1\n  signed_off:\n    sales:\n      by: Old\n      on: 2026-01-01", "  version: 1\n  signed_off:\n    sales:\n      by: VP Sales\n      on: 2026-10-05\n      hash: \"abc\""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			head := "# ü\nworkflows:\n  # what\n  handoffs: {a: {to: sdr, when: 'x'}}\n"
			got, err := app.SignText([]byte(head+tt.old), app.Sales, workflows.Signature{By: "VP Sales", On: october, Hash: "abc"})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(head+tt.with, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSignRefuses what it cannot edit without harm; it says what to write.
func TestSignRefuses(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"an alias":        "workflows:\n  version: 1\n  x: &s {by: A, on: 2026-01-01}\n  signed_off: {sales: *s}\n",
		"a folded text":   "workflows:\n  version: 1\n  signed_off:\n    sales:\n      by: >\n        Joe\n      on: 2026-01-01\n",
		"no policy":       "workflows: []\n",
		"an anchor on it": "workflows:\n  version: 1\n  signed_off: {sales: {by: &a A, on: 2026-01-01}, marketing: {by: *a, on: 2026-01-01}}\n",
	} {
		if out, err := app.SignText([]byte(src), app.Sales, workflows.Signature{By: "B", On: october, Hash: "abc"}); err == nil {
			t.Errorf("%s: no error, but\n%s", name, out)
		}
	}
}

// TestSignedByAnyName: whatever the name, it can be read back and the hash
// stays.
func TestSignedByAnyName(t *testing.T) {
	t.Parallel()
	before := hashOf(t, small)
	rapid.Check(t, func(r *rapid.T) {
		by := strings.Join(strings.Fields(rapid.StringOfN(rapid.RuneFrom([]rune(`aé:#'"\{}[],&*!|>%@ -?yesno0.`)), 1, 20, -1).Draw(r, "by")), " ")
		if by == "" {
			return
		}
		out := []byte(small)
		for _, side := range []string{app.Marketing, app.Sales, app.Marketing} {
			var err error
			if out, err = app.SignText(out, side, workflows.Signature{By: by, On: october, Hash: before}); err != nil {
				r.Fatal(err)
			}
		}
		s := parsed(t, string(out)).Policy.Signed
		want := workflows.Signature{By: by, On: october, Hash: before}
		if s.Present != before || s.Marketing != want || s.Sales != want {
			r.Fatalf("read back %+v", s)
		}
	})
}

// TestSignKeepsTheFile: its mode, and a link stays a link.
func TestSignKeepsTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.yaml"), filepath.Join(dir, "link.yaml")
	write(t, real, small)
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	c, _, err := app.Load(link)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.Sign(c, app.Marketing, workflows.Signature{By: "VP", On: october}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(real)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if info, err = os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
}

// TestSignedInTheFuture: check says why a policy that both have signed only
// plans.
func TestSignedInTheFuture(t *testing.T) {
	t.Parallel()
	config, problems := app.Parse("x.yaml", []byte(strings.Replace(string(handoffd.ExampleConfig), "on: 2026-10-02", "on: 2027-10-02", 1)))
	config.WarnReview(time.Date(2026, 10, 10, 0, 0, 0, 0, time.UTC))
	var b strings.Builder
	if err := problems.Print(&b); err != nil || !strings.Contains(b.String(), "the signature of sales is of a day that is yet to come") || strings.Contains(b.String(), "marketing is") {
		t.Errorf("%v: %s", err, b.String())
	}
}
