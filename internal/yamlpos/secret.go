package yamlpos

import (
	"log/slog"
	"regexp"
	"strings"
)

// MaxSecretFile is the most bytes that a secret in a file may have.
const MaxSecretFile = 64 << 10

// Secret is a credential as the config names it: Env (${NAME}) is set, or File
// (file:path), or it is Plain. It prints as what it refers to, never as what
// it is.
type Secret struct {
	// Env is the name of an environment variable.
	Env string
	// File is a path as it is written; whoever reads it decides what it is
	// relative to.
	File string

	// plain is the secret itself. It is a pointer since fmt shows unexported
	// fields of others' structs without asking String.
	plain *string
	node  Node
}

// Secret reads a reference that fills the whole scalar, ${NAME} or file:path,
// or a secret written in plain. A reference inside a longer text is an error.
// Whether the last is acceptable is the caller's to say (see WarnPlain);
// Print blots it out of the source line in any case.
func (n Node) Secret(dst *Secret) bool {
	text, ok := n.plain("a secret (${NAME} or file:path)")
	if !ok {
		return false
	}
	path, isFile := strings.CutPrefix(text, "file:")
	switch {
	case isReference(text):
		*dst = Secret{Env: text[2 : len(text)-1], node: n}
	case isFile && path == "":
		n.Errorf(CheckSecret, "%sfile: needs a path", n.label())
		return false
	case isFile:
		*dst = Secret{File: path, node: n}
	case strings.Contains(text, "${"):
		n.file.mask(n.n)
		n.Errorf(CheckReference, "%sa reference must be the whole value, as in \"${NAME}\", with a name of letters, digits and underscores", n.label())
		return false
	case text == "":
		n.Errorf(CheckSecret, "%sthe secret is empty", n.label())
		return false
	default:
		n.file.mask(n.n)
		*dst = Secret{plain: &text, node: n}
	}
	return true
}

var referenceForm = regexp.MustCompile(`^\$\{[A-Za-z_][A-Za-z0-9_]*\}$`)

// isReference tells whether s is ${NAME} as a whole.
func isReference(s string) bool { return referenceForm.MatchString(s) }

// IsZero tells whether nothing was read.
func (s Secret) IsZero() bool { return s.Env == "" && s.File == "" && s.plain == nil }

// Plain tells whether the secret itself is written in the config.
func (s Secret) Plain() bool { return s.plain != nil }

// Node is where the secret is written; absent for a zero Secret.
func (s Secret) Node() Node { return s.node }

// WarnPlain adds a Warning if the secret is written in plain.
func (s Secret) WarnPlain() {
	if s.Plain() {
		s.node.Warnf(CheckSecret, "%sthe secret is written in plain; put it in the environment (\"${NAME}\") or in a file (file:path)", s.node.label())
	}
}

// Expand gets the secret; a zero Secret is "" and true. lookupEnv is os.LookupEnv or its like, readFile gets
// a path as it is written. Line ends at the end of a file are cut off. A
// Problem names the reference, never a value.
func (s Secret) Expand(lookupEnv func(string) (string, bool), readFile func(string) ([]byte, error)) (value string, ok bool) {
	switch {
	case s.IsZero():
		return "", true
	case s.Env != "":
		value, ok = lookupEnv(s.Env)
		if !ok {
			s.node.Errorf(CheckSecret, "%sthe environment variable %s is not set", s.node.label(), s.Env)
			return "", false
		}
	case s.File != "":
		data, err := readFile(s.File)
		if err != nil {
			s.node.Errorf(CheckSecret, "%sreading the secret: %v", s.node.label(), err)
			return "", false
		}
		if len(data) > MaxSecretFile {
			s.node.Errorf(CheckSecret, "%sthe file %s is too large for a secret", s.node.label(), quote(s.File))
			return "", false
		}
		value = strings.TrimRight(string(data), "\r\n")
	case s.Plain():
		value = *s.plain
	}
	if value == "" {
		s.node.Errorf(CheckSecret, "%sthe secret that %s stands for is empty", s.node.label(), s)
		return "", false
	}
	return value, true
}

// String names the reference; a plain one is shown as a placeholder.
func (s Secret) String() string {
	switch {
	case s.Env != "":
		return "${" + s.Env + "}"
	case s.File != "":
		return "file:" + s.File
	case s.Plain():
		return "(secret in plain)"
	default:
		return "(no secret)"
	}
}

// GoString is String, so that %#v shows no secret either.
func (s Secret) GoString() string { return s.String() }

// MarshalText writes what String shows.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue logs what String shows.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
