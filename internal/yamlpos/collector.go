package yamlpos

import (
	"fmt"
	"io"
)

// Collector gathers the Problems of any number of files, and remembers their
// source so that it can show the lines. The zero value is ready. It is not
// safe for concurrent use.
type Collector struct {
	problems Problems
	sources  map[string]*source
}

// Add adds a problem. Severity defaults to Error.
func (c *Collector) Add(p Problem) {
	if p.Severity == "" {
		p.Severity = Error
	}
	c.problems = append(c.problems, p)
}

// Errorf adds a Problem of severity Error at a Pos, Span or Node.
func (c *Collector) Errorf(at Place, check, format string, args ...any) {
	c.add(at, Error, check, fmt.Sprintf(format, args...))
}

// Warnf adds a Problem of severity Warning at a Pos, Span or Node.
func (c *Collector) Warnf(at Place, check, format string, args ...any) {
	c.add(at, Warning, check, fmt.Sprintf(format, args...))
}

func (c *Collector) add(at Place, severity Severity, check, message string) {
	s := at.span()
	c.Add(Problem{Pos: s.Pos, Width: s.Width, Severity: severity, Check: check, Message: message})
}

// Problems returns what was gathered so far, sorted, repetitions left out (an
// aliased node is read once per use).
func (c *Collector) Problems() Problems { return c.problems.sorted() }

// Failed tells whether an Error was added.
func (c *Collector) Failed() bool { return c.problems.Count(Error) > 0 }

// Err returns the Problems as an error if one of them is an Error, else nil.
func (c *Collector) Err() error { return c.Problems().Err() }

// maxPrinted is how many Problems Print shows; nobody reads more at once.
const maxPrinted = 100

// Print writes the Problems with their source lines and carets, the first
// hundred of them.
func (c *Collector) Print(w io.Writer) error {
	all := c.Problems()
	for i, p := range all {
		if i == maxPrinted {
			_, err := fmt.Fprintf(w, "… and %d more\n", len(all)-i)
			return err
		}
		if _, err := io.WriteString(w, p.render(c.sources[p.File])); err != nil {
			return fmt.Errorf("printing problems: %w", err)
		}
	}
	return nil
}

func (c *Collector) remember(s *source) {
	if c.sources == nil {
		c.sources = make(map[string]*source)
	}
	c.sources[s.name] = s
}
