package yamlpos_test

import (
	"fmt"
	"os"
	"strings"
	"time"

	"handoffd/internal/yamlpos"
)

// Reading a section: defaults first, then one pass over the keys. All mistakes
// come out at once.
func Example() {
	const source = `
hubspot:
  poll_evry: 30s
  auth: {token: "${HUBSPOT_TOKEN}"}
  daily_calls: 20
  mode: quik
`
	type settings struct {
		PollEvery  time.Duration
		DailyCalls float64
		Mode       string
		Token      yamlpos.Secret
	}
	s := settings{PollEvery: time.Minute, DailyCalls: 0.2, Mode: "quick"}

	var c yamlpos.Collector
	file := yamlpos.Parse("handoffd.yaml", []byte(source), &c)
	if file != nil {
		m := file.Root().Map("hubspot").Get("hubspot").Map("poll_every", "auth", "base_url", "daily_calls", "mode")
		m.Require("base_url")
		m.Get("poll_every").DurationIn(&s.PollEvery, time.Second, time.Hour)
		m.Get("daily_calls").Percent(&s.DailyCalls)
		yamlpos.Enum(m.Get("mode"), &s.Mode, "quick", "thorough")
		m.Get("auth").Map("token").Get("token").Secret(&s.Token)
	}
	if c.Err() != nil {
		_ = c.Print(os.Stdout)
	}
	fmt.Println("token:", s.Token)
	// Output:
	// handoffd.yaml:2:1: hubspot: the key "base_url" is missing [missing-key]
	//   2 | hubspot:
	//     | ^~~~~~~
	// handoffd.yaml:3:3: unknown key "poll_evry" in hubspot, did you mean "poll_every"? [unknown-key]
	//   3 |   poll_evry: 30s
	//     |   ^~~~~~~~~
	//     = allowed: poll_every, auth, base_url, daily_calls, mode
	// handoffd.yaml:5:16: hubspot.daily_calls: expected a share with a percent sign, such as 20%, got the number 20 [value]
	//   5 |   daily_calls: 20
	//     |                ^~
	// handoffd.yaml:6:9: hubspot.mode: "quik" is not possible here, did you mean "quick"? [value]
	//   6 |   mode: quik
	//     |         ^~~~
	//     = allowed: quick, thorough
	// token: ${HUBSPOT_TOKEN}
}

// An expression parser knows offsets in the decoded text; TextSpan leads them
// back into the file, through escapes and folded lines.
func ExampleNode_TextSpan() {
	const source = `
rule: >-
  value >= 250000
  and idustry == "Retail"
`
	var c yamlpos.Collector
	rule := yamlpos.Parse("rules.yaml", []byte(source), &c).Root().Map("rule").Get("rule")
	var text string
	rule.Text(&text)
	at := strings.Index(text, "idustry")
	c.Errorf(rule.TextSpan(at, at+len("idustry")), "expression", "unknown name %q", "idustry")
	_ = c.Print(os.Stdout)
	// Output:
	// rules.yaml:4:7: unknown name "idustry" [expression]
	//   4 |   and idustry == "Retail"
	//     |       ^~~~~~~
}

// A mapping whose keys the user makes up is walked in the order of the file.
func ExampleMap_All() {
	const source = `{enterprise: value >= 250000, midmarket: value >= 50000}`
	var c yamlpos.Collector
	file := yamlpos.Parse("segments.yaml", []byte(source), &c)
	for name, rule := range file.Root().FreeMap().All() {
		fmt.Println(name.Raw(), "at", name.Pos(), "is", rule.Raw())
	}
	// Output:
	// enterprise at segments.yaml:1:2 is value >= 250000
	// midmarket at segments.yaml:1:31 is value >= 50000
}

// Secrets are fetched after all files are read, and missing ones are problems
// like any other.
func ExampleSecret_Expand() {
	var c yamlpos.Collector
	file := yamlpos.Parse("c.yaml", []byte("token: ${HUBSPOT_TOKEN}\n"), &c)
	var token yamlpos.Secret
	file.Root().Map("token").Get("token").Secret(&token)

	none := func(string) (string, bool) { return "", false }
	_, ok := token.Expand(none, os.ReadFile)
	fmt.Println(ok, c.Err())
	// Output:
	// false c.yaml:1:8: token: the environment variable HUBSPOT_TOKEN is not set [secret]
}
