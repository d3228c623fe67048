package org

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

// The files of schema/ hold one object each. The first line is
//
//	object Account 001 "Account" "Accounts" flags…
//
// and every other line a field: name, type, size if any, label, flags, and in
// braces the picklist values. The facts are those of the Object Reference and
// of describe calls; a standard field that is not listed does not exist.
//
//go:embed schema/*.txt
var schemaFiles embed.FS

// Object is one kind of row.
type Object struct {
	Name, Label, Plural string
	Prefix              string // the first three characters of every id
	Fields              []*Field

	createable, updateable, deletable bool
	replicateable, undeletable        bool
	mergeable                         bool
	flags                             []string
	dynamic                           func(*Org) []*Row // rows made on demand
	byName                            map[string]*Field
	slots                             int
	table                             *table
}

// Field finds a field by its API name, in any case; nil if there is none.
func (o *Object) Field(name string) *Field { return o.byName[strings.ToLower(name)] }

// Createable says what the API may do with rows.
func (o *Object) Createable() bool { return o.createable }

// Updateable tells whether rows can be changed over the API.
func (o *Object) Updateable() bool { return o.updateable }

// Deletable tells whether rows can be deleted over the API.
func (o *Object) Deletable() bool { return o.deletable }

// Replicateable tells whether updated and deleted rows can be listed.
func (o *Object) Replicateable() bool { return o.replicateable }

// Undeletable tells whether rows can come back from the bin.
func (o *Object) Undeletable() bool { return o.undeletable }

// Mergeable tells whether two rows can become one.
func (o *Object) Mergeable() bool { return o.mergeable }

// Is tells whether the schema gives the object a flag that only describes
// show: layout, feed, clone, search, mru, trigger, norectype.
func (o *Object) Is(flag string) bool { return slices.Contains(o.flags, flag) }

func (o *Object) add(f *Field) {
	f.object = o
	if f.Label == "" {
		f.Label = f.Name
	}
	if f.sys == sysNone && f.virtual == nil {
		f.slot = uint16(o.slots)
		o.slots++
	}
	o.Fields = append(o.Fields, f)
	o.byName[strings.ToLower(f.Name)] = f
	if f.Unique || f.ExternalID || f.idLookup && f.Type != "id" {
		if f.unique == nil {
			f.unique = newUniqueIndex(f.CaseSensitive)
		}
	}
	if f.Type == "reference" && f.sys == sysNone && f.Name != "OwnerId" {
		f.refs = refIndex{}
	}
}

func loadSchema() ([]*Object, error) {
	entries, err := schemaFiles.ReadDir("schema")
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	var out []*Object
	for _, e := range entries {
		text, err := schemaFiles.ReadFile("schema/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("reading the schema: %w", err)
		}
		objects, err := parseSchema(string(text))
		if err != nil {
			return nil, fmt.Errorf("reading schema %s: %w", e.Name(), err)
		}
		out = append(out, objects...)
	}
	slices.SortFunc(out, func(a, b *Object) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func parseSchema(text string) ([]*Object, error) {
	var out []*Object
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words, err := splitLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		switch {
		case words[0] == "object":
			out = append(out, parseObject(words))
		case words[0] == "@system":
			addSystem(out[len(out)-1])
		default:
			f, err := parseField(words)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n+1, err)
			}
			out[len(out)-1].add(f)
		}
	}
	return out, nil
}

// splitLine cuts at spaces outside of quotes and braces.
func splitLine(line string) ([]string, error) {
	var out []string
	for rest := line; rest != ""; rest = strings.TrimLeft(rest, " \t") {
		end := strings.IndexAny(rest, " \t")
		for open, closing := range map[byte]string{'"': `"`, '{': "}"} {
			if rest[0] == open {
				if end = strings.Index(rest[1:], closing); end < 0 {
					return nil, fmt.Errorf("reading %q: no closing %s", rest, closing)
				}
				end += 2
			}
		}
		if end < 0 {
			end = len(rest)
		}
		out = append(out, strings.TrimSuffix(strings.TrimPrefix(rest[:end], `"`), `"`))
		rest = rest[end:]
	}
	return out, nil
}

func parseObject(w []string) *Object {
	o := &Object{Name: w[1], Prefix: w[2], Label: w[3], Plural: w[4], byName: map[string]*Field{}, table: newTable()}
	flags := w[5:]
	o.flags = flags
	has := func(s string) bool { return slices.Contains(flags, s) }
	o.createable, o.updateable, o.deletable = !has("nocreate"), !has("noupdate"), !has("nodelete")
	o.replicateable, o.undeletable, o.mergeable = !has("noreplicate"), !has("noundelete"), has("merge")
	label := o.Label
	for _, flag := range flags {
		if other, ok := strings.CutPrefix(flag, "id="); ok {
			label = strings.ReplaceAll(other, "_", " ")
		}
	}
	if !has("noid") {
		o.add(&Field{Name: "Id", Label: label + " ID", Type: "id", Length: 18, Required: true, noCreate: true, noUpdate: true,
			idLookup: true, defaulted: true, systemPermission: true, sys: sysID})
	}
	if !has("nodeleted") {
		o.add(&Field{Name: "IsDeleted", Label: "Deleted", Type: "boolean", Required: true, noCreate: true, noUpdate: true,
			Default: false, defaulted: true, systemPermission: true, sys: sysDeleted})
	}
	return o
}

func addSystem(o *Object) {
	type column struct {
		name, label, kind string
		sys               sysField
	}
	for _, c := range []column{
		{"CreatedDate", "Created Date", "datetime", sysCreated},
		{"CreatedById", "Created By ID", "reference", sysCreatedBy},
		{"LastModifiedDate", "Last Modified Date", "datetime", sysModified},
		{"LastModifiedById", "Last Modified By ID", "reference", sysModifiedBy},
		{"SystemModstamp", "System Modstamp", "datetime", sysStamp},
	} {
		f := &Field{Name: c.name, Label: c.label, Type: c.kind, Required: true, noCreate: true, noUpdate: true,
			defaulted: true, systemPermission: true, sys: c.sys}
		if c.kind == "reference" {
			f.References, f.Relationship, f.Length = []string{"User"}, strings.TrimSuffix(c.name, "Id"), 18
		}
		o.add(f)
	}
}
