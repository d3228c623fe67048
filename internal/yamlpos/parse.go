package yamlpos

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// File is one parsed YAML document with its source.
type File struct {
	src  *source
	c    *Collector
	root *yaml.Node // nil when the file holds nothing but comments
}

// Parse reads one document. name is what messages call the file. Every
// Problem goes to c, also those that reading the nodes brings up later. The
// result is nil when there is nothing that could be read: bad bytes, a syntax
// error, a structure beyond the limits.
//
// A file with no content is not an error here: its Root is an empty mapping.
func Parse(name string, src []byte, c *Collector) *File {
	f := &File{src: newSource(name, src), c: c}
	c.remember(f.src)
	if !f.src.checkBytes(c) {
		return nil
	}
	first, second, err := decode(f.src.text)
	if err != nil {
		c.Add(f.src.diagnose(err))
		return nil
	}
	if second != nil {
		at := f.src.offset(second.Line, second.Column)
		c.Errorf(f.src.spanOf(at, at+3), CheckDocuments, "a second document begins here; put one document in a file")
		return nil
	}
	if first != nil && len(first.Content) > 0 {
		f.root = first.Content[0]
	}
	if !f.checkTree() {
		return nil
	}
	return f
}

// Name is the file's name as given to Parse.
func (f *File) Name() string { return f.src.name }

// Root is the top node of the document.
func (f *File) Root() Node { return f.node(f.root, nil, "") }

// decode returns the first document and the second, if there is one; a fault
// that only stands behind the first still counts as a second document.
func decode(text string) (first, second *yaml.Node, err error) {
	// The library reports what it cannot take by panicking inside; what it
	// does not catch itself must not end the daemon over a config file.
	defer func() {
		if r := recover(); r != nil {
			first, second, err = nil, nil, fmt.Errorf("parsing YAML: %v", r)
		}
	}()
	d := yaml.NewDecoder(strings.NewReader(text))
	first = new(yaml.Node)
	if err := d.Decode(first); errors.Is(err, io.EOF) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	second = new(yaml.Node)
	switch err := d.Decode(second); {
	case errors.Is(err, io.EOF):
		return first, nil, nil
	case err != nil:
		return nil, nil, err
	default:
		return first, second, nil
	}
}
