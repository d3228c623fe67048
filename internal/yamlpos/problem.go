package yamlpos

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Severity says whether a Problem stops the file from being used.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// The checks that this package makes by itself. Callers add their own names;
// a check is a short lower-case word with dashes, stable across versions.
const (
	CheckEncoding     = "encoding"      // not UTF-8, or characters that YAML forbids
	CheckSize         = "size"          // too long, too deep, too many aliases
	CheckSyntax       = "syntax"        // not YAML
	CheckDocuments    = "documents"     // more than one document in a file
	CheckTag          = "tag"           // explicit YAML tags such as !!str
	CheckAlias        = "alias"         // an alias that contains itself, a bad merge
	CheckKey          = "key"           // a key that is not a plain text
	CheckDuplicateKey = "duplicate-key" // the same key twice in one mapping
	CheckUnknownKey   = "unknown-key"   // a key that nobody reads
	CheckMissingKey   = "missing-key"   // a key that must be there
	CheckType         = "type"          // a list where a text is expected, and so on
	CheckValue        = "value"         // the right type, but not a possible value
	CheckReference    = "reference"     // ${NAME} or file: where it has no effect
	CheckSecret       = "secret"        // a secret that cannot be had
)

// Problem is one thing that is wrong in a file.
type Problem struct {
	Pos
	// Width is how many characters the caret underlines; 0 counts as 1. It
	// never reaches beyond the line.
	Width    int
	Severity Severity
	Check    string
	// Message is one line without a full stop. It never holds a secret.
	Message string
	// Allowed lists what may stand here, Nearest which of it was probably meant.
	Allowed []string
	Nearest string
}

// Error gives the whole Problem on one line: file:line:col: message [check].
func (p Problem) Error() string {
	return escape(p.Pos.String()) + ": " + p.text()
}

// String is the same as Error.
func (p Problem) String() string { return p.Error() }

// text is the line without its position.
func (p Problem) text() string {
	var b strings.Builder
	if p.Severity == Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(escape(p.Message))
	if p.Nearest != "" {
		b.WriteString(", did you mean " + strconv.Quote(p.Nearest) + "?")
	}
	if p.Check != "" {
		b.WriteString(" [" + escape(p.Check) + "]")
	}
	return b.String()
}

// MarshalJSON writes the keys file, line, col, severity, check, message,
// allowed and nearest, always all of them and in this order.
func (p Problem) MarshalJSON() ([]byte, error) {
	allowed := p.Allowed
	if allowed == nil {
		allowed = []string{}
	}
	return json.Marshal(struct {
		File     string   `json:"file"`
		Line     int      `json:"line"`
		Col      int      `json:"col"`
		Severity Severity `json:"severity"`
		Check    string   `json:"check"`
		Message  string   `json:"message"`
		Allowed  []string `json:"allowed"`
		Nearest  string   `json:"nearest"`
	}{p.File, p.Line, p.Col, p.Severity, p.Check, p.Message, allowed, p.Nearest})
}

// Problems is a list sorted by file, line and column.
type Problems []Problem

// Err returns the list as an error if it holds at least one of severity
// Error, else nil. errors.As finds it again as Problems.
func (ps Problems) Err() error {
	if ps.Count(Error) == 0 {
		return nil
	}
	return ps
}

// Count tells how many have the severity.
func (ps Problems) Count(severity Severity) int {
	n := 0
	for _, p := range ps {
		if p.Severity == severity {
			n++
		}
	}
	return n
}

// Error joins all problems, one on a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// sorted returns a sorted copy without repetitions.
func (ps Problems) sorted() Problems {
	out := slices.Clone(ps)
	slices.SortStableFunc(out, func(a, b Problem) int {
		switch {
		case a.Before(b.Pos):
			return -1
		case b.Before(a.Pos):
			return 1
		default:
			return strings.Compare(a.Message, b.Message)
		}
	})
	return slices.CompactFunc(out, func(a, b Problem) bool {
		return a.Pos == b.Pos && a.Check == b.Check && a.Message == b.Message
	})
}
