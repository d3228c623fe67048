package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"

	"handoffd/workflows"
)

// editor changes a YAML text in a few places and leaves the rest alone.
type editor struct {
	src   []byte
	edits []textEdit
}

type textEdit struct {
	from, to int
	with     string
}

func (e *editor) text() []byte {
	sort.SliceStable(e.edits, func(i, j int) bool { return e.edits[i].from < e.edits[j].from })
	var out []byte
	at := 0
	for _, x := range e.edits {
		out = append(append(out, e.src[at:x.from]...), x.with...)
		at = x.to
	}
	return append(out, e.src[at:]...)
}

func (e *editor) insert(at int, text string) { e.edits = append(e.edits, textEdit{at, at, text}) }

var errUnusual = errors.New("it is not written as a plain mapping")

// sign puts a signature into the workflows mapping: into what stands there
// already, or as a new entry.
func (e *editor) sign(flow *yaml.Node, side string, s workflows.Signature) error {
	if flow == nil || flow.Kind != yaml.MappingNode || len(flow.Content) == 0 {
		return errUnusual
	}
	key, both := keyed(flow, signedOff)
	if key == nil {
		return e.add(flow, signedOff+": {"+side+": "+signatureText(s)+"}", "version")
	}
	if both.Kind == yaml.ScalarNode && both.Value == "" { // nothing behind the key
		return e.behind(key, " {"+side+": "+signatureText(s)+"}")
	}
	if both.Kind != yaml.MappingNode {
		return errUnusual
	}
	key, one := keyed(both, side)
	switch {
	case key == nil && len(both.Content) == 0:
		return e.intoEmpty(both, side+": "+signatureText(s))
	case key == nil:
		return e.add(both, side+": "+signatureText(s), "")
	case one.Kind == yaml.ScalarNode && one.Value == "":
		return e.behind(key, " "+signatureText(s))
	case one.Kind == yaml.MappingNode && len(one.Content) == 0:
		return e.intoEmpty(one, strings.Trim(signatureText(s), "{}"))
	case one.Kind != yaml.MappingNode:
		return errUnusual
	}
	return e.renew(one, s)
}

// renew replaces the values of a signature that stands there.
func (e *editor) renew(one *yaml.Node, s workflows.Signature) error {
	for _, v := range signatureValues(s) {
		key, value := keyed(one, v.key)
		if key == nil {
			if err := e.append(one, v.key+": "+v.text); err != nil {
				return err
			}
			continue
		}
		from, to, err := e.scalar(value)
		if err != nil {
			return err
		}
		if from == to {
			v.text = " " + v.text
		}
		e.edits = append(e.edits, textEdit{from, to, v.text})
	}
	return nil
}

type signatureValue struct{ key, text string }

func signatureValues(s workflows.Signature) []signatureValue {
	return []signatureValue{{"by", yamlText(s.By)}, {"on", s.On.Format("2006-01-02")}, {"hash", `"` + s.Hash + `"`}}
}

func signatureText(s workflows.Signature) string {
	var parts []string
	for _, v := range signatureValues(s) {
		parts = append(parts, v.key+": "+v.text)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

var plainText = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9@._-]*( [A-Za-z0-9@._-]+)*$`)

// yamlText writes a text, in quotes where YAML would read something else.
func yamlText(s string) string {
	var v any
	if plainText.MatchString(s) && yaml.Unmarshal([]byte(s), &v) == nil && v == s && !slices.Contains(otherwise(), strings.ToLower(s)) {
		return s
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b) // a JSON string is one in YAML too
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string and a Buffer cannot fail
	return strings.TrimSpace(b.String())
}

// otherwise lists words that other readers of YAML take for something else.
func otherwise() []string { return []string{"y", "n", "yes", "no", "on", "off"} }

// keyed finds a key as it is written, and its value.
func keyed(n *yaml.Node, name string) (key, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

// add writes a new entry: in a flow mapping before the first, in a block
// mapping on a line of its own, behind the line of the scalar after, if it is
// there, else before the first.
func (e *editor) add(n *yaml.Node, entry, after string) error {
	first := n.Content[0]
	at, err := e.offset(first.Line, first.Column)
	if err != nil {
		return err
	}
	if n.Style&yaml.FlowStyle != 0 {
		e.insert(at, entry+", ")
		return nil
	}
	if key, value := keyed(n, after); key != nil && value.Kind == yaml.ScalarNode {
		return e.line(value, key.Column, entry)
	}
	e.insert(at, entry+e.newline()+strings.Repeat(" ", first.Column-1))
	return nil
}

// append writes a new entry behind the last one, whose value is a scalar.
func (e *editor) append(n *yaml.Node, entry string) error {
	last := n.Content[len(n.Content)-1]
	if n.Style&yaml.FlowStyle == 0 {
		return e.line(last, n.Content[0].Column, entry)
	}
	_, to, err := e.scalar(last)
	if err != nil {
		return err
	}
	e.insert(to, ", "+entry)
	return nil
}

// line writes an entry on a new line behind that of a scalar.
func (e *editor) line(value *yaml.Node, column int, entry string) error {
	_, to, err := e.scalar(value)
	if err != nil {
		return err
	}
	end := bytes.IndexByte(e.src[to:], '\n')
	if end < 0 {
		end = len(e.src) - to
	} else if end > 0 && e.src[to+end-1] == '\r' {
		end--
	}
	e.insert(to+end, e.newline()+strings.Repeat(" ", column-1)+entry)
	return nil
}

func (e *editor) newline() string {
	if bytes.Contains(e.src, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// behind writes a value behind a key that has none.
func (e *editor) behind(key *yaml.Node, text string) error {
	_, to, err := e.scalar(key)
	if err != nil {
		return err
	}
	colon := bytes.IndexByte(e.src[to:], ':')
	if colon < 0 {
		return errUnusual
	}
	e.insert(to+colon+1, text)
	return nil
}

// intoEmpty writes the first entry into {}.
func (e *editor) intoEmpty(n *yaml.Node, entry string) error {
	at, err := e.offset(n.Line, n.Column)
	if err != nil || at >= len(e.src) || e.src[at] != '{' {
		return errUnusual
	}
	e.insert(at+1, entry)
	return nil
}

// scalar is where a scalar stands in the text.
func (e *editor) scalar(n *yaml.Node) (from, to int, err error) {
	if n.Kind != yaml.ScalarNode || n.Anchor != "" || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle|yaml.TaggedStyle) != 0 {
		return 0, 0, fmt.Errorf("line %d: %w", n.Line, errUnusual)
	}
	if from, err = e.offset(n.Line, n.Column); err != nil {
		return 0, 0, err
	}
	rest := e.src[from:]
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		to = from + quotedEnd(rest, '"', '\\')
	case n.Style&yaml.SingleQuotedStyle != 0:
		to = from + quotedEnd(rest, '\'', '\'')
	case bytes.HasPrefix(rest, []byte(n.Value)):
		to = from + len(n.Value)
	default:
		return 0, 0, fmt.Errorf("line %d: %w", n.Line, errUnusual)
	}
	return from, to, nil
}

// quotedEnd is the length of a quoted scalar; escape takes the next byte
// along.
func quotedEnd(s []byte, quote, escape byte) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == escape && i+1 < len(s) && (escape != quote || s[i+1] == quote):
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return len(s)
}

// offset is where a line and column (both from 1, columns in characters) lie.
func (e *editor) offset(line, column int) (int, error) {
	at := 0
	for range line - 1 {
		end := bytes.IndexByte(e.src[at:], '\n')
		if end < 0 {
			return 0, errUnusual
		}
		at += end + 1
	}
	rest := []rune(string(e.src[at:min(len(e.src), at+10000)]))
	if column < 1 || column-1 > len(rest) {
		return 0, errUnusual
	}
	return at + len(string(rest[:column-1])), nil
}
