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
		Errors   int      `xml:"errors,attr"`
		Suites   []suite  `xml:"testsuite"`
	}
	suite struct {
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Errors   int        `xml:"errors,attr"`
		Cases    []testCase `xml:"testcase"`
	}
	testCase struct {
		Name      string        `xml:"name,attr"`
		ClassName string        `xml:"classname,attr"`
		Failures  []testFailure `xml:"failure"`
		Errors    []testFailure `xml:"error"`
		Out       string        `xml:"system-out,omitempty"`
	}
	testFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

func firstLine(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return first
}

// JUnit writes results as JUnit XML: a suite per file with its one scenario. One
// that was not played is an error there, so that no build takes it for passed.
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
		s := suite{Name: r.File, Tests: 1}
		switch {
		case r.Error != "":
			c.Errors = []testFailure{{Message: "not played: " + line(firstLine(r.Error)), Type: "error", Text: r.Error}}
			s.Errors, out.Errors = 1, out.Errors+1
		case !r.Passed():
			s.Failures, out.Failures = 1, out.Failures+1
		}
		s.Cases = []testCase{c}
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
