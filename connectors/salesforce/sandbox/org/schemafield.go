package org

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// sized are the types that are followed by a size in the schema files.
var sized = []string{"string", "textarea", "picklist", "multipicklist", "combobox", "email", "phone", "url",
	"int", "double", "currency", "percent"}

// systemColumns are kept beside the cells of a row wherever an object has them.
var systemColumns = map[string]sysField{"CreatedDate": sysCreated, "CreatedById": sysCreatedBy, "SystemModstamp": sysStamp}

// parseField reads one field line, already cut into words.
func parseField(w []string) (*Field, error) {
	if len(w) < 3 {
		return nil, fmt.Errorf("reading field %q: name, type and label are needed", w[0])
	}
	f := &Field{Name: w[0], Type: w[1]}
	w = w[2:]
	if slices.Contains(sized, f.Type) {
		if err := f.setSize(w[0]); err != nil {
			return nil, err
		}
		w = w[1:]
	}
	if len(w) == 0 {
		return nil, fmt.Errorf("reading field %s: no label", f.Name)
	}
	f.Label = w[0]
	if f.Type == "boolean" {
		f.Required, f.defaulted, f.Default = true, true, false
	}
	for _, flag := range w[1:] {
		if err := f.setFlag(flag); err != nil {
			return nil, err
		}
	}
	if f.Type == "reference" {
		f.Length = 18
		if f.Relationship == "" && !slices.Contains(w[1:], "norel") {
			f.Relationship = strings.TrimSuffix(f.Name, "Id")
		}
	}
	if sys, ok := systemColumns[f.Name]; ok {
		f.sys, f.noCreate, f.noUpdate = sys, true, true
	}
	f.systemPermission = f.Required || f.noCreate && f.noUpdate
	if slices.Contains(w[1:], "perm") || slices.Contains(w[1:], "noperm") {
		f.systemPermission = slices.Contains(w[1:], "noperm")
	}
	return f, nil
}

func (f *Field) setSize(size string) error {
	a, b, two := strings.Cut(size, ",")
	n, err := strconv.Atoi(a)
	if err != nil {
		return fmt.Errorf("reading size of field %s: %w", f.Name, err)
	}
	switch {
	case f.Type == "int":
		f.digits = n
	case two:
		f.Precision = n
		f.Scale, err = strconv.Atoi(b)
	default:
		f.Length = n
	}
	return err
}

func (f *Field) setFlag(flag string) error {
	key, value, _ := strings.Cut(flag, "=")
	switch key {
	case "req":
		f.Required = true
	case "ro":
		f.noCreate, f.noUpdate = true, true
	case "co":
		f.noUpdate = true
	case "uo":
		f.noCreate = true
	case "perm", "noperm": // what parseField makes of it
	case "notnull":
		f.notNull = true
	case "restrict":
		f.restrict = true
	case "dflt":
		f.defaulted = true
	case "default":
		f.Default, f.defaulted = value, true
	case "true":
		f.Default = true
	case "name":
		f.nameField = true
	case "idlookup":
		f.idLookup = true
	case "unique":
		f.Unique = true
	case "restricted":
		f.Restricted = true
	case "hidden":
		f.Hidden = true
	case "nosort":
		f.noSort = true
	case "nogroup":
		f.noGroup = true
	case "nofilter":
		f.noFilter = true
	case "cascade":
		f.cascade = true
	case "tool":
		f.toolOnly = true
	case "one":
		f.oneRow = true
	case "norel":
	case "to":
		f.References = strings.Split(value, ",")
	case "rel":
		f.Relationship = value
	case "child":
		f.ChildRelationship = value
	case "compound":
		f.compound = value
	case "extra":
		f.extra = value
	default:
		if !strings.HasPrefix(flag, "{") {
			return fmt.Errorf("reading field %s: unknown flag %q", f.Name, flag)
		}
		f.setValues(strings.Trim(flag, "{}"))
	}
	return nil
}

// setValues reads "A|B*|C": the star marks the default.
func (f *Field) setValues(list string) {
	for _, v := range strings.Split(list, "|") {
		name, isDefault := strings.CutSuffix(v, "*")
		f.Values = append(f.Values, Option{Value: name, Default: isDefault})
		if isDefault {
			f.Default = name
		}
	}
}
