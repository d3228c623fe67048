package scenario

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The form that build servers read, as JUnit's Ant task writes it.
type (
	suites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Suites   []suite  `xml:"testsuite"`
	}
	suite struct {
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Cases    []testCase `xml:"testcase"`
	}
	testCase struct {
		Name      string        `xml:"name,attr"`
		ClassName string        `xml:"classname,attr"`
		Failures  []testFailure `xml:"failure"`
		Out       string        `xml:"system-out,omitempty"`
	}
	testFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes results as JUnit XML: a suite per file with its one scenario.
func JUnit(w io.Writer, results []*Result) error {
	out := suites{Tests: len(results)}
	for _, r := range results {
		c := testCase{Name: r.Name, ClassName: r.File}
		for _, f := range r.Failures {
			var text strings.Builder
			_ = f.print(&text) // a Builder cannot fail
			c.Failures = append(c.Failures, testFailure{
				Message: fmt.Sprintf("%s: expected %s, seen %s", f.What, line(f.Expected), line(f.Seen)), Type: "expectation", Text: text.String(),
			})
		}
		var story strings.Builder
		_ = r.printStory(&story) // the same
		c.Out = story.String()
		s := suite{Name: r.File, Tests: 1, Cases: []testCase{c}}
		if !r.Passed() {
			s.Failures, out.Failures = 1, out.Failures+1
		}
		out.Suites = append(out.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return fmt.Errorf("writing JUnit XML: %w", err)
	}
	_, err := fmt.Fprintln(w)
	return err
}
